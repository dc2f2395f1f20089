"""What a worker's calendar shows of a session or a series (DOMAIN 1.0, 1.9 and 5)."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from model.act import Act
from model.asset import Asset, Need
from model.attendance import Assignment
from model.details import Kind, LocationType, ShowAs, Source, Status, WorkType
from model.moment import Span, key
from model.people import Client, Worker
from model.practice import Room, Site
from model.recurrence import Rule
from model.series import Pattern, Series, SeriesClient, SeriesWorker
from model.session import Session
from sync.disclosure import ALL, WAITING_LINE, View, effective_level, remark
from sync.event import Component, Event
from sync.projection import project
from sync.settings import LEVELS, Level, PrivacySettings
from tests.world import ADELAIDE, Ids

IDS = Ids(random.Random(7))
ACT = Act(actor="sam", now=datetime(2026, 3, 2, 12, tzinfo=UTC), new_id=IDS)
PRIYA = Worker(id=IDS(), ref="priya", name="Priya Rao", tz=ADELAIDE.key)
TOM = Worker(id=IDS(), ref="tom", name="Tom Nguyen", tz=ADELAIDE.key)
SITE = Site(id=IDS(), ref="adl1", code="ADL1", name="Adelaide clinic", tz=ADELAIDE.key)
ROOM = Room(id=IDS(), ref="r2", site_id=SITE.id, name="Room 2", capacity=1)
CLIENTS = [
    Client(id=IDS(), ref=f"c{n}", internal_id=f"C-10{n}", name=name, address="1 Home Street")
    for n, name in enumerate(
        ("Jordan Blake", "Noor Haddad", "Liam O'Brien", "Eva Petrov", "Mia Chen", "Ravi Kumar", "Ada Lind")
    )
]
URL = PrivacySettings(public_url="https://sync.practice.example")


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ADELAIDE)


def view(level: Level = "reference", **values: object) -> View:
    return replace(View(worker_id=PRIYA.id, level=level), **values)  # type: ignore[arg-type]


def session(*, clients: int = 1, workers: tuple[Worker, ...] = (PRIYA,), **values: object) -> Session:
    made = Session(
        id=UUID(int=9), kind=Kind.CLIENT_SESSION, status=Status.ROSTERED, source=Source.STAFF, subject="Knee",
        work_type=WorkType.GROUP if clients > 1 else WorkType.APPOINTMENT, show_as=ShowAs.BUSY, url="",
        description="", location="", address="", employee_message="", tentative=False,
        location_type=LocationType.SITE,
    )  # fmt: skip
    made.clients, made.workers, made.cancellations, made.assets = [], [], [], []
    made.site, made.room, made.is_exception = SITE, ROOM, False
    made.span = Span(start=at(3), end=at(3, 11), tz=ADELAIDE)
    for name, value in values.items():
        setattr(made, name, value)
    for worker in workers:
        made.add_worker(worker, ACT)
    for client in CLIENTS[: clients if made.has_client else 0]:
        made.add_client(client, ACT)
    return made


def series(rule: str = "FREQ=WEEKLY;BYDAY=TU;COUNT=8", **values: object) -> Series:
    made = Series(
        id=UUID(int=8), kind=Kind.CLIENT_SESSION, status=Status.ROSTERED, source=Source.STAFF, subject="Knee",
        work_type=WorkType.APPOINTMENT, show_as=ShowAs.BUSY, url="", description="", location="", address="",
        employee_message="", tentative=False, location_type=LocationType.SITE, exdate_text="",
    )  # fmt: skip
    made.site, made.room, made.occurrences = SITE, None, []
    made.pattern = Pattern(span=Span(start=at(3), end=at(3, 11), tz=ADELAIDE), rule=Rule.parse(rule, at(3)))
    for name, value in values.items():
        setattr(made, name, value)
    made.clients = [SeriesClient(client_id=CLIENTS[0].id, client=CLIENTS[0])] if made.has_client else []
    made.workers = [SeriesWorker(worker_id=PRIYA.id, worker=PRIYA)]
    made.materialised_until = ACT.now
    made.materialise(ACT.now + timedelta(days=396), ACT)
    return made


def shown(unit: Session | Series, seen: View | None = None) -> Component:
    event = project(unit, "u", seen or view())
    assert event is not None
    assert event.master is not None
    return event.master


def event_of(unit: Series, seen: View | None = None) -> Event:
    event = project(unit, "u", seen or view())
    assert event is not None
    return event


# --- levels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "summary", "location", "classification"),
    [
        ("busy", "Busy", "", "CONFIDENTIAL"),
        ("reference", "Session C-100", "ADL1", "PRIVATE"),
        ("initials", "Session JB", "Adelaide clinic, Room 2", "PRIVATE"),
        ("first_name", "Session Jordan", "Adelaide clinic, Room 2", "PRIVATE"),
        ("full_name", "Jordan Blake – Knee", "Adelaide clinic, Room 2", "PRIVATE"),
    ],
)
def test_each_level(level: Level, summary: str, location: str, classification: str) -> None:
    component = shown(session(), view(level, privacy=URL))
    assert (component.summary, component.location, component.classification) == (
        summary,
        location,
        classification,
    )
    assert component.attendees == frozenset()


def test_at_busy_nothing_else_leaves() -> None:
    everything = session(url="https://video.example", employee_message="call first", address="1 Home Street")
    component = shown(everything, view("busy", privacy=replace(URL, include_employee_message=True)))
    plain = Component(start=component.start, end=component.end, summary="Busy", classification="CONFIDENTIAL")
    assert component == plain


@pytest.mark.parametrize(
    ("level", "summary"),
    [("busy", "Busy"), ("reference", "Group · 7"), ("initials", "Group JB, NH, LO, EP, MC +2")],
)
def test_groups_are_counted_or_named_by_initials(level: Level, summary: str) -> None:
    assert shown(session(clients=7), view(level)).summary == summary


def test_a_group_is_recounted_when_a_client_cancels() -> None:
    group = session(clients=3)
    group.clients[0].status = group.clients[0].status.CANCELLED
    component = shown(group)
    assert (component.summary, component.status) == ("Group · 2", "CONFIRMED")
    assert component.categories == {"Client session", "Group"}


@pytest.mark.parametrize("kind", [Kind.CLIENT_CONTACT, Kind.COLLATERAL_CONTACT])
def test_us23_contacts_name_neither_medium_nor_with_whom(kind: Kind) -> None:
    component = shown(session(kind=kind, medium="PHONE", contact_with="PARENT_GUARDIAN"), view(privacy=URL))
    assert component.summary == "Contact C-100"
    assert "phone" not in str(component).lower()
    assert "guardian" not in str(component).lower()


def test_004_12_a_telehealth_link_is_a_conference_and_a_line_of_the_description() -> None:
    online = session(
        location_type=LocationType.TELEHEALTH, site=None, room=None, url="https://video.example/mia"
    )
    component = shown(online)
    assert (component.location, component.conference) == ("Telehealth", "https://video.example/mia")
    assert "Join: https://video.example/mia" in component.description
    assert "Telehealth" in component.categories
    hidden = shown(online, view(privacy=PrivacySettings(include_conference=False)))
    assert "video" not in str(hidden)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shared", [False, True])
def test_a_clients_address_leaves_only_when_shared_and_at_full_name(level: Level, shared: bool) -> None:
    at_home = session(
        location_type=LocationType.CLIENT_ADDRESS, site=None, room=None, address="1 Home Street"
    )
    component = shown(at_home, view(level, privacy=PrivacySettings(share_client_address=shared)))
    assert ("Home" in str(component)) is (shared and level == "full_name")


def test_the_deep_link_is_opaque() -> None:
    component = shown(session(), view(privacy=URL))
    assert component.url == f"https://sync.practice.example/s/{UUID(int=9).hex}"
    assert component.url in component.description


@pytest.mark.parametrize("wanted", LEVELS)
@pytest.mark.parametrize("maximum", LEVELS)
def test_the_lower_level_counts(wanted: Level, maximum: Level) -> None:
    assert LEVELS.index(effective_level(wanted, maximum)) == min(LEVELS.index(wanted), LEVELS.index(maximum))


# --- states -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.ROSTERED, Status.IN_PROGRESS, Status.COMPLETE])
def test_what_stands_is_confirmed_and_busy(status: Status) -> None:
    component = shown(session(status=status))
    assert (component.status, component.transparent) == ("CONFIRMED", False)
    assert component == shown(session())  # 000-12: starting and completing change nothing there


def test_000_12_mark_completed_says_that_a_session_is_complete() -> None:
    component = shown(session(status=Status.COMPLETE), view(mark_completed=True))
    assert "Completed" in component.categories
    assert (component.marks["STATE"], component.marks["LOCK"]) == ("COMPLETE", "TRUE")
    assert shown(session(), view(mark_completed=True)) == shown(session())


def test_drafts_are_not_pushed_unless_the_practice_says_so() -> None:
    draft = session(status=Status.DRAFT)
    assert project(draft, "u", view()) is None
    assert shown(draft, view(push_drafts=True)).status == "TENTATIVE"


def test_cancelled_is_marked_or_removed() -> None:
    cancelled = session(status=Status.CANCELLED)
    component = shown(cancelled)
    assert component.summary == "Cancelled – Session C-100"
    assert (component.status, component.transparent) == ("CANCELLED", True)
    assert project(cancelled, "u", view(mark_cancelled=False)) is None
    cancelled.workers[0].dismissed = True
    assert project(cancelled, "u", view()) is None


def test_a_worker_who_cancelled_sees_it_cancelled_and_the_other_does_not() -> None:
    both = session(workers=(PRIYA, TOM))
    both.workers[0].status = Assignment.CANCELLED
    assert shown(both).status == "CANCELLED"
    assert shown(both, view(worker_id=TOM.id)).status == "CONFIRMED"


def test_each_worker_sees_their_own_times() -> None:
    both = session(workers=(PRIYA, TOM))
    both.workers[1].starts_at += timedelta(minutes=30)
    assert shown(both).start == at(3)
    late = shown(both, view(worker_id=TOM.id))
    assert (late.start, late.end) == (at(3) + timedelta(minutes=30), at(3, 11))


def test_who_is_not_assigned_sees_nothing() -> None:
    assert project(session(workers=(TOM,)), "u", view()) is None
    declined = session()
    declined.workers[0].status = Assignment.DECLINED
    assert project(declined, "u", view()) is None


def test_an_other_event_in_its_owners_words() -> None:
    own = session(kind=Kind.OTHER_EVENT, subject="Dentist", location="Main St", show_as=ShowAs.FREE)
    component = shown(own)
    assert (component.summary, component.location, component.transparent) == ("Dentist", "Main St", True)
    hidden = shown(own, view("busy"))
    assert (hidden.summary, hidden.location) == ("Busy", "")
    own.source = Source.CALENDAR  # it goes back only to where it came from
    assert shown(own, view("busy")).summary == "Dentist"


def test_an_all_day_other_event() -> None:
    days = Span(start=date(2026, 3, 3), end=date(2026, 3, 5), tz=ADELAIDE)
    component = shown(session(kind=Kind.OTHER_EVENT, span=days))
    assert (component.start, component.end) == (date(2026, 3, 3), date(2026, 3, 5))


# --- our block, the remark, and the waiting line ------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_the_waiting_line_comes_first_at_every_level(level: Level) -> None:
    component = shown(session(), view(level, privacy=URL, note="bring the ball", waiting=frozenset({ALL})))
    lines = component.description.splitlines()
    assert (lines[0], lines[-1]) == (WAITING_LINE, "bring the ball")


def test_a_remark_is_what_is_not_ours() -> None:
    block = "https://sync.practice.example/s/9\nJoin: https://video.example"
    typed = f"{WAITING_LINE}\n{block}\nbring the ball\n\nand the rope"
    assert remark(typed, block) == "bring the ball\n\nand the rope"
    assert remark(block, block) == ""


# --- series -------------------------------------------------------------------------------------------------


def row(unit: Series, day: datetime) -> Session:
    found = unit.occurrence(unit.key_of(day))
    assert found is not None
    return found


def test_1_9_moved_cancelled_and_plain_occurrences() -> None:
    unit = series()
    row(unit, at(17)).move(Span(start=at(18, 11), end=at(18, 12), tz=ADELAIDE))
    row(unit, at(24)).status = Status.CANCELLED
    event = event_of(unit)
    assert str(event.rule) == "FREQ=WEEKLY;COUNT=8;BYDAY=TU"
    assert set(event.overrides) == {key(at(17)), key(at(24))}
    assert event.exdates == frozenset()
    moved, grey = event.overrides[key(at(17))], event.overrides[key(at(24))]
    assert (moved.start, moved.end) == (at(18, 11), at(18, 12))
    assert (grey.start, grey.status, grey.summary) == (at(24), "CANCELLED", "Cancelled – Session C-100")
    assert event.occurrence(key(at(7, month=4))) == event.master.starting(at(7, month=4))  # type: ignore[union-attr]


def test_removed_display_and_excluded_starts_are_exdates() -> None:
    unit = series()
    row(unit, at(24)).status = Status.CANCELLED
    unit.exclude(unit.key_of(at(10)))
    event = event_of(unit, view(mark_cancelled=False))
    assert event.exdates == {key(at(10)), key(at(24))}
    assert event.overrides == {}


def test_an_event_without_any_instance_is_not_written() -> None:
    unit = series()
    for occurrence in unit.occurrences:
        occurrence.status = Status.CANCELLED
    assert project(unit, "u", view(mark_cancelled=False)) is None
    assert event_of(unit).master is not None
    empty = series()
    for occurrence in list(empty.occurrences):
        empty.exclude(occurrence.occurrence_key or "")
    assert project(empty, "u", view()) is None


def test_a_held_occurrence_alone_shows_the_line() -> None:
    unit = series()
    event = event_of(unit, view(waiting=frozenset({unit.key_of(at(24))})))
    assert event.overrides[key(at(24))].description == WAITING_LINE
    assert shown(unit).description == ""
    whole = event_of(unit, view(waiting=frozenset({ALL})))
    assert whole.master is not None
    assert (whole.master.description, whole.overrides) == (WAITING_LINE, {})


def test_a_complete_occurrence_is_no_exception() -> None:
    unit = series()
    row(unit, at(3)).status = Status.COMPLETE
    assert event_of(unit).overrides == {}


def test_a_draft_series_is_not_pushed() -> None:
    assert project(series(status=Status.DRAFT), "u", view()) is None
    assert shown(series(status=Status.DRAFT), view(push_drafts=True)).status == "TENTATIVE"


def test_until_is_in_utc_and_dates_are_dates() -> None:
    event = event_of(series("FREQ=WEEKLY;UNTIL=20260421T235959"))
    assert event.rule is not None
    assert event.rule.until == datetime(2026, 4, 21, 14, 29, 59, tzinfo=UTC)


@pytest.mark.parametrize("level", LEVELS)
def test_001_09_assets_are_named_where_rooms_are(level: Level) -> None:
    taken = session()
    taken.take(Need(asset=Asset(id=UUID(int=70), ref="chair", name="Shower chair")))
    taken.take(Need(asset=Asset(id=UUID(int=71), ref="bus", name="Minibus"), qty=2))
    event = project(taken, "u", view(level))
    assert event is not None
    assert event.master is not None
    named = {"Shower chair", "2 Minibus"} if level not in ("busy", "reference") else set()
    assert event.master.resources == named


def test_001_09_every_occurrence_takes_the_assets_of_its_series() -> None:
    taken = series(needs=[Need(asset=Asset(id=UUID(int=70), ref="chair", name="Shower chair"))])
    event = project(taken, "u", view("initials"))
    assert event is not None
    assert event.master is not None
    assert event.master.resources == {"Shower chair"}
    assert event.overrides == {}
    assert {row.assets[0].asset.ref for row in taken.occurrences} == {"chair"}
