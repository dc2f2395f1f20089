"""H5: busy time on a grid is never less than the truth, and says no more than the grid does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.busy import Busy, Fbtype
from model.errors import DomainError
from model.rounding import rounded

ADELAIDE = ZoneInfo("Australia/Adelaide")
START = datetime(2026, 3, 8, 13, 30, tzinfo=UTC)  # midnight in Adelaide
END = START + timedelta(days=2)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def on_grid(*times: tuple[float, float], minutes: int) -> list[tuple[float, float]]:
    blocks = [Busy(start=at(a), end=at(b), fbtype=Fbtype.BUSY) for a, b in times]
    found = rounded(blocks, minutes=minutes, tz=ADELAIDE, start=START, end=END)
    return [((b.start - START).total_seconds() / 60, (b.end - START).total_seconds() / 60) for b in found]


def test_h5_a_block_is_widened_to_the_wall_clock_and_what_meets_is_one() -> None:
    assert on_grid((605, 650), minutes=15) == [(600, 660)]
    assert on_grid((605, 650), (661, 700), minutes=30) == [(600, 720)]
    assert on_grid((600, 660), minutes=60) == [(600, 660)]


def test_h5_a_grid_of_an_hour_is_that_of_the_wall_clock_and_not_of_utc() -> None:
    assert on_grid((615, 620), minutes=60) == [(600, 660)]


@pytest.mark.parametrize("minutes", [0, -15, 7, 1441])
def test_e_round_a_grid_divides_a_day(minutes: int) -> None:
    with pytest.raises(DomainError) as refused:
        on_grid((0, 10), minutes=minutes)
    assert refused.value.code == "E_ROUND"


_BLOCKS = st.lists(
    st.builds(
        lambda start, length, kind: Busy(start=at(start), end=at(start + length), fbtype=kind),
        st.integers(-100, 3000), st.integers(1, 300), st.sampled_from(Fbtype),
    ), max_size=6,
)  # fmt: skip


@given(_BLOCKS, st.sampled_from([5, 10, 15, 20, 30, 60, 120]))
def test_h5_never_less_is_busy_and_all_edges_lie_on_the_grid(blocks: list[Busy], minutes: int) -> None:
    found = rounded(blocks, minutes=minutes, tz=ADELAIDE, start=START, end=END)
    for one in blocks:
        inside = max(one.start, START), min(one.end, END)
        covered = sum(
            (max(timedelta(), min(b.end, inside[1]) - max(b.start, inside[0])) for b in found), timedelta()
        )
        assert covered == max(timedelta(), inside[1] - inside[0])
    assert all(
        (edge - START) % timedelta(minutes=minutes) == timedelta() for b in found for edge in (b.start, b.end)
    )
    again = rounded(found, minutes=minutes, tz=ADELAIDE, start=START, end=END)
    assert again == found


def test_h5_over_a_change_of_the_clocks_never_less_is_busy() -> None:
    start = datetime(2026, 4, 4, 12, tzinfo=UTC)
    blocks = [
        Busy(
            start=start + timedelta(minutes=7 * n),
            end=start + timedelta(minutes=7 * n + 3),
            fbtype=Fbtype.BUSY,
        )
        for n in range(120)
    ]
    for one in blocks:
        (found,) = rounded([one], minutes=120, tz=ADELAIDE, start=start, end=start + timedelta(days=1))
        assert found.start <= one.start
        assert found.end >= one.end
