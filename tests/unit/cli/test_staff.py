"""Commands about workers' hours and leave, as a person sees them."""

import pytest

from tests.unit.cli.conftest import Command

NOOR = ("--worker", "priya", "--client", "noor", "--minutes", "60", "--roster")


def test_hours_are_set_listed_and_cleared(practice: Command) -> None:
    made = practice("availability", "set", "priya", "FR 09:00-17:00", "--from", "2026-03-02", "--json").json()
    assert practice("availability", "add", "priya", "--start", "2026-03-14 09:00", "--end", "12:00").code == 0
    listed = practice("availability", "list", "priya").out
    assert made["ref"] in listed
    assert "FR 09:00-17:00" in listed
    assert "2026-03-14 09:00  2026-03-14 12:00" in listed

    refused = practice("session", "add", "--start", "2026-03-12 10:00", *NOOR)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        'Error: The worker "priya" is not available at 2026-03-12 10:00; choose another time or worker '
        "(E_UNAVAILABLE)\n"
    )
    assert practice("availability", "clear", "priya").out == "Cleared: 2\n"
    assert practice("session", "add", "--start", "2026-03-12 10:00", *NOOR).code == 0
    assert practice("availability", "list", "priya").out == "Nothing is known: always available.\n"


def test_leave_is_requested_approved_and_removed(practice: Command) -> None:
    session = practice("session", "add", "--start", "2026-03-13 10:00", *NOOR, "--json").json()["session_id"]
    asked = practice("leave", "add", "priya", "--start", "2026-03-13", "--requested", "--json").json()
    assert (asked["approved"], asked["sessions"]) == (False, [])
    approved = practice("leave", "approve", asked["ref"])
    assert approved.out == f"Approved {asked['ref']}: priya from 2026-03-13 to 2026-03-14\n"
    assert approved.err == f"Warning: sessions lie in it: {session[:8]}\n"
    assert "BUSY-UNAVAILABLE" in practice("busy", "priya", "2026-03-13", "2026-03-14").out
    assert practice("leave", "list", "--json").json()[0]["sessions"] == [session[:8]]
    assert practice("leave", "remove", asked["ref"]).err == ""
    assert practice("leave", "list").out == "No leave.\n"
    assert practice("leave", "approve", asked["ref"]).code == 1


def test_the_practice_may_allow_what_it_is_warned_of(
    practice: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice("leave", "add", "priya", "--start", "2026-03-13", "--type", "annual")
    monkeypatch.setenv("CALENDULA_RULES__WORKER_AVAILABILITY", "allow")
    added = practice("session", "add", "--start", "2026-03-13 10:00", *NOOR)
    assert added.code == 0
    assert added.err.startswith("Warning: a worker is on leave or outside their hours")
    monkeypatch.setenv("CALENDULA_RULES__WORKER_AVAILABILITY", "sometimes")
    assert practice("session", "list").code != 0


def test_the_history_tells_of_leave_without_its_kind(practice: Command) -> None:
    practice("leave", "add", "priya", "--start", "2026-03-13", "--type", "sick", "--as", "sam")
    told = practice("history").out
    assert "sam entered leave of a worker, Fri 13 Mar 2026 (worker priya)." in told
    assert "sick" not in told.lower()
