"""Ways in which such engines fail in the field, by their ids in FAILURES 3, where both sides are needed to see it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.built import BUILT
from adapters.diary.busy import busy_time
from adapters.runner import Busy
from model.details import Kind, ShowAs, Status
from model.link import CalendarLink, LinkState, MappingState
from model.moment import Span, key
from model.people import Worker
from model.recurrence import Rule
from sync.errors import CalendarMissing
from sync.event import Event
from sync.ports import Fetched, Item, Look, Missing, Position
from sync.settings import PrivacySettings, Settings
from tests.doubles.remote import InMemoryCalendar, uid_of
from tests.world import ADELAIDE, World, dentist


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ADELAIDE)


def starts_there(world: World) -> list[datetime]:
    return sorted(event.master.start for event in world.phone.events() if event.master)  # type: ignore[misc]


def move(world: World, session_id: object, start: datetime) -> None:
    with world.session(session_id) as session:  # type: ignore[arg-type]
        session.move(Span(start=start, end=start + timedelta(hours=1), tz=ADELAIDE))


# --- A, B: the server ---------------------------------------------------------------------------------------


def test_a9_a_calendar_that_is_gone_freezes_the_link_and_keeps_everything(world: World) -> None:
    world.add_session(at(10))
    world.phone.add(dentist("own", at(11)))
    world.settle()
    world.server.vanish()
    report = world.sync()
    assert isinstance(report.error, CalendarMissing)
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "CALENDAR_MISSING")
    assert len(world.all_sessions()) == 2
    assert {m.state for m in world.mappings()} == {MappingState.SYNCED}


def test_a10_an_item_that_moved_before_our_write_is_found_by_its_uid(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    (item,) = world.phone.items()
    move(world, session_id, at(10, 16))

    def watch(request: str) -> None:
        if request == "before PUT" and item.href in world.server.items:
            world.server.relocate(item.href, f"{world.server.path}elsewhere.ics")

    world.server.watch = watch
    world.settle()
    assert starts_there(world) == [at(10, 16)]
    assert world.judged() == []


def test_b5_another_etag_without_another_content_is_no_change(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    (item,) = world.phone.items()
    world.server.items[item.href] = Item(href=item.href, etag=world.server.note(item.href), body=item.body)
    writes = len(world.server.history)
    assert world.sync().lines == ()
    assert len(world.server.history) == writes


def test_b7_without_an_etag_nothing_is_overwritten(world: World) -> None:
    """Not until a look brings one: what stands there may be somebody's edit."""
    session_id = world.add_session(at(10))
    world.settle()
    (item,) = world.phone.items()
    world.server.items[item.href] = replace(item, etag=None)
    world.server.note(item.href)
    move(world, session_id, at(10, 16))
    world.sync()
    assert starts_there(world) == [at(10)]
    world.server.items[item.href] = replace(item, etag=world.server.note(item.href))
    world.settle()
    assert starts_there(world) == [at(10, 16)]


