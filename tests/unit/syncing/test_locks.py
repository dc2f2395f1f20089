"""Locks of notes, bills and exported records against what is done in a calendar (DOMAIN 1.7; 004-22 to -24, 004-28)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.diary import billing, notes
from adapters.diary.billing import Wanted
from model.delivered import Delivered, DeliveredState, ServiceDelivered
from model.service import Service
from sync.disclosure import WAITING_LINE
from tests.unit.syncing.test_rewind import said, undo
from tests.world import World, at

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=8"
Step = Callable[[World, UUID], None]


def sign(world: World, session: UUID) -> None:
    notes.sign(world.sessions, world.act(), str(session))


def bill(world: World, session: UUID) -> None:
    _service(world)
    wanted = Wanted(service="therapy", cents=15_000)
    billing.make(world.sessions, world.act(), [str(session)], wanted, None)


def pay(world: World, session: UUID) -> None:
    bill(world, session)
    billing.pay(world.sessions, world.act(), "B-1001", None)


def export(world: World, session: UUID) -> None:
    service = _service(world)
    client = world.clients[0].id
    with world.sessions.begin() as db:
        db.add(
            ServiceDelivered(
                id=world.new_id(), session_id=session, client_id=client, service_id=service,
                kind=Delivered.SERVICE, quantity=Decimal(1), rate_cents=1, amount_cents=1,
                state=DeliveredState.EXTRACTED,
            )
        )  # fmt: skip


def _service(world: World) -> UUID:
    with world.sessions.begin() as db:
        found = db.scalar(select(Service.id).where(Service.ref == "therapy"))
        made = found or world.new_id()
        if found is None:
            db.add(Service(id=made, ref="therapy", code="90834", cpt="90834", name="Therapy"))
        return made


LOCKS: dict[str, Step] = {"NOTE_SIGNED": sign, "BILLED": bill, "PAID": pay, "SD_EXTRACTED": export}


GESTURES: dict[str, Callable[[World, str], None]] = {
    "E1": lambda world, uid: world.phone.move(uid, at(10, 15)),
    "E2": lambda world, uid: world.phone.move(uid, at(12)),
    "E3": lambda world, uid: world.phone.move(uid, at(10), minutes=90),
    "E5": lambda world, uid: world.phone.delete(uid),
    "E10": lambda world, uid: world.phone.edit(uid, location="Elsewhere"),
    "E11": lambda world, uid: world.phone.edit(uid, start=date(2026, 3, 10), end=date(2026, 3, 11)),
    "E13": lambda world, uid: world.phone.edit(uid, status="CANCELLED"),
}


@pytest.mark.parametrize(
    ("lock", "code"),
    [
        *(("NOTE_SIGNED", code) for code in GESTURES),
        *((lock, code) for lock in LOCKS for code in ("E1", "E5")),
    ],
)
def test_a_lock_refuses_the_gesture_and_the_calendar_is_put_back(world: World, lock: str, code: str) -> None:
    session = world.add_session(at(10))
    world.settle()
    LOCKS[lock](world, session)
    world.settle()
    event = world.phone.only()
    GESTURES[code](world, event.uid)
    world.settle()

    assert world.judged() == [(code, "REFUSED", lock)]
    back = world.phone.only()
    assert back.master is not None
    assert event.master is not None
    assert (back.master.start, back.master.end, back.master.status) == (at(10), at(10, 11), "CONFIRMED")
    assert (back.master.location, WAITING_LINE in back.master.description) == (event.master.location, False)
    assert world.notices() == [lock]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_leaves_the_practitioners_own_alone(world: World, lock: str) -> None:
    session = world.add_session(at(10))
    world.settle()
    LOCKS[lock](world, session)
    world.settle()
    world.phone.edit(world.phone.only().uid, description="bring the ball")
    world.settle()
    assert world.judged() == [("E9", "APPLIED", "")]


def test_004_22_once_the_note_is_unlocked_the_phone_moves_it_again(world: World) -> None:
    session = world.add_session(at(10))
    sign(world, session)
    world.settle()
    notes.unlock(world.sessions, world.act(), str(session), admins=())
    world.settle()
    world.phone.move(world.phone.only().uid, at(10, 15))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]


def test_004_28_the_lock_is_written_while_it_holds_and_never_its_reason(world: World) -> None:
    session = world.add_session(at(10))
    world.settle()
    marks = [_marks(world)]
    sign(world, session)
    assert world.sync().writes == 1
    marks.append(_marks(world))
    written = world.phone.items()[0].body
    notes.unlock(world.sessions, world.act(), str(session), admins=())
    assert world.sync().writes == 1
    marks.append(_marks(world))
    assert marks == ["", "TRUE", ""]
    assert b"SIGNED" not in written


def _marks(world: World) -> str:
    event = world.phone.only()
    assert event.master is not None
    return event.master.marks.get("LOCK", "")


def test_004_24_a_payment_and_a_diagnosis_cause_no_push(world: World) -> None:
    session = world.add_session(at(10))
    notes.diagnose(world.sessions, world.act(), str(session), ["F41.1"])
    bill(world, session)
    world.settle()
    billing.pay(world.sessions, world.act(), "B-1001", None)
    report = world.sync()
    assert (report.ok, report.writes) == (True, 0)


def test_a_locked_occurrence_needs_no_override_and_causes_no_push(world: World) -> None:
    series = world.add_series(at(3), WEEKLY)
    world.settle()
    bill(world, _occurrence(world, series, 2))
    report = world.sync()
    assert (report.ok, report.writes, world.phone.only().overrides) == (True, 0, {})


def _occurrence(world: World, series: UUID, number: int) -> UUID:
    with world.series(series) as row:
        return row.occurrences[number].id


def test_e4_a_billed_occurrence_is_not_deleted_and_its_neighbour_is_held(world: World) -> None:
    series = world.add_series(at(3), WEEKLY)
    world.settle()
    bill(world, _occurrence(world, series, 2))
    world.settle()
    uid = world.phone.only().uid
    world.phone.delete_occurrence(uid, at(17))
    world.phone.delete_occurrence(uid, at(24))
    world.settle()
    assert sorted(world.judged()) == [("E4", "HELD", "CLIENT_BOOKING_DELETE"), ("E4", "REFUSED", "BILLED")]


def test_e6_a_signed_occurrence_keeps_its_time_when_the_rest_is_moved(world: World) -> None:
    series = world.add_series(at(3), WEEKLY)
    world.settle()
    signed = _occurrence(world, series, 4)
    sign(world, signed)
    world.settle()
    event = world.phone.only()
    assert event.rule is not None
    assert event.master is not None
    tail = event.master.starting(datetime(2026, 3, 24, 12, tzinfo=at(24).tzinfo))
    cut = event.rule.ending(datetime(2026, 3, 23, 12, tzinfo=UTC))
    world.phone.write(replace(event, rule=cut))
    rest = event.rule.counting(5)
    world.phone.add(replace(event, uid="tail", master=tail, rule=rest, overrides={}))
    world.settle()
    assert sorted(world.judged()) == [("E1", "REFUSED", "NOTE_SIGNED"), ("E6", "APPLIED", "")]
    starts = {row.id: row.span.start for row in world.all_sessions()}
    assert starts[signed] == at(31)
    assert sorted(starts.values())[3] == datetime(2026, 3, 24, 12, tzinfo=at(24).tzinfo)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_move_that_was_billed_or_signed_since_is_not_undone(world: World, lock: str) -> None:
    session = world.add_session(at(10, 10))
    world.sync()
    world.phone.move(world.phone.only().uid, at(10, 15))
    world.sync()
    LOCKS[lock](world, session)
    (refused,) = said(undo(world, -1))
    assert (refused[0], refused[2]) == ("REFUSE", "CHANGED_HERE")
    with world.session(session) as row:
        assert row.span.start == at(10, 15)
