"""Starting, completing and resetting sessions: who came, what is charged, and when it is final (000-12 to 000-18)."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from adapters.diary import cancelling, changing, completing, listing, planning
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.completing import Completed, Form
from adapters.diary.terms import Plan
from adapters.diary.views import SessionDetail
from model.cancellation import CancelledBy
from model.delivered import Delivered, DeliveredState, ServiceDelivered
from model.details import Kind
from model.errors import DomainError
from model.people import Client
from model.series import Scope
from model.service import DeliveryMethod, Service
from model.travel import Travel, TravelClient
from tests.unit.diary.agreeing import a_group, agree, plan
from tests.unit.diary.conftest import Diary

AFTER = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)
TRAVEL = ("priya:TO:40:22:tolls=5", "priya:WITH:20:10:vehicle=bus:clients=noor+liam")


@pytest.fixture
def agreed(diary: Diary, tmp_path: Path) -> Diary:
    return agree(diary, tmp_path)


@pytest.fixture
def on_either(either_diary: Diary, tmp_path: Path) -> Diary:
    return agree(either_diary, tmp_path)


def an_outing(diary: Diary, **values: object) -> str:
    """US15's session with its services, at a time when it is over."""
    session = a_group(diary, "noor", "liam", **values)
    plan(diary, session, travel=True)
    splint = Plan(
        service="splint", clients=["noor"], rate="45", claim_type="direct", quantity="1",
        method=DeliveryMethod.FIXED_QUANTITY,
    )  # fmt: skip
    planning.ad_hoc(diary.sessions, diary.act, session, splint, allowed=True)
    diary.now = AFTER
    return session


def complete(diary: Diary, session: str, *, apportionment: bool = True, **form: object) -> Completed:
    return completing.complete(
        diary.sessions,
        diary.act,
        session,
        Form(**form),
        apportionment=apportionment,  # type: ignore[arg-type]
    )


def told(done: Completed) -> list[tuple[str, str, str]]:
    return [(line.kind, line.client, line.amount) for line in done.lines]


def shown(diary: Diary, session: str) -> SessionDetail:
    return listing.show_session(diary.sessions, session)


def count(diary: Diary, noun: type[object]) -> int:
    with diary.read() as database:
        return database.scalar(select(func.count()).select_from(noun)) or 0


def hand_out(diary: Diary, state: DeliveredState) -> None:
    """What billing did with the first line."""
    with diary.sessions.begin() as database:
        database.scalars(select(ServiceDelivered).order_by(ServiceDelivered.id)).first().state = state  # type: ignore[union-attr]


# --- US15 -----------------------------------------------------------------------------------------------------


def test_000_12_us15_a_complete_session_has_every_line(on_either: Diary) -> None:
    done = complete(on_either, an_outing(on_either), travels=TRAVEL)
    assert told(done) == [
        ("SERVICE", "C-1077", "92.00"),
        ("SERVICE", "C-1077", "45.00"),
        ("SERVICE", "C-1090", "91.99"),
        ("TRAVEL_TIME", "C-1077", "23.00"),
        ("TRAVEL_TIME", "C-1090", "23.00"),
        ("TRAVEL_COST", "C-1077", "13.39"),
        ("TRAVEL_COST", "C-1090", "13.39"),
        ("TRANSPORT_COST", "C-1077", "13.80"),
        ("TRANSPORT_COST", "C-1090", "13.80"),
    ]
    assert (done.total, done.warnings) == ("329.37", ())
    assert {line.worker for line in done.lines} == {"priya"}


