"""R30: who may be put on a session, and what is said where somebody may not."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.eligibility import Blocklist, Ineligible, ineligible, refusal
from model.people import BlocklistEntry, ContactType, Worker

NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
CLIENT, COLLEAGUE = uuid4(), uuid4()


def a_worker(**values: object) -> Worker:
    usual = {"contact_type": ContactType.EMPLOYEE, "active": True, "tz": "Australia/Adelaide"}
    return Worker(id=uuid4(), ref="tom", name="Tom", **(usual | values))


def entry(worker: UUID, **whom: object) -> BlocklistEntry:
    return BlocklistEntry(id=uuid4(), ref=uuid4().hex, worker_id=worker, **({"active": True} | whom))


def test_r30_an_active_employee_without_dates_may_be_put_on_any_session() -> None:
    assert ineligible(a_worker(), NOON, clients=[CLIENT], workers=[COLLEAGUE]) is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"contact_type": ContactType.CONTRACTOR}, Ineligible.NOT_EMPLOYEE),
        ({"contact_type": ContactType.OTHER}, Ineligible.NOT_EMPLOYEE),
        ({"active": False}, Ineligible.INACTIVE),
        ({"start_date": date(2026, 3, 17)}, Ineligible.NOT_EMPLOYED),
        ({"end_date": date(2026, 3, 15)}, Ineligible.NOT_EMPLOYED),
        ({"start_date": date(2026, 3, 16), "end_date": date(2026, 3, 16)}, None),
    ],
)
def test_r30_an_employee_active_and_employed_on_that_day(
    values: dict[str, object], why: Ineligible | None
) -> None:
    assert ineligible(a_worker(**values), NOON) is why


@pytest.mark.parametrize(("hour", "may"), [(13, True), (14, False)])
def test_r30_the_day_is_that_of_the_workers_zone(hour: int, may: bool) -> None:
    """13:29 UTC is 23:59 in Adelaide, in March."""
    worker = a_worker(end_date=date(2026, 3, 16))
    assert (ineligible(worker, NOON.replace(hour=hour)) is None) is may


def test_r30_a_blocklisted_client_or_worker_keeps_a_worker_away() -> None:
    tom = a_worker()
    blocklist = Blocklist.of([entry(tom.id, client_id=CLIENT), entry(COLLEAGUE, other_worker_id=tom.id)])
    assert ineligible(tom, NOON, clients=[CLIENT], blocklist=blocklist) is Ineligible.CLIENT_BLOCKED
    assert (
        ineligible(tom, NOON, workers=[tom.id, COLLEAGUE], blocklist=blocklist) is Ineligible.WORKER_BLOCKED
    )
    assert ineligible(tom, NOON, clients=[uuid4()], workers=[uuid4()], blocklist=blocklist) is None
    assert ineligible(a_worker(), NOON, clients=[CLIENT], blocklist=blocklist) is None


def test_r30_an_entry_that_was_lifted_counts_for_nothing() -> None:
    tom = a_worker()
    lifted = Blocklist.of([entry(tom.id, client_id=CLIENT, active=False)])
    assert ineligible(tom, NOON, clients=[CLIENT], blocklist=lifted) is None


@given(st.booleans(), st.booleans())
def test_r30_a_blocklist_of_workers_holds_both_ways(swapped: bool, asked_first: bool) -> None:
    one, other = a_worker(), a_worker()
    asks, asked = (other, one) if swapped else (one, other)
    blocklist = Blocklist.of([entry(asks.id, other_worker_id=asked.id)])
    who, whom = (asks, asked) if asked_first else (asked, asks)
    assert ineligible(who, NOON, workers=[whom.id], blocklist=blocklist) is Ineligible.WORKER_BLOCKED


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 90), st.integers(-120, 120))
def test_r30_exactly_the_days_from_the_first_to_the_last(first: date, length: int, off: int) -> None:
    last, day = first + timedelta(days=length), first + timedelta(days=off)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    worker = a_worker(start_date=first, end_date=last, tz="Europe/London")
    assert (ineligible(worker, at) is None) is (first <= day <= last)


@pytest.mark.parametrize("why", Ineligible)
def test_e_worker_ineligible_says_why_and_names_no_client(why: Ineligible) -> None:
    error = refusal(a_worker(), NOON, why)
    assert error.code == "E_WORKER_INELIGIBLE"
    assert error.message.startswith('The worker "tom" ')
    assert "{" not in error.message
    assert ("2026-03-16" in error.message) is (why is Ineligible.NOT_EMPLOYED)
