"""Notice, at each flush, what reminders and messages have to follow: sessions that are new, moved, cancelled or held.

It stands below all that changes sessions, so that a drag in a calendar counts as much as a command; what follows from
it is `reminding`'s and `rescheduled`'s. A practice whose sessions remind nobody pays for one look at what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import UOWTransaction
from sqlalchemy.orm.util import identity_key

from adapters.database.reminding import ask_afterwards, of_clients, settle
from adapters.database.rescheduled import tell_moved, written
from adapters.database.telling import TELLING, Telling
from adapters.database.transactions import now_of
from model.attendance import SessionClient
from model.details import Status
from model.people import Client
from model.session import Session


@dataclass
class _Changed:
    """What one flush did that concerns clients; `was`: when sessions took place before."""

    sessions: set[UUID] = field(default_factory=set)
    was: dict[UUID, str] = field(default_factory=dict)
    held: set[UUID] = field(default_factory=set)
    clients: set[UUID] = field(default_factory=set)

    def note(self, database: Database, row: object, *, new: bool = False) -> None:
        if isinstance(row, Session):
            self._note_session(row, new=new)
        elif isinstance(row, SessionClient):
            session = database.identity_map.get(identity_key(Session, row.session_id))
            if not isinstance(session, Session) or session.reminder_text:
                self.sessions.add(row.session_id)
        elif isinstance(row, Client) and _before(row, "tz"):
            self.clients.add(row.id)

    def _note_session(self, row: Session, *, new: bool) -> None:
        before = {name: _before(row, name) for name in ("local_start", "tz", "status", "reminder_text")}
        reminds = row.reminder_text or before["reminder_text"]
        if reminds and (new or any(before.values()) or _before(row, "starts_at")):
            self.sessions.add(row.id)
        if row.session_bridge and (new or before["status"] or _before(row, "session_bridge")):
            self.held.add(row.id)
        if (before["local_start"] or before["tz"]) and row.has_client and row.status is Status.ROSTERED:
            self.was[row.id] = written(
                *(str((before[name] or (getattr(row, name),))[0]) for name in ("local_start", "tz"))
            )


def follow(database: Database, _: UOWTransaction) -> None:
    """After each flush."""
    changed = _Changed()
    for row in database.new:
        changed.note(database, row, new=True)
    for row in database.dirty:
        changed.note(database, row)
    for row in database.deleted:
        if isinstance(row, SessionClient):
            changed.note(database, row)
    _follow(database, changed, now=now_of(database))


def follow_new(database: Database, rows: list[Session], *, now: datetime) -> None:
    """The same for sessions that came past the unit of work."""
    _follow(database, _Changed(sessions={row.id for row in rows if row.reminder_text}), now=now)


def follow_undone(database: Database, before: Mapping[UUID, Mapping[str, Any]], *, now: datetime) -> None:
    """The same for sessions that were brought back row by row; `before`: what the changed columns held until then."""
    changed = _Changed(sessions=set(before), held=set(before))
    moved = [name for name, values in before.items() if {"local_start", "tz"} & values.keys()]
    query = select(Session.id, Session.local_start, Session.tz).where(Session.id.in_(moved))
    for row in database.connection().execute(query):
        values: dict[str, Any] = {"local_start": row.local_start, "tz": row.tz, **before[row.id]}
        changed.was[row.id] = written(values["local_start"], values["tz"])
    _follow(database, changed, now=now)


def _follow(database: Database, changed: _Changed, *, now: datetime) -> None:
    telling: Telling = database.info[TELLING]
    if changed.clients:
        changed.sessions |= of_clients(database, changed.clients)
    if changed.sessions:
        settle(database, changed.sessions, telling, now=now)
    if changed.was:
        tell_moved(database, changed.was, telling, now=now)
    if changed.held:
        ask_afterwards(database, changed.held, now=now)


def _before(row: object, name: str) -> tuple[Any, ...]:
    """The value that an attribute had until this flush; nothing where it is new, or the same."""
    return tuple(inspect(row).attrs[name].history.deleted or ())
