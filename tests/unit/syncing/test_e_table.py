"""The table of DOMAIN 1.6, cell by cell: each gesture, made on a phone, in each of its columns and on a one-way link.

A cell says what is recorded, and with which reason. Besides, each test holds that what was not taken over is put
back there (with the "Change waiting" line where it is held), and that bookings stand. Runs are real, on SQLite:
nothing here depends on the database.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from model.details import Kind, Source, Status, WorkType
from model.link import LinkState, Mode
from model.moment import Span, key
from model.recurrence import Rule
from model.session import Session
from sync.disclosure import WAITING_LINE
from sync.event import Event
from tests.world import ADELAIDE, World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"
CUT = datetime(2026, 3, 30, 12, tzinfo=UTC)
GROUP, OTHER, SINGLE, ONE_WAY, SHIFT = "group", "other-event", "single", "one-way", "shift"
OF_SHIFT = {
    **dict.fromkeys(("E1", "E1-override", "E2", "E2-override", "E2-into-the-past", "E3"), "HELD SHIFT_OWNED"),
    "E3-over-24-hours": "HELD SHIFT_OWNED",
    **dict.fromkeys(("E4", "E5", "E5-series", "E6-a", "E6-b", "E7", "E19"), "REFUSED SHIFT_OWNED"),
    **dict.fromkeys(("E13-cancelled", "E13-cancelled-one"), "REFUSED SHIFT_OWNED"),
    **dict.fromkeys(("E14", "E14-date-added", "E14-made-recurring"), "REFUSED SHIFT_OWNED"),
    **dict.fromkeys(("E10", "E10-known"), "REFUSED LOCATION_OWNED"),
    "E9": "REFUSED SHIFT_OWNED",
    "E24-stricter": "REFUSED CLASS_OWNED",
}  # what is not here is as of a session of one client
Gesture = Callable[[World], None]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: a gesture, and for each column what is recorded ("" for nothing at all)."""

    id: str
    gesture: Gesture
    other: str
    single: str
    group: str
    one_way: str = "REFUSED READ_ONLY_LINK"
    series: bool = False
    stays: bool = False  # kept there as it is, although nothing is taken over

    def cell(self, column: str) -> str:
        return {
            OTHER: self.other, SINGLE: self.single, GROUP: self.group, ONE_WAY: self.one_way,
            SHIFT: OF_SHIFT.get(self.id, self.single),
        }[column]  # fmt: skip


# --- gestures -----------------------------------------------------------------------------------------------


def edit(**values: object) -> Gesture:
    return lambda world: world.phone.edit(world.phone.only().uid, **values)


def move(to: datetime, *, minutes: int | None = None) -> Gesture:
    return lambda world: world.phone.move(world.phone.only().uid, to, minutes=minutes)


def move_one(to: datetime) -> Gesture:
    return lambda world: world.phone.move_occurrence(world.phone.only().uid, at(17), to)


def delete_one(world: World) -> None:
    world.phone.delete_occurrence(world.phone.only().uid, at(24))


def delete_all(world: World) -> None:
    world.phone.delete(world.phone.only().uid)


def cancel_one(world: World) -> None:
    event = world.phone.only()
    stands = event.occurrence(key(at(24)))
    assert stands is not None
    world.phone.write(replace(event, overrides={key(at(24)): replace(stands, status="CANCELLED")}))


def repeat(rule: str) -> Gesture:
    return lambda world: world.phone.write(replace(world.phone.only(), rule=Rule.parse(rule, at(10))))


def add_date(world: World) -> None:
    event = world.phone.only()
    world.phone.write(replace(event, rdates=event.rdates | {key(at(5))}))


def cut(world: World) -> Event:
    event = world.phone.only()
    assert event.rule is not None
    world.phone.write(replace(event, rule=event.rule.ending(CUT)))
    return event


def cut_only(world: World) -> None:
    cut(world)


