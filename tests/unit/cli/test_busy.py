"""`busy`: what others may see, what is only for the office, and what does not go together (US25, H5)."""

import pytest

from tests.unit.cli.conftest import Command

DAY = ("priya", "2026-03-13", "2026-03-14")


@pytest.fixture
def hours(practice: Command) -> Command:
    assert practice("availability", "set", "priya", "MO-FR 09:05-17:00", "--from", "2026-03-02").code == 0
    return practice


def test_it_is_written_as_hours_and_explained_by_their_id(hours: Command) -> None:
    (known,) = hours("availability", "list", "priya", "--json").json()
    text = hours("busy", *DAY, "--availability").out
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "DTSTART;TZID=Australia/Adelaide:20260302T090500" in text
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" in text
    assert "priya" not in text.lower()
    rows = hours("busy", *DAY, "--why", "--json").json()
    assert [(one["fbtype"], one["because"]) for one in rows] == [
        ("BUSY-UNAVAILABLE", [f"outside the weekly hours {known['ref']}"]),
        ("FREE", [f"weekly hours {known['ref']}"]),
        ("BUSY-UNAVAILABLE", [f"outside the weekly hours {known['ref']}"]),
    ]
    assert f"weekly hours {known['ref']}" in hours("busy", *DAY, "--why").out


def test_003_01_what_can_be_booked_is_another_answer_and_empty_while_booking_is_off(hours: Command) -> None:
    text = hours("busy", *DAY, "--bookable").out
    assert text.count("BEGIN:VAVAILABILITY") == 1
    assert "BEGIN:AVAILABLE" not in text


def test_h5_it_is_rounded_for_others(hours: Command) -> None:
    assert "/20260312T223500Z" in hours("busy", *DAY, "--ics").out
    assert "/20260312T224500Z" in hours("busy", *DAY, "--ics", "--round", "15").out
    refused = hours("busy", *DAY, "--round", "7")
    assert (refused.code, "E_ROUND" in refused.err) == (1, True)


@pytest.mark.parametrize(
    "options",
    [
        ("--ics", "--json"),
        ("--ics", "--why"),
        ("--availability", "--json"),
        ("--why", "--round", "15"),
        ("--of", "room", "--why"),
        ("--of", "room", "--availability"),
        ("--of", "room", "--bookable"),
        ("--availability", "--bookable"),
        ("--bookable", "--round", "15"),
    ],
)
def test_what_does_not_go_together_is_refused(practice: Command, options: tuple[str, ...]) -> None:
    assert practice("busy", *DAY, *options).code == 2
