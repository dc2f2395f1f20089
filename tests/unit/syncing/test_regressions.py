"""What once went wrong between the two sides, each as the shortest story that shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from adapters.diary import answering, cancelling, changing
from model.cancellation import CancelledBy
from model.details import Kind, Source, Status
from model.errors import DomainError
from model.link import EventMapping, MappingState
from model.moment import key
from model.people import Worker
from model.recurrence import Rule
from model.series import Scope, SeriesWorker
from sync.disclosure import WAITING_LINE
from sync.event import Event
from tests.doubles.remote import InMemoryServer, unwatched
from tests.world import ADELAIDE, World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"


def test_a_whole_series_moved_there_moves_here(world: World) -> None:
    """It was taken for a change of zone, and quietly put back."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    world.phone.move(world.phone.only().uid, at(4, 14))
    world.settle()
    assert world.judged() == [("E2", "APPLIED", "")]
    starts = sorted(s.span.start for s in world.all_sessions())
    assert starts[:2] == [at(4, 14), at(11, 14)]
    assert len(starts) == 8


def test_a_series_that_began_already_is_moved_from_what_is_to_come(world: World) -> None:
    """Its first start lies in the past, and so the whole was held as moved into the past."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    world.clock.advance(days=8)
    world.phone.move(world.phone.only().uid, at(3, 14))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]
    starts = sorted(s.span.start for s in world.all_sessions())
    assert starts[:4] == [at(3), at(10), at(17, 14), at(24, 14)]


def test_an_occurrence_written_out_goes_along_with_its_series(world: World) -> None:
    """A phone wrote an override that said what the rule says; our next change passed it by."""
    world.add_series(at(10), WEEKLY)
    world.settle()
    event = world.phone.only()
    stands = event.occurrence(key(at(17)))
    assert stands is not None
    world.phone.write(replace(event, overrides={key(at(17)): stands}))
    world.settle()
    first = world.all_sessions()[0]
    to = changing.Move(start="2026-03-10 10:00", minutes=30)
    changing.move(world.sessions, world.act(), str(first.id), to, Scope.ALL_IN_SERIES)
    world.settle()
    shown = world.phone.only().occurrence(key(at(17)))
    assert shown is not None
    assert shown.end == at(17, 10, 30)
    assert world.judged() == []


def test_range_from_a_date_that_was_added_is_put_back(world: World) -> None:
    """Counting on from there gave a rule of no occurrences, and ended every run."""
    event = dentist("own", at(9))
    event = replace(event, rule=Rule.parse("FREQ=DAILY;COUNT=2", at(9)), rdates=frozenset({key(at(20))}))
    world.phone.add(event)
    world.settle()
    body = world.phone.item("own").body
    lines = (
        "BEGIN:VEVENT", "UID:own", "DTSTAMP:20260302T000000Z",
        f"RECURRENCE-ID;RANGE=THISANDFUTURE:{key(at(20)):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{key(at(20, 12)):%Y%m%dT%H%M%SZ}", f"DTEND:{key(at(20, 13)):%Y%m%dT%H%M%SZ}",
        "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    world.phone.write_raw("own", body.replace(b"END:VCALENDAR", "\r\n".join(lines).encode()))
    world.settle()
    assert not world.phone.only().following
    assert len(world.all_sessions()) == 3


def test_i11_a_date_before_the_first_start_of_an_own_series_takes_time_too(world: World) -> None:
    """A series was taken to begin with its first start, and the date before it was free."""
    event = dentist("own", at(9))
    early = replace(event, rule=Rule.parse("FREQ=DAILY;COUNT=2", at(9)), rdates=frozenset({key(at(5))}))
    world.phone.add(early)
    world.settle()
    assert sorted(session.span.start for session in world.all_sessions()) == [at(5), at(9), at(10)]
    later = replace(early, master=replace(early.master, start=at(9, 11), end=at(9, 12)))  # type: ignore[type-var]
    world.phone.write(later)
    world.settle()
    starts = sorted(session.span.start for session in world.all_sessions())
    assert starts == [at(5), at(9, 11), at(10, 11)]
    assert world.phone.only() == later


def test_what_is_deleted_here_is_deleted_there(world: World) -> None:
    """Nothing looked at a mapping again whose session was gone."""
    single = world.add_session(at(10), kind=Kind.OTHER_EVENT, subject="Dentist")
    world.phone.add(dentist("own", at(11)))
    world.settle()
    (own,) = (s.id for s in world.all_sessions() if s.id != single)
    for session_id in (single, own):
        cancelling.delete(world.sessions, world.act(), str(session_id), None)
    world.settle()
    assert world.phone.items() == []
    assert world.mappings() == []


def test_a_deletion_here_wins_over_an_edit_there(world: World) -> None:
    session_id = world.add_session(at(10), kind=Kind.OTHER_EVENT, subject="Dentist")
    world.settle()
    world.phone.edit(world.phone.only().uid, summary="Optician")
    cancelling.delete(world.sessions, world.act(), str(session_id), None)
    world.settle()
    assert world.phone.items() == []


def test_a_date_added_to_a_series_is_judged(world: World) -> None:
    """An RDATE beside an unchanged RRULE was put back without a word."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    event = world.phone.only()
    world.phone.write(replace(event, rdates=event.rdates | {key(at(5))}))
    world.settle()
    assert world.judged() == [("E14", "HELD", "RECURRENCE_CHANGE")]
    assert world.phone.only().rdates == frozenset()


