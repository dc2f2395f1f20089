"""Every answer to every held change, through the command: keep, move, cancel as worker, cancel for a client.

Each story ends with both sides saying the same, and nothing waiting.
"""

from uuid import uuid4

import pytest

from adapters.database.engine import connect, sessions
from adapters.jobs import Jobs, Means
from tests.agreed import AGREED
from tests.practice import phone
from tests.unit.changes.conftest import ZONE, Story

WORKER = ("--as-worker", "--advised", "2026-03-20 08:00", "--reason", "worker-training")
PROVIDER = ("--by-provider", "--advised", "2026-03-20 08:00", "--reason", "office-closed")
TUESDAYS = ["2026-03-24", "2026-03-31", "2026-04-07", "2026-04-14", "2026-04-21"]  # those still to come


def for_client(*clients: str) -> tuple[str, ...]:
    named = [word for client in clients for word in ("--for-client", client)]
    return (*named, "--advised", "2026-03-20 08:00", "--reason", "client-ill")


def cut_there(story: Story) -> None:
    story.edit("COUNT=8", "UNTIL=20260330T000000Z")


def split_there(story: Story, *, count: int) -> None:
    """This and all following from 31 March, as Apple's clients write it: cut, and a new UID on Wednesdays at nine."""
    body = story.item().body.decode()
    cut_there(story)
    uid = next(line for line in body.splitlines() if line.startswith("UID:"))
    rule = next(line for line in body.splitlines() if line.startswith("RRULE:FREQ=WEEKLY"))
    body = body.replace(uid, "UID:tail").replace(rule, f"RRULE:FREQ=WEEKLY;COUNT={count};BYDAY=WE")
    for name, old, new in (("DTSTART", "T10", "T09"), ("DTEND", "T11", "T10")):
        body = body.replace(f"{name};{ZONE}:20260303{old}", f"{name};{ZONE}:20260401{new}")
    with phone(story.server, story.url) as calendar:
        calendar.create(calendar.new_href("tail"), body.encode())


# --- E4 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def one_deleted(story: Story) -> Story:
    story.delete_one("20260324")
    story.sync()
    assert story.one_held()["code"] == "E4"
    return story


def test_e4_move(one_deleted):
    one_deleted.answer("--move", "--start", "2026-03-25 14:00")
    assert "2026-03-25T14:00" in one_deleted.starts()
    assert "2026-03-24T10:00" not in one_deleted.starts()
    assert b"20260325T140000" in one_deleted.item().body


def test_e4_cancel_for_client(one_deleted):
    one_deleted.answer(*for_client("noor"))
    assert one_deleted.statuses()["2026-03-24"] == "CANCELLED"
    assert len(one_deleted.starts()) == 7


# --- E5 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def deleted(single: Story) -> Story:
    single.delete_all()
    single.sync()
    assert single.one_held()["code"] == "E5"
    return single


def test_e5_keep(deleted):
    deleted.dismiss()
    assert deleted.starts() == ["2026-03-24T10:00"]


def test_e5_move(deleted):
    deleted.answer("--move", "--start", "2026-03-26 09:30", "--minutes", "30")
    assert deleted.starts() == ["2026-03-26T09:30"]
    assert b"20260326T100000" in deleted.item().body


@pytest.mark.parametrize("who", [WORKER, PROVIDER, for_client("noor")], ids=["worker", "provider", "client"])
def test_e5_cancel(deleted, who):
    deleted.answer(*who)
    assert deleted.statuses() == {"2026-03-24": "CANCELLED"}
    assert b"STATUS:CANCELLED" in deleted.item().body


def test_e5_of_a_series_move(story):
    """All that is to come goes along, as far as the first was moved."""
    story.delete_all()
    story.sync()
    story.answer("--move", "--start", "2026-03-25 14:00")
    assert story.starts()[3:] == [
        f"2026-{day}T14:00" for day in ("03-25", "04-01", "04-08", "04-15", "04-22")
    ]


# --- E6 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def split(story: Story) -> Story:
    """One booking more than there was: that is asked about."""
    split_there(story, count=5)
    story.sync()
    change = story.one_held()
    assert (change["code"], change["reason_code"]) == ("E6", "RECURRENCE_CHANGE")
    return story


def test_e6_keep(split):
    split.dismiss()
    assert [start[:10] for start in split.starts()[3:]] == TUESDAYS


def test_e6_take_over(split):
    split.answer("--move")
    wednesdays = [f"2026-{day}T09:00" for day in ("04-01", "04-08", "04-15", "04-22", "04-29")]
    assert split.starts()[4:] == wednesdays


def test_e6_cancel_as_worker(split):
    split.answer(*WORKER)
    assert list(split.statuses().values()) == ["ROSTERED"] * 4 + ["CANCELLED"] * 4


