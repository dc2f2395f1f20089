"""A practice set: every table is read, every rule of the commands holds, every problem has its file and line."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, selectinload

from adapters.database import migrations
from adapters.database.engine import connect, sessions
from adapters.diary.changing import Move, move
from adapters.diary.importing import ImportFailedError, import_practice
from adapters.diary.lookup import find_session
from adapters.diary.tables import TABLES
from adapters.diary.taking import row_id
from model.attendance import SessionWorker
from model.details import Kind, Source, Status, WorkType
from model.practice import Practice
from model.roster import BaseRoster, PeriodState, RosterPeriod, RosterState
from model.series import Series
from model.service import PlannedService
from model.session import Session
from model.slot_service import RosterSlotService
from model.stay import BedBooking, BedService, BookingState
from sync.settings import RulesSettings, Settings
from tests.practice_set import FILES, but, more, write
from tests.unit.diary.bringing import bring, counted, problems
from tests.unit.diary.conftest import NOW, Diary

NO_PARTS = dict.fromkeys(
    (
        *("ad_hoc_service", "worker_time", "in_shift"),
        *("cancellation", "completion", "note", "bill", "payment", "offer"),
    ),
    "",
)
ALLOW = Settings(rules=RulesSettings(worker_availability="allow"))


# --- what is taken in -----------------------------------------------------------------------------------------


def test_the_set_of_the_tests_has_every_table_and_all_of_it_is_added(empty: Diary, tmp_path: Path) -> None:
    done = bring(empty, write(tmp_path / "set"))
    assert set(done) == set(TABLES)
    assert all(one.added > 0 and one.updated == one.kept == 0 for one in done.values())


def test_either_database_takes_the_same_set(database_url: str, tmp_path: Path) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)
    diary = Diary(sessions(engine, clock=lambda: NOW))
    first, again = bring(diary, write(tmp_path / "set")), bring(diary, tmp_path / "set")
    engine.dispose()
    assert sum(one.added for one in first.values()) == 60
    assert sum(one.added for one in again.values()) == 0


def test_000_10_sessions_and_series_are_what_the_command_would_make(empty: Diary, tmp_path: Path) -> None:
    bring(empty, write(tmp_path / "set"))
    with empty.read() as database:
        query = select(Session).where(Session.source == Source.STAFF).order_by(Session.starts_at)
        parts = (selectinload(Session.clients), selectinload(Session.workers), selectinload(Session.assets))
        rows = database.scalars(query.options(*parts)).all()
    assert [row.local_start for row in rows] == [
        *(
            "2026-02-23T10:00:00",
            "2026-02-24T10:00:00",
            "2026-02-25T10:00:00",
            "2026-03-03T09:00:00",
            "2026-03-03T10:00:00",
            "2026-03-04T10:00:00",
            "2026-03-05T14:00:00",
            "2026-03-06T10:00:00",
            "2026-03-11T10:00:00",
        ),
        *("2026-03-12T14:00:00", "2026-03-18T10:00:00", "2026-03-19T14:00:00", "2026-03-25T10:00:00"),
    ]
    groups = [row for row in rows if row.work_type is WorkType.GROUP]
    assert [(len(row.clients), len(row.workers), row.status) for row in groups] == [(2, 2, Status.DRAFT)] * 3
    assert [row.assets[0].qty for row in rows if row.local_start.endswith("10:00:00") and row.series_id] == [
        2
    ] * 4
    assert {row.tz for row in rows} == {"Australia/Adelaide"}


def test_001_06_001_13_001_17_types_activities_and_shifts_are_taken_in(empty: Diary, tmp_path: Path) -> None:
    told = "id,start,end,workers,clients,rostered,session_type,activities\n"
    slots = "id,base,week,weekday,start,minutes,workers,clients,shift,activities\n"
    changed = NO_PARTS | {
        "session": (
            f"{told}one,2026-03-03 10:00,10:50,ann,kim,true,intake,BREAK 10:10-10:20; WAKE_UP 10:30-10:35\n"
        ),
        "planned_service": "",
        "roster_slot": (
            f"{slots}mon,house,1,MO,07:00,120,bob,kim,,BREAK 08:00-08:10\n"
            "night,house,1,SA,19:00,480,ann,,true,\n"
        ),
        "roster_slot_service": "",
    }
    bring(empty, write(tmp_path / "set", **changed), ALLOW)
    with empty.read() as database:
        one = database.scalars(select(Session).where(Session.local_start == "2026-03-03T10:00:00")).one()
        of_roster = Session.kind == Kind.SHIFT, Session.source == Source.ROSTER
        shift = database.scalars(select(Session).where(*of_roster)).one()
        planned = database.scalars(select(Session).where(Session.local_start == "2026-03-16T07:00:00")).one()
    assert [(done.type, done.after, done.minutes) for done in one.activities] == [
        ("BREAK", 10, 10),
        ("WAKE_UP", 30, 5),
    ]
    assert (one.colour, shift.local_start) == ("teal", "2026-03-21T19:00:00")
    assert [(done.type, done.after) for done in planned.activities] == [("BREAK", 60)]


def test_000_06_001_12_planned_services_come_at_the_agreed_rate_for_each_occurrence(
    empty: Diary, tmp_path: Path
) -> None:
    bring(empty, write(tmp_path / "set"))
    with empty.read() as database:
        plans = database.scalars(select(PlannedService).options(selectinload(PlannedService.clients))).all()
    agreed = [plan for plan in plans if not plan.ad_hoc]
    of_sessions = [(plan.ratio, plan.primary, len(plan.clients)) for plan in agreed if plan.session_id]
    assert sorted(of_sessions) == [(1, True, 1)] * 7 + [(2, True, 2)] * 3
    assert len([plan for plan in agreed if plan.series_id]) == 2
    assert {plan.rate_cents for plan in agreed} == {18399}
    assert sum(plan.travel_chargeable for plan in agreed) == 3


def test_000_07_ad_hoc_services_come_beside_what_was_agreed(empty: Diary, tmp_path: Path) -> None:
    bring(empty, write(tmp_path / "set"))
    one = row_id(_practice(empty), "session", "one")
    with empty.read() as database:
        plans = database.scalars(select(PlannedService).where(PlannedService.session_id == one)).all()
    told = {(plan.ad_hoc, plan.primary, plan.rate_cents, plan.claim_type) for plan in plans}
    assert told == {(False, True, 18399, ""), (True, False, 4500, "standard")}


def test_000_07_of_what_repeats_only_the_named_day_gets_it(empty: Diary, tmp_path: Path) -> None:
    day = {
        "ad_hoc_service": (
            "id,session,day,service,method,quantity,rate_cents,claim_type\n"
            "night,weekly,2026-03-11,respite,FIXED_QUANTITY,2,4500,standard\n"
        )
    }
    bring(empty, write(tmp_path / "set", **day))
    with empty.read() as database:
        query = select(Session.local_start, PlannedService.quantity).join(PlannedService)
        told = database.execute(query.where(PlannedService.ad_hoc)).all()
    assert [(row[0], str(row[1])) for row in told] == [("2026-03-11T10:00:00", "2.00")]


def test_000_07_a_practice_without_ad_hoc_services_imports_none(empty: Diary, tmp_path: Path) -> None:
    without = Settings(rules=RulesSettings(ad_hoc_services=False))
    with pytest.raises(ImportFailedError) as refused:
        import_practice(empty.sessions, empty.act, write(tmp_path / "set"), without)
    told = [one.split(": ")[0] for one in refused.value.problems if "E_AD_HOC_OFF" in one]
    assert told == ["ad_hoc_service.csv:2", "bed_booking.csv:2"]


def test_000_05_workers_come_later_or_leave_earlier_on_the_day_that_is_named(
    empty: Diary, tmp_path: Path
) -> None:
    bring(empty, write(tmp_path / "set"))
    with empty.read() as database:
        query = select(Session).where(Session.work_type == WorkType.GROUP).order_by(Session.starts_at)
        whole = selectinload(Session.workers).joinedload(SessionWorker.worker)
        rows = database.scalars(query.options(whole)).all()
    late = [
        {
            one.worker.ref
            for one in row.workers
            if (one.starts_at, one.ends_at) != (row.starts_at, row.ends_at)
        }
        for row in rows
    ]
    assert late == [set(), {"bob"}, set()]
    assert [row.is_exception for row in rows] == [False, True, False]
    (bob,) = [one for one in rows[1].workers if one.worker.ref == "bob"]
    assert (bob.starts_at - rows[1].starts_at, bob.ends_at) == (timedelta(minutes=30), rows[1].ends_at)


def _lying_in(diary: Diary) -> dict[str, str]:
    """Which session lies in which shift, both by their wall starts."""
    shift = aliased(Session)
    query = select(Session.local_start, shift.local_start).join(shift, shift.id == Session.parent_shift_id)
    with diary.read() as database:
        return {row[0]: row[1] for row in database.execute(query)}


def test_001_17_sessions_come_into_the_shifts_that_are_named(empty: Diary, tmp_path: Path) -> None:
    bring(empty, write(tmp_path / "set"))
    assert _lying_in(empty) == {"2026-03-03T10:00:00": "2026-03-03T09:00:00"}


def test_001_17_of_what_repeats_each_comes_into_the_shift_of_its_time(empty: Diary, tmp_path: Path) -> None:
    duty = FILES["practice.toml"].replace(
        'start = "2026-03-03 09:00"', 'start = "2026-03-04 09:00"\nrule = "FREQ=WEEKLY;COUNT=4"'
    )
    bring(empty, write(tmp_path / "set", practice=duty, **but("in_shift", "one", "weekly")))
    days = ("2026-03-04", "2026-03-11", "2026-03-18", "2026-03-25")
    assert _lying_in(empty) == {f"{day}T10:00:00": f"{day}T09:00:00" for day in days}


def test_001_17_a_later_set_may_put_into_a_shift_that_is_there(empty: Diary, tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    bring(empty, folder)
    later = more("session", "two,2026-03-03 11:00,11:50,,,,ann,lou,room,,,true") | more(
        "in_shift", "on-too,two,duty"
    )
    assert bring(empty, write(folder, **later))["in_shift"].added == 1
    assert set(_lying_in(empty)) == {"2026-03-03T10:00:00", "2026-03-03T11:00:00"}


def test_000_27_holds_keep_the_bed_and_end_where_that_is_said(empty: Diary, tmp_path: Path) -> None:
    two = {
        "bed_hold": (
            "id,booking,first_night,until,reason,ended\n"
            "second,stay,2026-03-22,2026-03-23,Again,\nfirst,stay,2026-03-20,2026-03-21,With family,true\n"
        )
    }
    assert bring(empty, write(tmp_path / "set", **two))["bed_hold"].added == 2
    with empty.read() as database:
        (stay,) = database.scalars(select(BedBooking).options(selectinload(BedBooking.holds))).all()
    assert [(str(hold.first_night), hold.reason, hold.going_on) for hold in stay.holds] == [
        ("2026-03-20", "With family", False),
        ("2026-03-22", "Again", True),
    ]
    assert (stay.state, len(stay.delivered_nights)) == (BookingState.ON_HOLD, 1)


def test_r50_001_12_what_roster_slots_deliver_is_copied_and_planned_when_published(
    empty: Diary, tmp_path: Path
) -> None:
    bring(empty, write(tmp_path / "set"))
    with empty.read() as database:
        query = select(PlannedService).join(Session, Session.id == PlannedService.session_id)
        published = database.scalars(query.where(Session.source == Source.ROSTER)).all()
        assert (
            database.scalar(select(func.count()).select_from(RosterSlotService)) == 3
        )  # base, and two periods
    assert [(plan.rate_cents, plan.travel_chargeable, plan.primary) for plan in published] == [
        (18399, True, True)
    ]


def _practice(diary: Diary) -> UUID:
    with diary.read() as database:
        return database.scalars(select(Practice.id)).one()


def test_000_25_stays_are_booked_with_what_is_delivered(empty: Diary, tmp_path: Path) -> None:
    bring(empty, write(tmp_path / "set"))
    with empty.read() as database:
        stay = database.scalars(select(BedBooking)).one()
        service = database.scalars(select(BedService)).one()
    assert (stay.local_start, stay.local_end) == ("2026-03-20", "2026-03-23")
    assert (service.rate_cents, service.ad_hoc) == (32000, True)


def test_001_01_bases_are_active_and_periods_are_published_where_that_is_said(
    empty: Diary, tmp_path: Path
) -> None:
    bring(empty, write(tmp_path / "set"))
    with empty.read() as database:
        assert database.scalars(select(BaseRoster.state)).all() == [RosterState.ACTIVE]
        states = database.scalars(select(RosterPeriod.state).order_by(RosterPeriod.start_date)).all()
        made = select(Session.local_start).where(Session.source == Source.ROSTER).order_by(Session.starts_at)
        assert database.scalars(made).all() == ["2026-03-16T07:00:00", "2026-03-20T07:00:00"]
    assert states == [PeriodState.PUBLISHED, PeriodState.PLANNED]


def test_one_toml_file_may_hold_all_of_it(empty: Diary, tmp_path: Path) -> None:
    file = tmp_path / "all.toml"
    file.write_text(
        FILES["practice.toml"].partition("[[session]]")[0]
        + """
        [[worker]]
        id = "ann"
        name = "Ann"
        tz = "Australia/Adelaide"
        [[client]]
        id = "kim"
        name = "Kim"
        [[session]]
        id = "one"
        start = "2026-03-03 10:00"
        end = "10:50"
        workers = ["ann"]
        clients = ["kim"]
        site = "clinic"
        """
    )
    assert bring(empty, file)["session"].added == 1


def test_a_second_import_leaves_what_is_booked_as_it_is_and_updates_people(
    empty: Diary, tmp_path: Path
) -> None:
    folder = write(tmp_path / "set")
    bring(empty, folder)
    one = row_id(_practice(empty), "session", "one")
    move(empty.sessions, empty.act, str(one), Move(start="2026-03-03 11:00"), None)

    done = bring(empty, write(folder, **but("worker", "bob,Bob", "bob,Robert")))

    assert {name: one.kept for name, one in done.items() if one.kept} == {
        "session": 8, "planned_service": 4, "cancellation": 2, "completion": 1, "note": 1, "bill": 2, "payment": 1,
        "offer": 1, "ad_hoc_service": 1, "worker_time": 1, "in_shift": 1, "bed_booking": 1,
        "bed_hold": 1, "base_roster": 1, "roster_slot": 2, "roster_slot_service": 1, "roster_period": 2,
    }  # fmt: skip
    assert sum(one.added for one in done.values()) == 0
    with empty.read() as database:
        assert find_session(database, str(one)).local_start == "2026-03-03T11:00:00"
        assert database.scalar(select(func.count()).select_from(Series)) == 2


def test_a_later_set_may_add_to_what_is_there(empty: Diary, tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    bring(empty, folder)
    done = bring(
        empty,
        write(
            folder,
            **more("session", "two,2026-03-03 11:00,11:50,,,,ann,kim,room,,,true"),
            **more("planned_service", "p-4,two,physio,,"),
        ),
    )
    assert (done["session"].added, done["session"].kept, done["planned_service"].added) == (1, 8, 1)


def test_004_16_who_is_taken_twice_is_a_warning_also_within_one_set(empty: Diary, tmp_path: Path) -> None:
    twice = more("session", "two,2026-03-03 10:30,11:00,,,,ann,kim,,WORKER_OFFICE,,true")
    done = bring(empty, write(tmp_path / "set", **twice))
    assert done["session"].warnings == (("CLIENT_OVERLAP", 2), ("SLOT_OVERLAP", 2))
    with empty.read() as database:
        noted = select(Session.local_start).where(Session.overlap_warned).order_by(Session.starts_at)
        assert database.scalars(noted).all() == ["2026-03-03T10:00:00", "2026-03-03T10:30:00"]


def test_004_16_what_leaves_a_shift_is_a_warning_and_what_lies_within_it_is_none(
    empty: Diary, tmp_path: Path
) -> None:
    leaves = more("session", "two,2026-03-03 12:30,13:30,,,,ann,lou,,WORKER_OFFICE,,true")
    done = bring(empty, write(tmp_path / "set", **leaves))
    assert done["session"].warnings == (("SLOT_OVERLAP", 2),)  # of it, and of the shift


def test_who_is_away_is_a_warning_where_the_practice_allows_it(empty: Diary, tmp_path: Path) -> None:
    away = more("session", "two,2026-04-21 10:30,11:00,,,,ann,kim,,WORKER_OFFICE,,true")
    done = bring(empty, write(tmp_path / "set", **away), ALLOW)
    assert done["session"].warnings == (("WORKER_UNAVAILABLE", 1),)


# --- every rule of the commands holds -------------------------------------------------------------------------

_GROUP = "planned_service.csv:4"
_RULES = {
    "e_room_conflict": (
        more("session", "two,2026-03-03 10:30,11:00,,,,bob,lou,room,,,true"),
        ["session.csv:2", "session.csv:5"],
    ),
    "e_room_conflict of a series": (
        more("session", "two,2026-03-11 09:00,10:30,,,,bob,kim,room,,,true"),
        ["session.csv:3", "session.csv:5"],
    ),
    "e_asset_conflict": (
        more("session", "two,2026-03-04 10:30,11:00,,,,bob,kim,,WORKER_OFFICE,chair,true"),
        ["session.csv:3", "session.csv:5"],
    ),
    "e_unavailable": (
        more("session", "two,2026-04-13 10:00,11:00,,FREQ=WEEKLY;COUNT=2,,ann,kim,,WORKER_OFFICE,,true"),
        ["session.csv:5"],
    ),
    "e_worker_ineligible": (but("blocklist", "lou,false", "lou,true"), ["session.csv:4", "offer.csv:2"]),
    "e_end_before_start": (but("session", "10:50", "10:00"), ["session.csv:2"]),
    "e_rrule": (but("session", "FREQ=WEEKLY;COUNT=4", "FREQ=SOMETIMES"), ["session.csv:3"]),
    "e_duplicate_client": (but("session", ",GROUP,ann; bob,kim; lou", ",,ann; bob,kim; lou"), ["session.csv:4"]),
    "e_agreement": (but("agreement", "lou,2026-01-01", "lou,2026-06-01"), ["planned_service.csv:3", _GROUP]),
    "e_service": (more("planned_service", "p-4,one,physio,,"), ["planned_service.csv:5"]),
    "e_bed_conflict": (more("bed_booking", "other,bed,lou,2026-03-22,2026-03-24,"), ["bed_booking.csv:3"]),
    "e_bed_limits": (but("client", "1990-05-01", "2015-05-01"), ["bed_booking.csv:2"]),
    "e_exists": (more("base_roster", "two,House,1,2026-03-02"), ["base_roster.csv:3"]),
    "e_roster": (but("roster_slot", "house,1,FR", "house,2,FR"), ["roster_slot.csv:3"]),
    "e_time of a roster": (but("roster_slot", "FR,07:00", "FR,25:00"), ["roster_slot.csv:3"]),
    "e_scope_required": (
        but("worker_time", "2026-03-12", "") | but("ad_hoc_service", "night,one", "night,weekly"),
        ["worker_time.csv:2", "ad_hoc_service.csv:2"],
    ),
    "e_not_found": (but("worker_time", "2026-03-12", "2026-03-13"), ["worker_time.csv:2"]),
    "e_worker_required": (but("worker_time", "bob", "ann") | but("session", "ann; bob", "bob"), ["worker_time.csv:2"]),
    "e_time": (but("worker_time", "14:30", "13:30"), ["worker_time.csv:2"]),
    "e_end_before_start of a worker": (but("worker_time", "14:30", "15:30"), ["worker_time.csv:2"]),
    "e_outside_shift": (but("session", "10:00,10:50", "08:30,10:50"), ["in_shift.csv:2"]),
    "e_outside_shift of somebody else": (but("session", "ann,kim", "bob,kim"), ["in_shift.csv:2"]),
    "e_outside_shift of a series": (but("in_shift", "one", "weekly"), ["in_shift.csv:2"]),
    "e_outside_shift of what is none": (but("in_shift", "one,duty", "one,one"), ["in_shift.csv:2"]),
    "e_site_required": (
        but("session", "kim,room,", "kim,,WORKER_OFFICE"), ["ad_hoc_service.csv:2"],
    ),
    "e_service twice": (but("ad_hoc_service", "one,respite", "one,physio"), ["ad_hoc_service.csv:2"]),
    "e_bed_hold": (but("bed_hold", "2026-03-22", "2026-03-24"), ["bed_hold.csv:2"]),
    "e_bed_hold for ever": (but("bed_hold", "2026-03-22", "9999-12-31"), ["bed_hold.csv:2"]),
    "e_transition": (
        {"bed_hold": FILES["bed_hold.csv"].replace("true", "false") + "x,stay,2026-03-22,2026-03-23,,\n"},
        ["bed_hold.csv:3"],
    ),
    "e_agreement of a roster": (
        but("roster_slot_service", "physio,true", "respite,true"), ["roster_slot_service.csv:2"]
    ),
    "e_service of a roster": (more("roster_slot_service", "again,mon,physio,"), ["roster_slot_service.csv:3"]),
    "e_period_align": (but("roster_period", "2026-03-23", "2026-03-24"), ["roster_period.csv:3"]),
    "e_period_overlap": (but("roster_period", "2026-03-23", "2026-03-16"), ["roster_period.csv:3"]),
}  # fmt: skip


@pytest.mark.parametrize("rule", _RULES)
def test_an_import_refuses_what_the_command_refuses(empty: Diary, tmp_path: Path, rule: str) -> None:
    changed, places = _RULES[rule]
    told = problems(empty, write(tmp_path / "set", **changed))
    assert [one.split(": ")[0] for one in told] == places, told
    code = rule.split(" ", maxsplit=1)[0].upper()
    assert all(code in one for one in told) or rule == "e_end_before_start", told


def test_a_refused_stay_leaves_its_bed_to_the_next(empty: Diary, tmp_path: Path) -> None:
    young = but("client", "K-2,1985-01-01", "K-2,2015-01-01")
    first = {
        "bed_booking": "id,bed,client,start,end\nno,bed,lou,2026-03-20,2026-03-23\nyes,bed,kim,2026-03-21,2026-03-22\n"
    }
    assert [one.split(": ")[0] for one in problems(empty, write(tmp_path / "set", **young, **first, bed_hold=""))] == [
        "bed_booking.csv:2"
    ]  # fmt: skip


def test_a_session_is_never_booked_into_a_room_that_the_practice_has_given_away(
    empty: Diary, tmp_path: Path
) -> None:
    folder = write(tmp_path / "set")
    bring(empty, folder)
    before = counted(empty, Session)
    write(folder, **more("session", "two,2026-03-03 10:30,11:00,,,,bob,lou,room,,,true"))
    with pytest.raises(ImportFailedError, match=r"session.csv:5: .*E_ROOM_CONFLICT"):
        import_practice(empty.sessions, empty.act, folder)
    assert counted(empty, Session) == before


# --- every problem has its place ------------------------------------------------------------------------------


def test_all_problems_of_what_is_booked_are_said_in_one_go(empty: Diary, tmp_path: Path) -> None:
    told = problems(
        empty,
        write(
            tmp_path / "set",
            **more(
                "session",
                "two,2026-03-03 10:30,11:00,,,,bob,nobody,room,,,true",
                "three,soon,,,,,bob,kim,,,,",
            ),
            **more("bed_booking", "other,bed,lou,2026-03-22,2026-03-24,"),
            **but("roster_period", "2026-03-23", "2026-03-24"),
        ),
    )
    assert [one.split(": ")[0] for one in told] == [
        "session.csv:6",
        "session.csv:5",
        "bed_booking.csv:3",
        "roster_period.csv:3",
    ]


def test_the_first_fifty_problems_are_said_and_how_many_more_there_are(empty: Diary, tmp_path: Path) -> None:
    many = more("client", *(f"c{number},Client,N-{number},1990-05-01,nowhere" for number in range(60)))
    told = problems(empty, write(tmp_path / "set", **many))
    assert len(told) == 51
    assert told[0].startswith('client.csv:4: "c0": site: there is no such site')
    assert told[-1] == "and 10 more like these"


_RUBBISH = {
    "unknown column": (but("client", "id,name,", "id,nom,"), "client.csv:1: nom: unknown column"),
    "missing column": (but("client", "id,name,", "id,phone,"), "client.csv:1: name: this column is missing"),
    "column twice": (but("client", "id,name,", "id,id,"), "client.csv:1: id: this column comes twice"),
    "semicolons": ({"client": "id;name\nkim;Kim\n"}, "client.csv:1: the columns are to be separated by commas"),
    "tabs": ({"client": "id\tname\nkim\tKim\n"}, "client.csv:1: the columns are to be separated by commas"),
    "ragged": (more("client", "zoe,Zoe"), "client.csv:4: has 2 cells, and the first line has 5"),
    "blank": ({"client": "\n\n"}, "client.csv is empty"),
    "open quote": (more("client", 'zoe,"Zoe,Z-1,,'), "client.csv:4: not CSV from here on"),
    "twice": (more("client", "kim,Kim,K-9,,"), 'client.csv:4: "kim": this id comes twice'),
    "no id": (more("client", ",Kim,K-9,,"), "client.csv:4: number 3: id is missing"),
    "no number": (but("asset", "bus,Bus,west,1", "bus,Bus,west,one"), "asset.csv:2: \"bus\": quantity: must be"),
    "no flag": (but("blocklist", "false", "no"), 'blocklist.csv:2: "apart": active: must be true or false'),
    "no day": (but("leave", "2026-04-20", "soon"), 'leave.csv:2: "ann-off": start: '),
    "no date": (but("client", "1990-05-01", "1.5.1990"), 'client.csv:2: "kim": dob: must be a date like'),
    "no year": (but("session", "2026-03-03", "9999-12-31"), 'session.csv:2: "one": start: a year from 1970 to 2199'),
    "year one": (but("session", "10:50", "0001-01-01 00:00"), 'session.csv:2: "one": end: a year from 1970 to 2199'),
    "nobody": (but("session", "ann,lou", "zoe,lou"), 'session.csv:3: "weekly": workers: there is no such worker'),
    "no asset": (but("session", "chair:2", "sofa:2"), 'session.csv:3: "weekly": assets: there is no such asset'),
    "no session": (but("planned_service", "p-1,one", "p-1,two"), 'planned_service.csv:2: "p-1": session: there'),
    "no own time": (but("worker_time", "14:30", ""), 'worker_time.csv:2: "late": give start, end or both'),
    "no shift": (but("in_shift", "one,duty", "one,night"), 'in_shift.csv:2: "on-duty": shift: there is no'),
    "no stay": (but("bed_hold", "home,stay", "home,bed"), 'bed_hold.csv:2: "home": booking: there is no such bed_b'),
    "no slot": (but("roster_slot_service", "mon,", "tue,"), 'roster_slot_service.csv:2: "mon-physio": slot: there'),
    "no rate": (but("ad_hoc_service", ",4500", ","), 'ad_hoc_service.csv:2: "night": rate_cents is missing'),
    "no method": (but("ad_hoc_service", "FIXED_QUANTITY", "DAILY"), 'ad_hoc_service.csv:2: "night": method: allowed: '),
    "no night": (but("bed_hold", "2026-03-21", "soon"), 'bed_hold.csv:2: "home": first_night: must be a date like'),
    "both": (but("planned_service", "one,physio,", "one,physio,pair"), 'planned_service.csv:2: "p-1": give either'),
    "same number": (but("client", "K-2", "K-1"), 'client.csv:3: "lou": internal_id: another client has it'),
}  # fmt: skip


@pytest.mark.parametrize("wrong", _RUBBISH)
def test_what_is_wrong_with_a_file_is_said_with_its_line(empty: Diary, tmp_path: Path, wrong: str) -> None:
    changed, sentence = _RUBBISH[wrong]
    told = problems(empty, write(tmp_path / "set", **changed))
    assert any(one.startswith(sentence) for one in told), told


_FILES = {
    "not utf-8": (b"id,name\nkim,\xff\n", "is not UTF-8 text (line 2)"),
    "utf-16": ("id,name\n".encode("utf-16"), "has NUL bytes"),
    "empty": (b"", "client.csv is empty; its first line names the columns"),
    "enormous": (b"id,name\n" + b"k" * 20_000_000, "is larger than 20 MB"),
    "long cell": (b"id,name\nkim," + b"k" * 200_000 + b"\n", "not CSV from here on: field larger than"),
}


@pytest.mark.parametrize("kind", _FILES)
def test_a_file_that_is_rubbish_is_a_sentence(empty: Diary, tmp_path: Path, kind: str) -> None:
    content, sentence = _FILES[kind]
    folder = write(tmp_path / "set")
    (folder / "client.csv").write_bytes(content)
    told = problems(empty, folder)
    assert len(told) == 1
    assert sentence in told[0]


_TOMLS = {
    "syntax": ('[[client]]\nid = "kim\n', "is not TOML: "),
    "nested": ("a = " + "[" * 5_000, "is not TOML: too much is nested in it"),
    "number": ("a = 1" + "0" * 5_000, "is not TOML: Exceeds the limit"),
    "no table": ("client = 3", "client: not a table of entries; write [[client]]"),
    "no entries": ("client = [3]", "set.toml: [[client]]: not all of it are tables"),
    "practice": ("[[practice]]", "practice: not a table of entries; write [practice]"),
    "escaped": ('[[client]]\nid = "kim"\nname = "K\\u0000"', 'set.toml:3: [[client]] "kim": name: must be a text'),
    "list": ('[[session]]\nid = "s"\nstart = "2026-03-03"\nworkers = [1]', "workers: must be a list of texts"),
    "inline": ('client = [{id = "kim"}]', 'set.toml: [[client]] "kim": name is missing'),
    "in a text": ('[[client]]\nid = "k"\naddress = """\n[[client]]\n"""\n[[client]]\nid = "l"\nname = "L"\ndob = 1',
                  'set.toml:9: [[client]] "l": dob: must be a date'),
    "no practice": ('[[base_roster]]\nid = "b"\nname = "B"\nweeks = 1\nstart_date = 2026-03-02',
                    "There is no practice yet"),
}  # fmt: skip


@pytest.mark.parametrize("kind", _TOMLS)
def test_a_toml_file_that_is_wrong_is_said_with_its_line(empty: Diary, tmp_path: Path, kind: str) -> None:
    content, sentence = _TOMLS[kind]
    file = tmp_path / "set.toml"
    file.write_text(content, encoding="utf-8")
    told = problems(empty, file)
    assert any(sentence in one for one in told), told


def test_a_folder_holds_one_toml_file_and_tables_it_knows(empty: Diary, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    assert "has neither a TOML file nor a CSV file" in problems(empty, folder)[0]
    write(folder)
    (folder / "other.toml").write_text("")
    assert "more than one TOML file: other.toml, practice.toml" in problems(empty, folder)[0]
    (folder / "other.toml").unlink()
    (folder / "sofa.csv").write_text("id\n1\n")
    assert problems(empty, folder)[0].startswith("sofa.csv: not a table of a practice; allowed: region.csv")
    assert "cannot be read: No such file" in problems(empty, tmp_path / "nowhere")[0]


def test_excel_and_windows_write_the_same_table(empty: Diary, tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    lines = FILES["client.csv"].replace("\n", "\r\n")
    (folder / "client.csv").write_bytes(b"\xef\xbb\xbf" + lines.encode())
    assert bring(empty, folder)["client"].added == 2


def test_a_cell_of_several_lines_does_not_shift_the_lines_below_it(empty: Diary, tmp_path: Path) -> None:
    long = more("client", 'ann,"Ann\nA.",K-3,,', "zoe,Zoe,K-4,,nowhere")
    assert problems(empty, write(tmp_path / "set", **long))[0].startswith('client.csv:6: "zoe": site')


def test_the_ids_of_two_practices_have_nothing_in_common() -> None:
    first, other = (row_id(Diary(None, seed).act.new_id(), "session", "one") for seed in (1, 2))  # type: ignore[arg-type]
    assert first != other
