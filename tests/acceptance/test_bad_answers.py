"""Bad answers from a calendar server, once each: a clear sentence, exit code 1, nothing lost."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

from adapters.demo.radicale import Server
from tests.acceptance.meddler import Forward, Meddle, Meddler, answer, is_listing, meddling_with, with_more
from tests.acceptance.office import Office
from tests.acceptance.series import WALL_TIMES, add_weekly
from tests.phone import Phone

_XML = "Content-Type: application/xml; charset=utf-8"
_HTML = b"<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>"
_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">'.encode() for n in range(97, 107))
    + b']><multistatus xmlns="DAV:"><response><href>&k;</href></response></multistatus>'
)
_GZIP_BOMB = gzip.compress(b"<multistatus xmlns='DAV:'>" + b" " * 64 * 1024 * 1024, compresslevel=9)

ANSWERS = {
    "html": answer("200 OK", _HTML, "Content-Type: text/html"),
    "html-as-207": answer("207 Multi-Status", _HTML, "Content-Type: text/html"),
    "html-said-to-be-xml": answer("207 Multi-Status", _HTML, _XML),
    "wrong-type": answer("207 Multi-Status", b"all is well", "Content-Type: text/plain"),
    "nothing": answer("207 Multi-Status", b"", _XML),
    "cut-short": answer("207 Multi-Status", b'<multistatus xmlns="DAV:"><response><href>/', _XML),
    "less-than-announced": b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 9999\r\n\r\n<multistatus",
    "entity-bomb": answer("207 Multi-Status", _BOMB, _XML),
    "gzip-bomb": answer("207 Multi-Status", _GZIP_BOMB, _XML, "Content-Encoding: gzip"),
    "redirect-elsewhere": answer("302 Found", b"", "Location: https://elsewhere.example/cal/"),
    "redirect-in-circles": answer("301 Moved Permanently", b"", "Location: /round/and/round/"),
    "maintenance": answer("503 Service Unavailable", _HTML, "Content-Type: text/html"),
    "gateway": answer("502 Bad Gateway", _HTML, "Content-Type: text/html"),
    "no-answer": b"",
}


@pytest.fixture
def phone(phone_on_radicale: Phone) -> Phone:
    """Talks to the real server: nobody meddles with it."""
    return phone_on_radicale


@pytest.fixture
def meddler(office: Office, radicale: Server, collection: str) -> Iterator[Meddler]:
    """Priya's link goes through it; nothing was synced yet."""
    with meddling_with(radicale) as between:
        office.at("2026-03-02T09:00+10:30")
        office.link("priya", between.front, collection.replace(radicale.home, between.front.home))
        yield between


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_ends_the_run_in_a_sentence_and_changes_nothing(
    office: Office, meddler: Meddler, phone: Phone, name: str
) -> None:
    add_weekly(office, "--roster")
    office.sync()
    before = phone.only()
    meddler.meddle = lambda _request, _forward: ANSWERS[name]

    done = office.attempt("sync")

    assert done.code == 1
    assert done.err.count("\n") == 1
    assert done.err.startswith("Error: priya: ")
    assert "Traceback" not in done.err
    assert office.starts("priya") == WALL_TIMES
    assert phone.only() == before
    assert office.judged() == []
    meddler.calm_down()
    office.later(hours=3)
    assert office.sync()["lines"] == []
    assert (office.status()["state"], office.status()["failures"]) == ("ACTIVE", 0)


def _vevent(*lines: str) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bad//EN", "BEGIN:VEVENT", "DTSTAMP:20260301T000000Z"]
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


