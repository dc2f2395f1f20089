"""What notes, bills and exported records know of sessions, as expressions beside the rows they lock (DOMAIN 1.7).

Nothing of it is stored with a session. What a lock forbids is `model.lock`'s and `model.session`'s.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, func, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from model.bill import Bill, BillLine, BillState
from model.delivered import DeliveredState, ServiceDelivered
from model.note import Note
from model.session import Session


def note_signed() -> ColumnElement[bool]:
    return exists().where(Note.session_id == Session.id, Note.signed_at.is_not(None)).correlate(Session)


def money() -> ColumnElement[str]:
    """PAID, else BILLED, as the greater of the two words is the stronger; empty where no bill is open."""
    held = select(func.max(cast(Bill.state, Text))).join(BillLine, BillLine.bill_id == Bill.id)
    held = held.where(BillLine.session_id == Session.id, Bill.state != BillState.CANCELLED)
    return func.coalesce(held.correlate(Session).scalar_subquery(), "")


def extracted() -> ColumnElement[bool]:
    out = ServiceDelivered.state != DeliveredState.CREATED
    return exists().where(ServiceDelivered.session_id == Session.id, out).correlate(Session)


def any_held(database: Database, ids: Iterable[UUID]) -> bool:
    """Whether a note, a bill or an exported record holds one of some sessions where it is."""
    holds = or_(note_signed(), money() != "", extracted())
    queries = (select(Session.id).where(Session.id.in_(some), holds) for some in portions(list(ids)))
    return any(database.scalar(query.limit(1)) is not None for query in queries)
