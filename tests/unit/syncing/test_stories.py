"""Small stories of both sides, on the in-memory calendar: one gesture each, and what both sides hold after."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from model.cancellation import CancelledBy, cancellation
from model.details import Kind, ShowAs, Status
from model.link import CalendarLink, LinkState, Mode
from model.moment import Span, key
from model.practice import Site
from model.recurrence import Rule
from sync.disclosure import WAITING_LINE
from sync.event import Component, Event
from tests.world import ADELAIDE, World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"


def test_a_session_is_pushed_once_and_an_unchanged_run_does_nothing(world: World) -> None:
    world.add_session(at(3))
    assert world.sync().writes == 1
    event = world.phone.only()
    assert event.master is not None
    assert (event.master.summary, event.master.start) == ("Session C-100", at(3))
    report = world.sync()
    assert report.ok
    assert report.lines == ()


def test_e1_a_dragged_session_moves_here(world: World) -> None:
    session_id = world.add_session(at(3))
    world.settle()
    world.phone.move(world.phone.only().uid, at(3, 14, 15))
    world.settle()
    with world.session(session_id) as session:
        assert session.span.start == at(3, 14, 15)
    assert world.judged() == [("E1", "APPLIED", "")]


def test_e5_a_deleted_session_is_restored_and_held(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    world.phone.delete(world.phone.only().uid)
    world.settle()
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    event = world.phone.only()
    assert event.master is not None
    assert event.master.description.startswith(WAITING_LINE)
    with world.session(session_id) as session:
        assert session.status is Status.ROSTERED


def test_a_series_over_dst_keeps_its_wall_time(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    event = world.phone.only()
    assert str(event.rule) == "FREQ=WEEKLY;COUNT=8;BYDAY=TU"
    assert b"TZID=Australia/Adelaide:20260303T100000" in world.phone.items()[0].body


def test_us3_one_occurrence_moved(world: World) -> None:
    series_id = world.add_series(at(3), WEEKLY)
    world.settle()
    world.clock.advance(days=8)
    world.phone.move_occurrence(world.phone.only().uid, at(17), at(18, 11, 15))
    world.settle()
    with world.series(series_id) as series:
        starts = [o.span.start for o in series.occurrences]
    assert starts == [
        at(3),
        at(10),
        at(18, 11, 15),
        at(24),
        at(31),
        at(7, month=4),
        at(14, month=4),
        at(21, month=4),
    ]
    assert world.judged() == [("E2", "APPLIED", "")]


def test_us4_one_occurrence_deleted(world: World) -> None:
    series_id = world.add_series(at(3), WEEKLY)
    world.settle()
    world.phone.delete_occurrence(world.phone.only().uid, at(24))
    world.settle()
    assert world.judged() == [("E4", "HELD", "CLIENT_BOOKING_DELETE")]
    restored = world.phone.only().occurrence(key(at(24)))
    assert restored is not None
    assert restored.description.startswith(WAITING_LINE)
    with world.series(series_id) as series:
        assert all(o.status is Status.ROSTERED for o in series.occurrences)


def test_us5_this_and_future_by_truncation_and_new_uid(world: World) -> None:
    series_id = world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    assert old.rule is not None
    assert old.master is not None
    world.phone.write(replace(old, rule=old.rule.ending(datetime(2026, 3, 30, 12, 0, tzinfo=UTC))))
    tail_start = at(1, 9, month=4)
    tail = Event(
        uid="tail-1",
        master=replace(old.master, start=tail_start, end=tail_start + timedelta(hours=1), marks={}),
        rule=type(old.rule).parse("FREQ=WEEKLY;BYDAY=WE;COUNT=4", tail_start),
    )
    world.phone.add(tail)
    world.settle()
    assert world.judged() == [("E6", "APPLIED", "")]
    assert len(world.phone.items()) == 2
    with world.series(series_id) as series:
        assert [o.span.start for o in series.occurrences] == [at(3), at(10), at(17), at(24)]
    rest = [s for s in world.all_sessions() if s.series_id != series_id]
    assert sorted(s.span.start for s in rest) == [
        at(1, 9, month=4),
        at(8, 9, month=4),
        at(15, 9, month=4),
        at(22, 9, month=4),
    ]
    assert all(s.kind is Kind.CLIENT_SESSION for s in rest)


def test_us5_truncation_without_a_new_uid_is_held_after_the_next_pull(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = world.phone.only()
    assert old.rule is not None
    world.phone.write(replace(old, rule=old.rule.ending(datetime(2026, 3, 30, 12, 0, tzinfo=UTC))))
    world.sync()
    assert world.judged() == []
    world.settle()
    assert world.judged() == [("E7", "HELD", "SERIES_DELETE")]
    assert str(world.phone.only().rule) == "FREQ=WEEKLY;COUNT=8;BYDAY=TU"


def test_us8_a_dentist_becomes_an_other_event_and_can_be_set_free(world: World) -> None:
    world.phone.add(dentist("d1", at(11, 13)))
    report = world.sync()
    assert report.writes == 0
    (session,) = world.all_sessions()
    assert (session.kind, session.show_as, session.subject) == (Kind.OTHER_EVENT, ShowAs.BUSY, "Dentist")
    world.phone.edit("d1", transparent=True)
    world.settle()
    (session,) = world.all_sessions()
    assert session.show_as is ShowAs.FREE


def test_a_deleted_other_event_is_gone_here_too(world: World) -> None:
    world.phone.add(dentist("d1", at(11, 13)))
    world.settle()
    world.phone.delete("d1")
    world.settle()
    assert world.all_sessions() == []
    assert world.phone.items() == []


def test_a_recurring_other_event_with_exceptions(world: World) -> None:
    event = dentist("d1", at(4, 13))
    assert event.master is not None
    rule = "FREQ=WEEKLY;COUNT=4"
    event = replace(event, rule=Rule.parse(rule, at(4, 13)), exdates=frozenset({key(at(11, 13))}))
    event = replace(event, overrides={key(at(18, 13)): event.master.starting(at(19, 8))})
    world.phone.add(event)
    assert world.sync().writes == 0
    assert sorted(s.span.start for s in world.all_sessions()) == [at(4, 13), at(19, 8), at(25, 13)]
    world.phone.delete_occurrence("d1", at(25, 13))
    world.settle()
    assert sorted(s.span.start for s in world.all_sessions()) == [at(4, 13), at(19, 8)]
    world.phone.move("d1", at(4, 15))
    world.settle()
    assert sorted(s.span.start for s in world.all_sessions()) == [at(4, 15), at(19, 8)]


def test_all_day_other_event(world: World) -> None:
    event = Event(uid="x", master=Component(start=date(2026, 3, 12), end=date(2026, 3, 14), summary="Course"))
    world.phone.add(event)
    assert world.sync().writes == 0
    (session,) = world.all_sessions()
    assert session.all_day
    assert session.starts_at == datetime(2026, 3, 11, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "code", "reason", "noticed"),
    [
        ({"summary": "Mine"}, "E8", "TITLE_OWNED", False),
        ({"location": "Beach"}, "E10", "LOCATION_OWNED", False),
        ({"transparent": True}, "E12", "MUST_BE_BUSY", True),
        ({"status": "TENTATIVE"}, "E13", "STATUS_OWNED", False),
        ({"attendees": frozenset({"mailto:a@example.org"})}, "E15", "PRIVACY_ATTENDEE", True),
        ({"url": "https://x.example"}, "E23", "URL_OWNED", False),
        ({"categories": frozenset({"Fun"})}, "E24", "CLASS_OWNED", False),
        ({"resources": frozenset({"Ball"})}, "E24", "CLASS_OWNED", False),
        ({"start": date(2026, 3, 10), "end": date(2026, 3, 11)}, "E11", "ALL_DAY_NOT_ALLOWED", True),
    ],
)
def test_refused_edits_come_back(
    world: World, values: dict[str, object], code: str, reason: str, noticed: bool
) -> None:
    world.add_session(at(10))
    world.settle()
    before = world.phone.only()
    world.phone.edit(before.uid, **values)
    world.settle()
    assert world.judged() == [(code, "REFUSED", reason)]
    assert world.phone.only() == before
    assert bool(world.notices()) is noticed


def test_e9_a_remark_is_kept_and_never_shown_to_others(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    uid = world.phone.only().uid
    world.phone.edit(uid, description="bring the ball")
    world.settle()
    world.phone.move(uid, at(10, 15))
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert event.master.description == "bring the ball"


def test_e24_a_stricter_class_is_kept(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    world.phone.edit(world.phone.only().uid, classification="CONFIDENTIAL")
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert event.master.classification == "CONFIDENTIAL"


def test_e22_different_properties_of_both_sides_merge(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    uid = world.phone.only().uid
    world.phone.edit(uid, description="mine")
    with world.session(session_id) as session:
        session.move(Span(start=at(10, 16), end=at(10, 17), tz=ADELAIDE))
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert (event.master.start, event.master.description) == (at(10, 16), "mine")


def test_e22_the_same_property_on_both_sides_ours_wins(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    world.phone.move(world.phone.only().uid, at(10, 8))
    with world.session(session_id) as session:
        session.move(Span(start=at(10, 16), end=at(10, 17), tz=ADELAIDE))
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert event.master.start == at(10, 16)
    assert world.judged() == [("E1", "REFUSED", "STALE_BASE")]


def test_group_moves_are_held(world: World) -> None:
    world.add_session(at(10), clients=3)
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert event.master.summary == "Group · 3"
    world.phone.move(event.uid, at(10, 15))
    world.settle()
    assert world.judged() == [("E1", "HELD", "GROUP_SESSION")]


def test_a_one_way_link_refuses_everything(database_url: str) -> None:
    world = World(database_url, mode=Mode.ONE_WAY)
    world.add_session(at(10))
    world.settle()
    before = world.phone.only()
    world.phone.move(before.uid, at(10, 15))
    world.phone.add(dentist("d", at(11)))
    world.settle()
    assert before in world.phone.events()
    assert world.judged() == [("E1", "REFUSED", "READ_ONLY_LINK")]
    assert len(world.all_sessions()) == 1
    world.close()


def test_an_emptied_calendar_suspends_the_link_and_changes_nothing(world: World) -> None:
    for day in range(3, 20):
        world.add_session(at(day))
    world.settle()
    for event in world.phone.events():
        world.phone.delete(event.uid)
    world.sync()
    assert world.link().state is LinkState.SUSPENDED
    assert world.link().state_reason == "MASS_CHANGE"
    assert world.judged() == []


def test_a_copy_becomes_an_other_event(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    copy = replace(world.phone.only(), uid="copy-1")
    assert copy.master is not None
    world.phone.add(replace(copy, master=copy.master.starting(at(12))))
    world.settle()
    assert world.judged() == [("E18", "APPLIED", "COPY_IS_NOT_BOOKING")]
    titles = sorted(e.master.summary for e in world.phone.events() if e.master)
    assert titles == ["Copied event", "Session C-100"]


def test_foreign_lines_survive_our_push(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    event = world.phone.only()
    body = world.phone.item(event.uid).body
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
    world.phone.write_raw(
        event.uid, body.replace(b"END:VEVENT", b"X-FOO;A=b:1\\,2\r\n" + alarm + b"END:VEVENT")
    )
    world.settle()
    with world.session(session_id) as session:
        session.move(Span(start=at(10, 16), end=at(10, 17), tz=ADELAIDE))
    world.settle()
    stored = world.phone.item(event.uid).body
    assert b"X-FOO;A=b:1\\,2\r\n" + alarm in stored
    assert world.judged() == []


def test_a_cancelled_session_is_marked_and_its_deletion_dismisses_it(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    with world.session(session_id) as session:
        act = world.act()
        session.cancel(
            cancellation(
                act, by=CancelledBy.WORKER, reason=world.reasons[CancelledBy.WORKER], advised_at=act.now
            )
        )
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert (event.master.status, event.master.transparent) == ("CANCELLED", True)
    assert event.master.summary == "Cancelled – Session C-100"
    world.phone.delete(event.uid)
    world.settle()
    assert world.phone.items() == []


def test_an_event_of_ours_that_came_back_broken_is_quarantined_and_the_rest_goes_on(world: World) -> None:
    world.add_session(at(3))
    world.settle()
    (written,) = world.phone.items()
    broken = re.sub(rb"UID:[^\r]+", b"UID:other", written.body).replace(
        b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\nDTSTART:soon"
    )
    world.calendar.create("/calendar/0f2f1c1e-5a52-4f0e-9a61-0a52d1f5c0de.ics", broken)
    world.phone.add(dentist("dentist", at(4)))
    report = world.sync()
    assert report.ok
    assert report.counts["quarantined"] == 1
    assert report.counts["judged.apply"] == 1


def test_a_bad_item_is_quarantined_and_the_rest_goes_on(world: World) -> None:
    world.phone.add_raw(
        "bad",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:bad\r\nDTSTART:2026\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    )
    world.phone.add(dentist("good", at(11)))
    report = world.sync()
    assert report.ok
    assert len(world.all_sessions()) == 1
    assert report.counts["quarantined"] == 1
    world.settle()


def test_reconcile_changes_nothing_when_all_is_well(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.add_session(at(10, 15))
    world.phone.add(dentist("d", at(11)))
    world.settle()
    report = world.sync("reconcile")
    assert report.ok
    assert report.lines == ()


def test_plan_shows_and_writes_nothing(world: World) -> None:
    world.add_session(at(10))
    world.phone.add(dentist("d", at(11)))
    before = dict(world.server.items)
    report = world.runner.plan(world.link_id)
    assert [line.action for line in report.lines] == ["judged", "create"]
    assert world.server.items == before
    assert len(world.all_sessions()) == 1
    assert world.history() == []


def test_a_site_with_a_new_name_is_shown_by_it(world: World) -> None:
    """Not by the session's next change, nor at the next reconciliation: by the next run."""
    with world.sessions.begin() as db:
        db.scalars(select(CalendarLink)).one().privacy_level = "initials"
    world.add_session(at(10))
    world.add_series(at(11), "FREQ=WEEKLY;COUNT=3")
    world.settle()
    with world.sessions.begin() as db:
        db.scalars(select(Site)).one().name = "Norwood"
    report = world.sync()
    assert report.counts["replace"] == 2
    assert {event.master.location for event in world.phone.events() if event.master} == {"Norwood"}


def test_what_is_past_is_left_to_the_reconciliation(world: World) -> None:
    world.add_session(at(3))
    world.clock.advance(days=8)
    world.settle()
    with world.sessions.begin() as db:
        db.scalars(select(Site)).one().code = "NOR"
    assert world.sync().lines == ()
