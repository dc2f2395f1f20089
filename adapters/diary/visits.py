"""Let clients in by a mailed link: ask for one, open it once, say who is visiting, and end the visit.

Whoever asks is answered the same, after about the same work, whether or not the address is a client's (FAILURES G15).
What is mailed is sealed until it is sent: neither a table nor a log holds a link that opens.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.outbox import Said, queue
from adapters.diary.slots import check_allowed
from adapters.diary.transaction import record, writing
from model.act import Act
from model.booking import hashed
from model.errors import DomainError
from model.message import Kind
from model.people import Client
from model.visit import MOST_AN_HOUR, Visit
from sync.settings import BookingSettings

IN = "/in/"
_BYTES = 32
_NOBODY = UUID(int=0)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """Where links lead: the address of the pages as others know it, what seals it, and what the practice allows."""

    url: str
    seal: Callable[[bytes], bytes]
    rules: BookingSettings

    def check_open(self) -> None:
        """Without online booking nobody comes in; and without an address there is nothing to mail."""
        check_allowed(self.rules)
        if not self.url:
            raise DomainError(
                "E_BOOKING_OFF", "The pages for clients have no address; name it: web.public_url"
            )


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who is visiting, by which visit."""

    visit_id: UUID
    client_id: UUID
    client: str
    internal_id: str


def ask(sessions: Sessions, act: Act, email: str, address: str, entrance: Entrance) -> None:
    """Mail a link to the one client who has this address; an address of the network asks only so often (G16)."""
    entrance.check_open()
    with writing(sessions) as database:
        if _lately(database, act, Visit.address_hash == hashed(address)) >= entrance.rules.address_hour:
            raise DomainError(
                "E_TOO_MANY", "That is too much within an hour; try again later, or ask the practice"
            )
        known = _only_one(database, email)
        asked = _lately(database, act, Visit.client_id == (known.id if known else _NOBODY))
        _let_in(database, act, known if asked < MOST_AN_HOUR else None, entrance, address=address)


def invite(sessions: Sessions, act: Act, client: str, entrance: Entrance) -> str:
    """Mail a link to a client whom staff name; the client's internal id."""
    entrance.check_open()
    with writing(sessions) as database:
        known = by_ref(database, Client, client)
        if not known.active or not known.email.strip():
            raise DomainError(
                "E_NO_EMAIL",
                "That client has no e-mail address, or is not active; change that, or book for them",
            )
        _let_in(database, act, known, entrance, address="")
        record(database, act, "client-invited", client=str(known.id))
        return known.internal_id


def opens(sessions: Sessions, secret: str, now: datetime) -> bool:
    """Whether a link would open; asking uses nothing up."""
    with reading(sessions) as database:
        return database.scalar(select(Visit.id).where(*_unopened(secret, now))) is not None


def enter(sessions: Sessions, act: Act, secret: str, rules: BookingSettings) -> str | None:
    """Open a link, once: what the visitor's browser is to show from now on; None where it does not open (any more)."""
    shown = secrets.token_urlsafe(_BYTES)
    until = act.now + timedelta(minutes=rules.link_min)
    with sessions.begin() as database:
        step = update(Visit).where(*_unopened(secret, act.now))
        step = step.values(opened_at=act.now, cookie_hash=_hash_of(shown), expires_at=until)
        step = step.returning(Visit.id, Visit.client_id).execution_options(synchronize_session=False)
        found = database.execute(step).first()  # locked: of two who open it at once one finds nothing
        if found is None:
            return None
        actor = database.get_one(Client, found[1]).internal_id
        record(database, replace(act, actor=actor), "visit-opened", visit=str(found[0]))
        return shown


def visitor_of(sessions: Sessions, shown: str, now: datetime) -> Visitor | None:
    """Who shows this; None where no visit of a client goes on by it."""
    query = (
        select(Visit.id, Client.id, Client.ref, Client.internal_id)
        .join(Client, Client.id == Visit.client_id)
        .where(Visit.cookie_hash == _hash_of(shown), *_going_on(now))
    )
    with reading(sessions) as database:
        found = database.execute(query).first()
    if found is None:
        return None
    return Visitor(visit_id=found[0], client_id=found[1], client=found[2], internal_id=found[3])


def end(sessions: Sessions, act: Act, visit_id: UUID) -> None:
    """Nothing opens by this visit any more."""
    with sessions.begin() as database:
        database.execute(update(Visit).where(Visit.id == visit_id).values(ended_at=act.now))


def _only_one(database: Database, email: str) -> Client | None:
    """The active client of this address; where several share it nobody can tell whose visit it would be."""
    wanted = email.strip().lower()
    if not wanted:
        return None
    theirs = func.lower(func.trim(Client.email)) == wanted
    found = database.scalars(select(Client).where(theirs, Client.active.is_(True)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _lately(database: Database, act: Act, whose: ColumnElement[bool]) -> int:
    """How many links were asked for within an hour."""
    return (
        database.scalar(
            select(func.count()).select_from(Visit).where(whose, Visit.asked_at > act.now - _HOUR)
        )
        or 0
    )


def _let_in(database: Database, act: Act, client: Client | None, entrance: Entrance, *, address: str) -> None:
    """Make the link; where it is for nobody, it is made and forgotten."""
    secret, minutes = secrets.token_urlsafe(_BYTES), entrance.rules.link_min
    link = entrance.seal(f"{entrance.url}{IN}{secret}".encode())
    made = Visit(
        id=act.new_id(), client_id=client.id if client else None, asked_at=act.now, secret_hash=_hash_of(secret),
        expires_at=act.now + timedelta(minutes=minutes), address_hash=hashed(address),
    )  # fmt: skip
    database.add(made)
    database.flush()
    if client is not None:
        said = Said(
            kind=Kind.BOOKING_LINK,
            key=f"visit:{made.id}",
            to=client,
            parameters={"minutes": minutes},
            link=link,
        )
        queue(database, act, said)


def _unopened(secret: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a link has to be to open: of a client, in time, and not used."""
    clients = select(Client.id).where(Client.active.is_(True))
    return (
        Visit.secret_hash == _hash_of(secret),
        Visit.opened_at.is_(None),
        Visit.ended_at.is_(None),
        Visit.expires_at > now,
        Visit.client_id.in_(clients),
    )


def _going_on(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Visit.ended_at.is_(None), Visit.expires_at > now, Client.active.is_(True)


def _hash_of(secret: str) -> str:
    """Of 256 random bits nothing can be guessed, so no salt and no slow hash is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
