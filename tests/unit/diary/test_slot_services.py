"""What planned sessions of a roster deliver: R50 and 001-12, from base to bill."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, select

from adapters.diary import billing, completing, periods, publishing, rosters, services, slot_services
from adapters.diary.billing import Wanted
from adapters.diary.rosters import Slot
from adapters.diary.services import PlanView
from adapters.diary.slot_services import Place, in_base, in_period
from adapters.diary.terms import Plan
from adapters.diary.validating import validate
from model.details import WorkType
from model.errors import DomainError
from model.service import DeliveryMethod
from model.session import Session
from sync.settings import RulesSettings, Settings
from tests.unit.diary.agreeing import agree
from tests.unit.diary.conftest import Diary

HOUSE = "West house"
GROUP = Slot(
    start="10:00",
    minutes=120,
    workers=["tom"],
    clients=["noor", "liam"],
    work_type=WorkType.GROUP,
    site="hills",
)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code


@pytest.fixture
def house(diary: Diary, tmp_path: Path) -> Diary:
    """One week from Monday 2 March: Tom with Noor and Liam on Mondays; still a draft."""
    agree(diary, tmp_path)
    rosters.add_base(diary.sessions, diary.act, HOUSE, weeks=1, start=date(2026, 3, 2))
    rosters.add_slot(diary.sessions, diary.act, HOUSE, GROUP, week=1, weekday="MO")
    return diary


def base_slot(house: Diary) -> Place:
    return in_base(HOUSE, rosters.show_base(house.sessions, HOUSE)[0].id)


def plan(house: Diary, place: Place, service: str = "outing", **what: object) -> None:
    slot_services.plan(house.sessions, house.act, place, Plan(service=service, **what))  # type: ignore[arg-type]


def unplan(house: Diary, place: Place, service: str) -> None:
    slot_services.unplan(house.sessions, house.act, place, service)


def create(house: Diary, start: date = date(2026, 3, 16)) -> str:
    if rosters.list_bases(house.sessions)[-1].state == "DRAFT":
        rosters.finalise(house.sessions, house.act, HOUSE)
    return periods.create(house.sessions, house.act, HOUSE, start)


def in_it(house: Diary, period: str) -> Place:
    return in_period(period, periods.show(house.sessions, period)[0].id)


def publish(house: Diary, period: str) -> tuple[str, tuple[str, ...]]:
    """The session that it became, and what was warned of."""
    validate(house.sessions, house.act, period)
    done = publishing.publish(house.sessions, house.act, period)
    with house.read() as database:
        (row,) = database.scalars(select(Session.id))
    return str(row), done.warnings


def planned(house: Diary, session: str) -> list[PlanView]:
    return services.list_plans(house.sessions, session)


def test_r50_001_12_what_a_base_delivers_is_delivered_by_the_published_session(house: Diary) -> None:
    plan(house, base_slot(house), claim_type="standard", travel=True)
    plan(house, base_slot(house), "group", ratio=4, method=DeliveryMethod.FIXED_QUANTITY, quantity="1.5")
    session, warnings = publish(house, create(house))
    outing, group = planned(house, session)
    assert (outing.service, outing.ratio, outing.rate, outing.clients) == (
        "outing", "1:2", "183.99", ("C-1077", "C-1090"),
    )  # fmt: skip
    assert (outing.claim_type, outing.travel_chargeable, outing.primary) == ("standard", True, True)
    assert (group.ratio, group.method, group.quantity, group.rate) == (
        "1:4",
        "FIXED_QUANTITY",
        "1.50",
        "40.00",
    )
    assert (group.primary, group.ad_hoc, warnings) == (False, False, ())


def test_001_12_a_published_session_can_be_completed_and_billed(house: Diary) -> None:
    plan(house, base_slot(house))
    session, _ = publish(house, create(house))
    house.now = house.now.replace(day=17)
    done = completing.complete(house.sessions, house.act, session, completing.Form(), apportionment=True)
    assert (done.total, len(done.lines)) == ("367.98", 2)  # two hours at 183.99, half each
    bill = billing.make(house.sessions, house.act, [session], Wanted(), "noor")
    assert bill.total_cents == 18399


def test_r51_what_a_period_delivers_goes_its_own_way(house: Diary) -> None:
    plan(house, base_slot(house))
    period = create(house)
    unplan(house, in_it(house, period), "outing")
    plan(house, in_it(house, period), "group")
    assert rosters.show_base(house.sessions, HOUSE)[0].services == ("outing 1:2",)
    session, _ = publish(house, period)
    assert [one.service for one in planned(house, session)] == ["group"]


def test_r51_a_base_changed_later_leaves_a_period_what_it_delivers(house: Diary) -> None:
    plan(house, base_slot(house))
    period = create(house)
    rosters.draft(house.sessions, house.act, HOUSE)
    unplan(house, base_slot(house), "outing")
    assert periods.show(house.sessions, period)[0].services == ("outing 1:2",)
    rosters.finalise(house.sessions, house.act, HOUSE)
    assert periods.show(house.sessions, create(house, date(2026, 3, 23)))[0].services == ()


def test_r55_a_clone_delivers_the_same(house: Diary) -> None:
    plan(house, base_slot(house), "group", ratio=4)
    rosters.clone(house.sessions, house.act, HOUSE, "East house")
    assert rosters.show_base(house.sessions, "East house")[0].services == ("group 1:4",)


def test_r54_what_a_published_period_delivers_is_changed_on_its_sessions(house: Diary) -> None:
    period = create(house)
    publish(house, period)
    with refused("E_TRANSITION"):
        plan(house, in_it(house, period))


def test_r52_a_plan_asks_for_another_validation(house: Diary) -> None:
    period = create(house)
    validate(house.sessions, house.act, period)
    plan(house, in_it(house, period))
    with refused("E_NOT_VALIDATED"):
        publishing.publish(house.sessions, house.act, period)


@pytest.mark.parametrize(
    ("service", "what", "code"),
    [
        ("splint", {}, "E_AGREEMENT"),
        ("outing", {"clients": ["eva"]}, "E_CLIENT_REQUIRED"),
        ("outing", {"ratio": 1}, "E_RATIO"),
        ("outing", {"quantity": "2"}, "E_SERVICE"),
        ("nothing", {}, "E_NOT_FOUND"),
    ],
)
def test_001_12_only_what_was_agreed_can_be_planned(
    house: Diary, service: str, what: dict[str, object], code: str
) -> None:
    with refused(code):
        plan(house, base_slot(house), service, **what)
    assert rosters.show_base(house.sessions, HOUSE)[0].services == ()


def test_001_12_a_client_gets_a_service_once_and_what_is_left_has_a_primary_one(house: Diary) -> None:
    plan(house, base_slot(house), clients=["noor"])
    with refused("E_SERVICE"):
        plan(house, base_slot(house))
    plan(house, base_slot(house), clients=["liam"])
    plan(house, base_slot(house), "group", primary=True)
    unplan(house, base_slot(house), "group")
    with refused("E_SERVICE"):
        unplan(house, base_slot(house), "group")
    session, _ = publish(house, create(house))
    assert sorted((one.service, one.clients) for one in planned(house, session)) == [
        ("outing", ("C-1077",)),
        ("outing", ("C-1090",)),
    ]
    assert [one.primary for one in planned(house, session)].count(True) == 1


def test_001_12_on_a_day_that_no_agreement_covers_it_is_left_out_and_said(house: Diary) -> None:
    """Liam's agreement ends with March."""
    plan(house, base_slot(house))
    period = create(house, date(2026, 4, 6))
    found = {(one.rule, one.who) for one in validate(house.sessions, house.act, period)}
    assert found == {("AGREEMENT", "C-1090")}
    with refused("E_AGREEMENT"):
        plan(house, in_it(house, period), "group")
    session, warnings = publish(house, period)
    assert [one.clients for one in planned(house, session)] == [("C-1077",)]
    assert warnings == ("AGREEMENT",)


