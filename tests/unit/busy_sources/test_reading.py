"""A busy source in trouble is never free: what was known counts until something else is proven (E21, I4, I11)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import object_session

from adapters.diary.busy import BusyTime, busy_time, stale_sources
from adapters.diary.conflicts import overlaps
from adapters.due_links import due_links
from model.busy import BusyBlock
from model.link import CalendarLink, LinkState, Role, SeenItem
from model.recurrence import Rule
from sync.event import Event
from sync.run import Report
from sync.settings import BookingSettings, Settings
from tests.doubles.remote import InMemoryCalendar
from tests.world import ADELAIDE, World, dentist


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ADELAIDE)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url, role=Role.BUSY_SOURCE)
    yield made
    made.close()


def events(world: World, *days: int) -> None:
    for day in days:
        world.phone.add(dentist(f"own-{day}", at(day)))
    world.settle()
    world.clock.advance(minutes=5)


def starts(world: World) -> list[datetime]:
    with world.sessions() as db:
        return list(db.scalars(select(BusyBlock.starts_at).order_by(BusyBlock.starts_at)))


def reasons(world: World) -> list[str]:
    with world.sessions() as db:
        return [row.reason for row in db.scalars(select(SeenItem).where(SeenItem.reason != ""))]


def state(world: World) -> tuple[LinkState, str]:
    return world.link().state, world.link().state_reason


def resume(world: World, reason: str) -> None:
    with world.sessions.begin() as db:
        db.execute(update(CalendarLink).values(state=LinkState.ACTIVE, state_reason=reason, sync_token=None))


def endless(world: World, start: datetime, rule: str) -> None:
    event = dentist("own", start)
    world.phone.add(replace(event, rule=Rule.parse(rule, start)))


# --- what is all-day --------------------------------------------------------------------------------------------


def test_all_day_blocks_is_read_anew_by_the_next_reconciliation_when_it_is_set_otherwise(
    world: World,
) -> None:
    for uid, free in (("fair", False), ("birthday", True)):
        day = date(2026, 3, 10) if free else date(2026, 3, 12)
        event = dentist(uid, at(10), transparent=free)
        assert event.master is not None
        whole = replace(event.master, start=day, end=day + timedelta(days=1))
        world.phone.add(replace(event, master=whole))
    world.settle()
    assert [one.astimezone(ADELAIDE).day for one in starts(world)] == [12]
    for setting, days in (("always", [10, 12]), ("never", []), ("by_transp", [12])):
        booking = BookingSettings(all_day_blocks=setting)  # type: ignore[arg-type]
        world.settings = Settings(booking=booking)
        world.replace_store(world.runner.store)
        world.clock.advance(minutes=10)
        world.settle()
        assert world.link().all_day_as != setting
        world.sync("reconcile")
        assert [one.astimezone(ADELAIDE).day for one in starts(world)] == days
        assert world.link().all_day_as == setting
        fetched = world.sync("reconcile").counts.get("fetched", 0)
        assert fetched == 0


# --- E21, and the proof that something is gone ------------------------------------------------------------------


def test_e21_a_missing_calendar_goes_on_blocking(world: World) -> None:
    events(world, 10, 11)
    world.server.vanish()
    world.sync()
    assert state(world) == (LinkState.SUSPENDED, "CALENDAR_MISSING")
    assert starts(world) == [at(10), at(11)]


@pytest.mark.parametrize("gone", [(10, 11, 12), (10, 11, 12, 13)])
def test_e21_too_much_at_once_is_not_believed_until_somebody_says_so(
    world: World, gone: tuple[int, ...]
) -> None:
    events(world, 10, 11, 12, 13)
    for day in gone:
        world.phone.delete(f"own-{day}")
    report = world.sync()
    assert state(world) == (LinkState.SUSPENDED, "MASS_CHANGE")
    assert [line.action for line in report.lines] == ["vanished"] * len(gone)
    assert len(starts(world)) == 4

    resume(world, "ACCEPT MASS_CHANGE")
    world.settle()
    assert starts(world) == [at(day) for day in (10, 11, 12, 13) if day not in gone]
    assert state(world) == (LinkState.ACTIVE, "")


def test_what_is_over_counts_little_in_a_mass_change(world: World) -> None:
    """Somebody who tidies up what is past frees no time."""
    events(world, *range(1, 9), *range(20, 24))
    world.clock.advance(days=10)
    for day in range(1, 9):
        world.phone.delete(f"own-{day}")
    world.settle()
    assert starts(world) == [at(day) for day in range(20, 24)]


def test_i4_what_an_answer_leaves_out_goes_on_blocking(world: World) -> None:
    events(world, 10, 11)
    world.phone.delete("own-10")
    world.server.leaves_out = 100
    world.sync()
    assert starts(world) == [at(10), at(11)]
    world.server.leaves_out = 0
    world.sync("reconcile")
    assert starts(world) == [at(11)]


def test_i4_an_event_that_moves_to_another_href_is_never_free_in_between(world: World) -> None:
    events(world, 10)
    (key,) = world.server.items
    world.server.relocate(key, f"{world.server.path}elsewhere.ics")
    world.settle()
    assert starts(world) == [at(10)]


def test_a_token_that_the_server_forgot_frees_nothing(world: World) -> None:
    events(world, 10, 11)
    world.server.forget_tokens()
    assert world.sync().lines == ()
    assert starts(world) == [at(10), at(11)]


def test_what_became_unreadable_blocks_as_it_did_and_is_reported(world: World) -> None:
    events(world, 10)
    good = world.phone.item("own-10").body
    world.phone.write_raw(
        "own-10", good.replace(b"DTSTART;TZID=Australia/Adelaide:20260310", b"DTSTART:2026")
    )
    world.sync()
    assert starts(world) == [at(10)]
    assert len(reasons(world)) == 1

    (bad,) = world.phone.items()
    InMemoryCalendar(world.server).replace(
        bad.href, good.replace(b"20260310T1", b"20260312T1"), etag=bad.etag or ""
    )
    world.settle()
    assert (starts(world), reasons(world)) == ([at(12)], [])


def test_a_run_that_dies_between_two_pages_reads_the_rest_next_time(sqlite_url: str) -> None:
    """The position is not saved ahead of what was read (I10)."""
    world = World(sqlite_url, role=Role.BUSY_SOURCE)
    for day in range(1, 111):
        world.phone.add(dentist(f"own-{day}", at(1, 10) + timedelta(days=day)))
    stopped = world.runner.sync(world.link_id, stopping=lambda: True)
    assert isinstance(stopped, Report)
    assert (stopped.stopped, len(starts(world))) == (True, 100)
    world.settle()
    assert len(starts(world)) == 110
    world.close()


def test_a_plan_says_what_would_be_known_and_keeps_nothing(world: World) -> None:
    world.phone.add(dentist("own", at(10)))
    report = world.runner.plan(world.link_id)
    assert [(line.action, line.start) for line in report.lines] == [("busy", "2026-03-10T10:00:00+10:30")]
    assert starts(world) == []


# --- windows ----------------------------------------------------------------------------------------------------


def test_what_repeats_for_ever_is_known_for_the_whole_window_and_read_again_in_time(world: World) -> None:
    endless(world, at(3), "FREQ=DAILY")
    world.settle()
    first = starts(world)
    assert (first[0], len(first)) == (at(3), 395)  # 365 days from 2 March, and 30 more

    world.clock.advance(days=29)
    assert world.sync("reconcile").counts == {}
    world.clock.advance(days=3)
    assert world.sync("reconcile").counts["fetched"] == 1
    later = starts(world)
    last = [times[-1].astimezone(ADELAIDE).date() for times in (first, later)]
    assert last[1] - last[0] == timedelta(days=32)
    assert later[0] >= world.clock.now() - timedelta(days=31)


def test_what_is_counted_out_is_not_read_again(world: World) -> None:
    endless(world, at(3), "FREQ=WEEKLY;COUNT=3")
    world.settle()
    world.clock.advance(days=100)
    assert "fetched" not in world.sync("reconcile").counts


def test_times_that_are_over_are_let_go(world: World) -> None:
    events(world, 10)
    world.clock.advance(days=60)
    world.sync("reconcile")
    assert starts(world) == []
    assert world.sync().lines == ()


def test_an_event_of_years_to_come_is_known_at_once(world: World) -> None:
    world.phone.add(dentist("own", at(10) + timedelta(days=1200)))
    world.settle()
    assert len(starts(world)) == 1


# --- who said what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        ("ACCEPTED", ["BUSY"]),
        ("DECLINED", []),
        ("TENTATIVE", ["BUSY-TENTATIVE"]),
        ("NEEDS-ACTION", ["BUSY-TENTATIVE"]),
    ],
)
def test_an_invitation_blocks_as_its_owner_answered(world: World, answer: str, kinds: list[str]) -> None:
    with world.sessions.begin() as db:
        db.get_one(type(world.worker), world.worker.id).email = "Priya@Practice.example"
    guests = f"ATTENDEE;PARTSTAT={answer}:mailto:priya@practice.example\r\nATTENDEE;PARTSTAT=DECLINED:mailto:x@y.z\r\n"
    body = world.codec.write(dentist("own", at(10)), now=world.clock.now())
    world.phone.add_raw("own", body.replace(b"END:VEVENT", guests.encode() + b"END:VEVENT"))
    world.settle()
    with world.sessions() as db:
        assert [str(kind) for kind in db.scalars(select(BusyBlock.fbtype))] == kinds


# --- busy time --------------------------------------------------------------------------------------------------


def asked(world: World) -> BusyTime:
    return busy_time(world.sessions, "priya", "2026-03-10", "2026-03-12")


def stale(world: World) -> list[tuple[str, datetime | None]]:
    found = stale_sources(world.sessions, "priya", now=world.clock.now(), after=timedelta(minutes=60))
    return [(one.link, one.last_read) for one in found]


def test_a_source_and_the_diary_are_merged(world: World) -> None:
    world.add_session(at(10, 11))
    events(world, 10)
    world.phone.add(dentist("tentative", at(11), status="TENTATIVE"))
    world.settle()
    shown = [(block.start, block.end, str(block.fbtype)) for block in asked(world).blocks]
    assert shown == [(at(10), at(10, 12), "BUSY"), (at(11), at(11, 11), "BUSY-TENTATIVE")]


def test_a_whole_day_is_a_day_where_the_worker_is(world: World) -> None:
    world.phone.add(
        Event(
            uid="day",
            master=replace(dentist("x", at(10)).master, start=date(2026, 3, 10), end=date(2026, 3, 11)),
        )
    )  # type: ignore[type-var]
    world.settle()
    assert [(b.start, b.end) for b in asked(world).blocks] == [(at(10, 0), at(11, 0))]


def test_e15_a_source_that_was_not_read_lately_still_counts_and_is_named(world: World) -> None:
    assert stale(world) == [("priya", None)]
    events(world, 10)
    assert stale(world) == []
    read = world.link().last_ok_at
    world.clock.advance(minutes=56)
    assert stale(world) == [("priya", read)]
    assert [block.start for block in asked(world).blocks] == [at(10)]


def test_a_change_here_wakes_no_busy_source(world: World) -> None:
    world.settle()
    world.add_session(at(10))
    assert due_links(world.sessions, now=world.clock.now()) == []


def test_a_worker_who_is_busy_there_is_warned_of_here(world: World) -> None:
    events(world, 10)
    session_id = world.add_session(at(10))
    with world.session(session_id) as session:
        database = object_session(session)
        assert database is not None
        assert overlaps(database, [session]) == ["SLOT_OVERLAP"]
        assert session.overlap_warned
