"""Plan roster periods: made from a base roster, and changed until they are published (001-02, R50, R51, R54).

What is wrong with one is `validating`'s to find; what it becomes is `publishing`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import joinedload, selectinload

from adapters.database.engine import Sessions, reading
from adapters.diary.rosters import (
    PARTS,
    Slot,
    SlotView,
    active_base,
    give,
    length,
    made,
    seen,
    slot_named,
    time_of_day,
)
from adapters.diary.transaction import record, writing
from model.act import Act
from model.activity import check_inside
from model.errors import DomainError
from model.roster import BaseRoster, PeriodState, RosterPeriod


@dataclass(frozen=True, kw_only=True)
class PeriodView:
    """One roster period."""

    id: str
    base: str
    version: int
    start: str
    end: str
    state: str
    sessions: int
    violations: int
    budget_cents: int | None


def create(sessions: Sessions, act: Act, base_name: str, start: date, budget_cents: int | None = None) -> str:
    """Copy every session of a base roster to its dates (R50); the period's id. Its budget is the base's, or another."""
    with writing(sessions) as database:
        base = active_base(database, base_name)
        end = base.end_of(start)
        _check_apart(database, base, start, end)
        period = RosterPeriod(id=act.new_id(), base_id=base.id, start_date=start, end_date=end)
        period.state, period.violations = PeriodState.PLANNED, {}
        period.budget_cents = base.budget_cents if budget_cents is None else budget_cents
        period.slots = [slot.dated(act, period) for slot in base.slots]
        database.add(period)
        record(database, act, "period-created")
        return str(period.id)


def _check_apart(database: Database, base: BaseRoster, start: date, end: date) -> None:
    """Two periods of one base have no day in common (E_PERIOD_OVERLAP), whichever versions they were made from."""
    query = (
        select(RosterPeriod.start_date)
        .join(BaseRoster, BaseRoster.id == RosterPeriod.base_id)
        .where(BaseRoster.name == base.name, RosterPeriod.start_date <= end, RosterPeriod.end_date >= start)
    )
    other = database.scalars(query.limit(1)).first()
    if other is not None:
        raise DomainError(
            "E_PERIOD_OVERLAP",
            f"There is a period of this base from {other} on; choose days that none has yet",
        )


def add(sessions: Sessions, act: Act, period: str, slot: Slot, day: date) -> str:
    """Plan one more session, for this period only (001-02)."""
    with writing(sessions) as database:
        row = period_named(database, period)
        row.check_day(day)
        row.edited()
        new = made(database, act, slot, period_id=row.id, day=day)
        row.slots.append(new)
        record(database, act, "period-edited")
        return str(new.id)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What is to be different about a planned session."""

    day: date | None = None
    start: str | None = None
    minutes: int | None = None
    activities: Sequence[str] | None = None


def change(sessions: Sessions, act: Act, period: str, slot: str, edit: Edit) -> None:
    """Give a planned session another day, time or length, or other activities."""
    with writing(sessions) as database:
        row = period_named(database, period)
        row.edited()
        found = slot_named(row.slots, slot)
        if edit.day is not None:
            row.check_day(edit.day)
            found.day = edit.day
        found.start = time_of_day(edit.start) if edit.start is not None else found.start
        found.minutes = length(edit.minutes) if edit.minutes is not None else found.minutes
        if edit.activities is not None:
            give(found, edit.activities)
        check_inside(found.activities, timedelta(minutes=found.minutes))
        record(database, act, "period-edited")


def remove(sessions: Sessions, act: Act, period: str, slot: str) -> None:
    """Take a planned session out of this period."""
    with writing(sessions) as database:
        row = period_named(database, period)
        row.edited()
        row.slots.remove(slot_named(row.slots, slot))
        record(database, act, "period-edited")


def list_periods(sessions: Sessions) -> list[PeriodView]:
    """All periods, in order of time."""
    with reading(sessions) as database:
        query = select(RosterPeriod).options(joinedload(RosterPeriod.base), selectinload(RosterPeriod.slots))
        return [_view(period) for period in database.scalars(query.order_by(RosterPeriod.start_date))]


def _view(period: RosterPeriod) -> PeriodView:
    return PeriodView(
        id=str(period.id),
        base=period.base.name,
        version=period.base.version,
        start=period.start_date.isoformat(),
        end=period.end_date.isoformat(),
        state=period.state,
        sessions=len(period.slots),
        violations=len(_violations(period)),
        budget_cents=period.budget_cents,
    )


def _violations(period: RosterPeriod) -> list[object]:
    found = period.violations.get("found", [])
    return found if isinstance(found, list) else []


def show(sessions: Sessions, period: str) -> list[SlotView]:
    """What is planned in a period, in order of time."""
    with reading(sessions) as database:
        row = period_named(database, period)
        ordered = sorted(row.slots, key=lambda slot: (slot.day or date.min, slot.start))
        return [seen(slot, str(slot.day)) for slot in ordered]


def period_named(database: Database, text: str) -> RosterPeriod:
    """The period whose id begins like that, with everything planned in it."""
    return database.get_one(RosterPeriod, period_id(database, text), options=_WHOLE)


def period_id(database: Database, text: str) -> UUID:
    """The one id of a period that begins like that."""
    wanted = text.strip().lower()
    ids = database.scalars(select(RosterPeriod.id)) if len(wanted) >= 4 else ()
    found = [one for one in ids if str(one).startswith(wanted)]
    if len(found) != 1:
        raise DomainError("E_NOT_FOUND", f'There is no roster period "{text[:40]}", or several')
    return found[0]


_WHOLE = (selectinload(RosterPeriod.slots).options(*PARTS), joinedload(RosterPeriod.base))
