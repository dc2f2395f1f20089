"""Read what a worker is to be at, for whoever asks when they are busy, or why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from model.attendance import SessionWorker
from model.engagement import Engagement
from model.session import Session


def engagements(database: Database, worker_id: UUID, since: datetime, until: datetime) -> list[Engagement]:
    """All that touches [since, until), also what takes no time; one query."""
    query = (
        select(
            SessionWorker.session_id, Session.kind, Session.status, Session.show_as, Session.tentative,
            SessionWorker.status, SessionWorker.starts_at, SessionWorker.ends_at,
        )
        .join(Session, Session.id == SessionWorker.session_id)
        .where(SessionWorker.worker_id == worker_id)
        .where(SessionWorker.ends_at > since, SessionWorker.starts_at < until)
        .order_by(SessionWorker.starts_at, SessionWorker.session_id)
    )  # fmt: skip
    return [
        Engagement(
            session_id=one, kind=kind, status=status, show_as=show_as, tentative=tentative,
            assignment=assignment, start=start, end=end,
        )
        for one, kind, status, show_as, tentative, assignment, start, end in database.execute(query)
    ]  # fmt: skip
