"""Colours, and rooms and assets beside people: what we write, and whose it is afterwards (001-06, DOMAIN 1.0, E16)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from model.asset import Asset, Need
from model.details import Kind, ShowAs, Source, Status
from model.link import Role
from model.recurrence import Rule
from model.series import shifted
from sync.compare import COLOUR, OURS, changed, overlay, same
from sync.event import Component, Event
from sync.projection import in_practice
from sync.settings import LEVELS, Level, PrivacySettings, Settings, SyncSettings
from tests.unit.syncing.test_projection import ROOM, TOM, session, shown, view
from tests.world import World, at, dentist

WEEKLY = "FREQ=WEEKLY;COUNT=4"
NAMED = Settings(sync=SyncSettings(emit_attendees=True))
BUS = Asset(id=UUID(int=77), ref="bus", name="Minibus", quantity=1)
Make = Callable[..., World]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    worlds: list[World] = []

    def make(**values: object) -> World:
        worlds.append(World(f"sqlite:///{tmp_path}/{len(worlds)}.db", **values))  # type: ignore[arg-type]
        return worlds[-1]

    yield make
    for one in worlds:
        one.close()


@pytest.fixture
def here(made: Make) -> World:
    return made()


def body(world: World) -> bytes:
    (item,) = world.phone.items()
    return item.body


def colours(world: World) -> list[str | None]:
    """Of the master, then of each override."""
    event = world.phone.only()
    assert event.master is not None
    return [event.master.colour, *(event.overrides[rid].colour for rid in sorted(event.overrides, key=str))]


def paint(world: World, session_id: UUID, colour: str) -> None:
    with world.session(session_id) as row:
        row.colour = colour


# --- what is written ------------------------------------------------------------------------------------------


def test_001_06_the_colour_of_its_type_stands_in_the_event_and_its_name_does_not(here: World) -> None:
    here.add_session(at(10), colour="teal", subject="Intake", service_type_text="Physio", comments="private")
    here.settle()
    assert b"\r\nCOLOR:teal\r\n" in body(here)
    for word in (b"Intake", b"Physio", b"private"):
        assert word not in body(here)
    master = here.phone.only().master
    assert master is not None
    assert master.categories == {"Client session"}


@pytest.mark.parametrize("level", LEVELS)
def test_001_06_at_busy_even_the_colour_would_tell(level: Level) -> None:
    assert shown(session(colour="teal"), view(level)).colour == ("" if level == "busy" else "teal")


def test_001_14_what_staff_write_for_themselves_leaves_at_no_level() -> None:
    mine = session(comments="Qcomments", service_type_text="Qphysio", employee_message="Qmessage")
    for level in LEVELS:
        assert "Qcomments" not in str(shown(mine, view(level)))
        assert "Qphysio" not in str(shown(mine, view(level)))
        assert "Qmessage" not in str(shown(mine, view(level)))
        allowed = view(level, privacy=PrivacySettings(include_employee_message=True))
        assert ("Qmessage" in shown(mine, allowed).description) == (level in ("first_name", "full_name"))


def test_001_14_comments_alone_send_nothing(here: World) -> None:
    session_id = here.add_session(at(10))
    here.settle()
    before = here.phone.items()
    with here.session(session_id) as row:
        row.comments, row.service_type_text = "bring the file", "Physio"
    here.settle()
    assert here.phone.items() == before


# --- whose a colour is ----------------------------------------------------------------------------------------


def test_001_06_another_type_is_another_colour_and_none_is_none(here: World) -> None:
    session_id = here.add_session(at(10), colour="teal")
    here.settle()
    paint(here, session_id, "tomato")
    here.settle()
    assert colours(here) == ["tomato"]
    paint(here, session_id, "")
    here.settle()
    assert b"COLOR" not in body(here)


@pytest.mark.parametrize("chosen", ["navy", ""])
def test_e16_a_colour_that_the_practitioner_chose_stays_whatever_we_change(here: World, chosen: str) -> None:
    session_id = here.add_session(at(10), colour="teal")
    here.settle()
    here.phone.edit(here.phone.only().uid, colour=chosen)
    here.settle()
    assert here.judged() == []
    with here.session(session_id) as row:
        row.move(row.span.starting(at(10, 15)))
    here.settle()
    paint(here, session_id, "tomato")
    here.settle()
    assert colours(here) == [chosen]
    with here.session(session_id) as row:
        assert row.colour == "tomato"  # what is chosen there is nobody else's business


@pytest.mark.parametrize(("chosen", "left"), [("teal", ""), ("navy", "navy")])
def test_at_a_lower_level_our_colour_goes_and_one_of_theirs_stays(
    here: World, chosen: str, left: str
) -> None:
    here.add_session(at(10), colour="teal")
    here.settle()
    here.phone.edit(here.phone.only().uid, colour=chosen)
    here.settle()
    with here.sessions.begin() as database:
        link = here.link()
        link.privacy_level = "busy"
        database.merge(link)
    here.sync("reconcile")
    here.settle()
    assert b"SUMMARY:Busy" in body(here)
    assert colours(here) == [left]


def test_e16_a_colour_chosen_for_a_series_goes_on_to_its_exceptions(here: World) -> None:
    series_id = here.add_series(at(10), WEEKLY, colour="teal")
    here.settle()
    here.phone.edit(here.phone.only().uid, colour="navy")
    here.settle()
    with here.series(series_id) as series:
        row = series.occurrences[1]
        row.move(row.span.starting(at(17, 15)))
    here.settle()
    assert colours(here) == ["navy", "navy"]


def test_e16_an_exception_of_another_type_has_a_colour_of_its_own(here: World) -> None:
    series_id = here.add_series(at(10), WEEKLY, colour="teal")
    here.settle()
    with here.series(series_id) as series:
        series.occurrences[1].colour, series.occurrences[1].is_exception = "gold", True
    here.settle()
    assert colours(here) == ["teal", "gold"]
    here.phone.edit(here.phone.only().uid, colour="navy")
    here.settle()
    with here.series(series_id) as series:
        series.occurrences[1].colour = "tomato"
    here.settle()
    assert colours(here) == ["navy", "tomato"]


def test_e16_events_of_the_practitioners_own_keep_their_colour(here: World) -> None:
    here.phone.add(dentist("own", at(11), colour="red"))
    here.phone.add(replace(dentist("often", at(12), colour="pink"), rule=Rule.parse(WEEKLY, at(12))))
    here.settle()
    for row in here.all_sessions():
        with here.session(row.id) as own:
            own.subject = "Surgery"
    here.settle()
    here.phone.edit("own", summary="Again")
    here.settle()
    found = {event.uid: event.master.colour for event in here.phone.events() if event.master}
    assert found == {"own": "red", "often": "pink"}


def test_e18_a_copy_keeps_the_colour_it_was_copied_with(here: World) -> None:
    here.add_session(at(10), colour="teal")
    here.settle()
    (item,) = here.phone.items()
    uid = here.phone.only().uid.encode()
    here.phone.add_raw("copy", item.body.replace(uid, b"copied"))
    here.settle()
    copied = here.phone.read(here.phone.item("copied")).master
    assert copied is not None
    assert (copied.colour, copied.marks) == ("teal", {})


def test_changed_says_nothing_about_a_colour_of_which_nothing_is_said() -> None:
    event = Component(start=at(10), end=at(11))
    teal, none = replace(event, colour="teal"), replace(event, colour="")
    assert changed(teal, none) == {COLOUR}
    assert changed(event, teal) == changed(teal, event) == frozenset()
    assert changed(teal, none, OURS - {COLOUR}) == frozenset()
    unit = Event(uid="u", master=teal)
    assert overlay(unit, unit, Event(uid="u", master=event)) == unit
    kept = overlay(unit, unit, Event(uid="u", master=event)).master
    assert kept is not None
    assert kept.colour == "teal"
    assert same(unit, Event(uid="u", master=none)) is True  # to whoever reads it, an echo


# --- rooms and assets beside people ---------------------------------------------------------------------------


def test_rooms_and_assets_are_named_beside_people_where_the_practice_wants_it() -> None:
    taken = session(room_id=ROOM.id)
    taken.take(Need(asset=BUS))
    assert shown(taken).taken == frozenset()
    wanted = view(emit_attendees=True)
    assert shown(taken, wanted).taken == {f"ROOM urn:uuid:{ROOM.id}", f"RESOURCE urn:uuid:{BUS.id}"}
    assert shown(taken, wanted).attendees == frozenset()
    assert shown(taken, view("busy", emit_attendees=True)).taken == frozenset()
    cancelled = session(room_id=ROOM.id, status=Status.CANCELLED)
    assert shown(cancelled, wanted).taken == frozenset()
    assert shown(session(kind=Kind.OTHER_EVENT, source=Source.CALENDAR), wanted).taken == frozenset()


def test_a_file_of_the_practice_names_rooms_and_assets_and_no_client() -> None:
    taken = session(clients=3, workers=(TOM,), room_id=ROOM.id)
    taken.take(Need(asset=BUS, qty=2))
    master = in_practice(taken, "u", PrivacySettings()).master
    assert master is not None
    assert master.resources == {"2 Minibus"}
    assert master.taken == {f"ROOM urn:uuid:{ROOM.id}", f"RESOURCE urn:uuid:{BUS.id}"}
    assert (master.attendees, master.summary) == (frozenset(), "Group · 3")


def test_emit_attendees_writes_a_room_that_no_server_invites(made: Make) -> None:
    here = made(settings=NAMED)
    here.add_session(at(10), room_id=here.room.id)
    here.settle()
    unfolded = body(here).replace(b"\r\n ", b"").decode()
    line = f"\r\nATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED;SCHEDULE-AGENT=NONE:urn:uuid:{here.room.id}\r\n"
    assert line in unfolded
    assert unfolded.count("ATTENDEE") == 1
    assert "ORGANIZER" not in unfolded


def test_e15_a_person_who_is_invited_goes_and_the_room_stays(made: Make) -> None:
    here = made(settings=NAMED)
    session_id = here.add_session(at(10), room_id=here.room.id)
    here.settle()
    here.phone.edit(here.phone.only().uid, attendees=frozenset({"friend@example.org"}))
    here.settle()
    assert here.judged() == [("E15", "REFUSED", "PRIVACY_ATTENDEE")]
    unfolded = body(here).replace(b"\r\n ", b"")
    assert (b"friend" in unfolded, unfolded.count(b"CUTYPE=ROOM")) == (False, 1)
    with here.session(session_id) as row:
        row.room_id = row.room = None
    here.settle()
    assert b"ATTENDEE" not in body(here)


def test_e15_an_invited_room_of_somebody_else_is_an_invitation(here: World) -> None:
    here.add_session(at(10))
    here.settle()
    uid, invited = here.phone.only().uid, b"ATTENDEE;CUTYPE=ROOM;CN=Hall:urn:uuid:0c1d\r\nEND:VEVENT"
    later = body(here).replace(b"END:VEVENT", invited).replace(b"SEQUENCE:0", b"SEQUENCE:1")
    here.phone.write_raw(uid, later)
    here.settle()
    assert here.judged() == [("E15", "REFUSED", "PRIVACY_ATTENDEE")]
    assert b"ATTENDEE" not in body(here)


def test_what_a_person_would_be_judged_for_a_room_is_not(made: Make) -> None:
    """The room's line is taken out there: it is a label of ours, and nothing else."""
    here = made(settings=NAMED)
    here.add_session(at(10), room_id=here.room.id)
    here.settle()
    here.phone.edit(here.phone.only().uid, taken=frozenset())
    here.settle()
    assert here.judged() == []