def test_b12_a_deletion_that_no_report_names_is_found_by_the_reconciliation(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    world.server.items.clear()  # and nothing in the history that tokens are answered from
    assert world.sync().lines == ()
    world.sync("reconcile")
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    assert starts_there(world) == [at(10)]


def test_b25_a_uid_that_the_trash_bin_keeps_is_not_used_again(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    old = world.phone.only().uid
    world.phone.delete(old)
    world.server.uids_held_elsewhere = 1
    world.settle()
    assert starts_there(world) == [at(10)]
    assert world.phone.only().uid != old
    assert world.sync("reconcile").lines == ()


def test_b32_what_is_ours_is_changed_in_place_and_invites_nobody(world: World) -> None:
    session_id = world.add_session(at(10), clients=2)
    world.settle()
    (before,) = world.phone.items()
    move(world, session_id, at(10, 16))
    world.settle()
    (after,) = world.phone.items()
    assert after.href == before.href
    assert uid_of(after.body) == uid_of(before.body)
    assert world.server.history == [before.href, before.href]
    assert b"ATTENDEE" not in after.body
    assert b"ORGANIZER" not in after.body


class Haunted(InMemoryCalendar):
    """A server that lists what it does not hand out; `stale` gives what it does hold an ETag of no use."""

    def look(self, position: Position | None) -> Look:
        look = super().look(position)
        ghosts = {f"{self.server.path}ghost.ics": '"ghost"', **dict.fromkeys(self.server.items, '"stale"')}
        return replace(look, etags={**look.etags, **ghosts})

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        yield from (Missing(href=href, certain=True) for href in hrefs)


def test_b35_what_is_listed_and_cannot_be_had_is_neither_new_nor_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_session(at(10))
    world.settle()
    monkeypatch.setattr("tests.world.InMemoryCalendar", Haunted)
    report = world.sync()
    assert report.ok
    assert (report.lines, world.judged()) == ((), [])
    assert len(world.all_sessions()) == 1
    assert {m.state for m in world.mappings()} == {MappingState.SYNCED}


def test_b36_a_server_that_gives_our_events_other_uids_gets_no_second_one(world: World) -> None:
    def renamed(body: bytes) -> bytes:
        return body.replace(b"UID:" + (uid_of(body) or "").encode(), b"UID:theirs")

    world.server.rewrites = renamed
    world.add_session(at(10))
    for job in ("sync", "sync", "reconcile", "sync"):
        world.sync(job)
    assert starts_there(world) == [at(10)]
    world.phone.move("theirs", at(10, 14))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]
    assert starts_there(world) == [at(10, 14)]
    assert len(world.all_sessions()) == 1


# --- C, D: data and time ------------------------------------------------------------------------------------


def test_c2_another_uid_at_a_known_address_is_set_aside_and_reported(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    (item,) = world.phone.items()
    uid = (uid_of(item.body) or "").encode()
    world.server.items[item.href] = Item(
        href=item.href, etag=world.server.note(item.href), body=item.body.replace(uid, b"another")
    )
    report = world.sync()
    assert [(line.action, line.reason) for line in report.lines] == [("quarantined", "UID_CHANGED")]
    assert len(world.all_sessions()) == 1


@pytest.mark.parametrize("uid", ["../../etc/passwd", "Körper/ärztin", "x" * 900])
def test_c3_a_uid_of_any_kind_is_a_name_and_nothing_else(world: World, uid: str) -> None:
    world.phone.add_raw("odd", world.codec.write(dentist(uid, at(11)), now=world.clock.now()))
    world.settle()
    (session,) = world.all_sessions()
    move(world, session.id, at(11, 15))
    world.settle()
    assert starts_there(world) == [at(11, 15)]
    assert [item.href for item in world.phone.items()] == [f"{world.server.path}odd.ics"]


def test_c6_an_occurrence_moved_far_away_counts_where_it_is_now(world: World) -> None:
    """Its own start is long past, and its series too; the occurrence is not."""
    begin = at(4, 13).replace(year=2025)
    event = dentist("own", begin)
    assert event.master is not None
    moved = {key(begin + timedelta(days=7)): event.master.starting(at(11, 13))}
    world.phone.add(replace(event, rule=Rule.parse("FREQ=WEEKLY;COUNT=3", begin), overrides=moved))
    world.settle()
    assert [s.span.start for s in world.all_sessions()] == [at(11, 13)]


def test_c20_from_midnight_to_midnight_is_a_time_and_not_a_day(world: World) -> None:
    world.phone.add(dentist("own", at(11, 0), minutes=24 * 60))
    world.settle()
    (session,) = world.all_sessions()
    assert (session.all_day, session.span.start) == (False, at(11, 0))
    move(world, session.id, at(12, 0))
    world.settle()
    assert b"VALUE=DATE:" not in world.phone.items()[0].body
    assert starts_there(world) == [at(12, 0)]


def test_c33_what_is_cancelled_there_blocks_nothing(world: World) -> None:
    world.phone.add(dentist("own", at(11), status="CANCELLED"))
    world.phone.add(dentist("other", at(12)))
    world.settle()
    blocks = busy_time(world.sessions, "priya", "2026-03-01", "2026-03-30").blocks
    assert [block.start for block in blocks] == [at(12).astimezone(UTC)]


@pytest.mark.parametrize("year", ["1999", "2099"])
def test_d5_no_clock_of_the_servers_decides_who_wins(world: World, year: str) -> None:
    """FAILURES D6, too: an edit is seen by its ETag and its meaning, whatever LAST-MODIFIED says."""
    session_id = world.add_session(at(10))
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    world.phone.move(event.uid, at(10, 8))
    (item,) = world.phone.items()
    body = item.body.replace(b"LAST-MODIFIED:2026", b"LAST-MODIFIED:" + year.encode())
    world.phone.write_raw(event.uid, body)
    move(world, session_id, at(10, 16))
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "STALE_BASE")]
    assert starts_there(world) == [at(10, 16)]


