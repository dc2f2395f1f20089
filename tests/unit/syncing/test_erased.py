"""What calendars hold of a client who was erased (FAILURES H7): the internal id, however old the event is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.diary import erasing, knowing
from model.archive import ArchiveEntry
from model.link import CalendarLink, EventMapping, LinkState, MappingState
from model.people import Client
from tests.world import World, at

Make = Callable[..., World]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    worlds: list[World] = []

    def make(**values: object) -> World:
        worlds.append(World(f"sqlite:///{tmp_path}/{len(worlds)}.db", **values))  # type: ignore[arg-type]
        return worlds[-1]

    yield make
    for one in worlds:
        one.close()


def titles(world: World) -> list[str]:
    return sorted(event.master.summary for event in world.phone.events() if event.master is not None)


def erase(world: World) -> erasing.Erased:
    return erasing.erase(world.sessions, world.act(), "c0")


def shown(made: Make, level: str = "initials") -> World:
    """A session, a group and a series of hers, all long over, and one of somebody else's."""
    world = made(level=level)
    world.add_session(at(3))
    world.add_session(at(4), clients=2)
    world.add_series(at(5), "FREQ=WEEKLY;COUNT=2")
    world.settle()
    world.clock.advance(days=200)
    world.settle()
    return world


def test_h7_events_that_are_long_over_are_written_anew_and_once(made: Make) -> None:
    world = shown(made)
    assert titles(world) == ["Group NH, JB", "Session NH", "Session NH"]
    done = erase(world)
    assert (done.events, done.waiting, done.unreachable, done.left) == (3, {"priya": 3}, {}, {})
    report = world.sync()
    assert report.writes == 3
    assert titles(world) == ["Group C-100, JB", "Session C-100", "Session C-100"]
    assert world.sync().lines == ()
    assert erasing.erase(world.sessions, world.act(), "C-100").waiting == {}


def test_h7_at_level_reference_nothing_has_to_be_written(made: Make) -> None:
    world = shown(made, level="reference")
    before = {item.href: item.body for item in world.phone.items()}
    erase(world)
    assert world.sync().writes == 0
    assert {item.href: item.body for item in world.phone.items()} == before
    assert {mapping.state for mapping in world.mappings()} == {MappingState.SYNCED}


def test_h7_a_remark_beside_a_session_of_hers_goes_and_one_beside_a_group_stays(made: Make) -> None:
    world = made(level="initials")
    world.add_session(at(3))
    world.add_session(at(4), clients=2)
    world.settle()
    for event in world.phone.events():
        assert event.master is not None
        world.phone.edit(event.uid, description=f"{event.master.description}\nNoor limps")
    world.settle()
    world.clock.advance(days=200)
    erase(world)
    world.settle()
    said = {event.master.summary: event.master.description for event in world.phone.events() if event.master}
    assert {title: "Noor limps" in text for title, text in said.items()} == {
        "Group C-100, JB": True, "Session C-100": False,
    }  # fmt: skip


def test_h7_a_link_that_rests_is_named_and_written_when_it_runs(made: Make) -> None:
    world = shown(made)
    with world.sessions.begin() as database:
        database.execute(update(CalendarLink).values(state=LinkState.PAUSED))
    assert erase(world).unreachable == {"priya": "PAUSED"}
    with world.sessions.begin() as database:
        database.execute(update(CalendarLink).values(state=LinkState.ACTIVE))
    world.settle()
    assert "Session NH" not in titles(world)


def test_h7_of_a_link_that_was_ended_nothing_is_kept_and_what_is_left_there_is_told(made: Make) -> None:
    world = shown(made)
    with world.sessions.begin() as database:
        database.execute(update(CalendarLink).values(state=LinkState.UNLINKED))
    done = erase(world)
    assert (done.left, done.waiting) == ({"priya": 3}, {})
    with world.sessions() as database:
        for mapping in database.scalars(select(EventMapping)):
            assert (mapping.state, mapping.base_ical, mapping.pushed_ical) == (
                MappingState.TOMBSTONE,
                None,
                None,
            )


def test_h7_what_runs_kept_to_undo_is_gone_and_that_of_others_is_not(made: Make) -> None:
    world = shown(made)
    with world.sessions() as database:
        jordan = database.scalars(select(Client).where(Client.ref == "c1")).one()
    world.clients = [jordan]
    world.add_session(at(6, month=9))
    world.settle()
    with world.sessions() as database:
        before = len(database.scalars(select(ArchiveEntry)).all())
    erase(world)
    with world.sessions() as database:
        left = database.scalars(select(ArchiveEntry)).all()
        assert 0 < len(left) < before


def test_a_confirmed_attendance_writes_nothing(made: Make) -> None:
    world = made(level="full_name")
    session = world.add_session(at(3))
    world.settle()
    knowing.confirm(world.sessions, world.act(), str(session), "c0")
    assert world.sync().writes == 0


def test_a_drag_in_the_calendar_takes_a_confirmation_back(made: Make) -> None:
    world = made()
    session_id = world.add_session(at(3))
    knowing.confirm(world.sessions, world.act(), str(session_id), "c0")
    world.settle()
    world.phone.move(world.phone.only().uid, at(3, 14))
    world.settle()
    with world.session(session_id) as session:
        assert (session.clients[0].status, session.clients[0].confirmed_at) == ("BOOKED", None)
