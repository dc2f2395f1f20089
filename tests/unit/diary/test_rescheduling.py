"""002-12: a new session takes the place of a cancelled one; and lists of what waits for somebody's hand."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.database.loading import load_session
from adapters.diary import assigning, cancelling, rescheduling
from adapters.diary.busy import busy_time
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.exporting import export_sessions
from adapters.diary.leave import NewLeave, add_leave
from adapters.diary.listing import Window, list_sessions
from adapters.diary.rescheduling import Reschedule
from adapters.diary.views import Changed
from model.cancellation import CancelledBy
from model.details import Kind, Status, WorkType
from model.errors import DomainError
from model.series import Scope
from model.service import PlannedService, PlannedServiceClient, Service
from model.session import Session
from sync.settings import PrivacySettings
from tests.unit.diary.conftest import Diary
from tests.unit.diary.online import opened

REASONS = {
    CancelledBy.WORKER: "worker-sick",
    CancelledBy.CLIENT: "client-ill",
    CancelledBy.PROVIDER: "office-closed",
}


def cancelled(
    diary: Diary, start: str = "2026-03-10 10:00", by: CancelledBy = CancelledBy.WORKER, **other: object
) -> str:
    session = str(diary.add(start, **other).session_id)
    how = Cancel(by=by, reason=REASONS[by], advised="2026-03-01 08:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    return session


def again(diary: Diary, session: str, *workers: str, rostered: bool = True, **to: str) -> Changed:
    how = Reschedule(to=Move(**to), workers=workers, rostered=rostered)
    return rescheduling.reschedule(diary.sessions, diary.act, session, how)


def loaded(diary: Diary, session: object) -> Session:
    with diary.read() as database:
        found = load_session(database, UUID(str(session)))
        assert found is not None
        return found


def ids(diary: Diary, **window: object) -> list[str]:
    return [str(one.id) for one in list_sessions(diary.sessions, Window(**window))]  # type: ignore[arg-type]


def test_002_12_the_new_one_is_a_copy_that_says_what_it_replaces(either_diary: Diary) -> None:
    diary = either_diary
    session = cancelled(diary, site="adelaide", room="room-1", subject="Gait")
    done = again(diary, session, "lena", start="2026-03-11 09:15")

    new, old = loaded(diary, done.session_id), loaded(diary, session)
    assert str(new.replaces_id) == session
    assert new.span.start.isoformat() == "2026-03-11T09:15:00+10:30"
    assert new.span.length == old.span.length
    assert [c.client.ref for c in new.active_clients] == ["noor"]
    assert [w.worker.ref for w in new.active_workers] == ["lena"]
    assert (new.status, new.subject, new.room_id, new.needs_reschedule) == (
        (Status.ROSTERED, "Gait", old.room_id, False)
    )
    assert (old.status, old.needs_reschedule, len(old.cancellations)) == (Status.CANCELLED, False, 1)


def test_002_12_003_08_what_was_booked_online_keeps_its_type_and_its_padding(diary: Diary) -> None:
    online = opened(diary)
    session = online.book("2026-03-10 09:00").session
    how = Cancel(by=CancelledBy.PROVIDER, reason=REASONS[CancelledBy.PROVIDER], advised="2026-03-09 08:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    new = loaded(diary, again(diary, session, start="2026-03-11 15:00").session_id)
    assert new.padding_min == 10
    assert new.appointment_type_id == loaded(diary, session).appointment_type_id is not None
    (taken,) = busy_time(diary.sessions, "mia", "2026-03-11", "2026-03-12").blocks
    assert (taken.end - taken.start).total_seconds() == 60 * 60


@pytest.mark.parametrize(
    ("by", "workers"),
    [(CancelledBy.CLIENT, ["priya"]), (CancelledBy.PROVIDER, ["priya"]), (CancelledBy.WORKER, [])],
)
def test_002_12_it_keeps_the_workers_who_did_not_cancel(
    diary: Diary, by: CancelledBy, workers: list[str]
) -> None:
    done = again(diary, cancelled(diary, by=by), rostered=False)
    new = loaded(diary, done.session_id)
    assert [w.worker.ref for w in new.active_workers] == workers
    assert done.warnings == (() if workers else ("UNASSIGNED",))
    assert [c.status for c in new.clients] == ["BOOKED"]
    assert new.status is Status.DRAFT


def test_002_12_only_what_is_cancelled_is_rescheduled_and_once(diary: Diary) -> None:
    standing = str(diary.add("2026-03-10 10:00").session_id)
    session = cancelled(diary, "2026-03-12 10:00")
    again(diary, session, "lena")
    for one in (standing, session):
        with pytest.raises(DomainError) as error:
            again(diary, one, "lena")
        assert error.value.code == "E_TRANSITION"


def test_002_12_a_replacement_that_is_deleted_leaves_the_original_waiting(diary: Diary) -> None:
    session = cancelled(diary)
    new = again(diary, session, "lena", rostered=False).session_id
    assert ids(diary, needs_reschedule=True) == []
    cancelling.delete(diary.sessions, diary.act, str(new), None)
    assert ids(diary, needs_reschedule=True) == [session]
    again(diary, session, "lena")


def test_002_12_an_own_event_is_not_rescheduled(diary: Diary) -> None:
    session = str(diary.add("2026-03-10 10:00", kind=Kind.OTHER_EVENT, clients=[], subject="Run").session_id)
    with diary.sessions.begin() as database:
        database.get_one(Session, UUID(session)).status = Status.CANCELLED
    with pytest.raises(DomainError, match="Only a cancelled session"):
        again(diary, session)


def test_r30_the_new_worker_is_eligible_and_available(diary: Diary) -> None:
    session = cancelled(diary)
    diary.bring('[[blocklist]]\nid = "b"\nworker = "tom"\nclient = "noor"')
    add_leave(diary.sessions, diary.act, NewLeave(worker="lena", start="2026-03-10"))
    for worker, code in (("tom", "E_WORKER_INELIGIBLE"), ("lena", "E_UNAVAILABLE")):
        with pytest.raises(DomainError) as error:
            again(diary, session, worker)
        assert error.value.code == code
    assert loaded(diary, session).needs_reschedule


def test_e_room_conflict_the_room_may_be_taken_by_then(diary: Diary) -> None:
    session = cancelled(diary, room="room-1")
    diary.add("2026-03-10 10:30", room="room-1", workers=["tom"], clients=["liam"])
    with pytest.raises(DomainError) as error:
        again(diary, session, "lena")
    assert error.value.code == "E_ROOM_CONFLICT"


def test_002_12_an_occurrence_is_replaced_by_a_session_of_its_own(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule="FREQ=WEEKLY;COUNT=4", workers=["tom"])
    second = ids(diary)[1]
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-01 08:00")
    cancelling.cancel(diary.sessions, diary.act, second, how, Scope.THIS_ONLY)
    new = loaded(diary, again(diary, second, "lena").session_id)
    assert (new.series_id, new.occurrence_key, str(new.replaces_id)) == (None, None, second)
    assert loaded(diary, second).series_id == added.series_id


def test_002_12_what_was_planned_for_it_is_planned_for_the_new_one(diary: Diary) -> None:
    session = cancelled(diary)
    with diary.sessions.begin() as database:
        service = database.scalars(select(Service).limit(1)).one()
        old = load_session(database, UUID(session))
        assert old is not None
        client = PlannedServiceClient(client_id=old.clients[0].client_id)
        planned = PlannedService(
            id=diary.act.new_id(), session_id=old.id, service_id=service.id, rate_cents=18399,
            ratio=1, primary=True, clients=[client],
        )  # fmt: skip
        database.add(planned)
    new = again(diary, session, "lena").session_id
    with diary.read() as database:
        found = database.scalars(select(PlannedService).where(PlannedService.session_id == new)).one()
        assert (found.rate_cents, found.primary) == (18399, True)
        assert len(database.scalars(select(PlannedServiceClient.client_id)).all()) == 2


def test_002_12_of_a_group_whoever_had_cancelled_before_does_not_come_back(diary: Diary) -> None:
    group = {"work_type": WorkType.GROUP, "clients": ["noor", "liam"]}
    session = str(diary.add("2026-03-10 10:00", **group).session_id)
    for how in (
        Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-01 08:00", client="noor"),
        Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-01 08:00"),
    ):
        cancelling.cancel(diary.sessions, diary.act, session, how, None)
    new = loaded(diary, again(diary, session, "lena").session_id)
    assert [c.client.ref for c in new.active_clients] == ["liam"]


# --- lists ---------------------------------------------------------------------------------------------------


def test_000_01_lists_are_filters_on_the_one_record(diary: Diary) -> None:
    at_clinic = str(diary.add("2026-03-10 10:00", site="adelaide").session_id)
    elsewhere = str(diary.add("2026-03-11 10:00", clients=["liam"], workers=[]).session_id)
    off = cancelled(diary, "2026-03-12 10:00")
    assert ids(diary, site="adelaide") == [at_clinic]
    assert ids(diary, client="liam") == [elsewhere]
    assert ids(diary, client="C-1077") == [at_clinic, off]
    assert ids(diary, unassigned=True) == [elsewhere]
    assert ids(diary, needs_reschedule=True) == [off]
    assert ids(diary, start="2026-03-11", end="2026-03-12") == [elsewhere]
    with pytest.raises(DomainError):
        ids(diary, site="nowhere")


def test_000_01_002_08_a_clients_calendar_has_no_group_that_goes_on_without_them(diary: Diary) -> None:
    both = {"clients": ["liam", "eva"], "work_type": WorkType.GROUP}
    group = str(diary.add("2026-03-10 10:00", **both).session_id)
    off = Cancel(by=CancelledBy.CLIENT, client="eva", reason="client-ill", advised="2026-03-01 08:00")
    assert (ids(diary, client="liam"), ids(diary, client="eva")) == ([group], [group])
    cancelling.cancel(diary.sessions, diary.act, group, off, None)
    assert (ids(diary, client="liam"), ids(diary, client="eva")) == ([group], [])
    cancelling.cancel(diary.sessions, diary.act, group, replace(off, client="liam"), None)
    assert (ids(diary, client="liam"), ids(diary, client="eva")) == ([group], [group])


def test_000_05_whoever_was_taken_off_or_declined_leaves_it_unassigned(diary: Diary) -> None:
    session = str(diary.add("2026-03-10 10:00", workers=["tom"]).session_id)
    assert ids(diary, unassigned=True) == []
    assigning.unassign(diary.sessions, diary.act, session, "tom", None)
    assert ids(diary, unassigned=True) == [session]


def export(diary: Diary, **window: object) -> str:
    found = export_sessions(diary.sessions, diary.act, Window(**window), PrivacySettings())  # type: ignore[arg-type]
    return found.decode()


def values(text: str, name: str) -> list[str]:
    return [line.partition(":")[2] for line in text.splitlines() if line.startswith((f"{name}:", f"{name};"))]


def test_000_01_a_clients_calendar_is_one_file(diary: Diary) -> None:
    diary.add("2026-03-10 10:00", site="adelaide")
    diary.add("2026-04-07 10:00", workers=[])
    cancelled(diary, "2026-03-12 10:00")
    diary.add("2026-03-10 12:00", clients=["liam"])
    text = export(diary, client="noor")
    assert values(text, "SUMMARY") == ["Session C-1077", "Cancelled – Session C-1077", "Session C-1077"]
    starts = [value for value in values(text, "DTSTART") if value[:4] == "2026"]
    assert starts == ["20260310T100000", "20260312T100000", "20260407T100000"]
    assert text.count("BEGIN:VCALENDAR") == text.count("BEGIN:VTIMEZONE") == 1
    assert text == export(diary, client="noor")
    assert "Noor" not in text
    assert not {one for one in ids(diary) if one in text}
    assert len(set(values(text, "UID"))) == 3