def test_d9_the_window_is_of_instants_and_includes_its_edges(world: World) -> None:
    now, sync = world.clock.now(), world.settings.sync
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    first, last = now - timedelta(days=sync.past_days) - hour, now + timedelta(days=sync.future_days)
    for start in (first, first - second, last, last + second):
        world.add_session(start.astimezone(ADELAIDE))
    world.settle()
    assert starts_there(world) == [first, last]


# --- E, F: the engine ---------------------------------------------------------------------------------------


def test_e7_what_leaves_the_window_stays_where_it_is(world: World) -> None:
    world.add_session(at(10))
    world.phone.add(dentist("own", at(11)))
    world.settle()
    there = dict(world.server.items)
    world.clock.advance(days=400)
    for job in ("reconcile", "sync"):
        assert world.sync(job).lines == ()
    assert world.server.items == there
    assert len(world.all_sessions()) == 2


def test_e13_what_is_changed_here_while_it_is_sent_is_sent_again(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    move(world, session_id, at(10, 12))
    moved = []

    def watch(request: str) -> None:
        if request == "before PUT" and not moved:
            moved.append(request)
            move(world, session_id, at(10, 16))

    world.server.watch = watch
    world.settle()
    assert starts_there(world) == [at(10, 16)]


def test_e18_one_occurrence_moved_here_is_an_override_of_the_same_uid(world: World) -> None:
    series_id = world.add_series(at(3), "FREQ=WEEKLY;BYDAY=TU;COUNT=4")
    world.settle()
    with world.series(series_id) as series:
        series.occurrences[1].move(Span(start=at(11, 15), end=at(11, 16), tz=ADELAIDE))
    world.settle()
    event = world.phone.only()
    assert {rid: c.start for rid, c in event.overrides.items()} == {key(at(10)): at(11, 15)}


def test_f2_another_calendar_at_the_same_address_deletes_nothing_here(world: World) -> None:
    for day in range(3, 20):
        world.add_session(at(day))
    world.settle()
    world.server.items.clear()
    world.server.history.clear()
    world.server.forget_tokens()
    world.sync()
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "MASS_CHANGE")
    assert {s.status for s in world.all_sessions()} == {Status.ROSTERED}


def test_f7_what_the_practitioner_may_write_on_our_event_stays_and_the_rest_is_put_back(world: World) -> None:
    world.add_session(at(10))
    world.settle()
    before = world.phone.only().master
    assert before is not None
    world.phone.edit(world.phone.only().uid, summary="Mine", description="bring the ball")
    world.settle()
    after = world.phone.only().master
    assert after is not None
    assert (after.summary, after.description) == (before.summary, "bring the ball")


def test_h1_a_level_with_names_needs_an_attestation(database_url: str) -> None:
    settings = replace(Settings(), privacy=PrivacySettings(maximum="full_name"))
    world = World(database_url, level="full_name", settings=settings)
    world.add_session(at(10))
    world.settle()
    assert b"SUMMARY:Session NH\r\n" in world.phone.items()[0].body
    world.close()


