"""US19 (DOMAIN 6): a respite bed is booked, kept while its client is in hospital, and delivers the other nights."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.test_us17_assets import HOUSE, link_resource
from tests.phone import Phone, master


def test_us19_beds(office: Office) -> None:
    office.run("practice", "import", str(HOUSE))
    office.at("2026-03-09T09:00+10:30")
    nights = ("--start", "2026-03-20", "--end", "2026-03-23")
    stay = office.ask("bed", "book", "b2", "--client", "eva", *nights, "--nightly", "respite")["booking_id"]

    for client, start, end, code in (
        ("noor", "2026-03-22", "2026-03-23", "E_BED_CONFLICT"),
        ("liam", "2026-04-01", "2026-04-02", "E_BED_LIMITS"),
    ):
        refused = office.attempt("bed", "book", "b2", "--client", client, "--start", start, "--end", end)
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.endswith(f"({code})\n")

    office.at("2026-03-20T15:00+10:30")
    office.run("bed", "check-in", stay)
    away = ("--from", "2026-03-21", "--to", "2026-03-22", "--reason", "hospital")
    office.run("bed", "hold", stay, *away)
    (listed,) = office.ask("bed", "list", "--bed", "b2")
    assert (listed["state"], listed["holds"]) == ("ON_HOLD", ["2026-03-21/2026-03-22"])
    tentative = "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260320T133000Z/20260321T133000Z"
    assert tentative in office.run("busy", "b2", "2026-03-20", "2026-03-25", "--of", "bed", "--ics")
    blocked = office.attempt(
        "bed", "book", "b2", "--client", "noor", "--start", "2026-03-21", "--end", "2026-03-22"
    )
    assert blocked.err.endswith("(E_BED_CONFLICT)\n")

    office.run("bed", "end-hold", stay)
    assert office.ask("bed", "edit", stay, "--end", "2026-03-24")["end"] == "2026-03-24"
    office.at("2026-03-24T10:00+10:30")
    done = office.ask("bed", "check-out", stay)
    assert (done["state"], done["delivered"]) == ("COMPLETED", 3)
    assert office.attempt("bed", "cancel", stay, "--reason", "late").err.endswith("(E_TRANSITION)\n")
    assert "checked somebody out" in office.run("history")


def test_us19_the_calendar_of_a_bed(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.run("practice", "import", str(HOUSE))
    office.at("2026-03-09T09:00+10:30")
    link_resource(office, "bed:b2", caldav_server, collection_url)
    nights = ("--start", "2026-03-20", "--end", "2026-03-23")
    stay = office.ask("bed", "book", "b2", "--client", "eva", *nights)["booking_id"]
    office.settle()
    occupied = phone.only().uid
    office.run("bed", "hold", stay, "--from", "2026-03-21", "--to", "2026-03-22", "--reason", "hospital")
    office.settle()

    away, there = phone.titled("On hold"), phone.resource(occupied)
    assert (master(away).value("STATUS"), master(away).value("TRANSP")) == ("TENTATIVE", "OPAQUE")
    assert (master(away).value("DTSTART"), master(away).value("DTEND")) == ("20260321", "20260322")
    assert master(away).value("RELATED-TO") == occupied
    assert (master(there).value("STATUS"), master(there).value("DTEND")) == ("CONFIRMED", "20260323")

    before = int(master(there).value("SEQUENCE"))
    office.run("bed", "edit", stay, "--end", "2026-03-24")
    office.settle()
    edited = master(phone.resource(occupied))
    assert (edited.value("DTEND"), int(edited.value("SEQUENCE"))) == ("20260324", before + 1)

    phone.delete(occupied)
    office.settle()
    assert [code for code in office.judged() if code[2]] == [("E5", "REFUSED", "READ_ONLY_CALENDAR")]
    assert master(phone.titled("Occupied")).value("DTEND") == "20260324"
    assert all(word not in one.body for one in phone.resources() for word in (b"Eva", b"C-11", b"hospital"))
