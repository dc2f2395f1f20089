"""The calendar of a room, an asset or a bed (DOMAIN 5): "Occupied", "On hold", and what is done there comes back."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from uuid import UUID

import pytest

from model.asset import Asset, Need
from model.bed import Bed
from model.details import Status
from model.link import CalendarLink, Role
from model.moment import Span
from model.series import Series
from model.session import Session
from model.stay import BedBooking, BedHold, BookingState
from sync.event import Event
from tests.world import ADELAIDE, World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"


def mirror(world: World, **of: UUID) -> None:
    """Make the world's link the calendar of something."""
    with world.sessions.begin() as database:
        link = database.get_one(CalendarLink, world.link_id)
        link.role, link.privacy_level = Role.RESOURCE, "busy"
        for name, value in of.items():
            setattr(link, name, value)


@pytest.fixture
def room(sqlite_url: str) -> Iterator[World]:
    """A world whose link is the calendar of its room."""
    world = World(sqlite_url)
    mirror(world, room_id=world.room.id)
    yield world
    world.close()


@pytest.fixture
def ward(sqlite_url: str) -> Iterator[World]:
    """A world whose link is the calendar of a bed."""
    world = World(sqlite_url)
    with world.sessions.begin() as database:
        bed = Bed(id=world.new_id(), ref="b2", name="Bed 2", site_id=world.site.id)
        database.add(bed)
    mirror(world, bed_id=bed.id)
    yield world
    world.close()


def stay(world: World, first: int = 20, last: int = 23) -> UUID:
    with world.sessions.begin() as database:
        link = database.get_one(CalendarLink, world.link_id)
        row = BedBooking(
            id=world.new_id(), bed_id=link.bed_id, client_id=world.clients[0].id, state=BookingState.BOOKED
        )
        row.span = Span(start=date(2026, 3, first), end=date(2026, 3, last), tz=ADELAIDE)
        database.add(row)
        return row.id


def hold(world: World, booking: UUID, first: int, last: int) -> None:
    with world.sessions.begin() as database:
        database.add(
            BedHold(
                id=world.new_id(),
                booking_id=booking,
                first_night=date(2026, 3, first),
                until=date(2026, 3, last),
                reason="hospital",
            )
        )


def titles(world: World) -> list[str]:
    return sorted(event.master.summary for event in world.phone.events() if event.master is not None)


def only(world: World) -> Event:
    event: Event = world.phone.only()
    return event


def test_004_10_a_rooms_calendar_says_occupied_and_nothing_else(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id, subject="Knee", url="https://video.example/x")
    room.add_session(at(11))  # elsewhere
    room.settle()
    master = only(room).master
    assert master is not None
    assert (master.summary, master.status, master.transparent) == ("Occupied", "CONFIRMED", False)
    assert (master.start, master.end) == (at(10), at(10, 11))
    assert (master.description, master.location, master.url, master.conference) == ("", "", "", "")
    assert (master.categories, master.marks, master.attendees) == (frozenset(), {}, frozenset())
    (body,) = (item.body for item in room.server.items.values())
    for word in (b"C-10", b"Noor", b"Knee", b"ADL1", b"X-CALENDULA", b"video"):
        assert word not in body


def test_a_series_is_single_events_and_ends_with_its_sessions(room: World) -> None:
    series = room.add_series(at(10), WEEKLY, room_id=room.room.id)
    room.settle()
    assert titles(room) == ["Occupied"] * 8
    assert all(event.rule is None for event in room.phone.events())
    with room.sessions.begin() as database:
        for row in database.query(Session).filter(Session.series_id == series):
            row.status = Status.CANCELLED if row.starts_at.month == 4 else row.status
    room.settle()
    assert titles(room) == ["Occupied"] * len([e for e in room.phone.events() if e.master.start.month == 3])
    assert len(titles(room)) == 4
    with room.sessions.begin() as database:
        assert database.get(Series, series) is not None


