"""What a cancellation costs: R1 to R7 by their numbers, with the figures of US12 and US13."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.cancellation import Billing, CancellationReason, CancelledBy, NdisCode, Outcome
from model.notice import Case, Funding, percent_of, rule
from model.service import CancelRule

ADELAIDE = ZoneInfo("Australia/Adelaide")
HOLIDAYS = frozenset({date(2026, 3, 9), date(2026, 4, 3), date(2026, 4, 6)})


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ADELAIDE)


def reason(**other: object) -> CancellationReason:
    usual: dict[str, object] = {
        "type": CancelledBy.CLIENT, "billing": Billing.PRACTICE_FEE, "threshold_hours": 24,
        "billable_percent": 100, "ndis_code": None,
    }  # fmt: skip
    return CancellationReason(**(usual | other))


def funded(cancel_rule: CancelRule, **other: object) -> Funding:
    usual: dict[str, object] = {
        "rule": cancel_rule, "agreed": True, "alternative_work_found": False, "worker_paid": True,
        "percent": 100, "is_holiday": HOLIDAYS.__contains__,
    }  # fmt: skip
    return Funding(**(usual | other))  # type: ignore[arg-type]


def case(start: str, advised: str, **other: object) -> Case:
    usual: dict[str, object] = {
        "start": wall(start), "minutes": 120, "advised": wall(advised), "tz": ADELAIDE, "no_show": False,
        "reason": reason(), "fee_cents": 15_000, "practice_fee_cents": 10_000,
    }  # fmt: skip
    return Case(**(usual | other))  # type: ignore[arg-type]


NDIS_REASON = reason(ndis_code=NdisCode.NSDH)
TUESDAY, THERAPY = "2026-04-07 10:00", "2026-03-10 10:00"
SUPPORT = funded(CancelRule.SEVEN_DAYS)
TWO_DAYS = funded(CancelRule.TWO_CLEAR_BUSINESS_DAYS)


@pytest.mark.parametrize(
    ("advised", "cents"),
    [("2026-03-09 13:00", 0), ("2026-03-09 13:01", 10_000), ("2026-03-10 15:00", 10_000)],
)
def test_r1_notice_equal_to_the_threshold_is_enough(advised: str, cents: int) -> None:
    assert rule(case("2026-03-10 13:00", advised)).amount_cents == cents


def test_r1_hours_are_those_on_the_wall_when_clocks_change() -> None:
    """24 hours on the wall over the night of 5 April are 25 that pass, and still enough; 23:30 are not."""
    assert rule(case("2026-04-05 10:00", "2026-04-04 10:00")).outcome is Outcome.NOT_BILLABLE
    assert rule(case("2026-04-05 10:00", "2026-04-04 10:30")).outcome is Outcome.BILLABLE


def test_r1_a_percentage_is_of_the_planned_fee_and_rounded_to_the_cent() -> None:
    half = reason(billing=Billing.PERCENT, billable_percent=33)
    found = rule(case("2026-03-10 13:00", "2026-03-10 12:00", reason=half, fee_cents=9_050))
    assert (found.amount_cents, found.percent) == (2_987, Decimal(33))  # 2986.5


def test_r1_a_reason_that_does_not_bill_costs_nothing() -> None:
    free = reason(billing=Billing.NON_BILLABLE)
    assert rule(case("2026-03-10 13:00", "2026-03-10 12:59", reason=free)).amount_cents == 0


def test_r1_without_a_threshold_any_notice_is_short() -> None:
    assert rule(
        case("2026-03-10 13:00", "2026-01-01 00:00", reason=reason(threshold_hours=None))
    ).amount_cents


def test_r1_a_no_show_is_no_notice_whatever_was_said_before() -> None:
    told_early = case("2026-03-10 13:00", "2026-03-01 13:00")
    assert rule(told_early).amount_cents == 0
    assert rule(replace(told_early, no_show=True)).amount_cents == 10_000


@pytest.mark.parametrize("funding", [None, SUPPORT])
@pytest.mark.parametrize("by", [CancelledBy.WORKER, CancelledBy.PROVIDER])
def test_r1_workers_and_the_practice_never_bill_a_client(by: CancelledBy, funding: Funding | None) -> None:
    theirs = reason(type=by, ndis_code=NdisCode.NSDO)
    late = case("2026-03-10 13:00", "2026-03-10 12:59", reason=theirs, funding=funding)
    assert rule(late).outcome is Outcome.NOT_BILLABLE


@pytest.mark.parametrize("percent", [100, 90, 0])
def test_r2_a_claim_is_a_part_of_the_agreed_fee_under_the_code_of_the_reason(percent: int) -> None:
    found = rule(
        case(
            TUESDAY,
            "2026-04-06 10:00",
            reason=NDIS_REASON,
            fee_cents=13_512,
            funding=funded(CancelRule.SEVEN_DAYS, percent=percent),
        )
    )
    assert found.amount_cents == percent_of(13_512, percent)
    assert found.code == ("NSDH" if percent else "")


def test_r2_the_practices_own_fee_has_no_say_then() -> None:
    early = case(TUESDAY, "2026-03-01 10:00", reason=NDIS_REASON, funding=SUPPORT)
    assert rule(early).amount_cents == 0
    assert rule(replace(early, advised=wall("2026-04-06 10:00"))).amount_cents == 15_000


@pytest.mark.parametrize(("advised", "cents"), [("2026-03-31 10:30", 13_512), ("2026-03-31 10:00", 0)])
def test_r3_seven_days_are_counted_on_the_wall_us12(advised: str, cents: int) -> None:
    """Clocks go back in between: 168.5 hours passed, and on the wall 6 days and 23 hours and a half."""
    found = rule(case(TUESDAY, advised, reason=NDIS_REASON, fee_cents=13_512, funding=SUPPORT))
    assert found.amount_cents == cents
    passed = wall(TUESDAY).astimezone(UTC) - wall("2026-03-31 10:30").astimezone(UTC)
    assert passed == timedelta(hours=168.5)


@pytest.mark.parametrize(
    ("advised", "short"),
    [
        ("2026-03-05 17:00", True),
        ("2026-03-04 17:00", False),
        ("2026-03-09 09:00", True),
        ("2026-03-10 11:00", True),
    ],
)
def test_r4_two_clear_business_days_leave_out_weekends_and_holidays_us13(advised: str, short: bool) -> None:
    found = rule(case(THERAPY, advised, reason=NDIS_REASON, funding=TWO_DAYS))
    assert (found.outcome is Outcome.BILLABLE) is short


def test_r4_a_holiday_is_one_only_where_the_session_is() -> None:
    elsewhere = funded(CancelRule.TWO_CLEAR_BUSINESS_DAYS, is_holiday=lambda _: False)
    told = case(THERAPY, "2026-03-05 17:00", reason=NDIS_REASON)
    assert rule(replace(told, funding=TWO_DAYS)).outcome is Outcome.BILLABLE
    assert rule(replace(told, funding=elsewhere)).outcome is Outcome.NOT_BILLABLE


@pytest.mark.parametrize("funding", [SUPPORT, TWO_DAYS])
def test_r5_not_being_there_is_short_notice_whatever_was_said_before(funding: Funding) -> None:
    early = case(TUESDAY, "2026-01-01 10:00", reason=NDIS_REASON, funding=funding)
    assert rule(early).outcome is Outcome.NOT_BILLABLE
    absent = rule(replace(early, no_show=True))
    assert absent.outcome is Outcome.BILLABLE
    assert absent.trace[0].startswith("R5")


@pytest.mark.parametrize(
    ("other", "missing"),
    [
        ({"agreed": False}, "agreement"),
        ({"alternative_work_found": True}, "other work"),
        ({"worker_paid": False}, "not paid"),
    ],
)
def test_r6_what_is_missing_is_named(other: dict[str, object], missing: str) -> None:
    funding = funded(CancelRule.SEVEN_DAYS, **other)
    found = rule(case(TUESDAY, "2026-04-06 10:00", reason=NDIS_REASON, funding=funding))
    assert (found.outcome, found.amount_cents, found.code) == (Outcome.NOT_BILLABLE, 0, "")
    assert missing in found.trace[-1]


def test_r6_a_reason_without_code_is_no_claim() -> None:
    found = rule(case(TUESDAY, "2026-04-06 10:00", funding=SUPPORT))
    assert found.outcome is Outcome.NOT_BILLABLE
    assert "codes" in found.trace[-1]


@pytest.mark.parametrize(
    ("start", "advised", "short"),
    [
        ("2024-06-28 10:00", "2024-06-20 10:00", False),  # seven whole days in between
        ("2024-06-28 10:00", "2024-06-21 09:00", True),
        ("2022-06-30 10:00", "2022-06-27 10:00", False),  # two business days
        ("2022-06-30 10:00", "2022-06-28 10:00", True),
    ],
)
def test_r7_the_rules_are_those_of_the_day_of_the_service(start: str, advised: str, short: bool) -> None:
    found = rule(case(start, advised, reason=NDIS_REASON, funding=SUPPORT))
    assert (found.outcome is Outcome.BILLABLE) is short
    assert found.trace[0].startswith("R7")


def test_r7_until_2022_what_is_long_or_dear_needed_five_business_days() -> None:
    told = case("2022-06-30 10:00", "2022-06-24 10:00", reason=NDIS_REASON, funding=SUPPORT)
    assert rule(told).outcome is Outcome.NOT_BILLABLE
    assert rule(replace(told, minutes=480)).outcome is Outcome.BILLABLE
    assert rule(replace(told, fee_cents=100_000)).outcome is Outcome.BILLABLE


CASES = st.builds(
    lambda ahead, hours, percent, fee, by, funding, absent: case(
        TUESDAY,
        f"{wall(TUESDAY) - timedelta(minutes=ahead):%Y-%m-%d %H:%M}",
        reason=reason(billing=by, threshold_hours=hours, billable_percent=percent, ndis_code=NdisCode.NSDO),
        fee_cents=fee,
        funding=funding,
        no_show=absent,
    ),
    st.integers(-600, 40_000),
    st.none() | st.integers(0, 500),
    st.integers(0, 100),
    st.integers(0, 1_000_000),
    st.sampled_from(Billing),
    st.sampled_from([None, SUPPORT, TWO_DAYS]),
    st.booleans(),
)


@given(CASES, st.integers(1, 20_000))
def test_whoever_tells_earlier_never_pays_more(told: Case, earlier: int) -> None:
    before = replace(told, advised=told.advised - timedelta(minutes=earlier))
    assert rule(before).amount_cents <= rule(told).amount_cents


@given(CASES)
def test_never_more_than_the_fee_is_charged_and_every_ruling_says_why(told: Case) -> None:
    found = rule(told)
    assert 0 <= found.amount_cents <= max(told.fee_cents, told.practice_fee_cents)
    assert (found.amount_cents > 0) is (found.outcome is Outcome.BILLABLE)
    assert found.trace
    assert all(found.trace)