_TIMES = ("DTSTART:20260310T100000Z", "DTEND:20260310T110000Z")
BAD_ITEMS = {
    "malformed": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:m\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "not-a-calendar": b"%PDF-1.7 \x00\x01\x02",
    "unfinished": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n",
    "huge": _vevent("UID:h", *_TIMES, "DESCRIPTION:" + "x" * 6 * 1024 * 1024),
    "interval-0": _vevent("UID:i", *_TIMES, "RRULE:FREQ=DAILY;INTERVAL=0"),
    "secondly": _vevent("UID:s", *_TIMES, "RRULE:FREQ=SECONDLY"),
    "countless": _vevent("UID:c", *_TIMES, "RRULE:FREQ=DAILY;COUNT=1000000000"),
    "never": _vevent("UID:n", *_TIMES, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
}
# Odd, and readable all the same: they become events, and cost no more than others.
ODD_ITEMS = {
    "latin-1": _vevent("UID:l", *_TIMES, "SUMMARY:Caf").replace(b"Caf", b"Caf\xe9"),
    "backwards": _vevent("UID:b", "DTSTART:20260310T100000Z", "DTEND:20260310T090000Z"),
    "unknown-zone": _vevent("UID:z", "DTSTART;TZID=Mars/Olympus:20260310T100000", "DURATION:PT1H"),
}


def test_bad_items_are_set_aside_and_the_rest_goes_on(office: Office, meddler: Meddler, phone: Phone) -> None:
    phone.new_event("Dentist", "20260312T130000", "20260312T140000", tz="Australia/Adelaide")
    meddler.meddle = _also_storing(urlsplit(phone.url).path, {**BAD_ITEMS, **ODD_ITEMS})

    report = office.sync()

    kept = {one["uid"] for one in office.ask("event", "list", "priya", "2026-03-01", "2026-04-01")}
    assert {"l", "b", "z"} < kept
    assert len(kept) == 1 + len(ODD_ITEMS)
    assert report["counts"]["quarantined"] + report["counts"].get("unfetched", 0) == len(BAD_ITEMS)
    reasons = [line["reason"] for line in report["lines"] if line["action"] in {"quarantined", "unfetched"}]
    assert all(reasons)
    assert not any("Traceback" in reason or "xxxx" in reason for reason in reasons)
    assert office.status()["quarantined"] >= len(BAD_ITEMS) - 1
    assert office.status()["state"] == "ACTIVE"
    office.later(minutes=5)
    assert office.sync()["counts"].get("create", 0) == 0


def _also_storing(path: str, items: dict[str, bytes]) -> Meddle:
    """As if the server stored these too; each is handed out by GET only."""
    hrefs = {f"{path}{name}.ics": body for name, body in items.items()}

    def members() -> list[str]:
        found = "<propstat><prop><getetag>&quot;1&quot;</getetag></prop><status>HTTP/1.1 200 OK</status></propstat>"
        return [f'<response xmlns="DAV:"><href>{href}</href>{found}</response>' for href in hrefs]

    def meddle(request: bytes, forward: Forward) -> bytes:
        target = request.split(b" ", 2)[1].decode()
        if request.startswith(b"GET ") and target in hrefs:
            return answer("200 OK", hrefs[target], "Content-Type: text/calendar", 'ETag: "1"')
        if request.startswith(b"PROPFIND") and b"Depth: 1" in request:
            return with_more(forward(), *members())
        if b"calendar-multiget" in request:
            asked = [
                member for member, href in zip(members(), hrefs, strict=True) if href.encode() in request
            ]
            return with_more(_without_missing(forward()), *asked)
        return forward()

    return meddle


def _without_missing(message: bytes) -> bytes:
    """Radicale's answer less what it rightly says about the items it does not have."""
    head, _, body = message.partition(b"\r\n\r\n")
    tree = etree.fromstring(body)
    for response in tree.findall("{DAV:}response"):
        if response.findtext("{DAV:}status", "").split()[1:2] == ["404"]:
            tree.remove(response)
    return head + b"\r\n\r\n" + etree.tostring(tree)


def test_a_server_gone_in_the_middle_of_a_push_leaves_no_twins(
    office: Office, meddler: Meddler, phone: Phone
) -> None:
    for day in range(9, 15):
        office.run(
            "session", "add", "--start", f"2026-03-{day:02} 14:00", "--minutes", "50", "--worker", "priya",
            "--client", "noor", "--roster",
        )  # fmt: skip
    seen: list[bytes] = []

    def third_put_is_stored_and_never_answered(request: bytes, forward: Forward) -> bytes:
        seen.extend([request] if request.startswith(b"PUT") else [])
        if len(seen) == 3:
            forward()
        return b"" if len(seen) >= 3 else forward()

    meddler.meddle = third_put_is_stored_and_never_answered
    done = office.attempt("sync")
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert len(phone.resources()) == 3

    meddler.calm_down()
    office.later(hours=1)
    office.settle()
    assert len(phone.resources()) == 6
    assert len(set(phone.uids())) == 6
    assert len(set(phone.starts("2026-03-01", "2026-04-01"))) == 6


def test_a_server_gone_in_the_middle_of_a_pull_loses_no_edit(
    office: Office, meddler: Meddler, phone: Phone
) -> None:
    add_weekly(office, "--roster")
    office.sync()
    uid = phone.only().uid
    phone.drag_occurrence(uid, "20260317T100000", "20260318T111500", "20260318T121500")
    meddler.meddle = lambda request, forward: forward() if is_listing(request) else b""

    assert office.attempt("sync").code == 1
    assert office.starts("priya") == WALL_TIMES

    meddler.calm_down()
    office.later(hours=1)
    office.settle()
    assert "2026-03-18T11:15" in office.starts("priya")


def test_an_edit_that_the_server_would_not_hand_out_is_asked_for_again(
    office: Office, meddler: Meddler, phone: Phone
) -> None:
    add_weekly(office, "--roster")
    office.sync()
    broken = urlsplit(phone.only().url).path.encode()
    phone.drag_occurrence(phone.only().uid, "20260317T100000", "20260318T111500", "20260318T121500")
    phone.new_event("Dentist", "20260312T130000", "20260312T140000", tz="Australia/Adelaide")

    def one_is_broken(request: bytes, forward: Forward) -> bytes:
        ill = broken in request and not is_listing(request)
        return answer("500 Internal Server Error", b"", "Content-Type: text/plain") if ill else forward()

    meddler.meddle = one_is_broken
    report = office.sync()
    assert report["counts"]["unfetched"] == 1
    assert office.status()["quarantined"] == 1
    assert len(office.ask("event", "list", "priya", "2026-03-01", "2026-04-01")) == 1
    assert office.starts("priya") == WALL_TIMES

    meddler.calm_down()
    office.settle()
    assert "2026-03-18T11:15" in office.starts("priya")
    assert office.status()["quarantined"] == 0


def test_html_instead_of_a_calendar_while_linking_stores_nothing(office: Office, meddler: Meddler) -> None:
    meddler.meddle = lambda _request, _forward: ANSWERS["html"]
    done = office.attempt(
        "link", "add", "tom", "--url", meddler.front.url, "--user", "tom", "--calendar", "Work",
        "--mode", "two-way", "--password-stdin", stdin="secret-of-tom\n",
    )  # fmt: skip
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "secret-of-tom" not in done.err + done.out
    assert [link["worker"] for link in office.ask("link", "list")] == ["priya"]


def test_nothing_is_half_written_when_the_password_file_is_missing(office: Office, tmp_path: Path) -> None:
    done = office.attempt(
        "link", "add", "tom", "--url", "https://cal.example/", "--user", "tom", "--calendar", "Work",
        "--mode", "two-way", "--password-file", str(tmp_path / "nowhere"),
    )  # fmt: skip
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert office.ask("link", "list") == []
