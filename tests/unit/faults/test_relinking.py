"""A new link to a calendar that is not empty: what stands there already does not come to stand there twice (F3)."""

from dataclasses import replace
from datetime import datetime

import pytest

from model.link import CalendarLink, EventMapping, LinkState
from tests.fake.world import FakeWorld, at, dentist


def linked_anew(world: FakeWorld) -> None:
    """The calendar moved to another server: an ended link knows it, the new one has never run."""
    with world.sessions.begin() as db:
        new = db.get_one(CalendarLink, world.link_id)
        old = CalendarLink(
            id=world.new_id(), ref="old", worker_id=new.worker_id, account_id=new.account_id,
            href="https://old.example/calendar/", tz=new.tz, role=new.role, mode=new.mode,
            privacy_level=new.privacy_level, cancelled_display=new.cancelled_display, pull_s=300, profile={},
            state=LinkState.UNLINKED, next_run_at=world.clock.now(),
        )  # fmt: skip
        db.add(old)
        db.flush()
        for mapping in db.query(EventMapping):
            mapping.link_id = old.id
        new.last_ok_at = new.sync_token = new.ctag = new.listed_at = None
        new.seen_rev = 0


def starts(world: FakeWorld) -> list[datetime]:
    return sorted(e.master.start for e in world.phone.events() if e.master)  # type: ignore[misc]


def begun(world: FakeWorld) -> None:
    world.link_up()
    world.begin()
    world.persist()


@pytest.mark.parametrize("moved", [False, True])
def test_f3_a_calendar_that_moved_to_another_server_is_known_by_its_uids(
    world: FakeWorld, moved: bool
) -> None:
    begun(world)
    before = {session.id for session in world.all_sessions()}
    there = starts(world)
    linked_anew(world)
    if moved:
        session = min(world.all_sessions(), key=lambda one: one.span.start)
        with world.session(session.id) as loaded:
            loaded.move(loaded.span.starting(at(10, 15)))
    written = len(world.server.history)
    plan = [line.action for line in world.runner.plan(world.link_id).lines]
    assert plan == ["matched"] * 6
    world.persist()
    assert {session.id for session in world.all_sessions()} == before
    assert len(world.server.history) == written + moved
    assert starts(world) == sorted([*there[1:], at(10, 15)] if moved else there)
    assert world.sync("reconcile").lines == ()


@pytest.mark.parametrize(("theirs", "expected"), [("navy", "navy"), ("teal", "tomato")])
def test_e16_a_colour_that_was_chosen_there_is_kept_by_a_new_link(
    world: FakeWorld, theirs: str, expected: str
) -> None:
    session_id = world.add_session(at(10), colour="teal")
    world.link_up()
    world.persist()
    world.phone.edit(world.phone.only().uid, colour=theirs)
    linked_anew(world)
    world.persist()
    with world.session(session_id) as loaded:
        loaded.colour = "tomato"
    world.persist()
    (event,) = world.phone.events()
    assert event.master is not None
    assert event.master.colour == expected


def test_f3_what_another_program_filled_in_is_known_by_time_and_title(world: FakeWorld) -> None:
    for day in (10, 11, 12):
        world.add_session(at(day))
    session = dentist("a", at(10), summary="Session C-100", location="Upstairs")
    world.phone.add(session)
    world.phone.add(dentist("b", at(11, 12), summary="Session C-100"))  # at another time: somebody's copy
    world.phone.add(dentist("c", at(12), summary="Lunch"))
    world.phone.add(dentist("d", at(13), summary="Lunch"))
    world.link_up()
    world.persist()
    assert world.phone.read(world.phone.item("a")).master.location == "ADL1"  # type: ignore[union-attr]
    assert starts(world) == sorted([at(10), at(11), at(11, 12), at(12), at(12), at(13)])
    assert {code for code, _, _ in world.judged()} == {"E17", "E18"}
    assert world.history().count("matched") == 1
    world.check()


def test_f3_what_fits_two_is_taken_for_neither(world: FakeWorld) -> None:
    world.add_session(at(10))
    for uid in ("a", "b"):
        world.phone.add(dentist(uid, at(10), summary="Session C-100"))
    world.link_up()
    world.persist()
    assert "matched" not in world.history()
    assert len(world.server.items) == 3


def test_f3_a_series_is_known_by_its_rule_too(world: FakeWorld) -> None:
    series = world.add_series(at(17), "FREQ=WEEKLY;BYDAY=TU;COUNT=6")
    with world.series(series) as loaded:
        rule = loaded.rule
    for uid, count in (("same", 6), ("shorter", 3)):
        event = dentist(uid, at(17), summary="Session C-100")
        world.phone.add(replace(event, rule=rule.counting(count) if rule else None))
    world.link_up()
    world.persist()
    assert [m.uid for m in world.mappings() if m.series_id == series] == ["same"]
    assert world.history().count("matched") == 1


def test_f3_once_linked_a_new_event_is_the_practitioners_own(world: FakeWorld) -> None:
    begun(world)
    world.add_session(at(20))
    world.phone.add(dentist("own", at(20), summary="Lunch"))
    world.persist()
    assert "matched" not in world.history()
    assert starts(world).count(at(20)) == 2
