"""What a published roster made, edited in a calendar: ROSTER_LOCKED (DOMAIN 1.7), and E2 out of its period."""

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID

import pytest

from adapters.diary import changing
from adapters.diary.changing import Move
from model.details import Source, Status
from model.roster import BaseRoster, PeriodState, RosterPeriod, RosterState
from sync.settings import InboundSettings, RulesSettings, Settings
from tests.unit.syncing.test_locks import GESTURES
from tests.world import ADELAIDE, World, at

Make = Callable[..., World]


@pytest.fixture
def make(sqlite_url: str) -> Iterator[Make]:
    """A world under some rules of the practice."""
    made: list[World] = []

    def world(roster: str = "hold", **rules: object) -> World:
        inbound = InboundSettings(roster=roster)  # type: ignore[arg-type]
        settings = Settings(rules=RulesSettings(**rules), inbound=inbound)  # type: ignore[arg-type]
        made.append(World(sqlite_url, settings=settings))
        return made[-1]

    yield world
    for one in made:
        one.close()


def published(world: World) -> UUID:
    """A session of Tue 10 March, made by a period from Mon 9 to Sun 15 March; its calendar shows it."""
    with world.sessions.begin() as db:
        base = BaseRoster(
            id=world.new_id(), name="House", version=1, weeks=1, start_date=date(2026, 3, 9), tz=ADELAIDE.key,
            state=RosterState.ACTIVE,
        )  # fmt: skip
        period = RosterPeriod(
            id=world.new_id(), base_id=base.id, start_date=date(2026, 3, 9), end_date=date(2026, 3, 15),
            state=PeriodState.PUBLISHED, violations={},
        )  # fmt: skip
        db.add(base)
        db.flush()
        db.add(period)
        period_id = period.id
    session = world.add_session(at(10), source=Source.ROSTER, roster_period_id=period_id)
    world.settle()
    return session


def drag(world: World, day: int, hour: int = 10) -> None:
    world.phone.move(world.phone.only().uid, at(day, hour))
    world.settle()


@pytest.mark.parametrize("code", GESTURES)
def test_roster_locked_every_grave_edit_is_refused_and_the_calendar_put_back(make: Make, code: str) -> None:
    world = make(lock_published=True)
    published(world)
    GESTURES[code](world, world.phone.only().uid)
    world.settle()
    assert world.judged() == [(code, "REFUSED", "ROSTER_LOCKED")]
    back = world.phone.only().master
    assert back is not None
    assert (back.start, back.end, back.status) == (at(10), at(10, 11), "CONFIRMED")
    assert world.notices() == ["ROSTER_LOCKED"]


def test_roster_locked_in_the_practice_the_scheduler_changes_it_as_ever(make: Make) -> None:
    world = make(lock_published=True)
    session = published(world)
    changing.move(
        world.sessions, world.act(), str(session), Move(start="2026-03-11 12:00"), None, world.settings
    )
    world.settle()
    back = world.phone.only().master
    assert back is not None
    assert (back.start, world.judged()) == (at(11, 12), [])


@pytest.mark.parametrize(
    ("until", "became"),
    [("2026-03-10", ("REFUSED", "ROSTER_LOCKED")), ("2026-03-09", ("HELD", "ROSTER_SESSION"))],
)
def test_roster_locked_payroll_closes_what_begins_up_to_its_day(
    make: Make, until: str, became: tuple[str, str]
) -> None:
    world = make(payroll_until=until)
    published(world)
    drag(world, 10, 14)
    assert world.judged() == [("E1", *became)]


def test_roster_locked_holds_for_what_a_roster_published_alone(make: Make) -> None:
    world = make(lock_published=True, payroll_until="2026-03-31")
    world.add_session(at(10))
    world.settle()
    drag(world, 10, 14)
    assert world.judged() == [("E1", "APPLIED", "")]


def test_roster_locked_a_deletion_of_what_is_going_on_is_refused_too(make: Make) -> None:
    world = make(lock_published=True)
    session = published(world)
    with world.session(session) as row:
        row.become(Status.IN_PROGRESS)
    world.settle()
    world.phone.delete(world.phone.only().uid)
    world.settle()
    assert world.judged() == [("E5", "REFUSED", "ROSTER_LOCKED")]


@pytest.mark.parametrize("day", [8, 16])
def test_e2_out_of_the_days_of_its_published_period_is_held(make: Make, day: int) -> None:
    world = make(roster="apply")
    published(world)
    drag(world, day)
    assert world.judged() == [("E2", "HELD", "ROSTER_SESSION")]
    back = world.phone.only().master
    assert back is not None
    assert back.start == at(10)


@pytest.mark.parametrize("day", [9, 15])
def test_e2_to_another_day_of_its_period_is_applied_where_rosters_may_be_moved(make: Make, day: int) -> None:
    world = make(roster="apply")
    session = published(world)
    drag(world, day)
    assert world.judged() == [("E2", "APPLIED", "")]
    with world.session(session) as row:
        assert row.span.start == at(day)


def test_e2_out_of_the_period_is_refused_where_rosters_are(make: Make) -> None:
    world = make(roster="refuse")
    published(world)
    drag(world, 16)
    assert world.judged() == [("E2", "REFUSED", "ROSTER_SESSION")]
