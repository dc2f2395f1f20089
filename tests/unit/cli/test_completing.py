"""Completing from the command line: what is printed, what is warned of, what is exported (000-12, 000-18)."""

from pathlib import Path

import pytest

from tests.agreed import AGREED
from tests.unit.cli.conftest import Command


@pytest.fixture
def session(practice: Command, tmp_path: Path) -> str:
    """Noor, Liam and Eva on Fri 27 February, two days ago, sharing $40 an hour."""
    file = tmp_path / "agreed.toml"
    file.write_text(AGREED, encoding="utf-8")
    assert practice("practice", "import", str(file)).code == 0
    who = (
        "--worker",
        "priya",
        "--client",
        "noor",
        "--client",
        "liam",
        "--client",
        "eva",
        "--work-type",
        "GROUP",
    )
    when = ("--start", "2026-02-27 13:00", "--minutes", "60", "--site", "hills", "--roster")
    added = practice("session", "add", *when, *who, "--json").json()["session_id"][:8]
    assert practice("service", "plan", added, "--service", "group", "--travel").code == 0
    return str(added)


def test_000_12_start_complete_reset_and_export(practice: Command, session: str, tmp_path: Path) -> None:
    assert practice("session", "start", session).out == f"Started {session}\n"
    done = practice("session", "complete", session, "--actual-start", "13:00", "--no-show", "eva")
    assert done.out.splitlines() == [
        f"Completed {session}: 2 lines, 26.67",
        "  SERVICE group C-1077 0.34 × 40.00 = 13.34",
        "  SERVICE group C-1090 0.33 × 40.00 = 13.33",
    ]
    assert (
        done.err
        == "Warning: the portions come to less than 100 %; the rest is not charged (PORTION_UNDER_100)\n"
    )
    shown = practice("session", "show", session).out
    assert "client C-1101; status NO_SHOW" in shown
    assert "client C-1077; status ATTENDED; portion 33.34" in shown
    assert "kind SERVICE; quantity 0.34; rate 40.00; amount 13.34" in shown

    assert practice("session", "reset", session).out == f"Reset {session}\n"
    spread = practice("session", "complete", session, "--no-show", "eva", "--spread", "--json").json()
    assert ([line["amount"] for line in spread["lines"]], spread["warnings"]) == (["20.00", "20.00"], [])

    file = tmp_path / "february.csv"
    assert practice("export", "services", "--csv", str(file)).out == f"Exported 2 lines to {file}\n"
    refused = practice("session", "reset", session)
    assert (refused.code, "SD_EXTRACTED" in refused.err) == (1, True)
    again = practice("export", "services", "--csv", str(file))
    assert (again.code, again.out) == (0, "There is nothing to export; no file was written\n")


def test_000_18_e_apportionment_where_the_configuration_forbids_it(
    practice: Command, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDULA_RULES__APPORTIONMENT", "false")
    refused = practice("session", "complete", session, "--spread")
    assert refused.code == 1
    assert refused.err.endswith("(E_APPORTIONMENT)\n")
    assert practice("session", "complete", session).code == 0


def test_what_was_done_is_told_by_history(practice: Command, session: str) -> None:
    practice("session", "complete", session, "--as", "priya")
    practice("session", "reset", session, "--as", "sam")
    told = practice("history", session).out
    for words in ("planned a service for it", "priya completed it", "sam reset it to rostered"):
        assert words in told