def split(world: World) -> None:
    """(b): the old rule gets UNTIL, and the rest comes as a new event with the same title."""
    old = cut(world)
    assert old.master is not None
    master = replace(old.master.starting(at(1, 9, month=4)), marks={})
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=4", at(1, 9, month=4))
    world.phone.add(Event(uid="tail", master=master, rule=rule))


def this_and_future(world: World) -> None:
    """(a): an override with RANGE=THISANDFUTURE."""
    event = world.phone.only()
    lines = (
        "BEGIN:VEVENT", f"UID:{event.uid}", "DTSTAMP:20260302T000000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Australia/Adelaide:20260317T100000",
        "DTSTART;TZID=Australia/Adelaide:20260318T090000", "DTEND;TZID=Australia/Adelaide:20260318T100000",
        f"SUMMARY:{event.master.summary if event.master else ''}", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    body = world.phone.item(event.uid).body
    world.phone.write_raw(event.uid, body.replace(b"END:VCALENDAR", "\r\n".join(lines).encode()))


def add_alarm(world: World) -> None:
    item = world.phone.items()[0]
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT"
    world.phone.write_raw(world.phone.only().uid, item.body.replace(b"END:VEVENT", alarm))


def to_brisbane(world: World) -> None:
    """The same instant in another zone: for a series that is another time once the clocks change."""
    event = world.phone.only()
    body = world.phone.item(event.uid).body.decode()
    for name, before, after in (("DTSTART", "T100000", "T093000"), ("DTEND", "T110000", "T103000")):
        for day in ("20260303", "20260310"):
            there = f"{name};TZID=Australia/Brisbane:{day}{after}"
            body = body.replace(f"{name};TZID=Australia/Adelaide:{day}{before}", there)
    world.phone.write_raw(event.uid, body.encode())


def guests(world: World) -> None:
    edit(attendees=frozenset({"mailto:friend@example.org"}))(world)


KNOWN, UNKNOWN = edit(location="Room 1"), edit(location="Beach")
HELD = "HELD CLIENT_BOOKING_DELETE"
ROWS = (
    Row(id="E1", gesture=move(at(10, 14)), other="APPLIED", single="APPLIED", group="HELD GROUP_SESSION"),
    Row(id="E1-override", gesture=move_one(at(17, 14)), other="APPLIED", single="APPLIED", group="HELD GROUP_SESSION",
        series=True),
    Row(id="E2", gesture=move(at(11)), other="APPLIED", single="APPLIED", group="HELD GROUP_SESSION"),
    Row(id="E2-override", gesture=move_one(at(18)), other="APPLIED", single="APPLIED", group="HELD GROUP_SESSION",
        series=True),
    Row(id="E2-into-the-past", gesture=move(at(1)), other="APPLIED", single="HELD INTO_PAST",
        group="HELD GROUP_SESSION"),
    Row(id="E3", gesture=move(at(10), minutes=90), other="APPLIED", single="APPLIED", group="HELD GROUP_SESSION"),
    Row(id="E3-over-24-hours", gesture=move(at(10), minutes=1441), other="APPLIED", single="REFUSED TOO_LONG",
        group="HELD GROUP_SESSION"),
    Row(id="E3-no-length", gesture=move(at(10), minutes=0), other="APPLIED", single="REFUSED TOO_SHORT",
        group="REFUSED TOO_SHORT"),
    Row(id="E4", gesture=delete_one, other="APPLIED", single=HELD, group=HELD, series=True),
    Row(id="E5", gesture=delete_all, other="APPLIED", single=HELD, group=HELD),
    Row(id="E5-series", gesture=delete_all, other="APPLIED", single=HELD, group=HELD, series=True),
    Row(id="E6-a", gesture=this_and_future, other="APPLIED", single="APPLIED", group="HELD GROUP_SESSION", series=True),
    Row(id="E6-b", gesture=split, other="E7 APPLIED, E17 APPLIED", single="APPLIED", group="HELD GROUP_SESSION",
        one_way="E7 REFUSED READ_ONLY_LINK", series=True),
    Row(id="E7", gesture=cut_only, other="APPLIED", single="HELD SERIES_DELETE", group="HELD SERIES_DELETE",
        series=True),
    Row(id="E8", gesture=edit(summary="Mine"), other="APPLIED", single="REFUSED TITLE_OWNED",
        group="REFUSED TITLE_OWNED"),
    Row(id="E9", gesture=edit(description="bring the ball"), other="APPLIED", single="APPLIED", group="APPLIED",
        stays=True),
    Row(id="E10-known", gesture=KNOWN, other="APPLIED", single="HELD LOCATION_OWNED", group="REFUSED LOCATION_OWNED"),
    Row(id="E10", gesture=UNKNOWN, other="APPLIED", single="REFUSED LOCATION_OWNED", group="REFUSED LOCATION_OWNED"),
    Row(id="E11", gesture=edit(start=date(2026, 3, 10), end=date(2026, 3, 11)), other="APPLIED",
        single="REFUSED ALL_DAY_NOT_ALLOWED", group="REFUSED ALL_DAY_NOT_ALLOWED"),
    Row(id="E12", gesture=edit(transparent=True), other="APPLIED", single="REFUSED MUST_BE_BUSY",
        group="REFUSED MUST_BE_BUSY"),
    Row(id="E13-cancelled", gesture=edit(status="CANCELLED"), other="APPLIED", single=HELD, group=HELD),
    Row(id="E13-cancelled-one", gesture=cancel_one, other="APPLIED", single=HELD, group=HELD, series=True),
    Row(id="E13-tentative", gesture=edit(status="TENTATIVE"), other="APPLIED", single="REFUSED STATUS_OWNED",
        group="REFUSED STATUS_OWNED"),
    Row(id="E14", gesture=repeat("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=8"), other="APPLIED",
        single="HELD RECURRENCE_CHANGE", group="HELD RECURRENCE_CHANGE", series=True),
    Row(id="E14-date-added", gesture=add_date, other="APPLIED", single="HELD RECURRENCE_CHANGE",
        group="HELD RECURRENCE_CHANGE", series=True),
    Row(id="E14-made-recurring", gesture=repeat("FREQ=WEEKLY;COUNT=3"), other="APPLIED",
        single="HELD RECURRENCE_CHANGE", group="HELD RECURRENCE_CHANGE"),
    Row(id="E15", gesture=guests, other="APPLIED", single="REFUSED PRIVACY_ATTENDEE", group="REFUSED PRIVACY_ATTENDEE"),
    Row(id="E16", gesture=add_alarm, other="", single="", group="", one_way="", stays=True),
    Row(id="E19", gesture=delete_all, other="APPLIED", single=HELD, group=HELD),
    Row(id="E20-same-instant", gesture=to_brisbane, other="", single="", group="", one_way="", stays=True),
    Row(id="E20-series", gesture=to_brisbane, other="APPLIED", single="REFUSED ZONE_OWNED",
        group="REFUSED ZONE_OWNED", series=True),
    Row(id="E23", gesture=edit(url="https://x.example"), other="APPLIED", single="REFUSED URL_OWNED",
        group="REFUSED URL_OWNED"),
    Row(id="E24", gesture=edit(categories=frozenset({"Fun"})), other="APPLIED", single="REFUSED CLASS_OWNED",
        group="REFUSED CLASS_OWNED"),
    Row(id="E24-stricter", gesture=edit(classification="CONFIDENTIAL"), other="APPLIED", single="APPLIED",
        group="APPLIED", stays=True),
)  # fmt: skip


def a_shift(world: World, *, series: bool) -> None:
    if series:
        world.add_series(at(3), WEEKLY, kind=Kind.SHIFT)
    else:
        world.add_session(at(10), kind=Kind.SHIFT)


def a_world(url: str, column: str, *, series: bool) -> World:
    world = World(url, mode=Mode.ONE_WAY if column == ONE_WAY else Mode.TWO_WAY)
    if column == OTHER:
        own = dentist("own", at(3 if series else 10))
        world.phone.add(replace(own, rule=Rule.parse(WEEKLY, at(3))) if series else own)
    elif column == SHIFT:
        a_shift(world, series=series)
    elif series:
        world.add_series(at(3), WEEKLY, work_type=WorkType.GROUP if column == GROUP else WorkType.APPOINTMENT)
    else:
        world.add_session(at(10), clients=3 if column == GROUP else 1)
    world.settle()
    world.clock.advance(minutes=5)
    return world


def recorded(world: World, code: str, *, since: int) -> str:
    """What was recorded since; the code is told where it is not the row's own."""
    new = world.judged()[since:]
    own = [f"{state} {reason}".strip() for found, state, reason in new if found == code]
    others = [f"{found} {state} {reason}".strip() for found, state, reason in new if found != code]
    return ", ".join(own + sorted(others, key=lambda text: int(text[1:].split()[0])))


def without_line(event: Event) -> Event:
    def plain(text: str) -> str:
        return "\n".join(line for line in text.splitlines() if line != WAITING_LINE)

    assert event.master is not None
    overrides = {rid: replace(c, description=plain(c.description)) for rid, c in event.overrides.items()}
    master = replace(event.master, description=plain(event.master.description))
    apart = {
        rid: c
        for rid, c in overrides.items()
        if c != replace(event, overrides={}, master=master).occurrence(rid)
    }
    return replace(event, master=master, overrides=apart)


@pytest.mark.parametrize("column", [OTHER, SINGLE, GROUP, ONE_WAY, SHIFT])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_cell(sqlite_url: str, row: Row, column: str) -> None:
    world = a_world(sqlite_url, column, series=row.series)
    before, known = world.phone.only(), len(world.judged())
    bookings = len([s for s in world.all_sessions() if s.of_practice])
    row.gesture(world)
    world.settle()

    cell = row.cell(column)
    code = "E5" if row.id == "E19" else row.id.split("-")[0]  # from here, both look the same
    assert recorded(world, code, since=known) == cell
    assert len([s for s in world.all_sessions() if s.of_practice]) == bookings
    held, refused = "HELD" in cell, "REFUSED" in cell
    if held or refused:
        assert without_line(next(e for e in world.phone.events() if e.uid == before.uid)) == before
    shown = b"".join(item.body for item in world.phone.items())
    assert (WAITING_LINE.encode() in shown) is held
    if row.stays and column != ONE_WAY and not refused:
        assert without_line(world.phone.only()) != before or row.id in ("E16", "E20-same-instant")
    world.close()


# --- rows that are about something else than one event ------------------------------------------------------


def test_e17_a_new_event_becomes_an_other_event_and_on_a_one_way_link_nothing(sqlite_url: str) -> None:
    for mode, made in ((Mode.TWO_WAY, 1), (Mode.ONE_WAY, 0)):
        world = World(sqlite_url.replace("calendula", mode), mode=mode)
        world.phone.add(dentist("own", at(11), transparent=True))
        world.settle()
        assert [s.kind for s in world.all_sessions()] == [Kind.OTHER_EVENT] * made
        assert len(world.phone.items()) == 1
        world.close()


@pytest.mark.parametrize("told_by", ["marks", "title"])
def test_e18_a_copy_of_ours_is_no_booking(sqlite_url: str, told_by: str) -> None:
    world = a_world(sqlite_url, SINGLE, series=False)
    event = world.phone.only()
    assert event.master is not None
    copy = event.master.starting(at(12))
    copy = replace(copy, summary="Mine") if told_by == "marks" else replace(copy, marks={})
    world.phone.add(replace(event, uid="copy", master=copy))
    world.settle()
    assert world.judged() == [("E18", "APPLIED", "COPY_IS_NOT_BOOKING")]
    assert world.notices() == ["COPY_IS_NOT_BOOKING"]
    assert sorted(s.subject for s in world.all_sessions()) == ["", "Copied event"]
    world.close()


def test_e18_at_level_busy_a_copy_is_what_stands_where_exactly_one_booking_stands(sqlite_url: str) -> None:
    world = World(sqlite_url, level="busy")
    world.add_session(at(10))
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert event.master.marks == {}
    world.phone.add(replace(event, uid="copy"))
    world.settle()
    world.clock.advance(minutes=5)
    world.phone.add(replace(event, uid="own", master=event.master.starting(at(11))))
    world.settle()
    assert [code for code, *_ in world.judged()] == ["E18", "E17"]
    world.close()


def test_e21_too_much_is_gone_and_nothing_is_applied(sqlite_url: str) -> None:
    world = World(sqlite_url)
    for day in range(3, 20):
        world.add_session(at(day))
    world.settle()
    for event in world.phone.events():
        world.phone.delete(event.uid)
    world.sync()
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "MASS_CHANGE")
    assert world.judged() == []
    world.close()


