"""What a base roster and its periods may cost (DOMAIN 2): set, taken over, shown, and held against what is planned."""

from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import select

from adapters.diary import periods, publishing, rosters, slot_services
from adapters.diary.budgets import Budget, of_base, of_period
from adapters.diary.rosters import Slot
from adapters.diary.slot_services import in_base
from adapters.diary.terms import Plan
from adapters.diary.validating import validate
from model.details import WorkType
from model.roster import BaseRoster, RosterPeriod
from sync.settings import RulesSettings, Settings, Violated
from tests.practice_set import FILES, write
from tests.unit.diary.agreeing import agree
from tests.unit.diary.bringing import bring
from tests.unit.diary.conftest import Diary

HOUSE = "West house"
PLANNED = 2 * 18399  # two hours of outings, one to two
GROUP = Slot(
    start="10:00", minutes=120, workers=["tom"], clients=["noor", "liam"], work_type=WorkType.GROUP, site="hills"
)  # fmt: skip


@pytest.fixture
def house(either_diary: Diary, tmp_path: Path) -> Diary:
    """One week from Monday 2 March, with an outing on Mondays; it may cost 300.00."""
    diary = agree(either_diary, tmp_path)
    at = diary.sessions, diary.act
    rosters.add_base(*at, HOUSE, weeks=1, start=date(2026, 3, 2), budget_cents=30000)
    rosters.add_slot(*at, HOUSE, GROUP, week=1, weekday="MO")
    outing = in_base(HOUSE, rosters.show_base(diary.sessions, HOUSE)[0].id)
    slot_services.plan(*at, outing, Plan(service="outing"))
    rosters.finalise(*at, HOUSE)
    return diary


def create(house: Diary, day: int, budget: int | None = None) -> str:
    return periods.create(house.sessions, house.act, HOUSE, date(2026, 3, day), budget)


def test_a_period_has_the_budget_of_its_base_or_its_own(house: Diary) -> None:
    mine, own = create(house, 16), create(house, 23, 40000)
    assert of_base(house.sessions, HOUSE) == Budget(budget_cents=30000)
    assert of_period(house.sessions, mine) == Budget(budget_cents=30000, cost_cents=PLANNED)
    assert of_period(house.sessions, own) == Budget(budget_cents=40000, cost_cents=PLANNED)
    assert [one.budget_cents for one in periods.list_periods(house.sessions)] == [30000, 40000]


def test_a_budget_of_nothing_is_one(house: Diary) -> None:
    assert of_period(house.sessions, create(house, 16, 0)).budget_cents == 0


def test_r51_r55_drafts_and_clones_have_the_same_budget(house: Diary) -> None:
    rosters.draft(house.sessions, house.act, HOUSE)
    rosters.clone(house.sessions, house.act, HOUSE, "East house")
    assert [one.budget_cents for one in rosters.list_bases(house.sessions)] == [30000] * 3


def test_r52_more_than_the_budget_is_told_and_blocks_nothing(house: Diary) -> None:
    period = create(house, 16)
    [found] = validate(house.sessions, house.act, period)
    assert (found.rule, found.slot, found.who) == ("BUDGET", "", "")
    assert "367.98" in found.told
    assert "300.00" in found.told
    strictest = Settings(rules=RulesSettings(block_on=get_args(Violated)))
    assert publishing.publish(house.sessions, house.act, period, strictest).made == 1


def test_r52_no_more_than_the_budget_is_not_worth_a_word(house: Diary) -> None:
    assert validate(house.sessions, house.act, create(house, 16, PLANNED)) == []


def test_no_practice_can_have_a_budget_block() -> None:
    assert "BUDGET" not in get_args(Violated)


def test_a_practice_set_says_budgets_and_is_told_when_they_are_exceeded(empty: Diary, tmp_path: Path) -> None:
    base = (
        FILES["base_roster.csv"]
        .replace("start_date\n", "start_date,budget_cents\n")
        .replace("02\n", "02,20000\n")
    )
    period = FILES["roster_period.csv"].replace("publish\n", "publish,budget_cents\n")
    period = period.replace("true\n", "true,\n").replace("false\n", "false,99900\n")
    done = bring(empty, write(tmp_path / "set", base_roster=base, roster_period=period))
    assert ("BUDGET", 1) in done["roster_period"].warnings
    with empty.read() as database:
        assert database.scalars(select(BaseRoster.budget_cents)).all() == [20000]
        budgets = database.scalars(select(RosterPeriod.budget_cents).order_by(RosterPeriod.start_date)).all()
    assert budgets == [20000, 99900]
