"""R60 to R62 as pure functions: what may be asked for, when it is due, and what becomes of it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.channel import Channel
from model.details import Status
from model.errors import DomainError
from model.moment import zone
from model.people import Client
from model.reminder import (
    Plan,
    ReminderState,
    check_channels,
    due,
    plan_text,
    plans_of,
    read_plans,
    row_id,
    settled,
    takes_place,
)

ADELAIDE, CHICAGO = zone("Australia/Adelaide"), zone("America/Chicago")
NINE = time(9)
NOW = datetime(2026, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALL = frozenset(Channel)
ZONES = st.sampled_from([ADELAIDE, CHICAGO, zone("Australia/Lord_Howe"), zone("Pacific/Apia"), zone("UTC")])
PLANS = st.lists(
    st.builds(Plan, days=st.integers(1, 5), channels=st.sets(st.sampled_from(Channel)).map(lambda c: tuple(sorted(c)))),
    max_size=2, unique_by=lambda plan: plan.days,
)  # fmt: skip


def refusal(code: str, *texts: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_plans(texts)
    assert refused.value.code == code


def test_r60_two_reminders_the_earliest_first() -> None:
    assert read_plans(["2:email,text", "5"]) == (
        Plan(days=5),
        Plan(days=2, channels=(Channel.EMAIL, Channel.TEXT)),
    )
    assert read_plans(["", " "]) == ()


@pytest.mark.parametrize(
    "texts", [("1", "2", "3"), ("6",), ("0",), ("-1",), ("two",), ("3", "3:text"), ("", "5.5")]
)
def test_r60_e_reminder_range_one_to_five_days_two_different_ones(texts: tuple[str, ...]) -> None:
    refusal("E_REMINDER_RANGE", *texts)


@pytest.mark.parametrize("text", ["2:fax", "2:", "2:email,pigeon"])
def test_r60_e_reminder_channel_only_those_there_are(text: str) -> None:
    refusal("E_REMINDER_CHANNEL", text)


@given(PLANS)
def test_r60_plans_are_kept_as_they_were_read(plans: list[Plan]) -> None:
    text = plan_text(read_plans(map(str, plans)))
    assert plan_text(plans_of(text)) == text
    assert {plan.days for plan in plans_of(text)} == {plan.days for plan in plans}


def test_r60_e_reminder_channel_each_client_allows_each_and_has_an_address() -> None:
    mail = frozenset({Channel.EMAIL})
    check_channels([Plan(days=5, channels=(Channel.EMAIL,))], [mail, ALL])
    check_channels([Plan(days=5)], [mail, frozenset()])
    check_channels([], [frozenset()])
    for plan, allowed in (
        (Plan(days=2, channels=(Channel.EMAIL, Channel.TEXT)), [mail]),
        (Plan(days=2, channels=(Channel.EMAIL,)), [mail, frozenset()]),
        (Plan(days=2), [frozenset()]),
        (Plan(days=2), []),
    ):
        with pytest.raises(DomainError) as refused:
            check_channels([plan], allowed)
        assert refused.value.code == "E_REMINDER_CHANNEL"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, set()),
        ({"email": "n@example.org"}, set()),
        ({"allow_email": True}, set()),
        ({"allow_email": True, "email": "n@example.org"}, {Channel.EMAIL}),
        ({"allow_phone": True, "phone": "+61 1"}, {Channel.PHONE}),
        ({"allow_text": True, "phone": "+61 1"}, {Channel.TEXT}),
        ({"allow_text": True, "allow_phone": True, "email": "n@example.org"}, set()),
    ],
)
def test_r60_a_channel_is_allowed_and_has_an_address(values: dict[str, object], found: set[Channel]) -> None:
    usual = {"allow_email": False, "allow_phone": False, "allow_text": False, "email": "", "phone": ""}
    assert Client(**(usual | values)).channels == found


def test_r61_us21_five_and_two_days_before_at_nine() -> None:
    start = datetime(2026, 3, 19, 14, tzinfo=ADELAIDE)
    assert [due(start, days, tz=ADELAIDE, at=NINE) for days in (5, 2)] == [
        datetime(2026, 3, 14, 9, tzinfo=ADELAIDE),
        datetime(2026, 3, 17, 9, tzinfo=ADELAIDE),
    ]


def test_r61_in_the_clients_zone_it_may_be_another_day() -> None:
    start = datetime(2026, 3, 19, 8, tzinfo=ADELAIDE)  # Wednesday afternoon in Chicago
    assert due(start, 1, tz=CHICAGO, at=NINE) == datetime(2026, 3, 17, 9, tzinfo=CHICAGO)


def test_r61_over_a_change_of_clocks_it_stays_nine() -> None:
    start = datetime(2026, 4, 6, 10, tzinfo=ADELAIDE)  # clocks go back on 5 April
    at = due(start, 5, tz=ADELAIDE, at=NINE)
    assert at.isoformat() == "2026-04-01T09:00:00+10:30"
    assert start.astimezone(UTC) - at == timedelta(days=5, hours=2)  # an hour more than on the wall


def test_r61_a_time_that_clocks_skip_is_the_one_they_show_then() -> None:
    at = due(datetime(2026, 10, 5, 10, tzinfo=ADELAIDE), 1, tz=ADELAIDE, at=time(2, 30))
    assert at.isoformat() == "2026-10-04T03:30:00+10:30"


@given(st.datetimes(), st.integers(1, 5), ZONES)
def test_r61_always_at_the_practices_time_and_so_many_dates_before(
    start: datetime, days: int, tz: ZoneInfo
) -> None:
    begins = start.replace(year=2020 + start.year % 15, day=min(start.day, 28), tzinfo=UTC)
    at = due(begins, days, tz=tz, at=NINE)
    assert (at.astimezone(tz).time(), at.astimezone(tz).date()) == (
        NINE,
        begins.astimezone(tz).date() - timedelta(days=days),
    )
    assert at < begins


WAS = NOW + HOUR


@pytest.mark.parametrize(
    ("state", "due_at", "wanted", "becomes"),
    [
        (None, NOW + HOUR, True, "SCHEDULED"),
        (None, NOW, True, "SKIPPED"),
        (None, NOW + HOUR, False, "VOID"),
        ("SCHEDULED", NOW + 5 * HOUR, True, "SCHEDULED"),
        ("SCHEDULED", NOW - HOUR, True, "SKIPPED"),
        ("SCHEDULED", NOW + HOUR, False, "VOID"),
        ("SKIPPED", NOW + 5 * HOUR, True, "SCHEDULED"),
        ("VOID", NOW + 5 * HOUR, True, "SCHEDULED"),
        ("VOID", NOW - HOUR, True, "SKIPPED"),
        ("SENT", NOW + 5 * HOUR, True, "SENT"),
        ("SENT", NOW + HOUR, False, "SENT"),
        ("FAILED", NOW + 5 * HOUR, True, "FAILED"),
    ],
)
def test_r62_what_becomes_of_a_reminder(
    state: str | None, due_at: datetime, wanted: bool, becomes: str
) -> None:
    known = ReminderState(state) if state else None
    assert settled(known, was_due=WAS, due_at=due_at, wanted=wanted, now=NOW) == becomes


def test_r62_what_is_due_and_waits_its_turn_goes_on_waiting() -> None:
    late = NOW - timedelta(minutes=1)
    done = settled(ReminderState.SCHEDULED, was_due=late, due_at=late, wanted=True, now=NOW)
    assert done is ReminderState.SCHEDULED


@given(
    st.sampled_from(ReminderState), st.integers(-48, 48), st.booleans(), st.integers(-48, 48), st.booleans()
)
def test_r62_what_is_out_stays_and_settling_twice_is_settling_once(
    state: ReminderState, was: int, wanted: bool, hours: int, same: bool
) -> None:
    was_due = NOW + was * HOUR
    due_at = was_due if same else NOW + hours * HOUR
    once = settled(state, was_due=was_due, due_at=due_at, wanted=wanted, now=NOW)
    assert settled(once, was_due=due_at, due_at=due_at, wanted=wanted, now=NOW) == once
    if state in (ReminderState.SENT, ReminderState.FAILED):
        assert once is state
    else:
        assert (once is ReminderState.VOID) == (not wanted)


def test_drafts_and_what_is_cancelled_remind_nobody() -> None:
    assert {status for status in Status if not takes_place(status)} == {Status.DRAFT, Status.CANCELLED}


def test_a_row_that_follows_from_others_has_one_id() -> None:
    assert row_id("reminder", 1, 2) == row_id("reminder", 1, 2)
    assert row_id("reminder", 1, 2) != row_id("reminder", 2, 1)
