"""US16 (DOMAIN 6): a roster period is made from its base, changed, validated, published; only then calendars see it."""

from pathlib import Path

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone, master

HOUSE = Path(__file__).parent / "house.toml"
BASE = "West house"
SLOT = (
    "--minutes",
    "480",
    "--worker",
    "tom",
    "--client",
    "liam",
    "--asset",
    "minibus",
    "--site",
    "west-house",
)


@pytest.fixture
def house(office: Office) -> Office:
    """Two weeks from a Monday, Tom with Liam and the minibus on both."""
    office.run("practice", "import", str(HOUSE))
    office.at("2026-03-09T09:00+10:30")
    office.run("roster", "base", "add", BASE, "--weeks", "2", "--start", "2026-03-02")
    for week in ("1", "2"):
        office.run("roster", "base", "slot", BASE, "--week", week, "--day", "MO", "--start", "07:00", *SLOT)
    office.run("roster", "base", "finalise", BASE)
    return office


def _starts(phone: Phone) -> list[str]:
    return sorted(master(one).value("DTSTART") for one in phone.resources())


def test_us16_roster(house: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    house.link("tom", caldav_server, collection_url)
    refused = house.attempt("roster", "period", "create", BASE, "--start", "2026-03-17")
    assert (refused.code, refused.err.endswith("(E_PERIOD_ALIGN)\n")) == (1, True)
    house.run("roster", "period", "create", BASE, "--start", "2026-03-16")
    (period,) = house.ask("roster", "period", "list")
    one_off = (
        "--day",
        "2026-03-18",
        "--start",
        "09:00",
        "--minutes",
        "60",
        "--worker",
        "tom",
        "--client",
        "eva",
    )
    house.run("roster", "period", "add", period["id"], *one_off)

    house.run("roster", "base", "draft", BASE)
    for slot in house.ask("roster", "base", "show", BASE):
        house.run("roster", "base", "remove", BASE, slot["id"])
    house.run("roster", "base", "slot", BASE, "--day", "MO", "--start", "08:00", *SLOT)
    house.run("roster", "base", "finalise", BASE)

    refused = house.attempt("roster", "publish", period["id"])
    assert (refused.code, refused.err.endswith("(E_NOT_VALIDATED)\n")) == (1, True)
    assert house.ask("roster", "period", "validate", period["id"]) == []
    house.settle()
    assert _starts(phone) == []

    assert house.ask("roster", "publish", period["id"])["made"] == 3
    assert house.ask("roster", "publish", period["id"])["made"] == 0
    house.settle()
    assert _starts(phone) == ["20260316T070000", "20260318T090000", "20260323T070000"]
    assert {session["assets"][0] for session in house.sessions("tom") if session["assets"]} == {"minibus"}


def test_us17_what_a_roster_made_is_held_when_it_is_dragged(
    house: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    house.link("tom", caldav_server, collection_url)
    house.run("roster", "period", "create", BASE, "--start", "2026-03-16")
    (period,) = house.ask("roster", "period", "list")
    house.run("roster", "period", "validate", period["id"])
    house.run("roster", "publish", period["id"])
    house.settle()
    (uid,) = [one.uid for one in phone.resources() if master(one).value("DTSTART") == "20260316T070000"]

    phone.drag(uid, "20260316T080000", "20260316T160000")
    house.settle()

    assert house.judged() == [("E1", "HELD", "ROSTER_SESSION")]
    assert "20260316T070000" in _starts(phone)
