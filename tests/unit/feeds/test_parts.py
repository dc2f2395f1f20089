"""What is kept of feeds in the database: it outlives the service, and goes with what it is of (FAILURES E26, H7)."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from adapters.config.schema import RetentionSection
from adapters.database.purging import purge
from adapters.diary import cancelling, changing, erasing
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.feeds import content
from adapters.feeds.keeping import list_feeds, remove_feed
from adapters.feeds.reading import Feeds
from model.cancellation import CancelledBy
from model.feed import FeedPart
from model.series import Scope
from tests.unit.feeds.conftest import Practice


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The sessions and series that were read to be shown."""
    read: list[object] = []
    for loads in ("load_shown", "load_several_series"):
        load = getattr(content, loads)
        noted = lambda database, ids, load=load: read.extend(ids) or load(database, ids)  # noqa: E731
        monkeypatch.setattr(content, loads, noted)
    return read


def kept(practice: Practice) -> int:
    with practice.read() as database:
        return database.scalar(select(func.count()).select_from(FeedPart)) or 0


def started(practice: Practice) -> Feeds:
    """A service that was just started."""
    return practice.feeds


def test_a_service_that_was_just_started_reads_only_what_changed(
    practice: Practice, loaded: list[object]
) -> None:
    for day in range(10, 15):
        practice.add(f"2026-03-{day} 09:00")
    repeats = practice.add("2026-03-16 09:00", rule="FREQ=WEEKLY;COUNT=3", clients=["eva"])
    secret = practice.feed()
    body = practice.body(secret, started(practice))
    loaded.clear()
    assert practice.body(secret, started(practice)) == body
    assert loaded == []
    new = practice.add("2026-03-20 09:00", clients=["eva"]).session_id
    assert practice.body(secret, started(practice)).count(b"BEGIN:VEVENT") == 7
    assert loaded == [new]
    move = Move(start="2026-03-16 10:00")
    changing.move(practice.sessions, practice.act, str(repeats.session_id), move, Scope.THIS_ONLY)
    assert b"RECURRENCE-ID" in practice.body(secret, started(practice))
    assert loaded == [new, repeats.series_id]
    changing.move(practice.sessions, practice.act, str(new), Move(start="2026-03-20 10:30"), None)
    assert b"T103000" in practice.body(secret, started(practice))
    assert loaded == [new, repeats.series_id, new]
    assert kept(practice) == 7


@pytest.mark.parametrize(
    ("of", "how"),
    [("worker:priya", {}), ("worker:priya", {"level": "busy", "round_min": 30}), ("room:gym", {})],
)
def test_a_feed_is_written_before_it_is_asked_for_and_was_never_read_then(
    practice: Practice, loaded: list[object], monkeypatch: pytest.MonkeyPatch, of: str, how: dict[str, object]
) -> None:
    practice.add("2026-03-10 09:00", site="adelaide", room="gym")
    secret = practice.feed(of, **how)
    [listed] = list_feeds(practice.sessions)
    practice.feeds.prepare(listed.ref)
    assert [one.last_used_at for one in list_feeds(practice.sessions)] == [None]
    loaded.clear()
    monkeypatch.setattr("adapters.feeds.reading.entries", None)
    assert practice.body(secret).count(b"BEGIN:VEVENT") == 1
    assert loaded == []


def test_what_is_not_shown_any_more_is_not_kept(practice: Practice) -> None:
    for day in (3, 10):
        practice.add(f"2026-03-{day:02} 09:00")
    room = practice.feed("room:gym")
    secret = practice.feed()
    practice.body(secret)
    practice.body(room)
    assert kept(practice) == 3
    practice.later(days=32)
    practice.body(secret)
    practice.body(room)
    assert kept(practice) == 2
    for one in list_feeds(practice.sessions):
        remove_feed(practice.sessions, practice.act, one.ref)
    assert kept(practice) == 0


def test_two_that_write_the_same_at_once_do_not_fail(practice: Practice) -> None:
    practice.add("2026-03-10 09:00")
    secret, once = practice.feed(), list[None]()

    def other(*_: object) -> None:
        if not once:
            once.append(None)
            assert practice.body(secret, started(practice))

    event.listen(practice.sessions, "after_begin", other)
    try:
        standing = practice.feeds.look(secret)
        once.clear()
        assert practice.feeds.write(standing)
    finally:
        event.remove(practice.sessions, "after_begin", other)
    assert once
    assert kept(practice) == 1


def test_where_the_database_is_busy_the_feed_is_read_all_the_same(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.add("2026-03-10 09:00")
    secret = practice.feed()
    monkeypatch.setattr("adapters.database.engine.WAIT_S", 0.05)
    impatient = Practice(str(practice.engine.url), practice.clock)
    standing = impatient.feeds.look(secret)
    with practice.sessions.begin() as database:
        assert database.connection()
        assert impatient.feeds.write(standing).count(b"BEGIN:VEVENT") == 1
    assert kept(practice) == 0
    impatient.engine.dispose()


def test_h7_of_an_erased_client_nothing_is_kept(practice: Practice) -> None:
    mine = practice.add("2026-03-05 09:00").session_id
    practice.add("2026-03-05 11:00", clients=["eva"])
    secret = practice.feed(level="initials")
    assert b"Session NH" in practice.body(secret)
    how = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-02 08:00")
    cancelling.cancel(practice.sessions, practice.act, str(mine), how, None)
    practice.body(secret)
    assert kept(practice) == 2
    practice.later(days=10)
    erasing.erase(practice.sessions, practice.act, "noor")
    with practice.read() as database:
        [left] = database.scalars(select(FeedPart.octets))
    assert b"NH" not in left


def test_e26_of_a_feed_that_nobody_reads_nothing_is_kept(practice: Practice) -> None:
    practice.add("2026-03-10 09:00")
    read, unread = practice.feed(), practice.feed()
    practice.body(read)
    for one in list_feeds(practice.sessions):
        practice.feeds.prepare(one.ref)
    assert kept(practice) == 2
    practice.later(days=29)
    assert practice.body(read)
    purge(practice.sessions, RetentionSection(), now=practice.now + timedelta(days=2))
    assert kept(practice) == 1
    assert practice.body(unread).count(b"BEGIN:VEVENT") == 1
