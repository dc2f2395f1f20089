"""US11 (DOMAIN 6): a client cancels late by herself; it is allowed, it costs, and the practitioner lowers the fee."""

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.test_us9_book_online import acknowledged
from tests.phone import Phone

RULES = """
[fees]
no_show_cents = 10000
[booking]
allow = true
allow_resched_cancel = true
policy_text = "Later than a day before, 100 dollars are due."
"""
LATE = ("--client", "eva", "--reason", "client-late")


@pytest.fixture
def booked(office: Office) -> str:
    """Psychotherapy of $150 with Eva on Tuesday at nine; the id of the session."""
    office.configure(RULES)
    office.at("2026-03-09T08:00-05:00")
    office.run(
        "booking",
        "type",
        "add",
        "therapy",
        "--name",
        "Therapy",
        "--minutes",
        "45",
        "--service",
        "psychotherapy",
    )
    office.run("booking", "window", "add", "mia", "--start", "2026-03-10 09:00", "--end", "12:00")
    words = ("--worker", "mia", "--start", "2026-03-10 09:00", "--client", "eva", "--acknowledge")
    return str(office.ask("booking", "book", "therapy", *words)["session"])


def test_us11_late_self_cancel(
    office: Office, booked: str, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.link("mia", caldav_server, collection_url)
    office.sync()
    office.at("2026-03-10T06:00-05:00")
    refused = office.attempt("booking", "cancel", booked, *LATE)
    assert (refused.code, "E_POLICY_ACK" in refused.err, "100 dollars" in refused.err) == (1, True, True)
    done = office.ask("booking", "cancel", booked, *LATE, "--acknowledge")
    assert (done["state"], done["amount_cents"]) == ("CANCELLED", 10000)
    assert [action for action, at in acknowledged(office) if at is not None] == ["book", "cancel"]

    (session,) = office.sessions("mia")
    assert (session["status"], session["needs_reschedule"]) == ("CANCELLED", True)
    assert office.look("SELECT rate_cents FROM planned_service") == [(15000,)]
    assert office.look("SELECT advised_at, outcome, amount_cents FROM cancellation") == [
        ("2026-03-10 11:00:00.000000", "BILLABLE", 10000)
    ]
    office.settle()
    assert phone.master().value("STATUS") == "CANCELLED"
    assert "late" not in phone.master().text().lower()
    assert office.look("SELECT COUNT(*) FROM message WHERE kind = 'BOOKING_CANCELLED'") == [(2,)]

    office.run("session", "fee", booked, "--client", "eva", "--cents", "6000", "--note", "Individual rate")
    assert office.look("SELECT amount_cents, fee_note FROM cancellation") == [(6000, "Individual rate")]
    bill = office.ask("bill", "make", booked)
    assert (bill["total_cents"], len(bill["lines"])) == (6000, 1)
    assert office.ask("bill", "superbill", bill["ref"]) == []


def test_us11_exactly_a_day_before_is_free(office: Office, booked: str) -> None:
    office.at("2026-03-09T09:00-05:00")
    done = office.ask("booking", "cancel", booked, *LATE, "--acknowledge")
    assert (done["state"], done["amount_cents"]) == ("CANCELLED", 0)


def test_us11_a_client_takes_another_time_although_it_is_late(office: Office, booked: str) -> None:
    office.configure(RULES + "cutoff_min = 0\n")
    office.at("2026-03-10T06:00-05:00")
    words = ("--start", "2026-03-10 10:30", "--client", "eva", "--acknowledge")
    assert office.ask("booking", "move", booked, *words)["state"] == "MOVED"
    (session,) = office.sessions("mia")
    assert session["start"][:16] == "2026-03-10T10:30"
