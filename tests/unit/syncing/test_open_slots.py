"""Open slots (003-10): windows in the practitioner's calendar, free, and changed by what is done to them there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from adapters.database.store import SqlStore
from adapters.diary.reserved_slots import NewWindow, add_window, list_windows, remove_window
from model.link import CalendarLink, EventMapping, LinkState, Mode
from model.moment import Span, key
from model.recurrence import Rule
from model.reserved_slot import ReservedSlot
from sync.event import Event
from sync.settings import BookingSettings, InboundSettings, Settings
from tests.world import BOX, World, at

SHOWN = Settings(booking=BookingSettings(allow=True, open_slot_display="event"))
WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"


def made(url: str, **other: object) -> World:
    return World(url, settings=SHOWN, **other)  # type: ignore[arg-type]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    one = made(sqlite_url)
    yield one
    one.close()


def window(world: World, rule: str | None = None) -> str:
    """Tuesday 10 March from 10 to 12."""
    new = NewWindow(worker="priya", start="2026-03-10 10:00", end="12:00", rule=rule)
    ref = add_window(world.sessions, world.act(), new, world.settings.booking)
    world.settle()
    return ref


def windows(world: World) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Of each: start, end, rule, and what is left out, in order of time."""
    found = list_windows(world.sessions, None)
    return sorted(
        (one.start[5:16].replace("T", " "), one.end[11:16], one.rule, tuple(t[5:10] for t in one.left_out))
        for one in found
    )


def instances(world: World) -> list[datetime]:
    """When clients can choose, by what the practice holds."""
    with world.sessions() as database:
        rows = list(database.query(ReservedSlot))
        return sorted(one.start for row in rows for one in row.windows(at(1), at(1, month=6)))


def uid(world: World) -> str:
    return world.phone.only().uid


def test_003_10_a_window_is_an_open_slot_free_and_of_nobody(world: World) -> None:
    window(world)
    event = world.phone.only()
    one = event.master
    assert one is not None
    assert (one.summary, one.start, one.end) == ("Open slot", at(10), at(10, 12))
    assert (one.transparent, one.status, one.classification) == (True, "CONFIRMED", "PRIVATE")
    assert one.marks == {"KIND": "OPEN-SLOT"}
    assert world.sync("reconcile").writes == 0


def test_003_10_one_that_repeats_is_one_resource_with_its_rule(world: World) -> None:
    ref = window(world, WEEKLY)
    event = world.phone.only()
    assert event.rule == Rule.parse(WEEKLY, at(10))
    remove_window(world.sessions, world.act(), ref, only="2026-03-17 10:00", settings=world.settings.booking)
    world.settle()
    assert world.phone.only().exdates == {key(at(17))}
    assert world.phone.only().uid == event.uid


def test_003_10_what_is_taken_back_goes(world: World) -> None:
    ref = window(world)
    remove_window(world.sessions, world.act(), ref)
    world.settle()
    assert world.phone.items() == []


def test_003_10_by_default_it_is_in_no_calendar_and_goes_when_it_is_switched_off(sqlite_url: str) -> None:
    world = World(sqlite_url)
    window(world)
    assert world.phone.items() == []

    def switch(settings: Settings) -> None:
        world.settings = settings
        store = SqlStore(world.engine, world.sessions, settings, clock=world.clock.now, box=lambda: BOX)
        world.replace_store(store)
        world.sync("reconcile")
        world.settle()

    switch(SHOWN)
    assert len(world.phone.items()) == 1
    switch(Settings())
    assert world.phone.items() == []
    assert len(windows(world)) == 1
    world.close()


def test_003_10_at_level_busy_it_is_not_named(sqlite_url: str) -> None:
    world = made(sqlite_url, level="busy")
    window(world)
    (item,) = world.phone.items()
    assert (b"Open slot" in item.body, b"X-CALENDULA" in item.body) == (False, False)
    world.close()


# --- E1 to E7 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "start", "minutes", "found"),
    [
        ("E1", at(10, 14), None, ("03-10 14:00", "16:00")),
        ("E2", at(12, 9, 30), None, ("03-12 09:30", "11:30")),
        ("E3", at(10), 60, ("03-10 10:00", "11:00")),
    ],
)
def test_003_10_e1_e2_e3_move_the_window(
    world: World, code: str, start: datetime, minutes: int | None, found: tuple[str, str]
) -> None:
    window(world)
    world.phone.move(uid(world), start, minutes=minutes)
    world.settle()
    assert world.judged() == [(code, "APPLIED", "")]
    assert [one[:2] for one in windows(world)] == [found]
    assert world.phone.only().master is not None
    assert world.notices() == []


