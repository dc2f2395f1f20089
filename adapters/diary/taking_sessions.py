"""Import sessions and series with all that belongs to them: the rules of `session add`, asked of all of them at once.

What is asked of each by itself is `adding`'s and `planning`'s. What they want of rooms, assets and people is asked once
they are all there, beside each other and beside what was there before; of what was cancelled nobody asks it.
"""

from collections.abc import Iterable, Iterator

from adapters.database.bulk import insert_all
from adapters.diary.adding import New, Prepared, prepare, record_added
from adapters.diary.conflicts import clashes, meetings
from adapters.diary.entries import Entry
from adapters.diary.presence import absences
from adapters.diary.staffing import ineligibilities
from adapters.diary.taking import Imported, Made, Taking, Tally, typed
from adapters.diary.taking_cancellations import take_cancellations
from adapters.diary.taking_happened import take_happened
from adapters.diary.taking_parts import take_shifts, take_times
from adapters.diary.taking_plans import take_plans
from model.details import Status
from model.errors import DomainError
from model.series import Series
from model.session import Session


def take_sessions(taking: Taking) -> list[Imported]:
    """Add what is not there yet; what is wrong with one of them is said of its entry."""
    sessions = Tally("session")
    parts = [Tally(name) for name in ("planned_service", "ad_hoc_service", "worker_time", "in_shift")]
    plans, ad_hoc, times, shifts = parts
    made = _prepared(taking, taking.new("session", sessions))
    take_times(taking, made, times)
    planned = take_plans(taking, made, plans, ad_hoc)
    take_shifts(taking, made, shifts)
    cancelled = Tally("cancellation")
    gone = take_cancellations(taking, made, cancelled)
    warnings = _warnings(taking, made)
    _check(taking, made)
    insert_all(taking.database, [*_rows(made), *planned], now=taking.act.now)
    for entry, one in made.values():
        codes = sorted({*one.warnings, *warnings[entry.ref]})
        sessions.warn(codes)
        record_added(taking.database, taking.act, one, codes)
    sessions.added = len(made)
    happened = take_happened(taking, made, gone)
    return [done for tally in (sessions, *parts, cancelled, *happened) for done in tally.done]


def _prepared(taking: Taking, entries: Iterable[Entry]) -> Made:
    made: Made = {}
    with taking.database.no_autoflush:
        for entry in entries:
            try:
                new = New(**typed(entry))  # type: ignore[arg-type]
                made[entry.ref] = entry, prepare(taking.database, new, taking.act_for(entry), taking.settings)
            except DomainError as error:
                taking.refuse(entry, error)
    return made


def _standing(one: Prepared) -> list[Session]:
    """Those of its rows that take place."""
    return [row for row in one.rows if row.status is not Status.CANCELLED]


def _rows(made: Made) -> Iterator[Series | Session]:
    for _, one in made.values():
        if one.series:
            yield one.series
        yield from one.rows


# --- what speaks against them ---------------------------------------------------------------------------------


def _check(taking: Taking, made: Made) -> None:
    """Refuse what rules refuse: each entry is told the first thing of each kind."""
    rows = [row for _, one in made.values() for row in _standing(one)]
    entry_of = {row: entry for entry, one in made.values() for row in one.rows}
    said: set[tuple[str, str]] = set()
    for row, error in [*ineligibilities(taking.database, rows), *_absences(taking, rows)]:
        entry = entry_of[row]
        if (entry.ref, error.code) not in said:
            taking.refuse(entry, error)
        said.add((entry.ref, error.code))
    clashing = clashes(taking.database, rows)
    for entry, one in made.values():
        for error in clashing.of(_standing(one)):
            taking.refuse(entry, error)


def _absences(taking: Taking, rows: list[Session]) -> Iterator[tuple[Session, DomainError]]:
    prevented = taking.settings.rules.worker_availability == "prevent"
    return absences(taking.database, rows) if prevented else iter(())


def _warnings(taking: Taking, made: Made) -> dict[str, set[str]]:
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
