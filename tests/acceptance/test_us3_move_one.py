"""US3 (DOMAIN 6): a practitioner drags one session of a series to another day, in her own app."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.series import except_for, given_us2
from tests.phone import Phone, overrides


def test_us3_move_one(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    office.at("2026-03-10T12:00+10:30")

    phone.drag_occurrence(uid, "20260317T100000", "20260318T111500", "20260318T121500")
    office.settle()

    assert office.starts("priya") == except_for(("2026-03-17T10:00", "2026-03-18T11:15"))
    assert {one["status"] for one in office.sessions("priya")} == {"ROSTERED"}
    assert office.judged() == [("E2", "APPLIED", "")]
    (override,) = overrides(phone.resource(uid).calendar)
    assert override.value("RECURRENCE-ID") == "20260317T100000"
    assert override.value("DTSTART") == "20260318T111500"
    assert len(phone.starts("2026-03-01", "2026-05-01")) == 8
    assert "E2" in office.run("history", uid)
