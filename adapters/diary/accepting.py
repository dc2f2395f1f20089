"""Keep to the time in which workers accept or decline sessions (DOMAIN 2, SessionWorker): too late is refused, and what
was not answered in time becomes what the practice, or the worker's own row, says.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_sessions
from adapters.diary.transaction import record, writing
from model import participants
from model.acceptance import BECOMES, AtLimit, answer_until, check_in_time
from model.act import Act
from model.attendance import Assignment, SessionWorker
from model.details import Kind, Status
from model.inbound import Audience, Notice
from model.session import Session
from sync.settings import RulesSettings

_BATCH = 100
_LATE = timedelta(
    days=1
)  # what a round that failed, or did not take place, left behind is done by the next one
_CLOCKS = timedelta(days=1)  # days on a wall clock are not always 24 hours


def check_answer(row: Session, worker_id: UUID, act: Act, rules: RulesSettings) -> None:
    """Refuse an answer that comes after the practice's limit."""
    there = participants.assignment_of(row, worker_id)
    if rules.shift_acceptance_days and there is not None:
        days = int(rules.shift_acceptance_days)
        check_in_time(row.span.start, there.created_at, days=days, now=act.now)


def unassigned(rows: Sequence[Session]) -> list[str]:
    """The warning that a session has nobody now, so that no calendar shows it (000-05)."""
    return ["UNASSIGNED"] * any(not row.active_workers for row in rows)


def accept_at_limit(sessions: Sessions, act: Act, rules: RulesSettings, *, since: datetime) -> int:
    """Settle what was to be answered by now, and was not; how many assignments changed. A batch is a transaction.

    Only what has come due since the last round: what was due before anybody had to answer stays as it is.
    """
    if not rules.shift_acceptance_days:
        return 0
    with reading(sessions) as database:
        ids = _may_be_due(database, act, rules, since - _LATE)
    settled = 0
    for first in range(0, len(ids), _BATCH):
        with writing(sessions) as database:
            rows = load_sessions(database, ids[first : first + _BATCH])
            settled += sum(_settle(database, act, row, rules, since - _LATE) for row in rows)
    return settled


def _may_be_due(database: Database, act: Act, rules: RulesSettings, since: datetime) -> Sequence[UUID]:
    """Rostered sessions that somebody has not answered, and whose limit may lie in the time that is looked at."""
    until = act.now + timedelta(days=int(rules.shift_acceptance_days)) + _CLOCKS
    asks = SessionWorker.session_id == Session.id, SessionWorker.status == Assignment.ASSIGNED
    rostered = Session.status == Status.ROSTERED, Session.kind != Kind.OTHER_EVENT
    query = select(Session.id).join(SessionWorker, asks[0]).where(asks[1], *rostered)
    query = query.where(Session.starts_at > since, Session.starts_at <= until).distinct()
    return database.scalars(query).all()


def _settle(database: Database, act: Act, row: Session, rules: RulesSettings, since: datetime) -> int:
    """Answer for those whose time is over; whoever schedules is told where nobody is left."""
    due = [one for one in row.active_workers if _is_due(row, one, act, rules, since)]
    for one in due:
        status = BECOMES[_at_limit(one, rules)]
        participants.answer(row, one.worker_id, status)
        codes = unassigned([row])
        record(
            database, act, "answered", session_id=row.id, series_id=row.series_id, code=" ".join(codes),
            worker=one.worker.ref, answer=status,
        )  # fmt: skip
        for code in codes:
            database.add(_told(act, row, one, code))
    return len(due)


def _is_due(row: Session, one: SessionWorker, act: Act, rules: RulesSettings, since: datetime) -> bool:
    if one.status is not Assignment.ASSIGNED or _at_limit(one, rules) not in BECOMES:
        return False
    limit = answer_until(row.span.start, one.created_at, days=int(rules.shift_acceptance_days))
    return since < limit <= act.now


def _at_limit(one: SessionWorker, rules: RulesSettings) -> AtLimit:
    """The worker's own row, else the practice."""
    return AtLimit(one.worker.shift_acceptance or rules.shift_acceptance.upper())


def _told(act: Act, row: Session, one: SessionWorker, code: str) -> Notice:
    return Notice(
        id=act.new_id(), worker_id=one.worker_id, link_id=None, session_id=row.id, audience=Audience.SCHEDULER,
        code=code, day=act.now.date().isoformat(), sent_at=None,
    )  # fmt: skip
