"""Both sides edited: ours is kept or merged, theirs is judged, and nothing from outside vanishes unseen (E22)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.diary import cancelling
from model.asset import Asset, Need
from model.details import Kind, ShowAs, Status
from model.moment import Span, key
from model.people import Worker
from model.recurrence import Rule
from model.series import Scope
from sync.event import Event
from sync.settings import PrivacySettings, Settings
from tests.world import ADELAIDE, World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"
CUT = datetime(2026, 3, 30, 12, tzinfo=UTC)


def move_here(world: World, start: datetime) -> None:
    (row,) = world.all_sessions()
    with world.session(row.id) as session:
        session.move(Span(start=start, end=start + timedelta(hours=1), tz=ADELAIDE))


# --- bookings -----------------------------------------------------------------------------------------------


def test_moved_here_and_deleted_there_the_deletion_is_asked_about(world: World) -> None:
    """It was refused and forgotten, although nobody can know that it was not meant."""
    world.add_session(at(10))
    world.settle()
    world.phone.delete(world.phone.only().uid)
    move_here(world, at(10, 16))
    world.settle()
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    assert world.changes()[0].warnings == "STALE_BASE"
    assert str(world.changes()[0].kept["start"]).endswith("T16:00:00")
    master = world.phone.only().master
    assert master is not None
    assert master.start == at(10, 16)


def test_what_was_edited_there_while_it_was_deleted_here_is_in_the_record(world: World) -> None:
    """The edit vanished with the event, and nobody was told."""
    session_id = world.add_session(at(10), kind=Kind.OTHER_EVENT, subject="Course")
    world.settle()
    world.phone.move(world.phone.only().uid, at(11))
    cancelling.delete(world.sessions, world.act(), str(session_id), None)
    world.settle()
    assert world.phone.items() == []
    assert world.judged() == [("E2", "REFUSED", "STALE_BASE")]
    assert world.notices() == ["STALE_BASE"]


def test_a_session_that_is_another_workers_by_now_is_not_moved_from_here(world: World) -> None:
    """The move was applied by the calendar of somebody who did not hold the session any more."""
    session_id = world.add_session(at(10))
    world.settle()
    world.phone.move(world.phone.only().uid, at(10, 16))
    with world.sessions.begin() as db:
        tom = Worker(id=world.new_id(), ref="tom", name="Tom Nguyen", tz=ADELAIDE.key)
        db.add(tom)
    with world.session(session_id) as session:
        session.workers.clear()
        session.add_worker(tom, world.act())
    world.settle()
    assert world.phone.items() == []
    assert world.all_sessions()[0].span.start == at(10)
    assert world.judged() == [("E1", "REFUSED", "STALE_BASE")]


def test_the_same_change_on_both_sides_is_nothing_to_judge(world: World) -> None:
    """Of an own event it was refused, with a notice."""
    world.phone.add(dentist("own", at(10)))
    world.settle()
    known = len(world.judged())
    world.phone.edit("own", transparent=True)
    with world.session(world.all_sessions()[0].id) as session:
        session.show(ShowAs.FREE)
    world.settle()
    assert len(world.judged()) == known
    assert world.notices() == []


def test_e10_the_same_place_asked_for_again_is_held_once(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    for _ in range(2):
        world.phone.edit(world.phone.only().uid, location="Room 1")
        world.settle()
    assert world.judged() == [("E10", "HELD", "LOCATION_OWNED")]
    assert world.changes()[0].after["room"] == str(world.room.id)


# --- own events: every word is kept -------------------------------------------------------------------------


def test_words_that_lose_stay_in_the_practitioners_own_event(world: World) -> None:
    """The title that was written on the phone was overwritten, and stood nowhere."""
    world.phone.add(dentist("own", at(10), description="floor 2"))
    world.settle()
    with world.session(world.all_sessions()[0].id) as session:
        session.subject = "Dentist, moved"
    world.phone.edit("own", summary="Dentist Dr Wu", transparent=True)
    world.settle()
    master = world.phone.only().master
    assert master is not None
    assert (master.summary, master.transparent) == ("Dentist, moved", True)
    assert master.description == "floor 2\nAlso written in the calendar: Dentist Dr Wu"
    assert all("Wu" not in str((c.before, c.after, c.kept)) for c in world.changes())


def test_nothing_is_added_where_only_one_side_wrote(world: World) -> None:
    world.phone.add(dentist("own", at(10)))
    world.settle()
    world.phone.edit("own", summary="Optician", description="bring the frame")
    move_here(world, at(10, 16))
    world.settle()
    master = world.phone.only().master
    assert master is not None
    assert (master.start, master.summary, master.description) == (at(10, 16), "Optician", "bring the frame")


def test_an_edit_of_what_is_shown_as_busy_only_does_not_overwrite_its_words(database_url: str) -> None:
    """Moving the block on the phone made "Busy" its subject here."""
    world = World(database_url, level="busy")
    world.add_session(at(10), kind=Kind.OTHER_EVENT, subject="Course", description="part 2")
    world.settle()
    uid = world.phone.only().uid
    world.phone.move(uid, at(10, 16))
    world.settle()
    (session,) = world.all_sessions()
    assert (session.span.start, session.subject, session.description) == (at(10, 16), "Course", "part 2")
    world.close()


# --- E6 over two pulls --------------------------------------------------------------------------------------


def cut(world: World, uid: str) -> None:
    event = world.phone.read(world.phone.item(uid))
    assert event.rule is not None
    world.phone.write(replace(event, rule=event.rule.ending(CUT)))


def tail_of(old: Event, **values: object) -> Event:
    assert old.master is not None
    start = at(1, 9, month=4)
    master = replace(old.master.starting(start), marks={}, **values)  # type: ignore[arg-type]
    return Event(uid="tail", master=master, rule=Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=4", start))


WEDNESDAYS = [at(day, 9, month=4) for day in (1, 8, 15, 22)]


@pytest.mark.parametrize("marked", [True, False])
def test_e6_the_new_uid_first_and_the_truncation_in_the_next_pull(world: World, *, marked: bool) -> None:
    """The tail became an own event for good, and the cut was held as a deletion."""
    series_id = world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    world.phone.add(
        tail_of(old)
        if not marked
        else replace(tail_of(old), master=replace(tail_of(old).master, marks=old.master.marks))
    )  # type: ignore[type-var, union-attr]
    world.sync()
    assert {s.kind for s in world.all_sessions()} == {Kind.CLIENT_SESSION, Kind.OTHER_EVENT}
    world.clock.advance(minutes=5)
    cut(world, old.uid)
    world.settle()
    assert [code for code, *_ in world.judged()][1:] == ["E6"]
    assert {s.kind for s in world.all_sessions()} == {Kind.CLIENT_SESSION}
    with world.series(series_id) as series:
        assert [o.span.start for o in series.occurrences] == [at(3), at(10), at(17), at(24)]
    rest = sorted(s.span.start for s in world.all_sessions() if s.series_id != series_id)
    assert rest == WEDNESDAYS
    assert sorted(m.uid for m in world.mappings()) == sorted([old.uid, "tail"])
    titles = {e.master.summary for e in world.phone.events() if e.master}
    assert titles == {"Session C-100"}


def test_e6_an_own_event_that_came_long_before_is_not_taken_for_the_rest(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    world.phone.add(tail_of(old, summary="Choir"))
    world.settle()
    world.clock.advance(minutes=5)
    cut(world, old.uid)
    world.settle()
    assert [code for code, *_ in world.judged()] == ["E17", "E7"]
    assert {s.kind for s in world.all_sessions()} == {Kind.CLIENT_SESSION, Kind.OTHER_EVENT}


def test_e6_the_window_is_one_pull(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    world.phone.add(tail_of(old))
    for _ in range(3):
        world.sync()
        world.clock.advance(minutes=5)
    cut(world, old.uid)
    world.settle()
    assert [code for code, *_ in world.judged()] == ["E18", "E7"]


def test_e6_held_the_provisional_event_goes_and_the_series_is_back(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    assert old.rule is not None
    longer = replace(tail_of(old), rule=Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=9", at(1, 9, month=4)))
    world.phone.add(longer)
    world.sync()
    world.clock.advance(minutes=5)
    cut(world, old.uid)
    world.settle()
    assert world.judged()[1:] == [("E6", "HELD", "RECURRENCE_CHANGE")]
    assert world.phone.only().rule == old.rule
    assert {s.kind for s in world.all_sessions()} == {Kind.CLIENT_SESSION}


def test_e6_what_else_was_edited_with_a_refused_split_is_judged(world: World) -> None:
    """The whole state was refused as one, and the move of another occurrence vanished unseen."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    assert old.rule is not None
    world.phone.add(replace(tail_of(old), rule=Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=9", at(1, 9, month=4))))
    world.phone.move_occurrence(old.uid, at(10), at(10, 15))
    cut(world, old.uid)
    world.settle()
    assert sorted(world.judged()) == [("E1", "APPLIED", ""), ("E6", "HELD", "RECURRENCE_CHANGE")]
    assert at(10, 15) in [s.span.start for s in world.all_sessions()]


def test_e6_what_the_rest_says_besides_is_judged(world: World) -> None:
    """An occurrence deleted in the new half came back without a word."""
    series_id = world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    tail = replace(tail_of(old), exdates=frozenset({key(at(8, 9, month=4))}))
    cut(world, old.uid)
    world.phone.add(tail)
    world.settle()
    assert sorted(world.judged()) == [("E4", "HELD", "CLIENT_BOOKING_DELETE"), ("E6", "APPLIED", "")]
    rest = [s for s in world.all_sessions() if s.series_id != series_id]
    assert sorted(s.span.start for s in rest) == WEDNESDAYS
    assert all(s.status is Status.ROSTERED for s in rest)


def test_e6_the_rest_keeps_the_remark_and_gets_a_link_of_its_own(database_url: str) -> None:
    """The old series' link, copied along, must not be taken for the practitioner's words."""
    world = World(
        database_url, settings=Settings(privacy=PrivacySettings(public_url="https://practice.example"))
    )
    series_id = world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    assert old.master is not None
    world.phone.edit(old.uid, description=f"{old.master.description}\nbring the ball")
    world.settle()
    old = world.phone.only()
    cut(world, old.uid)
    world.phone.add(tail_of(old))
    world.settle()
    tail = world.phone.read(world.phone.item("tail")).master
    assert tail is not None
    (follower_id,) = {s.series_id for s in world.all_sessions()} - {series_id}
    assert follower_id is not None
    assert tail.description == f"https://practice.example/s/{follower_id.hex}\nbring the ball"
    world.close()


def test_e6_at_level_busy_the_rest_has_the_same_length_and_frequency(database_url: str) -> None:
    """Any recurring event of one's own was taken for the rest, and its title lost."""
    world = World(database_url, level="busy")
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    cut(world, old.uid)
    start = at(1, 18, month=4)
    choir = dentist("choir", start, minutes=120)
    world.phone.add(replace(choir, rule=Rule.parse("FREQ=WEEKLY;COUNT=4", start)))
    world.settle()
    assert sorted(code for code, *_ in world.judged()) == ["E17", "E7"]
    world.close()


# --- conflicts where it would go ----------------------------------------------------------------------------


def test_client_conflict_a_client_is_booked_elsewhere(world: World) -> None:
    """It was applied: nobody asked for the client."""
    world.add_session(at(10))
    world.settle()
    other = world.add_session(at(10, 15))
    with world.session(other) as session:
        session.workers.clear()
    world.phone.move(world.phone.only().uid, at(10, 15, 30))
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "CLIENT_CONFLICT")]


