"""What cancelling costs, in the database: the rows of 002-* and 000-19 to 000-23, R2, R6, R8 and R65."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from adapters.diary import absences, cancelling, planning
from adapters.diary.cancelling import Cancel, Cancelled
from adapters.diary.reasons import Reason, add_reason, list_reasons, retire_reason
from adapters.diary.terms import Plan
from model.act import Act
from model.agreement import AgreementItem, ServiceAgreement
from model.attendance import Attendance, SessionClient
from model.cancellation import Billing, Cancellation, CancelledBy, NdisCode, Outcome, Rules
from model.delivered import Delivered, ServiceDelivered
from model.details import Status, WorkType
from model.errors import DomainError
from model.journal import HistoryEntry
from model.people import Client
from model.practice import Site
from model.series import Scope
from model.service import CancelRule, PlannedService, Service
from model.session import Session
from sync.settings import FeesSettings, Settings
from tests.unit.diary.conftest import Diary

SETTINGS = Settings(fees=FeesSettings(no_show_cents=10_000))
ILL = Cancel(by=CancelledBy.CLIENT, reason="ill", advised="2026-03-31 10:30")
LATE = Cancel(by=CancelledBy.CLIENT, reason="late", advised="2026-04-07 08:00")


@pytest.fixture
def funded(diary: Diary) -> str:
    """Tom with Liam on Tuesday 7 April, two hours of an item of the NDIS, agreed with all that R6 asks for."""
    add_reason(
        diary.sessions, diary.act,
        Reason(ref="ill", type=CancelledBy.CLIENT, text="Ill", ndis_code=NdisCode.NSDH),
    )  # fmt: skip
    late = Reason(
        ref="late", type=CancelledBy.CLIENT, text="Late", billing=Billing.PRACTICE_FEE, threshold_hours=24
    )
    add_reason(diary.sessions, diary.act, late)
    made = diary.add("2026-04-07 10:00", minutes=120, workers=["tom"], clients=["liam"], site="adelaide")
    agree(diary, "liam", made.session_id)
    return str(made.session_id)


def agree(diary: Diary, client: str, session_id: object = None, **other: object) -> None:
    act = diary.act
    with diary.sessions.begin() as database:
        service = database.scalar(select(Service).where(Service.ref == "dsw")) or Service(
            id=act.new_id(), ref="dsw", code="01_011", name="Support", ndis=True, rate_cents=6_756,
            cancel_rule=CancelRule.SEVEN_DAYS,
        )  # fmt: skip
        database.add(service)
        database.flush()
        who = database.scalars(select(Client).where(Client.ref == client)).one()
        terms = ServiceAgreement(
            id=act.new_id(),
            ref=f"for-{client}",
            client_id=who.id,
            start_date=date(2026, 1, 1),
            approved=True,
            items=[],
        )
        item = AgreementItem(
            id=act.new_id(), ref=f"item-{client}", agreement_id=terms.id, service_id=service.id, rate_cents=6_756,
            **({"cancellation_agreed": True} | other),
        )  # fmt: skip
        database.add_all([terms, item])
        if session_id is not None:
            database.add(
                PlannedService(
                    id=act.new_id(),
                    session_id=session_id,
                    service_id=service.id,
                    rate_cents=6_756,
                    primary=True,
                    clients=[],
                )
            )


def cancel(diary: Diary, session: str, how: Cancel, scope: Scope | None = None) -> Cancelled:
    diary.now = max(diary.now, datetime(2026, 4, 7, 0, 30, tzinfo=UTC))
    return cancelling.cancel(diary.sessions, diary.act, session, how, scope, SETTINGS)


def lines(diary: Diary) -> list[tuple[str, int, str]]:
    with diary.read() as database:
        rows = database.scalars(select(ServiceDelivered)).all()
        return [(row.kind, row.amount_cents, row.reason_code) for row in rows]


def test_000_21_a_qualifying_cancellation_becomes_one_line_r2_us12(diary: Diary, funded: str) -> None:
    done = cancel(diary, funded, ILL)
    [charge] = done.charges
    assert (charge.outcome, charge.amount_cents, charge.code) == ("BILLABLE", 13_512, "NSDH")
    assert lines(diary) == [(Delivered.CANCELLATION, 13_512, "NSDH")]


def test_000_21_enough_notice_is_no_claim_and_leaves_its_reasons(diary: Diary, funded: str) -> None:
    cancel(diary, funded, replace(ILL, advised="2026-03-31 10:00"))
    assert lines(diary) == []
    with diary.read() as database:
        assert "R3" in database.scalars(select(Cancellation.rule_trace)).one()


def test_r7_travel_is_never_part_of_it(diary: Diary, funded: str) -> None:
    cancel(diary, funded, ILL)
    with diary.read() as database:
        assert set(database.scalars(select(ServiceDelivered.kind))) == {Delivered.CANCELLATION}


@pytest.mark.parametrize(
    "how",
    [
        replace(ILL, alternative_work_found=True),
        replace(ILL, worker_paid=False),
        replace(ILL, reason="late"),
    ],
)
def test_r6_a_missing_condition_is_named_and_nothing_is_claimed(
    diary: Diary, funded: str, how: Cancel
) -> None:
    [charge] = cancel(diary, funded, how).charges
    assert (charge.outcome, lines(diary)) == ("NOT_BILLABLE", [])
    assert charge.trace[-1].startswith("R6")


def test_r6_an_agreement_that_ended_charges_nothing(diary: Diary, funded: str) -> None:
    with diary.sessions.begin() as database:
        database.scalars(
            select(ServiceAgreement).where(ServiceAgreement.ref == "for-liam")
        ).one().end_date = date(2026, 4, 6)
    assert cancel(diary, funded, ILL).charges[0].outcome == "NOT_BILLABLE"


def test_r4_the_holidays_are_those_of_the_site(diary: Diary, funded: str) -> None:
    with diary.sessions.begin() as database:
        item = database.scalars(select(Service).where(Service.ref == "dsw")).one()
        item.cancel_rule = CancelRule.TWO_CLEAR_BUSINESS_DAYS
        database.scalars(select(Site).where(Site.ref == "adelaide")).one().holidays = ""
    told = replace(ILL, advised="2026-04-02 09:00")  # a Thursday; Good Friday and Easter Monday in between
    without = cancelling.preview(diary.sessions, moved_on(diary), funded, told, None, SETTINGS)
    assert without.charges[0].outcome == "NOT_BILLABLE"
    with diary.sessions.begin() as database:
        database.scalars(select(Site).where(Site.ref == "adelaide")).one().holidays = "AU-SA"
    assert cancel(diary, funded, told).charges[0].outcome == "BILLABLE"


def moved_on(diary: Diary) -> Act:
    diary.now = datetime(2026, 4, 7, 0, 30, tzinfo=UTC)
    return diary.act


def test_e_ndis_reason_a_claim_needs_a_code_and_a_service_that_allows_it(diary: Diary, funded: str) -> None:
    with pytest.raises(DomainError, match="codes") as caught:
        cancel(diary, funded, replace(ILL, reason="late", rules=Rules.NDIS))
    assert caught.value.code == "E_NDIS_REASON"
    plain = str(diary.add("2026-04-08 10:00").session_id)
    with pytest.raises(DomainError) as caught:
        cancel(diary, plain, replace(ILL, rules=Rules.NDIS))
    assert caught.value.code == "E_NDIS_REASON"
    with diary.read() as database:
        assert database.scalar(select(func.count()).select_from(Cancellation)) == 0


def test_000_20_without_rules_nothing_is_judged_and_the_record_is_kept(diary: Diary, funded: str) -> None:
    [charge] = cancel(diary, funded, replace(ILL, rules=Rules.NONE)).charges
    assert (charge.outcome, charge.status, lines(diary)) == ("NOT_BILLABLE", "CANCELLED", [])
    with diary.read() as database:
        assert database.scalars(select(Cancellation)).one().outcome is Outcome.NOT_BILLABLE


def test_002_06_what_is_not_funded_is_judged_by_the_practice(diary: Diary, funded: str) -> None:
    plain = str(diary.add("2026-04-07 15:00").session_id)
    [charge] = cancel(diary, plain, LATE).charges
    assert (charge.outcome, charge.amount_cents, lines(diary)) == ("BILLABLE", 10_000, [])


def test_002_01_a_preview_says_all_of_it_and_does_nothing(diary: Diary, funded: str) -> None:
    with diary.read() as database:
        before = database.scalar(select(func.count()).select_from(HistoryEntry))
    seen = cancelling.preview(diary.sessions, moved_on(diary), funded, ILL, None, SETTINGS)
    assert (seen.charges[0].status, seen.charges[0].amount_cents) == ("CANCELLED", 13_512)
    with diary.read() as database:
        assert set(database.scalars(select(Session.status))) == {Status.ROSTERED}
        counts = [
            database.scalar(select(func.count()).select_from(n)) for n in (Cancellation, ServiceDelivered)
        ]
        assert counts == [0, 0]
        assert database.scalar(select(func.count()).select_from(HistoryEntry)) == before
    assert cancel(diary, funded, ILL).charges == seen.charges


def test_r8_in_a_group_only_the_named_client_is_judged_002_08(diary: Diary, funded: str) -> None:
    group = str(
        diary.add("2026-04-07 15:00", clients=["liam", "noor", "eva"], work_type=WorkType.GROUP).session_id
    )
    done = cancel(diary, group, replace(LATE, client="noor"))
    assert (done.charges[0].status, done.charges[0].amount_cents) == ("ROSTERED", 10_000)
    with diary.read() as database:
        found = database.execute(
            select(Client.ref, SessionClient.status)
            .join(Client, Client.id == SessionClient.client_id)
            .join(Session, Session.id == SessionClient.session_id)
            .where(Session.work_type == WorkType.GROUP)
        )
        assert {ref: str(status) for ref, status in found} == {
            "liam": "BOOKED",
            "noor": "CANCELLED",
            "eva": "BOOKED",
        }
        assert database.scalar(select(func.count()).select_from(Cancellation)) == 1


def test_each_occurrence_is_judged_by_its_own_time(diary: Diary, funded: str) -> None:
    weekly = diary.add("2026-04-07 15:00", rule="FREQ=WEEKLY;COUNT=3")
    done = cancel(diary, str(weekly.session_id), LATE, Scope.ALL_IN_SERIES)
    assert [charge.amount_cents for charge in done.charges] == [10_000, 0, 0]


def test_what_is_planned_for_all_of_a_series_is_what_an_occurrence_costs(diary: Diary, funded: str) -> None:
    weekly = diary.add("2026-04-07 13:00", workers=["tom"], clients=["liam"], rule="FREQ=WEEKLY;COUNT=2")
    plan = Plan(service="dsw", ratio=2, clients=["liam"])
    planning.plan(diary.sessions, diary.act, str(weekly.session_id), plan, Scope.ALL_IN_SERIES)
    told = replace(ILL, advised="2026-03-31 13:01")
    [charge] = cancel(diary, str(weekly.session_id), told, Scope.THIS_ONLY).charges
    assert charge.amount_cents == 3_378  # an hour, shared by two


def test_r1_a_part_is_of_what_would_have_been_billed_time_by_the_minute(diary: Diary, funded: str) -> None:
    """Fifty minutes at 67.56 an hour are 56.30, not 0.83 hours of it."""
    half = Reason(
        ref="half", type=CancelledBy.CLIENT, text="Half", billing=Billing.PERCENT, billable_percent=100
    )
    add_reason(diary.sessions, diary.act, half)
    with diary.sessions.begin() as database:
        database.scalars(select(Service).where(Service.ref == "dsw")).one().ndis = False
    short = diary.add("2026-04-07 13:00", minutes=50, workers=["tom"], clients=["liam"])
    planning.plan(diary.sessions, diary.act, str(short.session_id), Plan(service="dsw"), None)
    [charge] = cancel(diary, str(short.session_id), replace(LATE, reason="half")).charges
    assert charge.amount_cents == 5_630


# --- no-show --------------------------------------------------------------------------------------------------


def test_r5_a_no_show_is_claimed_and_the_session_stays(diary: Diary, funded: str) -> None:
    charge = absences.no_show(diary.sessions, moved_on(diary), funded, "ill", None, SETTINGS)
    assert (charge.status, charge.amount_cents, charge.code) == ("ROSTERED", 13_512, "NSDH")
    with diary.read() as database:
        assert set(database.scalars(select(SessionClient.status))) == {Attendance.NO_SHOW}
        assert database.scalars(select(Cancellation.no_show)).one() is True


def test_a_no_show_is_noted_once_and_not_before_the_start(diary: Diary, funded: str) -> None:
    with pytest.raises(DomainError) as caught:
        absences.no_show(diary.sessions, diary.act, funded, "ill", None, SETTINGS)
    assert caught.value.code == "E_TRANSITION"
    absences.no_show(diary.sessions, moved_on(diary), funded, "ill", None, SETTINGS)
    with pytest.raises(DomainError) as caught:
        absences.no_show(diary.sessions, diary.act, funded, "ill", None, SETTINGS)
    assert caught.value.code == "E_CLIENT_REQUIRED"
    assert len(lines(diary)) == 1


# --- fees, counts, deleting -----------------------------------------------------------------------------------


def test_r65_a_person_sets_another_fee_and_says_why(diary: Diary, funded: str) -> None:
    plain = str(diary.add("2026-04-07 15:00").session_id)
    cancel(diary, plain, LATE)
    assert absences.set_fee(diary.sessions, diary.act, plain, None, 6_000, "Individual rate") == 10_000
    with diary.read() as database:
        made = database.scalars(select(Cancellation)).one()
        assert (made.amount_cents, made.outcome, made.fee_note) == (
            6_000,
            Outcome.BILLABLE,
            "Individual rate",
        )
    assert absences.set_fee(diary.sessions, diary.act, plain, "noor", 0, "Goodwill") == 6_000
    with diary.read() as database:
        assert database.scalars(select(Cancellation)).one().outcome is Outcome.NOT_BILLABLE


@pytest.mark.parametrize(("cents", "note"), [(-1, "x"), (100, ""), (100, "x" * 2001)])
def test_r65_no_fee_below_nothing_and_none_without_a_note(
    diary: Diary, funded: str, cents: int, note: str
) -> None:
    plain = str(diary.add("2026-04-07 15:00").session_id)
    cancel(diary, plain, LATE)
    with pytest.raises(DomainError):
        absences.set_fee(diary.sessions, diary.act, plain, None, cents, note)


def test_r65_what_is_claimed_has_no_other_fee(diary: Diary, funded: str) -> None:
    cancel(diary, funded, ILL)
    with pytest.raises(DomainError) as caught:
        absences.set_fee(diary.sessions, diary.act, funded, None, 100, "x")
    assert caught.value.code == "E_LOCKED"


def test_r65_what_the_practice_cancels_has_no_fee(diary: Diary) -> None:
    plain = str(diary.add("2026-04-07 15:00").session_id)
    cancel(diary, plain, Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-04-07 08:00"))
    with pytest.raises(DomainError):
        absences.set_fee(diary.sessions, diary.act, plain, None, 100, "x")


def test_000_22_the_count_names_codes_and_why_something_was_not_claimed(diary: Diary, funded: str) -> None:
    other = str(diary.add("2026-04-14 10:00", workers=["tom"], clients=["liam"]).session_id)
    cancel(diary, funded, ILL)
    cancel(diary, other, replace(LATE, advised="2026-04-07 10:00"))
    first, second = absences.counted(diary.sessions, "liam", "2026-04-01", None)
    assert (first.ndis_code, first.claimed, second.ndis_code, second.claimed) == ("NSDH", True, "", False)
    assert second.trace.startswith("R1")
    assert absences.counted(diary.sessions, "liam", "2026-04-14", "2026-04-15") == [second]
    assert absences.counted(diary.sessions, "noor", None, None) == []


def test_000_23_what_was_rostered_is_deleted_only_where_it_is_allowed_and_meant(diary: Diary) -> None:
    session = str(diary.add("2026-04-07 15:00").session_id)
    with pytest.raises(DomainError) as caught:
        cancelling.delete(diary.sessions, diary.act, session, None)
    assert caught.value.code == "E_LOCKED"
    with pytest.raises(DomainError, match="C-1077") as caught:
        cancelling.delete(diary.sessions, diary.act, session, None, rostered=True)
    assert caught.value.code == "E_CONFIRM"
    cancelling.delete(diary.sessions, diary.act, session, None, rostered=True, confirmed=True)
    with diary.read() as database:
        assert database.scalar(select(func.count()).select_from(Session)) == 0


def test_000_23_what_is_cancelled_stays_when_its_series_is_deleted(diary: Diary, funded: str) -> None:
    weekly = diary.add("2026-04-07 15:00", rule="FREQ=WEEKLY;COUNT=3")
    cancel(diary, str(weekly.session_id), LATE, Scope.THIS_ONLY)
    done = cancelling.delete(
        diary.sessions, diary.act, str(weekly.session_id), Scope.ALL_IN_SERIES, rostered=True, confirmed=True
    )
    assert done.count == 2
    with diary.read() as database:
        left = database.scalars(select(Session.status).where(Session.series_id.is_not(None)))
        assert list(left) == [Status.CANCELLED]


# --- reasons --------------------------------------------------------------------------------------------------


def test_002_05_a_reason_is_of_one_kind_and_may_be_retired(diary: Diary, funded: str) -> None:
    assert {"ill", "late"} <= {reason.ref for reason in list_reasons(diary.sessions)}
    retire_reason(diary.sessions, diary.act, "ill")
    with pytest.raises(DomainError) as caught:
        cancel(diary, funded, ILL)
    assert caught.value.code == "E_REASON_TYPE"


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (Reason(ref="client-ill", type=CancelledBy.CLIENT, text="x"), "E_EXISTS"),
        (Reason(ref="new", type=CancelledBy.WORKER, text="x", billing=Billing.PERCENT), "E_REASON_TYPE"),
        (Reason(ref="new", type=CancelledBy.PROVIDER, text="x", ndis_code=NdisCode.NSDO), "E_REASON_TYPE"),
        (Reason(ref="new", type=CancelledBy.CLIENT, text="x", billable_percent=101), "E_REASON"),
        (Reason(ref="new", type=CancelledBy.CLIENT, text="x", threshold_hours=-1), "E_REASON"),
    ],
)
def test_a_reason_that_cannot_be_is_refused(diary: Diary, new: Reason, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        add_reason(diary.sessions, diary.act, new)
    assert caught.value.code == code
