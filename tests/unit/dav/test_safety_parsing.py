"""What a hostile body cannot make the parsers do (FAILURES G5, G7-G9, G24, H3; I16)."""

import re
import resource
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.dav.xml import MalformedAnswer, Multistatus, conditions, multiget
from adapters.ical import ICalendar
from model.errors import DomainError
from model.recurrence import Rule
from sync.errors import Unreadable
from sync.event import Component, Event

TZ = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CODEC = ICalendar()
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'
SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


class Bounded:
    """No more than so many seconds and MiB inside."""

    def __enter__(self) -> None:
        self._began, self._rss = time.process_time(), peak_kib()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            assert time.process_time() - self._began < 5
            assert peak_kib() - self._rss < 200 * 1024


def peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("dtd", [BOMB, FILE, REMOTE, PARAMETER, "<!DOCTYPE multistatus []>"])
@pytest.mark.parametrize("entity", ["&l12;", "&f;", ""])
def test_g5_a_document_type_is_refused_whatever_it_declares(dtd: str, entity: str) -> None:
    inside = f"<response><href>/a{entity}</href></response>"
    body = f'<?xml version="1.0"?>{dtd}<multistatus {SPACES}>{inside}</multistatus>'.encode()
    with Bounded(), pytest.raises(MalformedAnswer):
        list(Multistatus(body, url="https://a.example/"))


@pytest.mark.parametrize("dtd", [BOMB, FILE, REMOTE, PARAMETER])
@pytest.mark.parametrize("entity", ["&l12;", "&f;"])
def test_g5_an_error_body_expands_no_entity_either(dtd: str, entity: str) -> None:
    inside = f"<no-uid-conflict><href>{entity}</href></no-uid-conflict>"
    body = f'<?xml version="1.0"?>{dtd}<error xmlns="DAV:">{inside}</error>'
    with Bounded():
        told = conditions(body.encode())
    assert "root:" not in str(told)
    assert len(str(told)) < 1000


def test_g5_depth_is_bounded() -> None:
    deep = f"<multistatus {SPACES}>{'<response>' * 100_000}{'</response>' * 100_000}</multistatus>"
    with Bounded(), pytest.raises(MalformedAnswer):
        list(Multistatus(deep.encode(), url="https://a.example/"))
    assert conditions(deep.replace("multistatus", "error").encode()) == {}


def test_g5_many_attributes_and_a_long_name_are_bounded() -> None:
    attributes = " ".join(f'a{n}="x"' for n in range(200_000))
    for body in (
        f"<multistatus {SPACES} {attributes}/>",
        f"<multistatus {SPACES}><{'a' * 10_000_000}/></multistatus>",
    ):
        with Bounded():
            try:
                assert list(Multistatus(body.encode(), url="https://a.example/")) == []
            except MalformedAnswer:
                continue


@pytest.mark.parametrize("rule", [
    "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))),
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTHDAY=32", "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO", "FREQ=WEEKLY;UNTIL=99991231T235959Z;BYDAY=MO",
])  # fmt: skip
def test_g7_a_hostile_rule_is_refused_or_expanded_within_bounds(rule: str) -> None:
    start = datetime(2016, 1, 4, 9, tzinfo=TZ)
    with Bounded():
        try:
            parsed = Rule.parse(rule, start)
        except DomainError:
            return
        body = CODEC.write(
            Event(uid="a", master=Component(start=start, end=start.replace(hour=10)), rule=parsed), now=NOW
        )
        assert CODEC.read(body, tz=TZ) is not None


def calendar(inside: bytes) -> bytes:
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260105T090000Z\r\n"
    return head + inside + b"END:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("body", [
    calendar(b"X-A:" + b"a" * 10_000_000 + b"\r\n"),
    calendar(b"X-A:b\r\n" * 1_000_000),
    calendar(b"X-A:" + b"a\r\n " * 2_000_000 + b"\r\n"),
    calendar(b"BEGIN:VALARM\r\n" * 100_000 + b"END:VALARM\r\n" * 100_000),
    calendar(b"BEGIN:VALARM\r\nEND:VALARM\r\n" * 150_000),
    calendar(b"X" + b";A=b" * 400_000 + b":c\r\n"),
    calendar(b"EXDATE:" + b",".join([b"20260105T090000Z"] * 200_000) + b"\r\n"),
    calendar(b"CATEGORIES:" + b"," * 1_000_000 + b"\r\n"),
    calendar(b"ATTENDEE:mailto:a@example.org\r\n" * 100_000),
], ids=["line", "size", "folds", "depth", "components", "parameters", "exdates", "commas", "attendees"])  # fmt: skip
def test_g8_size_depth_and_number_are_bounded(body: bytes) -> None:
    with Bounded():
        try:
            CODEC.read(body, tz=TZ)
        except Unreadable:
            return


EVIL = (
    "a\r\nATTENDEE:mailto:x@example.org",
    "a\nb",
    "a\rb",
    "a\u2028b",
    "a\u0085b",
    "a\x0bb",
    "a\x00b",
    "a\ud800b",
    'a;b,c\\n:d"',
)


@pytest.mark.parametrize("text", EVIL)
def test_g9_k_fields_in_are_k_lines_out_whatever_they_hold(text: str) -> None:
    start = datetime(2026, 1, 5, 9, tzinfo=TZ)
    lengths = set()
    for value in ("plain", text):
        master = Component(
            start=start, end=start.replace(hour=10), summary=value, description=value, location=value,
            url="https://a.example/" + value, categories=frozenset({value}), marks={"X-CALENDULA-KIND": "SESSION"},
        )  # fmt: skip
        body = CODEC.write(Event(uid=value, master=master), now=NOW)
        lines = re.sub(rb"\r\n[ \t]", b"", body).split(b"\r\n")
        lengths.add(len(lines))
        assert not any(line.startswith(b"ATTENDEE") for line in lines)
        assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", body)
        patched = CODEC.patch(body, Event(uid=value, master=master), now=NOW, tz=TZ)
        assert len(re.sub(rb"\r\n[ \t]", b"", patched).split(b"\r\n")) == len(lines)
    assert len(lengths) == 1


@pytest.mark.parametrize("href", ["/a]]></href><href>/b", "/a&b", "/<x>"])
def test_g10_an_href_is_one_element_of_a_request(href: str) -> None:
    assert multiget([href]).count(b"href>") == 2


@pytest.mark.parametrize(
    "line", [b"SUMMARY:x", b"CATEGORIES:x", b"ATTENDEE:mailto:a@example.org", b"EXDATE:20260105T090000Z"]
)
def test_g8_a_line_there_fifty_thousand_times_is_replaced_in_time(line: bytes) -> None:  # found by the fuzzer
    body = calendar((line + b"\r\n") * 50_000)
    start = datetime(2026, 1, 5, 9, tzinfo=TZ)
    wanted = Event(uid="a", master=Component(start=start, end=start.replace(hour=10), summary="ours"))
    with Bounded():
        patched = CODEC.patch(body, wanted, now=NOW, tz=TZ)
    reading = CODEC.read(patched, tz=TZ)
    assert reading is not None
    assert reading.event == wanted