def test_r52_a_practice_may_publish_nothing_that_was_not_agreed(house: Diary) -> None:
    plan(house, base_slot(house))
    period = create(house, date(2026, 4, 6))
    validate(house.sessions, house.act, period)
    strict = Settings(rules=RulesSettings(block_on=("AGREEMENT",)))
    with refused("E_NOT_VALIDATED"):
        publishing.publish(house.sessions, house.act, period, strict)


def test_001_12_other_rates_are_planned_apart(house: Diary) -> None:
    house.bring("""
[[agreement]]
id = "liam-new"
client = "liam"
start_date = 2026-03-10
[[agreement_item]]
id = "liam-new-outing"
agreement = "liam-new"
service = "outing"
rate_cents = 15000
""")
    plan(house, base_slot(house))
    session, _ = publish(house, create(house))
    found = {(one.rate, one.ratio, one.clients, one.primary) for one in planned(house, session)}
    assert found == {("150.00", "1:2", ("C-1090",), True), ("183.99", "1:2", ("C-1077",), False)}


def test_publishing_asks_no_more_for_a_portion_than_for_one_session(house: Diary) -> None:
    plan(house, base_slot(house))
    few, many = create(house), create(house, date(2026, 3, 23))
    for number in range(60):
        day = date(2026, 3, 23 + number % 7)
        slot = Slot(start=f"{number // 7 + 8:02}:00", minutes=30, workers=["tom"], clients=["noor"])
        periods.add(house.sessions, house.act, many, slot, day)

    def asked(period: str) -> int:
        validate(house.sessions, house.act, period)
        with counted(house) as queries:
            publishing.publish(house.sessions, house.act, period)
        return sum(query.lstrip().startswith("SELECT") for query in queries)

    assert asked(many) <= asked(few) + 5


@contextmanager
def counted(house: Diary) -> Iterator[list[str]]:
    with house.read() as database:
        engine = database.get_bind()
    queries: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        queries.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield queries
    event.remove(engine, "before_cursor_execute", note)
