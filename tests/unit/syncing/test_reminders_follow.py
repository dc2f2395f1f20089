"""R62: reminders follow what a calendar does to sessions, and what a rewind undoes; clients are told of moves alone."""

import pytest
from sqlalchemy import event, select, update

from model.message import Message
from model.moment import zone
from model.people import Client
from model.reminder import Reminder
from sync.run import Report
from tests.unit.syncing.test_rewind import undo
from tests.world import World, at

ADELAIDE = zone("Australia/Adelaide")


@pytest.fixture
def reminded(world: World) -> World:
    """Everybody allows mail."""
    with world.sessions.begin() as db:
        db.execute(update(Client).values(allow_email=True, email="noor@example.org"))
    return world


def due(world: World) -> list[str]:
    with world.sessions() as db:
        rows = db.scalars(select(Reminder).order_by(Reminder.due_at))
        return [f"{row.due_at.astimezone(ADELAIDE):%d %H:%M} {row.state}" for row in rows]


def told(world: World) -> list[tuple[object, str]]:
    with world.sessions() as db:
        rows = db.scalars(select(Message).order_by(Message.created_at, Message.key))
        return [(row.parameters["was"], row.state.value) for row in rows]


def test_r62_a_drag_takes_them_along_and_tells_the_client_once(reminded: World) -> None:
    reminded.add_session(at(17, 10), reminder_text="5 1")
    reminded.sync()
    uid = reminded.phone.only().uid
    for start in (at(18, 11), at(19, 12)):
        reminded.phone.move(uid, start)
        reminded.clock.advance(minutes=1)
        reminded.sync()
    assert due(reminded) == ["14 09:00 SCHEDULED", "18 09:00 SCHEDULED"]
    assert told(reminded) == [("2026-03-17T10:00:00 Australia/Adelaide", "QUEUED")]


def test_r62_what_was_told_already_is_told_again_when_it_moves_back(reminded: World) -> None:
    reminded.add_session(at(17, 10))
    reminded.sync()
    uid = reminded.phone.only().uid
    reminded.phone.move(uid, at(18, 11))
    reminded.sync()
    with reminded.sessions.begin() as db:
        db.scalars(select(Message)).one().sent(reminded.clock.now())
    reminded.clock.advance(minutes=10)
    reminded.phone.move(uid, at(17, 10))
    reminded.sync()
    assert told(reminded) == [
        ("2026-03-17T10:00:00 Australia/Adelaide", "SENT"),
        ("2026-03-18T11:00:00 Australia/Adelaide", "QUEUED"),
    ]


def test_r62_one_occurrence_and_then_all_that_follow(reminded: World) -> None:
    reminded.add_series(at(10, 10), rule="FREQ=WEEKLY;COUNT=3", reminder_text="1")
    reminded.sync()
    reminded.phone.move_occurrence(reminded.phone.only().uid, at(17, 10), at(18, 11))
    reminded.sync()
    assert due(reminded) == ["09 09:00 SCHEDULED", "17 09:00 SCHEDULED", "23 09:00 SCHEDULED"]
    assert len(told(reminded)) == 1


def test_r62_a_rewind_brings_the_old_times_back_and_nobody_is_told(reminded: World) -> None:
    reminded.add_session(at(17, 10), reminder_text="5 1")
    reminded.sync()
    before = due(reminded)
    reminded.phone.move(reminded.phone.only().uid, at(18, 11))
    reminded.sync()
    assert due(reminded) != before
    assert isinstance(undo(reminded, -1), Report)
    assert due(reminded) == before
    assert told(reminded) == [("2026-03-17T10:00:00 Australia/Adelaide", "VOID")]


def test_what_does_not_concern_clients_costs_no_question(reminded: World) -> None:
    """The hook looks at what a flush changed, and at the tables only where a session reminds or has moved."""
    session = reminded.add_session(at(17, 10), reminder_text="1")
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    engine = reminded.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    with reminded.session(session) as row:
        row.comments = "quiet"
    event.remove(engine, "before_cursor_execute", note)
    assert any("UPDATE session" in statement for statement in asked)
    assert [statement for statement in asked if " reminder" in statement or " message" in statement] == []