@pytest.mark.parametrize("column", [OTHER, SINGLE, GROUP])
def test_e22_both_sides_moved_it_ours_stays_and_theirs_is_in_the_record(sqlite_url: str, column: str) -> None:
    world = a_world(sqlite_url, column, series=False)
    known = len(world.judged())
    world.phone.move(world.phone.only().uid, at(10, 8))
    (row,) = world.all_sessions()
    with world.session(row.id) as session:
        session.move(Span(start=at(10, 16), end=at(10, 17), tz=ADELAIDE))
    world.settle()
    master = world.phone.only().master
    assert master is not None
    assert master.start == at(10, 16)
    assert world.judged()[known:] == [("E1", "REFUSED", "STALE_BASE")]
    change = world.changes()[-1]
    assert str(change.before["start"]).endswith("T10:00:00")
    assert str(change.after["start"]).endswith("T08:00:00")
    assert str(change.kept["start"]).endswith("T16:00:00")
    assert world.notices() == ["STALE_BASE"]
    world.close()


# --- what the columns are -----------------------------------------------------------------------------------


def _second_worker(world: World, session: Session) -> None:
    from model.people import Worker  # noqa: PLC0415

    session.add_worker(Worker(id=world.new_id(), ref="tom", name="Tom Nguyen", tz=ADELAIDE.key), world.act())