def test_003_10_e1_a_window_is_no_booking_so_that_no_policy_for_clients_holds_it(sqlite_url: str) -> None:
    strict = InboundSettings(client_move="refuse", client_delete="refuse")
    world = World(sqlite_url, settings=replace(SHOWN, inbound=strict))
    window(world)
    world.phone.move(uid(world), at(10, 14))
    world.settle()
    world.phone.delete(uid(world))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", ""), ("E5", "APPLIED", "")]
    assert windows(world) == []
    world.close()


def test_003_10_e2_all_that_repeat_go_to_another_day(world: World) -> None:
    window(world, WEEKLY)
    world.phone.delete_occurrence(uid(world), at(17))
    world.settle()
    event = world.phone.only()
    moved = event.moved_by(at(11, 9))
    assert moved.master is not None
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=4", at(11, 9))
    world.phone.write(replace(moved, rule=rule))
    world.settle()
    assert [(c, s) for c, s, _ in world.judged()] == [("E4", "APPLIED"), ("E2", "APPLIED")]
    assert instances(world) == [at(11, 9), at(25, 9), at(1, 9, month=4)]


def test_003_10_e1_one_of_those_that_repeat_becomes_a_window_of_its_own(world: World) -> None:
    window(world, WEEKLY)
    world.phone.move_occurrence(uid(world), at(17), at(17, 15))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]
    assert instances(world) == [at(10), at(17, 15), at(24), at(31)]
    assert [one[0] for one in windows(world)] == ["03-10 10:00", "03-17 15:00"]
    assert len(world.phone.items()) == 2


def test_003_10_e4_one_deleted_is_left_out(world: World) -> None:
    window(world, WEEKLY)
    world.phone.delete_occurrence(uid(world), at(24))
    world.settle()
    assert world.judged() == [("E4", "APPLIED", "")]
    assert instances(world) == [at(10), at(17), at(31)]


def test_003_10_e5_a_deleted_open_slot_takes_the_window_back(world: World) -> None:
    window(world)
    world.phone.delete(uid(world))
    world.settle()
    assert world.judged() == [("E5", "APPLIED", "")]
    assert windows(world) == []
    assert world.phone.items() == []


def test_003_10_e13_a_cancelled_one_is_taken_back_too(world: World) -> None:
    window(world)
    world.phone.edit(uid(world), status="CANCELLED")
    world.settle()
    assert windows(world) == []
    assert world.phone.items() == []


def cut(world: World, before: datetime) -> Event:
    """The practitioner's app ends what repeats just before a day."""
    event = world.phone.only()
    assert event.rule is not None
    world.phone.write(replace(event, rule=event.rule.ending(key(before - timedelta(seconds=1)))))
    return event


def test_003_10_e7_this_and_all_future_deleted_ends_it(world: World) -> None:
    window(world, WEEKLY)
    cut(world, at(24))
    world.settle()
    assert world.judged() == [("E7", "APPLIED", "")]
    assert instances(world) == [at(10), at(17)]


@pytest.mark.parametrize("later", [False, True])
def test_003_10_e6_this_and_all_future_moved_is_another_window_from_there_on(
    world: World, later: bool
) -> None:
    window(world, WEEKLY)
    event = cut(world, at(24))
    if later:
        world.sync()
    assert event.master is not None
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=2", at(25, 9))
    world.phone.add(Event(uid="tail", master=event.master.starting(at(25, 9)), rule=rule))
    world.settle()
    assert [(c, s) for c, s, _ in world.judged()] == [("E7", "APPLIED"), ("E6", "APPLIED")]
    assert instances(world) == [at(10), at(17), at(25, 9), at(1, 9, month=4)]
    assert sorted(e.uid for e in world.phone.events()) == sorted([event.uid, "tail"])
    world.phone.delete("tail")
    world.settle()
    assert instances(world) == [at(10), at(17)]


def test_003_10_e6_with_range_this_and_future_too(world: World) -> None:
    window(world, WEEKLY)
    event = world.phone.only()
    assert event.master is not None
    item = world.phone.item(event.uid)
    override = (
        b"BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260301T000000Z\r\n"
        b"RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Australia/Adelaide:20260324T100000\r\n"
        b"DTSTART;TZID=Australia/Adelaide:20260324T130000\r\nDTEND;TZID=Australia/Adelaide:20260324T150000\r\n"
        b"SUMMARY:Open slot\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR" % event.uid.encode()
    )
    world.phone.write_raw(event.uid, item.body.replace(b"END:VCALENDAR", override))
    world.settle()
    assert ("E6", "APPLIED", "") in world.judged()
    assert instances(world) == [at(10), at(17), at(24, 13), at(31, 13)]
    assert all(not one.following for one in world.phone.events())


