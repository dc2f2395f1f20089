"""Stays in beds (000-24 to 000-28): limits, nights, holds, and the states of DOMAIN 2."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.act import Act
from model.bed import Bed, age_on
from model.busy import Fbtype, times_of
from model.errors import DomainError
from model.moment import Moment, Span
from model.people import Client, Gender
from model.service import Service, Unit
from model.stay import (
    TRANSITIONS,
    Basis,
    BedBooking,
    BedService,
    BookingState,
    check_bed_service,
    check_stay,
    nights_of,
)

ADELAIDE = ZoneInfo("Australia/Adelaide")
_IDS = Random(7)
ACT = Act(
    actor="sam",
    now=datetime(2026, 3, 1, tzinfo=UTC),
    new_id=lambda: UUID(int=_IDS.getrandbits(128), version=4),
)
FRIDAY, MONDAY = date(2026, 3, 20), date(2026, 3, 23)


def bed(**limits: object) -> Bed:
    return Bed(
        id=UUID(int=2),
        ref="b2",
        name="Bed 2",
        **({"min_age": None, "max_age": None, "gender": None} | limits),
    )


def client(dob: date | None = date(1990, 5, 1), gender: Gender | None = Gender.FEMALE) -> Client:
    return Client(id=UUID(int=3), ref="eva", internal_id="C-1", name="E", dob=dob, gender=gender)


def stay(
    start: Moment = FRIDAY, end: Moment = MONDAY, state: BookingState = BookingState.BOOKED
) -> BedBooking:
    made = BedBooking(id=UUID(int=4), bed_id=UUID(int=2), client_id=UUID(int=3), state=state)
    made.checked_in_at, made.holds, made.services = None, [], []
    made.span = Span(start=start, end=end, tz=ADELAIDE)
    return made


def night(day: int) -> date:
    return date(2026, 3, day)


def refused(code: str) -> "pytest.RaisesExc[DomainError]":
    return pytest.RaisesExc(DomainError, check=lambda error: error.code == code)


# --- limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dob", "fits"),
    [
        (date(2008, 3, 20), True),  # 18 on the day
        (date(2008, 3, 21), False),
        (date(1961, 3, 21), True),  # 64 for one more day
        (date(1961, 3, 20), False),
        (date(1956, 1, 1), False),  # 70
        (None, False),
    ],
)
def test_e_bed_limits_age_on_the_first_day_both_ends_included(dob: date | None, fits: bool) -> None:
    found = bed(min_age=18, max_age=64).limits(client(dob), FRIDAY)
    assert [error.code for error in found] == ([] if fits else ["E_BED_LIMITS"])


@pytest.mark.parametrize(("gender", "fits"), [(Gender.FEMALE, True), (Gender.MALE, False), (None, False)])
def test_e_bed_limits_gender(gender: Gender | None, fits: bool) -> None:
    found = bed(gender=Gender.FEMALE).limits(client(gender=gender), FRIDAY)
    assert [error.code for error in found] == ([] if fits else ["E_BED_LIMITS"])


def test_000_24_a_bed_without_limits_is_for_everybody() -> None:
    assert bed().limits(client(dob=None, gender=None), FRIDAY) == []


def test_who_was_born_on_29_february_is_older_on_1_march() -> None:
    assert [age_on(date(2008, 2, 29), day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [17, 18]


# --- nights -------------------------------------------------------------------------------------------------


def test_000_25_dates_are_nights_and_the_last_is_not_included() -> None:
    assert stay().nights == [night(20), night(21), night(22)]


def test_000_25_times_are_nights_too_over_the_end_of_summer_time() -> None:
    first, last = (datetime(2026, 4, day, 14, tzinfo=ADELAIDE) for day in (4, 6))
    assert nights_of(Span(start=first, end=last, tz=ADELAIDE)) == [date(2026, 4, 4), date(2026, 4, 5)]


def test_e_end_before_start_a_stay_has_a_night() -> None:
    with refused("E_END_BEFORE_START"):
        check_stay(Span(start=FRIDAY, end=FRIDAY, tz=ADELAIDE))
    at = datetime(2026, 3, 20, 9, tzinfo=ADELAIDE)
    with refused("E_END_BEFORE_START"):
        check_stay(Span(start=at, end=at + timedelta(hours=8), tz=ADELAIDE))


# --- states -------------------------------------------------------------------------------------------------


def test_the_states_are_those_of_the_specification() -> None:
    booked, hold, living, over, off = BookingState
    assert {
        booked: {hold, living, off}, hold: {booked, living, off}, living: {hold, over}, over: set(), off: set(),
    } == TRANSITIONS  # fmt: skip


ACTS = {
    "hold": lambda made: made.hold(night(21), night(22), "hospital", ACT),
    "end-hold": lambda made: made.end_hold(None),
    "check-in": lambda made: made.check_in(ACT.now),
    "check-out": lambda made: made.check_out(ACT.now, ACT),
    "cancel": lambda made: made.cancel("family"),
}
ALLOWED = {
    BookingState.BOOKED: {"hold", "check-in", "cancel"},
    BookingState.ON_HOLD: {"end-hold", "cancel"},
    BookingState.IN_RESIDENCE: {"hold", "check-out"},
    BookingState.COMPLETED: set(),
    BookingState.CANCELLED: set(),
}


@pytest.mark.parametrize("state", BookingState)
@pytest.mark.parametrize("act", ACTS)
def test_e_transition_every_act_in_every_state(state: BookingState, act: str) -> None:
    made = stay()
    if state is BookingState.ON_HOLD:
        made.hold(night(20), night(21), "away", ACT)
    made.state = state
    if act in ALLOWED[state]:
        ACTS[act](made)
        assert made.state is not state
        return
    with refused("E_TRANSITION"):
        ACTS[act](made)
    assert made.state is state


@pytest.mark.parametrize("resident", [False, True])
def test_000_27_after_a_hold_the_stay_goes_on_as_it_was(resident: bool) -> None:
    made = stay()
    if resident:
        made.check_in(ACT.now)
    before = made.state
    made.hold(night(21), night(22), "hospital", ACT)
    assert made.state is BookingState.ON_HOLD
    made.end_hold(None)
    assert made.state is before
    assert made.delivered_nights == [night(20), night(22)]


def test_who_lived_there_cannot_be_cancelled_from_a_hold() -> None:
    made = stay()
    made.check_in(ACT.now)
    made.hold(night(21), night(22), "hospital", ACT)
    with refused("E_TRANSITION"):
        made.cancel("gone")


@pytest.mark.parametrize(("first", "until"), [(19, 21), (22, 24), (22, 22), (23, 24), (22, 21)])
def test_e_bed_hold_nights_of_the_stay_only(first: int, until: int) -> None:
    with refused("E_BED_HOLD"):
        stay().hold(night(first), night(until), "away", ACT)


def test_e_bed_hold_no_night_twice() -> None:
    made = stay()
    made.hold(night(20), night(22), "away", ACT)
    made.end_hold(None)
    with refused("E_BED_HOLD"):
        made.hold(night(21), night(23), "again", ACT)
    made.hold(night(22), night(23), "again", ACT)
    assert made.delivered_nights == []


@pytest.mark.parametrize(("back", "delivered"), [(20, [20, 21, 22]), (21, [21, 22]), (23, [])])
def test_000_27_back_sooner_or_later_than_was_said(back: int, delivered: list[int]) -> None:
    made = stay()
    made.hold(night(20), night(22), "away", ACT)
    made.end_hold(night(back))
    assert made.delivered_nights == [night(day) for day in delivered]
    assert made.state is BookingState.BOOKED


def test_e_bed_hold_back_after_the_stay_is_over() -> None:
    made = stay()
    made.hold(night(20), night(22), "away", ACT)
    with refused("E_BED_HOLD"):
        made.end_hold(night(24))


def test_000_28_other_dates_keep_the_holds_within() -> None:
    made = stay()
    made.hold(night(21), night(22), "away", ACT)
    made.place(Span(start=FRIDAY, end=night(24), tz=ADELAIDE))
    assert len(made.nights) == 4
    with refused("E_BED_HOLD"):
        made.place(Span(start=night(22), end=night(24), tz=ADELAIDE))


@pytest.mark.parametrize("state", [BookingState.COMPLETED, BookingState.CANCELLED])
def test_e_locked_what_is_over_is_a_record(state: BookingState) -> None:
    with refused("E_LOCKED"):
        stay(state=state).place(Span(start=FRIDAY, end=night(24), tz=ADELAIDE))


@given(st.integers(1, 20), st.lists(st.integers(0, 19), max_size=4), st.booleans())
def test_000_27_a_stay_takes_its_bed_without_a_gap(length: int, away: list[int], timed: bool) -> None:
    start, end = FRIDAY, FRIDAY + timedelta(days=length)
    hours = [datetime(day.year, day.month, day.day, 14, tzinfo=ADELAIDE) for day in (start, end)]
    made = stay(*hours) if timed else stay(start, end)
    for first in sorted({night for night in away if night < length}):
        made.hold(FRIDAY + timedelta(days=first), FRIDAY + timedelta(days=first + 1), "away", ACT)
        made.end_hold(None)
    times = times_of(made)
    assert (times[0].start, times[-1].end) == (made.starts_at, made.ends_at)
    assert all(one.end == then.start for one, then in pairwise(times))
    tentative = [time for time in times if time.fbtype is Fbtype.BUSY_TENTATIVE]
    assert len(tentative) == len(made.holds)


# --- services -----------------------------------------------------------------------------------------------


def service(basis: Basis = Basis.PER_NIGHT, quantity: str = "1", rate: int = 25_050) -> BedService:
    return BedService(
        id=ACT.new_id(), booking_id=UUID(int=4), service_id=UUID(int=5), basis=basis,
        quantity=Decimal(quantity), rate_cents=rate, ad_hoc=False,
    )  # fmt: skip


def test_000_26_a_line_for_each_night_and_one_for_what_is_fixed() -> None:
    made = stay()
    made.services = [service(), service(Basis.FIXED_QUANTITY, "2.5", 333)]
    made.check_in(ACT.now)
    made.hold(night(21), night(22), "hospital", ACT)
    made.end_hold(None)
    lines = made.check_out(ACT.now, ACT)
    assert [(line.day, line.quantity, line.amount_cents) for line in lines] == [
        (night(20), Decimal(1), 25_050),
        (night(22), Decimal(1), 25_050),
        (night(20), Decimal("2.5"), 833),  # 832.5, and halves go up
    ]
    assert {line.booking_id for line in lines} == {made.id}


@given(
    st.integers(1, 30), st.lists(st.tuples(st.integers(-2, 31), st.integers(0, 9)), max_size=5),
    st.integers(0, 100_000),
)  # fmt: skip
def test_000_27_each_night_is_either_on_hold_or_delivered_and_charged_once(
    length: int, holds: list[tuple[int, int]], rate: int
) -> None:
    made = stay(FRIDAY, FRIDAY + timedelta(days=length))
    made.services = [service(rate=rate)]
    for first, nights in holds:
        begin = FRIDAY + timedelta(days=first)
        try:
            made.hold(begin, begin + timedelta(days=nights), "away", ACT)
        except DomainError as error:
            if error.code != "E_BED_HOLD":
                raise
        else:
            made.end_hold(None)
    away = [one for hold in made.holds for one in hold.nights]
    assert len(away) == len(set(away))
    made.check_in(ACT.now)
    lines = made.check_out(ACT.now, ACT)
    assert sorted([*away, *(line.day for line in lines if line.day)]) == made.nights
    assert sum(line.amount_cents for line in lines) == (length - len(away)) * rate


@pytest.mark.parametrize(
    ("unit", "basis", "quantity", "fine"),
    [
        (Unit.NIGHT, Basis.PER_NIGHT, "1", True),
        (Unit.HOUR, Basis.PER_NIGHT, "1", False),
        (Unit.EACH, Basis.FIXED_QUANTITY, "2.25", True),
        (Unit.EACH, Basis.FIXED_QUANTITY, "2.255", False),
        (Unit.EACH, Basis.FIXED_QUANTITY, "0", False),
        (Unit.EACH, Basis.FIXED_QUANTITY, "1001", False),
    ],
)
def test_e_bed_service_what_is_priced_by_the_night(
    unit: Unit, basis: Basis, quantity: str, fine: bool
) -> None:
    found = Service(id=UUID(int=5), ref="respite", code="01", name="Respite", unit=unit)
    if fine:
        check_bed_service(found, basis, Decimal(quantity))
        return
    with refused("E_BED_SERVICE"):
        check_bed_service(found, basis, Decimal(quantity))
