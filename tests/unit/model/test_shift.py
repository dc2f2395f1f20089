"""Shifts: of one worker, no clients; what lies in one stays within it (001-17; E_OUTSIDE_SHIFT; DOMAIN 2 and 4)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.act import Act
from model.capacity import Taken
from model.details import Kind, ShowAs, Status, check_participants
from model.errors import DomainError
from model.moment import Span, zone
from model.participants import assign
from model.people import Client, Worker
from model.session import Session
from model.shift import Engaged, check_may_lie_in, check_shift, clash, clashing, stretch

TZ = zone("Australia/Adelaide")
ACT = Act(actor="sam", now=datetime(2026, 3, 1, tzinfo=UTC), new_id=uuid4)
TOM = Worker(id=UUID(int=1), ref="tom", name="Tom", tz=TZ.key)
LENA = Worker(id=UUID(int=2), ref="lena", name="Lena", tz=TZ.key)


def a_row(kind: Kind, first: int, last: int, worker: Worker = TOM) -> Session:
    row = Session(id=uuid4(), kind=kind, status=Status.ROSTERED, show_as=ShowAs.BUSY)
    row.clients, row.workers, row.cancellations = [], [], []
    row.span = Span(
        start=datetime(2026, 3, 16, first, tzinfo=TZ), end=datetime(2026, 3, 16, last, tzinfo=TZ), tz=TZ
    )
    row.add_worker(worker, ACT)
    return row


def shift(first: int = 7, last: int = 15) -> Session:
    return a_row(Kind.SHIFT, first, last)


@pytest.mark.parametrize(
    ("first", "last", "worker", "held"),
    [(7, 15, TOM, True), (9, 10, TOM, True), (6, 8, TOM, False), (14, 16, TOM, False), (9, 10, LENA, False)],
)
def test_e_outside_shift_a_shift_holds_what_is_within_its_time_and_of_its_worker(
    first: int, last: int, worker: Worker, held: bool
) -> None:
    session = a_row(Kind.CLIENT_SESSION, first, last, worker)
    assert stretch(shift()).holds(stretch(session)) is held


@given(st.integers(0, 22), st.integers(1, 23), st.integers(0, 22), st.integers(1, 23))
def test_001_17_what_a_shift_holds_never_clashes_with_it(a: int, b: int, c: int, d: int) -> None:
    outer, inner = shift(a, max(a + 1, b)), a_row(Kind.CLIENT_SESSION, c, max(c + 1, d))
    ours, theirs = (Taken(TOM.id, row.starts_at, row.ends_at) for row in (outer, inner))
    if stretch(outer).holds(stretch(inner)):
        assert not clash(Kind.SHIFT, ours, Kind.CLIENT_SESSION, theirs)
        assert not clash(Kind.CLIENT_SESSION, theirs, Kind.SHIFT, ours)
    else:
        assert clash(Kind.SHIFT, ours, Kind.CLIENT_SESSION, theirs) is ours.meets(theirs)
    assert clash(Kind.SHIFT, ours, Kind.SHIFT, theirs) is ours.meets(theirs)
    assert clash(Kind.SHIFT, ours, Kind.OTHER_EVENT, theirs) is ours.meets(theirs)


@pytest.mark.parametrize("workers", [0, 2])
def test_001_17_a_shift_is_of_exactly_one_worker(workers: int) -> None:
    check_shift(workers=1)
    with pytest.raises(DomainError, match="exactly one worker"):
        check_shift(workers=workers)


def test_001_17_nobody_else_is_put_on_a_shift_and_no_client_comes_to_it() -> None:
    row = shift()
    with pytest.raises(DomainError) as refused:
        assign(row, LENA, ACT)
    assert refused.value.code == "E_WORKER_REQUIRED"
    assign(row, TOM, ACT, times=(row.starts_at, row.ends_at - timedelta(hours=1)))
    with pytest.raises(DomainError, match="has no client"):
        check_participants(kind=Kind.SHIFT, work_type=row.work_type, clients=1)
    check_participants(kind=Kind.SHIFT, work_type=row.work_type, clients=0)


def test_001_17_a_shift_is_always_busy() -> None:
    with pytest.raises(DomainError) as refused:
        shift().show(ShowAs.FREE)
    assert refused.value.code == "MUST_BE_BUSY"


def test_e_outside_shift_only_sessions_lie_in_shifts_and_only_in_those_that_take_place() -> None:
    session, cancelled = a_row(Kind.CLIENT_SESSION, 9, 10), shift()
    session.add_client(Client(id=uuid4(), ref="l", internal_id="C-1", name="L"), ACT)
    cancelled.status = Status.CANCELLED
    check_may_lie_in(session, shift())
    for inner, outer in (
        (session, session),
        (session, cancelled),
        (shift(9, 10), shift()),
        (a_row(Kind.OTHER_EVENT, 9, 10), shift()),
    ):
        with pytest.raises(DomainError) as refused:
            check_may_lie_in(inner, outer)
        assert refused.value.code == "E_OUTSIDE_SHIFT"
    session.status = Status.CANCELLED
    with pytest.raises(DomainError) as refused:
        check_may_lie_in(session, shift())
    assert refused.value.code == "E_LOCKED"


_MIDNIGHT = datetime(2026, 3, 16, tzinfo=UTC)
_TIMES = st.builds(
    lambda who, kind, first, length: (
        kind,
        Taken(who, _MIDNIGHT + timedelta(hours=first), _MIDNIGHT + timedelta(hours=first + length)),
    ),
    st.sampled_from((TOM.id, LENA.id)),
    st.sampled_from((Kind.SHIFT, Kind.CLIENT_SESSION, Kind.OTHER_EVENT)),
    st.integers(0, 20),
    st.integers(1, 12),
)


@given(st.lists(_TIMES, max_size=8))
def test_r52_004_16_looking_in_order_of_time_finds_what_comparing_each_with_each_does(
    times: list[tuple[Kind, Taken]],
) -> None:
    engaged = [Engaged(number, kind, time) for number, (kind, time) in enumerate(times)]
    found = {one.what for one in clashing(engaged)}
    assert found == {
        one.what
        for one in engaged
        for other in engaged
        if one.what != other.what and clash(one.kind, one.time, other.kind, other.time)
    }
