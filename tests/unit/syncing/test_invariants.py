"""The invariants I1-I17 (FAILURES 2), each as the shortest story that breaks without what upholds it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from model.details import Status
from model.journal import Intent, SyncRun
from model.link import Mode
from model.moment import Span, shift
from sync.errors import Unreachable
from sync.ports import Item, Look
from tests.doubles.remote import InMemoryCalendar, InMemoryServer
from tests.property.support.mortal import Fate, dies
from tests.world import ADELAIDE, World, at, dentist


def starts_there(world: World) -> list[datetime]:
    return sorted(event.master.start for event in world.phone.events() if event.master)  # type: ignore[misc]


def move(world: World, session_id: UUID, start: datetime) -> None:
    with world.session(session_id) as session:
        session.move(Span(start=start, end=start + timedelta(hours=1), tz=ADELAIDE))


def test_i1_what_is_refused_there_is_put_back_in_the_same_run(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    before = world.phone.only()
    world.phone.edit(before.uid, summary="Mine")
    world.sync()
    assert world.phone.only() == before
    assert world.sync().lines == ()


def test_i2_a_quiet_link_is_neither_written_nor_changed(world: World) -> None:
    world.add_series(at(3), "FREQ=WEEKLY;BYDAY=TU;COUNT=8")
    world.phone.add(dentist("own", at(11)))
    world.settle()
    writes, history = len(world.server.history), world.history()
    for job in ("sync", "reconcile", "sync"):
        assert world.sync(job).lines == ()
    assert (len(world.server.history), world.history()) == (writes, history)


def test_i3_the_value_that_loses_can_still_be_seen(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    world.phone.move(world.phone.only().uid, at(10, 8))
    move(world, session_id, at(10, 16))
    world.settle()
    (change,) = world.changes()
    assert change.after["start"] == "2026-03-10T08:00:00"
    assert starts_there(world) == [at(10, 16)]


# --- I4: deletion needs proof -------------------------------------------------------------------------------


class Forgetful(InMemoryCalendar):
    """A server that leaves an item out of its listings, though it is there."""

    def list_all(self) -> Look:
        return self._without_the_first(super().list_all())

    def _without_the_first(self, look: Look) -> Look:
        return replace(look, etags=dict(list(look.etags.items())[1:]))


class Slandering(InMemoryCalendar):
    """A server whose reports say of an item that it is gone, though it is there."""

    def look(self, position):  # type: ignore[no-untyped-def]
        look = super().look(position)
        return replace(look, gone=look.gone | set(self.server.items), etags={}) if position else look


@pytest.mark.parametrize("lies", [Forgetful, Slandering])
def test_i4_what_seems_to_be_gone_is_asked_for_by_name(
    world: World, monkeypatch: pytest.MonkeyPatch, lies: type[InMemoryCalendar]
) -> None:
    world.add_session(at(10))
    world.phone.add(dentist("own", at(11)))
    world.settle()
    monkeypatch.setattr("tests.world.InMemoryCalendar", lies)
    for job in ("sync", "reconcile"):
        world.sync(job)
    assert world.judged() == [("E17", "APPLIED", "")]
    assert len(world.all_sessions()) == 2
    assert len(world.phone.items()) == 2


# --- I5, I12: killed at any point, one object ---------------------------------------------------------------


def test_i5_a_write_that_was_not_answered_is_read_back_and_not_sent_again(world: World) -> None:
    world.add_session(at(10))
    world.server.lost_answers = 1
    world.settle()
    assert starts_there(world) == [at(10)]
    assert len(world.server.history) == 1


def test_i5_the_write_is_announced_before_it_is_sent(world: World) -> None:
    world.add_session(at(10))
    announced: list[int] = []

    def watch(request: str) -> None:
        if request == "before PUT":
            with world.sessions() as db:
                announced.append(db.scalar(select(func.count()).select_from(Intent)) or 0)

    world.server.watch = watch
    world.sync()
    assert announced == [1]


@pytest.mark.parametrize("step", ["before PUT", "after"])
def test_i12_killed_around_a_write_it_ends_as_if_it_had_not_been(world: World, step: str) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    move(world, session_id, at(10, 16))
    assert dies(world, Fate(die_at=1, only=step))
    world.settle()
    assert starts_there(world) == [at(10, 16)]
    assert world.judged() == []
    assert len(world.server.history) == 2
    with world.sessions() as db:
        assert db.scalars(select(Intent)).all() == []


# --- I6: own writes never come back as foreign --------------------------------------------------------------


def shouted(body: bytes) -> bytes:
    """What a server may make of a body: it says something else than what was sent."""
    return body.replace(b"SUMMARY:Session", b"SUMMARY:SESSION").replace(b"CLASS:PRIVATE", b"CLASS:PUBLIC")


@pytest.mark.parametrize("told", [True, False])
def test_i6_what_a_server_makes_of_our_write_is_nobodys_edit(world: World, told: bool) -> None:
    world.server.rewrites, world.server.etag_on_put = shouted, told
    world.add_session(at(10))
    world.settle()
    writes = len(world.server.history)
    for job in ("reconcile", "sync"):
        assert world.sync(job).lines == ()
    assert (world.judged(), len(world.server.history)) == ([], writes)
    world.phone.move(world.phone.only().uid, at(10, 14))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]


def test_i6_a_write_whose_answer_was_lost_is_not_taken_for_an_edit(world: World) -> None:
    """Ours moved on meanwhile, so that it says neither what it said before nor what we say now."""
    session_id = world.add_session(at(10))
    world.settle()
    move(world, session_id, at(10, 12))
    world.server.lost_answers = 1
    world.server.watch = lambda request: (
        move(world, session_id, at(10, 16)) if world.server.lost_answers and "after" in request else None
    )
    world.settle()
    assert starts_there(world) == [at(10, 16)]
    assert world.judged() == []


def test_i6_an_echo_in_another_spelling_is_no_edit(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    (item,) = world.phone.items()
    body = item.body.replace(b"SEQUENCE:0", b"SEQUENCE:7").replace(b"DTSTAMP:2026", b"DTSTAMP:2031")
    world.phone.write_raw(world.phone.only().uid, body)
    report = world.sync()
    assert (report.lines, report.counts["echo"]) == ((), 1)
    assert world.phone.items()[0].body == body


# --- I7, I8, I9 ---------------------------------------------------------------------------------------------


def test_i8_a_one_way_link_lets_nothing_in(database_url: str) -> None:
    world = World(database_url, mode=Mode.ONE_WAY)
    session_id = world.add_session(at(10))
    world.settle()
    world.phone.delete(world.phone.only().uid)
    world.phone.add(dentist("own", at(11)))
    world.settle()
    with world.session(session_id) as session:
        assert (session.status, session.span.start) == (Status.ROSTERED, at(10))
    assert len(world.all_sessions()) == 1
    world.close()


# --- I10: the position moves with the data it covers --------------------------------------------------------


def test_i10_a_pull_that_breaks_off_is_begun_again_where_it_was(world: World) -> None:
    world.settle()
    for number in range(3):
        world.phone.add(dentist(f"own-{number}", at(11 + number)))
    before = world.link().sync_token
    asked: list[str] = []

    def watch(request: str) -> None:
        asked.append(request)
        if asked.count("before REPORT") == 2:  # the report was answered, the items were not
            raise Unreachable("The server is gone.")

    world.server.watch = watch
    assert not world.sync().ok
    assert world.link().sync_token == before
    world.server.watch = lambda _: None
    world.settle()
    assert len(world.all_sessions()) == 3


def test_i10_the_position_is_not_ahead_of_the_page_that_failed(world: World) -> None:
    """Whichever commit a process dies at, the next run is told of the item again."""
    world.settle()
    for step in range(1, 8):
        world.phone.add(dentist(f"own-{step}", at(10 + step)))
        dies(world, Fate(die_at=step, only="commit"))
    world.settle()
    assert len(world.all_sessions()) == 7


# --- I13, I16, I17 ------------------------------------------------------------------------------------------


def test_i13_the_same_seed_gives_the_same_trace(tmp_path) -> None:  # type: ignore[no-untyped-def]
    traces = []
    for name in ("one", "other"):
        world = World(f"sqlite:///{tmp_path}/{name}.sqlite3", server=InMemoryServer())
        world.add_session(at(10))
        world.add_series(at(3), "FREQ=WEEKLY;COUNT=3")
        world.phone.add(dentist("own", at(11)))
        world.settle()
        world.phone.move("own", at(12))
        world.settle()
        with world.sessions() as db:
            runs = [run.id for run in db.scalars(select(SyncRun).order_by(SyncRun.id))]
        traces.append((dict(world.server.items), world.history(), world.judged(), runs))
        world.close()
    assert traces[0] == traces[1]


def test_i16_an_item_that_always_changes_under_us_ends_the_run(world: World) -> None:
    """FAILURES A13: look again, but not for ever."""
    session_id = world.add_session(at(10))
    world.settle()
    move(world, session_id, at(10, 16))
    (item,) = world.phone.items()
    written = 0

    def watch(request: str) -> None:
        nonlocal written
        if request == "before PUT":
            written += 1
            assert written < 10, "it goes on for ever"
            stored = world.server.items[item.href]
            world.server.items[item.href] = Item(
                href=item.href, etag=world.server.note(item.href), body=stored.body
            )

    world.server.watch = watch
    assert world.sync().ok
    assert 1 < written <= 3
    world.server.watch = lambda _: None
    world.settle()
    assert starts_there(world) == [at(10, 16)]


def test_i17_a_series_moved_over_the_change_of_clocks_keeps_its_wall_time(world: World) -> None:
    """Adelaide goes back to standard time on 5 April 2026."""
    series_id = world.add_series(at(24), "FREQ=WEEKLY;BYDAY=TU;COUNT=4")
    world.settle()
    world.phone.move(world.phone.only().uid, at(24, 14))
    world.settle()
    with world.series(series_id) as series:
        starts = [o.span.start for o in series.occurrences]
    assert [s.strftime("%d %H:%M") for s in starts] == ["24 14:00", "31 14:00", "07 14:00", "14 14:00"]
    assert starts[3].astimezone(UTC) - starts[0].astimezone(UTC) == timedelta(weeks=3, hours=1)


def test_i17_a_day_later_is_a_day_on_the_wall_clock() -> None:
    assert shift(at(31), timedelta(days=7)).strftime("%d %H:%M %z") == "07 10:00 +0930"
