"""US23 (DOMAIN 6): a call about a client is logged; the calendar says when, and neither how nor with whom."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone, master

_TITLE = "Contact C-1042"


def test_us23_contacts(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    office.link("mia", caldav_server, collection_url)
    phone.new_event("Dentist", "20260311T130000", "20260311T140000", tz="America/Chicago")
    office.settle()
    office.at("2026-03-06T15:00-06:00")
    logged = office.ask(
        "session", "add", "--worker", "mia", "--client", "jordan", "--kind", "COLLATERAL_CONTACT", "--medium", "PHONE",
        "--contact-with", "PARENT_GUARDIAN", "--start", "2026-03-06 16:07", "--end", "16:19", "--roster", "--as", "mia",
    )  # fmt: skip
    office.settle()

    event = master(phone.titled(_TITLE))
    assert (event.value("DTSTART"), event.value("DTEND")) == ("20260306T160700", "20260306T161900")
    assert event.value("CATEGORIES") == "Collateral contact"
    for word in (b"phone", b"mother", b"parent", b"guardian", b"jordan"):
        assert word not in phone.titled(_TITLE).body.lower()

    for bill in (
        ("bill", "make", logged["session_id"]),
        ("service", "plan", logged["session_id"], "--service", "physio"),
    ):
        refused = office.attempt(*bill, "--as", "mia")
        assert (refused.code, "E_NOT_BILLABLE" in refused.err) == (1, True)

    phone.delete(phone.titled(_TITLE).uid)
    office.settle()
    assert ("E5", "HELD", "CLIENT_BOOKING_DELETE") in office.judged()
    assert phone.titled(_TITLE)


def test_us23_a_new_client_by_name_only(office: Office) -> None:
    made = office.ask(
        "session", "add", "--worker", "mia", "--new-client", "Ravi K.", "--start", "2026-03-09 10:00",
        "--minutes", "50", "--as", "mia",
    )  # fmt: skip
    (internal_id,) = made["new_clients"]
    shown = office.ask("session", "show", made["session_id"])
    assert [one["client"] for one in shown["attendance"]] == [internal_id]
