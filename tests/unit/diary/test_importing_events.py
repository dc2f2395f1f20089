"""event import, through the real command: good events in, bad ones listed, twice is an update."""

from datetime import UTC, datetime

import pytest

from tests.practice import Commands

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\n"
TAIL = "END:VCALENDAR\r\n"


def event(uid: str, start: str, *more: str) -> str:
    lines = (
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        f"DTSTART{start}",
        *more,
        "END:VEVENT",
        "",
    )
    return "\r\n".join(lines)


DENTIST = event("dentist", ":20260311T180000Z", "DTEND:20260311T190000Z", "SUMMARY:Dentist")
CHOIR = event(
    "choir", ";TZID=America/Chicago:20260305T190000", "DURATION:PT2H", "SUMMARY:Choir", "TRANSP:TRANSPARENT",
    "RRULE:FREQ=WEEKLY;COUNT=3",
)  # fmt: skip
CHOIR_MOVED = event(
    "choir", ";TZID=America/Chicago:20260313T190000", "RECURRENCE-ID;TZID=America/Chicago:20260312T190000",
    "DURATION:PT2H", "SUMMARY:Choir in the church",
)  # fmt: skip
HOLIDAY = event("holiday", ";VALUE=DATE:20260320", "SUMMARY:Away")
BAD = event("bad", ":20261399T000000Z", "SUMMARY:Never")


@pytest.fixture
def practice(tmp_path):
    commands = Commands(tmp_path, datetime(2026, 3, 2, tzinfo=UTC))
    commands.set_up()
    return commands


def file(practice, *events):
    path = practice.folder / "foreign.ics"
    path.write_text(HEAD + "".join(events) + TAIL, newline="")
    return str(path)


def listed(practice):
    return practice.ok("event", "list", "mia", "2026-03-01", "2026-04-01", "--json").json


def test_single_repeating_and_whole_days_come_in(practice):
    done = practice.ok("event", "import", "mia", file(practice, DENTIST, CHOIR, CHOIR_MOVED, HOLIDAY))
    assert done.out == "3 added, 0 updated, 0 bad\n"
    assert [(e["uid"], e["start"], e["transp"], e["all_day"]) for e in listed(practice)] == [
        ("choir", "2026-03-05T19:00:00-06:00", "TRANSPARENT", False),
        ("dentist", "2026-03-11T18:00:00+00:00", "OPAQUE", False),
        ("choir", "2026-03-13T19:00:00-05:00", "OPAQUE", False),
        ("choir", "2026-03-19T19:00:00-05:00", "TRANSPARENT", False),
        ("holiday", "2026-03-20", "OPAQUE", True),
    ]
    assert [e["recurrence_id"] for e in listed(practice)][2] == "2026-03-12T19:00:00-05:00"


def test_a_bad_event_is_listed_and_the_good_ones_come_in(practice):
    path = file(practice, DENTIST, BAD, HOLIDAY)
    done = practice("event", "import", "mia", path)
    assert (done.code, done.out) == (1, "2 added, 0 updated, 1 bad\n")
    assert done.err.startswith(f"{path}: line ")
    assert [e["uid"] for e in listed(practice)] == ["dentist", "holiday"]


def test_a_second_import_updates_and_makes_no_twins(practice):
    practice.ok("event", "import", "mia", file(practice, DENTIST, CHOIR))
    later = DENTIST.replace("T180000Z", "T170000Z")
    done = practice.ok("event", "import", "mia", file(practice, later, CHOIR))
    assert done.out == "0 added, 2 updated, 0 bad\n"
    assert [e["start"] for e in listed(practice) if e["uid"] == "dentist"] == ["2026-03-11T17:00:00+00:00"]
    assert len(listed(practice)) == 4


def test_what_repeats_now_replaces_what_did_not(practice):
    practice.ok("event", "import", "mia", file(practice, DENTIST))
    often = DENTIST.replace("SUMMARY", "RRULE:FREQ=DAILY;COUNT=2\r\nSUMMARY")
    assert practice.ok("event", "import", "mia", file(practice, often)).out == "0 added, 1 updated, 0 bad\n"
    assert [e["uid"] for e in listed(practice)] == ["dentist", "dentist"]


def test_the_same_file_for_another_worker_is_theirs(practice):
    path = file(practice, DENTIST)
    practice.ok("event", "import", "mia", path)
    assert practice.ok("event", "import", "tom", path).out == "1 added, 0 updated, 0 bad\n"
    assert len(listed(practice)) == 1


def test_a_dry_run_changes_nothing(practice):
    done = practice.ok("event", "import", "mia", file(practice, DENTIST, CHOIR), "--dry-run")
    assert done.out == "2 would be added, 0 would be updated, 0 bad\n"
    assert listed(practice) == []


@pytest.mark.parametrize("body", ["", "hello", "BEGIN:VCALENDAR\r\n", HEAD + "BEGIN:VEVENT\r\n"])
def test_what_is_no_calendar_is_said_and_changes_nothing(practice, body):
    path = practice.folder / "foreign.ics"
    path.write_text(body)
    done = practice("event", "import", "mia", str(path))
    assert done.code in {0, 1}
    assert "Traceback" not in done.err
    assert listed(practice) == []


def test_a_file_that_is_not_there_is_one_sentence(practice):
    done = practice("event", "import", "mia", str(practice.folder / "none.ics"))
    assert (done.code, done.err.count("\n")) == (1, 1)


def test_history_tells_what_happened_in_order(practice):
    practice.ok("event", "import", "mia", file(practice, DENTIST))
    practice.later(minutes=1)
    added = practice.ok(
        "session", "add", "--start", "2026-03-03 10:00", "--minutes", "50", "--worker", "mia", "--client", "jordan",
        "--json",
    ).json  # fmt: skip
    practice.later(minutes=1)
    practice.ok("session", "roster", added["session_id"], "--as", "sam")
    lines = practice.ok("history", added["session_id"][:8]).out.splitlines()
    assert lines[0].endswith(" added it to the diary, Tue 3 Mar 2026 10:00.")
    assert lines[1].endswith(
        "Z sam rostered it: calendars show it from now on, Tue 3 Mar 2026 10:00 (scope THIS_ONLY)."
    )
    everything = practice.ok("history", "--json").json
    assert [row["action"] for row in everything][-3:] == ["imported", "added", "rostered"]
    unknown = practice("history", "no-such-uid")
    assert (unknown.code, "Nothing is known" in unknown.err) == (1, True)
