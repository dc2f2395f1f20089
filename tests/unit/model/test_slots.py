"""Which times can be booked (R64): laws of windows, terms and what is taken."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model.moment import Span, zone
from model.reserved_slot import ReservedSlot
from model.slots import Block, Candidate, Terms, Timeline, Why, Window, candidates

CHICAGO = zone("America/Chicago")
NOW = datetime(2026, 3, 9, 14, tzinfo=UTC)  # Monday 09:00 in Chicago


def terms(length: int = 50, padding: int = 10, *, cutoff: int = 0, days: int = 365, step: int = 0) -> Terms:
    return Terms(
        length=timedelta(minutes=length), padding=timedelta(minutes=padding), now=NOW,
        cutoff=timedelta(minutes=cutoff), how_far_days=days, step=timedelta(minutes=step),
    )  # fmt: skip


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CHICAGO)


def window(start: datetime, end: datetime) -> Window:
    return Window(ref="w", start=start.astimezone(UTC), end=end.astimezone(UTC), tz=CHICAGO)


def block(start: datetime, end: datetime, why: Why = Why.SESSION) -> Block:
    return Block(start=start.astimezone(UTC), end=end.astimezone(UTC), why=why)


def chosen(one: Window, of: Terms, blocks: Sequence[Block] = ()) -> list[str]:
    found = candidates(one, of, Timeline(blocks))
    return [f"{c.start.astimezone(CHICAGO):%d %H:%M}" for c in found if c.free]


def test_r64_slots_begin_with_the_window_and_come_every_length_and_padding() -> None:
    assert chosen(window(at(10, 9), at(10, 12)), terms()) == ["10 09:00", "10 10:00", "10 11:00"]


def test_r64_a_slot_whose_padding_does_not_fit_into_the_window_is_none() -> None:
    assert chosen(window(at(10, 9), at(10, 11, 59)), terms()) == ["10 09:00", "10 10:00"]


def test_r64_a_step_of_its_own_offers_more_starts() -> None:
    assert chosen(window(at(10, 9), at(10, 10, 30)), terms(step=15)) == ["10 09:00", "10 09:15", "10 09:30"]


def test_r64_back_to_back_is_free() -> None:
    busy = [block(at(10, 8), at(10, 9)), block(at(10, 10), at(10, 11))]
    assert chosen(window(at(10, 9), at(10, 12)), terms(), busy) == ["10 09:00", "10 11:00"]


def test_003_08_padding_has_to_be_free_too() -> None:
    busy = [block(at(10, 9, 55), at(10, 10))]
    assert chosen(window(at(10, 9), at(10, 11)), terms(), busy) == ["10 10:00"]


def test_003_04_monday_nine_and_a_day_is_tuesday_nine() -> None:
    both = window(at(10, 8), at(10, 11))
    assert chosen(both, terms(cutoff=1440)) == ["10 09:00", "10 10:00"]


def test_003_05_thirty_days_out_by_the_local_date() -> None:
    last, beyond = window(at(8, 23, month=4), at(9, 0, month=4)), window(at(9, 0, month=4), at(9, 1, month=4))
    assert chosen(last, terms(days=30)) == ["08 23:00"]
    assert chosen(beyond, terms(days=30)) == []


def test_why_says_the_first_rule_that_speaks_against_it() -> None:
    one, of = window(at(9, 9), at(9, 10)), terms(cutoff=1440)
    (found,) = candidates(one, of, Timeline([block(at(9, 9), at(9, 10))]))
    assert found.block is not None
    assert found.block.why is Why.CUT_OFF
    (found,) = candidates(one, terms(), Timeline([block(at(9, 9, 30), at(9, 9, 40), Why.PADDING)]))
    assert found.block is not None
    assert (found.block.why, found.block.start) == (Why.PADDING, at(9, 9, 30))


def reserved(start: datetime, end: datetime, rule: str = "", exdates: str = "") -> ReservedSlot:
    made = ReservedSlot(ref="w", rule_text=rule, exdate_text=exdates)
    made.types = []
    made.span = Span(start=start, end=end, tz=CHICAGO)
    return made


def local(slot: ReservedSlot, first: date, last: date) -> list[str]:
    since, until = (datetime(d.year, d.month, d.day, tzinfo=CHICAGO).astimezone(UTC) for d in (first, last))
    return [
        f"{one.start.astimezone(CHICAGO):%m-%d %H:%M}-{one.end.astimezone(CHICAGO):%H:%M}"
        for one in slot.windows(since, until)
    ]


def test_003_10_a_window_repeats_on_the_wall_clock_and_leaves_days_out() -> None:
    slot = reserved(at(3, 9), at(3, 12), "FREQ=WEEKLY;BYDAY=TU", "2026-03-17T09:00:00")
    assert local(slot, date(2026, 3, 1), date(2026, 3, 25)) == [
        "03-03 09:00-12:00", "03-10 09:00-12:00", "03-24 09:00-12:00",
    ]  # fmt: skip


def test_003_10_a_window_over_a_change_of_clocks_keeps_its_wall_times() -> None:
    slot = reserved(at(7, 0), at(7, 6), "FREQ=DAILY;COUNT=2")
    windows = list(slot.windows(at(1, 0), at(10, 0)))
    assert local(slot, date(2026, 3, 1), date(2026, 3, 10)) == ["03-07 00:00-06:00", "03-08 00:00-06:00"]
    assert [one.end - one.start for one in windows] == [timedelta(hours=6), timedelta(hours=5)]
    assert [len(list(candidates(one, terms(), Timeline([])))) for one in windows] == [6, 5]


def test_003_10_a_window_that_began_before_is_still_found() -> None:
    slot = reserved(at(10, 9), at(10, 12))
    assert len(list(slot.windows(at(10, 11).astimezone(UTC), at(10, 13).astimezone(UTC)))) == 1
    assert list(slot.windows(at(10, 12).astimezone(UTC), at(10, 13).astimezone(UTC))) == []


MINUTE = timedelta(minutes=1)
ORIGIN = datetime(2026, 3, 7, 6, tzinfo=UTC)  # two days around the change of clocks in Chicago
moments = st.integers(0, 48 * 60).map(lambda minutes: ORIGIN + minutes * MINUTE)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[datetime, datetime]:
    start = draw(moments)
    return start, start + draw(st.integers(0, 300)) * MINUTE


wanted = st.builds(terms, st.integers(1, 120), st.integers(0, 60), step=st.integers(0, 60))
busy_times = st.lists(stretches().map(lambda s: Block(start=s[0], end=s[1], why=Why.SESSION)), max_size=8)


def meets(candidate: Candidate, of: Terms, one: Block) -> bool:
    return one.start < one.end and one.start < candidate.start + of.needs and candidate.start < one.end


@given(stretches(), wanted, busy_times)
def test_r64_every_slot_lies_inside_its_window_and_meets_nothing_taken(
    edges: tuple[datetime, datetime], of: Terms, busy: list[Block]
) -> None:
    whole = window(*edges)
    for found in candidates(whole, of, Timeline(busy)):
        assert whole.start <= found.start
        assert found.start + of.needs <= whole.end
        if found.free:
            assert not any(meets(found, of, one) for one in busy)


@given(stretches(), wanted, busy_times)
def test_r64_no_slot_is_missing(edges: tuple[datetime, datetime], of: Terms, busy: list[Block]) -> None:
    whole, step = window(*edges), of.step or of.needs
    grid, at_ = [], whole.start
    while at_ + of.needs <= whole.end:
        free = not any(one.start < one.end and one.start < at_ + of.needs and at_ < one.end for one in busy)
        grid.append((at_, free and at_ >= NOW))
        at_ += step
    found = [(c.start, c.free) for c in candidates(whole, of, Timeline(busy))]
    assert found == grid


@given(stretches(), wanted, busy_times)
def test_r64_booked_slots_that_follow_the_grid_are_disjoint(
    edges: tuple[datetime, datetime], of: Terms, busy: list[Block]
) -> None:
    """Whoever books one slot after another, each held against those before, never meets another."""
    whole, booked = window(*edges), list(busy)
    mine: list[Block] = []
    for candidate in candidates(whole, of, Timeline([])):
        one = Block(start=candidate.start, end=candidate.start + of.needs, why=Why.SESSION)
        if Timeline(booked).meets(one.start, one.end) is None:
            booked.append(one)
            mine.append(one)
    assert all(a.end <= b.start for a, b in pairwise(mine))


@given(busy_times, stretches())
def test_a_timeline_finds_what_looking_at_everything_finds(
    busy: list[Block], edges: tuple[datetime, datetime]
) -> None:
    start, end = edges
    expected = [b for b in busy if b.start < b.end and b.start < end and start < b.end] if start < end else []
    found = Timeline(busy).meets(start, end) if start < end else None
    assert (found is None) is (not expected)
    assert found is None or found in expected