# --- E-codes that need both sides ---------------------------------------------------------------------------


def test_e21_what_is_long_past_counts_too(world: World) -> None:
    for day in range(1, 12):
        world.add_session(at(day, month=2))
    world.add_session(at(10))
    world.settle()
    for event in world.phone.events():
        if event.master and event.master.start < at(1):  # type: ignore[operator]
            world.phone.delete(event.uid)
    world.sync()
    assert world.link().state_reason == "MASS_CHANGE"


def test_e21_own_events_may_all_go_at_once(world: World) -> None:
    for day in range(3, 18):
        world.phone.add(dentist(f"own-{day}", at(day)))
    world.settle()
    for event in world.phone.events():
        world.phone.delete(event.uid)
    world.settle()
    assert world.link().state is LinkState.ACTIVE
    assert world.all_sessions() == []


def test_e22_an_own_event_edited_on_both_sides_keeps_both(world: World) -> None:
    world.phone.add(dentist("own", at(11)))
    world.settle()
    (session,) = world.all_sessions()
    with world.session(session.id) as found:
        found.show_as = ShowAs.FREE
    world.phone.edit("own", summary="Surgery")
    world.settle()
    (session,) = world.all_sessions()
    master = world.phone.only().master
    assert master is not None
    assert (session.subject, session.show_as) == ("Surgery", ShowAs.FREE)
    assert (master.summary, master.transparent) == ("Surgery", True)


def test_e19_moved_to_another_calendar_it_is_gone_from_here(world: World) -> None:
    """An own event goes; a booking is put back and waits (DOMAIN 1.6)."""
    world.add_session(at(10))
    world.phone.add(dentist("own", at(11)))
    world.settle()
    for event in world.phone.events():
        world.phone.delete(event.uid)
    world.settle()
    (session,) = world.all_sessions()
    assert (session.kind, session.status) == (Kind.CLIENT_SESSION, Status.ROSTERED)
    assert starts_there(world) == [at(10)]


def test_e16_an_alarm_is_kept_and_not_even_recorded(world: World) -> None:
    session_id = world.add_session(at(10))
    world.settle()
    alarm = (
        b"COLOR:red\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
    )
    (item,) = world.phone.items()
    world.phone.write_raw(world.phone.only().uid, item.body.replace(b"END:VEVENT", alarm + b"END:VEVENT"))
    world.settle()
    move(world, session_id, at(10, 16))
    world.settle()
    assert alarm in world.phone.items()[0].body
    assert world.judged() == []


def test_e17_a_new_event_is_nobodys_booking(world: World) -> None:
    world.phone.add(dentist("own", at(11)))
    world.phone.add(dentist("free", at(12), transparent=True))
    world.settle()
    shown = {(s.kind, str(s.show_as), len(s.clients)) for s in world.all_sessions()}
    assert shown == {(Kind.OTHER_EVENT, "BUSY", 0), (Kind.OTHER_EVENT, "FREE", 0)}


def test_e6_the_tail_of_a_cut_series_becomes_a_booking_and_not_an_event_of_the_workers(world: World) -> None:
    world.add_series(at(3), "FREQ=WEEKLY;BYDAY=TU;COUNT=8")
    world.settle()
    old = world.phone.only()
    assert old.rule is not None
    assert old.master is not None
    world.phone.write(replace(old, rule=old.rule.counting(4)))
    start = at(1, 9, month=4)
    world.phone.add(
        Event(uid="tail", master=old.master.starting(start), rule=Rule.parse("FREQ=WEEKLY;COUNT=4", start))
    )
    world.settle()
    assert world.judged() == [("E6", "APPLIED", "")]
    assert {s.kind for s in world.all_sessions()} == {Kind.CLIENT_SESSION}
    with world.sessions() as db:
        assert db.scalars(select(CalendarLink.state)).one() is LinkState.ACTIVE


