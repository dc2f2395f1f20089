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


def test_us17_a_drag_of_what_is_on_the_live_schedule_waits(
    equipped: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    equipped.run(*ADD, "--live", "--start", "2026-03-16 10:00", "--worker", "tom", "--client", "liam")
    equipped.link("tom", caldav_server, collection_url)
    equipped.settle()

    phone.drag(phone.only().uid, "20260316T110000", "20260316T120000")
    equipped.settle()

    assert equipped.judged() == [("E1", "HELD", "ROSTER_SESSION")]
    assert master(phone.only()).value("DTSTART") == "20260316T100000"
    assert equipped.starts("tom") == ["2026-03-16T10:00"]


def link_resource(office: Office, of: str, server: Server, calendar: str) -> None:
    """Let a calendar show when something is taken; sam looks after it."""
    office.run(
        "link", "add", "sam", "--role", "resource", "--of", of, "--url", server.url, "--user", server.user,
        "--calendar", calendar, "--password-stdin", stdin=f"{server.password}\n",
    )  # fmt: skip


def test_us17_the_chairs_calendar_shows_occupied(
    equipped: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    link_resource(equipped, "asset:chair", caldav_server, collection_url)
    eva = (*ADD, "--worker", "lena", "--client", "eva", "--asset", "chair")
    equipped.run(*eva, "--start", "2026-03-16 11:00")
    equipped.settle()
    shown = master(phone.only())
    assert (shown.value("SUMMARY"), shown.value("TRANSP")) == ("Occupied", "OPAQUE")
    assert shown.value("DTSTART") == "20260316T110000"
    for word in (b"Eva", b"C-11", b"Lena", b"chair", b"Shower", b"WST"):
        assert word not in phone.only().body

    phone.drag(phone.only().uid, "20260316T150000", "20260316T160000")
    phone.set(phone.only().uid, "SUMMARY:Mine")
    equipped.settle()
    back = master(phone.only())
    assert (back.value("SUMMARY"), back.value("DTSTART")) == ("Occupied", "20260316T110000")
    assert {code[1:] for code in equipped.judged()} == {("REFUSED", "READ_ONLY_CALENDAR")}
    assert equipped.starts("lena") == ["2026-03-16T11:00"]
    (link,) = equipped.ask("link", "list")
    assert (link["ref"], link["role"], link["of"]) == ("chair", "RESOURCE", "asset:chair")
