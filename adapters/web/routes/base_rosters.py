"""Base rosters: the regular pattern, edited as a draft and made final; and what its sessions and a period's deliver."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary import rosters
from adapters.diary.slot_services import in_base, in_period, plan, unplan
from adapters.diary.times import read_day
from adapters.web.desk import At
from adapters.web.routes.rosters import Planned
from adapters.web.routes.services import NewPlan
from adapters.web.wire import Body, Cents, Day, Made, Ref
from model.details import Kind

router = APIRouter(prefix="/rosters", tags=["rosters"])


class NewBase(Body):
    """How many weeks it has, and its first day; its periods begin on that weekday, and may each cost its budget."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "East house", "weeks": 2, "start": "2026-03-02"}]}
    )

    name: Ref
    weeks: Literal[1, 2, 4]
    start: Day
    tz: Ref | None = None
    budget_cents: Cents | None = None


class WeeklySlot(Planned):
    """A session on a day of the pattern."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"weekday": "MO", "start": "07:00", "minutes": 480, "workers": ["tom"], "clients": ["liam"]}
            ]
        }
    )

    week: int = Field(default=1, ge=1, le=4)
    weekday: Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class CopyName(Body):
    """What the copy is called."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "South house"}]})

    name: Ref


class Version(BaseModel):
    """Which version it is now about."""

    name: str = Field(examples=["West house"])
    version: int = Field(examples=[2])


@router.post("/bases", operation_id="add_base_roster", summary="Begin one, as a draft", status_code=201)
def add(at: At, new: NewBase) -> Version:
    """Weeks and weekdays, no dates; periods are copies of it."""
    start, budget = read_day(new.start), new.budget_cents
    rosters.add_base(
        at.sessions, at.act(), new.name, weeks=new.weeks, start=start, tz=new.tz, budget_cents=budget
    )
    return Version(name=new.name, version=1)


@router.post(
    "/bases/{base}/slots",
    operation_id="add_base_slot",
    summary="Put a session into its draft",
    status_code=201,
)
def add_slot(at: At, base: Ref, new: WeeklySlot) -> Made:
    """It goes into every period made later."""
    told = new.model_dump(exclude={"week", "weekday", "shift"})
    slot = rosters.Slot(**told, kind=Kind.SHIFT if new.shift else Kind.CLIENT_SESSION)
    return Made(id=rosters.add_slot(at.sessions, at.act(), base, slot, week=new.week, weekday=new.weekday))


@router.delete(
    "/bases/{base}/slots/{slot}", operation_id="remove_base_slot", summary="Take it out", status_code=204
)
def remove_slot(at: At, base: Ref, slot: Ref) -> None:
    """Of the draft; periods that were made keep theirs."""
    rosters.remove_slot(at.sessions, at.act(), base, slot)


@router.post(
    "/bases/{base}/draft", operation_id="draft_base", summary="Begin its next version", status_code=201
)
def draft(at: At, base: Ref) -> Version:
    """As a copy of the active one; there is one draft at a time."""
    return Version(name=base, version=rosters.draft(at.sessions, at.act(), base))


@router.post(
    "/bases/{base}/finalise", operation_id="finalise_base", summary="Make the draft the active version"
)
def finalise(at: At, base: Ref) -> Version:
    """Periods that were made before keep what they were made from."""
    return Version(name=base, version=rosters.finalise(at.sessions, at.act(), base))


@router.post(
    "/bases/{base}/clone", operation_id="clone_base", summary="Copy it under another name", status_code=201
)
def clone(at: At, base: Ref, to: CopyName) -> Version:
    """Without its history."""
    rosters.clone(at.sessions, at.act(), base, to.name)
    return Version(name=to.name, version=1)


@router.post(
    "/bases/{base}/slots/{slot}/services",
    operation_id="plan_base_slot",
    summary="Plan a service for a session of the draft",
    status_code=204,
)
def plan_base(at: At, base: Ref, slot: Ref, what: NewPlan) -> None:
    """The rate is what is agreed for the day, when a period is published."""
    plan(at.sessions, at.act(), in_base(base, slot), what.plan())


@router.delete(
    "/bases/{base}/slots/{slot}/services/{service}",
    operation_id="unplan_base_slot",
    summary="Take a service off it",
    status_code=204,
)
def unplan_base(at: At, base: Ref, slot: Ref, service: Ref) -> None:
    """What is left has a primary service again."""
    unplan(at.sessions, at.act(), in_base(base, slot), service)


@router.post(
    "/periods/{period}/slots/{slot}/services",
    operation_id="plan_slot",
    summary="Plan a service for a session of a period",
    status_code=204,
)
def plan_slot(at: At, period: Ref, slot: Ref, what: NewPlan) -> None:
    """Its clients have to have agreed to it for that day; the period has to be validated again."""
    plan(at.sessions, at.act(), in_period(period, slot), what.plan())


@router.delete(
    "/periods/{period}/slots/{slot}/services/{service}",
    operation_id="unplan_slot",
    summary="Take a service off it",
    status_code=204,
)
def unplan_slot(at: At, period: Ref, slot: Ref, service: Ref) -> None:
    """The period has to be validated again."""
    unplan(at.sessions, at.act(), in_period(period, slot), service)
