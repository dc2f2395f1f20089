"""What planned sessions deliver, from the command line (001-12)."""

from pathlib import Path

import pytest

from tests.agreed import AGREED
from tests.unit.cli.conftest import Command

_SLOT = (
    *("--day", "MO", "--start", "10:00", "--minutes", "60", "--group", "--site", "hills"),
    *("--worker", "tom", "--client", "noor", "--client", "liam"),
)


@pytest.fixture
def house(practice: Command, tmp_path: Path) -> Command:
    """A week with one session, as a draft."""
    file = tmp_path / "agreed.toml"
    file.write_text(AGREED, encoding="utf-8")
    for words in (
        ("practice", "import", str(file)),
        ("roster", "base", "add", "House", "--weeks", "1", "--start", "2026-03-02"),
        ("roster", "base", "slot", "House", *_SLOT),
    ):
        assert practice(*words).code == 0
    return practice


def test_001_12_services_are_planned_on_bases_and_periods_and_taken_off_again(house: Command) -> None:
    slot = house("roster", "base", "show", "House", "--json").json()[0]["id"]
    planned = house("roster", "base", "plan", "House", slot[:8], "--service", "outing", "--travel")
    assert (planned.code, planned.out) == (0, f"Planned for {slot[:8]} of House: outing\n")
    assert "outing 1:2" in house("roster", "base", "show", "House").out
    house("roster", "base", "finalise", "House")
    house("roster", "period", "create", "House", "--start", "2026-03-16")
    period = house("roster", "period", "list", "--json").json()[0]["id"][:8]
    mine = house("roster", "period", "show", period, "--json").json()[0]
    assert mine["services"] == ["outing 1:2"]
    assert house("roster", "period", "unplan", period, mine["id"], "--service", "outing").code == 0
    group = ("--service", "group", "--ratio", "1:4", "--client", "noor")
    assert house("roster", "period", "plan", period, mine["id"], *group).code == 0
    assert "group 1:4" in house("roster", "period", "show", period).out
    assert house("roster", "period", "validate", period).code == 0
    assert house("roster", "publish", period).code == 0
    session = house("session", "list", "--json").json()[0]["id"]
    assert [(one["service"], one["rate"]) for one in house("service", "list", session, "--json").json()] == [
        ("group", "40.00")
    ]


def test_001_12_what_was_not_agreed_is_refused_with_its_code(house: Command) -> None:
    slot = house("roster", "base", "show", "House", "--json").json()[0]["id"]
    refused = house("roster", "base", "plan", "House", slot, "--service", "splint")
    assert (refused.code, refused.err.strip().endswith("(E_AGREEMENT)")) == (1, True)
    refused = house("roster", "base", "unplan", "House", slot, "--service", "splint")
    assert (refused.code, refused.err.strip().endswith("(E_SERVICE)")) == (1, True)


def test_a_roster_has_a_budget_that_is_shown_and_held_against_what_is_planned(house: Command) -> None:
    new = ("roster", "base", "add", "Dear", "--weeks", "1", "--start", "2026-03-02", "--budget")
    assert house(*new, "lots").err.strip().endswith("(E_AMOUNT)")
    assert house(*new, "300").code == 0
    house("roster", "base", "slot", "Dear", *_SLOT, "--minutes", "120")
    slot = house("roster", "base", "show", "Dear", "--json").json()[0]["id"]
    house("roster", "base", "plan", "Dear", slot, "--service", "outing")
    assert house("roster", "base", "show", "Dear").out.endswith("Budget: 300.00\n")
    assert "Budget" not in house("roster", "base", "show", "House").out
    assert "300.00" in house("roster", "base", "list").out
    house("roster", "base", "finalise", "Dear")
    for more in ((), ("--budget", "400.50")):
        start = "2026-03-23" if more else "2026-03-16"
        assert house("roster", "period", "create", "Dear", "--start", start, *more).code == 0
    mine, own = (one["id"] for one in house("roster", "period", "list", "--json").json())
    assert house("roster", "period", "show", mine).out.endswith("Budget: 300.00; planned so far: 367.98\n")
    told = house("roster", "period", "validate", mine).out
    assert "BUDGET" in told
    assert "What is planned costs 367.98, and the budget is 300.00: take sessions or services off" in told
    assert "nothing is wrong" in house("roster", "period", "validate", own).out
    assert [one["budget_cents"] for one in house("roster", "period", "list", "--json").json()] == [
        30000,
        40050,
    ]
