"""Rosters: base rosters and periods to look at, and a period made, validated, published."""

from fastapi import APIRouter
from pydantic import ConfigDict

from adapters.diary import periods, publishing, rosters, validating
from adapters.diary.periods import PeriodView
from adapters.diary.publishing import Published
from adapters.diary.rosters import BaseView, SlotView
from adapters.diary.times import read_day
from adapters.diary.validating import Violation
from adapters.web.desk import At
from adapters.web.wire import Body, Cents, Clock, Day, Made, Minutes, Ref, Refs, Text, Texts
from model.details import Kind, WorkType

router = APIRouter(prefix="/rosters", tags=["rosters"])


class NewPeriod(Body):
    """Which base roster, and its first day, which has to fit the pattern; without a budget it has its base's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"base": "West house", "start": "2026-03-16"}]})

    base: Ref
    start: Day
    budget_cents: Cents | None = None


class Planned(Body):
    """What is planned on a day, on the clock of the roster."""

    start: Clock
    minutes: Minutes
    workers: Refs = ()
    clients: Refs = ()
    work_type: WorkType = WorkType.APPOINTMENT
    subject: Text = ""
    site: Ref | None = None
    room: Ref | None = None
    assets: Refs = ()
    activities: Texts = ()
    shift: bool = False


class NewSlot(Planned):
    """One more session, for this period only."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-03-18",
                    "start": "09:00",
                    "minutes": 60,
                    "workers": ["tom"],
                    "clients": ["noor"],
                }
            ]
        }
    )

    day: Day


class SlotEdit(Body):
    """Another day, time, length, or activities; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "08:00"}]})

    day: Day | None = None
    start: Clock | None = None
    minutes: Minutes | None = None
    activities: Texts | None = None


@router.get("/bases", operation_id="list_base_rosters", summary="The regular patterns")
def list_bases(at: At) -> list[BaseView]:
    """All versions."""
    return rosters.list_bases(at.sessions)


@router.get("/bases/{base}", operation_id="show_base_roster", summary="What a pattern plans")
def show_base(at: At, base: Ref) -> list[SlotView]:
    """By week, weekday and time."""
    return rosters.show_base(at.sessions, base)


@router.get("/periods", operation_id="list_periods", summary="All periods")
def list_periods(at: At) -> list[PeriodView]:
    """Planned, validated, published."""
    return periods.list_periods(at.sessions)


@router.post("/periods", operation_id="create_period", summary="Make one from a pattern", status_code=201)
def create(at: At, new: NewPeriod) -> Made:
    """Every session, on its dates."""
    made = periods.create(at.sessions, at.act(), new.base, read_day(new.start), new.budget_cents)
    return Made(id=made)


@router.get("/periods/{period}", operation_id="show_period", summary="What is planned in it")
def show(at: At, period: Ref) -> list[SlotView]:
    """In order of time."""
    return periods.show(at.sessions, period)


@router.post("/periods/{period}/slots", operation_id="add_slot", summary="Plan one more", status_code=201)
def add(at: At, period: Ref, new: NewSlot) -> Made:
    """The period has to be validated again."""
    told = new.model_dump(exclude={"day", "shift"})
    slot = rosters.Slot(**told, kind=Kind.SHIFT if new.shift else Kind.CLIENT_SESSION)
    return Made(id=periods.add(at.sessions, at.act(), period, slot, read_day(new.day)))


@router.patch(
    "/periods/{period}/slots/{slot}", operation_id="change_slot", status_code=204, summary="Change it"
)
def change(at: At, period: Ref, slot: Ref, to: SlotEdit) -> None:
    """The period has to be validated again."""
    day = read_day(to.day) if to.day else None
    edit = periods.Edit(day=day, start=to.start, minutes=to.minutes, activities=to.activities)
    periods.change(at.sessions, at.act(), period, slot, edit)


@router.delete(
    "/periods/{period}/slots/{slot}", operation_id="remove_slot", status_code=204, summary="Take it out"
)
def remove(at: At, period: Ref, slot: Ref) -> None:
    """The period has to be validated again."""
    periods.remove(at.sessions, at.act(), period, slot)


@router.post("/periods/{period}/validate", operation_id="validate_period", summary="What is wrong with it")
def validate(at: At, period: Ref) -> list[Violation]:
    """It can then be published, unless `rules.block_on` names what was found."""
    return validating.validate(at.sessions, at.act(), period)


@router.post("/periods/{period}/publish", operation_id="publish_period", summary="Make sessions of it")
def publish(at: At, period: Ref) -> Published:
    """Calendars then show them; again is no harm."""
    return publishing.publish(at.sessions, at.act(), period, at.config.settings)