def test_an_occurrence_beyond_what_was_made_keeps_its_place(world: World) -> None:
    """Rows made during a run had no site yet: projecting them failed, or left the location out."""
    world.add_series(at(3), "FREQ=WEEKLY;BYDAY=TU")
    world.settle()
    far = at(3) + timedelta(weeks=60)
    world.phone.delete_occurrence(world.phone.only().uid, far)
    world.settle()
    assert world.judged() == [("E4", "HELD", "CLIENT_BOOKING_DELETE")]
    restored = world.phone.only().occurrence(key(far))
    assert restored is not None
    assert restored.location == "ADL1"


# --- a series that was cut there, and is not decided yet ----------------------------------------------------


def cut(world: World) -> Event:
    """End the series in the calendar, and return what it was."""
    old = world.phone.only()
    assert old.rule is not None
    world.phone.write(replace(old, rule=old.rule.ending(datetime(2026, 3, 30, 12, tzinfo=UTC))))
    return old


def test_a_cut_that_is_taken_back_loses_nothing_of_ours(world: World) -> None:
    """What changed here while the cut was undecided was taken for pushed."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = cut(world)
    second = world.all_sessions()[1]
    to = changing.Move(start="2026-03-10 15:00")
    changing.move(world.sessions, world.act(), str(second.id), to, Scope.THIS_ONLY)
    world.sync()
    world.phone.write(replace(world.phone.only(), rule=old.rule))
    world.settle()
    shown = world.phone.only().occurrence(key(at(10)))
    assert shown is not None
    assert shown.start == at(10, 15)
    assert world.judged() == []


def test_the_tail_of_a_cut_series_may_come_with_the_next_pull(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = cut(world)
    assert old.master is not None
    world.sync()
    start = at(1, 9, month=4)
    master = replace(old.master.starting(start), marks={})
    world.phone.add(Event(uid="tail", master=master, rule=Rule.parse("FREQ=WEEKLY;COUNT=4", start)))
    world.settle()
    assert world.judged() == [("E6", "APPLIED", "")]
    assert len(world.phone.items()) == 2


def test_a_split_that_is_held_leaves_nothing_behind(world: World) -> None:
    world.add_series(at(3), WEEKLY)
    world.settle()
    old = cut(world)
    assert old.master is not None
    start = at(1, 9, month=4)
    tail = Event(uid="tail", master=old.master.starting(start), rule=Rule.parse("FREQ=WEEKLY;COUNT=9", start))
    world.phone.add(tail)
    world.settle()
    assert world.judged() == [("E6", "HELD", "RECURRENCE_CHANGE")]
    assert world.phone.only().rule == old.rule


# --- cancelled, dismissed, answered -------------------------------------------------------------------------


def cancel(
    world: World, which: int, scope: Scope, *, by: CancelledBy = CancelledBy.PROVIDER, **who: str
) -> None:
    session = sorted(world.all_sessions(), key=lambda s: s.starts_at)[which]
    how = cancelling.Cancel(by=by, reason=by.lower(), advised="2026-03-01 08:00", **who)
    cancelling.cancel(world.sessions, world.act(), str(session.id), how, scope)


def test_002_09_a_grey_series_deleted_there_does_not_come_back(world: World) -> None:
    """Only its last occurrence was dismissed, and the others were shown again."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    cancel(world, 0, Scope.ALL_IN_SERIES)
    world.settle()
    world.phone.delete(world.phone.only().uid)
    world.settle()
    assert world.phone.items() == []


