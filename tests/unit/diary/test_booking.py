"""Booking online: at once or as a request, moved and cancelled by the client, answered by the practice."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from adapters.diary import client_changes
from adapters.diary.addresses import forget_addresses
from adapters.diary.appointment_types import AppointmentType, add_type
from adapters.diary.booking import Booked
from adapters.diary.busy import busy_time
from adapters.diary.changing import Move, move
from adapters.diary.client_acts import Caller
from adapters.diary.listing import show_session
from adapters.diary.requests import accept, decline, expire_requests, list_requests
from adapters.jobs import Jobs, Means
from model.booking import BookingRequest, ClientAct, RequestState
from model.busy import Fbtype
from model.details import Source, Status
from model.errors import DomainError
from model.link import CalendarLink
from model.message import Kind, Message
from model.service import PlannedService
from model.session import Session
from sync.settings import FeesSettings, Settings
from tests.unit.diary.conftest import Diary
from tests.unit.diary.online import MONDAY, Online, opened
from tests.unit.diary.test_slots import ALL, mia, source

POLICY = "Cancel a day before, or the fee is due."


@pytest.fixture
def online(diary: Diary) -> Online:
    return opened(diary)


def row_of(online: Online, session: str) -> Session:
    with online.diary.read() as database:
        return database.get_one(Session, UUID(session))


def acts(online: Online) -> list[ClientAct]:
    with online.diary.read() as database:
        return list(database.scalars(select(ClientAct).order_by(ClientAct.at, ClientAct.action)))


def said(online: Online) -> list[tuple[Kind, str]]:
    """What waits in the outbox: the kind, and for whom."""
    with online.diary.read() as database:
        rows = database.scalars(select(Message)).all()
        return sorted((one.kind, "worker" if one.worker_id else "client") for one in rows)


def cancel(
    online: Online, session: str, client: str = "eva", reason: str = "client-late", **caller: object
) -> Booked:
    by = Caller(client=client, **caller)  # type: ignore[arg-type]
    return client_changes.cancel(
        online.diary.sessions, online.diary.act, session, by, online.settings, reason=reason
    )


def rebook(online: Online, session: str, start: str, client: str = "eva", **caller: object) -> Booked:
    by = Caller(client=client, **caller)  # type: ignore[arg-type]
    return client_changes.move(online.diary.sessions, online.diary.act, session, start, by, online.settings)


# --- at once ---------------------------------------------------------------------------------------------------


def test_r64_a_slot_is_booked_at_once(online: Online) -> None:
    done = online.book()
    assert (done.state, done.worker, done.type, done.minutes, done.request) == (
        "BOOKED",
        "mia",
        "therapy",
        50,
        "",
    )
    assert (done.start, done.end) == ("2026-03-10T09:00:00-05:00", "2026-03-10T09:50:00-05:00")
    row = row_of(online, done.session)
    assert (row.status, row.source, row.padding_min) == (Status.ROSTERED, Source.ONLINE, 10)
    assert online.slots() == ALL[1:]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2026-03-10 10:05", "E_SLOT_TAKEN"), ("2026-03-10 11:30", "E_SLOT_TAKEN"),
        ("2026-03-12 09:00", "E_SLOT_TAKEN"), ("2026-03-09 12:00", "E_CUTOFF"), ("2026-04-09 09:00", "E_TOO_FAR"),
    ],
)  # fmt: skip
def test_e_slot_taken_e_cutoff_e_too_far_what_is_not_offered_is_not_booked(
    online: Online, start: str, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        online.book(start)
    assert refused.value.code == code
    assert acts(online) == []


def test_e_slot_taken_the_second_client_is_too_late(online: Online) -> None:
    online.book()
    with pytest.raises(DomainError) as refused:
        online.book(client="liam")
    assert refused.value.code == "E_SLOT_TAKEN"
    assert "eva" not in refused.value.message.lower()


def test_e_policy_ack_003_09_the_policy_is_shown_and_its_acknowledgement_kept(online: Online) -> None:
    online.allow(policy_text=POLICY)
    with pytest.raises(DomainError) as refused:
        online.book()
    assert (refused.value.code, POLICY in refused.value.message) == ("E_POLICY_ACK", True)
    done = online.book(acknowledged=True)
    for change in (
        lambda: rebook(online, done.session, "2026-03-10 10:00"),
        lambda: cancel(online, done.session),
    ):
        with pytest.raises(DomainError) as refused:
            change()
        assert refused.value.code == "E_POLICY_ACK"
    rebook(online, done.session, "2026-03-10 10:00", acknowledged=True)
    cancel(online, done.session, acknowledged=True)
    assert {(one.action, one.policy_ack_at) for one in acts(online)} == {
        ("book", MONDAY), ("move", MONDAY), ("cancel", MONDAY),
    }  # fmt: skip


def test_003_03_the_practitioner_and_the_client_are_told_in_the_same_transaction(online: Online) -> None:
    done = online.book()
    assert said(online) == [(Kind.BOOKING_MADE, "client"), (Kind.BOOKING_MADE, "worker")]
    rebook(online, done.session, "2026-03-10 10:00")
    cancel(online, done.session)
    kinds = (Kind.BOOKING_CANCELLED, Kind.BOOKING_MADE, Kind.BOOKING_MOVED)
    assert said(online) == [(kind, who) for kind in kinds for who in ("client", "worker")]
    with online.diary.read() as database:
        assert {tuple(one.parameters) for one in database.scalars(select(Message))} == {(), ("was",)}


def test_003_03_a_practice_may_not_want_that_its_practitioners_are_told(online: Online) -> None:
    online.allow(notify_email=False)
    online.book()
    assert said(online) == [(Kind.BOOKING_MADE, "client")]


def test_a_key_names_one_attempt(online: Online) -> None:
    first = online.book(key="k1")
    assert online.book(key="k1") == first
    assert len(acts(online)) == 1
    with pytest.raises(DomainError) as refused:
        online.book("2026-03-10 10:00", key="k1")
    assert refused.value.code == "E_KEY_REUSED"
    assert (
        online.book("2026-03-10 10:00", "liam", key="k1").state == "BOOKED"
    )  # another client's key is another


def test_g26_a_client_holds_only_so_many_appointments(online: Online) -> None:
    online.allow(client_open=2)
    for hour in ("09", "10"):
        online.book(f"2026-03-10 {hour}:00")
    with pytest.raises(DomainError) as refused:
        online.book("2026-03-10 11:00")
    assert refused.value.code == "E_TOO_MANY"
    assert online.book("2026-03-10 11:00", "liam").state == "BOOKED"


def test_g16_g26_a_client_does_only_so_much_within_an_hour_and_locks_out_nobody_else(online: Online) -> None:
    online.allow(client_hour=2)
    done = online.book()
    cancel(online, done.session)
    with pytest.raises(DomainError) as refused:
        online.book("2026-03-10 10:00")
    assert refused.value.code == "E_TOO_MANY"
    online.book("2026-03-10 10:00", "liam")
    online.diary.now += timedelta(hours=1, seconds=1)
    online.allow(cutoff_min=60)
    assert online.book("2026-03-10 11:00").state == "BOOKED"


def test_g16_g26_an_address_does_only_so_much_and_is_forgotten_after_a_day(online: Online) -> None:
    online.allow(address_hour=1)
    online.book(address="203.0.113.7")
    with pytest.raises(DomainError) as refused:
        online.book("2026-03-10 10:00", "liam", address="203.0.113.7")
    assert refused.value.code == "E_TOO_MANY"
    online.book("2026-03-10 10:00", "liam", address="203.0.113.8")
    assert "203.0.113" not in str([vars(one) for one in acts(online)])
    assert forget_addresses(online.diary.sessions, online.diary.act) == 0
    online.diary.now += timedelta(days=1, seconds=1)
    assert forget_addresses(online.diary.sessions, online.diary.act) == 2
    assert {one.address_hash for one in acts(online)} == {""}


def test_003_06_what_a_type_delivers_is_planned(online: Online) -> None:
    new = AppointmentType(ref="billed", name="Billed", length_min=45, service="psychotherapy")
    add_type(online.diary.sessions, online.diary.act, new)
    done = online.book(of_type="billed")
    with online.diary.read() as database:
        (plan,) = database.scalars(
            select(PlannedService).where(PlannedService.session_id == UUID(done.session))
        )
        assert (plan.rate_cents, plan.primary, plan.ad_hoc) == (15000, True, False)


# --- requests ----------------------------------------------------------------------------------------------------


def asked(online: Online, start: str = "2026-03-10 10:00") -> tuple[str, str]:
    online.allow(mode="request")
    done = online.book(start)
    assert done.state == "REQUESTED"
    return done.request, done.session


def test_r64_a_request_keeps_its_time_tentatively(online: Online) -> None:
    ref, session = asked(online)
    assert row_of(online, session).status is Status.PENDING
    with pytest.raises(DomainError) as refused:
        online.book("2026-03-10 10:00", "liam")
    assert refused.value.code == "E_SLOT_TAKEN"
    (busy,) = busy_time(online.diary.sessions, "mia", "2026-03-10", "2026-03-11").blocks
    assert busy.fbtype is Fbtype.BUSY_TENTATIVE
    assert said(online) == [(Kind.REQUEST_MADE, "worker")]
    (one,) = list_requests(online.diary.sessions, worker="mia", state=RequestState.PENDING)
    assert (one.ref, one.client, one.type) == (ref, "C-1101", "therapy")


def test_e_locked_004_25_staff_do_not_drag_a_request_either(online: Online) -> None:
    _, session = asked(online)
    with pytest.raises(DomainError, match="REQUEST_PENDING") as refused:
        move(online.diary.sessions, online.diary.act, session, Move(start="2026-03-10 15:00"), None)
    assert refused.value.code == "E_LOCKED"


def test_r64_accepted_at_another_time(online: Online) -> None:
    ref, session = asked(online)
    accept(online.diary.sessions, online.diary.act, ref, Move(start="2026-03-10 10:05"), online.settings)
    row = row_of(online, session)
    assert (row.status, row.local_start, row.local_end) == (
        Status.ROSTERED, "2026-03-10T10:05:00", "2026-03-10T10:55:00",
    )  # fmt: skip
    (one,) = list_requests(online.diary.sessions)
    assert (one.state, one.start, str(one.session_id)) == ("ACCEPTED", "2026-03-10T10:05:00-05:00", session)
    assert (Kind.REQUEST_ACCEPTED, "client") in said(online)
    with pytest.raises(DomainError) as refused:
        decline(online.diary.sessions, online.diary.act, ref, "")
    assert refused.value.code == "E_TRANSITION"


def test_r64_accepting_warns_of_what_staff_booked_meanwhile(online: Online) -> None:
    ref, _ = asked(online)
    mia(online, "2026-03-10 10:00")
    done = accept(online.diary.sessions, online.diary.act, ref, Move(), online.settings)
    assert done.warnings == ("SLOT_OVERLAP",)


def test_r64_declined_with_words(online: Online) -> None:
    ref, session = asked(online)
    decline(online.diary.sessions, online.diary.act, ref, "Please try Thursday")
    with online.diary.read() as database:
        assert database.get(Session, UUID(session)) is None
        told = database.scalars(select(Message).where(Message.kind == Kind.REQUEST_DECLINED)).one()
        assert told.parameters["words"] == "Please try Thursday"
    (one,) = list_requests(online.diary.sessions)
    assert (one.state, one.message, one.session_id) == ("DECLINED", "Please try Thursday", None)
    assert online.slots() == ALL


def test_r64_withdrawn_by_its_client_alone(online: Online) -> None:
    ref, _ = asked(online)
    with pytest.raises(DomainError) as refused:
        client_changes.withdraw(online.diary.sessions, online.diary.act, ref, "liam", online.settings)
    assert refused.value.code == "E_NOT_FOUND"
    client_changes.withdraw(online.diary.sessions, online.diary.act, ref, "eva", online.settings)
    assert [one.state for one in list_requests(online.diary.sessions)] == ["WITHDRAWN"]
    assert online.slots() == ALL


def test_r64_cancelling_what_nobody_answered_withdraws_it_and_costs_nothing(online: Online) -> None:
    _, session = asked(online)
    done = cancel(online, session)
    assert (done.state, done.amount_cents) == ("WITHDRAWN", 0)
    assert [one.state for one in list_requests(online.diary.sessions)] == ["WITHDRAWN"]


def test_r64_a_request_expires_at_its_start(online: Online) -> None:
    _, session = asked(online)
    assert expire_requests(online.diary.sessions, online.diary.act) == 0
    online.diary.now = MONDAY + timedelta(days=1, hours=1)
    means = Means(sessions=online.diary.sessions)
    jobs = Jobs(means=means, clock=lambda: online.diary.now, new_id=online.diary.act.new_id)
    assert jobs.do("requests") == 1
    assert jobs.do("requests") is None
    assert [one.state for one in list_requests(online.diary.sessions)] == ["EXPIRED"]
    with online.diary.read() as database:
        assert database.get(Session, UUID(session)) is None


def test_r64_a_calendar_that_was_not_read_lately_makes_it_a_request(online: Online) -> None:
    link = source(online, last_ok=timedelta(minutes=61))
    assert online.book().state == "REQUESTED"
    with online.diary.sessions.begin() as database:
        database.execute(update(CalendarLink).where(CalendarLink.id == link).values(last_ok_at=MONDAY))
    assert online.book("2026-03-10 10:00", "liam").state == "BOOKED"


def test_r64_a_calendar_that_was_never_read_makes_it_a_request(online: Online) -> None:
    source(online, last_ok=None)
    assert online.book().state == "REQUESTED"


# --- moved and cancelled by the client ----------------------------------------------------------------------------


def test_003_02_a_client_moves_their_own_session_whoever_booked_it(online: Online) -> None:
    row = str(mia(online, "2026-03-10 15:00", clients=["eva"]))
    done = rebook(online, row, "2026-03-10 09:00")
    assert (done.state, done.start, done.minutes) == ("MOVED", "2026-03-10T09:00:00-05:00", 50)
    assert row_of(online, row).local_start == "2026-03-10T09:00:00"


def test_003_02_its_own_time_does_not_stand_in_the_way(online: Online) -> None:
    online.allow(slot_step_min=30)
    done = online.book()
    assert rebook(online, done.session, "2026-03-10 09:30").start[11:16] == "09:30"


def test_003_02_in_request_mode_another_time_is_asked_for_and_then_taken(online: Online) -> None:
    done = online.book()
    online.allow(mode="request")
    wanted = rebook(online, done.session, "2026-03-10 11:00")
    assert wanted.state == "REQUESTED"
    assert online.slots() == [ALL[1]]
    accept(online.diary.sessions, online.diary.act, wanted.request, Move(), online.settings)
    assert row_of(online, done.session).local_start == "2026-03-10T11:00:00"
    assert online.slots() == ALL[:2]
    with online.diary.read() as database:
        assert database.get(Session, UUID(wanted.session)) is None


def test_003_02_somebody_elses_session_is_not_there(online: Online) -> None:
    done = online.book()
    for change in (
        lambda: rebook(online, done.session, "2026-03-10 10:00", "liam"),
        lambda: cancel(online, done.session, "liam"),
    ):
        with pytest.raises(DomainError) as refused:
            change()
        assert refused.value.code == "E_NOT_FOUND"


def test_003_02_e_booking_off_where_the_practice_does_not_want_it(online: Online) -> None:
    done = online.book()
    online.allow(allow_resched_cancel=False)
    for change in (
        lambda: rebook(online, done.session, "2026-03-10 10:00"),
        lambda: cancel(online, done.session),
    ):
        with pytest.raises(DomainError) as refused:
            change()
        assert refused.value.code == "E_BOOKING_OFF"


def test_003_02_what_has_begun_stays(online: Online) -> None:
    done = online.book()
    online.diary.now = MONDAY + timedelta(days=1)
    with pytest.raises(DomainError) as refused:
        cancel(online, done.session)
    assert refused.value.code == "E_TRANSITION"


@pytest.mark.parametrize(("before", "cents"), [(timedelta(hours=3), 10000), (timedelta(hours=24), 0)])
def test_r63_lateness_never_blocks_and_is_charged(online: Online, before: timedelta, cents: int) -> None:
    done = online.book()
    online.diary.now = MONDAY + timedelta(days=1) - before
    settings = Settings(booking=online.rules, fees=FeesSettings(no_show_cents=10000))
    by = Caller(client="eva")
    over = client_changes.cancel(
        online.diary.sessions, online.diary.act, done.session, by, settings, reason="client-late"
    )
    assert (over.state, over.amount_cents) == ("CANCELLED", cents)
    detail = show_session(online.diary.sessions, done.session)
    assert detail.cancellations[0]["by"] == "CLIENT"


def test_r63_a_practice_may_insist_on_some_hours(online: Online) -> None:
    done = online.book()
    online.allow(enforce_window_hours=48)
    with pytest.raises(DomainError) as refused:
        cancel(online, done.session)
    assert refused.value.code == "E_CUTOFF"


def test_r63_the_practice_may_name_the_reason(online: Online) -> None:
    done = online.book()
    with pytest.raises(DomainError) as refused:
        cancel(online, done.session, reason="")
    assert refused.value.code == "E_REASON_TYPE"
    online.allow(cancel_reason="client-ill")
    assert cancel(online, done.session, reason="").state == "CANCELLED"


def test_003_01_bookings_stay_when_booking_is_switched_off(online: Online) -> None:
    done = online.book()
    online.allow(allow=False)
    assert row_of(online, done.session).status is Status.ROSTERED
    with pytest.raises(DomainError) as refused:
        cancel(online, done.session)
    assert refused.value.code == "E_BOOKING_OFF"


def test_a_refused_move_leaves_everything_as_it_was(online: Online) -> None:
    done = online.book()
    with pytest.raises(DomainError):
        rebook(online, done.session, "2026-03-10 10:05")
    assert row_of(online, done.session).local_start == "2026-03-10T09:00:00"
    assert [one.action for one in acts(online)] == ["book"]


def test_requests_are_kept_with_their_acknowledgement(online: Online) -> None:
    online.allow(policy_text=POLICY, mode="request")
    online.book(acknowledged=True)
    with online.diary.read() as database:
        assert database.scalars(select(BookingRequest)).one().policy_ack_at == MONDAY
