"""US8 (DOMAIN 6): what a practitioner makes herself blocks her time, and frees it again; nobody learns why."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

_WEDNESDAY = ("2026-03-11", "2026-03-12")


def test_us8_other_event(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    office.at("2026-03-09T09:00-05:00")
    office.link("mia", caldav_server, collection_url)
    office.sync()

    uid = phone.new_event("Dentist", "20260311T130000", "20260311T140000", tz="America/Chicago")
    office.settle()

    (event,) = office.ask("event", "list", "mia", *_WEDNESDAY)
    assert (event["uid"], event["start"][:16], event["end"][:16]) == (
        uid,
        "2026-03-11T13:00",
        "2026-03-11T14:00",
    )
    assert (event["transp"], event["all_day"]) == ("OPAQUE", False)
    (block,) = office.ask("busy", "mia", *_WEDNESDAY)
    assert (block["start"], block["end"]) == ("2026-03-11T18:00:00+00:00", "2026-03-11T19:00:00+00:00")
    assert block["fbtype"] == "BUSY"
    for shown in (office.run("busy", "mia", *_WEDNESDAY), office.run("busy", "mia", *_WEDNESDAY, "--ics")):
        assert "BUSY" in shown
        assert "dentist" not in shown.lower()
    colleague = office.run("event", "list", "mia", *_WEDNESDAY, "--as", "tom")
    assert ("Busy" in colleague, "dentist" in colleague.lower()) == (True, False)
    assert "Dentist" in office.run("event", "list", "mia", *_WEDNESDAY, "--as", "mia")
    assert office.sessions("mia") == []
    assert office.judged() == [("E17", "APPLIED", "")]

    phone.set(uid, "TRANSP:TRANSPARENT")
    office.settle()

    (event,) = office.ask("event", "list", "mia", *_WEDNESDAY)
    assert event["transp"] == "TRANSPARENT"
    assert office.ask("busy", "mia", *_WEDNESDAY) == []
    assert office.judged() == [("E17", "APPLIED", ""), ("E12", "APPLIED", "")]
    assert phone.master(uid).value("TRANSP") == "TRANSPARENT"
    assert phone.master(uid).value("SUMMARY") == "Dentist"
