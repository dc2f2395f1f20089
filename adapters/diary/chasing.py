"""Speak again of what is held: to the practitioner after a while, then to whoever schedules (DOMAIN 1.8).

Nothing is decided here, however long it waits: a held change never times out into a deletion.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from model.act import Act
from model.inbound import Audience, ChangeState, InboundChange, Notice
from model.link import CalendarLink
from sync.settings import InboundSettings


@dataclass(frozen=True, kw_only=True)
class _Step:
    code: str
    audience: Audience
    hours: int


def chase(sessions: Sessions, act: Act, policy: InboundSettings) -> int:
    """Give each notice that is due, once a change; return how many."""
    steps = (
        _Step(code="HELD_REMINDER", audience=Audience.WORKER, hours=policy.held_remind_h),
        _Step(code="HELD_ESCALATED", audience=Audience.SCHEDULER, hours=policy.held_escalate_h),
    )
    with sessions.begin() as database:
        return sum(_give(database, act, step) for step in steps)


def _give(database: Database, act: Act, step: _Step) -> int:
    given = exists().where(Notice.change_ref == InboundChange.ref, Notice.code == step.code)
    query = (
        select(InboundChange, CalendarLink.worker_id)
        .join(CalendarLink, CalendarLink.id == InboundChange.link_id)
        .where(InboundChange.state == ChangeState.HELD, ~given)
        .where(InboundChange.detected_at <= act.now - timedelta(hours=step.hours))
        .order_by(InboundChange.detected_at, InboundChange.id)
    )
    found = database.execute(query).all()
    for row in found:
        change, worker_id = row[0], row[1]
        notice = Notice(
            id=act.new_id(),
            worker_id=worker_id,
            link_id=change.link_id,
            session_id=change.session_id or change.series_id,
            change_ref=change.ref,
            audience=step.audience,
            code=step.code,
            day=act.now.date().isoformat(),
            sent_at=None,
        )
        database.add(notice)
    return len(found)
