"""R10 and FAILURES C13-C16, D1-D3, G7: rules are refused before they can hang, and expanded in wall time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events  # type: ignore[import-untyped]
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from model.errors import DomainError
from model.moment import Moment
from model.recurrence import MAX_INSTANCES, Rule, check_staff_rule, expand, skips_months

ADELAIDE = ZoneInfo("Australia/Adelaide")
CHICAGO = ZoneInfo("America/Chicago")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
START = datetime(2026, 3, 3, 10, tzinfo=ADELAIDE)
NOTHING: frozenset[Moment] = frozenset()


def dates(rule: str, start: datetime = START, *, days: int = 400, since: int = 0) -> list[datetime]:
    tz = start.tzinfo
    assert isinstance(tz, ZoneInfo)
    found = expand(
        start,
        Rule.parse(rule, start),
        NOTHING,
        tz,
        since=start + timedelta(days=since),
        until=start + timedelta(days=days),
    )
    return [moment for moment in found if isinstance(moment, datetime)]


@pytest.mark.parametrize(
    "hostile",
    [
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=WEEKLY;INTERVAL=401",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY;BYHOUR=25",
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7;BYMINUTE=0,1,2,3,4,5,6",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=DAILY;BYMONTH=1;BYYEARDAY=366",
        "FREQ=MONTHLY;BYWEEKNO=53",
        "FREQ=WEEKLY;BYDAY=99MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY;UNTIL=20261399",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=WEEKLY;FOO=1",
        "FREQ=",
        "",
    ],
)
def test_a_hostile_or_impossible_rule_is_refused(hostile: str) -> None:
    with pytest.raises(DomainError) as refused:
        Rule.parse(hostile, START)
    assert refused.value.code == "E_RRULE"


def test_equal_rules_are_equal_values_however_they_are_written() -> None:
    one = Rule.parse("BYDAY=TH,TU;FREQ=WEEKLY;INTERVAL=1;WKST=MO", START)
    assert one == Rule.parse("freq=weekly;byday=tu,th;x-vendor=1", START)
    assert str(one) == "FREQ=WEEKLY;BYDAY=TH,TU"


@pytest.mark.parametrize(
    ("until", "canonical"),
    [("20260310", "20260310T132959Z"), ("20260310T100000", "20260309T233000Z"), ("20260309T233000Z",) * 2],
)
def test_until_becomes_an_instant_of_the_series_zone(until: str, canonical: str) -> None:
    rule = Rule.parse(f"FREQ=WEEKLY;UNTIL={until}", START)
    assert str(rule) == f"FREQ=WEEKLY;UNTIL={canonical}"


def test_until_is_included() -> None:
    assert len(dates("FREQ=WEEKLY;UNTIL=20260309T233000Z")) == 2
    assert len(dates("FREQ=WEEKLY;UNTIL=20260309T232959Z")) == 1


def test_the_start_is_always_first_and_counted_even_off_the_rule() -> None:
    found = dates("FREQ=WEEKLY;BYDAY=WE;COUNT=3")
    assert [f"{d:%a %d}" for d in found] == ["Tue 03", "Wed 04", "Wed 11"]


@pytest.mark.parametrize(
    ("tz", "start", "expected"),
    [
        (ADELAIDE, "2026-10-03T02:30", "2026-10-04T03:30+10:30"),
        (CHICAGO, "2026-03-07T02:30", "2026-03-08T03:30-05:00"),
        (LORD_HOWE, "2026-10-03T02:15", "2026-10-04T02:45+11:00"),
    ],
)
def test_a_time_inside_the_gap_moves_forward_by_the_gap(tz: ZoneInfo, start: str, expected: str) -> None:
    found = dates("FREQ=DAILY;COUNT=3", datetime.fromisoformat(start).replace(tzinfo=tz))
    assert found[1].isoformat(timespec="minutes") == expected
    assert found[2].time() == found[0].time()


@pytest.mark.parametrize(
    ("tz", "start", "expected"),
    [
        (ADELAIDE, "2026-04-04T02:30", "2026-04-05T02:30+10:30"),
        (CHICAGO, "2026-10-31T01:30", "2026-11-01T01:30-05:00"),
        (LORD_HOWE, "2026-04-04T01:45", "2026-04-05T01:45+11:00"),
    ],
)
def test_a_doubled_time_means_its_first(tz: ZoneInfo, start: str, expected: str) -> None:
    found = dates("FREQ=DAILY;COUNT=2", datetime.fromisoformat(start).replace(tzinfo=tz))
    assert found[1].isoformat(timespec="minutes") == expected


def test_days_repeat_as_days() -> None:
    found = expand(
        date(2026, 3, 3),
        Rule.parse("FREQ=WEEKLY;UNTIL=20260317", date(2026, 3, 3)),
        frozenset({date(2026, 3, 5)}),
        ADELAIDE,
        since=datetime(2026, 3, 1, tzinfo=UTC),
        until=datetime(2027, 3, 1, tzinfo=UTC),
    )
    assert found == [date(2026, 3, day) for day in (3, 5, 10, 17)]


def test_an_old_daily_rule_is_reached_though_it_has_more_instances_than_may_be_listed() -> None:
    old = datetime(1970, 1, 1, 9, tzinfo=ADELAIDE)
    days = (date(2026, 3, 3) - old.date()).days
    assert days > MAX_INSTANCES
    assert len(dates("FREQ=DAILY", old, since=days, days=days + 30)) == 30


def test_staff_rules_are_daily_weekly_or_monthly() -> None:
    check_staff_rule(Rule.parse("FREQ=MONTHLY;BYDAY=2TU;INTERVAL=2", START))
    for foreign in ("FREQ=YEARLY", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", "FREQ=DAILY;BYHOUR=9,10"):
        with pytest.raises(DomainError):
            check_staff_rule(Rule.parse(foreign, START))


def test_a_monthly_rule_warns_of_months_without_its_day() -> None:
    late = START.replace(day=31)
    assert skips_months(late, Rule.parse("FREQ=MONTHLY", late))
    assert not skips_months(START, Rule.parse("FREQ=MONTHLY", START))
    assert not skips_months(late, Rule.parse("FREQ=MONTHLY;BYDAY=-1TU", late))


weekday_lists = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True
)
rules = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 40)),
    st.builds(
        "FREQ=WEEKLY;INTERVAL={};WKST={};BYDAY={}".format,
        st.integers(1, 5),
        st.sampled_from(["MO", "SU", "WE"]),
        weekday_lists.map(",".join),
    ),
    st.builds("FREQ=MONTHLY;INTERVAL={};BYMONTHDAY={}".format, st.integers(1, 4), st.integers(-31, -1)),
    st.builds(
        "FREQ=MONTHLY;BYDAY={}{}".format, st.sampled_from(["1", "2", "-1"]), st.sampled_from(["TU", "SU"])
    ),
)
begins = st.integers(0, 4000 * 24 * 60).map(
    lambda minutes: datetime(2015, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(minutes=minutes)
)


@settings(deadline=None, max_examples=150)
@given(rule=rules, begin=begins, after=st.integers(0, 3000))
def test_skipping_ahead_finds_what_walking_from_the_start_finds(
    rule: str, begin: datetime, after: int
) -> None:
    since, until = begin + timedelta(days=after), begin + timedelta(days=after + 100)
    walked = [d for d in rrulestr(rule, dtstart=begin).between(since, until, inc=True) if d < until]
    start = begin.replace(tzinfo=UTC)
    if since <= begin and begin not in walked:
        walked = [begin, *walked]
    found = expand(
        start,
        Rule.parse(rule, start),
        NOTHING,
        ZoneInfo("UTC"),
        since=since.replace(tzinfo=UTC),
        until=until.replace(tzinfo=UTC),
    )
    assert [m.replace(tzinfo=None) for m in found if isinstance(m, datetime)] == walked


@settings(deadline=None, max_examples=40)
@given(rule=rules, days=st.integers(0, 300), tz=st.sampled_from(["Australia/Adelaide", "America/Chicago"]))
def test_instants_are_those_another_library_finds(rule: str, days: int, tz: str) -> None:
    """The oracle adds a start that is off the rule, as we do; COUNT it counts otherwise, so there is none."""
    start = datetime(2026, 1, 1, 9, 30, tzinfo=ZoneInfo(tz)) + timedelta(days=days)
    until = start + timedelta(days=200)
    text = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//\r\n"
        f"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID={tz}:{start:%Y%m%dT%H%M%S}\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    events = recurring_ical_events.of(Calendar.from_ical(text.encode())).between(start, until)
    expected = sorted(event["DTSTART"].dt.astimezone(UTC) for event in events)
    found = expand(start, Rule.parse(rule, start), NOTHING, ZoneInfo(tz), since=start, until=until)
    assert [m.astimezone(UTC) for m in found if isinstance(m, datetime)] == expected
