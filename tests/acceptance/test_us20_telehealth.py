"""US20 (DOMAIN 6): the modifier 95 comes and goes with the place, unless it was typed (R70); link, zone and room."""

from pathlib import Path

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.test_us17_assets import link_resource
from tests.phone import Phone, master

_PLACES = """
[[site]]
id = "telehealth"
code = "TEL"
name = "Telehealth at home"
tz = "America/Chicago"
pos_code = "10"
"""


def test_us20_modifiers_follow_the_place(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, tmp_path: Path
) -> None:
    office.at("2026-03-02T08:00-06:00")
    places = tmp_path / "places.toml"
    places.write_text(_PLACES, encoding="utf-8")
    office.run("practice", "import", str(places))
    office.link("mia", caldav_server, collection_url)
    url = "https://video.example/mia"
    session = office.ask(
        *("session", "add", "--start", "2026-03-10 11:00", "--minutes", "50", "--tz", "America/New_York"),
        *("--worker", "mia", "--client", "jordan", "--site", "telehealth", "--url", url, "--roster"),
    )["session_id"]
    office.settle()
    assert office.ask("session", "show", session)["modifiers"] == ["95"]
    (uid,) = phone.uids()
    assert phone.master(uid).value("CONFERENCE") == url

    office.run("session", "place", session, "--site", "chicago", "--url", "")
    office.settle()
    shown = office.ask("session", "show", session)
    assert (shown["modifiers"], shown["place_of_service"]) == ([], "11")
    assert phone.master(uid).value("CONFERENCE") == ""
    assert phone.master(uid).lines("DTSTART") == ["DTSTART;TZID=America/New_York:20260310T110000"]

    office.run("session", "modifiers", session, "95")
    office.run("session", "place", session, "--site", "telehealth")
    assert office.ask("session", "show", session)["modifiers"] == ["95"]
    office.run("session", "place", session, "--site", "chicago")
    assert office.ask("session", "show", session)["modifiers"] == ["95"]

    office.run("session", "modifiers", session, "GT", "HO", "25", "59")
    refused = office.attempt("session", "place", session, "--site", "telehealth")
    assert (refused.code, "E_MODIFIERS" in refused.err) == (1, True)
    assert office.ask("session", "show", session)["place_of_service"] == "11"


def test_us20_link_zone_and_room(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", caldav_server, collection_url)
    add = ("session", "add", "--tz", "America/New_York", "--roster")
    taken = (*add, "--worker", "sam", "--client", "eva", "--minutes", "30")
    office.run(*taken, "--start", "2026-03-10 11:30", "--room", "room-2")
    office.run(*taken, "--start", "2026-03-10 12:00", "--room", "room-3")
    who = ("--worker", "mia", "--client", "jordan", "--minutes", "50", "--location-type", "TELEHEALTH")
    url = "https://video.example/mia"
    session = office.ask(*add, *who, "--start", "2026-03-10 11:00", "--url", url)["session_id"]
    office.settle()
    (uid,) = phone.uids()

    phone.set(uid, "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:https://elsewhere.example/x")
    office.settle()
    assert phone.master(uid).value("CONFERENCE") == url
    known = office.judged()
    assert known == [("E23", "REFUSED", "URL_OWNED")]

    same = ("DTSTART;TZID=America/Chicago:20260310T100000", "DTEND;TZID=America/Chicago:20260310T105000")
    phone.set(uid, *same)
    office.settle()
    assert (office.judged(), office.starts("mia")) == (known, ["2026-03-10T11:00"])

    refused = office.attempt("session", "place", session, "--room", "room-2")
    assert (refused.code, "E_ROOM_CONFLICT" in refused.err) == (1, True)
    office.run("session", "place", session, "--room", "room-3", "--url", "")
    office.settle()
    phone.drag(uid, "20260310T103000", "20260310T112000")
    office.settle()
    assert office.judged()[-1] == ("E1", "REFUSED", "ROOM_CONFLICT")
    assert office.starts("mia") == ["2026-03-10T11:00"]


def test_us20_the_rooms_calendar_shows_occupied(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    """Office needs a room: Room 2 is taken from 11:30 to 12:00, Room 3 is accepted and says that it is taken."""
    office.at("2026-03-02T08:00-06:00")
    office.run(
        "link", "add", "sam", "--role", "resource", "--of", "room:room-3", "--url", caldav_server.url,
        "--user", caldav_server.user, "--calendar", collection_url, "--password-stdin",
        stdin=f"{caldav_server.password}\n",
    )  # fmt: skip
    add = ("session", "add", "--tz", "America/New_York", "--roster", "--minutes")
    office.run(
        *add, "30", "--start", "2026-03-10 11:30", "--room", "room-2", "--worker", "sam", "--client", "eva"
    )
    who = ("--worker", "mia", "--client", "jordan", "--location-type", "TELEHEALTH")
    session = office.ask(*add, "50", "--start", "2026-03-10 11:00", *who)["session_id"]
    office.settle()
    assert phone.uids() == []

    refused = office.attempt("session", "place", session, "--room", "room-2")
    assert (refused.code, "E_ROOM_CONFLICT" in refused.err) == (1, True)
    office.run("session", "place", session, "--room", "room-3")
    office.settle()
    shown = master(phone.only())
    assert (shown.value("SUMMARY"), shown.value("TRANSP")) == ("Occupied", "OPAQUE")
    assert (shown.value("DTSTART"), shown.value("DTEND")) == ("20260310T110000", "20260310T115000")
    for word in (b"C-1042", b"Jordan", b"Mia", b"Room"):
        assert word not in phone.only().body

    phone.drag(phone.only().uid, "20260310T103000", "20260310T112000")
    office.settle()
    assert office.judged() == [("E1", "REFUSED", "READ_ONLY_CALENDAR")]
    assert master(phone.only()).value("DTSTART") == "20260310T110000"


def test_us20_the_calendar_of_the_room_shows_occupied(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.at("2026-03-02T08:00-06:00")
    link_resource(office, "room:room-3", caldav_server, collection_url)
    session = office.ask(
        "session", "add", "--tz", "America/New_York", "--roster", "--worker", "mia", "--client", "jordan",
        "--start", "2026-03-10 11:00", "--minutes", "50", "--location-type", "TELEHEALTH",
    )["session_id"]  # fmt: skip
    office.settle()
    assert phone.uids() == []

    office.run("session", "place", session, "--room", "room-3")
    office.settle()
    shown = master(phone.only())
    assert (shown.value("SUMMARY"), shown.value("TRANSP")) == ("Occupied", "OPAQUE")
    assert phone.starts("2026-03-01", "2026-04-01") == ["2026-03-10 15:00"]
    for word in (b"jordan", b"c-1042", b"mia"):
        assert word not in phone.only().body.lower()
