"""Cancelling on the command line: what it says, and what it refuses (002-01 to 002-08, 000-19 to 000-22)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.practice import Commands

CANCEL = ("--by", "client", "--advised", "2026-04-07 08:00", "--reason", "client-late")


@pytest.fixture
def office(tmp_path: Path) -> Commands:
    """On the morning of 7 April, with a fee of 100 dollars, and Noor at ten with Priya."""
    made = Commands(tmp_path, datetime(2026, 4, 6, 23, 0, tzinfo=UTC))
    made.set_up(extra="[fees]\nno_show_cents = 10000\n")
    made.ok(
        "session", "add", "--start", "2026-04-07 10:00", "--minutes", "60", "--worker", "priya", "--client", "noor",
        "--roster",
    )  # fmt: skip
    return made


def first(office: Commands) -> str:
    return str(office.ok("session", "list", "--json").json[0]["id"])


def test_002_01_a_preview_says_what_it_would_cost_and_why(office: Commands) -> None:
    said = office.ok("session", "cancel", first(office), *CANCEL, "--preview").out
    assert said.startswith("Would cancel")
    assert "charged: 100.00" in said
    assert "R1: notice of 2 h 00 min, less than the 24 h of the reason" in said
    assert office.ok("session", "list", "--json").json[0]["status"] == "ROSTERED"


def test_cancelling_says_what_is_charged_and_counts_it_000_22(office: Commands) -> None:
    session = first(office)
    done = office.ok("session", "cancel", session, *CANCEL, "--json").json
    assert [charge["amount_cents"] for charge in done["charges"]] == [10_000]
    assert "The fee is 60.00 now, it was 100.00." in office.ok(
        "session", "fee", session, "--cents", "6000", "--note", "Individual rate"
    ).out  # fmt: skip
    said = office.ok("session", "cancellations", "--client", "noor").out
    assert said.splitlines()[-1] == "1 in all, 0 claimed"
    assert "60.00" in said


def test_000_20_without_rules_nothing_is_charged(office: Commands) -> None:
    assert "charged: nothing" in office.ok("session", "cancel", first(office), *CANCEL, "--rules", "none").out


def test_e_ndis_reason_is_refused_in_one_sentence(office: Commands) -> None:
    refused = office("session", "cancel", first(office), *CANCEL, "--rules", "ndis")
    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "NDIS" in refused.err


def test_a_no_show_is_noted_after_the_start(office: Commands) -> None:
    session = first(office)
    assert office("session", "no-show", session, "--reason", "client-late").code == 1
    office.now = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
    said = office.ok("session", "no-show", session, "--reason", "client-late").out
    assert "ROSTERED, charged: 100.00" in said
    assert "R1: notice of 0 h 00 min" in said


def test_reasons_are_listed_added_and_retired(office: Commands) -> None:
    office.ok(
        "reason", "add", "client-family", "--type", "client", "--text", "Family", "--billing", "percent",
        "--percent", "50", "--threshold-hours", "48", "--ndis", "nsdf",
    )  # fmt: skip
    office.ok("reason", "retire", "client-late")
    known = {row["ref"]: row for row in office.ok("reason", "list", "--json").json}
    assert (known["client-family"]["billable_percent"], known["client-family"]["ndis_code"]) == (50, "NSDF")
    assert not known["client-late"]["active"]
    assert "client-family" in office.ok("reason", "list").out


def test_000_23_deleting_what_was_rostered_names_whom_it_concerns(office: Commands) -> None:
    session = first(office)
    assert office("session", "delete", session, "--yes").code == 1
    office.environ["CALENDULA_RULES__ALLOW_DELETE_ROSTERED"] = "true"
    asked = office("session", "delete", session)
    assert asked.code == 1
    assert "C-1077" in asked.err
    office.ok("session", "delete", session, "--yes")
    assert office.ok("session", "list", "--json").json == []
