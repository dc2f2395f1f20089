"""A busy source on every server: what is taken there, changed and deleted, and that nothing is ever written."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.interop.recording import Traffic
from tests.phone import Part, Phone

_WEEK = ("priya", "2026-03-09", "2026-03-16")
_TZ = "Australia/Adelaide"
_READING = {"OPTIONS", "PROPFIND", "REPORT", "GET"}


def _busy(office: Office) -> list[tuple[str, str]]:
    blocks = office.ask("busy", *_WEEK)
    return [(one["start"][5:16], one["fbtype"]) for one in blocks]


def test_a_busy_source_is_read_and_nothing_else(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, traffic: Traffic
) -> None:
    office.at("2026-03-02T09:00+10:30")
    office.run(
        "link", "add", "priya", "--user", caldav_server.user, "--calendar", collection_url, "--role", "busy-source",
        "--password-stdin", stdin=f"{caldav_server.password}\n",
    )  # fmt: skip
    dentist = phone.new_event("Dentist", "20260310T100000", "20260310T110000", tz=_TZ)
    choir = phone.new_event(
        "Choir", "20260304T180000", "20260304T193000", "RRULE:FREQ=WEEKLY;COUNT=9", tz=_TZ
    )
    phone.new_event("Birthday", "20260312", "20260313", "TRANSP:TRANSPARENT")
    away = phone.new_event("Away", "20260313", "20260314")
    office.settle()
    wednesday, friday = ("03-11T07:30", "BUSY"), ("03-12T13:30", "BUSY")
    assert _busy(office) == [("03-09T23:30", "BUSY"), wednesday, friday]

    phone.drag(dentist, "20260310T120000", "20260310T130000")
    phone.drag_occurrence(choir, "20260311T180000", "20260312T180000", "20260312T190000")
    phone.set(away, "STATUS:TENTATIVE")
    phone.append(dentist, Part("VALARM", ["ACTION:AUDIO", "TRIGGER:-PT5M"]))
    office.settle()
    thursday = ("03-12T07:30", "BUSY")
    assert _busy(office) == [("03-10T01:30", "BUSY"), thursday, ("03-12T13:30", "BUSY-TENTATIVE")]

    phone.delete(dentist)
    phone.delete_occurrence(choir, "20260311T180000")
    stood = {one.uid: one.body for one in phone.resources()}
    office.settle()
    assert _busy(office) == [("03-12T13:30", "BUSY-TENTATIVE")]
    office.later(days=1)
    assert office.sync()["lines"] == []

    assert (office.judged(), office.ask("event", "list", *_WEEK)) == ([], [])
    assert {one.uid: one.body for one in phone.resources()} == stood
    assert set(traffic.requests) <= _READING
    assert office.status()["events"] == 2
