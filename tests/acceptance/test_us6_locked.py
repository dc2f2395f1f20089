"""US6 (DOMAIN 6): what may not be changed from a calendar comes back there, with the reason."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone, master

_WINDOW = ("2026-03-01", "2026-04-01")
_WHO = ("--minutes", "50", "--worker", "mia", "--client", "jordan", "--roster")


def _add(office: Office, start: str) -> str:
    return str(office.ask("session", "add", "--start", start, *_WHO)["session_id"])


def _uid(phone: Phone, start: str) -> str:
    """The event that begins then."""
    (found,) = [one.uid for one in phone.resources() if master(one).value("DTSTART") == start]
    return found


def _locked(office: Office) -> None:
    """Of four past sessions one is complete, one's note is signed, one is billed and paid, one is cancelled."""
    complete, signed, paid, gone = (_add(office, f"2026-03-{day:02} 10:00") for day in (2, 3, 4, 5))
    how = ("--by", "worker", "--reason", "worker-sick", "--advised", "2026-03-02 07:00")
    office.run("session", "cancel", gone, *how)
    office.settle()
    office.at("2026-03-06T09:00-06:00")
    office.run("session", "complete", complete)
    office.run("note", "sign", signed, "--as", "mia")
    bill = office.ask("bill", "make", paid, "--service", "psychotherapy", "--amount", "150")
    office.run("bill", "pay", bill["ref"])
    office.settle()


def test_us6_locked(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    office.at("2026-03-02T08:00-06:00")
    office.link("mia", caldav_server, collection_url)
    for day in (9, 10, 11):
        _add(office, f"2026-03-{day:02} 10:00")
    _locked(office)
    before = phone.shows(*_WINDOW)
    marked = {start: phone.master(_uid(phone, start)).value("X-CALENDULA-LOCK") for start in _PAST}
    assert marked == dict(zip(_PAST, ("", "TRUE", "TRUE", ""), strict=True))

    for hour, start in enumerate(_PAST, 12):
        phone.drag(_uid(phone, start), f"20260305T{hour}0000", f"20260305T{hour}5000")
    all_day = _uid(phone, "20260309T100000")
    phone.set(all_day, "DTSTART;VALUE=DATE:20260309", "DTEND;VALUE=DATE:20260310")
    phone.set(_uid(phone, "20260310T100000"), "TRANSP:TRANSPARENT")
    phone.set(_uid(phone, "20260311T100000"), "SUMMARY:Jordan")
    office.settle()

    assert phone.shows(*_WINDOW) == before
    assert phone.master(all_day).lines("DTSTART") == ["DTSTART;TZID=America/Chicago:20260309T100000"]
    assert phone.master(_uid(phone, "20260310T100000")).value("TRANSP") == "OPAQUE"
    assert sorted(reason for _, state, reason in office.judged() if state == "REFUSED") == [*_NOTICES, _QUIET]
    assert {one["status"] for one in office.sessions("mia")} == {"ROSTERED", "COMPLETE", "CANCELLED"}
    notices = [one["code"] for one in office.ask("status")["notices"]]
    assert sorted(notices) == _NOTICES


_PAST = ("20260302T100000", "20260303T100000", "20260304T100000", "20260305T100000")
_NOTICES = [
    "ALL_DAY_NOT_ALLOWED",
    "MUST_BE_BUSY",
    "NOTE_SIGNED",
    "PAID",
    "SESSION_CANCELLED",
    "SESSION_COMPLETE",
]
_QUIET = "TITLE_OWNED"
