"""Import base rosters, what stands in them, and periods, by the operations of the roster commands."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.diary import periods, publishing, rosters, slot_services
from adapters.diary.agreements import agreements_of
from adapters.diary.entries import Entry
from adapters.diary.lookup import remember_all
from adapters.diary.rosters import Slot
from adapters.diary.taking import Imported, Taking, Tally, about, row_id, typed
from adapters.diary.terms import Plan
from adapters.diary.transaction import writing
from adapters.diary.validating import validate
from model.details import Kind
from model.errors import DomainError
from model.roster import BaseRoster, RosterSlot, check_pattern

_WHERE = ("base", "week", "weekday")


def take_rosters(taking: Taking) -> list[Imported]:
    """Bases that are new with all their slots, as active versions; then periods, published where that is said."""
    bases, slots, told = Tally("base_roster"), Tally("roster_slot"), Tally("roster_period")
    services = Tally("roster_slot_service")
    new = taking.new("base_roster", bases)
    for entry in new:
        _attempt_base(taking, entry)
    with writing(taking.joined) as database:
        remember_all(database)
        made = _fill(taking, database, {entry.ref for entry in new if not entry.bad}, slots)
        _plan(taking, database, made, services)
    for entry in new:
        if not entry.bad:
            rosters.finalise(taking.joined, taking.act, entry.text("name"))
            bases.added += 1
    for entry in taking.new("roster_period", told):
        _attempt_period(taking, entry, told)
    return bases.done + slots.done + services.done + told.done


def _attempt_base(taking: Taking, entry: Entry) -> None:
    try:
        rosters.add_base(
            taking.joined, taking.act_for(entry), entry.text("name"), weeks=entry.number("weeks") or 0,
            start=entry.day("start_date"), tz=entry.optional("tz"), budget_cents=entry.number("budget_cents"),
        )  # fmt: skip
    except DomainError as error:
        taking.refuse(entry, error)


def _fill(taking: Taking, database: Database, new: Collection[str], tally: Tally) -> dict[str, RosterSlot]:
    """Put the slots into the new bases, by what the file calls them; those of a base that was there before stay as they
    are now."""
    made: dict[str, RosterSlot] = {}
    for entry in about(taking, "base", new, tally):
        base_id = row_id(taking.practice_id, "base_roster", entry.text("base"))
        base = database.get_one(BaseRoster, base_id, options=[selectinload(BaseRoster.slots)])
        week, weekday = entry.number("week") or 0, entry.text("weekday")
        try:
            check_pattern(weeks=base.weeks, week=week, weekday=weekday)
            row = rosters.made(
                database, taking.act_for(entry), _slot(entry), base_id=base.id, week=week, weekday=weekday
            )
            base.slots.append(row)
            made[entry.ref] = row
        except DomainError as error:
            taking.refuse(entry, error)
    return made


def _plan(taking: Taking, database: Database, slots: Mapping[str, RosterSlot], tally: Tally) -> None:
    """Say what the new slots are to deliver (001-12)."""
    mine = about(taking, "slot", slots, tally)
    everybody = {one.client_id for entry in mine for one in slots[entry.text("slot")].clients}
    agreements = agreements_of(database, everybody)
    for entry in mine:
        values = typed(entry)
        slot = slots[str(values.pop("slot"))]
        try:
            slot_services.give(database, taking.act, slot, Plan(**values), agreements)  # type: ignore[arg-type]
        except DomainError as error:
            taking.refuse(entry, error)


def _slot(entry: Entry) -> Slot:
    values = {name: value for name, value in typed(entry).items() if name not in _WHERE}
    kind = Kind.SHIFT if values.pop("shift", False) else Kind.CLIENT_SESSION
    return Slot(kind=kind, **values)  # type: ignore[arg-type]


def _attempt_period(taking: Taking, entry: Entry, tally: Tally) -> None:
    base_id = row_id(taking.practice_id, "base_roster", entry.text("base"))
    base = taking.database.get(BaseRoster, base_id)
    if base is None:
        return  # refused, which was said of it
    try:
        period = periods.create(
            taking.joined,
            taking.act_for(entry),
            base.name,
            entry.day("start_date"),
            entry.number("budget_cents"),
        )
        tally.added += 1
        if entry.flag("publish"):
            tally.warn({one.rule for one in validate(taking.joined, taking.act, period)})
            done = publishing.publish(taking.joined, taking.act, period, taking.settings)
            tally.warn(done.warnings)
    except DomainError as error:
        taking.refuse(entry, error)
