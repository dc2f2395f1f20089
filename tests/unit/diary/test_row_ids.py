"""Rows of the domain that one short test can hold, by their ids (DOMAIN 1.1 to 1.5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from adapters.database.loading import load_session
from adapters.diary import absences, cancelling, changing, offering
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from model.attendance import Assignment, Attendance
from model.cancellation import Cancellation, CancelledBy, Rules
from model.details import Kind, LocationType, ShowAs, Source, Status, WorkType
from model.errors import DomainError
from model.people import Worker
from model.recurrence import Rule, skips_months
from model.series import Scope, Series
from model.session import Session
from sync.settings import FeesSettings, Settings
from tests.unit.diary.conftest import Diary

MONDAY = "2026-03-09 10:00"
ILL = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-01 08:00")


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code


@contextmanager
def loaded(diary: Diary, session_id: object) -> Iterator[Session]:
    with diary.read() as database:
        row = load_session(database, session_id)  # type: ignore[arg-type]
        assert row is not None
        yield row


def later(diary: Diary, text: str = "2026-03-20T00:00+00:00") -> None:
    diary.now = datetime.fromisoformat(text).astimezone(UTC)


def cancel(diary: Diary, session: object, how: Cancel, scope: Scope | None = None) -> cancelling.Cancelled:
    return cancelling.cancel(diary.sessions, diary.act, str(session), how, scope, Settings())


# --- creating -------------------------------------------------------------------------------------------------


def test_000_02_the_zone_is_that_of_the_place(diary: Diary) -> None:
    added = diary.add(MONDAY, workers=["mia"], clients=["jordan"], site="chicago")
    with loaded(diary, added.session_id) as row:
        assert (row.tz, row.starts_at) == ("America/Chicago", datetime(2026, 3, 9, 15, 0, tzinfo=UTC))


def test_000_04_an_appointment_has_the_client_who_was_chosen(diary: Diary) -> None:
    with loaded(diary, diary.add(MONDAY).session_id) as row:
        assert (row.work_type, [c.client.ref for c in row.clients]) == (WorkType.APPOINTMENT, ["noor"])


@pytest.mark.parametrize(("rostered", "status"), [(False, Status.DRAFT), (True, Status.ROSTERED)])
def test_000_08_saved_is_a_draft_and_saved_and_rostered_is_rostered(
    diary: Diary, rostered: bool, status: Status
) -> None:
    with loaded(diary, diary.add(MONDAY, rostered=rostered).session_id) as row:
        assert row.status is status


def test_000_15_a_group_has_several_clients_and_shared_workers(diary: Diary) -> None:
    added = diary.add(MONDAY, clients=["noor", "eva"], workers=["priya", "tom"], work_type=WorkType.GROUP)
    with loaded(diary, added.session_id) as row:
        assert (len(row.clients), len(row.workers), row.can_proceed) == (2, 2, True)


def test_000_19_cancelled_without_rules_with_rules_or_deleted(diary: Diary) -> None:
    plain, judged, draft = (
        diary.add(MONDAY, rostered=rostered).session_id for rostered in (True, True, False)
    )
    cancel(diary, plain, replace(ILL, rules=Rules.NONE))
    cancel(diary, judged, ILL)
    cancelling.delete(diary.sessions, diary.act, str(draft), None)
    with diary.read() as database:
        traces = sorted(database.scalars(select(Cancellation.rule_trace)))
        assert [trace[:6] for trace in traces] == ["000-20", "R1: no"]
        assert database.scalar(select(func.count()).select_from(Session)) == 2


def test_001_03_a_live_session_is_rostered_at_once_and_may_repeat(diary: Diary) -> None:
    added = diary.add(MONDAY, rule="FREQ=WEEKLY;COUNT=3", live=True)
    with diary.read() as database:
        found = database.execute(select(Session.status, Session.source)).all()
    assert set(map(tuple, found)) == {(Status.ROSTERED, Source.ROSTER)}
    assert added.count == 3


def test_001_04_an_appointment_of_two_is_a_group(diary: Diary) -> None:
    with refused("E_DUPLICATE_CLIENT"):
        diary.add(MONDAY, clients=["noor", "eva"])


def test_001_11_a_worker_has_to_be_eligible(diary: Diary) -> None:
    with diary.sessions.begin() as database:
        database.scalars(select(Worker).where(Worker.ref == "priya")).one().active = False
    with refused("E_WORKER_INELIGIBLE"):
        diary.add(MONDAY)


def test_001_15_month_day_skipped_is_a_warning(diary: Diary) -> None:
    added = diary.add("2026-03-31 10:00", rule="FREQ=MONTHLY;COUNT=6")
    assert "MONTH_DAY_SKIPPED" in added.warnings
    assert skips_months(
        datetime(2026, 3, 31, tzinfo=UTC), Rule.parse("FREQ=MONTHLY", datetime(2026, 3, 31, tzinfo=UTC))
    )


def test_e_site_required_at_a_site_or_another_place(diary: Diary) -> None:
    with refused("E_SITE_REQUIRED"):
        diary.add(MONDAY, location_type=LocationType.SITE)
    with refused("E_SITE_REQUIRED"):
        diary.add(MONDAY, location_type=LocationType.OTHER)


def test_004_01_an_end_is_as_good_as_a_length(diary: Diary) -> None:
    with loaded(diary, diary.add(MONDAY, end="10:50").session_id) as row:
        assert row.ends_at - row.starts_at == timedelta(minutes=50)


def test_004_03_a_contact_has_a_medium(diary: Diary) -> None:
    with loaded(diary, diary.add(MONDAY, kind=Kind.CLIENT_CONTACT, medium="PHONE").session_id) as row:
        assert (row.kind, row.medium) == (Kind.CLIENT_CONTACT, "PHONE")


def test_004_04_a_collateral_contact_says_with_whom(diary: Diary) -> None:
    added = diary.add(MONDAY, kind=Kind.COLLATERAL_CONTACT, medium="PHONE", contact_with="PARENT_GUARDIAN")
    with loaded(diary, added.session_id) as row:
        assert row.contact_with == "PARENT_GUARDIAN"


def test_004_08_the_practitioner_is_the_worker_who_was_named(diary: Diary) -> None:
    with loaded(diary, diary.add(MONDAY, workers=["tom"]).session_id) as row:
        assert [one.worker.ref for one in row.active_workers] == ["tom"]


def test_004_11_a_zone_may_be_set_for_one_appointment(diary: Diary) -> None:
    with loaded(diary, diary.add(MONDAY, tz="America/New_York").session_id) as row:
        assert (row.tz, row.starts_at) == ("America/New_York", datetime(2026, 3, 9, 14, 0, tzinfo=UTC))


@pytest.mark.parametrize("minute", [1, 13, 59])
def test_004_27_any_minute_is_a_time(diary: Diary, minute: int) -> None:
    with loaded(diary, diary.add(f"2026-03-09 10:{minute:02}").session_id) as row:
        assert row.local_start == f"2026-03-09T10:{minute:02}:00"


# --- repeating ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;COUNT=3", [9, 16, 23]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", [9, 23]),
        ("FREQ=MONTHLY;BYDAY=2MO;COUNT=1", [9]),
        ("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260320T000000Z", [9, 12, 16, 19]),
    ],
)
def test_004_17_it_repeats_as_the_form_says(diary: Diary, rule: str, days: list[int]) -> None:
    diary.add(MONDAY, rule=rule)
    with diary.read() as database:
        assert [
            int(text[8:10]) for text in database.scalars(select(Session.local_start).order_by("starts_at"))
        ] == days


def test_004_18_this_event_or_this_and_all_future_events(diary: Diary) -> None:
    added = diary.add(MONDAY, rule="FREQ=WEEKLY;COUNT=4")
    with diary.read() as database:
        ids = list(database.scalars(select(Session.id).order_by(Session.starts_at)))
    to = Move(start="2026-03-17 11:00")
    changing.move(diary.sessions, diary.act, str(ids[1]), to, Scope.THIS_ONLY)
    done = changing.move(
        diary.sessions, diary.act, str(ids[2]), Move(start="2026-03-24 12:00"), Scope.THIS_AND_FOLLOWING
    )
    assert done.series_id != added.series_id
    with diary.read() as database:
        starts = list(database.scalars(select(Session.local_start).order_by(Session.starts_at)))
    assert [start[5:16] for start in starts] == ["03-09T10:00", "03-17T11:00", "03-24T12:00", "03-31T12:00"]


def test_004_19_one_of_a_series_is_deleted_or_its_end_comes_earlier(diary: Diary) -> None:
    added = diary.add(MONDAY, rule="FREQ=WEEKLY;COUNT=4", rostered=False)
    with diary.read() as database:
        ids = list(database.scalars(select(Session.id).order_by(Session.starts_at)))
    cancelling.delete(diary.sessions, diary.act, str(ids[1]), Scope.THIS_ONLY)
    cancelling.delete(diary.sessions, diary.act, str(ids[3]), Scope.THIS_AND_FOLLOWING)
    with diary.read() as database:
        assert set(database.scalars(select(Session.id))) == {ids[0], ids[2]}
        series = database.get_one(Series, added.series_id)
        assert (series.exdate_text, "UNTIL" in series.rule_text) == ("2026-03-16T10:00:00", True)


def test_e_scope_required_for_what_repeats(diary: Diary) -> None:
    added = diary.add(MONDAY, rule="FREQ=WEEKLY;COUNT=4")
    with refused("E_SCOPE_REQUIRED"):
        cancel(diary, added.session_id, ILL)


# --- cancelling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "reason"), [("WORKER", "worker-sick"), ("PROVIDER", "office-closed")])
def test_002_02_who_cancelled_is_kept(diary: Diary, by: str, reason: str) -> None:
    added = diary.add(MONDAY)
    cancel(diary, added.session_id, Cancel(by=CancelledBy(by), reason=reason, advised="2026-03-01 08:00"))
    with diary.read() as database:
        assert database.scalars(select(Cancellation.cancelled_by)).one() == by


def test_002_03_which_client_is_asked_for_where_there_are_several(diary: Diary) -> None:
    group = diary.add(MONDAY, clients=["noor", "eva"], work_type=WorkType.GROUP).session_id
    with refused("E_CLIENT_REQUIRED"):
        cancel(diary, group, ILL)
    with refused("E_CLIENT_REQUIRED"):
        cancel(diary, group, replace(ILL, client="jordan"))
    cancel(diary, group, replace(ILL, client="eva"))
    with loaded(diary, group) as row:
        assert [one.status for one in row.clients] == [Attendance.BOOKED, Attendance.CANCELLED]


def test_002_04_e_advised_required_and_e_advised_future(diary: Diary) -> None:
    added = diary.add(MONDAY).session_id
    with refused("E_ADVISED_REQUIRED"):
        cancel(diary, added, replace(ILL, advised=None))
    with refused("E_ADVISED_FUTURE"):
        cancel(diary, added, replace(ILL, advised="2026-03-02 08:00"))


def test_002_05_e_reason_type_a_reason_is_one_of_whoever_cancels(diary: Diary) -> None:
    with refused("E_REASON_TYPE"):
        cancel(diary, diary.add(MONDAY).session_id, replace(ILL, reason="worker-sick"))


@pytest.mark.parametrize(("length", "code"), [(2000, ""), (2001, "E_NOTE")])
def test_002_07_a_note_has_two_thousand_characters(diary: Diary, length: int, code: str) -> None:
    added, how = diary.add(MONDAY).session_id, replace(ILL, note="x" * length)
    if code:
        with refused(code):
            cancel(diary, added, how)
    else:
        assert cancel(diary, added, how).count == 1


def test_002_11_what_was_cancelled_by_its_worker_is_offered_to_those_who_are_free(diary: Diary) -> None:
    added = diary.add(MONDAY, workers=[]).session_id
    diary.add(MONDAY, workers=["tom"], clients=["liam"])
    offers = offering.offer(diary.sessions, diary.act, str(added), [])
    who = {one.worker for one in offers}
    assert "lena" in who
    assert "tom" not in who


def test_004_26_the_practices_fee_is_a_default_that_one_cancellation_may_override(diary: Diary) -> None:
    added = diary.add(MONDAY).session_id
    later(diary, "2026-03-09T00:30+00:00")
    charge = absences.no_show(
        diary.sessions,
        diary.act,
        str(added),
        "client-late",
        None,
        Settings(fees=FeesSettings(no_show_cents=9_000)),
    )
    assert charge.amount_cents == 9_000
    assert absences.set_fee(diary.sessions, diary.act, str(added), None, 4_500, "Couple") == 9_000


# --- Other Events ---------------------------------------------------------------------------------------------


def test_004_20_an_other_event_is_busy_unless_it_is_said_to_be_free(diary: Diary) -> None:
    own = {"kind": Kind.OTHER_EVENT, "clients": [], "subject": "Lunch"}
    busy, free = (diary.add(MONDAY, show_as=show, **own).session_id for show in (ShowAs.BUSY, ShowAs.FREE))
    for session, show in ((busy, ShowAs.BUSY), (free, ShowAs.FREE)):
        with loaded(diary, session) as row:
            assert (row.show_as, row.has_client, row.clients) == (show, False, [])
    assert "SLOT_OVERLAP" in diary.add(MONDAY).warnings


def test_a_worker_who_cancelled_is_no_longer_assigned(diary: Diary) -> None:
    added = diary.add(MONDAY, workers=["priya", "tom"]).session_id
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-01 08:00", worker="tom")
    cancel(diary, added, how)
    with loaded(diary, added) as row:
        assert sorted(one.status for one in row.workers) == [Assignment.ASSIGNED, Assignment.CANCELLED]
        assert row.status is Status.ROSTERED
