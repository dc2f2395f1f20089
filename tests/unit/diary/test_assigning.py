"""Workers on sessions and off them, clients in and out: what each scope reaches, and what is refused."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.database.loading import load_series, load_sessions
from adapters.diary import assigning, attending, cancelling
from adapters.diary.assigning import Assign
from adapters.diary.attending import Clients
from adapters.diary.cancelling import Cancel
from adapters.diary.leave import NewLeave, add_leave
from adapters.diary.views import Changed
from model.attendance import Assignment
from model.cancellation import CancelledBy
from model.details import Kind, Status, WorkType
from model.errors import DomainError
from model.link import CalendarLink
from model.people import Worker
from model.series import Scope, Series
from model.service import PlannedService, PlannedServiceClient, Service
from model.session import Session
from sync.settings import RulesSettings, Settings
from tests.unit.diary.conftest import Diary

WEEKLY = "FREQ=WEEKLY;COUNT=4"
GROUP = {"work_type": WorkType.GROUP, "clients": ["noor", "liam"]}


def put_on(diary: Diary, session: object, worker: str, scope: Scope | None = None, **how: str) -> Changed:
    return assigning.assign(diary.sessions, diary.act, str(session), Assign(worker=worker, **how), scope)


def take_off(diary: Diary, session: object, worker: str, scope: Scope | None = None) -> Changed:
    return assigning.unassign(diary.sessions, diary.act, str(session), worker, scope)


def change(
    diary: Diary, session: object, scope: Scope | None = None, *, add: str = "", remove: str = ""
) -> Changed:
    who = Clients(add=add.split(), remove=remove.split())
    return attending.change(diary.sessions, diary.act, str(session), who, scope)


def workers(diary: Diary) -> list[str]:
    """Who is on each session, in order of time."""
    with diary.read() as database:
        rows = load_sessions(database, database.scalars(select(Session.id)))
        return [" ".join(sorted(w.worker.ref for w in row.active_workers)) for row in rows]


def clients(diary: Diary) -> list[str]:
    with diary.read() as database:
        rows = load_sessions(database, database.scalars(select(Session.id)))
        return [" ".join(c.client.ref for c in row.active_clients) for row in rows]


def become(diary: Diary, session: object, status: Status) -> None:
    with diary.sessions.begin() as database:
        database.get_one(Session, session).status = status


def cancel_for(diary: Diary, session: object, by: CancelledBy, **who: str) -> None:
    reason = {CancelledBy.WORKER: "worker-sick", CancelledBy.CLIENT: "client-ill"}[by]
    how = Cancel(by=by, reason=reason, advised="2026-03-01 08:00", **who)
    cancelling.cancel(diary.sessions, diary.act, str(session), how, None)


def refused(code: str):  # type: ignore[no-untyped-def]  # pytest's own type is private
    return pytest.raises(DomainError, check=lambda error: error.code == code)


# --- workers -------------------------------------------------------------------------------------------------


def test_000_05_an_unassigned_session_gets_a_worker(either_diary: Diary) -> None:
    diary = either_diary
    added = diary.add("2026-03-10 10:00", workers=[])
    assert added.warnings == ("UNASSIGNED",)
    assert put_on(diary, added.session_id, "lena").warnings == ()
    assert workers(diary) == ["lena"]


def test_unassigned_the_last_worker_taken_off_is_warned_of(diary: Diary) -> None:
    added = diary.add("2026-03-10 10:00", workers=["tom", "lena"])
    assert take_off(diary, added.session_id, "tom").warnings == ()
    assert take_off(diary, added.session_id, "lena").warnings == ("UNASSIGNED",)
    assert workers(diary) == [""]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ROSTERED, Status.IN_PROGRESS])
def test_001_16_people_change_while_it_is_open(diary: Diary, status: Status) -> None:
    session = diary.add("2026-03-10 10:00", **GROUP).session_id
    become(diary, session, status)
    put_on(diary, session, "lena")
    take_off(diary, session, "priya")
    change(diary, session, add="eva", remove="noor")
    assert (workers(diary), clients(diary)) == (["lena"], ["liam eva"])


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.CANCELLED])
def test_000_09_nobody_is_put_on_what_is_complete_or_cancelled(diary: Diary, status: Status) -> None:
    session = diary.add("2026-03-10 10:00").session_id
    become(diary, session, status)
    for attempt in (
        lambda: put_on(diary, session, "lena"),
        lambda: take_off(diary, session, "priya"),
        lambda: change(diary, session, add="eva", remove="noor"),
    ):
        with refused("E_LOCKED"):
            attempt()
    assert (workers(diary), clients(diary)) == (["priya"], ["noor"])


def test_an_own_event_keeps_its_owner(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", kind=Kind.OTHER_EVENT, clients=[], subject="Run").session_id
    with refused("E_LOCKED"):
        put_on(diary, session, "lena")


def test_e_duplicate_worker_is_put_on_once(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00").session_id
    with refused("E_DUPLICATE_WORKER"):
        put_on(diary, session, "priya")


def test_a_worker_who_is_not_there_cannot_be_taken_off(diary: Diary) -> None:
    with refused("E_WORKER_REQUIRED"):
        take_off(diary, diary.add("2026-03-10 10:00").session_id, "tom")


def test_r30_whoever_is_put_on_is_eligible(diary: Diary) -> None:
    diary.bring('[[blocklist]]\nid = "b"\nworker = "tom"\nclient = "noor"')
    session = diary.add("2026-03-10 10:00").session_id
    with refused("E_WORKER_INELIGIBLE"):
        put_on(diary, session, "tom")
    series = diary.add("2026-03-03 10:00", rule=WEEKLY).session_id
    with refused("E_WORKER_INELIGIBLE"):
        put_on(diary, series, "tom", Scope.ALL_IN_SERIES)
    assert set(workers(diary)) == {"priya"}


def test_e_unavailable_whoever_is_put_on_is_not_away(diary: Diary) -> None:
    add_leave(diary.sessions, diary.act, NewLeave(worker="tom", start="2026-03-13"))
    session = diary.add("2026-03-13 10:00").session_id
    with refused("E_UNAVAILABLE"):
        put_on(diary, session, "tom")
    allow = Settings(rules=RulesSettings(worker_availability="allow"))
    done = assigning.assign(diary.sessions, diary.act, str(session), Assign(worker="tom"), None, allow)
    assert done.warnings == ("WORKER_UNAVAILABLE",)


def test_who_is_away_keeps_nobody_else_from_being_put_on(diary: Diary) -> None:
    session = diary.add("2026-03-13 10:00").session_id
    add_leave(diary.sessions, diary.act, NewLeave(worker="priya", start="2026-03-13"))
    assert put_on(diary, session, "tom").warnings == ()


def test_slot_overlap_whoever_is_put_on_may_be_busy(diary: Diary) -> None:
    diary.add("2026-03-10 10:00", workers=["tom"], clients=["liam"])
    session = diary.add("2026-03-10 10:30").session_id
    assert put_on(diary, session, "tom").warnings == ("SLOT_OVERLAP",)


def test_001_16_a_worker_may_have_times_of_their_own(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00").session_id
    put_on(diary, session, "tom", start="10:15", end="2026-03-10 10:45")
    put_on(diary, session, "priya", end="10:30")
    with diary.read() as database:
        (row,) = load_sessions(database, [UUID(str(session))])
        times = {w.worker.ref: (w.starts_at - row.starts_at, row.ends_at - w.ends_at) for w in row.workers}
    quarter = timedelta(minutes=15)
    assert times == {"tom": (quarter, quarter), "priya": (timedelta(), 2 * quarter)}


@pytest.mark.parametrize(
    ("start", "end", "code"), [("09:45", "10:30", "E_TIME"), ("10:30", "10:30", "E_END_BEFORE_START")]
)
def test_own_times_lie_within_the_session(diary: Diary, start: str, end: str, code: str) -> None:
    session = diary.add("2026-03-10 10:00").session_id
    with refused(code):
        put_on(diary, session, "tom", start=start, end=end)


def test_own_times_are_for_one_session_at_a_time(diary: Diary) -> None:
    session = diary.add("2026-03-03 10:00", rule=WEEKLY).session_id
    with refused("E_TIME"):
        put_on(diary, session, "tom", Scope.ALL_IN_SERIES, start="10:15")


def occurrence(diary: Diary, number: int) -> UUID:
    with diary.read() as database:
        return database.scalars(select(Session.id).order_by(Session.starts_at)).all()[number]


@pytest.mark.parametrize(
    ("scope", "on"),
    [
        (Scope.THIS_ONLY, ["priya", "priya", "priya tom", "priya"]),
        (Scope.THIS_AND_FOLLOWING, ["priya", "priya", "priya tom", "priya tom"]),
        (Scope.ALL_IN_SERIES, ["priya", "priya tom", "priya tom", "priya tom"]),
    ],
)
def test_000_11_each_scope_reaches_so_far_and_never_into_the_past(
    diary: Diary, scope: Scope, on: list[str]
) -> None:
    """It is between the first occurrence and the second."""
    diary.add("2026-03-03 10:00", rule=WEEKLY)
    diary.now += timedelta(days=4)
    third = occurrence(diary, 2)
    assert put_on(diary, third, "tom", scope).count == sum("tom" in one for one in on)
    assert workers(diary) == on
    take_off(diary, third, "tom", scope)
    assert workers(diary) == ["priya"] * 4


def test_000_11_a_scope_is_asked_for(diary: Diary) -> None:
    session = diary.add("2026-03-03 10:00", rule=WEEKLY).session_id
    with refused("E_SCOPE_REQUIRED"):
        put_on(diary, session, "tom")


def test_what_is_made_later_has_the_workers_and_clients_of_the_series(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY")
    put_on(diary, added.session_id, "tom", Scope.ALL_IN_SERIES)
    take_off(diary, added.session_id, "priya", Scope.ALL_IN_SERIES)
    change(diary, added.session_id, Scope.ALL_IN_SERIES, add="eva", remove="noor")
    with diary.read() as database:
        series = load_series(database, added.series_id) if added.series_id else None
        assert series is not None
        assert [one.worker.ref for one in series.workers] == ["tom"]
        assert [one.client.ref for one in series.clients] == ["eva"]


def test_a_single_occurrence_keeps_its_worker_when_the_series_moves_on(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", rule=WEEKLY)
    put_on(diary, occurrence(diary, 1), "tom", Scope.THIS_ONLY)
    take_off(diary, occurrence(diary, 1), "priya", Scope.THIS_ONLY)
    put_on(diary, occurrence(diary, 0), "lena", Scope.ALL_IN_SERIES)
    assert workers(diary) == ["lena priya", "lena tom", "lena priya", "lena priya"]
    with diary.read() as database:
        assert len(database.scalars(select(Series.id)).all()) == 1


def test_whoever_was_taken_off_has_their_calendar_looked_at_soon(diary: Diary) -> None:
    """It is the next run of the link that deletes there, and no change of theirs would wake it."""
    session = diary.add("2026-03-10 10:00").session_id
    with diary.sessions.begin() as database:
        tomorrow = diary.now + timedelta(days=1)
        _link(database, diary, "priya", tomorrow)
        _link(database, diary, "tom", tomorrow)
    take_off(diary, session, "priya")
    with diary.read() as database:
        due = dict(database.execute(select(CalendarLink.ref, CalendarLink.next_run_at)).all())  # type: ignore[arg-type]
    assert due == {"priya": diary.now, "tom": diary.now + timedelta(days=1)}


def _link(database, diary: Diary, worker: str, due) -> None:  # type: ignore[no-untyped-def]
    from model.link import AuthKind, CalendarAccount, LinkState, Mode, Role  # noqa: PLC0415

    owner = database.scalars(select(Worker.id).where(Worker.ref == worker)).one()
    account = CalendarAccount(
        id=diary.act.new_id(), worker_id=owner, server="", user=worker, auth=AuthKind.PASSWORD, secret=b""
    )
    database.add(account)
    database.flush()
    database.add(
        CalendarLink(
            id=diary.act.new_id(), ref=worker, worker_id=owner, account_id=account.id, href=f"/{worker}/",
            tz="Australia/Adelaide", role=Role.WORK, mode=Mode.TWO_WAY, privacy_level="reference",
            cancelled_display="mark", pull_s=300, profile={}, state=LinkState.ACTIVE, next_run_at=due,
        )
    )  # fmt: skip


# --- answers -------------------------------------------------------------------------------------------------


def answer(diary: Diary, session: object, status: Assignment, scope: Scope | None = None) -> Changed:
    return assigning.answer(diary.sessions, diary.act, str(session), "tom", status, scope)


def test_a_worker_who_declines_is_not_on_it_any_more(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", workers=["tom"]).session_id
    assert answer(diary, session, Assignment.DECLINED).warnings == ("UNASSIGNED",)
    assert workers(diary) == [""]
    with refused("E_TRANSITION"):
        answer(diary, session, Assignment.ACCEPTED)
    put_on(diary, session, "tom")
    assert answer(diary, session, Assignment.ACCEPTED).warnings == ()
    assert workers(diary) == ["tom"]


def test_a_worker_who_accepted_cannot_decline_and_may_cancel(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", workers=["tom"]).session_id
    answer(diary, session, Assignment.ACCEPTED)
    with refused("E_TRANSITION"):
        answer(diary, session, Assignment.DECLINED)
    cancel_for(diary, session, CancelledBy.WORKER)
    assert workers(diary) == [""]


def test_a_worker_answers_for_the_rest_of_a_series(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", workers=["tom"], rule=WEEKLY)
    answer(diary, occurrence(diary, 1), Assignment.ACCEPTED, Scope.THIS_ONLY)
    assert answer(diary, occurrence(diary, 1), Assignment.DECLINED, Scope.ALL_IN_SERIES).count == 3
    assert workers(diary) == ["", "tom", "", ""]
    with refused("E_TRANSITION"):
        answer(diary, occurrence(diary, 1), Assignment.ACCEPTED, Scope.ALL_IN_SERIES)


def test_002_10_who_cancelled_and_comes_back_begins_anew(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", workers=["tom", "lena"]).session_id
    cancel_for(diary, session, CancelledBy.WORKER, worker="tom")
    assert workers(diary) == ["lena"]
    put_on(diary, session, "tom")
    assert workers(diary) == ["lena tom"]
    with diary.read() as database:
        (row,) = load_sessions(database, [UUID(str(session))])
        assert len(row.workers) == 2
        assert len(row.cancellations) == 1


# --- clients -------------------------------------------------------------------------------------------------


def test_000_16_clients_come_and_go_in_a_group(either_diary: Diary) -> None:
    diary = either_diary
    session = diary.add("2026-03-10 10:00", **GROUP).session_id
    change(diary, session, add="eva")
    change(diary, session, remove="noor")
    assert clients(diary) == ["liam eva"]


def test_e_duplicate_client_nobody_takes_part_twice(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", **GROUP).session_id
    with refused("E_DUPLICATE_CLIENT"):
        change(diary, session, add="liam")


def test_000_05_an_appointment_has_exactly_one_client(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00").session_id
    with refused("E_DUPLICATE_CLIENT"):
        change(diary, session, add="liam")
    with refused("E_CLIENT_REQUIRED"):
        change(diary, session, remove="noor")
    with refused("E_CLIENT_REQUIRED"):
        change(diary, session, remove="liam")
    change(diary, session, add="liam", remove="noor")
    assert clients(diary) == ["liam"]


def test_000_16_who_cancelled_comes_back_only_before_it_begins(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", **GROUP).session_id
    cancel_for(diary, session, CancelledBy.CLIENT, client="noor")
    assert clients(diary) == ["liam"]
    with refused("E_CLIENT_REQUIRED"):
        change(diary, session, remove="noor")
    change(diary, session, add="noor")
    assert clients(diary) == ["noor liam"]
    cancel_for(diary, session, CancelledBy.CLIENT, client="noor")
    diary.now += timedelta(days=10)
    with refused("E_TRANSITION"):
        change(diary, session, add="noor")


def test_r30_a_client_is_not_brought_together_with_a_worker_they_are_kept_from(diary: Diary) -> None:
    diary.bring('[[blocklist]]\nid = "b"\nworker = "priya"\nclient = "eva"')
    session = diary.add("2026-03-10 10:00", **GROUP).session_id
    with refused("E_WORKER_INELIGIBLE"):
        change(diary, session, add="eva")


def test_client_overlap_a_client_who_is_booked_elsewhere_is_warned_of(diary: Diary) -> None:
    diary.add("2026-03-10 10:00", workers=["tom"], clients=["eva"])
    session = diary.add("2026-03-10 10:30", **GROUP).session_id
    assert change(diary, session, add="eva").warnings == ("CLIENT_OVERLAP",)


def test_000_11_clients_change_for_the_rest_of_a_series_where_they_have_not_yet(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", rule=WEEKLY, **GROUP)
    change(diary, occurrence(diary, 2), Scope.THIS_ONLY, add="eva")
    assert change(diary, occurrence(diary, 1), Scope.THIS_AND_FOLLOWING, add="eva").count == 2
    assert clients(diary) == ["noor liam", *["noor liam eva"] * 3]
    with refused("E_DUPLICATE_CLIENT"):
        change(diary, occurrence(diary, 1), Scope.THIS_AND_FOLLOWING, add="eva")


def test_what_was_planned_for_a_client_is_not_planned_for_whoever_left(diary: Diary) -> None:
    session = diary.add("2026-03-10 10:00", **GROUP).session_id
    with diary.sessions.begin() as database:
        (row,) = load_sessions(database, [UUID(str(session))])
        service = database.scalars(select(Service).limit(1)).one()
        planned = PlannedService(
            id=diary.act.new_id(), session_id=session, service_id=service.id, rate_cents=1,
            clients=[PlannedServiceClient(client_id=one.client_id) for one in row.active_clients],
        )  # fmt: skip
        database.add(planned)
    change(diary, session, remove="noor")
    with diary.read() as database:
        assert len(database.scalars(select(PlannedServiceClient.client_id)).all()) == 1
