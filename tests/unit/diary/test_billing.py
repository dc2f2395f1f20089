"""Bills and notes in the diary: who is billed for what, and what that locks (004-02, 004-22 to -24, R70 to R72)."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import event, select, update

from adapters.diary import absences, billing, bills, cancelling, changing, listing, notes, placing
from adapters.diary.billing import Wanted
from adapters.diary.bills import BillView
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.history import history
from adapters.diary.lookup import find_session
from adapters.diary.placing import Where
from model.attendance import Attendance, SessionClient
from model.bill import BillLine, BillState
from model.cancellation import CancelledBy
from model.delivered import Delivered, DeliveredState, ServiceDelivered
from model.details import Kind, LocationType, Status
from model.errors import DomainError
from model.lock import Lock
from model.note import Note
from model.people import Client
from model.series import Scope, Series
from model.service import DeliveryMethod, PlannedService, PlannedServiceClient, Service
from model.session import Session
from sync.settings import FeesSettings, Settings
from tests.unit.diary.conftest import Diary

THERAPY = Wanted(service="psychotherapy", cents=15_000)
WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"


def refusal(step: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        step()
    return refused.value


def a_session(diary: Diary, start: str = "2026-03-03 10:00", **other: object) -> str:
    return str(diary.add(start, **other).session_id)


def make(diary: Diary, *named: str, wanted: Wanted = THERAPY, client: str | None = None) -> BillView:
    return billing.make(diary.sessions, diary.act, named, wanted, client)


def locks(diary: Diary, session: str) -> tuple[Lock, ...]:
    with diary.read() as database:
        return find_session(database, session).locks


def revs(diary: Diary) -> dict[UUID, int]:
    with diary.read() as database:
        units = [
            *database.execute(select(Session.id, Session.rev)),
            *database.execute(select(Series.id, Series.rev)),
        ]
        return {row[0]: row[1] for row in units}


def change(diary: Diary, step: object) -> None:
    """What features of others leave in the rows."""
    with diary.sessions.begin() as database:
        database.execute(step)  # type: ignore[call-overload]


# --- locks ----------------------------------------------------------------------------------------------------


def test_004_24_locks_come_and_go_with_the_money(either_diary: Diary) -> None:
    diary, session = either_diary, a_session(either_diary)
    assert locks(diary, session) == ()
    ref = make(diary, session).ref
    assert locks(diary, session) == (Lock.BILLED,)
    billing.pay(diary.sessions, diary.act, ref, 5_000)
    assert locks(diary, session) == (Lock.PAID,)
    billing.refund(diary.sessions, diary.act, ref, None)
    assert locks(diary, session) == (Lock.BILLED,)
    billing.cancel(diary.sessions, diary.act, ref)
    assert locks(diary, session) == ()


def test_004_24_of_two_bills_the_paid_one_counts(either_diary: Diary) -> None:
    diary = either_diary
    session = a_session(diary, clients=["noor", "eva"], work_type="GROUP")
    make(diary, session, client="noor")
    billing.pay(diary.sessions, diary.act, make(diary, session, client="eva").ref, None)
    assert locks(diary, session) == (Lock.PAID,)
    shown = listing.show_session(diary.sessions, session)
    assert [(one["client"], one["state"]) for one in shown.billing] == [
        ("C-1077", "BILLED"),
        ("C-1101", "PAID"),
    ]


def test_004_28_a_signed_note_locks_and_an_unlocked_one_does_not(either_diary: Diary) -> None:
    diary, session = either_diary, a_session(either_diary)
    assert notes.sign(diary.sessions, diary.act, session).signed_by == "sam"
    assert locks(diary, session) == (Lock.NOTE_SIGNED,)
    refused = refusal(
        lambda: changing.move(diary.sessions, diary.act, session, Move(start="2026-03-04 10:00"), None)
    )
    assert (refused.code, "NOTE_SIGNED" in refused.message) == ("E_LOCKED", True)
    notes.unlock(diary.sessions, diary.act, session, admins=())
    assert locks(diary, session) == ()


@pytest.mark.parametrize("state", [DeliveredState.EXTRACTED, DeliveredState.CLAIMED])
def test_sd_extracted_an_exported_record_locks_first_of_all(
    either_diary: Diary, state: DeliveredState
) -> None:
    diary, session = either_diary, a_session(either_diary)
    deliver(diary, session, 4_500, state=DeliveredState.CREATED)
    assert locks(diary, session) == ()
    change(diary, update(ServiceDelivered).values(state=state))
    make(diary, session)
    change(diary, update(Session).values(status=Status.COMPLETE))
    assert locks(diary, session) == (Lock.SD_EXTRACTED, Lock.BILLED, Lock.SESSION_COMPLETE)


def test_e_locked_nothing_is_moved_placed_cancelled_or_deleted_that_is_billed(diary: Diary) -> None:
    session = a_session(diary)
    make(diary, session)
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-02-20 08:00")
    steps: list[Callable[[], object]] = [
        lambda: changing.move(diary.sessions, diary.act, session, Move(start="2026-03-04 10:00"), None),
        lambda: placing.place(diary.sessions, diary.act, session, Where(site="adelaide"), None),
        lambda: placing.set_modifiers(diary.sessions, diary.act, session, ["GT"]),
        lambda: cancelling.cancel(diary.sessions, diary.act, session, how, None),
        lambda: cancelling.delete(diary.sessions, diary.act, session, None, rostered=True, confirmed=True),
    ]
    for step in steps:
        refused = refusal(step)
        assert refused.code == "E_LOCKED"
        assert "BILLED (it is billed; cancel the bill first)" in refused.message


def test_r12_what_is_billed_stays_where_it_is_when_its_series_moves(either_diary: Diary) -> None:
    diary = either_diary
    diary.add("2026-03-03 10:00", rule=WEEKLY)
    rows = listing.list_sessions(diary.sessions, listing.Window())
    billed, signed = str(rows[2].id), str(rows[3].id)
    make(diary, billed)
    notes.sign(diary.sessions, diary.act, signed)
    to = Move(start="2026-03-11 09:00")
    changing.move(diary.sessions, diary.act, str(rows[1].id), to, Scope.THIS_AND_FOLLOWING)
    starts = [row.start[:16] for row in listing.list_sessions(diary.sessions, listing.Window())]
    assert starts[:5] == [
        *("2026-03-03T10:00", "2026-03-11T09:00", "2026-03-17T10:00", "2026-03-24T10:00", "2026-04-01T09:00"),
    ]
    refused = refusal(
        lambda: changing.move(
            diary.sessions, diary.act, billed, Move(start="2026-03-18 09:00"), Scope.THIS_ONLY
        )
    )
    assert refused.code == "E_LOCKED"


def test_a_lock_that_comes_or_goes_is_a_change_for_calendars_and_a_payment_is_none(
    either_diary: Diary,
) -> None:
    diary = either_diary
    series_id = diary.add("2026-03-03 10:00", rule=WEEKLY).series_id
    session = listing.list_sessions(diary.sessions, listing.Window())[0].id

    def numbered(step: Callable[[], object]) -> bool:
        before = revs(diary)
        step()
        changed = {unit for unit, rev in revs(diary).items() if rev != before[unit]}
        assert changed in (set(), {session, series_id})
        return bool(changed)

    text, act, ref = str(session), diary.act, "B-1001"
    assert numbered(lambda: make(diary, text))
    assert not numbered(lambda: billing.pay(diary.sessions, act, ref, None))
    assert not numbered(lambda: billing.refund(diary.sessions, act, ref, None))
    assert numbered(lambda: billing.cancel(diary.sessions, act, ref))
    assert not numbered(lambda: notes.diagnose(diary.sessions, diary.act, text, ["F41.1"]))
    assert numbered(lambda: notes.sign(diary.sessions, diary.act, text))
    assert numbered(lambda: notes.unlock(diary.sessions, diary.act, text, admins=()))


def test_the_locks_of_many_sessions_cost_no_query_more(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", rule=WEEKLY)
    sent: list[str] = []

    def loaded() -> int:
        sent.clear()
        listing.list_sessions(diary.sessions, listing.Window())
        return len(sent)

    with diary.read() as database:
        engine = database.get_bind()
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: sent.append(statement))
    before = loaded()
    for row in listing.list_sessions(diary.sessions, listing.Window()):
        make(diary, str(row.id))
        notes.sign(diary.sessions, diary.act, str(row.id))
    assert loaded() == before


# --- deleting -------------------------------------------------------------------------------------------------


def test_000_23_what_was_rostered_is_deleted_where_the_practice_allows_it_and_once_confirmed(
    diary: Diary,
) -> None:
    session = a_session(diary)
    assert refusal(lambda: cancelling.delete(diary.sessions, diary.act, session, None)).code == "E_LOCKED"
    refused = refusal(lambda: cancelling.delete(diary.sessions, diary.act, session, None, rostered=True))
    assert (refused.code, "C-1077" in refused.message) == ("E_CONFIRM", True)
    cancelling.delete(diary.sessions, diary.act, session, None, rostered=True, confirmed=True)
    assert listing.list_sessions(diary.sessions, listing.Window()) == []


def test_a_deleted_session_takes_its_note_along_and_leaves_the_cancelled_bill(either_diary: Diary) -> None:
    diary, session = either_diary, a_session(either_diary)
    notes.diagnose(diary.sessions, diary.act, session, ["F41.1"])
    ref = make(diary, session).ref
    billing.cancel(diary.sessions, diary.act, ref)
    cancelling.delete(diary.sessions, diary.act, session, None, rostered=True, confirmed=True)
    with diary.read() as database:
        assert database.scalars(select(Note)).all() == []
        assert database.scalars(select(BillLine.session_id)).all() == [None]
    shown = bills.show_bill(diary.sessions, ref)
    assert (shown.state, shown.total_cents, shown.lines[0].start) == (BillState.CANCELLED, 15_000, "")
    told = {line.action for line in history(diary.sessions, session)}
    assert told == {"added", "diagnosed", "billed", "bill-cancelled", "deleted"}


def test_000_23_of_a_series_what_is_locked_stays(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", rule=WEEKLY)
    rows = listing.list_sessions(diary.sessions, listing.Window())
    make(diary, str(rows[2].id))
    first = str(rows[0].id)
    cancelling.delete(diary.sessions, diary.act, first, Scope.ALL_IN_SERIES, rostered=True, confirmed=True)
    assert [row.id for row in listing.list_sessions(diary.sessions, listing.Window())] == [rows[2].id]


# --- what is billed -------------------------------------------------------------------------------------------


def deliver(
    diary: Diary, session: str, cents: int, *, state: DeliveredState = DeliveredState.CREATED
) -> None:
    """A record as completing a session leaves it."""
    with diary.sessions.begin() as database:
        service = database.scalars(select(Service).where(Service.ref == "physio")).one()
        noor = database.scalars(select(Client.id).where(Client.ref == "noor")).one()
        database.add(
            ServiceDelivered(
                id=diary.act.new_id(), session_id=UUID(session), client_id=noor, service_id=service.id,
                kind=Delivered.SERVICE, quantity=Decimal(1), rate_cents=cents, amount_cents=cents, state=state,
            )
        )  # fmt: skip


def plan(
    diary: Diary, rate: int, *, session: str | None = None, series: UUID | None = None, **other: object
) -> None:
    """A planned service: an hour of physiotherapy, for everybody there or for one client."""
    with diary.sessions.begin() as database:
        service = database.scalars(select(Service).where(Service.ref == "physio")).one()
        row = PlannedService(
            id=diary.act.new_id(), session_id=UUID(session) if session else None, series_id=series,
            service_id=service.id, method=DeliveryMethod.SCHEDULED_TIME, rate_cents=rate,
            ratio=other.get("ratio", 1),
        )  # fmt: skip
        row.clients = []
        if client := other.get("client"):
            found = database.scalars(select(Client.id).where(Client.ref == client)).one()
            row.clients.append(PlannedServiceClient(client_id=found))
        database.add(row)


def amounts(view: BillView) -> list[tuple[str | None, int]]:
    return [(line.service, line.amount_cents) for line in view.lines]


def test_what_was_delivered_is_billed_else_what_was_planned(either_diary: Diary) -> None:
    diary = either_diary
    planned, delivered = a_session(diary), a_session(diary, "2026-03-04 10:00")
    for session in (planned, delivered):
        plan(diary, 18_399, session=session)
    deliver(diary, delivered, 9_200)
    made = make(diary, planned, delivered, wanted=Wanted())
    assert amounts(made) == [("physio", 18_399), ("physio", 9_200)]
    assert (made.ref, made.client, made.total_cents) == ("B-1001", "C-1077", 27_599)


def test_each_client_of_a_group_is_billed_their_own_share(diary: Diary) -> None:
    session = a_session(diary, clients=["noor", "eva"], work_type="GROUP")
    plan(diary, 18_399, session=session, ratio=2)
    plan(diary, 4_500, session=session, client="noor")
    assert amounts(make(diary, session, wanted=Wanted(), client="noor")) == [
        ("physio", 9_200),
        ("physio", 4_500),
    ]
    assert amounts(make(diary, session, wanted=Wanted(), client="eva")) == [("physio", 9_199)]


def test_004_02_not_billable_yet_until_a_service_with_an_amount_is_planned(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=WEEKLY)
    session = str(listing.list_sessions(diary.sessions, listing.Window())[0].id)
    assert listing.show_session(diary.sessions, session).not_billable_yet
    plan(diary, 0, session=session)
    assert listing.show_session(diary.sessions, session).not_billable_yet
    for_all_of(diary, added.series_id, session)
    assert not listing.show_session(diary.sessions, session).not_billable_yet


def for_all_of(diary: Diary, series_id: UUID | None, occurrence: str) -> None:
    """What planning for a whole series leaves: the pattern, and each occurrence's own."""
    plan(diary, 18_399, series=series_id)
    plan(diary, 18_399, session=occurrence)


