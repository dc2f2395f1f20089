"""US20 (DOMAIN 6), what it says of modifiers (R70): 95 comes and goes with the place, unless it was typed."""

from pathlib import Path

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

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