def test_a_worker_who_leaves_a_series_still_sees_what_was_theirs(world: World) -> None:
    """The series was no longer looked at for a worker who cancelled the rest of it."""
    series_id = world.add_series(at(3), WEEKLY)
    with world.sessions.begin() as db:
        tom = Worker(id=world.new_id(), ref="tom", name="Tom Nguyen", tz=ADELAIDE.key)
        db.add(tom)
    with world.series(series_id) as series:
        series.workers.append(SeriesWorker(worker_id=tom.id, worker=tom))
        for occurrence in series.occurrences:
            occurrence.add_worker(tom, world.act())
    world.settle()
    cancel(world, 4, Scope.THIS_AND_FOLLOWING, by=CancelledBy.WORKER, worker="priya")
    world.settle()
    shown = [world.phone.only().occurrence(key(day)) for day in (at(3), at(31))]
    assert [component.status for component in shown if component] == ["CONFIRMED", "CANCELLED"]


def test_of_a_draft_series_only_what_is_rostered_is_shown(world: World) -> None:
    """Beyond the rows made so far, an open rule showed the drafts to come."""
    world.add_series(at(3), "FREQ=WEEKLY", status=Status.DRAFT)
    world.settle()
    assert world.phone.items() == []
    third = sorted(world.all_sessions(), key=lambda s: s.starts_at)[2]
    changing.roster(world.sessions, world.act(), str(third.id), Scope.THIS_ONLY)
    world.settle()
    event = world.phone.only()
    assert event.rule is not None
    assert event.rule.until == key(at(17))
    assert event.occurrence(key(at(17))) is not None
    assert event.exdates == {key(at(3)), key(at(10))}


def test_a_change_answered_while_its_event_is_sent_loses_its_line(world: World) -> None:
    """The answer marked the mapping, and settling the write took the mark away."""
    world.add_session(at(10))
    world.settle()
    world.phone.delete(world.phone.only().uid)

    def answer(request: str) -> None:
        if request == "before PUT" and world.changes()[0].state == "HELD":
            answering.dismiss(world.sessions, world.act(), world.changes()[0].ref)

    world.server.watch = answer
    world.settle()
    master = world.phone.only().master
    assert master is not None
    assert master.description == ""


def test_a_session_deleted_again_and_again_is_held_once(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    for _ in range(3):
        world.phone.delete(world.phone.only().uid)
        world.settle()
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]


def test_a_session_deleted_in_a_series_that_may_not_move_is_the_one_that_is_held(world: World) -> None:
    """It was named by the place that the series was not brought to: confirming cancelled the first of all."""
    world.add_series(at(3), WEEKLY, source=Source.ROSTER)
    world.settle()
    moved = world.phone.only().moved_by(at(3, 14))
    world.phone.write(replace(moved, exdates=frozenset({key(at(17, 14))})))
    world.settle()
    assert sorted(world.judged()) == [
        ("E1", "HELD", "ROSTER_SESSION"), ("E4", "HELD", "CLIENT_BOOKING_DELETE"),
    ]  # fmt: skip
    answer_by_provider(world, "E4")
    assert [s.span.start for s in world.all_sessions() if s.status is Status.CANCELLED] == [at(17)]


