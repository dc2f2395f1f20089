"""Commands about what is said of sessions, as a person sees them (001-06, 001-07, 001-09, 001-14, 004-05)."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command

ADD = ("session", "add", "--start", "2026-03-12 10:00", "--worker", "priya", "--roster")
ASSETS = '[[asset]]\nid = "chair"\nname = "Chair"\n[[asset]]\nid = "bus"\nname = "Bus"\nquantity = 2\n'


@pytest.fixture
def session(practice: Command) -> str:
    added = practice(
        *ADD, "--client", "noor", "--minutes", "60", "--site", "adelaide", "--room", "gym", "--json"
    )
    return str(added.json()["session_id"])


def test_001_06_types_are_added_listed_used_and_retired(practice: Command) -> None:
    assert practice("session-type", "list").out == "No session types.\n"
    words = ("--name", "Intake", "--minutes", "90", "--colour", "Teal", "--non-billable")
    assert practice("session-type", "add", "intake", *words).out == "Added: intake\n"
    listed = practice("session-type", "list").out.split("\n")[1].split()
    assert listed == ["intake", "Intake", "90", "no", "teal", "yes"]
    added = practice(*ADD, "--client", "noor", "--type", "intake", "--json").json()["session_id"]
    shown = practice("session", "show", added, "--json").json()
    assert (shown["end"][11:16], shown["billable"], shown["session_type"]) == ("11:30", False, "intake")
    assert practice("session-type", "retire", "intake").out == "No longer offered: intake\n"
    refused = practice("session", "edit", added, "--type", "intake")
    assert refused.err == 'Error: The session type "intake" is no longer offered (E_SESSION_TYPE)\n'
    assert practice("session", "edit", added, "--type", "").code == 0
    assert practice("session", "show", added, "--json").json()["session_type"] is None


def test_001_06_without_a_type_an_end_or_a_length_there_is_no_session(practice: Command) -> None:
    assert practice(*ADD, "--client", "noor").code == 1
    assert practice(*ADD, "--client", "noor", "--type", "nothing").err.endswith("(E_NOT_FOUND)\n")


def test_001_07_subject_pattern_is_printed_and_told_by_the_history(
    practice: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDULA_RULES__SUBJECT_PATTERN", "[A-Z]{3} .+")
    done = practice(*ADD, "--client", "noor", "--minutes", "60", "--subject", "Knee")
    assert done.code == 0
    assert "Warning: the subject is not as rules.subject_pattern wants it (SUBJECT_PATTERN)\n" in done.err
    assert "SUBJECT_PATTERN" in practice("history", "--json").out
    assert "Knee" not in practice("history", "--json").out


def test_001_14_a_session_is_edited_and_shown(practice: Command, session: str) -> None:
    assert practice("session", "edit", session).code == 2
    said = ("--comments", "bring the file", "--service-type", "Physio", "--service-type", "Hydro")
    assert practice("session", "edit", session, *said, "--subject", "Hip").out.startswith("Edited ")
    shown = practice("session", "show", session).out
    for line in ("comments: bring the file", "service_types: Physio, Hydro", "subject: Hip"):
        assert line in shown
    assert "bring the file" not in practice("session", "list", "--ics").out
    assert "edited what is said of it" in practice("history").out


def test_004_05_somebody_new_is_named_by_the_internal_id(practice: Command) -> None:
    done = practice(*ADD, "--new-client", "Ravi K.", "--minutes", "60")
    assert done.out.split("\n")[1].startswith("New client: C-")
    (listed,) = practice("session", "list", "--json").json()
    assert f"New client: {listed['clients'][0]}" in done.out
    assert "Ravi" not in practice("history", "--json").out


def test_001_09_assets_are_taken_along_later(practice: Command, session: str, tmp_path: Path) -> None:
    file = tmp_path / "assets.toml"
    file.write_text(ASSETS, encoding="utf-8")
    practice("practice", "import", str(file))
    assert practice("session", "assets", session).code == 2
    assert practice("session", "assets", session, "--add", "chair", "--add", "bus:2").code == 0
    assert sorted(practice("session", "show", session, "--json").json()["assets"]) == ["bus:2", "chair"]
    other = practice(*ADD, "--client", "eva", "--minutes", "60", "--json").json()["session_id"]
    refused = practice("session", "assets", other, "--add", "bus")
    assert (refused.code, refused.err[-20:]) == (1, " (E_ASSET_CONFLICT)\n")
    practice("session", "assets", session, "--add", "bus:1", "--remove", "chair")
    assert practice("session", "assets", other, "--add", "bus").code == 0
    assert practice("session", "show", session, "--json").json()["assets"] == ["bus"]


def test_files_of_the_practice_name_rooms_and_assets_and_no_client_beside_people(
    practice: Command, session: str, tmp_path: Path
) -> None:
    file = tmp_path / "assets.toml"
    file.write_text(ASSETS, encoding="utf-8")
    practice("practice", "import", str(file))
    practice("session", "assets", session, "--add", "chair")
    told = practice("session", "list", "--ics").out.replace("\r\n", "\n").replace("\n ", "")
    assert "RESOURCES:Chair\n" in told
    assert told.count("ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED;SCHEDULE-AGENT=NONE:urn:uuid:") == 1
    assert told.count("ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED;SCHEDULE-AGENT=NONE:urn:uuid:") == 1
    assert told.count("ATTENDEE") == 2
    window = ("2026-03-12", "2026-03-13", "--ics")
    for of, ref, kind in (("room", "gym", "ROOM"), ("asset", "chair", "RESOURCE")):
        busy = practice("busy", ref, *window, "--of", of).out.replace("\r\n", "\n")
        assert busy.count(f"ATTENDEE;CUTYPE={kind}:urn:uuid:") == 1
        assert busy.split(f"CUTYPE={kind}:")[1].split("\n")[0] in told
    assert "ATTENDEE" not in practice("busy", "priya", *window).out


def test_000_01_a_scheduler_lists_by_site_client_day_and_what_is_missing(
    practice: Command, session: str
) -> None:
    def listed(*only: str) -> list[str]:
        return [str(one["id"]) for one in practice("session", "list", *only, "--json").json()]

    who = ("--client", "liam", "--minutes", "60", "--roster", "--json")
    nobodys = practice("session", "add", "--start", "2026-03-13 10:00", *who).json()["session_id"]
    gone = practice(*ADD, "--client", "eva", "--minutes", "30", "--json").json()["session_id"]
    how = ("--by", "worker", "--reason", "worker-sick", "--advised", "2026-03-01 08:00")
    assert practice("session", "cancel", gone, *how).code == 0

    assert listed("--unassigned") == [nobodys]
    assert listed("--needs-reschedule") == [gone]
    assert (listed("--site", "adelaide"), listed("--client", "liam")) == ([session], [nobodys])
    assert (listed("--day", "2026-03-13"), set(listed("--day", "2026-03-12"))) == ([nobodys], {session, gone})
    assert listed("--day", "2026-03-12", "--client", "noor", "--site", "adelaide") == [session]
    assert practice("session", "list", "--day", "2026-03-12", "--from", "2026-03-12").code == 2

    theirs = practice("session", "list", "--client", "liam", "--ics").out
    assert (theirs.count("BEGIN:VEVENT"), "SUMMARY:Session C-1090" in theirs) == (1, True)
    assert "Liam" not in theirs
    assert practice("session", "list", "--day", "2026-03-14", "--ics").out.count("BEGIN:VEVENT") == 0
