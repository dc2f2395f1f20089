"""Locks: computed from states, notes, bills and exported records, and the same for everybody (DOMAIN 1.7)."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from uuid import uuid4

import pytest

from model.act import Act
from model.cancellation import CancellationReason, CancelledBy, cancellation
from model.details import Kind, ShowAs, Status
from model.errors import DomainError
from model.lock import Lock
from model.moment import Span, zone
from model.people import Client
from model.session import Session

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ACT = Act(actor="sam", now=NOW, new_id=uuid4)
TZ = zone("Australia/Adelaide")
_VALUES: dict[Lock, dict[str, object]] = {
    Lock.SD_EXTRACTED: {"extracted": True},
    Lock.SESSION_CANCELLED: {"status": Status.CANCELLED},
    Lock.PAID: {"money": "PAID"},
    Lock.BILLED: {"money": "BILLED"},
    Lock.NOTE_SIGNED: {"note_signed": True},
    Lock.SESSION_COMPLETE: {"status": Status.COMPLETE},
    Lock.SESSION_IN_PROGRESS: {"status": Status.IN_PROGRESS},
    Lock.REQUEST_PENDING: {"status": Status.PENDING},
}
_TOGETHER = [
    locks
    for locks in chain.from_iterable(combinations(Lock, n) for n in range(4))
    if len({name for lock in locks for name in _VALUES[lock]}) == len(locks)
]


def a_session(*locks: Lock) -> Session:
    values: dict[str, object] = {"kind": Kind.CLIENT_SESSION, "status": Status.ROSTERED}
    for lock in locks:
        values |= _VALUES[lock]
    row = Session(id=uuid4(), show_as=ShowAs.BUSY, **values)
    row.clients, row.workers, row.cancellations = [], [], []
    start = datetime(2026, 3, 3, 10, tzinfo=TZ)
    row.span = Span(start=start, end=start + timedelta(hours=1), tz=TZ)
    row.add_client(Client(id=uuid4(), ref="noor", internal_id="C-1077", name="Noor Haddad"), ACT)
    return row


@pytest.mark.parametrize("locks", _TOGETHER)
def test_all_that_hold_are_known_and_the_first_to_be_lifted_is_named(locks: tuple[Lock, ...]) -> None:
    row = a_session(*locks)
    assert row.locks == locks
    assert row.lock == (locks[0] if locks else None)


@pytest.mark.parametrize("lock", list(Lock))
def test_e_locked_nothing_that_is_locked_moves_and_the_way_out_is_said(lock: Lock) -> None:
    row = a_session(lock)
    before = row.span
    with pytest.raises(DomainError, match=f"{lock} \\(.+\\)") as refused:
        row.move(Span(start=before.start, end=before.end + timedelta(minutes=5), tz=TZ))
    assert (refused.value.code, row.span) == ("E_LOCKED", before)


@pytest.mark.parametrize("lock", list(Lock))
def test_what_is_locked_is_not_cancelled_unless_it_is_going_on(lock: Lock) -> None:
    row = a_session(lock)
    reason = CancellationReason(id=uuid4(), ref="ill", type=CancelledBy.CLIENT, text="Ill", active=True)
    made = cancellation(ACT, by=CancelledBy.CLIENT, reason=reason, advised_at=NOW)
    if lock is Lock.SESSION_IN_PROGRESS:
        row.cancel(made)
        assert row.status is Status.CANCELLED
        return
    with pytest.raises(DomainError, match=lock) as refused:
        row.cancel(made)
    assert refused.value.code == "E_LOCKED"


def test_a_new_session_has_none() -> None:
    assert a_session().locks == ()


def test_what_was_loaded_without_its_locks_is_not_taken_for_free() -> None:
    row = a_session()
    row.note_signed = None
    with pytest.raises(RuntimeError, match="without its locks"):
        _ = row.lock