@pytest.mark.parametrize("wanted", [False, True])
def test_000_24_the_calendar_of_a_room_says_whose_it_is_where_that_is_wanted(
    made: Make, wanted: bool
) -> None:
    here = made(role=Role.RESOURCE, settings=NAMED if wanted else Settings())
    with here.sessions.begin() as database:
        link = here.link()
        link.room_id = here.room.id
        database.merge(link)
    here.add_session(at(10), room_id=here.room.id)
    here.settle()
    assert (b"CUTYPE=ROOM" in body(here).replace(b"\r\n ", b"")) is wanted
    assert b"SUMMARY:Occupied" in body(here)


# --- rows that one short story can hold -----------------------------------------------------------------------


def test_004_21_busy_and_free_are_carried_both_ways(here: World) -> None:
    own = here.add_session(at(10), kind=Kind.OTHER_EVENT, subject="Lunch", show_as=ShowAs.FREE)
    here.settle()
    uid = here.phone.only().uid
    assert (b"TRANSP:TRANSPARENT" in body(here), b"X-MICROSOFT-CDO-BUSYSTATUS:FREE" in body(here)) == (
        True,
        True,
    )
    here.phone.edit(uid, transparent=False)
    here.settle()
    with here.session(own) as row:
        assert row.show_as is ShowAs.BUSY
        row.show(ShowAs.FREE)
    here.settle()
    assert b"TRANSP:TRANSPARENT" in body(here)