def test_room_conflict_of_any_occurrence_that_moves(world: World) -> None:
    """Only the first one was asked for its room."""
    world.add_series(at(3), WEEKLY, room_id=world.room.id)
    world.settle()
    other = world.add_session(at(24, 14), room_id=world.room.id)
    with world.session(other) as session:
        session.workers.clear()
        session.clients.clear()
        session.kind = Kind.OTHER_EVENT
    world.phone.move(world.phone.only().uid, at(3, 14))
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "ROOM_CONFLICT")]


@pytest.mark.parametrize("start", [at(16, 11), at(16, 10, 30)])
def test_asset_conflict_a_move_onto_a_taken_asset_is_put_back(world: World, start: datetime) -> None:
    """US17 from the other side: the minibus is with somebody else then."""
    with world.sessions.begin() as database:
        bus = Asset(id=world.new_id(), ref="minibus", name="Minibus")
        database.add(bus)
    mine = world.add_session(at(16, 8))
    other = world.add_session(at(16, 10), minutes=120)
    for one in (mine, other):
        with world.session(one) as session:
            session.take(Need(asset=bus))
    with world.session(other) as session:
        session.workers.clear()
        session.clients.clear()
    world.settle()
    world.phone.move(world.phone.only().uid, start)
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "ASSET_CONFLICT")]
    assert world.phone.only().master.start == at(16, 8)


