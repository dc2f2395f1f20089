"""How many fit in at once (DOMAIN 4): the sweep over edges says what counting at every moment says."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from model.capacity import Taken, too_many

START = datetime(2026, 3, 16, 10, tzinfo=UTC)
BUS, CHAIR = UUID(int=1), UUID(int=2)


def taken(start: int, end: int, qty: int = 1, who: UUID = BUS) -> Taken:
    return Taken(who, START + timedelta(minutes=start), START + timedelta(minutes=end), qty)


def test_who_leaves_makes_room_for_who_comes_at_the_same_moment() -> None:
    assert too_many([taken(60, 120)], [taken(0, 60), taken(120, 180)], {BUS: 1}) == []
    assert too_many([taken(59, 120)], [taken(0, 60)], {BUS: 1}) == [taken(59, 120)]


def test_what_is_full_at_different_moments_does_not_add_up() -> None:
    others = [taken(0, 30), taken(30, 60)]
    assert too_many([taken(0, 60)], others, {BUS: 2}) == []
    assert too_many([taken(0, 60, 2)], others, {BUS: 2}) == [taken(0, 60, 2)]


def test_what_is_wanted_together_has_to_fit_in_together() -> None:
    twice = [taken(0, 60), taken(30, 90)]
    assert too_many(twice, [], {BUS: 1}) == twice
    assert too_many(twice, [], {BUS: 2}) == []


_TIMES = st.builds(
    lambda start, length, qty, who: taken(start, start + length, qty, who),
    st.integers(0, 20), st.integers(0, 10), st.integers(1, 3), st.sampled_from([BUS, CHAIR]),
)  # fmt: skip


@given(st.lists(_TIMES, max_size=6), st.lists(_TIMES, max_size=6), st.integers(1, 4))
def test_e_asset_conflict_is_that_some_minute_has_more_than_there_is(
    wanted: list[Taken], others: list[Taken], quantity: int
) -> None:
    def overfull(minute: int, want: Taken) -> bool:
        at = START + timedelta(minutes=minute)
        used = Counter[UUID]()
        for one in (*wanted, *others):
            used[one.who] += one.qty if one.start <= at < one.end else 0
        return want.start <= at < want.end and used[want.who] > quantity

    expected = [want for want in wanted if any(overfull(minute, want) for minute in range(31))]
    assert too_many(wanted, others, {BUS: quantity, CHAIR: quantity}) == expected
