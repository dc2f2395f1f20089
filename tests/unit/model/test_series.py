"""R12, R13: a series that moves keeps each occurrence, and what is recorded is never dropped."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.act import Act
from model.details import Kind, Status
from model.errors import DomainError
from model.moment import Span, from_text, shift, to_text, zone
from model.recurrence import Rule
from model.series import Pattern, Series, shifted, starts

TZ = zone("Australia/Adelaide")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ACT = Act(actor="sam", now=NOW, new_id=uuid4)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def a_span(start: datetime) -> Span:
    return Span(start=start, end=shift(start, timedelta(hours=1)), tz=TZ)


def a_series(rule: str, start: datetime = datetime(2026, 3, 3, 10, tzinfo=TZ), days: int = 120) -> Series:
    series = Series(id=uuid4(), kind=Kind.OTHER_EVENT, status=Status.ROSTERED, exdate_text="")
    series.pattern = Pattern(span=a_span(start), rule=Rule.parse(rule, start))
    series.occurrences, series.clients, series.workers = [], [], []
    series.materialise(NOW + timedelta(days=days), ACT)
    return series


@settings(deadline=None, max_examples=100)
@given(
    interval=st.integers(1, 3),
    days=st.sets(st.sampled_from(range(7)), min_size=1, max_size=4),
    wkst=st.sampled_from(["MO", "SU"]),
    ending=st.sampled_from(["", ";COUNT=11", ";UNTIL=20260510T120000Z"]),
    moved=st.integers(-9, 9),
    cut=st.integers(0, 4),
)
def test_a_series_that_moves_by_days_moves_each_of_its_starts(
    interval: int, days: set[int], wkst: str, ending: str, moved: int, cut: int
) -> None:
    begin = datetime(2026, 3, 2, 10, tzinfo=TZ) + timedelta(days=min(days))
    names = ",".join(DAYS[day] for day in sorted(days))
    series = a_series(f"FREQ=WEEKLY;INTERVAL={interval};WKST={wkst};BYDAY={names}{ending}", begin)
    old = series.originals(NOW + timedelta(days=90))
    key = old[min(cut, len(old) - 1)]
    to = shift(from_text(key, TZ), timedelta(days=moved))
    assert isinstance(to, datetime)

    found = starts(shifted(series, key, a_span(to)), NOW + timedelta(days=80))

    expected = [to_text(shift(from_text(text, TZ), timedelta(days=moved))) for text in old[old.index(key) :]]
    assert [text for text in found if text < "2026-05-19"] == [
        text for text in expected if text < "2026-05-19"
    ]


def test_a_rule_that_would_drop_a_record_is_refused() -> None:
    series = a_series("FREQ=WEEKLY;COUNT=6")
    series.occurrences[5].status = Status.CANCELLED
    first = series.occurrences[0]
    shorter = Pattern(span=series.span, rule=Rule.parse("FREQ=WEEKLY;COUNT=3", series.span.start))

    with pytest.raises(DomainError) as refused:
        series.change_from(first.occurrence_key or "", shorter, ACT)
    assert refused.value.code == "E_LOCKED"


def test_excluded_starts_stay_excluded_under_their_new_names() -> None:
    series = a_series("FREQ=WEEKLY;COUNT=6")
    series.exclude("2026-03-24T10:00:00")
    key = "2026-03-10T10:00:00"
    later = a_span(datetime(2026, 3, 11, 9, tzinfo=TZ))

    follower = series.change_from(key, shifted(series, key, later), ACT)

    assert follower.exdates == {"2026-03-25T09:00:00"}
    assert [o.occurrence_key for o in series.occurrences] == ["2026-03-03T10:00:00"]
    assert len(follower.occurrences) == 4


def test_a_series_that_begins_again_keeps_the_count_of_what_is_left() -> None:
    series = a_series("FREQ=DAILY;COUNT=10")
    key = series.originals(NOW + timedelta(days=30))[4]

    follower = series.change_from(key, shifted(series, key, series.span.starting(from_text(key, TZ))), ACT)

    assert (series.rule_text, follower.rule_text) == (
        "FREQ=DAILY;UNTIL=20260306T232959Z",
        "FREQ=DAILY;COUNT=6",
    )
    assert (len(series.occurrences), len(follower.occurrences)) == (4, 6)


def test_an_endless_series_is_ended_with_its_last_row() -> None:
    series = a_series("FREQ=WEEKLY")
    series.stop_extending()
    assert series.rule is not None
    assert not series.rule.endless
    assert len(series.originals(NOW + timedelta(days=999))) == len(series.occurrences)
