"""Change which clients take part in a session (000-05, 000-16, 001-16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.database.engine import Sessions
from adapters.diary.belonging import check_at_sites
from adapters.diary.charging import take_back
from adapters.diary.conflicts import overlaps
from adapters.diary.lookup import all_by_ref
from adapters.diary.planned import forget_clients
from adapters.diary.scopes import find_target, note, reached
from adapters.diary.staffing import check_eligibility
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from model.act import Act
from model.details import check_participants
from model.errors import DomainError
from model.participants import attendance_of, change_clients
from model.people import Client
from model.series import Scope, Series, SeriesClient
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Clients:
    """Who is taken in, and who out, in one step."""

    add: Sequence[str] = ()
    remove: Sequence[str] = ()


def change(sessions: Sessions, act: Act, session: str, who: Clients, scope: Scope | None) -> Changed:
    """Take clients in and out of a session, the rest of its series, or all that is to come."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        add, remove = all_by_ref(database, Client, who.add), all_by_ref(database, Client, who.remove)
        series, rows = reached(database, target, act)
        changed = [row for row in rows if _change(row, act, add, remove, one_by_one=len(rows) > 1)]
        if not changed:
            raise DomainError(
                "E_DUPLICATE_CLIENT", "All of these sessions have exactly those clients already; name others"
            )
        if series is not None:
            _change_series(series, add, remove)
        check_at_sites(database, changed, [client.id for client in add])
        check_eligibility(database, changed)
        database.flush()
        take_back(database, changed, {client.id for client in add})
        forget_clients(database, changed, series, {client.id for client in remove})
        warnings = overlaps(database, changed)
        note(database, act, "clients-changed", target, code=" ".join(warnings))
        return target.changed(len(changed), series=series, warnings=warnings)


def _change(
    row: Session, act: Act, add: Sequence[Client], remove: Sequence[Client], *, one_by_one: bool
) -> bool:
    """Change one session; of several each only as far as it is not so already. Whether it changed."""
    if one_by_one:
        add = [client for client in add if attendance_of(row, client.id) is None]
        remove = [client for client in remove if attendance_of(row, client.id) is not None]
        if not add and not remove:
            return False
    change_clients(row, act, add=add, remove=remove)
    return True


def _change_series(series: Series, add: Sequence[Client], remove: Sequence[Client]) -> None:
    """Those made later have the same clients."""
    gone, there = {client.id for client in remove}, {one.client_id for one in series.clients}
    new = [SeriesClient(client_id=one.id, client=one) for one in add if one.id not in there - gone]
    series.clients[:] = [one for one in series.clients if one.client_id not in gone] + new
    check_participants(kind=series.kind, work_type=series.work_type, clients=len(series.clients))
