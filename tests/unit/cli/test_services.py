"""Planning from the command line: what is printed, and what is refused (000-06, 000-07)."""

from pathlib import Path

import pytest

from tests.agreed import AGREED
from tests.unit.cli.conftest import Command


@pytest.fixture
def agreed(practice: Command, tmp_path: Path) -> Command:
    file = tmp_path / "agreed.toml"
    file.write_text(AGREED, encoding="utf-8")
    assert practice("practice", "import", str(file)).code == 0
    return practice


@pytest.fixture
def session(agreed: Command) -> str:
    """Noor and Liam on Wed 18 March, in the hills."""
    who = (
        "--worker",
        "priya",
        "--client",
        "noor",
        "--client",
        "liam",
        "--work-type",
        "GROUP",
        "--site",
        "hills",
    )
    added = agreed(
        "session", "add", "--start", "2026-03-18 13:00", "--minutes", "60", *who, "--roster", "--json"
    )
    return str(added.json()["session_id"])[:8]


def test_000_06_a_service_is_chosen_planned_listed_and_taken_off_again(agreed: Command, session: str) -> None:
    assert "splint" in agreed("service", "list").out
    chosen = agreed("service", "list", session, "--choices", "--json").json()
    assert [one["service"] for one in chosen] == ["group", "outing"]
    done = agreed("service", "plan", session, "--service", "outing", "--ratio", "1:2", "--travel")
    assert (done.code, done.out) == (0, f"Planned for {session}\n")
    heads, line = agreed("service", "list", session).out.splitlines()
    assert heads.split() == ["service", "ratio", "method", "quantity", "rate", "clients", "travel", "kind"]
    assert line.split() == [
        "outing",
        "1:2",
        "SCHEDULED_TIME",
        "183.99",
        "C-1077,",
        "C-1090",
        "yes",
        "primary",
    ]
    assert agreed("service", "unplan", session, "--service", "outing").code == 0
    assert agreed("service", "list", session).out == "Nothing is planned for it.\n"


def test_e_ad_hoc_off_unless_the_practice_allows_it(
    agreed: Command, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    splint = (
        *("service", "ad-hoc", session, "--service", "splint", "--client", "noor", "--rate", "45"),
        *("--claim-type", "direct", "--method", "fixed-quantity", "--quantity", "1"),
    )
    monkeypatch.setenv("CALENDULA_RULES__AD_HOC_SERVICES", "false")
    refused = agreed(*splint)
    assert refused.code == 1
    assert refused.err.endswith("(E_AD_HOC_OFF)\n")
    monkeypatch.setenv("CALENDULA_RULES__AD_HOC_SERVICES", "true")
    assert agreed(*splint).code == 0
    (found,) = agreed("service", "list", session, "--json").json()
    assert (found["rate"], found["quantity"], found["ad_hoc"], found["clients"]) == (
        "45.00",
        "1.00",
        True,
        ["C-1077"],
    )


def test_001_05_a_non_billable_session_has_no_services(agreed: Command) -> None:
    new = ("--start", "2026-03-18 13:00", "--minutes", "60", "--worker", "priya", "--client", "noor")
    added = agreed("session", "add", *new, "--non-billable", "--json").json()
    refused = agreed("service", "plan", added["session_id"], "--service", "outing")
    assert refused.code == 1
    assert refused.err.endswith("(E_NOT_BILLABLE)\n")


def test_a_ratio_that_is_none_is_wrong_usage(agreed: Command, session: str) -> None:
    assert agreed("service", "plan", session, "--service", "outing", "--ratio", "2:1").code == 2


def test_001_12_a_template_stands_for_service_ratio_and_clients(agreed: Command, session: str) -> None:
    assert agreed("service", "plan", session, "--template", "thursdays").code == 0
    (found,) = agreed("service", "list", session, "--json").json()
    assert (found["service"], found["ratio"], found["clients"]) == ("group", "1:4", ["C-1077", "C-1090"])
    for wrong in (
        (),
        ("--template", "thursdays", "--service", "group"),
        ("--template", "thursdays", "--ratio", "2"),
    ):
        assert agreed("service", "plan", session, *wrong).code == 2
