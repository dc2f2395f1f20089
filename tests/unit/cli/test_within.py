"""Commands about activities and shifts, as a person sees them (001-13, 001-17)."""

import pytest

from tests.unit.cli.conftest import Command

DAY = (
    "session",
    "add",
    "--worker",
    "tom",
    "--start",
    "2026-03-16 07:00",
    "--minutes",
    "480",
    "--roster",
    "--json",
)
LIAM = ("--client", "liam")


def test_001_13_a_session_is_added_with_its_break_which_is_shown_and_replaced(practice: Command) -> None:
    added = practice(*DAY, *LIAM, "--activity", "BREAK 11:00-11:30").json()["session_id"]
    assert "activities: BREAK tom 11:00-11:30 unpaid\n" in practice("session", "show", added).out
    done = practice("session", "activities", added, "BREAK 12:00-12:30", "WAKE-UP 07:00-07:10")
    assert (done.code, done.out) == (0, f"Set the activities of {added[:8]}\n")
    told = practice("session", "show", added, "--json").json()["activities"]
    assert told == ["WAKE_UP tom 07:00-07:10 paid", "BREAK tom 12:00-12:30 unpaid"]
    practice("session", "activities", added)
    assert "activities" not in practice("session", "show", added).out


@pytest.mark.parametrize(
    ("typed", "code"), [("BREAK 06:00-06:30", "E_ACTIVITY_OUTSIDE"), ("NAP 11:00-11:30", "E_ACTIVITY")]
)
def test_e_activity_outside_is_one_sentence(practice: Command, typed: str, code: str) -> None:
    refused = practice(*DAY, *LIAM, "--activity", typed)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("Error: ")
    assert refused.err.endswith(f" ({code})\n")
    assert refused.err.count("\n") == 1


def test_001_17_a_shift_is_added_listed_and_holds_a_session(practice: Command) -> None:
    shift = practice(*DAY, "--kind", "shift").json()["session_id"]
    hour = (
        "session",
        "add",
        "--worker",
        "tom",
        *LIAM,
        "--start",
        "2026-03-16 09:00",
        "--minutes",
        "60",
        "--json",
    )
    session = practice(*hour).json()["session_id"]
    assert [one["kind"] for one in practice("session", "list", "--worker", "tom", "--json").json()] == [
        "SHIFT",
        "CLIENT_SESSION",
    ]
    assert practice("session", "shift", session, "--in", shift).out == f"Put in {session[:8]}\n"
    assert f"shift: {shift}\n" in practice("session", "show", session).out
    refused = practice("session", "move", session, "--start", "2026-03-16 14:30")
    assert refused.code == 1
    assert refused.err.endswith(" (E_OUTSIDE_SHIFT)\n")
    assert practice("session", "shift", session, "--out").out == f"Taken out {session[:8]}\n"
    assert practice("session", "move", session, "--start", "2026-03-16 14:30").code == 0


@pytest.mark.parametrize("words", [(), ("--in", "5b1f", "--out")])
def test_001_17_into_a_shift_or_out_of_it_has_to_be_said(practice: Command, words: tuple[str, ...]) -> None:
    assert practice("session", "shift", "5b1f", *words).code == 2


def test_001_13_001_17_rosters_list_kinds_and_activities_and_change_them(practice: Command) -> None:
    practice("roster", "base", "add", "House", "--weeks", "1", "--start", "2026-03-02")
    slot = ("roster", "base", "slot", "House", "--day", "MO", "--minutes", "480", "--worker", "tom")
    assert practice(*slot, "--start", "07:00", "--shift").code == 0
    assert practice(*slot, "--start", "08:00", *LIAM, "--activity", "BREAK 11:00-11:30").code == 0
    shown = practice("roster", "base", "show", "House").out
    assert "SHIFT" in shown
    assert "BREAK tom 11:00-11:30 unpaid" in shown
    practice("roster", "base", "finalise", "House")
    practice("roster", "period", "create", "House", "--start", "2026-03-16")
    (period,) = practice("roster", "period", "list", "--json").json()
    planned = practice("roster", "period", "show", period["id"], "--json").json()
    session = next(one["id"] for one in planned if one["kind"] == "CLIENT_SESSION")
    edit = ("roster", "period", "change", period["id"], session)
    assert practice(*edit, "--minutes", "60").err.endswith(" (E_ACTIVITY_OUTSIDE)\n")
    assert practice(*edit, "--minutes", "60", "--activity", "BREAK 08:30-08:40").code == 0
    planned = practice("roster", "period", "show", period["id"], "--json").json()
    assert [one["activities"] for one in planned if one["id"] == session] == [
        ["BREAK tom 08:30-08:40 unpaid"]
    ]
