"""The commands about stays in beds (000-24 to 000-28), as a person sees them."""

import sqlite3
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from tests.unit.diary.test_beds import HOUSE


@pytest.fixture
def house(practice: Command, tmp_path: Path) -> Command:
    """The practice with a house of three beds."""
    file = tmp_path / "house.toml"
    file.write_text(HOUSE, encoding="utf-8")
    assert "bed: 3 added" in practice("practice", "import", str(file)).out
    return practice


def test_us19_a_stay_from_booking_to_check_out(house: Command, home: Path) -> None:
    book = ("bed", "book", "b2", "--client", "eva", "--start", "2026-03-20", "--end", "2026-03-23")
    stay = house(*book, "--nightly", "respite", "--json").json()["booking_id"]

    noor = ("bed", "book", "b2", "--client", "noor", "--start", "2026-03-22", "--end", "2026-03-24")
    assert house(*noor).err.endswith("(E_BED_CONFLICT)\n")
    old = ("bed", "book", "b2", "--client", "old", "--start", "2026-04-01", "--end", "2026-04-03")
    assert house(*old).err.endswith("(E_BED_LIMITS)\n")
    waived = house(*old, "--override", "agreed with the house", "--as", "ada")
    assert (waived.code, "(E_BED_LIMITS)" in waived.err) == (0, True)

    away = ("--from", "2026-03-21", "--to", "2026-03-22", "--reason", "in hospital")
    assert "ON_HOLD" in house("bed", "hold", stay, *away).out
    assert house("bed", "check-in", stay).err.endswith("(E_TRANSITION)\n")
    assert house(*noor).err.endswith("(E_BED_CONFLICT)\n")
    assert "BOOKED" in house("bed", "end-hold", stay[:8]).out
    assert "2026-03-24" in house("bed", "edit", stay, "--end", "2026-03-24").out
    assert "IN_RESIDENCE" in house("bed", "check-in", stay).out
    assert "3 lines delivered" in house("bed", "check-out", stay).out
    assert house("bed", "edit", stay, "--end", "2026-03-25").err.endswith("(E_LOCKED)\n")

    listed = house("bed", "list", "--bed", "b2")
    assert [line.split()[1:] for line in listed.out.splitlines()[1:]] == [
        ["b2", "C-1101", "2026-03-20", "2026-03-24", "4", "COMPLETED", "2026-03-21/2026-03-22"],
        ["b2", "C-1102", "2026-04-01", "2026-04-03", "2", "BOOKED"],
    ]
    database = sqlite3.connect(home / "calendula.sqlite3")
    days = database.execute("SELECT day FROM service_delivered ORDER BY day").fetchall()
    assert days == [("2026-03-20",), ("2026-03-22",), ("2026-03-23",)]
    database.close()


def test_000_26_e_ad_hoc_off_the_practice_decides_about_services_without_agreement(
    house: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = ("bed", "book", "b2", "--client", "eva", "--start", "2026-03-20", "--end", "2026-03-23")
    monkeypatch.setenv("CALENDULA_RULES__AD_HOC_SERVICES", "false")
    assert house(*book, "--service", "linen").err.endswith("(E_AD_HOC_OFF)\n")
    stay = house(*book, "--nightly", "respite", "--json").json()["booking_id"]
    assert house("bed", "edit", stay, "--service", "linen").err.endswith("(E_AD_HOC_OFF)\n")
    monkeypatch.setenv("CALENDULA_RULES__AD_HOC_SERVICES", "true")
    assert house("bed", "edit", stay, "--service", "linen").code == 0


def test_000_27_what_is_private_about_a_stay_is_in_no_list(house: Command) -> None:
    book = ("bed", "book", "b2", "--client", "eva", "--start", "2026-03-20", "--end", "2026-03-23")
    stay = house(*book, "--json").json()["booking_id"]
    house("bed", "hold", stay, "--from", "2026-03-21", "--to", "2026-03-22", "--reason", "in hospital")
    house("bed", "cancel", stay, "--reason", "family came")
    said = "".join(house(*words).out for words in (("bed", "list"), ("bed", "list", "--json"), ("history",)))
    assert "CANCELLED" in said
    assert f"stay {stay[:8]}" in said
    for word in ("Eva", "hospital", "family", "1990"):
        assert word not in said


def test_a_stay_that_is_not_there(house: Command) -> None:
    assert house("bed", "check-in", "abcd").err.endswith("(E_NOT_FOUND)\n")
    assert house("bed", "check-in", "xyz").err.endswith("(E_NOT_FOUND)\n")
    assert house("bed", "edit", "abcd").code == 2
    assert "No stays." in house("bed", "list").out


def test_us19_when_a_bed_is_taken(house: Command) -> None:
    house("bed", "book", "b2", "--client", "eva", "--start", "2026-03-20", "--end", "2026-03-22")
    window = ("b2", "2026-03-01", "2026-04-01")
    assert house("busy", *window, "--of", "bed", "--json").json() == [
        {"start": "2026-03-19T13:30:00+00:00", "end": "2026-03-21T13:30:00+00:00", "fbtype": "BUSY"}
    ]
    assert "FREEBUSY;FBTYPE=BUSY:20260319T133000Z" in house("busy", *window, "--of", "bed", "--ics").out
    assert house("busy", *window).err.endswith("(E_NOT_FOUND)\n")
    assert house("busy", *window, "--of", "sofa").code == 2
