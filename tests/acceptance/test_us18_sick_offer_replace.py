"""US18 (DOMAIN 6): a worker is sick, the session is offered to others, and one of them takes its place."""

import sqlite3

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.two_calendars import Pair, two_calendars
from tests.phone import Resource, master

_MONDAY = "20260316T070000"
_BLOCKED = '[[blocklist]]\nid = "ada-liam"\nworker = "ada"\nclient = "liam"\n'


def given_toms_monday(office: Office, pair: Pair) -> str:
    """Tom and Liam, Monday 16 March from seven to three, in Tom's calendar."""
    blocked = office.folder / "blocked.toml"
    blocked.write_text(_BLOCKED, encoding="utf-8")
    office.run("practice", "import", str(blocked))
    added = office.ask(
        "session", "add", "--start", "2026-03-16 07:00", "--end", "15:00", "--worker", "tom", "--client", "liam",
        "--site", "adelaide", "--roster", "--as", "sam",
    )  # fmt: skip
    pair.sync()
    assert pair.shown("tom") == [f"{_MONDAY} Session C-1090"]
    return str(added["session_id"])


def when_tom_is_sick(office: Office, session: str) -> None:
    how = ("--by", "worker", "--advised", "2026-03-16 05:50", "--reason", "worker-sick", "--as", "tom")
    office.at("2026-03-16T05:55+10:30")
    office.run("session", "cancel", session, *how)


def test_us18_sick_offer_replace(office: Office, caldav_server: Server) -> None:
    office.at("2026-03-13T09:00+10:30")
    with two_calendars(office, caldav_server, "tom", "lena") as pair:
        session = given_toms_monday(office, pair)
        when_tom_is_sick(office, session)
        pair.sync()

        # cancelled, grey on his link, and nobody is billed
        found = office.ask("session", "show", session)
        assert (found["status"], found["needs_reschedule"]) == ("CANCELLED", True)
        (why,) = found["cancellations"]
        assert (why["by"], why["reason"], why["advised_at"][:16]) == (
            ("WORKER", "worker-sick", "2026-03-15T19:20")
        )
        grey = pair.phones["tom"].only()
        assert _looks(grey) == ("CANCELLED", "TRANSPARENT", "Cancelled – Session C-1090")
        assert _billed(office) == 0

        # Sam copies it and offers it to Lena and two more; who is blocklisted is never among them
        (waiting,) = office.ask("session", "list", "--needs-reschedule")
        new = office.ask("session", "reschedule", waiting["id"], "--roster", "--as", "sam")
        assert new["warnings"] == ["UNASSIGNED"]
        assert office.ask("session", "list", "--needs-reschedule") == []
        (unassigned,) = office.ask("session", "list", "--unassigned")
        assert (unassigned["id"], unassigned["replaces"]) == (new["session_id"], session)
        refused = office.attempt("session", "offer", new["session_id"], "--worker", "ada")
        assert refused.code == 1
        assert refused.err.startswith('Error: The worker "ada" is blocklisted with a client of this session')
        everybody = office.ask("session", "offer", new["session_id"], "--all-free", "--unsent", "--as", "sam")
        assert [one["worker"] for one in everybody] == ["mia", "lena", "priya", "sam"]
        offers = {one["worker"]: one["ref"] for one in everybody}
        for worker in ("lena", "mia", "priya"):
            office.run("offer", "send", offers[worker], "--as", "sam")

        # Lena accepts, and is not assigned by that
        office.run("offer", "accept", offers["lena"], "--as", "lena")
        pair.sync()
        assert pair.shown("lena") == []
        office.run("offer", "assign", offers["lena"], "--as", "sam")
        listed = office.ask("offer", "list", "--session", new["session_id"])
        assert {one["worker"]: one["state"] for one in listed} == {
            "lena": "ASSIGNED", "mia": "CLOSED", "priya": "CLOSED", "sam": "CLOSED",
        }  # fmt: skip
        pair.sync()

        # Lena's link has a new UID, related to the old one; Tom's still shows the grey one
        hers = pair.phones["lena"].only()
        assert _looks(hers) == ("CONFIRMED", "OPAQUE", "Session C-1090")
        assert master(hers).value("DTSTART") == _MONDAY
        assert hers.uid != grey.uid
        assert master(hers).value("RELATED-TO") == grey.uid
        assert pair.phones["tom"].only().uid == grey.uid
        assert _looks(pair.phones["tom"].only())[0] == "CANCELLED"
        assert b"sick" not in hers.body.lower() + grey.body.lower()

        # the other way in: the session stands as it was cancelled, and everybody was told
        assert office.ask("session", "show", session)["status"] == "CANCELLED"
        assert _notices(office) == [
            ("lena", "OFFER_ACCEPTED"),
            ("lena", "OFFER_ASSIGNED"),
            ("lena", "OFFER_PENDING"),
            ("mia", "OFFER_CLOSED"),
            ("mia", "OFFER_PENDING"),
            ("priya", "OFFER_CLOSED"),
            ("priya", "OFFER_PENDING"),
        ]
        assert office.judged() == []


def test_us18_where_calendars_show_offers_lena_is_asked_in_hers(
    office: Office, caldav_server: Server
) -> None:
    office.configure("[sync]\npush_offers = true\n")
    office.at("2026-03-13T09:00+10:30")
    with two_calendars(office, caldav_server, "tom", "lena") as pair:
        session = given_toms_monday(office, pair)
        when_tom_is_sick(office, session)
        new = office.ask("session", "reschedule", session, "--roster", "--as", "sam")["session_id"]
        (offer,) = office.ask("session", "offer", new, "--worker", "lena", "--as", "sam")
        pair.sync()

        # a request: tentative, and nobody's name
        asked = pair.phones["lena"].only()
        assert _looks(asked) == ("TENTATIVE", "OPAQUE", "Request")
        assert master(asked).value("CATEGORIES") == "Request"
        assert b"C-1090" not in asked.body

        # deleting it is no answer
        pair.phones["lena"].delete(asked.uid)
        pair.sync()
        pair.sync()
        assert pair.shown("lena") == [f"{_MONDAY} Request"]
        assert office.judged() == [("E5", "REFUSED", "REQUEST_PENDING")]
        assert [one["state"] for one in office.ask("offer", "list")] == ["PENDING"]

        # it goes with the answer, and whoever is picked has the session
        office.run("offer", "accept", offer["ref"], "--as", "lena")
        pair.sync()
        assert pair.shown("lena") == []
        office.run("offer", "assign", offer["ref"], "--as", "sam")
        pair.sync()
        assert pair.shown("lena") == [f"{_MONDAY} Session C-1090"]


def _looks(resource: Resource) -> tuple[str, str, str]:
    event = master(resource)
    return event.value("STATUS"), event.value("TRANSP"), event.value("SUMMARY")


def _billed(office: Office) -> int:
    """Lines that could be billed: a worker's cancellation makes none (R1)."""
    return len(_rows(office, "SELECT id FROM service_delivered"))


def _notices(office: Office) -> list[tuple[str, str]]:
    told = (
        "SELECT worker.ref, notice.code FROM notice JOIN worker ON worker.id = notice.worker_id ORDER BY 1, 2"
    )
    return [(str(worker), str(code)) for worker, code in _rows(office, told)]


def _rows(office: Office, query: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    found = database.execute(query).fetchall()
    database.close()
    return found
