"""Who has a feed, and what is kept of its address: a hash (FAILURES G12, G13; DOMAIN 5)."""

import re
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from adapters.diary.privacy import attest
from adapters.feeds.keeping import NewFeed, add_feed, list_feeds, remove_feed, rotate_feed
from adapters.feeds.secret import hash_of, new_secret, same
from model.errors import DomainError
from model.feed import MOST_FUTURE, MOST_PAST, Feed, check_window
from model.journal import HistoryEntry
from sync.settings import PrivacySettings
from tests.unit.feeds.conftest import Practice

OPEN = PrivacySettings(maximum="full_name")


def new(kind: str = "worker", of: str = "priya", level: str = "busy", **other: object) -> NewFeed:
    return NewFeed(kind=kind, of=of, level=level, **({"past_days": 30, "future_days": 365} | other))  # type: ignore[arg-type]


def refused(practice: Practice, feed: NewFeed, privacy: PrivacySettings = OPEN) -> str:
    with pytest.raises(DomainError) as caught:
        add_feed(practice.sessions, practice.act, feed, privacy)
    return caught.value.code


def test_g12_of_an_address_only_a_hash_is_kept(practice: Practice) -> None:
    secret = practice.feed()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secret)
    with practice.read() as database:
        rows = [repr(row) for row in database.execute(text("SELECT * FROM feed"))]
        rows += [repr(row) for row in database.execute(text("SELECT * FROM history"))]
        assert database.scalars(select(Feed.secret_hash)).all() == [hash_of(secret)]
    assert not any(secret in row for row in rows)
    assert secret not in repr([asdict(one) for one in list_feeds(practice.sessions)])


def test_g12_each_secret_is_256_random_bits() -> None:
    found = {new_secret() for _ in range(200)}
    assert len(found) == 200
    assert {len(one) for one in found} == {43}


def test_hashes_are_compared_whole() -> None:
    one = hash_of("a")
    assert same(one, hash_of("a"))
    assert not same(one, hash_of("b"))
    assert not same(one, one[:-1])


def test_h8_whatever_becomes_of_a_feed_is_written_down_with_who_did_it(practice: Practice) -> None:
    ref = add_feed(practice.sessions, practice.act, new(), OPEN).ref
    rotate_feed(practice.sessions, practice.act, ref)
    remove_feed(practice.sessions, practice.act, ref)
    with practice.read() as database:
        told = database.scalars(select(HistoryEntry).where(HistoryEntry.action.startswith("feed-"))).all()
        assert {(one.action, one.actor) for one in told} == {
            ("feed-added", "sam"), ("feed-rotated", "sam"), ("feed-removed", "sam"),
        }  # fmt: skip
        assert all(one.detail["feed"] == "priya" for one in told)


def test_a_rotated_feed_has_one_address_and_the_same_events(practice: Practice) -> None:
    practice.add("2026-03-10 09:00")
    old = practice.feed()
    before = practice.body(old)
    found = rotate_feed(practice.sessions, practice.act, "priya").secret
    assert practice.feeds.look(old) is None
    assert practice.body(found) == before


def test_a_removed_feed_is_gone_and_unknown(practice: Practice) -> None:
    secret = practice.feed()
    remove_feed(practice.sessions, practice.act, "priya")
    assert practice.feeds.look(secret) is None
    assert list_feeds(practice.sessions) == []
    with pytest.raises(DomainError, match="feed list shows all"):
        remove_feed(practice.sessions, practice.act, "priya")


def test_feeds_are_called_as_what_they_are_of(practice: Practice) -> None:
    for feed in (new(), new(), new(ref="mine"), new("room", "gym")):
        add_feed(practice.sessions, practice.act, feed, OPEN)
    assert [(one.ref, one.of) for one in list_feeds(practice.sessions)] == [
        ("gym", "room:gym"), ("mine", "worker:priya"), ("priya", "worker:priya"), ("priya-2", "worker:priya"),
    ]  # fmt: skip
    assert refused(practice, new(ref="mine")) == "E_DUPLICATE_FEED"


@pytest.mark.parametrize("level", ["first_name", "full_name", "everything"])
def test_e_level_not_allowed_no_feed_tells_names_even_where_links_may(practice: Practice, level: str) -> None:
    for one in ("first_name", "full_name"):
        attest(practice.sessions, practice.act, level=one, basis="BAA")
    assert refused(practice, new(level=level)) == "E_LEVEL_NOT_ALLOWED"


def test_e_level_not_allowed_above_the_practices_maximum(practice: Practice) -> None:
    assert (
        refused(practice, new(level="initials"), PrivacySettings(maximum="reference"))
        == "E_LEVEL_NOT_ALLOWED"
    )


def test_e_level_not_allowed_for_more_than_that_a_room_is_taken(practice: Practice) -> None:
    assert refused(practice, new("room", "gym", "reference")) == "E_LEVEL_NOT_ALLOWED"


@pytest.mark.parametrize(
    "feed", [new(past_days=-1), new(future_days=MOST_FUTURE + 1), new(title="x" * 61), new(title="a\nb")]
)
def test_e_feed_days_and_titles_that_cannot_be(practice: Practice, feed: NewFeed) -> None:
    assert refused(practice, feed) == "E_FEED"


@given(past=st.integers(-10, MOST_PAST + 10), future=st.integers(-10, MOST_FUTURE + 10))
def test_e_feed_exactly_the_days_that_calendars_may_have(past: int, future: int) -> None:
    fits = 0 <= past <= MOST_PAST and 0 <= future <= MOST_FUTURE
    if fits:
        check_window(past, future)
    else:
        with pytest.raises(DomainError):
            check_window(past, future)


def test_the_last_use_is_known_to_the_hour(practice: Practice) -> None:
    secret = practice.feed()
    assert list_feeds(practice.sessions)[0].last_used_at is None
    practice.body(secret)
    first = practice.now
    practice.later(minutes=59)
    practice.body(secret)
    assert list_feeds(practice.sessions)[0].last_used_at == first
    practice.later(minutes=1)
    practice.body(secret)
    assert list_feeds(practice.sessions)[0].last_used_at == practice.now
