"""Bundle what practitioners should be told, so that one evening of edits is one mail (DOMAIN 1.8).

A bundle goes when nothing was added for a while, and after an hour in any case. Its lines hold a session's id, its
time, and codes in words; no name, no service, no reason that somebody typed.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary import outbox
from adapters.diary.outbox import Said
from adapters.diary.telling import moment
from adapters.diary.transaction import writing
from model.act import Act
from model.inbound import Audience, InboundChange, Notice
from model.message import Kind, Message
from model.people import Worker
from model.session import Session
from sync.explain import gesture, reason

_LONGEST = timedelta(hours=1)
_Whom = tuple[Audience, UUID | None]


def bundle(sessions: Sessions, act: Act, *, delay: timedelta, told: Collection[Audience]) -> int:
    """Queue a mail for everybody whose notices have been quiet for `delay`; return how many.

    Who has no address is left out: `status` shows their notices.
    """
    with writing(sessions) as database:
        waiting = _waiting(database, told)
        due = {whom: some for whom, some in waiting.items() if _is_due(some, act, delay)}
        for (audience, worker_id), some in due.items():
            to = database.get_one(Worker, worker_id) if worker_id else audience
            said = Said(kind=Kind.NOTICES, key=f"notices:{some[0].id}", to=to)
            message = outbox.queue(database, act, said)
            for notice in some:
                notice.message_id = message.id
    return len(due)


def _waiting(database: Database, told: Collection[Audience]) -> dict[_Whom, list[Notice]]:
    """The notices in no mail yet, by whom they are for, in order."""
    query = (
        select(Notice, Worker.email)
        .join(Worker, Worker.id == Notice.worker_id)
        .where(Notice.sent_at.is_(None), Notice.message_id.is_(None))
        .order_by(Notice.created_at, Notice.id)
    )
    found: dict[_Whom, list[Notice]] = {}
    for row in database.execute(query):
        notice: Notice = row[0]
        if notice.audience is Audience.WORKER and row[1].strip():
            found.setdefault((notice.audience, notice.worker_id), []).append(notice)
        elif notice.audience is not Audience.WORKER and notice.audience in told:
            found.setdefault((notice.audience, None), []).append(notice)
    return found


def _is_due(notices: list[Notice], act: Act, delay: timedelta) -> bool:
    return notices[-1].created_at + delay <= act.now or notices[0].created_at + _LONGEST <= act.now


def lines_of(database: Database, message: Message) -> list[str]:
    """A line for each notice of a mail, in order."""
    query = (
        select(Notice, InboundChange, Session, Worker.ref)
        .join(Worker, Worker.id == Notice.worker_id)
        .outerjoin(InboundChange, InboundChange.ref == Notice.change_ref)
        .outerjoin(Session, Session.id == Notice.session_id)
        .where(Notice.message_id == message.id)
        .order_by(Notice.created_at, Notice.id)
    )
    return [_line(row[0], row[1], row[2], row[3]) for row in database.execute(query)]


def _line(notice: Notice, change: InboundChange | None, session: Session | None, worker: str) -> str:
    when = str(change.before.get("start") or "") if change else ""
    when = when or (session.local_start if session else "")
    about = [f"session {str(notice.session_id)[:8]}"] if notice.session_id else []
    about += [moment(when)] if when else []
    about += [f"calendar of {worker}"] if notice.audience is not Audience.WORKER else []
    did = f"{gesture(change.code)}; " if change else ""
    why = ", ".join(map(reason, notice.code.split()))
    asked = f" (calendula changes show {notice.change_ref})" if notice.change_ref else ""
    return f"{', '.join(about) or 'a calendar'}: {did}{why} [{notice.code}]{asked}"