def test_e6_by_range_this_and_future_of_a_group_take_over(story):
    """Without a rule of its own the answer would have ended the series."""
    (first, *_) = story.sessions()
    story.commands.ok("link", "set", "priya", "--mode", "two-way")
    body = story.item().body.decode()
    uid = next(line for line in body.splitlines() if line.startswith("UID:"))
    lines = (
        "BEGIN:VEVENT", uid, "DTSTAMP:20260320T000000Z", f"RECURRENCE-ID;RANGE=THISANDFUTURE;{ZONE}:20260331T100000",
        f"DTSTART;{ZONE}:20260319T090000", f"DTEND;{ZONE}:20260319T100000", "SUMMARY:x", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    story.edit("END:VCALENDAR", "\r\n".join(lines))
    story.sync()
    assert story.one_held()["reason_code"] == "INTO_PAST"
    story.answer("--move")
    assert story.starts()[3:] == [
        f"2026-{day}" for day in ("03-19T09:00", "03-24T10:00", "03-26T09:00", "04-02T09:00", "04-09T09:00")
    ]
    assert first["series_id"]


# --- E7 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def cut(story: Story) -> Story:
    cut_there(story)
    story.sync()
    story.sync()
    assert story.one_held()["code"] == "E7"
    return story


def test_e7_keep(cut):
    cut.dismiss()
    assert [start[:10] for start in cut.starts()[3:]] == TUESDAYS


def test_e7_move(cut):
    cut.answer("--move", "--start", "2026-04-01 09:00")
    assert cut.starts()[4:] == [f"2026-{day}T09:00" for day in ("04-01", "04-08", "04-15", "04-22")]


@pytest.mark.parametrize("who", [WORKER, for_client("noor")], ids=["worker", "client"])
def test_e7_cancel(cut, who):
    cut.answer(*who)
    assert list(cut.statuses().values()) == ["ROSTERED"] * 4 + ["CANCELLED"] * 4


# --- E10 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def placed(single: Story) -> Story:
    single.edit("LOCATION:ADL1", "LOCATION:Room 1")
    single.sync()
    assert (single.one_held()["code"], single.one_held()["reason_code"]) == ("E10", "LOCATION_OWNED")
    return single


def test_e10_keep(placed):
    placed.dismiss()
    assert placed.sessions()[0]["room"] is None


def test_e10_take_over(placed):
    placed.answer("--move")
    assert placed.sessions()[0]["room"] == "room-1"


def test_e10_a_room_that_is_taken_is_not_taken_over(placed):
    placed.commands.ok(
        "session", "add", "--start", "2026-03-24 10:30", "--minutes", "30", "--worker", "tom", "--client", "eva",
        "--site", "adelaide", "--room", "room-1", "--roster",
    )  # fmt: skip
    done = placed.commands("changes", "confirm", placed.one_held()["ref"], "--move")
    assert (done.code, "E_ROOM_CONFLICT" in done.err) == (1, True)
    assert placed.one_held()["code"] == "E10"


# --- E13 ----------------------------------------------------------------------------------------------------


@pytest.fixture
def set_cancelled(single: Story) -> Story:
    single.edit("STATUS:CONFIRMED", "STATUS:CANCELLED")
    single.sync()
    assert single.one_held()["code"] == "E13"
    return single


def test_e13_keep(set_cancelled):
    set_cancelled.dismiss()
    assert set_cancelled.statuses() == {"2026-03-24": "ROSTERED"}
    assert b"STATUS:CONFIRMED" in set_cancelled.item().body


@pytest.mark.parametrize("who", [WORKER, for_client("noor")], ids=["worker", "client"])
def test_e13_cancel(set_cancelled, who):
    set_cancelled.answer(*who)
    assert set_cancelled.statuses() == {"2026-03-24": "CANCELLED"}


# --- E14 ----------------------------------------------------------------------------------------------------


def test_e14_a_single_session_made_recurring_take_over(single):
    """000-10: the session becomes the first of a series, under its UID. It could only be dismissed."""
    uid = next(line for line in single.item().body.decode().splitlines() if line.startswith("UID:"))
    single.edit("SUMMARY:", "RRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:")
    single.sync()
    single.answer("--move")
    assert [start[:10] for start in single.starts()] == TUESDAYS[:3]
    assert uid.encode() in single.item().body


def test_000_10_a_session_made_recurring_copies_its_services_except_ad_hoc(single, tmp_path):
    single.commands.environ["CALENDULA_RULES__AD_HOC_SERVICES"] = "true"
    (tmp_path / "agreed.toml").write_text(AGREED, encoding="utf-8")
    single.commands.ok("practice", "import", str(tmp_path / "agreed.toml"))
    first = single.sessions()[0]["id"]
    single.commands.ok("service", "plan", first, "--service", "outing")
    splint = ("--service", "splint", "--rate", "45", "--claim-type", "direct", "--method", "fixed-quantity")
    single.commands.ok("service", "ad-hoc", first, *splint, "--quantity", "1")

    single.edit("SUMMARY:", "RRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:")
    single.sync()
    single.answer("--move")

    planned = [single.commands.ok("service", "list", row["id"], "--json").json for row in single.sessions()]
    assert [[one["service"] for one in plans] for plans in planned] == [
        ["outing", "splint"],
        ["outing"],
        ["outing"],
    ]


def test_e14_a_date_added_take_over(story):
    """The date was not in the record, and the answer changed nothing."""
    story.edit("SUMMARY:", f"RDATE;{ZONE}:20260326T100000\r\nSUMMARY:")
    story.sync()
    story.answer("--move")
    assert [start[:10] for start in story.starts()[3:]] == sorted([*TUESDAYS, "2026-03-26"])


# --- groups -------------------------------------------------------------------------------------------------


@pytest.fixture
def dragged(group: Story) -> Story:
    group.edit(f"DTSTART;{ZONE}:20260324T100000", f"DTSTART;{ZONE}:20260324T140000")
    group.edit(f"DTEND;{ZONE}:20260324T110000", f"DTEND;{ZONE}:20260324T150000")
    group.sync()
    assert group.one_held()["reason_code"] == "GROUP_SESSION"
    return group


def test_group_keep(dragged):
    dragged.dismiss()
    assert dragged.starts() == ["2026-03-24T10:00"]


def test_group_take_over(dragged):
    dragged.answer("--move")
    assert dragged.starts() == ["2026-03-24T14:00"]


def test_group_cancel_for_one_client_leaves_it_to_the_others(dragged):
    dragged.answer(*for_client("noor"))
    assert dragged.starts() == ["2026-03-24T10:00"]
    assert b"2" in next(line for line in dragged.item().body.splitlines() if line.startswith(b"SUMMARY"))


def test_group_cancel_as_worker(dragged):
    dragged.answer(*WORKER)
    assert dragged.statuses() == {"2026-03-24": "CANCELLED"}


# --- what waits is spoken of again --------------------------------------------------------------------------


def told(story: Story) -> list[tuple[str, str]]:
    notices = story.commands.ok("status", "--json").json["notices"]
    return [(n["audience"], n["code"]) for n in notices if n["code"].startswith("HELD_")]


def chased(story: Story) -> None:
    """The hourly job of the service."""
    engine = connect(f"sqlite:///{story.commands.folder / 'calendula.sqlite3'}")
    units = sessions(engine, clock=lambda: story.commands.now)
    Jobs(means=Means(sessions=units), clock=lambda: story.commands.now, new_id=uuid4).do("chase")
    engine.dispose()


def test_held_changes_are_spoken_of_after_24_and_48_hours_and_never_decided(deleted):
    assert told(deleted) == []
    deleted.commands.later(hours=24)
    chased(deleted)
    assert told(deleted) == [("worker", "HELD_REMINDER")]
    deleted.commands.later(hours=24)
    chased(deleted)
    chased(deleted)
    assert told(deleted) == [("worker", "HELD_REMINDER"), ("scheduler", "HELD_ESCALATED")]
    assert (
        "To tell whoever schedules, about priya: a change has been waiting"
        in deleted.commands.ok("status").out
    )
    deleted.commands.later(days=60)
    chased(deleted)
    assert len(told(deleted)) == 2
    assert deleted.one_held()["code"] == "E5"
    assert deleted.statuses() == {"2026-03-24": "ROSTERED"}


def test_what_was_answered_is_not_spoken_of_again(deleted):
    deleted.dismiss()
    deleted.commands.later(days=3)
    chased(deleted)
    assert told(deleted) == []


# --- in words -----------------------------------------------------------------------------------------------


def test_show_lists_each_answer_and_the_bookings_that_a_deletion_would_take(story):
    story.delete_all()
    story.sync()
    said = story.commands.ok("changes", "show", story.one_held()["ref"]).out
    assert "Bookings: 2026-03-24 10:00, 2026-03-31 10:00" in said
    assert "The deletion waits for an answer; until then the calendar shows the event" in said
    for answer in ("--move --start", "--as-worker", "--for-client", "--by-provider", "dismiss"):
        assert answer in said


def test_a_start_alone_is_no_answer(deleted):
    ref = deleted.one_held()["ref"]
    assert deleted.commands("changes", "confirm", ref, *WORKER, "--start", "2026-03-25 10:00").code == 2
    assert deleted.commands("changes", "confirm", ref, "--move", "--minutes", "30").code == 2
