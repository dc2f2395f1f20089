"""DOMAIN 4: intervals are half-open, adjacent ones join, and the stronger kind shows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model.busy import Busy, Fbtype, merge

ZERO = datetime(2026, 3, 3, tzinfo=UTC)


def at(minute: int) -> datetime:
    return ZERO + timedelta(minutes=minute)


blocks = st.builds(
    lambda start, length, kind: Busy(start=at(start), end=at(start + length), fbtype=kind),
    st.integers(-10, 60),
    st.integers(0, 30),
    st.sampled_from(Fbtype),
)


@given(st.lists(blocks, max_size=12))
def test_each_minute_shows_the_strongest_kind_that_covers_it(given_blocks: list[Busy]) -> None:
    merged = merge(given_blocks, start=at(0), end=at(60))

    for minute in range(60):
        covering = [b.fbtype for b in given_blocks if b.start <= at(minute) < b.end]
        strongest = min(covering, key=list(Fbtype).index, default=None)
        shown = [b.fbtype for b in merged if b.start <= at(minute) < b.end]
        assert shown == ([] if strongest is None else [strongest])
    assert all(a.end < b.start or a.fbtype is not b.fbtype for a, b in pairwise(merged))


def test_what_has_no_length_blocks_nothing() -> None:
    assert merge([Busy(start=at(5), end=at(5), fbtype=Fbtype.BUSY)], start=at(0), end=at(60)) == []
