"""Calendars of rooms, assets and beds are looked at as soon as what takes them changes (000-24, 001-09, 004-10)."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.diary import adding, assigning, beds, cancelling, changing
from adapters.diary.beds import NewStay
from adapters.diary.changing import Move
from adapters.diary.placing import Where, place
from model.asset import Asset
from model.bed import Bed
from model.cancellation import CancelledBy
from model.link import CalendarLink, LinkState, Role
from model.practice import Room, Site
from tests.unit.scheduling.conftest import LATER, Links
from tests.unit.syncing.test_mirror import mirror
from tests.world import World, at


def taken(links: Links, room: str = "gym", **other: object) -> str:
    """A session of Priya in a room."""
    new = adding.New(
        start="2026-03-10 10:00",
        minutes=50,
        workers=["priya"],
        clients=["noor"],
        rostered=True,
        room=room,
        **other,
    )  # type: ignore[arg-type]
    return str(adding.add(links.sessions, links.act, new).session_id)


def of_room(links: Links, room: str, **other: object) -> UUID:
    with links.sessions() as database:
        found = database.scalars(select(Room.id).where(Room.ref == room)).one()
    return links.add("sam", ref=room, role=Role.RESOURCE, room_id=found, **other)


@pytest.fixture
def rooms(links: Links) -> Links:
    """A calendar of each of two rooms."""
    with links.sessions.begin() as database:
        gym = database.scalars(select(Room).where(Room.ref == "gym")).one()
        database.add(Room(id=links.new_id(), ref="hall", site_id=gym.site_id, name="Hall", capacity=1))
    of_room(links, "gym")
    of_room(links, "hall")
    return links


def again(links: Links) -> None:
    """All have been looked at; the next time is in five minutes."""
    with links.sessions.begin() as database:
        for link in database.scalars(select(CalendarLink)):
            link.next_run_at = LATER


def test_a_session_wakes_the_calendar_of_its_room_alone(rooms: Links) -> None:
    taken(rooms)
    assert rooms.due() == ["gym"]


def test_a_session_that_leaves_a_room_wakes_both_rooms(rooms: Links) -> None:
    session = taken(rooms)
    again(rooms)
    place(rooms.sessions, rooms.act, session, Where(room="hall"), None)
    assert sorted(rooms.due()) == ["gym", "hall"]


def test_another_time_or_none_wakes_and_another_worker_does_not(rooms: Links) -> None:
    session = taken(rooms)
    again(rooms)
    assigning.assign(rooms.sessions, rooms.act, session, assigning.Assign(worker="tom"), None)
    assert rooms.due() == []
    changing.move(rooms.sessions, rooms.act, session, Move(start="2026-03-10 12:00"), None)
    assert rooms.due() == ["gym"]
    again(rooms)
    how = cancelling.Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-03-02 08:00")
    cancelling.cancel(rooms.sessions, rooms.act, session, how, None)
    assert rooms.due() == ["gym"]


def test_a_series_wakes_it_too(rooms: Links) -> None:
    taken(rooms, rule="FREQ=WEEKLY;COUNT=3")
    assert rooms.due() == ["gym"]


@pytest.mark.parametrize("how", [{"failures": 2}, {"state": LinkState.PAUSED}])
def test_what_backs_off_or_rests_is_not_woken(links: Links, how: dict[str, object]) -> None:
    of_room(links, "gym", **how)
    taken(links)
    assert links.due() == []


def test_001_09_the_calendar_of_an_asset_follows_a_move(links: Links) -> None:
    with links.sessions.begin() as database:
        bus = Asset(id=links.new_id(), ref="bus", name="Bus")
        database.add(bus)
    links.add("sam", ref="bus", role=Role.RESOURCE, asset_id=bus.id)
    session = taken(links, assets=["bus"])
    assert links.due() == ["bus"]
    again(links)
    changing.move(links.sessions, links.act, session, Move(start="2026-03-11 12:00"), None)
    assert links.due() == ["bus"]


def test_000_24_the_calendar_of_a_bed_follows_stays_and_holds(links: Links) -> None:
    with links.sessions.begin() as database:
        site = database.scalars(select(Site)).first()
        assert site is not None
        bed = Bed(id=links.new_id(), ref="b2", name="Bed 2", site_id=site.id)
        database.add(bed)
    links.add("sam", ref="b2", role=Role.RESOURCE, bed_id=bed.id)
    stay = beds.book(
        links.sessions, links.act, NewStay(bed="b2", client="noor", start="2026-03-20", end="2026-03-23")
    )
    assert links.due() == ["b2"]
    again(links)
    held = str(stay.booking_id)
    beds.hold(links.sessions, links.act, held, start="2026-03-21", end="2026-03-22", reason="away")
    assert links.due() == ["b2"]
    again(links)
    beds.end_hold(links.sessions, links.act, held, None)
    assert links.due() == ["b2"]


def test_000_28_a_stay_in_another_bed_wakes_the_calendars_of_both(links: Links) -> None:
    with links.sessions.begin() as database:
        site = database.scalars(select(Site)).first()
        assert site is not None
        both = [Bed(id=links.new_id(), ref=ref, name=ref, site_id=site.id) for ref in ("b2", "b3")]
        database.add_all(both)
    for bed in both:
        links.add("sam", ref=bed.ref, role=Role.RESOURCE, bed_id=bed.id)
    new = NewStay(bed="b2", client="noor", start="2026-03-20", end="2026-03-23")
    stay = str(beds.book(links.sessions, links.act, new).booking_id)
    again(links)
    beds.edit(links.sessions, links.act, stay, beds.Edit(bed="b3"))
    assert sorted(links.due()) == ["b2", "b3"]


def test_what_changes_during_a_run_is_looked_at_again(sqlite_url: str) -> None:
    """The run has read what takes the room, and is still writing."""
    world = World(sqlite_url)
    mirror(world, room_id=world.room.id)
    world.add_session(at(10), room_id=world.room.id)
    happened: list[UUID] = []

    def meanwhile(_: object) -> None:
        if not happened:
            world.clock.advance(seconds=1)
            happened.append(world.add_session(at(11), room_id=world.room.id))

    report = world.runner.sync(world.link_id, heard=meanwhile)
    assert happened
    assert world.link().next_run_at == world.clock.now()
    assert report.ok  # type: ignore[union-attr]
    world.settle()
    assert len(world.phone.events()) == 2
    assert world.link().next_run_at > world.clock.now() + timedelta(minutes=4)
    world.close()
