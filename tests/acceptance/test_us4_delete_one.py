"""US4 (DOMAIN 6): a deletion of a booked session is held and undone, until somebody says what it means."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.series import WALL_TIMES, given_us2
from tests.phone import Phone, override_at

_24_MARCH = "2026-03-24T10:00"


def test_us4_delete_one(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    office.at("2026-03-20T08:05+10:30")

    phone.delete_occurrence(uid, "20260324T100000")
    office.settle()

    waiting = override_at(phone.resource(uid), "20260324T100000")
    assert waiting.value("DESCRIPTION").startswith("Change waiting: confirm in the app")
    assert len(phone.starts("2026-03-01", "2026-05-01")) == 8
    assert office.starts("priya") == WALL_TIMES
    assert {one["status"] for one in office.sessions("priya")} == {"ROSTERED"}
    assert office.judged() == [("E4", "HELD", "CLIENT_BOOKING_DELETE")]
    assert office.status()["waiting"] == 1

    (held,) = office.ask("changes", "list")
    how = ("--as-worker", "--advised", "2026-03-20 08:00", "--reason", "worker-training")
    office.run("changes", "confirm", held["ref"], *how, "--as", "priya")
    office.settle()

    by_start = {one["start"][:16]: one for one in office.sessions("priya")}
    cancelled = by_start.pop(_24_MARCH)
    assert (cancelled["status"], cancelled["needs_reschedule"]) == ("CANCELLED", True)
    (why,) = office.ask("session", "show", cancelled["id"])["cancellations"]
    assert (why["by"], why["reason"], why["recorded_by"]) == ("WORKER", "worker-training", "priya")
    assert (why["outcome"], why["amount"]) == ("NOT_BILLABLE", "0.00")
    assert why["advised_at"].startswith("2026-03-19T21:30")
    assert {one["status"] for one in by_start.values()} == {"ROSTERED"}
    assert not any(one["needs_reschedule"] for one in by_start.values())
    marked = override_at(phone.resource(uid), "20260324T100000")
    assert (marked.value("STATUS"), marked.value("TRANSP")) == ("CANCELLED", "TRANSPARENT")
    assert marked.value("SUMMARY") == "Cancelled – Session C-1077"
    assert "Change waiting" not in marked.value("DESCRIPTION")
    assert b"training" not in phone.resource(uid).body.lower()
