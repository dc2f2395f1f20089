"""What a client's cancellation costs: whether the notice was short, and what is charged for that (R1 to R7).

Times are compared as they stand on the wall of the session's zone: where clocks change in between, the hours that
really passed give the wrong answer (US12). Nothing here loads rows; each answer says how it came about.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from model.cancellation import Billing, CancellationReason, CancelledBy, Outcome
from model.money import cents
from model.service import CancelRule

_DAY = timedelta(days=1)
_SEVEN_CLEAR_DAYS = date(2022, 7, 1)  # the NDIS's rules, from when on (R7)
_BY_ITEM = date(2024, 7, 1)
_LONG_MINUTES, _DEAR_CENTS = 8 * 60, 100_000  # until 2022 longer or dearer supports needed five days


@dataclass(frozen=True, kw_only=True)
class Funding:
    """What the NDIS asks about: the item's rule, what was agreed, and what became of the worker's time (R2, R6).

    `percent` of the agreed fee is charged; `is_holiday` knows the public holidays where the session is.
    """

    rule: CancelRule
    agreed: bool
    alternative_work_found: bool
    worker_paid: bool
    percent: int
    is_holiday: Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A cancellation to be judged. `fee_cents` is what was planned to be charged to this client."""

    start: datetime
    minutes: int
    advised: datetime
    tz: ZoneInfo
    no_show: bool
    reason: CancellationReason
    fee_cents: int
    practice_fee_cents: int
    funding: Funding | None = None

    @property
    def begins(self) -> datetime:
        return self.start.astimezone(self.tz).replace(tzinfo=None)

    @property
    def told(self) -> datetime:
        """When it was known: whoever says so after the start, or never, is a no-show (002-04)."""
        told = self.advised.astimezone(self.tz).replace(tzinfo=None)
        return self.begins if self.no_show else min(told, self.begins)


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What is charged, and how that came about. `code` is what it is claimed under, empty where it is not."""

    outcome: Outcome = Outcome.NOT_BILLABLE
    percent: Decimal = field(default=Decimal(0))
    amount_cents: int = 0
    code: str = ""
    trace: tuple[str, ...]


def rule(case: Case) -> Ruling:
    """Judge one cancellation. The rules of the NDIS take the place of the practice's own (R2)."""
    if case.reason.type is not CancelledBy.CLIENT:
        return Ruling(trace=("R1: only what a client cancels is ever charged to a client",))
    return _by_practice(case) if case.funding is None else _by_ndis(case, case.funding)


def percent_of(amount: int, percent: Decimal | int) -> int:
    """A part of an amount in cents."""
    return cents(Decimal(amount) * percent / 100)


def _by_practice(case: Case) -> Ruling:
    """R1: equal to the threshold is enough notice."""
    notice, hours = case.begins - case.told, case.reason.threshold_hours
    said = f"R1: notice of {_hours(notice)}"
    if hours is not None and notice >= timedelta(hours=hours):
        return Ruling(trace=(f"{said}, at least the {hours} h of the reason: nothing is charged",))
    short = f"{said}, less than the {hours} h of the reason" if hours is not None else f"{said}, any is short"
    if case.reason.billing is Billing.PERCENT:
        percent = Decimal(case.reason.billable_percent)
        return _charged(
            percent_of(case.fee_cents, percent), percent, short, f"{percent} % of the planned fee"
        )
    if case.reason.billing is Billing.PRACTICE_FEE:
        return _charged(case.practice_fee_cents, Decimal(0), short, "the practice's fee")
    return Ruling(trace=(f"{short}: the reason does not bill",))


def _charged(amount: int, percent: Decimal, short: str, what: str) -> Ruling:
    outcome = Outcome.BILLABLE if amount > 0 else Outcome.NOT_BILLABLE
    return Ruling(outcome=outcome, percent=percent, amount_cents=amount, trace=(f"{short}: {what}",))


def _by_ndis(case: Case, funding: Funding) -> Ruling:
    """R2 to R6: short notice, and everything else that is required; what is missing is named."""
    short, said = _short_notice(case, funding)
    required = (
        (short, "the notice was long enough"),
        (funding.agreed, "R6: the agreement does not say that cancellations are charged"),
        (not funding.alternative_work_found, "R6: other work was found for the worker"),
        (funding.worker_paid, "R6: the worker was not paid"),
        (case.reason.ndis_code is not None, "R6: the reason has none of the codes of the NDIS"),
    )
    missing = tuple(words for there, words in required if not there)
    if missing:
        return Ruling(trace=(said, *missing))
    percent = Decimal(funding.percent)
    due = percent_of(case.fee_cents, percent)
    charged = _charged(due, percent, said, f"{percent} % of the agreed fee (R2)")
    code = str(case.reason.ndis_code) if due else ""
    return Ruling(outcome=charged.outcome, percent=percent, amount_cents=due, code=code, trace=charged.trace)


def _short_notice(case: Case, funding: Funding) -> tuple[bool, str]:
    """Whether it is short notice under the rules of the day of the service (R3, R4, R5, R7), and why."""
    booked = case.begins.date()
    if case.no_show:
        return True, "R5: not at the agreed place: short notice"
    if booked < _SEVEN_CLEAR_DAYS:
        long = case.minutes >= _LONG_MINUTES or case.fee_cents >= _DEAR_CENTS
        return _fewer_than(5 if long else 2, _business_days(case, funding), "clear business days", "R7")
    if booked < _BY_ITEM:
        return _fewer_than(7, _days_between(case), "clear days", "R7")
    if funding.rule is CancelRule.SEVEN_DAYS:
        short = case.told > case.begins - 7 * _DAY
        words = "later than" if short else "not later than"
        return (
            short,
            f"R3: advised {case.told:%Y-%m-%d %H:%M}, {words} 7 days before {case.begins:%Y-%m-%d %H:%M}",
        )
    return _fewer_than(2, _business_days(case, funding), "clear business days", "R4")


def _fewer_than(needed: int, days: list[date], what: str, by: str) -> tuple[bool, str]:
    said = f"{by}: {len(days)} {what} in between, {needed} are enough notice"
    return len(days) < needed, said


def _days_between(case: Case) -> list[date]:
    """The whole days strictly between the day told and the day booked; no more than ever matter."""
    first, booked = case.told.date() + _DAY, case.begins.date()
    return [first + number * _DAY for number in range(min((booked - first).days, 31))]


def _business_days(case: Case, funding: Funding) -> list[date]:
    return [day for day in _days_between(case) if day.weekday() < 5 and not funding.is_holiday(day)]


def _hours(notice: timedelta) -> str:
    minutes = int(notice.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02} min"