def test_001_09_an_assets_calendar_follows_its_sessions(sqlite_url: str) -> None:
    world = World(sqlite_url)
    with world.sessions.begin() as database:
        bus, chair = (Asset(id=world.new_id(), ref=ref, name=ref) for ref in ("bus", "chair"))
        database.add_all([bus, chair])
    mirror(world, asset_id=bus.id)
    session = world.add_session(at(10))
    for taken, asset in ((session, bus), (world.add_session(at(15)), chair)):
        with world.session(taken) as row:
            row.take(Need(asset=asset))
    world.settle()
    uid = only(world).uid
    with world.session(session) as row:
        row.move(row.span.starting(at(11)))
    world.settle()
    assert (only(world).uid, only(world).master.start) == (uid, at(11))
    with world.session(session) as row:
        row.assets.clear()
    world.settle()
    assert world.phone.events() == []
    world.close()


GESTURES = {
    "moved": (lambda world, uid: world.phone.move(uid, at(10, 15)), "E1"),
    "renamed": (lambda world, uid: world.phone.edit(uid, summary="Mine"), "E8"),
    "free": (lambda world, uid: world.phone.edit(uid, transparent=True), "E12"),
    "placed": (lambda world, uid: world.phone.edit(uid, location="Room 1"), "E10"),
    "off": (lambda world, uid: world.phone.edit(uid, status="CANCELLED"), "E13"),
    "deleted": (lambda world, uid: world.phone.delete(uid), "E5"),
}


@pytest.mark.parametrize("gesture", GESTURES)
def test_read_only_calendar_every_edit_comes_back(room: World, gesture: str) -> None:
    session = room.add_session(at(10), room_id=room.room.id)
    room.settle()
    before = only(room)
    act, code = GESTURES[gesture]
    act(room, before.uid)
    room.settle()
    assert only(room) == before
    assert room.judged() == [(code, "REFUSED", "READ_ONLY_CALENDAR")]
    with room.session(session) as row:
        assert (row.starts_at, row.status) == (at(10).astimezone(UTC), Status.ROSTERED)


def test_read_only_calendar_all_of_it_emptied_comes_back(room: World) -> None:
    room.add_series(at(10), WEEKLY, room_id=room.room.id)
    room.settle()
    for event in room.phone.events():
        room.phone.delete(event.uid)
    room.settle()
    assert titles(room) == ["Occupied"] * 8


def test_what_others_put_there_is_left_alone(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id)
    room.phone.add(dentist("own", at(10, 12)))
    room.settle()
    room.phone.move("own", at(10, 13))
    room.settle()
    assert titles(room) == ["Dentist", "Occupied"]
    assert room.judged() == []
    assert len(room.all_sessions()) == 1


def test_a_quiet_run_writes_nothing_and_a_draft_is_not_shown(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id)
    room.add_session(at(11), room_id=room.room.id, status=Status.DRAFT)
    room.settle()
    assert titles(room) == ["Occupied"]
    before = list(room.server.history)
    assert room.sync().lines == ()
    assert room.sync("reconcile").lines == ()
    assert list(room.server.history) == before


def test_what_is_past_stays_and_what_is_far_ahead_waits(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id)
    room.add_session(at(10) + timedelta(days=400), room_id=room.room.id)
    room.settle()
    assert len(titles(room)) == 1
    room.clock.advance(days=60)
    room.settle()
    assert len(titles(room)) == 2


def test_us19_a_bed_is_taken_by_nights_and_on_hold_beside_it(ward: World) -> None:
    booking = stay(ward)
    hold(ward, booking, 21, 22)
    ward.settle()
    events = {event.master.summary: event for event in ward.phone.events()}
    taken, away = events["Occupied"], events["On hold"]
    assert (taken.master.start, taken.master.end) == (date(2026, 3, 20), date(2026, 3, 23))
    assert (taken.master.status, taken.master.transparent) == ("CONFIRMED", False)
    assert (away.master.start, away.master.end) == (date(2026, 3, 21), date(2026, 3, 22))
    assert (away.master.status, away.master.transparent) == ("TENTATIVE", False)
    assert away.master.related_to == taken.uid
    assert not any(b"hospital" in item.body or b"Noor" in item.body for item in ward.server.items.values())


def test_us19_another_end_is_another_sequence_and_a_deletion_comes_back(ward: World) -> None:
    booking = stay(ward)
    ward.settle()
    before = only(ward)
    with ward.sessions.begin() as database:
        row = database.get_one(BedBooking, booking)
        row.span = Span(start=date(2026, 3, 20), end=date(2026, 3, 24), tz=ADELAIDE)
    ward.settle()
    after = only(ward)
    assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)
    assert after.master.end == date(2026, 3, 24)
    ward.phone.delete(after.uid)
    ward.settle()
    assert only(ward) == after
    assert ward.judged() == [("E5", "REFUSED", "READ_ONLY_CALENDAR")]


