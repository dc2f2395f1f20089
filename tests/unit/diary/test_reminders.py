"""004-13 to 004-15, R60 to R62: reminders follow their sessions, whatever changes those."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.diary import (
    attending,
    cancelling,
    changing,
    completing,
    editing,
    outbox,
    reminding,
    repeating,
    rescheduling,
)
from adapters.diary.attending import Clients
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.completing import Form
from adapters.diary.editing import Edit
from adapters.diary.listing import show_session
from adapters.diary.transaction import writing
from adapters.diary.upkeep import extend, recompute
from model.cancellation import CancelledBy
from model.errors import DomainError
from model.message import Message
from model.moment import zone
from model.people import Client
from model.reminder import FeedbackRequest, FeedbackState, Reminder
from model.series import Scope
from model.session import Session
from tests.unit.diary.conftest import Diary

THIS, FOLLOWING, ALL = Scope
ADELAIDE = zone("Australia/Adelaide")
PREFERENCES = """
[[client]]
id = "noor"
name = "Noor"
email = "noor@example.org"
allow_email = true
[[client]]
id = "liam"
name = "Liam"
phone = "+61 400 000 001"
allow_text = true
allow_phone = true
tz = "America/Chicago"
"""


@pytest.fixture
def practice(either_diary: Diary) -> Diary:
    """Noor allows mail, Liam texts and calls, and lives in Chicago; nobody else allows anything."""
    either_diary.bring(PREFERENCES)
    return either_diary


@pytest.fixture
def small(diary: Diary) -> Diary:
    """The same, on SQLite."""
    diary.bring(PREFERENCES)
    return diary


def reminders(diary: Diary) -> list[tuple[str, str]]:
    """Days and hours in Adelaide, and states, in order."""
    with diary.read() as database:
        rows = database.scalars(select(Reminder).order_by(Reminder.due_at, Reminder.id)).all()
        return [(f"{row.due_at.astimezone(ADELAIDE):%m-%d %H:%M}", row.state.value) for row in rows]


def at(diary: Diary, text: str) -> None:
    diary.now = datetime.fromisoformat(text).astimezone(UTC)


def moved(diary: Diary) -> list[tuple[str, object, str]]:
    """The messages that something moved: to whom, what it was, and how it stands with them."""
    with diary.read() as database:
        query = select(Client.ref, Message).join(Message, Message.client_id == Client.id)
        found = database.execute(query.where(Message.kind == "MOVED").order_by(Message.key)).all()
        return [(row[0], row[1].parameters["was"], row[1].state.value) for row in found]


def refused(code: str, diary: Diary, **other: object) -> None:
    with pytest.raises(DomainError) as error:
        diary.add("2026-03-19 14:00", **other)
    assert error.value.code == code
    assert reminders(diary) == []


def test_004_14_r61_each_reminder_has_its_time(practice: Diary) -> None:
    practice.add("2026-03-19 14:00", reminders=["5:email", "2"])
    assert reminders(practice) == [("03-14 09:00", "SCHEDULED"), ("03-17 09:00", "SCHEDULED")]


def test_004_14_e_reminder_channel_what_the_client_does_not_allow(small: Diary) -> None:
    refused("E_REMINDER_CHANNEL", small, reminders=["5:email,text"])
    refused("E_REMINDER_CHANNEL", small, clients=["liam"], reminders=["5:email"])
    refused("E_REMINDER_CHANNEL", small, clients=["jordan"], reminders=["5"])
    refused("E_REMINDER_CHANNEL", small, clients=[], new_clients=["Ravi K."], reminders=["5"])
    refused("E_CLIENT_REQUIRED", small, kind="SHIFT", clients=[], reminders=["5"])


def test_004_14_e_reminder_range(small: Diary) -> None:
    refused("E_REMINDER_RANGE", small, reminders=["6"])
    refused("E_REMINDER_RANGE", small, reminders=["1", "2", "3"])


def test_r61_a_client_is_reminded_on_their_own_clock(small: Diary) -> None:
    small.add("2026-03-19 14:00", work_type="GROUP", clients=["noor", "liam"], reminders=["1"])
    assert reminders(small) == [("03-18 00:30", "SCHEDULED"), ("03-18 09:00", "SCHEDULED")]
    small.bring(PREFERENCES.replace("America/Chicago", "Australia/Perth"))
    assert reminders(small) == [("03-18 09:00", "SCHEDULED"), ("03-18 11:30", "SCHEDULED")]


def test_004_14_drafts_remind_once_they_are_rostered(small: Diary) -> None:
    done = small.add("2026-03-19 14:00", rostered=False, reminders=["5"])
    assert [state for _, state in reminders(small)] == ["VOID"]
    changing.roster(small.sessions, small.act, str(done.session_id), None)
    assert reminders(small) == [("03-14 09:00", "SCHEDULED")]


def test_r62_what_is_due_already_is_skipped(small: Diary) -> None:
    at(small, "2026-03-15T00:00+10:30")
    small.add("2026-03-19 14:00", reminders=["5", "2"])
    assert [state for _, state in reminders(small)] == ["SKIPPED", "SCHEDULED"]


def test_r62_a_move_times_them_anew_and_tells_the_client(practice: Diary) -> None:
    done = practice.add("2026-03-17 10:00", reminders=["5", "1"])
    changing.move(practice.sessions, practice.act, str(done.session_id), Move(start="2026-03-18 11:15"), None)
    assert reminders(practice) == [("03-13 09:00", "SCHEDULED"), ("03-17 09:00", "SCHEDULED")]
    assert moved(practice) == [("noor", "2026-03-17T10:00:00 Australia/Adelaide", "QUEUED")]
    with practice.read() as database:
        (row,) = database.scalars(select(Message))
    assert (row.channel, row.not_before - practice.now) == ("EMAIL", timedelta(minutes=3))


def test_r62_move_and_undo_says_nothing(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", reminders=["5"]).session_id)
    for start in ("2026-03-18 10:00", "2026-03-19 10:00"):
        changing.move(small.sessions, small.act, session, Move(start=start), None)
    assert moved(small) == [("noor", "2026-03-17T10:00:00 Australia/Adelaide", "QUEUED")]
    changing.move(small.sessions, small.act, session, Move(start="2026-03-17 10:00"), None)
    assert [state for _, _, state in moved(small)] == ["VOID"]
    assert reminders(small) == [("03-12 09:00", "SCHEDULED")]


def test_r62_what_is_out_stays_and_what_was_queued_for_the_old_time_is_taken_back(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", reminders=["5", "1"]).session_id)
    with writing(small.sessions) as database:
        first, second = database.scalars(select(Reminder).order_by(Reminder.due_at))
        first.state = first.state.SENT
        waiting = database.scalars(select(Client).where(Client.ref == "noor")).one()
        said = outbox.Said(kind=outbox.Kind.REMINDER, key="r", to=waiting, reminder_id=second.id)
        outbox.queue(database, small.act, said)
    changing.move(small.sessions, small.act, session, Move(start="2026-03-27 10:00"), None)
    assert reminders(small) == [("03-12 09:00", "SENT"), ("03-26 09:00", "SCHEDULED")]
    with small.read() as database:
        states = {row.key: row.state for row in database.scalars(select(Message))}
    assert states.pop("r") == "VOID"
    assert list(states.values()) == ["QUEUED"]  # the move is told instead


def cancel(diary: Diary, session: str, scope: Scope | None = None) -> None:
    how = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-01 09:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, scope)


def test_r62_cancelled_is_void(practice: Diary) -> None:
    session = str(practice.add("2026-03-19 14:00", reminders=["5", "2"]).session_id)
    with writing(practice.sessions) as database:
        first = database.scalars(select(Reminder).order_by(Reminder.due_at)).first()
        assert first is not None
        first.state = first.state.SENT
    cancel(practice, session)
    assert [state for _, state in reminders(practice)] == ["SENT", "VOID"]


def test_r62_only_the_client_who_cancels_is_not_reminded(small: Diary) -> None:
    who = {"work_type": "GROUP", "clients": ["noor", "liam"]}
    session = str(small.add("2026-03-19 14:00", reminders=["1"], **who).session_id)
    how = Cancel(by=CancelledBy.CLIENT, client="liam", reason="client-ill", advised="2026-03-01 09:00")
    cancelling.cancel(small.sessions, small.act, session, how, None)
    assert sorted(state for _, state in reminders(small)) == ["SCHEDULED", "VOID"]


def test_r62_who_joins_is_reminded_and_who_leaves_is_not(small: Diary) -> None:
    session = str(
        small.add("2026-03-19 14:00", work_type="GROUP", clients=["noor"], reminders=["1"]).session_id
    )
    change = Clients(add=["liam"], remove=["noor"])
    attending.change(small.sessions, small.act, session, change, None)
    assert sorted(reminders(small)) == [("03-18 00:30", "SCHEDULED"), ("03-18 09:00", "VOID")]


RULE = "FREQ=WEEKLY;COUNT=3"


def test_004_14_each_occurrence_has_its_own(practice: Diary) -> None:
    practice.add("2026-03-17 10:00", rule=RULE, reminders=["1"])
    assert [due for due, _ in reminders(practice)] == ["03-16 09:00", "03-23 09:00", "03-30 09:00"]


def test_r62_reminders_survive_splits_and_overrides(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", rule=RULE, reminders=["1"]).session_id)
    with small.read() as database:
        second = database.scalars(select(Session.id).order_by(Session.starts_at)).all()[1]
    changing.move(small.sessions, small.act, session, Move(start="2026-03-18 10:00"), THIS)
    changing.move(small.sessions, small.act, str(second), Move(start="2026-03-26 10:00"), FOLLOWING)
    assert [due for due, _ in reminders(small)] == ["03-17 09:00", "03-25 09:00", "04-01 09:00"]
    assert len(moved(small)) == 2  # one for the override, one for the two that follow
    cancel(small, str(second), FOLLOWING)
    assert [state for _, state in reminders(small)] == ["SCHEDULED", "VOID", "VOID"]


def test_004_14_later_occurrences_are_made_with_theirs(small: Diary) -> None:
    small.add("2026-03-17 10:00", rule="FREQ=WEEKLY", reminders=["1"])
    before = len(reminders(small))
    small.now += timedelta(days=60)
    assert extend(small.sessions, small.act) == len(reminders(small)) - before > 0


def test_004_14_a_single_session_that_repeats_and_one_in_the_place_of_another(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", reminders=["1"]).session_id)
    repeating.repeat(small.sessions, small.act, session, RULE)
    assert len(reminders(small)) == 3
    cancel(small, session, ALL)
    anew = {"to": Move(start="2026-03-20 10:00"), "workers": ["priya"], "rostered": True}
    rescheduling.reschedule(small.sessions, small.act, session, rescheduling.Reschedule(**anew))  # type: ignore[arg-type]
    assert [due for due, state in reminders(small) if state == "SCHEDULED"] == ["03-19 09:00"]


def edit(diary: Diary, session: str, scope: Scope | None = None, **what: object) -> None:
    editing.edit(diary.sessions, diary.act, session, Edit(**what), scope)  # type: ignore[arg-type]


def test_004_14_reminders_are_changed_and_taken_away(practice: Diary) -> None:
    session = str(practice.add("2026-03-17 10:00", reminders=["5", "1"]).session_id)
    edit(practice, session, reminders=["3:email", "1"])
    assert [state for _, state in reminders(practice)] == ["VOID", "SCHEDULED", "SCHEDULED"]
    with pytest.raises(DomainError, match="does not allow"):
        edit(practice, session, reminders=["3:text"])
    edit(practice, session, reminders=[""])
    assert {state for _, state in reminders(practice)} == {"VOID"}


def test_004_14_reminders_of_a_series_change_without_a_split(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", rule=RULE).session_id)
    edit(small, session, FOLLOWING, reminders=["2"])
    assert [due for due, _ in reminders(small)] == ["03-15 09:00", "03-22 09:00", "03-29 09:00"]
    with small.read() as database:
        assert len({row.series_id for row in database.scalars(select(Session))}) == 1


def test_004_13_instructions_are_kept_for_the_clients_messages(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", instructions="Please bring the splint").session_id)
    assert show_session(small.sessions, session).instructions == "Please bring the splint"
    edit(small, session, instructions="")
    assert show_session(small.sessions, session).instructions == ""


def requests(diary: Diary) -> list[FeedbackRequest]:
    with diary.read() as database:
        return list(database.scalars(select(FeedbackRequest)))


def hold(diary: Diary, session: str, **form: object) -> None:
    completing.complete(diary.sessions, diary.act, session, Form(**form), apportionment=True)  # type: ignore[arg-type]


def test_004_15_who_came_is_asked_once_it_was_held(practice: Diary) -> None:
    who = {"work_type": "GROUP", "clients": ["noor", "liam"]}
    session = str(practice.add("2026-03-17 10:00", session_bridge=True, **who).session_id)
    assert requests(practice) == []
    at(practice, "2026-03-17T12:00+10:30")
    hold(practice, session, no_show=["liam"])
    (request,) = requests(practice)
    with practice.read() as database:
        assert database.get_one(Client, request.client_id).ref == "noor"
    assert request.state is FeedbackState.RECORDED
    shown = show_session(practice.sessions, session)
    assert [one["state"] for one in shown.feedback] == ["RECORDED"]


def test_004_15_without_the_flag_nobody_is_asked(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00").session_id)
    at(small, "2026-03-17T12:00+10:30")
    hold(small, session)
    assert requests(small) == []


def test_004_15_a_session_that_is_reset_asks_nobody_and_held_again_asks_once(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", session_bridge=True).session_id)
    at(small, "2026-03-17T12:00+10:30")
    hold(small, session)
    completing.reset(small.sessions, small.act, session)
    assert requests(small) == []
    hold(small, session)
    assert len(requests(small)) == 1


def test_004_15_an_answer_is_noted_once(small: Diary) -> None:
    session = str(small.add("2026-03-17 10:00", session_bridge=True).session_id)
    at(small, "2026-03-17T12:00+10:30")
    hold(small, session)
    assert reminding.answered(small.sessions, small.act, session, client="noor").state == "ANSWERED"
    for client, code in (("noor", "E_TRANSITION"), ("eva", "E_NOT_FOUND")):
        with pytest.raises(DomainError) as error:
            reminding.answered(small.sessions, small.act, session, client=client)
        assert error.value.code == code


def test_what_reminds_goes_with_its_session(small: Diary) -> None:
    session = str(small.add("2026-03-19 14:00", rostered=False, reminders=["5"]).session_id)
    cancelling.delete(small.sessions, small.act, session, None)
    assert reminders(small) == []


def test_new_zone_data_times_reminders_anew_and_tells_nobody(small: Diary) -> None:
    small.add("2026-03-19 14:00", reminders=["1"])
    with small.sessions.begin() as database:
        row = database.scalars(select(Session)).one()
        row.starts_at, row.ends_at = row.starts_at + timedelta(days=1), row.ends_at + timedelta(days=1)
    assert reminders(small) == [("03-19 09:00", "SCHEDULED")]
    recompute(small.sessions)
    assert reminders(small) == [("03-18 09:00", "SCHEDULED")]
    assert moved(small) == []