def _from_a_roster(_: World, session: Session) -> None:
    session.source = Source.ROSTER


@pytest.mark.parametrize(
    ("made", "reason"), [(_second_worker, "MULTI_WORKER"), (_from_a_roster, "ROSTER_SESSION")]
)
def test_group_or_multi_is_also_several_workers_or_a_roster(
    sqlite_url: str, made: Callable[[World, Session], None], reason: str
) -> None:
    world = World(sqlite_url)
    session_id = world.add_session(at(10))
    with world.session(session_id) as session:
        made(world, session)
    world.settle()
    move(at(10, 14))(world)
    world.settle()
    assert world.judged() == [("E1", "HELD", reason)]
    world.close()


def test_an_occurrence_with_a_second_worker_is_asked_about_alone(sqlite_url: str) -> None:
    """Only the series was asked how many take part."""
    world = World(sqlite_url)
    series_id = world.add_series(at(3), WEEKLY)
    with world.series(series_id) as series:
        _second_worker(world, series.occurrences[2])
    world.settle()
    move_one(at(17, 14))(world)
    world.settle()
    assert world.judged() == [("E1", "HELD", "MULTI_WORKER")]
    world.phone.move_occurrence(world.phone.only().uid, at(24), at(24, 14))
    world.settle()
    assert world.judged()[1] == ("E1", "APPLIED", "")
    world.close()