def test_an_occurrence_is_billed_once_for_what_its_series_repeats(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", rule=WEEKLY)
    session = str(added.session_id)
    for_all_of(diary, added.series_id, session)
    assert amounts(make(diary, session, wanted=Wanted())) == [("physio", 18_399)]


def test_004_06_e_not_billable_without_a_service_or_an_amount(diary: Diary) -> None:
    session = a_session(diary)
    assert refusal(lambda: make(diary, session, wanted=Wanted())).code == "E_NOT_BILLABLE"
    assert refusal(lambda: make(diary, session, wanted=Wanted(cents=100))).code == "E_NOT_BILLABLE"
    assert refusal(lambda: make(diary, session, wanted=Wanted(service="physio", cents=0))).code == "E_AMOUNT"


@pytest.mark.parametrize("kind", [Kind.CLIENT_CONTACT, Kind.COLLATERAL_CONTACT])
def test_r72_a_contact_is_not_billed(diary: Diary, kind: Kind) -> None:
    session = a_session(diary, kind=kind)
    assert refusal(lambda: make(diary, session)).code == "E_NOT_BILLABLE"


def test_e_transition_what_is_billed_is_not_billed_again_and_a_cancelled_bill_frees_it(diary: Diary) -> None:
    session = a_session(diary)
    ref = make(diary, session).ref
    assert refusal(lambda: make(diary, session)).code == "E_TRANSITION"
    billing.cancel(diary.sessions, diary.act, ref)
    assert make(diary, session).ref == "B-1002"


def test_e_client_required_in_a_group_it_is_said_who_is_billed(diary: Diary) -> None:
    group = a_session(diary, clients=["noor", "eva"], work_type="GROUP")
    assert refusal(lambda: make(diary, group)).code == "E_CLIENT_REQUIRED"
    assert refusal(lambda: make(diary, group, client="liam")).code == "E_CLIENT_REQUIRED"
    other = a_session(diary, "2026-03-05 10:00", clients=["eva"])
    alone = a_session(diary, "2026-03-06 10:00")
    assert refusal(lambda: make(diary, other, alone)).code == "E_CLIENT_REQUIRED"


def test_r65_for_who_cancelled_it_is_a_fee_and_needs_no_service(diary: Diary) -> None:
    session = a_session(diary)
    how = Cancel(by=CancelledBy.CLIENT, reason="client-late", advised="2026-02-28 08:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    plan(diary, 18_399, session=session)
    assert refusal(lambda: make(diary, session, wanted=Wanted())).code == "E_NOT_BILLABLE"
    made = make(diary, session, wanted=Wanted(cents=6_000))
    assert [(line.fee, line.service, line.amount_cents) for line in made.lines] == [(True, None, 6_000)]
    assert bills.superbill(diary.sessions, made.ref) == []


def test_r65_a_bill_takes_over_what_the_cancellation_costs(either_diary: Diary) -> None:
    diary = either_diary
    session = a_session(diary)
    plan(diary, 18_399, session=session)
    diary.now = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    how = Cancel(by=CancelledBy.CLIENT, reason="client-late", advised="2026-03-03 07:00")
    with_fee = Settings(fees=FeesSettings(no_show_cents=10_000))
    cancelling.cancel(diary.sessions, diary.act, session, how, None, with_fee)
    absences.set_fee(diary.sessions, diary.act, session, None, 6_000, "Individual rate")

    made = make(diary, session, wanted=Wanted())

    assert [(line.fee, line.service, line.amount_cents) for line in made.lines] == [(True, None, 6_000)]


def test_r65_a_cancellation_that_costs_nothing_makes_no_bill(diary: Diary) -> None:
    session = a_session(diary)
    how = Cancel(by=CancelledBy.CLIENT, reason="client-late", advised="2026-02-28 08:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    assert refusal(lambda: make(diary, session, wanted=Wanted())).code == "E_NOT_BILLABLE"


def test_services_are_added_changed_and_dropped_while_nothing_is_paid(diary: Diary) -> None:
    session = a_session(diary)
    ref = make(diary, session).ref

    def edit(wanted: Wanted, line: int | None = None) -> BillView:
        return billing.edit_services(diary.sessions, diary.act, ref, wanted, line=line, session=None)

    edit(Wanted(service="physio", cents=4_500))
    edit(Wanted(cents=14_000, modifiers=["59"]), line=1)
    billing.drop_service(diary.sessions, diary.act, ref, line=2)
    shown = bills.show_bill(diary.sessions, ref)
    assert [(x.number, x.service, x.modifiers, x.amount_cents) for x in shown.lines] == [
        (1, "psychotherapy", "59", 14_000)
    ]
    billing.pay(diary.sessions, diary.act, ref, None)
    assert "PAID" in refusal(lambda: edit(Wanted(cents=1), line=1)).message


def test_bills_are_listed_by_client_and_state(either_diary: Diary) -> None:
    diary = either_diary
    first = make(diary, a_session(diary)).ref
    second = make(diary, a_session(diary, "2026-03-04 10:00", clients=["eva"])).ref
    billing.cancel(diary.sessions, diary.act, first)

    def found(**how: object) -> list[str]:
        return [b.ref for b in bills.list_bills(diary.sessions, **({"client": None, "state": None} | how))]  # type: ignore[arg-type]

    assert found() == [first, second]
    assert found(client="eva") == [second]
    assert found(state=BillState.CANCELLED) == [first]


# --- superbills and modifiers ---------------------------------------------------------------------------------


def test_004_06_r71_a_superbill_has_what_was_attended_and_has_a_cpt_code(either_diary: Diary) -> None:
    diary = either_diary
    attended, not_yet = a_session(diary), a_session(diary, "2026-03-04 10:00")
    notes.diagnose(diary.sessions, diary.act, attended, ["F41.1", "F32.9"])
    ref = make(diary, attended, not_yet).ref
    billing.edit_services(
        diary.sessions, diary.act, ref, Wanted(service="physio", cents=100), line=None, session=attended
    )
    assert bills.superbill(diary.sessions, ref) == []
    came = update(SessionClient).where(SessionClient.session_id == UUID(attended))
    change(diary, came.values(status=Attendance.ATTENDED))
    (line,) = bills.superbill(diary.sessions, ref)
    assert (line.date, line.cpt, line.amount_cents) == ("2026-03-03", "90834", 15_000)
    assert (line.diagnosis, line.practitioner) == (("F41.1", "F32.9"), "priya")
    billing.cancel(diary.sessions, diary.act, ref)
    assert bills.superbill(diary.sessions, ref) == []


def test_r70_a_bill_takes_the_modifiers_of_the_place_and_marks_them(diary: Diary) -> None:
    session = a_session(diary, location_type=LocationType.TELEHEALTH)
    placing.set_modifiers(diary.sessions, diary.act, session, ["gt"])
    made = make(diary, session)
    assert made.lines[0].modifiers == "GT 95*"
    wanted = Wanted(modifiers=["59"])
    edited = billing.edit_services(diary.sessions, diary.act, made.ref, wanted, line=1, session=None)
    assert edited.lines[0].modifiers == "59 95*"


def test_004_09_the_place_of_a_series_changes_in_each_scope(diary: Diary) -> None:
    diary.add("2026-03-03 10:00", rule=WEEKLY)
    rows = [str(row.id) for row in listing.list_sessions(diary.sessions, listing.Window())]

    def place(session: str, where: Where, scope: Scope) -> int:
        return placing.place(diary.sessions, diary.act, session, where, scope).count

    assert place(rows[5], Where(site="chicago", room="room-2"), Scope.THIS_ONLY) == 1
    assert place(rows[2], Where(site="adelaide"), Scope.THIS_AND_FOLLOWING) == 6
    sites = [row.site for row in listing.list_sessions(diary.sessions, listing.Window())]
    assert sites == [None, None, *["adelaide"] * 6]
    make(diary, rows[3])
    assert place(rows[2], Where(site="chicago"), Scope.ALL_IN_SERIES) == 5
    sites = [row.site for row in listing.list_sessions(diary.sessions, listing.Window())]
    assert sites == [None, None, "chicago", "adelaide", *["chicago"] * 4]


def test_e_modifiers_a_place_whose_own_would_be_the_fifth(diary: Diary) -> None:
    session = a_session(diary)
    placing.set_modifiers(diary.sessions, diary.act, session, ["GT", "HO", "25", "59"])
    there = Where(location_type=LocationType.TELEHEALTH)
    assert (
        refusal(lambda: placing.place(diary.sessions, diary.act, session, there, None)).code == "E_MODIFIERS"
    )
    assert listing.show_session(diary.sessions, session).place_of_service is None


# --- notes ----------------------------------------------------------------------------------------------------


def test_004_28_history_says_that_a_note_was_signed_and_by_whom_and_no_diagnosis(diary: Diary) -> None:
    session = a_session(diary)
    notes.diagnose(diary.sessions, diary.act, session, ["F41.1"])
    notes.sign(diary.sessions, diary.act, session)
    notes.unlock(diary.sessions, diary.act, session, admins=())
    told = history(diary.sessions, session)
    assert {line.action for line in told} == {"added", "diagnosed", "note-signed", "note-unlocked"}
    assert "F41" not in str(told)


def test_e_client_required_an_other_event_has_no_note(diary: Diary) -> None:
    event_id = a_session(diary, kind=Kind.OTHER_EVENT, clients=[], subject="Errand")
    assert refusal(lambda: notes.sign(diary.sessions, diary.act, event_id)).code == "E_CLIENT_REQUIRED"
