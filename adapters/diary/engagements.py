"""Read what a worker is to be at, for whoever asks when they are busy, or why."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, bindparam, select, type_coerce
from sqlalchemy.orm import Session as Database

from adapters.database.many import many
from model.appointment_type import MOST_PADDING
from model.attendance import SessionWorker
from model.busy import Busy
from model.engagement import Engagement, takes
from model.session import Session

_WITHIN = (
    select(SessionWorker)
    .join(Session, Session.id == SessionWorker.session_id)
    .where(SessionWorker.worker_id == bindparam("worker"))
    .where(SessionWorker.ends_at > bindparam("padded_since"), SessionWorker.starts_at < bindparam("until"))
)
_ALL = _WITHIN.with_only_columns(
    SessionWorker.session_id, Session.kind, Session.status, Session.show_as, Session.tentative,
    SessionWorker.status, SessionWorker.starts_at, SessionWorker.ends_at, Session.padding_min,
).order_by(SessionWorker.starts_at, SessionWorker.session_id)  # fmt: skip
# A year has thousands of rows of a few sorts: their words stay as they are stored.
_SORTS = _WITHIN.with_only_columns(
    type_coerce(Session.kind, Text).label("kind"),
    type_coerce(Session.status, Text).label("status"),
    type_coerce(Session.show_as, Text).label("show_as"),
    Session.tentative,
    type_coerce(SessionWorker.status, Text).label("assignment"),
    SessionWorker.starts_at,
    SessionWorker.ends_at,
    Session.padding_min,
)


def engagements(database: Database, worker_id: UUID, since: datetime, until: datetime) -> list[Engagement]:
    """All that touches [since, until), also what takes no time; one query."""
    found = database.execute(_ALL, _asked(worker_id, since, until))
    all_found = (
        Engagement(
            session_id=one, kind=kind, status=status, show_as=show_as, tentative=tentative,
            assignment=assignment, start=start, end=end, padding_min=padding,
        )
        for one, kind, status, show_as, tentative, assignment, start, end, padding in found
    )  # fmt: skip
    return [one for one in all_found if one.taken_until > since]


def busy_with_sessions(database: Database, worker_id: UUID, since: datetime, until: datetime) -> list[Busy]:
    """The times that they take, each with its padding; one query."""
    found = many(database, _SORTS, _asked(worker_id, since, until))
    return [
        Busy(start, end + timedelta(minutes=padding) if padding else end, fbtype)
        for *sort, start, end, padding in found
        if (fbtype := takes(*sort)) is not None
    ]


def _asked(worker_id: UUID, since: datetime, until: datetime) -> dict[str, object]:
    return {"worker": worker_id, "padded_since": since - MOST_PADDING, "until": until}
