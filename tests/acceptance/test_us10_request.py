"""US10 (DOMAIN 6): a client asks, the practice answers; until then nobody moves it, and staff go on planning."""

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.test_us9_book_online import mailed, opened
from tests.phone import Phone

ASK = '[booking]\nallow = true\nmode = "request"\n'
TEN = ("booking", "book", "psychotherapy", "--worker", "mia", "--start", "2026-03-10 10:00")


@pytest.fixture
def asked(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> str:
    """Eva asks for Tuesday at ten; the id of her request."""
    opened(office, more=ASK)
    office.link("mia", caldav_server, collection_url)
    office.sync()
    done = office.ask(*TEN, "--client", "eva")
    assert done["state"] == "REQUESTED"
    office.settle()
    return str(done["request"])


def test_us10_a_request_is_a_tentative_block_that_nobody_drags(
    office: Office, asked: str, phone: Phone
) -> None:
    event = phone.master()
    assert (event.value("STATUS"), event.value("TRANSP"), event.value("SUMMARY")) == (
        "TENTATIVE",
        "OPAQUE",
        "Request",
    )
    assert "Eva" not in event.text()
    assert "C-1101" not in event.text()
    (busy,) = office.ask("busy", "mia", "2026-03-10", "2026-03-11")
    assert (busy["fbtype"], busy["start"]) == ("BUSY-TENTATIVE", "2026-03-10T15:00:00+00:00")

    refused = office.attempt(*TEN, "--client", "liam")
    assert (refused.code, "E_SLOT_TAKEN" in refused.err) == (1, True)
    office.run(
        "session",
        "add",
        "--client",
        "jordan",
        "--worker",
        "mia",
        "--start",
        "2026-03-10 10:00",
        "--minutes",
        "30",
    )

    phone.drag(phone.only().uid, "20260310T150000", "20260310T155000")
    office.settle()
    assert [(state, reason) for _, state, reason in office.judged()] == [("REFUSED", "REQUEST_PENDING")]
    assert (phone.master().value("SUMMARY"), phone.master().value("DTSTART")) == (
        "Request",
        "20260310T100000",
    )

    phone.delete(phone.only().uid)
    office.settle()
    assert office.judged()[-1][1:] == ("REFUSED", "REQUEST_PENDING")
    assert phone.master().value("SUMMARY") == "Request"
    assert [one["state"] for one in office.ask("booking", "list")] == ["PENDING"]


def test_us10_accepted_at_five_past_ten(office: Office, asked: str, phone: Phone) -> None:
    office.run("booking", "accept", asked, "--start", "2026-03-10 10:05")
    office.settle()

    (session,) = office.sessions("mia")
    assert (session["status"], session["start"][:16]) == ("ROSTERED", "2026-03-10T10:05")
    event = phone.master()
    assert (event.value("DTSTART"), event.value("STATUS")) == ("20260310T100500", "CONFIRMED")
    assert event.value("SUMMARY") == "Session C-1101"
    assert mailed(office) == [("REQUEST_ACCEPTED", "client"), ("REQUEST_MADE", "worker")]


def test_us10_declined_with_a_message(office: Office, asked: str, phone: Phone) -> None:
    office.run("booking", "decline", asked, "--message", "Please try Thursday")
    office.settle()

    assert phone.uids() == []
    assert office.sessions("mia") == []
    (told,) = office.look(
        "SELECT parameters FROM message WHERE kind = 'REQUEST_DECLINED' AND client_id IS NOT NULL"
    )
    assert '"words":"Please try Thursday"' in str(told[0])
    (one,) = office.ask("booking", "list")
    assert (one["state"], one["message"]) == ("DECLINED", "Please try Thursday")
    left = office.ask("slots", "psychotherapy", "--worker", "mia")
    assert [one["start"][11:16] for one in left] == ["10:00", "11:00"]  # it is past nine on Monday by now


def test_us10_withdrawn_and_expired(office: Office, asked: str) -> None:
    office.run("booking", "withdraw", asked, "--client", "eva")
    again = office.ask(*TEN, "--client", "liam")["request"]
    office.at("2026-03-10T10:00-05:00")
    refused = office.attempt("booking", "accept", again)
    assert (refused.code, "E_TRANSITION" in refused.err) == (1, True)
