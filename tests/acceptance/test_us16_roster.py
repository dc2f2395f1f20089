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
BREAK = ("--activity", "BREAK 11:00-11:30")


@pytest.fixture
def house(office: Office) -> Office:
    """Two weeks from a Monday, Tom with Liam and the minibus on both, and a break from 11:00 to 11:30."""
    office.run("practice", "import", str(HOUSE))
    office.at("2026-03-09T09:00+10:30")
    office.run("roster", "base", "add", BASE, "--weeks", "2", "--start", "2026-03-02")
    for week in ("1", "2"):
        day = ("--week", week, "--day", "MO", "--start", "07:00")
        office.run("roster", "base", "slot", BASE, *day, *SLOT, *BREAK)
    office.run("roster", "base", "finalise", BASE)
    return office


def _starts(phone: Phone) -> list[str]:
    return sorted(master(one).value("DTSTART") for one in phone.resources())


def test_us16_roster(house: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    house.link("tom", caldav_server, collection_url, "--level", "initials")
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
    said = {
        master(one).value("DTSTART"): "".join(master(one).lines("DESCRIPTION")) for one in phone.resources()
    }
    assert {start: "Break 11:00-11:30" in text for start, text in said.items()} == {
        "20260316T070000": True, "20260318T090000": False, "20260323T070000": True,
    }  # fmt: skip
    (monday, *_) = house.sessions("tom")
    assert house.ask("session", "show", monday["id"])["activities"] == ["BREAK tom 11:00-11:30 unpaid"]


def test_us16_a_day_is_not_shortened_below_its_break(
    house: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    house.link("tom", caldav_server, collection_url, "--level", "initials")
    _publish(house)
    (monday, *_) = house.sessions("tom")
    refused = house.attempt("session", "move", monday["id"], "--end", "11:15")
    assert (refused.code, refused.err.endswith("(E_ACTIVITY_OUTSIDE)\n")) == (1, True)
    house.run("session", "activities", monday["id"], "BREAK 10:30-11:00")
    house.run("session", "move", monday["id"], "--end", "11:15")
    house.settle()
    assert "Break 10:30-11:00" in "".join(master(one).value("DESCRIPTION") for one in phone.resources())


def _publish(house: Office) -> None:
    house.run("roster", "period", "create", BASE, "--start", "2026-03-16")
    (period,) = house.ask("roster", "period", "list")
    house.run("roster", "period", "validate", period["id"])
    house.run("roster", "publish", period["id"])
    house.settle()


def test_us16_001_17_a_shift_and_a_session_that_stays_in_it(
    house: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    house.link("tom", caldav_server, collection_url)
    add = ("session", "add", "--worker", "tom", "--roster")
    shift = house.ask(*add, "--kind", "shift", "--start", "2026-03-18 07:00", "--minutes", "480")[
        "session_id"
    ]
    hour = house.ask(*add, "--client", "liam", "--start", "2026-03-18 09:00", "--minutes", "60")["session_id"]
    house.run("session", "shift", hour, "--in", shift)
    house.settle()
    (uid,) = [one.uid for one in phone.resources() if master(one).value("SUMMARY") == "Shift"]
    phone.drag(uid, "20260318T093000", "20260318T150000")
    house.settle()
    assert [one[1:] for one in house.judged()] == [("REFUSED", "OUTSIDE_SHIFT")]
    refused = house.attempt("session", "move", hour, "--start", "2026-03-18 14:30")
    assert (refused.code, refused.err.endswith("(E_OUTSIDE_SHIFT)\n")) == (1, True)
    house.run("session", "shift", hour, "--out")
    house.run("session", "move", hour, "--start", "2026-03-18 14:30")
    assert _starts(phone) == ["20260318T070000", "20260318T090000"]
    house.settle()
    assert _starts(phone) == ["20260318T070000", "20260318T143000"]


def test_us17_what_a_roster_made_is_held_when_it_is_dragged(
    house: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    house.link("tom", caldav_server, collection_url)
    _publish(house)
    (uid,) = [one.uid for one in phone.resources() if master(one).value("DTSTART") == "20260316T070000"]

    phone.drag(uid, "20260316T080000", "20260316T160000")
    house.settle()

    assert house.judged() == [("E1", "HELD", "ROSTER_SESSION")]
    assert "20260316T070000" in _starts(phone)
