"""Keep the reminders of sessions as `model.reminder` wants them: made, timed anew, voided (R61, R62).

Everything is read from and written to the tables, a fixed number of statements for any number of sessions; so it does
not matter whether a command, a calendar or a rewind changed them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from adapters.database.telling import Telling
from model.attendance import Attendance, SessionClient
from model.base import Base
from model.details import Status
from model.message import Message, MessageState
from model.moment import zone
from model.people import Client
from model.reminder import (
    FeedbackState,
    Plan,
    Reminder,
    ReminderState,
    due,
    plans_of,
    row_id,
    settled,
    takes_place,
)
from model.session import Session

_TABLE, _ASKED = Base.metadata.tables["reminder"], Base.metadata.tables["feedback_request"]
_Row = Row[*tuple[Any, ...]]
_Name = tuple[UUID, UUID, int]  # session, client, days before


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    n: int
    plan: Plan
    due_at: datetime
    wanted: bool


def settle(database: Database, sessions: Collection[UUID], telling: Telling, *, now: datetime) -> None:
    """Bring the reminders of some sessions in line with them; what is out already stays."""
    new: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    for some in portions(list(sessions)):
        wanted = dict(_wanted(database, some, telling))
        there = {_name(row): row for row in _there(database, some)}
        new += [_new(name, one, now) for name, one in wanted.items() if name not in there]
        changed += [values for name, row in there.items() if (values := _change(row, wanted.get(name), now))]
    if new:
        database.connection().execute(insert(_TABLE), new)
    if changed:
        _store(database, changed)


def _wanted(
    database: Database, sessions: Collection[UUID], telling: Telling
) -> Iterator[tuple[_Name, _Wanted]]:
    query = (
        select(
            Session.id, Session.starts_at, Session.tz, Session.status, Session.reminder_text,
            SessionClient.client_id, SessionClient.status.label("part"), Client.tz.label("client_tz"),
        )
        .join(SessionClient, SessionClient.session_id == Session.id)
        .join(Client, Client.id == SessionClient.client_id)
        .where(Session.id.in_(sessions), Session.reminder_text != "")
    )  # fmt: skip
    for row in database.connection().execute(query):
        coming = takes_place(Status(row.status)) and row.part != Attendance.CANCELLED
        for n, plan in enumerate(plans_of(row.reminder_text), start=1):
            at = due(row.starts_at, plan.days, tz=zone(row.client_tz or row.tz), at=telling.send_at)
            yield (row.id, row.client_id, plan.days), _Wanted(n=n, plan=plan, due_at=at, wanted=coming)


def _there(database: Database, sessions: Collection[UUID]) -> list[_Row]:
    return list(database.connection().execute(select(_TABLE).where(_TABLE.c.session_id.in_(sessions))))


def _name(row: _Row) -> _Name:
    return row.session_id, row.client_id, row.days_before


def _new(name: _Name, one: _Wanted, now: datetime) -> dict[str, object]:
    state = settled(None, was_due=None, due_at=one.due_at, wanted=one.wanted, now=now)
    session_id, client_id, days = name
    return _planned(one) | {
        "id": row_id("reminder", *name), "session_id": session_id, "client_id": client_id, "days_before": days,
        "due_at": one.due_at, "state": state, "created_at": now, "updated_at": now, "rev": 0,
    }  # fmt: skip


def _planned(one: _Wanted) -> dict[str, object]:
    return {"n": one.n, "channels": " ".join(one.plan.channels)}


def _change(row: _Row, one: _Wanted | None, now: datetime) -> dict[str, object]:
    """The values that a row is to have, or nothing."""
    due_at, planned = (one.due_at, _planned(one)) if one else (row.due_at, {})
    state = settled(row.state, was_due=row.due_at, due_at=due_at, wanted=bool(one and one.wanted), now=now)
    if state in (ReminderState.SENT, ReminderState.FAILED):
        return {}
    values: dict[str, object] = {"n": row.n, "channels": row.channels} | planned
    values |= {"due_at": due_at, "state": state}
    if all(getattr(row, name) == value for name, value in values.items()):
        return {}
    return values | {"of": row.id, "updated_at": now}


def _store(database: Database, changed: list[dict[str, object]]) -> None:
    """Write them, and take back what was queued for the time before."""
    names = [name for name in changed[0] if name != "of"]
    step = update(_TABLE).where(_TABLE.c.id == bindparam("of")).values({n: bindparam(n) for n in names})
    database.connection().execute(step, changed)
    for some in portions([one["of"] for one in changed]):
        waiting = Message.reminder_id.in_(some), Message.state == MessageState.QUEUED
        database.connection().execute(update(Message).where(*waiting).values(state=MessageState.VOID))


def of_clients(database: Database, clients: Collection[UUID]) -> set[UUID]:
    """The sessions that some clients are still to be reminded of."""
    waits = Reminder.client_id.in_(clients), Reminder.state == ReminderState.SCHEDULED
    return set(database.connection().execute(select(Reminder.session_id).where(*waits)).scalars())


def ask_afterwards(database: Database, sessions: Collection[UUID], *, now: datetime) -> None:
    """004-15: of what was held, a request for each client who came; where it was reset, what nobody was sent goes."""
    mine = Session.id.in_(sessions)
    came = (
        select(SessionClient.session_id, SessionClient.client_id)
        .join(Session, Session.id == SessionClient.session_id)
        .where(mine, Session.session_bridge, Session.status == Status.COMPLETE)
        .where(SessionClient.status == Attendance.ATTENDED)
    )
    wanted = {(row.session_id, row.client_id) for row in database.connection().execute(came)}
    there = database.connection().execute(select(_ASKED).where(_ASKED.c.session_id.in_(sessions))).all()
    known = {(row.session_id, row.client_id) for row in there}
    new = [_request(*name, now) for name in sorted(wanted - known)]
    if new:
        database.connection().execute(insert(_ASKED), new)
    gone = [row.id for row in there if (row.session_id, row.client_id) not in wanted]
    if gone:
        unsent = _ASKED.c.id.in_(gone), _ASKED.c.state == FeedbackState.RECORDED
        database.connection().execute(delete(_ASKED).where(*unsent))


def _request(session_id: UUID, client_id: UUID, now: datetime) -> dict[str, object]:
    return {
        "id": row_id("feedback", session_id, client_id), "session_id": session_id, "client_id": client_id,
        "state": FeedbackState.RECORDED, "created_at": now, "updated_at": now, "rev": 0,
    }  # fmt: skip