def test_000_13_what_may_not_be_charged_is_captured_all_the_same(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    plan(agreed, session, travel=False)
    agreed.now = AFTER
    done = complete(agreed, session, travels=["priya:TO:40:22:5", "priya:FROM:30:20.5:parking=2.50"])
    assert {line.kind for line in done.lines} == {"SERVICE"}
    found = [
        (t["direction"], t["minutes"], t["km"], t["paid"], t["area"]) for t in shown(agreed, session).travel
    ]
    assert found == [("FROM", 30, "20.5", "2.50", 2), ("TO", 40, "22.0", "5.00", 2)]


def test_000_12_reset_takes_everything_away_again_and_it_may_be_completed_anew(on_either: Diary) -> None:
    session = an_outing(on_either)
    first = told(complete(on_either, session, travels=TRAVEL))
    completing.reset(on_either.sessions, on_either.act, session)
    assert [count(on_either, noun) for noun in (ServiceDelivered, Travel, TravelClient)] == [0, 0, 0]
    found = shown(on_either, session)
    assert (found.session.status, found.lock, found.actual_start, found.actual_end) == (
        "ROSTERED",
        None,
        None,
        None,
    )
    assert found.attendance == tuple(
        {"client": client, "status": "BOOKED"} for client in ("C-1077", "C-1090")
    )
    assert told(complete(on_either, session, travels=TRAVEL)) == first


@pytest.mark.parametrize("state", [DeliveredState.EXTRACTED, DeliveredState.CLAIMED])
def test_e_locked_sd_extracted_once_a_line_was_handed_out_there_is_no_reset(
    agreed: Diary, state: DeliveredState
) -> None:
    session = an_outing(agreed)
    complete(agreed, session)
    hand_out(agreed, state)
    with pytest.raises(DomainError, match="SD_EXTRACTED") as refused:
        completing.reset(agreed.sessions, agreed.act, session)
    assert refused.value.code == "E_LOCKED"
    assert shown(agreed, session).session.status == "COMPLETE"
    assert count(agreed, ServiceDelivered) == 3


# --- states ---------------------------------------------------------------------------------------------------


def test_000_12_started_completed_and_the_scheduled_time_stays(agreed: Diary) -> None:
    session = a_group(agreed, "noor", "liam")
    agreed.now = datetime(2026, 3, 18, 2, 37, 30, tzinfo=UTC)
    completing.start(agreed.sessions, agreed.act, session)
    assert (shown(agreed, session).session.status, shown(agreed, session).lock) == (
        "IN_PROGRESS",
        "SESSION_IN_PROGRESS",
    )
    agreed.now = AFTER
    complete(agreed, session, actual_end="14:20", no_show=["liam"], attended=["noor"])
    found = shown(agreed, session)
    assert (found.session.status, found.lock) == ("COMPLETE", "SESSION_COMPLETE")
    assert (found.session.start, found.session.end) == (
        "2026-03-18T13:00:00+10:30",
        "2026-03-18T14:00:00+10:30",
    )
    assert (found.actual_start, found.actual_end) == (
        "2026-03-18T13:07:00+10:30",
        "2026-03-18T14:20:00+10:30",
    )
    assert [one["status"] for one in found.attendance] == ["ATTENDED", "NO_SHOW"]


def test_000_12_a_session_in_progress_may_be_reset(agreed: Diary) -> None:
    session = a_group(agreed, "noor")
    completing.start(agreed.sessions, agreed.act, session)
    completing.reset(agreed.sessions, agreed.act, session)
    assert (shown(agreed, session).session.status, shown(agreed, session).actual_start) == ("ROSTERED", None)


def test_e_transition_for_what_the_states_do_not_allow(agreed: Diary) -> None:
    draft = a_group(agreed, "noor", rostered=False)
    rostered = a_group(agreed, "liam")
    agreed.now = AFTER
    complete(agreed, rostered)

    def code(step: Callable[[], object]) -> str:
        with pytest.raises(DomainError) as refused:
            step()
        return refused.value.code

    steps = [
        lambda: completing.start(agreed.sessions, agreed.act, draft),
        lambda: complete(agreed, draft),
        lambda: completing.reset(agreed.sessions, agreed.act, draft),
        lambda: completing.start(agreed.sessions, agreed.act, rostered),
        lambda: complete(agreed, rostered),
    ]
    assert [code(step) for step in steps] == ["E_TRANSITION"] * 5


def test_e_transition_before_it_has_begun(agreed: Diary) -> None:
    session = a_group(agreed, "noor")
    agreed.now = datetime(2026, 3, 18, 2, 29, tzinfo=UTC)
    with pytest.raises(DomainError) as refused:
        complete(agreed, session)
    assert refused.value.code == "E_TRANSITION"
    agreed.now = datetime(2026, 3, 18, 2, 30, tzinfo=UTC)
    assert complete(agreed, session).lines == ()


def test_e_end_before_start_of_the_actual_times(agreed: Diary) -> None:
    session = an_outing(agreed)
    with pytest.raises(DomainError) as refused:
        complete(agreed, session, actual_start="13:30", actual_end="13:30")
    assert refused.value.code == "E_END_BEFORE_START"


def test_what_is_complete_is_frozen(agreed: Diary) -> None:
    session = an_outing(agreed)
    complete(agreed, session)
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-18 09:00")
    refused = []
    for change in (
        lambda: changing.move(agreed.sessions, agreed.act, session, Move(start="2026-03-20 09:00"), None),
        lambda: cancelling.cancel(agreed.sessions, agreed.act, session, how, None),
        lambda: cancelling.delete(agreed.sessions, agreed.act, session, None),
        lambda: plan(agreed, session, "group"),
        lambda: planning.unplan(agreed.sessions, agreed.act, session, "outing", [], None),
    ):
        with pytest.raises(DomainError) as caught:
            change()
        refused.append(caught.value.code)
    assert refused == ["E_LOCKED"] * 5


def test_r13_a_complete_occurrence_stays_when_its_series_changes(on_either: Diary) -> None:
    added = on_either.add("2026-03-04 13:00", rule="FREQ=WEEKLY;BYDAY=WE;COUNT=4")
    first = str(added.session_id)
    plan(on_either, first, scope=Scope.ALL_IN_SERIES)
    on_either.now = datetime(2026, 3, 5, tzinfo=UTC)
    complete(on_either, first)
    changing.move(
        on_either.sessions, on_either.act, first, Move(start="2026-03-04 15:00"), Scope.ALL_IN_SERIES
    )
    found = [
        (row.status, row.start[11:16]) for row in listing.list_sessions(on_either.sessions, listing.Window())
    ]
    assert found == [("COMPLETE", "13:00"), *[("ROSTERED", "15:00")] * 3]
    assert [line["amount"] for line in shown(on_either, first).delivered] == ["183.99"]


# --- what is charged ------------------------------------------------------------------------------------------


def test_000_06_the_quantity_follows_the_length_a_session_has_in_the_end(agreed: Diary) -> None:
    session = a_group(agreed, "noor")
    plan(agreed, session, "group")
    changing.move(agreed.sessions, agreed.act, session, Move(minutes=90), None)
    agreed.now = AFTER
    (line,) = complete(agreed, session, actual_end="15:30").lines
    assert (line.quantity, line.amount) == ("1.50", "60.00")


def test_000_12_actual_time_counts_where_the_plan_says_so(agreed: Diary) -> None:
    session = a_group(agreed, "noor")
    plan(agreed, session, "group", method=DeliveryMethod.WORKER_ACTUAL_TIME)
    agreed.now = AFTER
    (line,) = complete(agreed, session, actual_start="2026-03-18 13:15", actual_end="15:00").lines
    assert (line.quantity, line.amount) == ("1.75", "70.00")


@pytest.mark.parametrize(
    "values",
    [
        {"billable": False},
        {"kind": Kind.CLIENT_CONTACT, "medium": "PHONE"},
        {"kind": Kind.COLLATERAL_CONTACT},
    ],
)
def test_001_05_r72_what_never_bills_makes_no_line(agreed: Diary, values: dict[str, object]) -> None:
    session = str(agreed.add("2026-03-18 13:00", **values).session_id)
    agreed.now = AFTER
    assert complete(agreed, session, travels=["priya:TO:40:22"]).lines == ()
    assert (count(agreed, ServiceDelivered), count(agreed, Travel)) == (0, 1)


def test_000_18_portions_are_changed_at_completion_and_kept(agreed: Diary) -> None:
    session = an_outing(agreed)
    done = complete(agreed, session, portions=["noor=60", "liam=39.99"])
    assert [line.amount for line in done.lines] == ["110.39", "45.00", "73.58"]
    assert done.warnings == ("PORTION_UNDER_100",)
    assert [one["portion"] for one in shown(agreed, session).attendance] == ["60.00", "39.99"]


def test_000_18_e_apportionment_where_the_practice_does_not_allow_it(agreed: Diary) -> None:
    session = an_outing(agreed)
    with pytest.raises(DomainError) as refused:
        complete(agreed, session, portions=["noor=60"], apportionment=False)
    assert refused.value.code == "E_APPORTIONMENT"
    assert shown(agreed, session).session.status == "ROSTERED"


def test_r22_who_cancelled_and_pays_keeps_a_line_through_a_reset(agreed: Diary) -> None:
    session = an_outing(agreed)
    how = Cancel(by=CancelledBy.CLIENT, reason="client-late", advised="2026-03-18 09:00", client="liam")
    cancelling.cancel(agreed.sessions, agreed.act, session, how, None)
    with agreed.sessions.begin() as database:
        liam = database.scalars(select(Client).where(Client.ref == "liam")).one()
        service = database.scalars(select(Service).where(Service.ref == "outing")).one()
        database.add(
            ServiceDelivered(
                id=uuid4(), session_id=UUID(session), client_id=liam.id, service_id=service.id,
                kind=Delivered.CANCELLATION, quantity=Decimal(1), rate_cents=9199, amount_cents=9199,
            )
        )  # fmt: skip
    done = complete(agreed, session, spread=True)
    assert (told(done), done.warnings) == (
        [("SERVICE", "C-1077", "92.00"), ("SERVICE", "C-1077", "45.00")],
        (),
    )
    completing.reset(agreed.sessions, agreed.act, session)
    assert count(agreed, ServiceDelivered) == 1
    with pytest.raises(DomainError) as refused:
        complete(agreed, session, portions=["noor=50.01"])
    assert refused.value.code == "E_PORTION_SUM"


def test_e_agreement_where_one_has_ended_since(agreed: Diary) -> None:
    session = an_outing(agreed)
    agreed.now = datetime(2026, 3, 1, tzinfo=UTC)
    changing.move(agreed.sessions, agreed.act, session, Move(start="2026-04-01 13:00"), None)
    agreed.now = datetime(2026, 4, 2, tzinfo=UTC)
    with pytest.raises(DomainError) as refused:
        complete(agreed, session)
    assert refused.value.code == "E_AGREEMENT"
    assert told(complete(agreed, session, no_show=["liam"]))[0] == ("SERVICE", "C-1077", "92.00")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"no_show": ["eva"]}, "E_CLIENT_REQUIRED"),
        ({"no_show": ["noor"], "attended": ["noor"]}, "E_DUPLICATE_CLIENT"),
        ({"actual_start": "2026-03-18"}, "E_TIME"),
        ({"portions": ["noor"]}, "E_AMOUNT"),
        ({"portions": ["noor=33.333"]}, "E_AMOUNT"),
        ({"travels": ["priya:TO:40"]}, "E_TRAVEL"),
        ({"travels": ["priya:OVER:40:22"]}, "E_TRAVEL"),
        ({"travels": ["priya:TO:40:22:meals=3"]}, "E_TRAVEL"),
        ({"travels": ["priya:TO:40:22:5:6"]}, "E_TRAVEL"),
        ({"travels": ["priya:TO:40:22:vehicle=boat"]}, "E_TRAVEL"),
        ({"travels": ["priya:TO:40:22:area=8"]}, "E_TRAVEL"),
        ({"travels": ["priya:TO:40:22.55"]}, "E_AMOUNT"),
        ({"travels": ["tom:TO:40:22"]}, "E_WORKER_REQUIRED"),
        ({"travels": ["priya:WITH:40:22:clients=eva"]}, "E_CLIENT_REQUIRED"),
    ],
)
def test_a_form_that_cannot_be_is_refused_as_a_whole(
    agreed: Diary, form: dict[str, object], code: str
) -> None:
    session = an_outing(agreed)
    with pytest.raises(DomainError) as refused:
        complete(agreed, session, **form)
    assert refused.value.code == code
    assert shown(agreed, session).session.status == "ROSTERED"
    assert (count(agreed, ServiceDelivered), count(agreed, Travel)) == (0, 0)


def test_000_14_the_area_may_be_said_where_it_is_not_the_sites(agreed: Diary) -> None:
    session = an_outing(agreed)
    done = complete(agreed, session, travels=["priya:TO:100:0:area=4"])
    assert [line.amount for line in done.lines if line.kind == "TRAVEL_TIME"] == ["46.00", "46.00"]