def test_a_session_deleted_in_a_series_that_moved_is_held_where_it_is_now(world: World) -> None:
    """What lies behind stays, the rest became a series of its own, and the session was looked for in the old one."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    world.clock.advance(days=8)
    moved = world.phone.only().moved_by(at(3, 14))
    world.phone.write(replace(moved, exdates=frozenset({key(at(24, 14))})))
    world.settle()
    assert sorted(world.judged()) == [("E1", "APPLIED", ""), ("E4", "HELD", "CLIENT_BOOKING_DELETE")]
    answer_by_provider(world, "E4")
    assert [s.span.start for s in world.all_sessions() if s.status is Status.CANCELLED] == [at(24, 14)]


def test_a_held_deletion_that_names_nothing_here_touches_nothing(world: World) -> None:
    """Of a series that moved, one that lies behind was deleted: confirming cancelled the next one to come."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    world.clock.advance(days=8)
    moved = world.phone.only().moved_by(at(3, 14))
    world.phone.write(replace(moved, exdates=frozenset({key(at(10, 14))})))
    world.settle()
    with pytest.raises(DomainError, match="no such occurrence here"):
        answer_by_provider(world, "E4")
    assert all(s.status is Status.ROSTERED for s in world.all_sessions())


def answer_by_provider(world: World, code: str) -> None:
    (held,) = [c for c in world.changes() if c.code == code]
    how = answering.Answer(by=CancelledBy.PROVIDER, advised="2026-03-01 08:00", reason="provider")
    answering.confirm(world.sessions, world.act(), held.ref, how)


# --- UIDs ---------------------------------------------------------------------------------------------------


def test_a_uid_that_the_account_holds_elsewhere_is_replaced(world: World) -> None:
    world.add_session(at(10))
    world.server.uids_held_elsewhere = 1
    world.settle()
    assert len(world.phone.items()) == 1
    assert len(world.mappings()) == 1
    world.phone.move(world.phone.only().uid, at(11))
    world.settle()
    assert world.judged() == [("E2", "APPLIED", "")]


