"""Rosters: R50 to R55 and the rows 001-01 and 001-02, with the figures of US16."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from adapters.diary import periods, publishing, rosters
from adapters.diary.rosters import Slot
from adapters.diary.validating import validate
from adapters.jobs import Jobs, Means
from model.availability import Leave, LeaveType
from model.details import Source, Status, WorkType, timed
from model.errors import DomainError
from model.journal import HistoryEntry
from model.moment import Span, zone
from model.people import BlocklistEntry, Client, ClientSite, Worker
from model.practice import Site
from model.roster import RosterPeriod
from model.session import Session
from sync.settings import RulesSettings, Settings
from tests.unit.diary.conftest import Diary

HOUSE = "West house"
DAY_SHIFT = Slot(start="07:00", minutes=480, workers=["tom"], clients=["liam"])
FIRST = date(2026, 3, 16)
ADELAIDE = zone("Australia/Adelaide")


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code


@pytest.fixture
def house(diary: Diary) -> Diary:
    """Two weeks from Monday 2 March, Tom with Liam on both Mondays; active."""
    rosters.add_base(diary.sessions, diary.act, HOUSE, weeks=2, start=date(2026, 3, 2))
    for week in (1, 2):
        rosters.add_slot(diary.sessions, diary.act, HOUSE, DAY_SHIFT, week=week, weekday="MO")
    rosters.finalise(diary.sessions, diary.act, HOUSE)
    return diary


def create(diary: Diary, start: date = FIRST) -> str:
    return periods.create(diary.sessions, diary.act, HOUSE, start)


def when(diary: Diary, period: str) -> list[tuple[str, str]]:
    return [(slot.when, slot.start) for slot in periods.show(diary.sessions, period)]


def publish(diary: Diary, period: str, settings: Settings | None = None) -> publishing.Published:
    return publishing.publish(diary.sessions, diary.act, period, settings or Settings())


def starts(diary: Diary) -> list[datetime]:
    with diary.read() as database:
        return list(database.scalars(select(Session.starts_at).order_by(Session.starts_at)))


def test_r50_a_period_has_every_session_of_the_base_on_its_dates(house: Diary) -> None:
    assert when(house, create(house)) == [("2026-03-16", "07:00"), ("2026-03-23", "07:00")]
    [seen] = periods.list_periods(house.sessions)
    assert (seen.start, seen.end, seen.state, seen.version) == ("2026-03-16", "2026-03-29", "PLANNED", 1)


@pytest.mark.parametrize("start", [date(2026, 3, 17), date(2026, 3, 9), date(2026, 2, 16)])
def test_r50_e_period_align_a_period_begins_whole_patterns_after_the_base(house: Diary, start: date) -> None:
    with refused("E_PERIOD_ALIGN"):
        create(house, start)


def test_r50_e_period_overlap_two_periods_of_one_base_have_no_day_in_common(house: Diary) -> None:
    create(house)
    with refused("E_PERIOD_OVERLAP"):
        create(house)
    create(house, date(2026, 3, 30))


def test_r50_a_new_version_does_not_let_periods_overlap_either(house: Diary) -> None:
    create(house)
    rosters.draft(house.sessions, house.act, HOUSE)
    rosters.finalise(house.sessions, house.act, HOUSE)
    with refused("E_PERIOD_OVERLAP"):
        create(house)


def test_r51_later_changes_of_the_base_reach_only_later_periods(house: Diary) -> None:
    period = create(house)
    rosters.draft(house.sessions, house.act, HOUSE)
    for slot in rosters.show_base(house.sessions, HOUSE):
        rosters.remove_slot(house.sessions, house.act, HOUSE, slot.id)
    later = Slot(start="08:00", minutes=480, workers=["tom"], clients=["liam"])
    rosters.add_slot(house.sessions, house.act, HOUSE, later, week=1, weekday="MO")
    rosters.finalise(house.sessions, house.act, HOUSE)
    assert when(house, period) == [("2026-03-16", "07:00"), ("2026-03-23", "07:00")]
    assert when(house, create(house, date(2026, 3, 30))) == [("2026-03-30", "08:00")]


def test_r51_changes_of_a_period_never_flow_back(house: Diary) -> None:
    period = create(house)
    first = periods.show(house.sessions, period)[0]
    periods.change(
        house.sessions, house.act, period, first.id, periods.Edit(start="09:00", day=date(2026, 3, 17))
    )
    assert when(house, period)[0] == ("2026-03-17", "09:00")
    assert {slot.start for slot in rosters.show_base(house.sessions, HOUSE)} == {"07:00"}


def test_001_02_a_one_off_lies_within_its_period(house: Diary) -> None:
    period = create(house)
    one_off = Slot(start="09:00", minutes=60, workers=["tom"], clients=["noor"])
    periods.add(house.sessions, house.act, period, one_off, date(2026, 3, 18))
    assert ("2026-03-18", "09:00") in when(house, period)
    with refused("E_PERIOD_ALIGN"):
        periods.add(house.sessions, house.act, period, one_off, date(2026, 3, 30))


def test_r52_e_not_validated_publishing_needs_a_validation_since_the_last_change(house: Diary) -> None:
    period = create(house)
    with refused("E_NOT_VALIDATED"):
        publish(house, period)
    validate(house.sessions, house.act, period)
    periods.remove(house.sessions, house.act, period, periods.show(house.sessions, period)[0].id)
    with refused("E_NOT_VALIDATED"):
        publish(house, period)
    assert starts(house) == []


def violations(diary: Diary, period: str) -> set[tuple[str, str]]:
    return {(one.rule, one.who) for one in validate(diary.sessions, diary.act, period)}


def plan(diary: Diary, period: str, day: int, **other: object) -> None:
    usual = {"start": "07:00", "minutes": 60, "workers": ["tom"], "clients": ["liam"]}
    slot = Slot(**(usual | other))  # type: ignore[arg-type]
    periods.add(diary.sessions, diary.act, period, slot, date(2026, 3, day))


def test_r52_nothing_wrong_is_nothing_found(house: Diary) -> None:
    assert violations(house, create(house)) == set()


def test_r52_a_session_without_worker_is_found(house: Diary) -> None:
    period = create(house)
    plan(house, period, 18, workers=[])
    assert violations(house, period) == {("UNASSIGNED", "")}


def test_r52_workers_and_clients_planned_twice_are_found(house: Diary) -> None:
    period = create(house)
    plan(house, period, 16, start="14:30", clients=["noor"])
    plan(house, period, 23, start="08:00", workers=["lena"])
    assert violations(house, period) == {("WORKER_OVERLAP", "tom"), ("CLIENT_OVERLAP", "C-1090")}


def test_r52_a_long_session_meets_each_of_several_short_ones(house: Diary) -> None:
    period = create(house)
    for hour in ("08:00", "09:30", "14:00"):
        plan(house, period, 16, start=hour, clients=["noor"])
    found = [one for one in validate(house.sessions, house.act, period) if one.rule == "WORKER_OVERLAP"]
    assert len(found) == 4


def test_r52_back_to_back_is_no_overlap(house: Diary) -> None:
    period = create(house)
    plan(house, period, 16, start="15:00")
    assert violations(house, period) == set()


def test_r52_what_stands_on_the_live_schedule_counts(house: Diary) -> None:
    house.add("2026-03-16 08:00", workers=["tom"], clients=["noor"])
    house.add("2026-03-23 08:00", workers=["priya"], clients=["liam"])
    assert violations(house, create(house)) == {("WORKER_OVERLAP", "tom"), ("CLIENT_OVERLAP", "C-1090")}


def test_r52_contracted_hours_are_a_sum_against_a_number(house: Diary) -> None:
    with house.sessions.begin() as database:
        database.scalars(select(Worker).where(Worker.ref == "tom")).one().contracted_min = 540
    period = create(house)
    plan(house, period, 17)
    assert violations(house, period) == set()
    plan(house, period, 18)
    assert violations(house, period) == {("CONTRACTED_HOURS", "tom")}


def test_r52_who_has_left_is_found(house: Diary) -> None:
    with house.sessions.begin() as database:
        database.scalars(select(Worker).where(Worker.ref == "tom")).one().end_date = date(2026, 3, 20)
        database.scalars(select(Client).where(Client.ref == "liam")).one().active = False
    found = validate(house.sessions, house.act, create(house))
    assert sorted(one.rule for one in found) == ["CLIENT_STATUS", "CLIENT_STATUS", "WORKER_STATUS"]


def test_r52_a_client_of_another_site_is_found(house: Diary) -> None:
    with house.sessions.begin() as database:
        chicago = database.scalars(select(Site.id).where(Site.ref == "chicago")).one()
        liam = database.scalars(select(Client.id).where(Client.ref == "liam")).one()
        database.add(ClientSite(client_id=liam, site_id=chicago))
    period = create(house)
    plan(house, period, 18, site="adelaide")
    assert violations(house, period) == {("ASSOCIATION", "C-1090")}


def test_r52_a_worker_of_other_sites_is_found(house: Diary) -> None:
    period = create(house)
    plan(house, period, 18, site="adelaide")
    worker = '[[worker]]\nid = "tom"\nname = "Tom Nguyen"\ntz = "Australia/Adelaide"\n'
    house.bring(worker + 'site = "chicago"\n')
    assert violations(house, period) == {("ASSOCIATION", "tom")}
    house.bring(worker + 'sites = ["chicago", "adelaide"]\n')
    assert violations(house, period) == set()
    house.bring(worker + "sites = []\n")
    assert violations(house, period) == set()


def test_r52_who_is_on_leave_or_outside_their_hours_is_found(house: Diary) -> None:
    with house.sessions.begin() as database:
        tom = database.scalars(select(Worker.id).where(Worker.ref == "tom")).one()
        days = (datetime(2026, 3, day, tzinfo=ADELAIDE) for day in (23, 24))
        span = Span(start=next(days), end=next(days), tz=ADELAIDE)
        away = Leave(
            id=house.act.new_id(), ref="ill", worker_id=tom, type=LeaveType.SICK, approved=True,
            **timed(span),
        )  # fmt: skip
        database.add(away)
    found = validate(house.sessions, house.act, create(house))
    assert [(one.rule, one.who) for one in found] == [("AVAILABILITY", "tom")]


def test_r52_who_are_not_to_meet_are_found(house: Diary) -> None:
    with house.sessions.begin() as database:
        tom = database.scalars(select(Worker.id).where(Worker.ref == "tom")).one()
        noor = database.scalars(select(Client.id).where(Client.ref == "noor")).one()
        database.add(
            BlocklistEntry(id=house.act.new_id(), ref="b", worker_id=tom, client_id=noor, active=True)
        )
    period = create(house)
    plan(house, period, 18, clients=["noor"])
    assert violations(house, period) == {("BLOCKLIST", "tom")}


def test_r52_a_practice_may_let_a_violation_block_publishing(house: Diary) -> None:
    period = create(house)
    plan(house, period, 18, workers=[])
    validate(house.sessions, house.act, period)
    with refused("E_NOT_VALIDATED"):
        publish(house, period, Settings(rules=RulesSettings(block_on=("UNASSIGNED",))))
    publish(house, period, Settings(rules=RulesSettings(block_on=("WORKER_OVERLAP",))))


def test_r53_publishing_makes_rostered_sessions_and_only_once(house: Diary) -> None:
    period = create(house)
    validate(house.sessions, house.act, period)
    assert (publish(house, period).made, publish(house, period).made) == (2, 0)
    assert starts(house) == [
        datetime(2026, 3, 15, 20, 30, tzinfo=UTC),
        datetime(2026, 3, 22, 20, 30, tzinfo=UTC),
    ]
    with house.read() as database:
        rows = database.scalars(select(Session)).all()
        assert {(row.status, row.source) for row in rows} == {(Status.ROSTERED, Source.ROSTER)}
        assert {str(row.roster_period_id) for row in rows} == {period}


def cut_off(house: Diary, monkeypatch: pytest.MonkeyPatch) -> str:
    """A period of which the process that published it died after the first of two portions."""
    period = create(house)
    validate(house.sessions, house.act, period)
    monkeypatch.setattr(publishing, "PORTION", 1)
    overlaps, calls = publishing.overlaps, []

    def dies(*arguments: object) -> list[str]:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return overlaps(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "overlaps", dies)
    with pytest.raises(KeyboardInterrupt):
        publish(house, period)
    assert len(starts(house)) == 1
    return period


def test_r53_publishing_goes_on_where_it_was_cut_off(house: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    period = cut_off(house, monkeypatch)
    assert publish(house, period).made == 1
    assert len(starts(house)) == 2
    assert periods.list_periods(house.sessions)[0].state == "PUBLISHED"


def jobs(house: Diary, settings: Settings | None = None) -> Jobs:
    means = Means(sessions=house.sessions, settings=settings or Settings())
    return Jobs(means=means, clock=lambda: house.now, new_id=house.act.new_id)


def test_r53_the_job_publishes_what_was_cut_off_and_nothing_that_nobody_began(
    house: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(house, monkeypatch)
    waits = create(house, date(2026, 3, 30))
    validate(house.sessions, house.act, waits)
    assert jobs(house).do("publish") == 1
    assert [one.astimezone(ADELAIDE).day for one in starts(house)] == [16, 23]
    states = {one.start: one.state for one in periods.list_periods(house.sessions)}
    assert states == {"2026-03-16": "PUBLISHED", "2026-03-30": "VALIDATED"}
    house.now += timedelta(minutes=15)
    assert jobs(house).do("publish") == 0


def test_r53_what_a_rule_refuses_meanwhile_waits_for_the_scheduler(
    house: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = cut_off(house, monkeypatch)
    with house.sessions.begin() as database:
        row = database.query(RosterPeriod).one()
        row.violations = {"found": [{"rule": "UNASSIGNED", "slot": "x", "detail": ""}]}
    strict = Settings(rules=RulesSettings(block_on=("UNASSIGNED",)))
    assert jobs(house, strict).do("publish") == 0
    assert len(starts(house)) == 1
    house.now += timedelta(minutes=15)
    assert jobs(house).do("publish") == 1
    assert periods.list_periods(house.sessions)[0].state == "PUBLISHED"
    assert publish(house, period).made == 0


def test_r53_a_taken_room_is_refused_and_nothing_of_the_portion_is_made(house: Diary) -> None:
    period = create(house)
    house.add("2026-03-18 09:00", workers=["priya"], room="room-1")
    plan(house, period, 18, start="09:30", room="room-1")
    validate(house.sessions, house.act, period)
    with refused("E_ROOM_CONFLICT"):
        publish(house, period)
    assert len(starts(house)) == 1


def test_r54_what_is_published_is_changed_on_the_live_schedule_alone(house: Diary) -> None:
    period = create(house)
    validate(house.sessions, house.act, period)
    publish(house, period)
    slot = periods.show(house.sessions, period)[0].id
    with refused("E_TRANSITION"):
        periods.remove(house.sessions, house.act, period, slot)
    with refused("E_TRANSITION"):
        plan(house, period, 18)
    with refused("E_TRANSITION"):
        validate(house.sessions, house.act, period)


def test_r55_a_clone_has_everything_but_the_history(house: Diary) -> None:
    rosters.draft(house.sessions, house.act, HOUSE)
    rosters.clone(house.sessions, house.act, HOUSE, "East house")
    east = [base for base in rosters.list_bases(house.sessions) if base.name == "East house"]
    assert [(base.version, base.state, base.slots) for base in east] == [(1, "DRAFT", 2)]
    with refused("E_EXISTS"):
        rosters.clone(house.sessions, house.act, HOUSE, "East house")


def test_001_01_a_base_roster_is_changed_as_a_draft_alone(house: Diary) -> None:
    with refused("E_TRANSITION"):
        rosters.add_slot(house.sessions, house.act, HOUSE, DAY_SHIFT, week=1, weekday="TU")
    assert rosters.draft(house.sessions, house.act, HOUSE) == 2
    with refused("E_EXISTS"):
        rosters.draft(house.sessions, house.act, HOUSE)
    rosters.add_slot(house.sessions, house.act, HOUSE, DAY_SHIFT, week=1, weekday="TU")
    rosters.finalise(house.sessions, house.act, HOUSE)
    states = [(base.version, base.state) for base in rosters.list_bases(house.sessions)]
    assert states == [(1, "INACTIVE"), (2, "ACTIVE")]


def test_periods_are_made_from_active_bases_alone(diary: Diary) -> None:
    rosters.add_base(diary.sessions, diary.act, HOUSE, weeks=1, start=date(2026, 3, 2))
    with refused("E_TRANSITION"):
        create(diary)


@pytest.mark.parametrize(
    ("slot", "week", "weekday", "code"),
    [
        (DAY_SHIFT, 3, "MO", "E_ROSTER"),
        (DAY_SHIFT, 1, "XX", "E_ROSTER"),
        (Slot(start="25:00", minutes=60, clients=["liam"]), 1, "MO", "E_TIME"),
        (Slot(start="07:00", minutes=0, clients=["liam"]), 1, "MO", "E_END_BEFORE_START"),
        (Slot(start="07:00", minutes=60), 1, "MO", "E_CLIENT_REQUIRED"),
        (Slot(start="07:00", minutes=60, clients=["liam", "noor"]), 1, "MO", "E_DUPLICATE_CLIENT"),
        (Slot(start="07:00", minutes=60, clients=["nobody"]), 1, "MO", "E_NOT_FOUND"),
        (
            Slot(start="07:00", minutes=60, clients=["liam", "liam"], work_type=WorkType.GROUP),
            1,
            "MO",
            "E_DUPLICATE_CLIENT",
        ),
        (
            Slot(start="07:00", minutes=60, clients=["liam"], workers=["tom", "tom"]),
            1,
            "MO",
            "E_DUPLICATE_WORKER",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(
    diary: Diary, slot: Slot, week: int, weekday: str, code: str
) -> None:
    rosters.add_base(diary.sessions, diary.act, HOUSE, weeks=2, start=date(2026, 3, 2))
    with refused(code):
        rosters.add_slot(diary.sessions, diary.act, HOUSE, slot, week=week, weekday=weekday)
    with refused("E_ROSTER"):
        rosters.add_base(diary.sessions, diary.act, "Three", weeks=3, start=date(2026, 3, 2))


def test_a_group_of_several_is_planned_as_one(house: Diary) -> None:
    period = create(house)
    plan(house, period, 18, clients=["noor", "eva"], work_type=WorkType.GROUP)
    validate(house.sessions, house.act, period)
    publish(house, period)
    with house.read() as database:
        assert database.scalar(select(func.count()).where(Session.work_type == WorkType.GROUP)) == 1


def test_nothing_of_a_roster_is_a_session_before_it_is_published(house: Diary) -> None:
    validate(house.sessions, house.act, create(house))
    assert starts(house) == []
    with house.read() as database:
        actions = set(database.scalars(select(HistoryEntry.action)))
    assert {"roster-added", "roster-finalised", "period-created", "period-validated"} <= actions
