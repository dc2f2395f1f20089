"""What sessions are to deliver: from agreements, or ad hoc (000-06, 000-07, 000-17, 001-05, 001-12)."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from adapters.diary import cancelling, changing, planning, services, upkeep
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.services import PlanView
from adapters.diary.terms import Plan
from model.cancellation import CancelledBy
from model.details import Kind
from model.errors import DomainError
from model.series import Scope, Series
from model.service import DeliveryMethod, PlannedService, PlannedServiceClient
from model.session import Session
from tests.unit.diary.agreeing import a_group, agree, plan
from tests.unit.diary.conftest import Diary

WEEKLY = "FREQ=WEEKLY;BYDAY=WE;COUNT=6"
SPLINT = Plan(
    service="splint", clients=["noor"], rate="45.00", claim_type="direct", method=DeliveryMethod.FIXED_QUANTITY,
    quantity="1",
)  # fmt: skip


@pytest.fixture
def agreed(diary: Diary, tmp_path: Path) -> Diary:
    return agree(diary, tmp_path)


@pytest.fixture
def agreed_on_either(either_diary: Diary, tmp_path: Path) -> Diary:
    return agree(either_diary, tmp_path)


def planned(diary: Diary, session: object) -> list[PlanView]:
    return services.list_plans(diary.sessions, str(session))


def occurrences(diary: Diary, series_id: UUID | None) -> list[UUID]:
    with diary.read() as database:
        query = select(Session.id).where(Session.series_id == series_id).order_by(Session.starts_at)
        return list(database.scalars(query))


def code_of(refused: pytest.ExceptionInfo[DomainError]) -> str:
    return refused.value.code


# --- from agreements ------------------------------------------------------------------------------------------


def test_000_06_a_service_comes_from_the_clients_agreements_at_the_agreed_rate(
    agreed_on_either: Diary,
) -> None:
    session = a_group(agreed_on_either, "noor", "liam")
    plan(agreed_on_either, session, travel=True)
    (found,) = planned(agreed_on_either, session)
    assert (found.service, found.ratio, found.rate, found.method) == (
        "outing",
        "1:2",
        "183.99",
        "SCHEDULED_TIME",
    )
    assert found.clients == ("C-1077", "C-1090")
    assert (found.primary, found.ad_hoc, found.travel_chargeable, found.quantity) == (True, False, True, None)


def test_000_06_choices_are_what_is_approved_and_covers_the_day(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "eva", "liam")
    choices = services.list_choices(agreed.sessions, session)
    assert [(one.service, one.rate, one.clients) for one in choices] == [
        ("group", "40.00", ("C-1077", "C-1090", "C-1101")),
        ("outing", "183.99", ("C-1077", "C-1090")),
    ]
    changing.move(
        agreed.sessions, agreed.act, session, Move(start="2026-04-01 13:00"), None
    )  # Liam's has ended
    assert services.list_choices(agreed.sessions, session)[1].clients == ("C-1077",)


@pytest.mark.parametrize(
    ("clients", "service"),
    [(["eva"], "outing"), (["noor"], "physio"), (["noor", "jordan"], "outing")],
    ids=["not approved", "not agreed", "another rate"],
)
def test_e_agreement_is_for_what_nobody_agreed_to(agreed: Diary, clients: list[str], service: str) -> None:
    session = a_group(agreed, *clients)
    with pytest.raises(DomainError) as refused:
        plan(agreed, session, service)
    assert code_of(refused) == "E_AGREEMENT"
    assert planned(agreed, session) == []


def test_e_agreement_is_for_a_day_after_the_last(agreed: Diary) -> None:
    last, after = (
        agreed.add(f"{day} 09:00", clients=["liam"]).session_id for day in ("2026-03-31", "2026-04-01")
    )
    plan(agreed, str(last))
    with pytest.raises(DomainError) as refused:
        plan(agreed, str(after))
    assert code_of(refused) == "E_AGREEMENT"


def test_000_06_several_services_of_which_one_is_primary(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    plan(agreed, session, "outing")
    plan(agreed, session, "group")
    assert [(one.service, one.primary) for one in planned(agreed, session)] == [
        ("outing", True),
        ("group", False),
    ]
    planning.unplan(agreed.sessions, agreed.act, session, "outing", [], None)
    assert [(one.service, one.primary) for one in planned(agreed, session)] == [("group", True)]
    plan(agreed, session, "outing", primary=True)
    assert [(one.service, one.primary) for one in planned(agreed, session)] == [
        ("outing", True),
        ("group", False),
    ]


def test_000_17_a_group_service_is_for_the_clients_who_are_picked(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam", "eva", "jordan")
    plan(agreed, session, "group", clients=["eva", "noor"], ratio=4)
    (found,) = planned(agreed, session)
    assert (found.ratio, found.clients) == ("1:4", ("C-1077", "C-1101"))


def test_e_ratio_is_for_more_clients_than_the_ratio(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam", "eva")
    with pytest.raises(DomainError) as refused:
        plan(agreed, session, "group", ratio=2)
    assert code_of(refused) == "E_RATIO"


@pytest.mark.parametrize(
    ("clients", "code"), [(["jordan"], "E_CLIENT_REQUIRED"), (["noor", "noor"], "E_DUPLICATE_CLIENT")]
)
def test_000_17_only_who_takes_part_and_only_once(agreed: Diary, clients: list[str], code: str) -> None:
    session = a_group(agreed, "noor", "liam")
    with pytest.raises(DomainError) as refused:
        plan(agreed, session, clients=clients)
    assert code_of(refused) == code


@pytest.mark.parametrize(
    "what",
    [
        {"service": "group", "quantity": "2"},
        {"service": "group", "method": DeliveryMethod.FIXED_QUANTITY},
    ],
)
def test_e_service_is_for_a_quantity_that_does_not_fit_the_method(
    agreed: Diary, what: dict[str, object]
) -> None:
    with pytest.raises(DomainError) as refused:
        plan(agreed, a_group(agreed, "noor"), **what)  # type: ignore[arg-type]
    assert code_of(refused) == "E_SERVICE"


def test_e_service_is_for_the_same_service_twice(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    plan(agreed, session, clients=["noor"])
    plan(agreed, session, clients=["liam"])
    with pytest.raises(DomainError) as refused:
        plan(agreed, session, clients=["liam"])
    assert code_of(refused) == "E_SERVICE"
    planning.unplan(agreed.sessions, agreed.act, session, "outing", ["liam"], None)
    assert [one.clients for one in planned(agreed, session)] == [("C-1077",)]
    with pytest.raises(DomainError) as refused:
        planning.unplan(agreed.sessions, agreed.act, session, "group", [], None)
    assert code_of(refused) == "E_SERVICE"


@pytest.mark.parametrize(
    "values",
    [
        {"billable": False},
        {"kind": Kind.CLIENT_CONTACT, "medium": "PHONE"},
        {"kind": Kind.COLLATERAL_CONTACT},
    ],
    ids=["non-billable", "contact", "collateral contact"],
)
def test_001_05_r72_what_never_bills_has_no_services(agreed: Diary, values: dict[str, object]) -> None:
    session = str(agreed.add("2026-03-18 09:00", **values).session_id)
    with pytest.raises(DomainError) as refused:
        plan(agreed, session)
    assert code_of(refused) == "E_NOT_BILLABLE"


def test_000_06_planning_changes_no_session_and_so_pushes_nothing(agreed: Diary) -> None:
    def revisions() -> list[tuple[UUID, int]]:
        with agreed.read() as database:
            rows = [(row.id, row.rev) for row in database.scalars(select(Session).order_by(Session.id))]
            return rows + [(row.id, row.rev) for row in database.scalars(select(Series))]

    session = a_group(agreed, "noor", rule=WEEKLY)
    before = revisions()
    plan(agreed, session, scope=Scope.THIS_AND_FOLLOWING)
    planning.unplan(agreed.sessions, agreed.act, session, "outing", [], Scope.ALL_IN_SERIES)
    assert len(before) == 7
    assert revisions() == before


# --- ad hoc ---------------------------------------------------------------------------------------------------


def test_000_07_an_ad_hoc_service_needs_no_agreement(agreed_on_either: Diary) -> None:
    session = a_group(agreed_on_either, "noor", "liam")
    planning.ad_hoc(agreed_on_either.sessions, agreed_on_either.act, session, SPLINT, allowed=True)
    plan(agreed_on_either, session)
    found = planned(agreed_on_either, session)
    assert [(one.service, one.primary, one.ad_hoc) for one in found] == [
        ("outing", True, False),
        ("splint", False, True),
    ]
    assert (found[1].rate, found[1].quantity, found[1].claim_type) == ("45.00", "1.00", "direct")


def test_e_ad_hoc_off(agreed: Diary) -> None:
    session = a_group(agreed, "noor")
    with pytest.raises(DomainError) as refused:
        planning.ad_hoc(agreed.sessions, agreed.act, session, SPLINT, allowed=False)
    assert code_of(refused) == "E_AD_HOC_OFF"


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ({"rate": None}, "E_SERVICE"),
        ({"claim_type": ""}, "E_SERVICE"),
        ({"method": None}, "E_SERVICE"),
        ({"quantity": None}, "E_SERVICE"),
        ({"rate": "4.555"}, "E_AMOUNT"),
        ({"rate": "much"}, "E_AMOUNT"),
        ({"quantity": "-1"}, "E_AMOUNT"),
    ],
)
def test_000_07_rate_claim_type_method_and_quantity_are_mandatory(
    agreed: Diary, missing: dict[str, object], code: str
) -> None:
    session = a_group(agreed, "noor")
    what = Plan(**(vars(SPLINT) | missing))  # type: ignore[arg-type]
    with pytest.raises(DomainError) as refused:
        planning.ad_hoc(agreed.sessions, agreed.act, session, what, allowed=True)
    assert code_of(refused) == code


def test_000_07_an_ad_hoc_service_is_delivered_at_a_site(agreed: Diary) -> None:
    session = str(agreed.add("2026-03-18 09:00").session_id)
    with pytest.raises(DomainError) as refused:
        planning.ad_hoc(agreed.sessions, agreed.act, session, SPLINT, allowed=True)
    assert code_of(refused) == "E_SITE_REQUIRED"


# --- series ---------------------------------------------------------------------------------------------------


def test_001_12_a_scope_says_how_far_a_plan_reaches(agreed: Diary) -> None:
    added = agreed.add("2026-03-04 13:00", rule=WEEKLY)
    rows = occurrences(agreed, added.series_id)
    with pytest.raises(DomainError) as refused:
        plan(agreed, str(rows[2]))
    assert code_of(refused) == "E_SCOPE_REQUIRED"
    plan(agreed, str(rows[2]), "outing", Scope.THIS_AND_FOLLOWING)
    plan(agreed, str(rows[4]), "group", Scope.THIS_ONLY)
    found = [[one.service for one in planned(agreed, row)] for row in rows]
    assert found == [[], [], ["outing"], ["outing"], ["outing", "group"], ["outing"]]
    planning.unplan(agreed.sessions, agreed.act, str(rows[5]), "outing", [], Scope.THIS_ONLY)
    assert planned(agreed, rows[5]) == []


def test_r13_a_plan_for_all_leaves_out_what_is_past_and_what_is_cancelled(agreed: Diary) -> None:
    added = agreed.add("2026-03-04 13:00", rule=WEEKLY)
    rows = occurrences(agreed, added.series_id)
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-02-28 09:00")
    cancelling.cancel(agreed.sessions, agreed.act, str(rows[3]), how, Scope.THIS_ONLY)
    agreed.now = agreed.now.replace(day=12)
    assert plan(agreed, str(rows[2]), scope=Scope.ALL_IN_SERIES).count == 3
    assert [len(planned(agreed, row)) for row in rows] == [0, 0, 1, 0, 1, 1]
    with pytest.raises(DomainError) as refused:
        plan(agreed, str(rows[3]), scope=Scope.THIS_ONLY)
    assert code_of(refused) == "E_LOCKED"


def test_r12_a_split_takes_the_plan_along_except_ad_hoc(agreed_on_either: Diary) -> None:
    diary = agreed_on_either
    added = diary.add("2026-03-04 13:00", rule="FREQ=WEEKLY;BYDAY=WE", site="hills")
    rows = occurrences(diary, added.series_id)
    plan(diary, str(rows[0]), scope=Scope.ALL_IN_SERIES)
    planning.ad_hoc(diary.sessions, diary.act, str(rows[2]), SPLINT, allowed=True)
    moved = changing.move(
        diary.sessions, diary.act, str(rows[2]), Move(start="2026-03-19 09:00"), Scope.THIS_AND_FOLLOWING
    )
    diary.now = diary.now.replace(month=6)
    assert upkeep.extend(diary.sessions, diary.act) > 0
    later = occurrences(diary, moved.series_id)
    found = [[one.service for one in planned(diary, row)] for row in later]
    assert found == [["outing", "splint"], *[["outing"]] * (len(later) - 1)]
    assert len(later) > len(rows) - 2
    with diary.read() as database:
        query = select(func.count()).where(PlannedService.series_id == moved.series_id)
        assert database.scalar(query) == 1


def test_000_23_what_is_deleted_takes_its_plan_along(agreed_on_either: Diary) -> None:
    diary = agreed_on_either
    single = a_group(diary, "noor", rostered=False)
    added = diary.add("2026-03-04 13:00", rule=WEEKLY, rostered=False)
    plan(diary, single)
    plan(diary, str(added.session_id), scope=Scope.ALL_IN_SERIES)
    cancelling.delete(diary.sessions, diary.act, single, None)
    cancelling.delete(diary.sessions, diary.act, str(added.session_id), Scope.ALL_IN_SERIES)
    with diary.read() as database:
        assert database.scalar(select(func.count()).select_from(PlannedService)) == 0
        assert database.scalar(select(func.count()).select_from(PlannedServiceClient)) == 0


def test_001_12_a_group_template_plans_its_service_for_those_who_take_part(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "eva")
    planning.plan_template(
        agreed.sessions, agreed.act, session, "thursdays", Plan(service="", travel=True), None
    )
    (found,) = planned(agreed, session)
    assert (found.service, found.ratio, found.clients, found.travel_chargeable) == (
        "group",
        "1:4",
        ("C-1077",),
        True,
    )
    for template, clients, code in (
        ("thursdays", ["eva"], "E_CLIENT_REQUIRED"),
        ("fridays", ["noor"], "E_NOT_FOUND"),
    ):
        other = a_group(agreed, *clients)
        with pytest.raises(DomainError) as refused:
            planning.plan_template(agreed.sessions, agreed.act, other, template, Plan(service=""), None)
        assert code_of(refused) == code
