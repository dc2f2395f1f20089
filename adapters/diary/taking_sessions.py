"""Import sessions and series with what is planned for them: the rules of `session add`, asked of all of them at once.

What is asked of each by itself is `adding`'s and `planning`'s. What they want of rooms, assets and people is asked once
they are all there, beside each other and beside what was there before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from adapters.database.bulk import insert_all
from adapters.diary.adding import New, Prepared, prepare, record_added
from adapters.diary.agreements import agreements_of
from adapters.diary.conflicts import clashes, meetings
from adapters.diary.entries import Entry
from adapters.diary.planning import plan_new
from adapters.diary.presence import absences
from adapters.diary.staffing import ineligibilities
from adapters.diary.taking import Imported, Taking, Tally, typed
from adapters.diary.terms import Plan
from model.errors import DomainError
from model.series import Series
from model.service import GroupTemplate, PlannedService, Service, ServiceAgreement
from model.session import Session

_Made = dict[str, tuple[Entry, Prepared]]  # by what the file calls them


def take_sessions(taking: Taking) -> list[Imported]:
    """Add what is not there yet; what is wrong with one of them is said of its entry."""
    sessions, plans = Tally("session"), Tally("planned_service")
    made = _prepared(taking, taking.new("session", sessions))
    planned = _plan(taking, made, plans)
    warnings = _warnings(taking, made)
    _check(taking, made)
    insert_all(taking.database, [*_rows(made), *planned], now=taking.act.now)
    for entry, one in made.values():
        codes = sorted({*one.warnings, *warnings[entry.ref]})
        sessions.warn(codes)
        record_added(taking.database, taking.act, one, codes)
    sessions.added = len(made)
    return sessions.done + plans.done


def _prepared(taking: Taking, entries: Iterable[Entry]) -> _Made:
    made: _Made = {}
    with taking.database.no_autoflush:
        for entry in entries:
            try:
                new = New(**typed(entry))  # type: ignore[arg-type]
                made[entry.ref] = entry, prepare(taking.database, new, taking.act_for(entry), taking.settings)
            except DomainError as error:
                taking.refuse(entry, error)
    return made


def _rows(made: _Made) -> Iterator[Series | Session]:
    for _, one in made.values():
        if one.series:
            yield one.series
        yield from one.rows


# --- what is planned ------------------------------------------------------------------------------------------


def _plan(taking: Taking, made: _Made, tally: Tally) -> list[PlannedService]:
    """Plan what is to be delivered; of sessions that were there before nothing, their plans may be others by now."""
    entries = taking.found.good("planned_service")
    mine = [entry for entry in entries if entry.text("session") in made]
    with taking.database.no_autoflush:
        templates = _templates(taking)
        agreements = _agreements(taking, [made[entry.text("session")][1] for entry in mine])
        owned: defaultdict[UUID, list[PlannedService]] = defaultdict(list)
        for entry in mine:
            _, target = made[entry.text("session")]
            first = target.rows[0]
            among = [one for client in first.clients for one in agreements[client.client_id]]
            try:
                what = _asked(entry, first, templates)
                plan_new(taking.database, taking.act, target.rows, target.series, what, among, owned)
            except DomainError as error:
                taking.refuse(entry, error)
    tally.added, tally.kept = len(mine), len(entries) - len(mine)
    return [plan for several in owned.values() for plan in several]


def _asked(entry: Entry, session: Session, templates: dict[str, tuple[str, GroupTemplate]]) -> Plan:
    """A plan as typed, or what a group template makes of it for those of its clients who take part (001-12)."""
    values = typed(entry)
    values.pop("session")
    if "template" in values:
        service, template = templates[str(values.pop("template"))]
        usual = {one.client_id for one in template.clients}
        who = [one.client.ref for one in session.active_clients if one.client_id in usual]
        if not who:
            raise DomainError(
                "E_CLIENT_REQUIRED", "No client of that group template takes part in this session"
            )
        values |= {"service": service, "clients": who, "ratio": template.ratio}
    return Plan(**values)  # type: ignore[arg-type]


def _templates(taking: Taking) -> dict[str, tuple[str, GroupTemplate]]:
    """Group templates with the service of each, by what the practice calls them."""
    query = select(Service.ref, GroupTemplate).join(GroupTemplate, GroupTemplate.service_id == Service.id)
    found = taking.database.execute(query.options(selectinload(GroupTemplate.clients))).all()
    return {row[1].ref: (row[0], row[1]) for row in found}


def _agreements(taking: Taking, targets: Iterable[Prepared]) -> dict[UUID, list[ServiceAgreement]]:
    """What the clients of these sessions have agreed to."""
    clients = {one.client_id for target in targets for one in target.rows[0].clients}
    found: defaultdict[UUID, list[ServiceAgreement]] = defaultdict(list)
    for agreement in agreements_of(taking.database, clients):
        found[agreement.client_id].append(agreement)
    return found


# --- what speaks against them ---------------------------------------------------------------------------------


def _check(taking: Taking, made: _Made) -> None:
    """Refuse what rules refuse: each entry is told the first thing of each kind."""
    rows = [row for _, one in made.values() for row in one.rows]
    entry_of = {row: entry for entry, one in made.values() for row in one.rows}
    said: set[tuple[str, str]] = set()
    for row, error in [*ineligibilities(taking.database, rows), *_absences(taking, rows)]:
        entry = entry_of[row]
        if (entry.ref, error.code) not in said:
            taking.refuse(entry, error)
        said.add((entry.ref, error.code))
    clashing = clashes(taking.database, rows)
    for entry, one in made.values():
        for error in clashing.of(one.rows):
            taking.refuse(entry, error)


def _absences(taking: Taking, rows: list[Session]) -> Iterator[tuple[Session, DomainError]]:
    prevented = taking.settings.rules.worker_availability == "prevent"
    return absences(taking.database, rows) if prevented else iter(())


def _warnings(taking: Taking, made: _Made) -> dict[str, set[str]]:
    """What is only to be known, by entry."""
    rows = [row for _, one in made.values() for row in one.rows]
    met = meetings(taking.database, rows)
    allowed = taking.settings.rules.worker_availability != "prevent"
    away = {row for row, _ in absences(taking.database, rows)} if allowed else set()
    return {
        entry.ref: {
            code for row in one.rows for code in (*met.get(row, ()), *["WORKER_UNAVAILABLE"] * (row in away))
        }
        for entry, one in made.values()
    }
