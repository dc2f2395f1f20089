"""Two of everything that belongs to somebody: Priya's and Noor's, and Tom's and Liam's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select

from adapters.diary import adding, beds, billing, offering, periods, rosters
from adapters.diary.importing import import_practice
from model.base import Row
from model.booking import BookingRequest
from model.details import Kind
from model.inbound import ChangeState, InboundChange
from model.link import AuthKind, CalendarAccount, CalendarLink, LinkState, Mode
from model.people import Client, Worker
from model.session import Session
from tests.served import Served

HOUSE = """
[[site]]
id = "house"
code = "HSE"
name = "House"
tz = "Australia/Adelaide"
kind = "ACCOMMODATION"
[[bed]]
id = "b2"
name = "Bed 2"
site = "house"
record_type = "RESPITE"
"""


_EPHEMERAL = (
    *("run", "entry", "leave", "window", "feed", "reason", "session_type", "appointment_type", "service"),
    "token",
)  # what there is none of here: who may ask for it is told so
_NAMES = (
    *(
        "session",
        "worker",
        "link",
        "change",
        "offer",
        "stay",
        "period",
        "slot",
        "base",
        "event",
        "asked",
        "client",
    ),
    *("bill", *_EPHEMERAL),
)

AGREED = """
[[client]]
id = "noor"
internal_id = "C-1077"
name = "Noor Haddad"
email = "noor.haddad@mail.example"
allow_email = true
[[agreement]]
id = "noor-26"
client = "noor"
start_date = 2026-01-01
[[agreement_item]]
id = "noor-26-physio"
agreement = "noor-26"
service = "physio"
rate_cents = 19399
"""


@dataclass(frozen=True)
class Objects:
    """What a path may name, by parameter: the own one, somebody else's, and one that does not exist."""

    own: Mapping[str, str]
    others: Mapping[str, str]
    missing: Mapping[str, str]


def objects(api: Served) -> Objects:
    """Put them into the practice."""
    bring(api, HOUSE)
    shared = _shared(api)
    own = api.session("2026-03-03 10:00", workers=["priya"], clients=["noor"])
    other = api.session("2026-03-03 10:00", workers=["tom"], clients=["liam"])
    return Objects(
        own=shared | _theirs(api, own["id"], "priya"),
        others=shared | _theirs(api, other["id"], "tom"),
        missing={
            name: str(UUID(int=1)) if name in ("session", "stay", "event") else "nowhere" for name in _NAMES
        }
        | {"kind": "rooms", "ref": "nowhere", "line": "1", "payment": "1"},
    )


def bring(api: Served, text: str) -> None:
    """Add to the practice what stands in a text of TOML."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "more.toml"
        file.write_text(text, encoding="utf-8")
        import_practice(api.app.sessions, api.act, file)


def _shared(api: Served) -> dict[str, str]:
    """What is nobody's own: a stay, a roster with a period."""
    maker, act = api.app.sessions, api.act
    new = beds.NewStay(bed="b2", client="eva", start="2026-03-20", end="2026-03-23")
    stay = beds.book(maker, act, new).booking_id
    rosters.add_base(maker, act, "West house", weeks=1, start=date(2026, 3, 2))
    slot = rosters.Slot(start="07:00", minutes=60, workers=["tom"], clients=["liam"])
    for weekday in ("MO", "TU", "WE"):
        rosters.add_slot(maker, act, "West house", slot, week=1, weekday=weekday)
    rosters.finalise(maker, act, "West house")
    period = periods.create(maker, act, "West house", date(2026, 3, 16))
    planned = periods.show(maker, period)[0].id
    return {
        "stay": str(stay),
        "base": "West house",
        "period": period,
        "slot": planned,
        "kind": "rooms",
        "ref": "room-1",
        "line": "1",
        "payment": "1",
        "client": "eva",
        "bill": _bill(api),
    } | dict.fromkeys(_EPHEMERAL, "nowhere")


def _bill(api: Served) -> str:
    """Of a session of Eva's that has been."""
    past = api.session("2026-02-24 10:00", workers=["tom"], clients=["eva"])
    wanted = billing.Wanted(service="psychotherapy", cents=15_000)
    return billing.make(api.app.sessions, api.act, [past["id"]], wanted, "eva").ref


def _theirs(api: Served, session: str, worker: str) -> dict[str, str]:
    """A session, a link that rests, a change that waits, and an offer."""
    open_one = api.session("2026-03-04 10:00", workers=[], clients=["eva" if worker == "tom" else "jordan"])
    offer = offering.offer(api.app.sessions, api.act, open_one["id"], [worker])[0].ref
    link = _link(api, worker)
    change = f"{UUID(session).hex[:8]}"
    _keep(
        api,
        InboundChange(
            id=api.new_id(), ref=change, link_id=link.id, mapping_id=None, run_id=api.new_id(),
            session_id=UUID(session), series_id=None, code="E4", state=ChangeState.HELD,
            detected_at=api.now, resolved_at=None,
        ),
    )  # fmt: skip
    return {
        "session": session,
        "worker": worker,
        "link": link.ref,
        "change": change,
        "offer": offer,
        "event": _event(api, worker),
        "asked": _request(api, worker),
    }


def _event(api: Served, worker: str) -> str:
    """A dentist's appointment."""
    new = adding.New(
        start="2026-03-05 13:00", minutes=60, kind=Kind.OTHER_EVENT, workers=[worker], subject="Dentist",
        rostered=True,
    )  # fmt: skip
    return str(adding.add(api.app.sessions, api.act, new).session_id)


def _request(api: Served, worker: str) -> str:
    """What Noor asked Priya for, and Liam Tom."""
    client = {"priya": "noor", "tom": "liam"}[worker]
    waiting = UUID(api.session("2026-03-19 10:00", workers=[worker], clients=[client], rostered=False)["id"])
    with api.app.sessions() as database:
        worker_id = database.scalars(select(Worker.id).where(Worker.ref == worker)).one()
        client_id = database.scalars(select(Client.id).where(Client.ref == client)).one()
        span = database.get_one(Session, waiting).span
    request = BookingRequest(
        id=api.new_id(), ref=f"{worker}-asked", client_id=client_id, worker_id=worker_id, type_id=None,
        site_id=None, session_id=waiting, moves_id=None, policy_ack_at=None, answered_at=None,
    )  # fmt: skip
    request.span = span
    _keep(api, request)
    return request.ref


def _link(api: Served, worker: str) -> CalendarLink:
    with api.app.sessions() as database:
        worker_id = database.scalars(select(Worker.id).where(Worker.ref == worker)).one()
    account = CalendarAccount(
        id=api.new_id(), worker_id=worker_id, server="https://cal.example/", user=worker,
        auth=AuthKind.PASSWORD, secret=b"sealed",
    )  # fmt: skip
    _keep(api, account)
    link = CalendarLink(
        id=api.new_id(), ref=f"{worker}-link", worker_id=worker_id, account_id=account.id,
        href=f"https://cal.example/{worker}/", tz="UTC", mode=Mode.TWO_WAY, privacy_level="reference",
        state=LinkState.PAUSED, next_run_at=api.now, pull_s=300, cancelled_display="mark",
    )  # fmt: skip
    _keep(api, link)
    return link


def _keep(api: Served, row: Row) -> None:
    with api.app.sessions.begin() as database:
        database.add(row)