def test_a_twin_takes_the_place_of_what_it_doubles(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    (item,) = world.phone.items()
    path = f"{world.server.path}twin.ics"
    world.server.items[path] = replace(item, href=path, etag=world.server.note(path))
    world.sync()
    assert len(world.mappings()) == 1
    del world.server.items[item.href]
    world.server.note(item.href)
    world.settle()
    assert [event.uid for event in world.phone.events()] == [m.uid for m in world.mappings()]
    report = world.sync("reconcile")
    assert (report.lines, report.counts.get("fetched", 0)) == ((), 0)


def test_an_own_event_that_is_brought_back_is_there_again(world: World) -> None:
    """Its UID was that of a deleted event, and so it was set aside for ever."""
    own = dentist("own", at(10))
    world.phone.add(own)
    world.settle()
    world.phone.delete("own")
    world.settle()
    assert world.all_sessions() == []
    world.phone.add(own)
    world.settle()
    assert [s.span.start for s in world.all_sessions()] == [at(10)]
    assert [m.uid for m in world.mappings()] == ["own"]


def test_an_event_of_ours_that_its_owner_deleted_and_brings_back_is_theirs(world: World) -> None:
    """It carries our marks, and so it was set aside for ever."""
    world.add_session(at(10), kind=Kind.OTHER_EVENT, subject="Staff meeting")
    world.settle()
    event = world.phone.only()
    world.phone.delete(event.uid)
    world.settle()
    world.phone.add(event)
    world.settle()
    assert [s.subject for s in world.all_sessions()] == ["Staff meeting"]
    assert sorted(code for code, _, _ in world.judged()) == ["E17", "E5"]


def test_e18_a_cancelled_session_that_is_written_again_is_no_booking(database_url: str) -> None:
    """It has a UID of ours, and so it was set aside for ever: there in the calendar, and nowhere here."""
    world = World(database_url, display="remove")
    world.add_session(at(10))
    world.settle()
    event = world.phone.only()
    cancel(world, 0, Scope.THIS_ONLY)
    world.settle()
    assert world.phone.items() == []
    world.phone.add(event)
    world.settle()
    copy = next(s for s in world.all_sessions() if s.kind is Kind.OTHER_EVENT)
    assert (copy.subject, world.phone.only().uid) == ("Copied event", event.uid)
    assert ("E18", "APPLIED", "COPY_IS_NOT_BOOKING") in world.judged()
    world.close()


def test_an_own_event_deleted_here_is_not_brought_back_by_a_stale_listing(world: World) -> None:
    world.phone.add(dentist("own", at(10)))
    world.settle()
    (item,) = world.phone.items()
    cancelling.delete(world.sessions, world.act(), str(world.all_sessions()[0].id), None)
    world.settle()
    world.server.items[item.href] = item
    world.server.note(item.href)
    world.settle()
    assert world.all_sessions() == []


@pytest.mark.parametrize("rule", ["", "FREQ=WEEKLY;COUNT=3"])
def test_e18_a_copy_whose_marks_the_server_dropped_gets_its_own_title(world: World, rule: str) -> None:
    """It was known by its title, and then left standing under it: both sides disagreed for good."""
    world.add_session(at(10))
    world.settle()
    master = world.phone.only().master
    assert master is not None
    copy = replace(master.starting(at(11)), marks={})
    parsed = Rule.parse(rule, at(11)) if rule else None
    world.phone.add(Event(uid="copy", master=copy, rule=parsed))
    world.settle()
    shown = {event.uid: event.master.summary for event in world.phone.events() if event.master}
    assert shown["copy"] == "Copied event"


def test_nothing_of_a_deleted_event_is_kept(world: World) -> None:
    world.phone.add(dentist("own", at(10)))
    world.settle()
    world.phone.delete("own")
    world.settle()
    with world.sessions() as db:
        (buried,) = db.scalars(select(EventMapping)).all()
    assert (buried.state, buried.base_ical, buried.pushed_ical) == (MappingState.TOMBSTONE, None, None)


def test_a_split_that_the_model_refuses_waits(world: World) -> None:
    """Of a weekly series that goes on monthly, bookings would be dropped: every run ended with an error."""
    world.add_series(at(3), "FREQ=WEEKLY;BYDAY=TU")
    world.settle()
    old = cut(world)
    assert old.master is not None
    start = at(31, 9)
    world.phone.add(
        Event(uid="tail", master=old.master.starting(start), rule=Rule.parse("FREQ=MONTHLY", start))
    )
    made = len(world.all_sessions())
    world.settle()
    assert world.judged()[0] == ("E6", "HELD", "RECURRENCE_CHANGE")
    assert world.phone.only().rule == old.rule
    assert len(world.all_sessions()) == made


def test_a_refused_write_is_tried_again_at_the_reconciliation(world: World) -> None:
    world.add_session(at(10))
    world.server.refuses_writes = True
    world.sync()
    assert world.sync().lines == ()
    world.server.refuses_writes = False
    world.sync("reconcile")
    assert len(world.phone.items()) == 1


# --- a series in another kind of time, or another zone -------------------------------------------------------


def of_days(event: Event) -> Event:
    """The same series as an app writes it that makes it all-day: its exceptions are gone."""
    assert event.master is not None
    first = event.master.start.date()  # type: ignore[union-attr]
    master = replace(event.master, start=first, end=first + timedelta(days=1))
    rule = event.rule
    if rule is not None and isinstance(rule.until, datetime):
        rule = rule.ending(rule.until.date())
    return replace(event, master=master, rule=rule, overrides={}, exdates=frozenset())


def test_an_own_series_made_all_day_leaves_its_exceptions_behind(world: World) -> None:
    """An override kept its name, a time, which no day of the new series has; and DTEND kept its time."""
    own = replace(dentist("own", at(9)), rule=Rule.parse("FREQ=WEEKLY;COUNT=3", at(9)))
    world.phone.add(own)
    world.settle()
    world.phone.move_occurrence("own", at(16), at(17, 15))
    world.settle()
    world.phone.write(of_days(world.phone.only()))
    world.settle()
    days = [at(day).date() for day in (9, 16, 23)]
    assert sorted(s.span.start for s in world.all_sessions()) == days
    assert world.phone.only().overrides == {}
    assert b"DTEND;VALUE=DATE:20260310" in world.phone.items()[0].body


def test_e11_of_a_series_says_it_all(world: World) -> None:
    """Exceptions that an all-day series cannot have were held as deletions, its UNTIL as another rule."""
    world.add_series(at(3), "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260430T135959Z")
    world.settle()
    world.phone.move_occurrence(world.phone.only().uid, at(17), at(18))
    world.settle()
    before = world.phone.only()
    world.phone.write(of_days(before))
    world.settle()
    assert world.phone.only() == before
    assert sorted(world.judged()) == [("E11", "REFUSED", "ALL_DAY_NOT_ALLOWED"), ("E2", "APPLIED", "")]


def test_e20_exceptions_keep_their_names_in_another_zone(database_url: str) -> None:
    """They were shifted by the distance of the two wall clocks: a cancelled one seemed to be added again."""
    world = World(database_url, display="remove")
    world.add_series(at(3), WEEKLY)
    cancel(world, 2, Scope.THIS_ONLY)
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    master = event.master.starting(at(3).astimezone(ZoneInfo("Asia/Tokyo")))
    world.phone.write(replace(event, master=master))
    world.settle()
    assert world.judged() == [("E20", "REFUSED", "ZONE_OWNED")]
    assert world.phone.only() == event
    world.close()


def test_a_single_event_that_begins_to_repeat_elsewhere_repeats_there(world: World) -> None:
    """A new rule and another zone in one write: the zone was taken for a spelling, as for a single event."""
    world.phone.add(dentist("own", at(9)))
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    start = at(9).astimezone(ZoneInfo("Europe/London"))
    master = event.master.starting(start)
    world.phone.write(replace(event, master=master, rule=Rule.parse("FREQ=WEEKLY;COUNT=5", start)))
    world.settle()
    london = [start + timedelta(weeks=n) for n in range(5)]  # summer time comes on 29 March
    assert sorted(s.starts_at for s in world.all_sessions()) == london


def test_an_override_that_was_left_out_does_not_follow_its_series(world: World) -> None:
    """A phone left out an override that said what its series said: answering another change took its line away."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    event = world.phone.only()
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=TU;COUNT=9", at(3))
    world.phone.write(replace(event, rule=rule, exdates=event.exdates | {key(at(10))}))
    world.settle()
    world.phone.write(replace(world.phone.only(), overrides={}))
    world.settle()
    more = next(c for c in world.changes() if c.code == "E14")
    answering.dismiss(world.sessions, world.act(), more.ref)
    world.settle()
    lines = [world.phone.only().occurrence(key(at(day))) for day in (3, 10)]
    assert [shown.description for shown in lines if shown] == ["", WAITING_LINE]


def test_a_series_that_was_made_single_in_utc_repeats_in_its_own_zone_again(world: World) -> None:
    """To a single event UTC was only another spelling; with the rule put back, it stood an hour off in April."""
    world.add_series(at(3), WEEKLY)
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    start, end = (moment.astimezone(UTC) for moment in (at(3), at(3, 11)))
    world.phone.write(replace(event, rule=None, master=replace(event.master, start=start, end=end)))
    world.settle()
    assert world.judged() == [("E14", "HELD", "RECURRENCE_CHANGE")]
    (item,) = world.phone.items()
    assert b"DTSTART;TZID=Australia/Adelaide:20260303T100000\r\n" in item.body
    assert b"DTEND;TZID=Australia/Adelaide:20260303T110000\r\n" in item.body


# --- edits between a write and its reading back ---------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False], ids=["an ETag was named", "none was named"])
def test_an_edit_before_our_write_is_read_back_is_judged(database_url: str, *, named: bool) -> None:
    """What was read back was taken for the stored form of what we wrote, and the edit for the server's doing."""
    server = InMemoryServer(rewrites=lambda body: body, etag_on_put=named)
    world = World(database_url, server=server)
    world.add_session(at(10))

    def edit(request: str) -> None:
        if request == "after a write":
            server.watch = unwatched
            world.phone.move(world.phone.only().uid, at(11, 15))

    server.watch = edit
    world.settle()
    assert world.judged() == [("E2", "APPLIED", "")]
    assert [s.starts_at for s in world.all_sessions()] == [at(11, 15)]
    world.close()