def test_slot_overlap_of_a_split_is_told(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.phone.add(dentist("own", at(8, 9, 30, month=4)))
    world.settle()
    world.clock.advance(minutes=5)
    old = next(e for e in world.phone.events() if e.uid != "own")
    cut(world, old.uid)
    world.phone.add(tail_of(old))
    world.settle()
    change = world.changes()[-1]
    assert (change.code, change.state, change.warnings) == ("E6", "APPLIED", "SLOT_OVERLAP")


def test_tz_mismatch_a_device_in_another_zone(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    uid = world.phone.only().uid
    body = world.phone.item(uid).body.decode()
    for name, hour in (("DTSTART", 10), ("DTEND", 11)):
        body = body.replace(
            f"{name};TZID=Australia/Adelaide:20260310T{hour}", f"{name};TZID=Australia/Perth:20260310T{hour}"
        )
    world.phone.write_raw(uid, body.encode())
    world.settle()
    change = world.changes()[0]
    assert (change.code, change.state, change.warnings) == ("E1", "APPLIED", "TZ_MISMATCH")
    assert world.notices() == ["TZ_MISMATCH"]


def test_privacy_attendee_the_administrator_is_told_as_well(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    world.phone.edit(world.phone.only().uid, attendees=frozenset({"mailto:a@example.org"}))
    world.settle()
    assert world.notices() == ["PRIVACY_ATTENDEE", "PRIVACY_ATTENDEE"]


def test_session_cancelled_here_and_moved_there(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    third = sorted(world.all_sessions(), key=lambda s: s.starts_at)[2]
    how = cancelling.Cancel(by=next(iter(world.reasons)), reason="client", advised="2026-03-01 08:00")
    cancelling.cancel(world.sessions, world.act(), str(third.id), how, Scope.THIS_ONLY)
    world.phone.move_occurrence(world.phone.only().uid, at(17), at(18))
    world.settle()
    assert world.judged() == [("E2", "REFUSED", "SESSION_CANCELLED")]
