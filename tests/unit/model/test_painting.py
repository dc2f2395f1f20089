"""RFC 7953, 4: the lower priority is painted first, and what lies over it hides it; events come on top (DOMAIN 4)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from model.busy import Busy, Fbtype, merge
from model.painting import Layer, paint, strokes

ZERO = datetime(2026, 3, 3, tzinfo=UTC)
END = ZERO + timedelta(minutes=60)


def at(minute: int) -> datetime:
    return ZERO + timedelta(minutes=minute)


def layer(
    priority: int, start: int, end: int, *open_: tuple[int, int], kind: Fbtype = Fbtype.BUSY_UNAVAILABLE
) -> Layer:
    times = [(at(a), at(b)) for a, b in open_]
    return Layer(priority=priority, start=at(start), end=at(end), fbtype=kind, available=times)


def shown(*layers: Layer) -> list[tuple[int, int, str]]:
    return [
        ((b.start - ZERO) // timedelta(minutes=1), (b.end - ZERO) // timedelta(minutes=1), b.fbtype.value)
        for b in paint(layers, ZERO, END)
    ]


def test_a_layer_is_closed_but_for_what_it_opens() -> None:
    assert shown(layer(9, 10, 50, (20, 30))) == [
        (10, 20, "BUSY-UNAVAILABLE"),
        (30, 50, "BUSY-UNAVAILABLE"),
    ]


def test_what_lies_higher_opens_and_closes_what_is_below() -> None:
    hours, single, leave = layer(9, 0, 60, (10, 20)), layer(5, 30, 40, (30, 40)), layer(1, 15, 35)
    for order in ((hours, single, leave), (leave, single, hours)):
        assert shown(*order) == [
            (0, 10, "BUSY-UNAVAILABLE"),
            (15, 35, "BUSY-UNAVAILABLE"),
            (40, 60, "BUSY-UNAVAILABLE"),
        ]


def test_priority_0_is_the_lowest_of_all() -> None:
    assert shown(layer(0, 0, 60), layer(9, 0, 60, (0, 60))) == []
    assert shown(layer(9, 0, 60), layer(0, 0, 60, (0, 60))) == [(0, 60, "BUSY-UNAVAILABLE")]


def test_of_two_as_high_the_busier_is_seen() -> None:
    tentative = layer(5, 0, 40, kind=Fbtype.BUSY_TENTATIVE)
    busy = layer(5, 20, 60, kind=Fbtype.BUSY)
    for order in ((tentative, busy), (busy, tentative)):
        assert shown(*order) == [(0, 20, "BUSY-TENTATIVE"), (20, 60, "BUSY")]


def test_events_come_on_top_and_a_free_one_opens_nothing() -> None:
    hours = paint([layer(9, 0, 60, (10, 50))], ZERO, END)
    meeting = Busy(start=at(5), end=at(20), fbtype=Fbtype.BUSY)
    found = merge([*hours, meeting], start=ZERO, end=END)
    assert [(b.start, b.end, b.fbtype) for b in found] == [
        (at(0), at(5), Fbtype.BUSY_UNAVAILABLE),
        (at(5), at(20), Fbtype.BUSY),
        (at(50), at(60), Fbtype.BUSY_UNAVAILABLE),
    ]


_TIMES = st.tuples(st.integers(-10, 70), st.integers(0, 30)).map(lambda one: (one[0], one[0] + one[1]))
_LAYERS = st.builds(
    lambda priority, times, open_, kind: layer(priority, *times, *open_, kind=kind),
    st.integers(0, 9), _TIMES, st.lists(_TIMES, max_size=4), st.sampled_from(Fbtype),
)  # fmt: skip
_DISTINCT = st.lists(_LAYERS, max_size=5, unique_by=lambda one: one.priority)


@given(_DISTINCT)
def test_each_minute_shows_the_highest_layer_that_speaks_of_it(layers: list[Layer]) -> None:
    found = paint(layers, ZERO, END)
    for minute in range(60):
        speaking = [one for one in layers if one.start <= at(minute) < one.end]
        top = min(speaking, key=lambda one: one.priority or 10, default=None)
        expected = None
        if top is not None and not any(a <= at(minute) < b for a, b in top.available):
            expected = top.fbtype
        covering = [one.fbtype for one in found if one.start <= at(minute) < one.end]
        assert covering == ([] if expected is None else [expected])


@given(st.lists(_LAYERS, max_size=5))
def test_strokes_are_in_order_and_do_not_overlap(layers: list[Layer]) -> None:
    found = strokes(layers, ZERO, END)
    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(one.start < one.end for one in found)


@given(_DISTINCT)
def test_what_is_painted_does_not_depend_on_the_order_given(layers: list[Layer]) -> None:
    assert paint(layers, ZERO, END) == paint(layers[::-1], ZERO, END)