def test_004_25_dragging_one_of_a_series_moves_that_one_alone(here: World) -> None:
    series_id = here.add_series(at(10), WEEKLY)
    here.settle()
    here.phone.move_occurrence(here.phone.only().uid, at(17), at(18, 15))
    here.settle()
    assert here.judged() == [("E2", "APPLIED", "")]
    with here.series(series_id) as series:
        found = [(row.local_start[5:16], row.is_exception) for row in series.occurrences]
    assert found == [
        ("03-10T10:00", False),
        ("03-18T15:00", True),
        ("03-24T10:00", False),
        ("03-31T10:00", False),
    ]


def test_004_25_what_is_dragged_onto_its_series_again_is_as_if_edited(here: World) -> None:
    """The same as an edit of this one only: the series may change, and what was dragged stays where it is (R11)."""
    series_id = here.add_series(at(10), WEEKLY)
    here.settle()
    here.phone.move_occurrence(here.phone.only().uid, at(17), at(18, 15))
    here.settle()
    with here.series(series_id) as series:
        first = series.occurrences[0]
        key = first.occurrence_key or ""
        assert (
            series.change_from(key, shifted(series, key, first.span.starting(at(10, 11))), here.act())
            is series
        )
    here.settle()
    starts = sorted(row.local_start[5:16] for row in here.all_sessions())
    assert starts == ["03-10T11:00", "03-18T15:00", "03-24T11:00", "03-31T11:00"]
