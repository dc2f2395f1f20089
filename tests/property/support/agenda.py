"""What a practitioner's calendar must show, worked out from the book alone, and whether it does."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar
from recurring_ical_events import of

from tests.property.support import oracle
from tests.property.support.book import Book, Line, when
from tests.property.support.laws import active
from tests.property.support.life import Life
from tests.property.support.marigold import SECRET
from tests.property.support.play import Play, Stage
from tests.world import ADELAIDE

AHEAD = timedelta(days=60)


class Shown(NamedTuple):
    """One event as a person sees it: from and until as instants, or as days."""

    start: str
    end: str
    title: str
    place: str
    state: str
    blocks: bool


def check_agenda(life: Life) -> None:
    """Once all is quiet: everything that is still to end is shown as it is, and nothing else is there at all."""
    life.world.persist()
    oracle.check_twins(Play(world=life.world, stage=Stage()))
    there, wanted = Counter(_there(life)), Counter(_wanted(life))
    ahead = {one for one in {*there, *wanted} if _end(one) > life.now}
    missing = {one for one in ahead if wanted[one] > there[one]}
    assert not missing, f"not shown: {sorted(missing)}, but {sorted(set(there) - set(wanted))}"
    too_much = {one for one in there if there[one] > wanted[one]}
    assert not too_much, f"shown, and not to be: {sorted(too_much)}"
    _nothing_told(life)


def _end(shown: Shown) -> datetime:
    text = shown.end
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ADELAIDE)


# --- what is there ------------------------------------------------------------------------------------------------


def _there(life: Life) -> Iterator[Shown]:
    since, until = life.now - timedelta(days=30), life.now + AHEAD
    for item in life.world.server.items.values():
        for event in of(Calendar.from_ical(item.body)).between(since, until):
            start, end = event["DTSTART"].dt, event["DTEND"].dt
            if _instant(start) < until and _instant(end) > since:
                yield Shown(
                    _text(start), _text(end), str(event["SUMMARY"]), str(event.get("LOCATION", "")),
                    str(event.get("STATUS", "")), event.get("TRANSP", "OPAQUE") == "OPAQUE",
                )  # fmt: skip


def _text(moment: date) -> str:
    return moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def _instant(moment: date) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=ADELAIDE)


# --- what is to be there ------------------------------------------------------------------------------------------


def _wanted(life: Life) -> Iterator[Shown]:
    book, until = life.book, life.now + AHEAD
    worker = life.world.worker.id.hex
    for mine in book.where("session_worker", worker_id=worker):
        row = book.one("session", mine["session_id"])
        assert row is not None
        if row["status"] == "DRAFT" or mine["status"] == "DECLINED" or mine["dismissed"]:
            continue
        if when(row["starts_at"]) < until and when(row["ends_at"]) > life.now - timedelta(days=30):
            yield _shown(book, row, mine)


def _shown(book: Book, row: Line, mine: Line) -> Shown:
    cancelled = row["status"] == "CANCELLED" or mine["status"] == "CANCELLED"
    whole = "T" not in row["local_start"]
    times = (row["local_start"], row["local_end"]) if whole else tuple(
        when(mine[name]).isoformat() for name in ("starts_at", "ends_at")
    )  # fmt: skip
    title = _title(book, row)
    return Shown(
        *times, f"Cancelled – {title}" if cancelled and row["kind"] != "OTHER_EVENT" else title, _place(book, row),
        "CANCELLED" if cancelled else "CONFIRMED", not cancelled and row["show_as"] == "BUSY",
    )  # fmt: skip


def _title(book: Book, row: Line) -> str:
    """At the level `reference`: a number, never a name; of a group how many take part."""
    if row["kind"] == "OTHER_EVENT":
        return str(row["subject"])
    everybody = sorted(book.where("session_client", session_id=row["id"]), key=lambda one: one["position"])
    people = active(book, row["id"]) or everybody
    if row["work_type"] == "GROUP":
        return f"Group · {len(people)}"
    client = book.one("client", people[0]["client_id"]) or {}
    return f"{'Session' if row['kind'] == 'CLIENT_SESSION' else 'Contact'} {client['internal_id']}"


def _place(book: Book, row: Line) -> str:
    if row["kind"] == "OTHER_EVENT":
        return str(row["location"])
    if row["location_type"] == "TELEHEALTH":
        return "Telehealth"
    site = book.one("site", row["site_id"]) if row["site_id"] else None
    return str(site["code"]) if site else ""


def _nothing_told(life: Life) -> None:
    """Nothing that was sent says who, what for, how much or why (DOMAIN 5)."""
    book = life.book
    words = [SECRET, "F41.1", *(one["name"].split()[-1] for one in book["client"])]
    words += [text for one in book["service"] for text in (one["name"], one["code"])]
    words += [one["text"] for one in book["cancellation_reason"]]
    for body in {
        *(item.body for item in life.world.server.items.values()),
        *(one.body for one in life.world.fake.heard),
    }:
        text = body.decode("utf-8", "replace").replace("\r\n ", "")
        told = [word for word in words if word in text]
        assert not told, f"somebody is told: {told}"