# --- what does not block -----------------------------------------------------------------------------------------


def invitation(uid: str, start: datetime, *answers: str) -> bytes:
    """An invitation in the practitioner's calendar; `answers` are the guests' PARTSTAT and address."""
    guests = "".join(f"ATTENDEE;CN=x;PARTSTAT={answer}\r\n" for answer in answers)
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
        f"DTSTAMP:20260301T000000Z\r\nDTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\n"
        f"SUMMARY:Lunch\r\nORGANIZER:mailto:host@example.org\r\n{guests}END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def blocked(world: World) -> list[datetime]:
    return [block.start for block in busy_time(world.sessions, "priya", "2026-03-01", "2026-03-30").blocks]


def test_c33_an_invitation_that_the_worker_declined_blocks_nothing(world: World) -> None:
    with world.sessions.begin() as db:
        db.get_one(Worker, world.worker.id).email = "Priya@example.org"
    world.phone.add_raw("mine", invitation("mine", at(11), "DECLINED:mailto:priya@example.org"))
    world.phone.add_raw("theirs", invitation("theirs", at(12), "DECLINED:mailto:somebody@example.org"))
    world.phone.add_raw("open", invitation("open", at(13), "NEEDS-ACTION:mailto:PRIYA@example.org"))
    world.settle()
    assert blocked(world) == [at(12).astimezone(UTC), at(13).astimezone(UTC)]
    written = len(world.server.history)
    world.phone.write_raw("open", invitation("open", at(13), "DECLINED:mailto:priya@example.org"))
    world.settle()
    assert blocked(world) == [at(12).astimezone(UTC)]
    world.phone.write_raw("mine", invitation("mine", at(11), "ACCEPTED:mailto:priya@example.org"))
    world.settle()
    assert blocked(world) == [at(11).astimezone(UTC), at(12).astimezone(UTC)]
    assert len(world.server.history) == written + 2  # the practitioner's own two


def test_c35_busy_time_that_somebody_publishes_blocks_and_is_never_written(world: World) -> None:
    told = (
        b"FREEBUSY:20260311T000000Z/20260311T010000Z,20260312T000000Z/PT2H\r\n"
        b"FREEBUSY;FBTYPE=FREE:20260313T000000Z/PT1H\r\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260314T000000Z/PT1H\r\n"
    )
    body = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\nBEGIN:VFREEBUSY\r\nUID:published\r\n"
        b"DTSTAMP:20260301T000000Z\r\nDTSTART:20260301T000000Z\r\nDTEND:20260401T000000Z\r\n"
        + told
        + b"END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    href = f"{world.server.path}published.ics"

    def put(stored: bytes) -> None:
        world.server.items[href] = Item(href=href, etag=world.server.note(href), body=stored)

    put(body)
    world.settle()
    hours = [(s.starts_at, s.ends_at) for s in world.all_sessions()]
    days = {(start.day, (end - start) // timedelta(hours=1)) for start, end in hours}
    assert days == {(11, 1), (12, 2), (14, 1)}
    assert blocked(world) == [datetime(2026, 3, day, tzinfo=UTC) for day in (11, 12, 14)]
    put(body.replace(b"20260314", b"20260315"))
    world.settle()
    assert [moment.day for moment in blocked(world)] == [11, 12, 15]
    assert world.server.history == [href, href]
    assert world.sync("reconcile").lines == ()


def test_d5_under_a_clock_that_is_behind_this_program_nothing_runs(world: World) -> None:
    world.add_session(at(10))
    world.clock.at = BUILT - timedelta(seconds=1)
    assert world.runner.sync(world.link_id) == Busy(reason="CLOCK_WRONG")
    assert (world.server.history, world.link().fence) == ([], 0)
    world.clock.at = BUILT
    assert world.sync().ok


def test_d5_this_program_was_not_made_in_the_future() -> None:
    assert datetime.now(UTC) >= BUILT
