"""What somebody says of a session without changing it: a client that they come, staff that they know of an overlap."""

from adapters.database.engine import Sessions
from adapters.diary.lookup import by_ref, find_session
from adapters.diary.scopes import find_target, note
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed
from model.act import Act
from model.details import Status
from model.errors import DomainError
from model.overlap import acknowledge
from model.people import Client
from model.series import Scope


def confirm(sessions: Sessions, act: Act, session: str, client: str | None) -> Changed:
    """Write down that a client will come (DOMAIN 2); of a session with one client it need not be said which.

    No calendar shows it: nothing of it is in a projection.
    """
    with writing(sessions) as database:
        row = find_session(database, session)
        if row.status is not Status.ROSTERED:
            raise DomainError(
                "E_TRANSITION",
                f"Clients confirm what is rostered, and this session is {row.status}; choose another",
            )
        who = by_ref(database, Client, client) if client else None
        attendance = row.attendance(who.id if who else None)
        attendance.confirm(act)
        record(database, act, "confirmed", session_id=row.id, client=attendance.client.internal_id)
        return Changed(session_id=row.id, series_id=row.series_id, count=1)


def acknowledge_overlap(sessions: Sessions, act: Act, session: str, scope: Scope | None) -> Changed:
    """Say that it is known that a worker is busy then; of a series, of what the scope reaches and was warned of."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        waiting = [row for row in target.rows if row.overlap_warned and not row.overlap_acknowledged]
        for row in waiting if len(target.rows) > 1 and waiting else [target.session]:
            acknowledge(row, act)
        note(database, act, "acknowledged", target, code="SLOT_OVERLAP")
        return target.changed(max(len(waiting), 1))