@pytest.mark.parametrize("kind", [Kind.CLIENT_CONTACT, Kind.COLLATERAL_CONTACT])
def test_contacts_are_judged_as_single(sqlite_url: str, kind: Kind) -> None:
    world = World(sqlite_url)
    world.add_session(at(10), kind=kind)
    world.settle()
    move(at(10, 14))(world)
    world.settle()
    delete_all(world)
    world.settle()
    assert world.judged() == [("E1", "APPLIED", ""), ("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    world.close()


def test_e5_one_request_lists_what_is_rostered_and_still_to_come(sqlite_url: str) -> None:
    """Drafts and what is going on were in it too."""
    world = World(sqlite_url)
    series_id = world.add_series(at(3), WEEKLY)
    with world.series(series_id) as series:
        series.occurrences[4].status = Status.COMPLETE
        series.occurrences[5].status = Status.DRAFT
        series.occurrences[6].status = Status.CANCELLED
    world.clock.advance(days=8)
    world.settle()
    delete_all(world)
    world.settle()
    (change,) = world.changes()
    assert change.before["occurrences"] == [f"2026-{day}T10:00:00" for day in ("03-17", "03-24", "04-21")]
    world.close()


def test_e5_of_a_series_that_is_over_is_put_back_there_is_nothing_to_answer(sqlite_url: str) -> None:
    """It was held, with a request that listed nothing and could only be dismissed."""
    world = World(sqlite_url)
    world.add_series(at(3), "FREQ=WEEKLY;COUNT=2")
    world.clock.advance(days=12)
    world.settle()
    delete_all(world)
    world.settle()
    assert world.judged() == [("E5", "REFUSED", "PAST_WINDOW")]
    assert len(world.phone.items()) == 1
    world.close()


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r.id in ("E1", "E2", "E3", "E11")], ids=lambda row: row.id
)
def test_session_in_progress_refuses_another_time(sqlite_url: str, row: Row) -> None:
    world = a_world(sqlite_url, SINGLE, series=False)
    with world.session(world.all_sessions()[0].id) as session:
        session.status = Status.IN_PROGRESS
    row.gesture(world)
    world.settle()
    assert [reason for _, _, reason in world.judged()] == ["SESSION_IN_PROGRESS"]
    world.close()


