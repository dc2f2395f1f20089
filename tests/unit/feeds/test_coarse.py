"""Feeds on a grid (FAILURES H5): busy time alone, merged, and nothing of what made it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.diary import cancelling
from adapters.diary.cancelling import Cancel
from adapters.feeds.keeping import NewFeed, add_feed, list_feeds
from model.cancellation import CancelledBy
from model.errors import DomainError
from sync.coarse import Grid, on_grid
from sync.event import Component, Event
from sync.feed import Entry
from sync.settings import PrivacySettings
from tests.unit.feeds.conftest import ADELAIDE, Practice, events, shown

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = timedelta(days=3)


def times(practice: Practice, secret: str) -> list[str]:
    found = [
        (one.start.astimezone(ADELAIDE), one.end.astimezone(ADELAIDE)) for one in shown(practice.body(secret))
    ]  # type: ignore[union-attr]
    return [f"{a:%d %H:%M}-{b:%H:%M}" for a, b in sorted(found)]


def test_h5_a_rounded_feed_shows_merged_time_on_the_grid_and_no_single_session(practice: Practice) -> None:
    practice.add("2026-03-10 09:05", minutes=50, site="adelaide", room="gym")
    practice.add("2026-03-10 10:00", minutes=45, clients=["eva"])
    practice.add("2026-03-10 12:10", minutes=10, rule="FREQ=DAILY;COUNT=2")
    secret = practice.feed(level="busy", round_min=30)
    assert times(practice, secret) == ["10 09:00-11:00", "10 12:00-12:30", "11 12:00-12:30"]
    body = practice.body(secret)
    assert {one.summary for one in shown(body)} == {"Busy"}
    assert {one.classification for one in shown(body)} == {"CONFIDENTIAL"}
    assert not any(event.recurring for event in events(body))
    for word in (b"RRULE", b"LOCATION", b"DESCRIPTION", b"X-CALENDULA", b"CATEGORIES", b"C-1"):
        assert word not in body


def test_h5_what_is_cancelled_or_a_draft_is_not_in_it(practice: Practice) -> None:
    practice.add("2026-03-10 09:00", rostered=False)
    session = str(practice.add("2026-03-11 09:00").session_id)
    secret = practice.feed(level="busy", round_min=60)
    assert times(practice, secret) == ["11 09:00-10:00"]
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-01 08:00")
    cancelling.cancel(practice.sessions, practice.act, session, how, None)
    assert b"VEVENT" not in practice.body(secret)


def test_h5_the_same_time_is_the_same_octets_whatever_is_behind_it(practice: Practice) -> None:
    """A session that moves inside its line of the grid, or is one of two, shows no trace."""
    practice.add("2026-03-10 09:05", minutes=30)
    secret = practice.feed(level="busy", round_min=60)
    before = practice.body(secret)
    practice.later(hours=1)
    practice.add("2026-03-10 09:20", minutes=30, clients=["eva"])
    assert practice.body(secret) == before
    practice.later(hours=1)
    practice.add("2026-03-10 09:40", minutes=30, clients=["liam"])
    assert times(practice, secret) == ["10 09:00-11:00"]


@pytest.mark.parametrize("of", ["room:gym", "asset:minibus"])
def test_h5_a_resource_is_occupied_on_the_grid(practice: Practice, of: str) -> None:
    taking = (
        {"room": "gym", "site": "adelaide"} if of == "room:gym" else {"assets": ["minibus"], "region": "west"}
    )
    practice.add("2026-03-10 09:05", minutes=20, **taking)
    secret = practice.feed(of, round_min=30)
    assert times(practice, secret) == ["10 09:00-09:30"]
    assert {one.summary for one in shown(practice.body(secret))} == {"Occupied"}


def test_h5_e_round_only_a_busy_feed_is_rounded_and_to_what_divides_a_day(practice: Practice) -> None:
    def refused(level: str, minutes: int) -> str:
        new = NewFeed(kind="worker", of="priya", level=level, past_days=0, future_days=30, round_min=minutes)
        with pytest.raises(DomainError) as error:
            add_feed(practice.sessions, practice.act, new, PrivacySettings())
        return error.value.code

    assert refused("reference", 30) == refused("busy", 7) == refused("busy", -15) == "E_ROUND"
    practice.feed(level="busy", round_min=15)
    assert [one.round_min for one in list_feeds(practice.sessions)] == [15]


_EVENTS = st.lists(st.tuples(st.integers(-600, 5000), st.integers(1, 600), st.booleans()), max_size=8)


@given(
    _EVENTS,
    st.sampled_from([1, 5, 15, 30, 60, 240]),
    st.sampled_from(["Australia/Adelaide", "Asia/Kathmandu"]),
)
def test_h5_never_less_is_busy_and_stretches_neither_meet_nor_leave_the_grid(
    some: list[tuple[int, int, bool]], minutes: int, name: str
) -> None:
    tz = ZoneInfo(name)

    def at(minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    entries = [
        Entry(
            event=Event(uid=str(n), master=Component(start=at(a), end=at(a + length), transparent=free)),
            changed=START,
        )
        for n, (a, length, free) in enumerate(some)
    ]
    grid = Grid(
        feed_id=UUID(int=1),
        minutes=minutes,
        tz=tz,
        start=START,
        end=START + DAYS,
        made_at=START,
        title="Busy",
    )
    found = [one.event.master for one in on_grid(entries, grid)]
    for a, length, free in some:
        inside = max(at(a), START), min(at(a + length), START + DAYS)
        if not free and inside[0] < inside[1]:
            assert any(m.start <= inside[0] and inside[1] <= m.end for m in found)  # type: ignore[operator, union-attr]
    edges = [edge for m in found for edge in (m.start, m.end) if edge not in (START, START + DAYS)]  # type: ignore[union-attr]
    for edge in edges:
        wall = edge.astimezone(tz)  # type: ignore[union-attr]
        assert (wall.hour * 60 + wall.minute) % minutes == 0
    assert all(one.end < two.start for one, two in pairwise(found))  # type: ignore[operator, union-attr]
