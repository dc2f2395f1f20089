"""What follows a cancellation: a client did not come, another fee is set, and the count of it all (000-22)."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload

from adapters.database.engine import Sessions, reading
from adapters.diary.cancelling import Charge, charged
from adapters.diary.charging import charge
from adapters.diary.lookup import by_ref, find_session, practice_zone
from adapters.diary.times import read_instant
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from model.act import Act
from model.cancellation import Cancellation, CancellationReason, CancelledBy, cancellation, last_of
from model.delivered import Delivered, ServiceDelivered
from model.errors import DomainError
from model.moment import in_zone
from model.people import Client
from model.session import Session
from sync.settings import DEFAULTS, Settings

_CLAIM = ServiceDelivered.kind == Delivered.CANCELLATION


@dataclass(frozen=True, kw_only=True)
class Counted:
    """One cancellation or absence of a client, as it was judged."""

    session_id: UUID
    start: str
    advised: str
    no_show: bool
    reason: str
    ndis_code: str
    outcome: str
    amount_cents: int
    claimed: bool
    trace: str


def no_show(
    sessions: Sessions, act: Act, session: str, reason: str, client: str | None, settings: Settings = DEFAULTS
) -> Charge:
    """Note that a client did not come to a session that has begun; it is judged as no notice at all (R1, R5)."""
    with writing(sessions) as database:
        return miss(database, act, find_session(database, session), reason, client, settings)


def miss(
    database: Database, act: Act, row: Session, reason: str, client: str | None, settings: Settings
) -> Charge:
    """The same, inside a transaction that does more."""
    if row.starts_at > act.now:
        raise DomainError("E_TRANSITION", "This session has not begun; cancel for whoever will not come")
    who = by_ref(database, Client, client).id if client else None
    why = by_ref(database, CancellationReason, reason)
    made = cancellation(act, by=CancelledBy.CLIENT, reason=why, advised_at=row.starts_at, client_id=who)
    row.miss(made)
    ruling = charge(database, act, row, made, settings, claim=False)
    record(database, act, "missed", session_id=row.id, series_id=row.series_id)
    return charged(row, ruling)


def set_fee(sessions: Sessions, act: Act, session: str, client: str | None, cents: int, note: str) -> int:
    """Charge a client another fee for the last cancellation of a session (R65); what it was before."""
    with writing(sessions) as database:
        return give_fee(database, act, find_session(database, session), client, cents, note)


def give_fee(database: Database, act: Act, row: Session, client: str | None, cents: int, note: str) -> int:
    """The same, inside a transaction that does more."""
    made = _last(database, row, client)
    claims = ServiceDelivered.session_id == row.id, ServiceDelivered.client_id == made.client_id
    if database.scalar(select(ServiceDelivered.id).where(*claims, _CLAIM).limit(1)):
        raise DomainError(
            "E_LOCKED", "This is claimed under the rules of the NDIS; no fee takes its place; leave it"
        )
    before = made.amount_cents
    made.override(cents, note)
    record(database, act, "fee-set", session_id=row.id, before=before, after=cents)
    return before


def _last(database: Database, row: Session, client: str | None) -> Cancellation:
    """Of the client who was named, or of the only one who cancelled or missed it."""
    who = {one.client_id for one in row.cancellations if one.cancelled_by is CancelledBy.CLIENT}
    if client:
        who &= {by_ref(database, Client, client).id}
    found = [last_of(row.cancellations, one) for one in who if one is not None]
    if len(found) != 1 or found[0] is None:
        raise DomainError("E_CLIENT_REQUIRED", "Name a client who cancelled this session, or did not come")
    return found[0]


def counted(sessions: Sessions, client: str, start: str | None, end: str | None) -> list[Counted]:
    """What a client cancelled or missed, in order of time: a report, and no limit (000-22)."""
    with reading(sessions) as database:
        tz = practice_zone(database)
        who = by_ref(database, Client, client).id
        query = (
            select(Cancellation, Session)
            .join(Session, Session.id == Cancellation.session_id)
            .where(Cancellation.client_id == who, Cancellation.cancelled_by == CancelledBy.CLIENT)
            .options(joinedload(Cancellation.reason))
            .order_by(Session.starts_at, Cancellation.recorded_at)
        )
        if start:
            query = query.where(Session.starts_at >= read_instant(start, tz))
        if end:
            query = query.where(Session.starts_at < read_instant(end, tz))
        rows = [(made, row) for made, row in database.execute(query)]
        return list(_counted(database, rows, who))


def _counted(database: Database, rows: list[tuple[Cancellation, Session]], client: UUID) -> Iterator[Counted]:
    claims = select(ServiceDelivered.session_id).where(_CLAIM, ServiceDelivered.client_id == client)
    claimed = set(database.scalars(claims))
    for made, row in rows:
        yield Counted(
            session_id=row.id,
            start=written(in_zone(row.span.start, row.span.tz)),
            advised=written(in_zone(made.advised_at, row.span.tz)),
            no_show=made.no_show,
            reason=made.reason.ref,
            ndis_code=made.reason.ndis_code or "",
            outcome=made.outcome,
            amount_cents=made.amount_cents,
            claimed=row.id in claimed,
            trace=made.rule_trace,
        )