# --- everything else --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "values", "reason"),
    [
        ("E8", {"summary": "Golf"}, "TITLE_OWNED"),
        ("E10", {"location": "Beach"}, "LOCATION_OWNED"),
        ("E11", {"start": date(2026, 3, 10), "end": date(2026, 3, 11)}, "ALL_DAY_NOT_ALLOWED"),
        ("E12", {"transparent": False}, "WINDOW_OWNED"),
        ("E13", {"status": "TENTATIVE"}, "STATUS_OWNED"),
        ("E15", {"attendees": frozenset({"mailto:a@b.example"})}, "PRIVACY_ATTENDEE"),
        ("E23", {"url": "https://x.example/"}, "URL_OWNED"),
        ("E24", {"classification": "CONFIDENTIAL"}, "CLASS_OWNED"),
    ],
)
def test_003_10_other_edits_of_an_open_slot_are_put_back(
    world: World, code: str, values: dict[str, object], reason: str
) -> None:
    window(world)
    before = world.phone.only()
    world.phone.edit(before.uid, **values)
    world.settle()
    assert world.judged() == [(code, "REFUSED", reason)]
    assert world.phone.only() == before
    assert windows(world) == [("03-10 10:00", "12:00", "", ())]


def test_003_10_e9_a_remark_on_an_open_slot_is_kept(world: World) -> None:
    window(world)
    world.phone.edit(uid(world), description="bring the key")
    world.settle()
    assert world.judged() == [("E9", "APPLIED", "")]
    world.phone.move(uid(world), at(11))
    world.settle()
    one = world.phone.only().master
    assert one is not None
    assert (one.start, one.description) == (at(11), "bring the key")


def test_003_10_e14_another_rule_is_the_practices_to_give(world: World) -> None:
    window(world, WEEKLY)
    event = world.phone.only()
    world.phone.write(replace(event, rule=Rule.parse("FREQ=DAILY;COUNT=9", at(10))))
    world.settle()
    assert world.judged() == [("E14", "REFUSED", "RECURRENCE_CHANGE")]
    assert world.phone.only() == event


def test_003_10_e3_longer_than_a_day_is_refused(world: World) -> None:
    window(world)
    world.phone.move(uid(world), at(10), minutes=25 * 60)
    world.settle()
    assert world.judged() == [("E3", "REFUSED", "TOO_LONG")]
    assert windows(world) == [("03-10 10:00", "12:00", "", ())]


def test_003_10_e22_moved_on_both_sides_ours_stays(world: World) -> None:
    ref = window(world)
    with world.sessions.begin() as database:
        row = database.query(ReservedSlot).filter_by(ref=ref).one()
        row.move(Span(start=at(10, 15), end=at(10, 16), tz=world.tz))
    world.phone.move(uid(world), at(10, 8))
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "STALE_BASE")]
    assert [one[:2] for one in windows(world)] == [("03-10 15:00", "16:00")]
    one = world.phone.only().master
    assert one is not None
    assert one.start == at(10, 15)


def test_003_10_a_one_way_link_puts_all_back(sqlite_url: str) -> None:
    world = made(sqlite_url, mode=Mode.ONE_WAY)
    window(world)
    world.phone.delete(uid(world))
    world.settle()
    assert world.judged() == [("E5", "REFUSED", "READ_ONLY_LINK")]
    assert len(world.phone.items()) == len(windows(world)) == 1
    world.close()


def test_003_10_e18_a_copy_of_an_open_slot_is_no_window(world: World) -> None:
    window(world)
    one = world.phone.only().master
    assert one is not None
    world.phone.add(Event(uid="copy", master=one.starting(at(12))))
    world.settle()
    assert world.judged() == [("E18", "APPLIED", "COPY_IS_NOT_BOOKING")]
    assert len(windows(world)) == 1


def test_f3_what_an_ended_link_left_beside_sessions_is_not_there_twice(sqlite_url: str) -> None:
    booking = BookingSettings(allow=True, open_slot_display="event", padding_display="event")
    world = World(sqlite_url, settings=Settings(booking=booking))
    world.add_session(at(11), padding_min=10)
    window(world)
    before = sorted(e.master.summary for e in world.phone.events() if e.master)
    assert before == ["Open slot", "Padding", "Session C-100"]
    with world.sessions.begin() as db:
        new = db.get_one(CalendarLink, world.link_id)
        old = CalendarLink(
            id=world.new_id(), ref="old", worker_id=new.worker_id, account_id=new.account_id, href="https://o.example/c/",
            tz=new.tz, role=new.role, mode=new.mode, privacy_level=new.privacy_level, pull_s=300, profile={},
            cancelled_display=new.cancelled_display, state=LinkState.UNLINKED, next_run_at=world.clock.now(),
        )  # fmt: skip
        db.add(old)
        db.flush()
        for mapping in db.query(EventMapping):
            mapping.link_id = old.id
        new.last_ok_at = new.sync_token = new.ctag = new.listed_at = None
        new.seen_rev = 0
    world.settle()
    titles = sorted(e.master.summary for e in world.phone.events() if e.master)
    assert titles == before
    world.close()
