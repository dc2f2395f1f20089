"""US17 (DOMAIN 6): a scheduler shares out a minibus; what a calendar moves onto it comes back."""

from pathlib import Path

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone, master

HOUSE = Path(__file__).parent / "house.toml"
ADD = ("session", "add", "--minutes", "60", "--roster", "--as", "sam", "--site", "west-house")


@pytest.fixture
def equipped(office: Office) -> Office:
    office.run("practice", "import", str(HOUSE))
    office.at("2026-03-09T09:00+10:30")
    return office


def test_us17_a_live_session_and_its_assets(equipped: Office) -> None:
    bus = ("--asset", "minibus")
    first = (*ADD[:2], "--minutes", "120", *ADD[4:], "--worker", "tom", "--client", "liam")
    equipped.run(*first, "--start", "2026-03-16 10:00", *bus)
    eva = (*ADD, "--start", "2026-03-16 11:00", "--worker", "lena", "--client", "eva")

    for more, code in (
        (bus, "E_ASSET_CONFLICT"),
        ((*bus, "--region", "east"), "E_ASSET_REGION"),
        (("--client", "noor", "--work-type", "GROUP"), "E_NOT_SITE_CLIENT"),
    ):
        refused = equipped.attempt(*eva, *more)
        assert (refused.code, refused.out) == (1, "")
        assert refused.err.endswith(f"({code})\n")
    assert equipped.sessions("lena") == []

    saved = equipped.ask(*eva, "--asset", "chair")
    assert saved["warnings"] == []
    (session,) = equipped.sessions("lena")
    assert (session["status"], session["assets"]) == ("ROSTERED", ["chair"])
    window = ("chair", "2026-03-16", "2026-03-17", "--of", "asset")
    vfreebusy = equipped.run("busy", *window, "--ics")
    assert "FREEBUSY;FBTYPE=BUSY:20260316T003000Z/20260316T013000Z" in vfreebusy
    assert "Eva" not in vfreebusy


def test_us17_a_drag_onto_a_taken_minibus_comes_back(
    equipped: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    bus = (*ADD, "--asset", "minibus")
    equipped.run(*bus, "--start", "2026-03-16 10:00", "--worker", "tom", "--client", "liam")
    equipped.run(*bus, "--start", "2026-03-16 12:00", "--worker", "lena", "--client", "eva")
    equipped.link("tom", caldav_server, collection_url, "--level", "initials")
    equipped.settle()
    uid = phone.only().uid
    assert master(phone.only()).value("RESOURCES") == "Minibus"

    phone.drag(uid, "20260316T113000", "20260316T123000")
    equipped.settle()
    assert equipped.judged() == [("E1", "REFUSED", "ASSET_CONFLICT")]
    assert master(phone.only()).value("DTSTART") == "20260316T100000"

    phone.drag(uid, "20260316T110000", "20260316T120000")
    equipped.settle()
    assert ("E1", "APPLIED", "") in equipped.judged()
    assert equipped.starts("tom") == ["2026-03-16T11:00"]
    phone.set(uid, "RESOURCES:Minibus,Trailer")
    equipped.settle()
    assert ("E24", "REFUSED", "CLASS_OWNED") in equipped.judged()
    assert master(phone.only()).value("RESOURCES") == "Minibus"