def test_session_in_progress_may_still_be_cancelled_so_its_deletion_is_held(sqlite_url: str) -> None:
    """Its lock is on the time alone (DOMAIN 1.7); the deletion was refused."""
    world = a_world(sqlite_url, SINGLE, series=False)
    with world.session(world.all_sessions()[0].id) as session:
        session.status = Status.IN_PROGRESS
    delete_all(world)
    world.settle()
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    world.close()


def test_e24_a_stricter_class_is_kept_whatever_the_categories_are(sqlite_url: str) -> None:
    """Changed together, both went back."""
    world = a_world(sqlite_url, SINGLE, series=False)
    edit(classification="CONFIDENTIAL", categories=frozenset({"Fun"}))(world)
    world.settle()
    assert sorted(world.judged()) == [("E24", "APPLIED", ""), ("E24", "REFUSED", "CLASS_OWNED")]
    master = world.phone.only().master
    assert master is not None
    assert (master.classification, master.categories) == ("CONFIDENTIAL", frozenset({"Client session"}))
    world.close()


def test_e7_is_refused_where_the_practice_refuses_deletions(sqlite_url: str) -> None:
    """It was held whatever `inbound.client_delete` said."""
    from sync.settings import InboundSettings, Settings  # noqa: PLC0415

    world = World(sqlite_url, settings=Settings(inbound=InboundSettings(client_delete="refuse")))
    world.add_series(at(3), WEEKLY)
    world.settle()
    cut(world)
    world.settle()
    assert world.judged() == [("E7", "REFUSED", "SERIES_DELETE")]
    world.close()


def test_e20_a_floating_time_is_read_in_the_zone_of_the_calendar(sqlite_url: str) -> None:
    world = a_world(sqlite_url, SINGLE, series=False)
    uid = world.phone.only().uid
    body = world.phone.item(uid).body.replace(b";TZID=Australia/Adelaide:20260310T1", b":20260310T1")
    world.phone.write_raw(uid, body)
    world.settle()
    assert world.judged() == []
    world.phone.write_raw(uid, world.phone.item(uid).body.replace(b"20260310T1", b"20260310T0"))
    world.settle()
    assert [code for code, *_ in world.judged()] == ["E1"]
    assert world.all_sessions()[0].span.start - at(10) == timedelta(hours=-10)
    world.close()
