"""The states of a session, and what each of them still allows (DOMAIN 1.7, 2; 002)."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from model.act import Act
from model.cancellation import CancellationReason, CancelledBy, cancellation
from model.details import Kind, LocationType, ShowAs, Status, WorkType, check_participants, check_place
from model.errors import DomainError
from model.moment import Span, zone
from model.people import Client, Worker
from model.session import TRANSITIONS, Session

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ACT = Act(actor="sam", now=NOW, new_id=uuid4)
TZ = zone("Australia/Adelaide")
REASON = CancellationReason(id=uuid4(), ref="ill", type=CancelledBy.CLIENT, text="Ill", active=True)


def span(hour: int, minutes: int = 60) -> Span:
    start = datetime(2026, 3, 3, hour, tzinfo=TZ)
    return Span(start=start, end=start + timedelta(minutes=minutes), tz=TZ)


def a_session(clients: int = 1, workers: int = 1, kind: Kind = Kind.CLIENT_SESSION) -> Session:
    row = Session(id=uuid4(), kind=kind, status=Status.ROSTERED, show_as=ShowAs.BUSY)
    row.clients, row.workers, row.cancellations = [], [], []
    row.span = span(10)
    for number in range(clients):
        row.add_client(Client(id=uuid4(), ref=str(number), internal_id=str(number), name="A B"), ACT)
    for number in range(workers):
        row.add_worker(Worker(id=uuid4(), ref=str(number), name="W", tz=TZ.key), ACT)
    return row


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_step_that_is_not_in_the_table_is_refused(before: Status, after: Status) -> None:
    row = a_session()
    row.status = before
    if after in TRANSITIONS[before]:
        row.become(after)
        assert row.status is after
    else:
        with pytest.raises(DomainError, match="cannot become"):
            row.become(after)


@pytest.mark.parametrize("locked", [Status.COMPLETE, Status.CANCELLED, Status.IN_PROGRESS])
def test_a_locked_session_does_not_move(locked: Status) -> None:
    row = a_session()
    row.status = locked
    with pytest.raises(DomainError) as refused:
        row.move(span(12))
    assert refused.value.code == "E_LOCKED"


def test_workers_go_along_with_a_session_and_keep_their_own_distance() -> None:
    row = a_session(workers=2)
    row.workers[1].starts_at += timedelta(minutes=15)

    row.move(span(14, minutes=90))

    assert [w.starts_at - row.starts_at for w in row.workers] == [timedelta(), timedelta(minutes=15)]
    assert {w.ends_at - row.ends_at for w in row.workers} == {timedelta()}


def test_a_session_with_a_client_is_never_free() -> None:
    with pytest.raises(DomainError) as refused:
        a_session().show(ShowAs.FREE)
    assert refused.value.code == "MUST_BE_BUSY"


def test_002_08_one_client_of_a_group_cancels_and_the_others_go_on() -> None:
    row = a_session(clients=2)
    row.cancel(
        cancellation(
            ACT, by=CancelledBy.CLIENT, reason=REASON, advised_at=NOW, client_id=row.clients[0].client_id
        )
    )
    assert (row.status, len(row.active_clients)) == (Status.ROSTERED, 1)


def test_002_09_the_only_client_cancels_and_so_is_the_session() -> None:
    row = a_session()
    row.cancel(cancellation(ACT, by=CancelledBy.CLIENT, reason=REASON, advised_at=NOW))
    assert (row.status, row.needs_reschedule) == (Status.CANCELLED, True)
    assert row.cancellations[0].client_id == row.clients[0].client_id


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"advised_at": None}, "E_ADVISED_REQUIRED"),
        ({"advised_at": NOW + timedelta(seconds=1)}, "E_ADVISED_FUTURE"),
        ({"by": CancelledBy.WORKER}, "E_REASON_TYPE"),
        ({"note": "x" * 2001}, "E_NOTE"),
    ],
)
def test_a_cancellation_says_when_and_why(changed: dict[str, object], code: str) -> None:
    right: dict[str, object] = {"by": CancelledBy.CLIENT, "reason": REASON, "advised_at": NOW}
    with pytest.raises(DomainError) as refused:
        cancellation(ACT, **(right | changed))  # type: ignore[arg-type]
    assert refused.value.code == code


def test_the_same_client_takes_part_only_once() -> None:
    row = a_session()
    with pytest.raises(DomainError) as refused:
        row.add_client(row.clients[0].client, ACT)
    assert refused.value.code == "E_DUPLICATE_CLIENT"


@pytest.mark.parametrize(
    ("kind", "work_type", "clients", "code"),
    [
        (Kind.CLIENT_SESSION, WorkType.APPOINTMENT, 0, "E_CLIENT_REQUIRED"),
        (Kind.CLIENT_SESSION, WorkType.APPOINTMENT, 2, "E_DUPLICATE_CLIENT"),
        (Kind.OTHER_EVENT, WorkType.APPOINTMENT, 1, "E_CLIENT_REQUIRED"),
    ],
)
def test_who_takes_part_follows_from_the_kind(
    kind: Kind, work_type: WorkType, clients: int, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        check_participants(kind=kind, work_type=work_type, clients=clients)
    assert refused.value.code == code


@pytest.mark.parametrize("place", [LocationType.SITE, LocationType.OTHER])
def test_000_03_a_place_must_be_named(place: LocationType) -> None:
    with pytest.raises(DomainError) as refused:
        check_place(kind=Kind.CLIENT_SESSION, location_type=place, site=False, address="")
    assert refused.value.code == "E_SITE_REQUIRED"


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        span(10, minutes=-5)
    assert refused.value.code == "E_END_BEFORE_START"
    with pytest.raises(DomainError):
        a_session().move(span(10, minutes=0))
