"""The outbox: in the transaction of what it is about, once per key, and taken back while it is not out."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.diary import outbox
from adapters.diary.outbox import Said
from adapters.diary.transaction import writing
from model.channel import Channel, first_of
from model.inbound import Audience
from model.message import PARAMETERS, Kind, Message, MessageState, check_parameters
from model.people import Client, Worker
from tests.unit.diary.conftest import Diary

SESSION = UUID(int=7)


def said(diary: Diary, **other: object) -> Said:
    with diary.read() as database:
        noor = database.scalars(select(Client).where(Client.ref == "noor")).one()
    usual = Said(kind=Kind.BOOKING_MADE, key="booked:7", to=noor, session_id=SESSION)
    return replace(usual, **other)  # type: ignore[arg-type]


def queue(diary: Diary, what: Said) -> UUID:
    with writing(diary.sessions) as database:
        return outbox.queue(database, diary.act, what).id


def kept(diary: Diary) -> list[Message]:
    with diary.read() as database:
        return list(database.scalars(select(Message).order_by(Message.key)))


def test_a_message_is_queued_once_per_key(either_diary: Diary) -> None:
    first = queue(either_diary, said(either_diary))
    assert queue(either_diary, said(either_diary)) == first
    (row,) = kept(either_diary)
    assert (row.kind, row.channel, row.state, row.attempts) == ("BOOKING_MADE", "EMAIL", "QUEUED", 0)
    assert (row.not_before, row.session_id, row.worker_id) == (either_diary.now, SESSION, None)


def test_what_is_rolled_back_was_never_said(diary: Diary) -> None:
    what = said(diary)
    with diary.sessions() as database:
        outbox.queue(database, diary.act, what)
        database.rollback()
    assert kept(diary) == []


def test_a_worker_and_an_audience_can_be_told(diary: Diary) -> None:
    with diary.read() as database:
        mia = database.scalars(select(Worker).where(Worker.ref == "mia")).one()
    queue(diary, said(diary, to=mia, key="a"))
    queue(diary, said(diary, to=Audience.SCHEDULER, key="b"))
    one, other = kept(diary)
    assert (one.worker_id, one.client_id, one.audience) == (mia.id, None, None)
    assert (other.worker_id, other.client_id, other.audience) == (None, None, "SCHEDULER")


def test_what_is_not_out_is_taken_back_by_key_session_or_reminder(either_diary: Diary) -> None:
    reminder = UUID(int=9)
    queue(either_diary, said(either_diary, key="by key", session_id=None))
    queue(either_diary, said(either_diary, key="by session", link=b"sealed"))
    queue(either_diary, said(either_diary, key="by reminder", session_id=None, reminder_id=reminder))
    queue(either_diary, said(either_diary, key="other", session_id=None))
    with writing(either_diary.sessions) as database:
        assert outbox.void(database, keys=["by key"], sessions=[SESSION], reminders=[reminder]) == 3
        assert outbox.void(database, keys=["by key"]) == 0
    assert {row.key: row.state for row in kept(either_diary)} == {
        "by key": "VOID", "by session": "VOID", "by reminder": "VOID", "other": "QUEUED",
    }  # fmt: skip
    assert {row.link for row in kept(either_diary)} == {None}


def test_only_some_kinds_are_taken_back_where_that_is_said(diary: Diary) -> None:
    queue(diary, said(diary))
    with writing(diary.sessions) as database:
        assert outbox.void(database, sessions=[SESSION], kinds=[Kind.REMINDER]) == 0


def test_what_is_out_is_out(diary: Diary) -> None:
    queue(diary, said(diary))
    with writing(diary.sessions) as database:
        database.scalars(select(Message)).one().sent(diary.now)
    with writing(diary.sessions) as database:
        assert outbox.void(database, sessions=[SESSION]) == 0
        database.scalars(select(Message)).one().void()
    (row,) = kept(diary)
    assert (row.state, row.sent_at) == (MessageState.SENT, diary.now)


@pytest.mark.parametrize("kind", Kind)
def test_h9_a_message_has_no_text_that_its_template_does_not_need(kind: Kind) -> None:
    assert set(PARAMETERS) == set(Kind)
    with pytest.raises(ValueError, match="has no name"):
        check_parameters(kind, {"name": "Noor"})


@pytest.mark.parametrize("words", ["Please\r\nBcc: eve@example.org", "x" * 501, None, ["a"]])
def test_g10_parameters_are_short_texts_of_one_line(words: object) -> None:
    with pytest.raises(ValueError, match="words of a message"):
        check_parameters(Kind.REQUEST_DECLINED, {"words": words})
    check_parameters(Kind.REQUEST_DECLINED, {"words": "Please try Thursday", "start": "2026-03-10T10:00"})


def test_two_more_attempts_later_and_later_then_no_more(diary: Diary) -> None:
    row = outbox.message(said(diary), message_id=UUID(int=1), now=diary.now)
    waits = []
    for attempt in (1, 2, 3):
        row.attempts = attempt
        row.missed("MailRefused", diary.now)
        waits.append((row.state, row.not_before - diary.now, row.problem))
    assert [state for state, _, _ in waits] == ["QUEUED", "QUEUED", "FAILED"]
    assert timedelta(0) < waits[0][1] < waits[1][1]
    assert waits[2][2] == "MailRefused"


def test_what_can_never_arrive_is_not_tried_again(diary: Diary) -> None:
    row = outbox.message(said(diary), message_id=UUID(int=1), now=diary.now)
    row.attempts = 1
    row.missed("NoAddress", diary.now, for_good=True)
    assert row.state is MessageState.FAILED


def test_one_message_goes_by_mail_else_as_a_text_else_by_phone() -> None:
    assert first_of([Channel.PHONE, Channel.TEXT, Channel.EMAIL]) is Channel.EMAIL
    assert first_of([Channel.PHONE, Channel.TEXT]) is Channel.TEXT
    assert first_of([Channel.PHONE]) is Channel.PHONE
    assert first_of([]) is None
