"""Edit what is said of a session: subject, message, link, type, what staff write for themselves, how its clients are
spoken to (001-06, 001-07, 001-14, 004-13 to 004-15).

What calendars show is changed from where the scope begins, so that what took place stays as it was (R12, R13). What no
calendar shows needs no split of a series, and has nothing sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.lookup import by_ref
from adapters.diary.reminding import read_reminders
from adapters.diary.scopes import Target, find_target, note, reached
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from model.act import Act
from model.details import Kind
from model.errors import DomainError
from model.lock import Lock, locked
from model.particulars import check_text, service_type_text
from model.series import Scope, Series
from model.session import Session
from model.session_type import SessionType
from model.subject import subject_warnings
from sync.settings import DEFAULTS, Settings

_CLOSED = (Lock.SD_EXTRACTED, Lock.SESSION_CANCELLED, Lock.SESSION_COMPLETE)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What is said anew; None leaves it as it is. An empty `session_type` takes it away, an empty reminder all."""

    subject: str | None = None
    employee_message: str | None = None
    url: str | None = None
    session_type: str | None = None
    comments: str | None = None
    service_types: Sequence[str] | None = None
    instructions: str | None = None
    reminders: Sequence[str] | None = None
    session_bridge: bool | None = None

    @property
    def shown(self) -> bool:
        """Whether a calendar may show something of it."""
        said = (self.subject, self.employee_message, self.url, self.session_type)
        return any(value is not None for value in said)

    @property
    def empty(self) -> bool:
        quiet = (self.comments, self.service_types, self.instructions, self.reminders, self.session_bridge)
        return not self.shown and all(value is None for value in quiet)


def edit(
    sessions: Sessions, act: Act, session: str, what: Edit, scope: Scope | None, settings: Settings = DEFAULTS
) -> Changed:
    """Edit a session, the rest of its series, or all that is to come."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        _check(target, what)
        of_type = _type(database, what.session_type)
        series, rows = reached(database, target, act) if what.shown else _inside(target, act)
        reminders = _reminders(target, rows, what)
        for row in rows:
            _say(row, what, of_type, reminders)
        if series is not None:
            _say(series, what, of_type, reminders)
        warnings = (
            subject_warnings(what.subject, settings.rules.subject_pattern) if what.subject is not None else []
        )
        note(database, act, "edited", target, code=" ".join(warnings))
        return target.changed(len(rows), series=series, warnings=warnings)


def _check(target: Target, what: Edit) -> None:
    """What is complete or cancelled stays as it is; a bill or a signed note says nothing about words (DOMAIN 1.7)."""
    session = target.session
    if session.kind is Kind.OTHER_EVENT:
        raise DomainError("E_LOCKED", "An Other Event is its owner's: edit it in their calendar")
    check_text(what.comments or "")
    check_text(what.instructions or "")
    if target.scope is Scope.ALL_IN_SERIES:
        return
    for lock in session.locks:
        if lock in _CLOSED:
            raise locked(lock, "This session cannot be edited")


def _inside(target: Target, act: Act) -> tuple[Series | None, list[Session]]:
    """What a change that nobody outside sees reaches: rows, and the series as the pattern of those to come."""
    rows = [row for row in target.rows if not set(row.locks) & set(_CLOSED)]
    if target.series is None or target.scope is Scope.THIS_ONLY:
        return None, rows
    if target.scope is Scope.ALL_IN_SERIES:
        rows = [row for row in rows if row.starts_at > act.now]
    return target.series, rows


def _type(database: Database, ref: str | None) -> SessionType | None:
    if not ref:
        return None
    found = by_ref(database, SessionType, ref)
    found.check_offered()
    return found


def _reminders(target: Target, rows: Sequence[Session], what: Edit) -> str | None:
    """How all clients of these sessions are reminded from now on; None where that is not said."""
    if what.reminders is None:
        return None
    clients = {one.client_id: one.client for row in rows for one in row.active_clients}
    return read_reminders(what.reminders, has_client=target.session.has_client, clients=clients.values())


def _say(unit: Session | Series, what: Edit, of_type: SessionType | None, reminders: str | None) -> None:
    for name in ("subject", "employee_message", "url", "comments", "instructions", "session_bridge"):
        if (value := getattr(what, name)) is not None:
            setattr(unit, name, value)
    if what.session_type is not None:
        unit.take_type(of_type)
    if what.service_types is not None:
        unit.service_type_text = service_type_text(what.service_types)
    if reminders is not None:
        unit.reminder_text = reminders