def test_a_stay_that_is_cancelled_is_taken_out(ward: World) -> None:
    booking = stay(ward)
    hold(ward, booking, 21, 22)
    ward.settle()
    with ward.sessions.begin() as database:
        database.get_one(BedBooking, booking).state = BookingState.CANCELLED
    ward.settle()
    assert ward.phone.events() == []


def test_i10_a_run_that_dies_anywhere_ends_with_one_event_each(sqlite_url: str) -> None:
    """Killed after each request in turn, it goes on where it stood."""
    world = World(sqlite_url)
    mirror(world, room_id=world.room.id)
    world.add_series(at(10), WEEKLY, room_id=world.room.id)
    for dies_at in range(1, 14):
        _die(world, dies_at)
        world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    world.settle()
    assert titles(world) == ["Occupied"] * 8
    assert len({event.master.start for event in world.phone.events()}) == 8
    world.close()


class _Killed(BaseException):
    """The process is gone."""


def _die(world: World, after: int) -> None:
    """Let a run die after so many requests."""
    left = [after]

    def watch(_: object) -> None:
        left[0] -= 1
        if not left[0]:
            raise _Killed

    world.server.watch = watch
    try:
        world.runner.sync(world.link_id)
    except _Killed:
        pass
    finally:
        world.server.watch = lambda _: None


def test_i4_what_is_not_proven_gone_is_left_alone(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id)
    room.settle()
    room.phone.delete(only(room).uid)
    room.server.leaves_out = 1
    assert room.sync().writes == 0
    assert room.judged() == []
    room.settle()
    assert titles(room) == ["Occupied"]


def test_an_item_that_lies_elsewhere_now_is_taken_for_ours_and_not_written_twice(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id)
    room.settle()
    (key,) = room.server.items
    room.server.relocate(key, f"{room.server.path}elsewhere.ics")
    room.settle()
    assert list(room.server.items) == [f"{room.server.path}elsewhere.ics"]


TROUBLE: dict[str, dict[str, object]] = {
    "lost answers": {"lost_answers": 3},
    "lost requests": {"lost_requests": 3},
    "held elsewhere": {"uids_held_elsewhere": 2},
    "no etags": {"etag_on_put": False},
    "rewrites": {"rewrites": lambda body: body.replace(b"CLASS:CONFIDENTIAL", b"CLASS:PRIVATE")},
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_server_in_trouble_ends_with_one_event_each(room: World, trouble: str) -> None:
    for name, value in TROUBLE[trouble].items():
        setattr(room.server, name, value)
    series = room.add_series(at(10), WEEKLY, room_id=room.room.id)
    for _ in range(3):
        room.sync()
    room.settle()
    assert titles(room) == ["Occupied"] * 8
    with room.series(series) as found:
        found.occurrences[0].move(found.occurrences[0].span.starting(at(11)))
    room.settle()
    assert at(11) in {event.master.start for event in room.phone.events()}
    assert room.judged() == []


def test_e9_an_event_that_is_always_edited_again_is_left_alone_after_a_while(room: World) -> None:
    room.add_session(at(10), room_id=room.room.id)
    room.settle()
    uid = only(room).uid
    for number in range(room.settings.sync.item_writes + 5):
        room.phone.edit(uid, summary=f"Mine {number}")
        room.sync()
    assert titles(room) != ["Occupied"]
    room.clock.advance(days=1)
    room.sync()
    assert titles(room) == ["Occupied"]


def test_read_only_calendar_on_a_server_that_rewrites(room: World) -> None:
    room.server.etag_on_put = False
    room.server.rewrites = lambda body: body.replace(b"CLASS:CONFIDENTIAL", b"CLASS:PRIVATE")
    room.add_session(at(10), room_id=room.room.id)
    room.settle()
    room.phone.move(only(room).uid, at(10, 15))
    room.settle()
    assert only(room).master.start == at(10)
    assert room.judged() == [("E1", "REFUSED", "READ_ONLY_CALENDAR")]
