"""What we do not understand is not ours: each foreign line we read is octet-equal in what we write (I7).

What a server makes of such lines when it stores them is its own business (MATRIX); so the body that we were
given is compared with the body that we sent.
"""

import re

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.series import given_us2, link_priya
from tests.interop.recording import Traffic
from tests.phone import Part, Phone, master, override_at

# What a move changes: the time itself, and the stamps of whoever writes (RFC 5545, 3.8.7).
_REWRITTEN = {b"DTSTART", b"DTEND", b"SEQUENCE", b"DTSTAMP", b"LAST-MODIFIED", b"X-CALENDULA-REV"}

PLAIN = (
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
    "X-COLOR-OF-MINE:chartreuse42",
    "COLOR:turquoise",
    "PRIORITY:5",
    "ATTACH;FMTTYPE=application/pdf:https://files.example/plan.pdf",
    "X-LONG:" + "abcdefghij" * 30,
    "COMMENT;LANGUAGE=de;X-MOOD=fine:Gr\u00fc\u00dfe \U0001f33c",
)
ODD = (
    "X-LIST:a,b,c",
    'X-JSON:{"a":1,"b":[2,3]}',
    "X-ESCAPED:a\\,b\\;c",
    'X-PARAMETERS;X-P="a;b";X-Q=c:value',
    "GEO:60.1;24.9",
)
ALARM = Part(
    "VALARM",
    ["ACTION:DISPLAY", "DESCRIPTION:Leave now", "TRIGGER;RELATED=START:-PT25M", "X-WR-ALARMUID:8F1C2B"],
)


@pytest.mark.parametrize("lines", [PLAIN, ODD], ids=["plain", "odd"])
def test_foreign_lines_of_a_session_survive_our_move(
    office: Office,
    caldav_server: Server,
    collection_url: str,
    phone: Phone,
    traffic: Traffic,
    lines: tuple[str, ...],
) -> None:
    link_priya(office, caldav_server, collection_url)
    added = office.ask(
        "session", "add", "--start", "2026-03-10 10:00", "--minutes", "60", "--worker", "priya",
        "--client", "noor", "--roster",
    )  # fmt: skip
    office.sync()
    phone.append(phone.only().uid, *lines, ALARM.copy())
    office.settle()

    traffic.written.clear()
    office.run("session", "move", added["session_id"], "--start", "2026-03-11 15:00")
    office.sync()

    _check_kept(*traffic.rewritten())
    event = master(phone.only())
    assert event.value("DTSTART") == "20260311T150000"
    assert event.parts("VALARM")[0].value("DESCRIPTION") == "Leave now"
    if lines is PLAIN:
        assert event.value("X-COLOR-OF-MINE") == "chartreuse42"
        assert event.value("X-LONG") == "abcdefghij" * 30
    assert office.judged() == []


def test_foreign_lines_of_an_override_survive_our_move(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, traffic: Traffic
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    phone.append(uid, *PLAIN)
    phone.drag_occurrence(uid, "20260317T100000", "20260318T111500", "20260318T121500")
    resource = phone.resource(uid)
    calendar = resource.calendar
    override = next(e for e in calendar.parts("VEVENT") if e.lines("RECURRENCE-ID"))
    override.inside += [*ODD, ALARM.copy()]
    phone.put(resource, calendar)
    office.settle()

    traffic.written.clear()
    moved = next(one for one in office.sessions("priya") if one["start"].startswith("2026-03-18"))
    office.run("session", "move", moved["id"], "--start", "2026-03-19 16:00", "--scope", "this")
    office.sync()

    _check_kept(*traffic.rewritten())
    stored = override_at(phone.resource(uid), "20260317T100000")
    assert stored.value("DTSTART") == "20260319T160000"
    assert stored.value("X-COLOR-OF-MINE") == "chartreuse42"
    assert stored.parts("VALARM")
    assert office.judged() == [("E2", "APPLIED", "")]


def _check_kept(read: bytes, written: bytes) -> None:
    assert _foreign(read) == _foreign(written)


def _foreign(body: bytes) -> list[bytes]:
    """The content lines as they stand, folds and all, less those that a move rewrites."""
    lines = re.split(rb"\r\n(?![ \t])", body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return [line for line in lines if line and re.split(rb"[;:]", line, maxsplit=1)[0] not in _REWRITTEN]
