"""What only tells of the past is let go in time, and nothing that is still needed (FAILURES E26)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from adapters.config.schema import RetentionSection
from adapters.diary.outbox import Said, message
from adapters.jobs import Jobs, Means
from model.archive import ArchiveEntry
from model.inbound import Audience, ChangeState, InboundChange, Notice
from model.job_run import JobRun
from model.journal import HistoryEntry, SyncRun
from model.link import EventMapping, MappingState
from model.message import Kind, Message, MessageState
from tests.world import ADELAIDE, World, dentist


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    """A run that sent, one that held a change, one that took an own event away, and a quiet one."""
    world = World(database_url)
    world.add_session(datetime(2026, 3, 10, 10, tzinfo=ADELAIDE))
    world.phone.add(dentist("dentist", datetime(2026, 3, 11, 9, tzinfo=ADELAIDE)))
    world.settle()
    for event in world.phone.events():
        world.phone.delete(event.uid)
    world.settle()
    yield world
    world.close()


def purge(world: World, **days: float) -> None:
    world.clock.advance(**days)
    means = Means(sessions=world.sessions, keep=RetentionSection())
    jobs = Jobs(means=means, clock=world.clock.now, new_id=world.new_id)
    assert jobs.do("purge") is not None
    assert jobs.do("purge") is None


def count(world: World, noun: type) -> int:
    with world.sessions() as db:
        return db.scalar(select(func.count()).select_from(noun)) or 0


def test_e26_nothing_goes_before_its_time(world: World) -> None:
    nouns = (ArchiveEntry, HistoryEntry, Notice, InboundChange, SyncRun, EventMapping)
    before = [count(world, noun) for noun in nouns]
    assert all(before)
    purge(world, days=1)
    assert [count(world, noun) for noun in nouns] == before


def test_e26_bodies_go_after_thirty_days(world: World) -> None:
    purge(world, days=29)
    assert count(world, ArchiveEntry)
    purge(world, days=2)
    assert count(world, ArchiveEntry) == 0
    assert count(world, HistoryEntry)


def test_e26_runs_without_a_change_go_first_and_the_last_one_stays(world: World) -> None:
    def results() -> list[bool]:
        with world.sessions() as db:
            return [bool(row.counts) for row in db.scalars(select(SyncRun).order_by(SyncRun.started_at))]

    world.clock.advance(minutes=5)
    world.sync()
    assert results().count(False) > 1
    purge(world, days=3)
    assert results().count(False) == 1
    assert results().count(True)
    purge(world, days=40)
    assert len(results()) == 1


def test_e26_what_waits_for_an_answer_never_goes(world: World) -> None:
    purge(world, days=4_000)
    with world.sessions() as db:
        assert [change.state for change in db.scalars(select(InboundChange))] == [ChangeState.HELD]
        assert MappingState.TOMBSTONE not in set(db.scalars(select(EventMapping.state)))
    assert count(world, EventMapping) == 1
    assert (count(world, HistoryEntry), count(world, Notice)) == (0, 0)


def test_e26_messages_that_are_over_go_and_what_waits_stays(world: World) -> None:
    with world.sessions.begin() as db:
        for number, state in enumerate(MessageState):
            said = Said(kind=Kind.NOTICES, key=state, to=Audience.ADMIN)
            row = message(said, message_id=UUID(int=number), now=world.clock.now())
            row.state = state
            db.add(row)
    purge(world, days=89)
    assert count(world, Message) == 4
    purge(world, days=2)
    with world.sessions() as db:
        assert db.scalars(select(Message.state)).all() == ["QUEUED"]


def test_the_status_tells_how_the_purge_went(world: World) -> None:
    purge(world, days=31)
    with world.sessions() as db:
        job = db.scalars(select(JobRun).where(JobRun.job == "purge")).one()
    assert job.result.startswith("ok, ")
    assert job.last_at > datetime(2026, 3, 30, tzinfo=UTC)
