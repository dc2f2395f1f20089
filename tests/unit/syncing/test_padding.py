"""Padding in calendars (003-08): an event of its own where the practice wants it, that goes where its session goes."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from adapters.database.store import SqlStore
from adapters.diary.repeating import repeat
from model.details import Status
from model.link import Mode
from model.session import Session
from sync.event import Event
from sync.settings import BookingSettings, PrivacySettings, Settings
from tests.world import BOX, World, at

SHOWN = Settings(booking=BookingSettings(padding_display="event"))
Gesture = Callable[[World, str], None]
GESTURES: dict[str, Gesture] = {
    "E1": lambda world, uid: world.phone.move(uid, at(10, 15)),
    "E2": lambda world, uid: world.phone.move(uid, at(12)),
    "E3": lambda world, uid: world.phone.move(uid, at(10, 11), minutes=90),
    "E5": lambda world, uid: world.phone.delete(uid),
    "E8": lambda world, uid: world.phone.edit(uid, summary="Coffee"),
    "E9": lambda world, uid: world.phone.edit(uid, description="mine"),
    "E11": lambda world, uid: world.phone.edit(uid, start=date(2026, 3, 10), end=date(2026, 3, 11)),
    "E12": lambda world, uid: world.phone.edit(uid, transparent=True),
    "E13": lambda world, uid: world.phone.edit(uid, status="CANCELLED"),
}


def made(url: str, **other: object) -> World:
    return World(url, settings=SHOWN, **other)  # type: ignore[arg-type]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    one = made(sqlite_url)
    yield one
    one.close()


def padded(world: World, minutes: int = 10) -> UUID:
    session = world.add_session(at(10), padding_min=minutes)
    world.settle()
    return session


def shown(world: World) -> list[tuple[str, datetime, datetime]]:
    """Title, start and end of all that is there, in order of time."""
    masters = [event.master for event in world.phone.events() if event.master is not None]
    found = [(one.summary, one.start, one.end) for one in masters]
    return sorted(found, key=lambda one: one[1])  # type: ignore[arg-type, return-value]


def padding(world: World) -> Event:
    (found,) = [e for e in world.phone.events() if e.master is not None and e.master.summary == "Padding"]
    return found


def test_003_08_padding_is_an_event_of_its_own_and_its_sessions_keeps_its_end(world: World) -> None:
    padded(world)
    assert shown(world) == [
        ("Session C-100", at(10), at(10, 11)),
        ("Padding", at(10, 11), at(10, 11, 10)),
    ]  # fmt: skip
    one = padding(world).master
    assert one is not None
    assert (one.transparent, one.status, one.classification) == (False, "CONFIRMED", "PRIVATE")
    assert one.marks == {"KIND": "PADDING"}
    assert (one.description, one.location, one.url, one.categories) == ("", "", "", frozenset())
    assert world.sync("reconcile").writes == 0


def test_003_08_it_goes_where_its_session_goes(world: World) -> None:
    padded(world)
    uid = padding(world).uid
    session = next(e.uid for e in world.phone.events() if e.uid != uid)
    world.phone.move(session, at(11, 15))
    world.settle()
    assert shown(world)[1] == ("Padding", at(11, 16), at(11, 16, 10))
    assert padding(world).uid == uid
    assert [code for code, *_ in world.judged()] == ["E2"]


def test_003_08_it_follows_its_length_and_ends_with_it(world: World) -> None:
    session = padded(world)
    with world.session(session) as row:
        row.padding_min = 25
    world.settle()
    assert shown(world)[1] == ("Padding", at(10, 11), at(10, 11, 25))
    with world.session(session) as row:
        row.padding_min = 0
    world.settle()
    assert len(shown(world)) == 1


def test_003_08_a_worker_with_times_of_their_own_has_it_after_those(world: World) -> None:
    session = padded(world)
    with world.session(session) as row:
        row.workers[0].ends_at = at(10, 10, 30)
    world.settle()
    assert shown(world)[1] == ("Padding", at(10, 10, 30), at(10, 10, 40))


@pytest.mark.parametrize("change", ["cancelled", "deleted", "unassigned", "pending"])
def test_003_08_it_is_gone_with_what_it_came_after(world: World, change: str) -> None:
    session = padded(world)
    if change == "deleted":
        with world.sessions.begin() as database:
            database.delete(database.get_one(Session, session))
    else:
        with world.session(session) as row:
            if change == "unassigned":
                row.workers.clear()
            else:
                row.status = Status.CANCELLED if change == "cancelled" else Status.PENDING
    world.settle()
    assert "Padding" not in [title for title, *_ in shown(world)]
    assert [m.shows for m in world.mappings() if m.shows] == []


@pytest.mark.parametrize("code", GESTURES)
def test_003_08_whatever_is_done_to_it_is_refused_and_put_back(world: World, code: str) -> None:
    padded(world)
    before = shown(world)
    GESTURES[code](world, padding(world).uid)
    world.settle()

    assert world.judged() == [(code, "REFUSED", "PADDING_OWNED")]
    assert shown(world) == before
    one = padding(world).master
    assert one is not None
    assert (one.transparent, one.status, one.description) == (False, "CONFIRMED", "")
    assert world.notices() == ["PADDING_OWNED"]
    assert world.changes()[0].session_id is not None


def test_003_08_an_alarm_on_it_is_kept_and_judged_by_nobody(world: World) -> None:
    padded(world)
    item = world.phone.item(padding(world).uid)
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT"
    world.phone.write_raw(padding(world).uid, item.body.replace(b"END:VEVENT", alarm))
    world.settle()
    assert world.judged() == []
    assert b"VALARM" in world.phone.item(padding(world).uid).body


def test_003_08_deleted_both_here_and_there_it_stays_gone(world: World) -> None:
    session = padded(world)
    world.phone.delete(padding(world).uid)
    with world.session(session) as row:
        row.padding_min = 0
    world.settle()
    assert len(shown(world)) == 1
    assert world.judged() == []


def test_003_08_a_one_way_link_puts_it_back_too(sqlite_url: str) -> None:
    world = made(sqlite_url, mode=Mode.ONE_WAY)
    padded(world)
    world.phone.delete(padding(world).uid)
    world.settle()
    assert world.judged() == [("E5", "REFUSED", "READ_ONLY_LINK")]
    assert len(shown(world)) == 2
    world.close()


@pytest.mark.parametrize("level", ["busy", "reference", "initials"])
def test_003_08_at_level_busy_it_says_no_more_than_that(sqlite_url: str, level: str) -> None:
    world = made(sqlite_url, level=level)
    padded(world)
    (body,) = [i.body for i in world.phone.items() if b"T111000" in i.body]
    assert (b"Padding" in body, b"X-CALENDULA" in body) == (level != "busy", level != "busy")
    assert b"C-10" not in body
    world.close()


def test_003_08_an_occurrence_that_was_booked_keeps_its_own(world: World) -> None:
    """A booked session that is made a series of (000-10) is its first occurrence; the others have no padding."""
    session = padded(world)
    repeat(world.sessions, world.act(), str(session), "FREQ=WEEKLY;COUNT=3")
    world.settle()
    assert [(title, start) for title, start, _ in shown(world)] == [
        ("Session C-100", at(10)), ("Padding", at(10, 11)),
    ]  # fmt: skip


def test_003_08_switched_off_it_leaves_with_the_next_reconciliation(sqlite_url: str) -> None:
    world = made(sqlite_url)
    padded(world)
    world.settings = Settings()
    store = SqlStore(world.engine, world.sessions, world.settings, clock=world.clock.now, box=lambda: BOX)
    world.replace_store(store)
    world.sync("reconcile")
    world.settle()
    assert [title for title, *_ in shown(world)] == ["Session C-100"]
    world.close()


def test_003_08_the_practitioners_deletion_of_the_session_is_held_and_both_stay(world: World) -> None:
    padded(world)
    uid = next(e.uid for e in world.phone.events() if e.uid != padding(world).uid)
    world.phone.delete(uid)
    world.settle()
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    assert [title for title, *_ in shown(world)] == ["Session C-100", "Padding"]


def test_003_08_a_copy_of_it_is_an_event_of_the_practitioners_own(world: World) -> None:
    padded(world)
    one = padding(world).master
    assert one is not None
    world.phone.add(Event(uid="copy", master=one.starting(at(12))))
    world.settle()
    assert world.judged() == [("E18", "APPLIED", "COPY_IS_NOT_BOOKING")]
    assert [title for title, *_ in shown(world)] == ["Session C-100", "Padding", "Copied event"]


def test_003_08_where_a_server_holds_its_uid_elsewhere_it_gets_another_and_stays_a_part(world: World) -> None:
    session = padded(world, minutes=0)
    with world.session(session) as row:
        row.padding_min = 10
    world.server.uids_held_elsewhere = 1
    world.settle()
    with world.session(session) as row:
        row.padding_min = 0
    world.settle()
    assert [title for title, *_ in shown(world)] == ["Session C-100"]


def test_003_08_by_default_it_is_in_no_calendar(sqlite_url: str) -> None:
    world = World(sqlite_url, settings=Settings(privacy=PrivacySettings(maximum="initials")))
    padded(world)
    assert len(world.phone.events()) == 1
    assert timedelta(0) < shown(world)[0][2] - shown(world)[0][1] == timedelta(hours=1)
    world.close()
