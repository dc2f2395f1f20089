"""What a client asked for, in calendars: tentative, nobody named, and no gesture moves it (R64, 004-25)."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from adapters.diary.appointment_types import AppointmentType, add_type
from adapters.diary.booking import Booking, book
from adapters.diary.client_acts import Caller
from adapters.diary.reserved_slots import NewWindow, add_window
from model.details import Source, Status
from model.errors import DomainError
from sync.settings import BookingSettings, PrivacySettings, Settings
from tests.unit.syncing.test_locks import GESTURES
from tests.world import World, at


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World(sqlite_url)
    yield made
    made.close()


def asked(world: World) -> UUID:
    session = world.add_session(at(10))
    with world.session(session) as row:
        row.status, row.source = Status.PENDING, Source.ONLINE
    world.settle()
    return session


@pytest.mark.parametrize("level", ["busy", "reference", "initials", "full_name"])
def test_r64_a_request_is_tentative_and_names_nobody_at_any_level(sqlite_url: str, level: str) -> None:
    world = World(sqlite_url, level=level, settings=Settings(privacy=PrivacySettings(maximum="initials")))
    asked(world)
    shown = world.phone.only().master
    assert shown is not None
    assert (shown.summary, shown.status, shown.transparent) == (
        "Busy" if level == "busy" else "Request", "TENTATIVE", False,
    )  # fmt: skip
    assert b"C-10" not in world.phone.items()[0].body
    world.close()


@pytest.mark.parametrize("code", GESTURES)
def test_004_25_every_gesture_on_a_request_is_refused(world: World, code: str) -> None:
    asked(world)
    before = world.phone.only()
    GESTURES[code](world, before.uid)
    world.settle()

    assert world.judged() == [(code, "REFUSED", "REQUEST_PENDING")]
    back = world.phone.only()
    assert back.master is not None
    assert before.master is not None
    assert (back.master.start, back.master.end, back.master.status) == (at(10), at(10, 11), "TENTATIVE")
    assert world.notices() == ["REQUEST_PENDING"]


def test_r64_what_was_accepted_is_the_same_event_and_an_ordinary_session(world: World) -> None:
    session = asked(world)
    uid = world.phone.only().uid
    with world.session(session) as row:
        row.become(Status.ROSTERED)
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert (event.uid, event.master.status, event.master.summary) == (uid, "CONFIRMED", "Session C-100")
    world.phone.move(uid, at(10, 15))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]


def test_e14_the_calendar_is_written_after_a_booking_is_committed_and_for_who_got_the_slot(
    sqlite_url: str,
) -> None:
    """The one in whose transaction the slot was free; who came too late left nothing anywhere."""
    world = World(sqlite_url, settings=Settings(booking=BookingSettings(allow=True, cutoff_min=0)))
    add_type(world.sessions, world.act(), AppointmentType(ref="talk", name="Talk", length_min=60))
    window = NewWindow(worker="priya", start="2026-03-10 10:00", end="11:00")
    add_window(world.sessions, world.act(), window)
    what = Booking(worker="priya", type="talk", start="2026-03-10 10:00")
    world.settle()

    booked = book(world.sessions, world.act(), what, Caller(client="c0", key="one"), world.settings)
    assert world.phone.items() == []  # nothing of it was on the wire while it was decided
    with pytest.raises(DomainError) as late:
        book(world.sessions, world.act(), what, Caller(client="c1", key="two"), world.settings)
    assert late.value.code == "E_SLOT_TAKEN"
    assert book(world.sessions, world.act(), what, Caller(client="c0", key="one"), world.settings) == booked

    world.server.lost_answers = (
        1  # the write arrives, and its answer does not: it is read back, not sent again
    )
    world.settle()
    shown = world.phone.only().master
    assert shown is not None
    assert (shown.summary, shown.start) == ("Session C-100", at(10))
    assert len(world.all_sessions()) == 1
    world.close()


def test_003_08_padding_is_in_no_calendar(world: World) -> None:
    session = world.add_session(at(10))
    world.settle()
    with world.session(session) as row:
        row.padding_min = 10
    assert world.sync().writes == 0
    event = world.phone.only()
    assert event.master is not None
    assert (event.master.start, event.master.end) == (at(10), at(10, 11))
