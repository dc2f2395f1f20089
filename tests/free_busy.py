"""The same events asked about in three ways: as a busy source of ours, by recurring-ical-events, by a server's own
free-busy-query (RFC 4791, 7.10). Each event has two weeks of its own, so that their answers can be told apart.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import recurring_ical_events

from adapters.dav.http import GuardedClient
from adapters.ical.lines import content_lines
from model.busy import Busy, Fbtype, merge
from model.moment import instant
from tests.benchmarks.events import ZONE
from tests.benchmarks.practice import ADELAIDE

NAMED = Path(__file__).parent / "data" / "free-busy-differences.toml"
_MONDAY = date(2026, 3, 2)
FORTNIGHT = timedelta(days=14)
_TZ = ";TZID=Australia/Adelaide"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One event, what is peculiar about it by name, and the first moment of its two weeks."""

    name: str
    since: datetime
    body: bytes

    @property
    def until(self) -> datetime:
        return self.since + FORTNIGHT


def _components(since: date) -> dict[str, list[list[str]]]:
    """By name: the components of each event, as lines without UID; the third fortnight has a change of clocks."""

    def day(days: int) -> str:
        return f"{since + timedelta(days=days):%Y%m%d}"

    def wall(days: int, hour: int) -> str:
        return f"{day(days)}T{hour:02}0000"

    def times(days: int, start: int, end: int) -> list[str]:
        return [f"DTSTART{_TZ}:{wall(days, start)}", f"DTEND{_TZ}:{wall(days, end)}"]

    invited = ["ORGANIZER:mailto:boss@example.org"]
    daily = [*times(1, 10, 11), "RRULE:FREQ=DAILY;COUNT=8"]
    return {
        "single": [times(1, 10, 11)],
        "duration": [[times(1, 10, 11)[0], "DURATION:PT90M"]],
        "over the change of clocks": [[*times(0, 10, 11), "RRULE:FREQ=DAILY;COUNT=14"]],
        "over midnight": [[times(1, 22, 23)[0], f"DTEND{_TZ}:{wall(2, 2)}"]],
        "rule": [daily],
        "rule until": [[*times(1, 10, 11), f"RRULE:FREQ=DAILY;UNTIL={wall(5, 12)}Z"]],
        "weekdays": [[*times(0, 9, 12), "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=5"]],
        "exdate": [[*daily, f"EXDATE{_TZ}:{wall(3, 10)}"]],
        "rdate": [[*times(1, 10, 11), f"RDATE{_TZ}:{wall(4, 15)}"]],
        "override moved": [daily, [*times(3, 15, 17), f"RECURRENCE-ID{_TZ}:{wall(3, 10)}"]],
        "override cancelled": [
            daily,
            [*times(3, 10, 11), f"RECURRENCE-ID{_TZ}:{wall(3, 10)}", "STATUS:CANCELLED"],
        ],
        "transparent": [[*times(1, 10, 11), "TRANSP:TRANSPARENT"]],
        "cancelled": [[*times(1, 10, 11), "STATUS:CANCELLED"]],
        "tentative": [[*times(1, 10, 11), "STATUS:TENTATIVE"]],
        "whole day": [[f"DTSTART;VALUE=DATE:{day(2)}", f"DTEND;VALUE=DATE:{day(4)}"]],
        "whole day free": [
            [f"DTSTART;VALUE=DATE:{day(2)}", f"DTEND;VALUE=DATE:{day(3)}", "TRANSP:TRANSPARENT"]
        ],
        "no length": [[f"DTSTART{_TZ}:{wall(1, 10)}"]],
        "floating": [[f"DTSTART:{wall(1, 10)}", f"DTEND:{wall(1, 11)}"]],
        "declined": [[*times(1, 10, 11), *invited, "ATTENDEE;PARTSTAT=DECLINED:mailto:priya@marigold.example"]],
        "unanswered": [[*times(1, 10, 11), *invited, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:priya@marigold.example"]],
    }  # fmt: skip


def samples() -> list[Sample]:
    """All of them, one after the other in time."""
    return [
        Sample(name=name, since=since, body=_body(name, since))
        for number, name in enumerate(_components(_MONDAY))
        for since in [instant(_MONDAY + number * FORTNIGHT, ADELAIDE)]
    ]


def _body(name: str, since: datetime) -> bytes:
    uid = name.replace(" ", "-")
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *ZONE.strip().split("\n")]
    for component in _components((since + timedelta(hours=12)).date())[name]:
        rows += [
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20260101T000000Z",
            f"SUMMARY:{name}",
            *component,
            "END:VEVENT",
        ]
    return "\r\n".join([*rows, "END:VCALENDAR", ""]).encode()


# --- how others answer ------------------------------------------------------------------------------------------


def by_library(bodies: Iterable[bytes], since: datetime, until: datetime) -> list[Busy]:
    """What recurring-ical-events finds; which of it takes time is read off its own properties."""
    return merge(_library(bodies, since, until), start=since, end=until)


def _library(bodies: Iterable[bytes], since: datetime, until: datetime) -> Iterator[Busy]:
    for body in bodies:
        for event in recurring_ical_events.of(icalendar.Calendar.from_ical(body)).between(since, until):
            if event.get("TRANSP") == "TRANSPARENT" or event.get("STATUS") == "CANCELLED":
                continue
            start, end = (_instant(event.start), _instant(event.end))
            kind = Fbtype.BUSY_TENTATIVE if event.get("STATUS") == "TENTATIVE" else Fbtype.BUSY
            yield Busy(start=start, end=end, fbtype=kind)


def _instant(moment: date) -> datetime:
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=ADELAIDE).astimezone(UTC)
    return instant(moment, ADELAIDE)


def by_server(client: GuardedClient, url: str, since: datetime, until: datetime) -> list[Busy]:
    """What the server answers to a free-busy-query."""
    body = (
        '<?xml version="1.0"?><C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">'
        f'<C:time-range start="{since:%Y%m%dT%H%M%SZ}" end="{until:%Y%m%dT%H%M%SZ}"/></C:free-busy-query>'
    )
    headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
    reply = client.send("REPORT", url, headers=headers, body=body.encode())
    assert reply.status == 200, (reply.status, reply.body[:200])
    return merge(_periods(reply.body), start=since, end=until)


def _periods(body: bytes) -> Iterator[Busy]:
    for own in content_lines(body, len(body) + 1):
        kind = own.parameters.get("FBTYPE", "BUSY") if own.name == "FREEBUSY" else "FREE"
        if kind == "FREE":
            continue
        for start, end in re.findall(r"(\d{8}T\d{6}Z)/(\d{8}T\d{6}Z)", own.value):
            begin, finish = (
                datetime.strptime(one, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for one in (start, end)
            )
            yield Busy(start=begin, end=finish, fbtype=Fbtype(kind))


# --- where they differ ------------------------------------------------------------------------------------------


def named(other: str) -> dict[str, str]:
    """By the names of events: why the other answers otherwise, as it is checked in."""
    found: dict[str, str] = tomllib.loads(NAMED.read_text(encoding="utf-8")).get(other, {})
    return found


def within(blocks: Iterable[Busy], sample: Sample) -> list[Busy]:
    """What of an answer is about one event."""
    return merge(blocks, start=sample.since, end=sample.until)


def differing(ours: Iterable[Busy], theirs: Iterable[Busy]) -> dict[str, tuple[list[Busy], list[Busy]]]:
    """The events about which two answers differ."""
    ours, theirs = list(ours), list(theirs)
    return {
        one.name: (a, b) for one in samples() for a, b in [(within(ours, one), within(theirs, one))] if a != b
    }
