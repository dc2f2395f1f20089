"""A calendar app for tests: it reads resources from a server, edits their text, and puts them back.

It writes what the clients people use are known to write (an override that copies the master, EXDATE, a rule cut
by UNTIL and a new UID for the rest, alarms of its own), and shares no code with Calendula: what it sees on the
server is seen by other eyes. What a server does to the text it stores is the server's business.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urljoin

import httpx2
import icalendar
import recurring_ical_events
from lxml import etree

_LISTING = b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
_DAV = "{DAV:}"
_UNSTAMPED = "%Y%m%dT%H%M%S"


@dataclass
class Part:
    """One BEGIN...END block: unfolded lines and blocks, in order."""

    name: str
    inside: "list[str | Part]" = field(default_factory=list)

    def lines(self, name: str) -> list[str]:
        return [line for line in self.inside if isinstance(line, str) and _name(line) == name]

    def value(self, name: str) -> str:
        """The value of a property that stands once; empty where it is not there."""
        found = self.lines(name)
        return _split(found[0])[1] if found else ""

    def set(self, line: str) -> None:
        """Replace a property, where it stands or before the first block."""
        name = _name(line)
        names = [_name(one) if isinstance(one, str) else "" for one in self.inside]
        place = names.index(name) if name in names else 0
        self.remove(name)
        self.inside.insert(min(place, len(self.inside)), line)

    def retime(self, name: str, wall: str) -> None:
        """Give a time property another value of the same kind, in the same zone."""
        head, _ = _split(self.lines(name)[0])
        self.set(f"{head}:{wall}")

    def remove(self, name: str) -> None:
        self.inside[:] = [one for one in self.inside if not isinstance(one, str) or _name(one) != name]

    def parts(self, name: str) -> "list[Part]":
        return [one for one in self.inside if isinstance(one, Part) and one.name == name]

    def copy(self) -> "Part":
        return Part(self.name, [one.copy() if isinstance(one, Part) else one for one in self.inside])

    def text(self) -> str:
        rows = [f"BEGIN:{self.name}"]
        rows += [one.text() if isinstance(one, Part) else one for one in self.inside]
        return "\r\n".join([*rows, f"END:{self.name}"])


def _name(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].upper()


def _split(line: str) -> tuple[str, str]:
    """Name with parameters, and value; a colon in a quoted parameter is none."""
    match = re.match(r'((?:[^":]|"[^"]*")*):(.*)', line, re.DOTALL)
    assert match is not None, line
    return match[1], match[2]


def parse(body: bytes) -> Part:
    """The VCALENDAR of a resource."""
    rows = re.sub(rb"\r?\n[ \t]", b"", body).decode().splitlines()
    open_parts = [Part("")]
    for row in rows:
        if row.upper().startswith("BEGIN:"):
            open_parts.append(Part(row[6:].strip().upper()))
        elif row.upper().startswith("END:"):
            done = open_parts.pop()
            open_parts[-1].inside.append(done)
        elif row.strip():
            open_parts[-1].inside.append(row)
    (calendar,) = open_parts[0].parts("VCALENDAR")
    return calendar


def fold(text: str) -> bytes:
    """Lines of at most 75 octets (RFC 5545, 3.1), never cut inside a character."""
    out = []
    for row in text.split("\r\n"):
        piece = ""
        for character in row:
            if len((piece + character).encode()) > 74:
                out.append(piece)
                piece = " "
            piece += character
        out.append(piece)
    return "\r\n".join([*out, ""]).encode()


@dataclass(frozen=True)
class Resource:
    """One resource as the server gave it out."""

    url: str
    etag: str
    body: bytes

    @property
    def calendar(self) -> Part:
        return parse(self.body)

    @property
    def uid(self) -> str:
        return self.calendar.parts("VEVENT")[0].value("UID")


class Phone:
    """An app with one calendar. Times are wall times as iCalendar writes them, in the zone of their event."""

    def __init__(self, url: str, *, user: str, password: str) -> None:
        self.url = url if url.endswith("/") else url + "/"
        self._http = httpx2.Client(auth=(user, password), timeout=60)

    def close(self) -> None:
        self._http.close()

    # --- reading --------------------------------------------------------------------------------------------

    def resources(self) -> list[Resource]:
        """Everything in the calendar, read one by one."""
        return [one for url in self._members() if (one := self._get(url)) is not None]

    def resource(self, uid: str) -> Resource:
        (found,) = [one for one in self.resources() if one.uid == uid]
        return found

    def again(self, old: Resource) -> Resource:
        """The same resource as it is now."""
        found = self._get(old.url)
        assert found is not None, old.url
        return found

    def only(self) -> Resource:
        (found,) = self.resources()
        return found

    def uids(self) -> list[str]:
        return sorted(one.uid for one in self.resources())

    def titled(self, summary: str) -> Resource:
        """The one resource whose event has this title."""
        (found,) = [r for r in self.resources() if master(r).value("SUMMARY") == summary]
        return found

    def master(self, uid: str | None = None) -> Part:
        return master(self.resource(uid) if uid else self.only())

    def shows(self, since: str, until: str, *, uid: str | None = None) -> list[tuple[str, str]]:
        """Start (UTC, or a date) and title of all that a calendar app would show in a stretch of days."""
        shown = []
        for one in [self.resource(uid)] if uid else self.resources():
            calendar = icalendar.Calendar.from_ical(one.body)
            found = recurring_ical_events.of(calendar).between(_day(since), _day(until))
            shown += [(_start(event), str(event.get("SUMMARY", ""))) for event in found]
        return sorted(shown)

    def starts(self, since: str, until: str, *, uid: str | None = None) -> list[str]:
        return [start for start, _ in self.shows(since, until, uid=uid)]

    def _members(self) -> Iterator[str]:
        answer = self._ask("PROPFIND", self.url, _LISTING, {"Depth": "1", "Content-Type": "application/xml"})
        assert answer.status_code == 207, answer.status_code
        for response in etree.fromstring(answer.content).iter(f"{_DAV}response"):
            if response.find(f".//{_DAV}collection") is None:
                yield urljoin(self.url, response.findtext(f"{_DAV}href") or "")

    def _get(self, url: str) -> Resource | None:
        answer = self._ask("GET", url)
        if answer.status_code in {404, 410}:
            return None
        assert answer.status_code == 200, (url, answer.status_code)
        return Resource(url, answer.headers.get("ETag", "").removeprefix("W/"), answer.content)

    def _ask(
        self, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        plain = {"Accept-Encoding": "identity", **(headers or {})}
        for left in (2, 1, 0):
            try:
                return self._http.request(method, url, content=body, headers=plain)
            except (
                httpx2.RemoteProtocolError,
                httpx2.ReadError,
            ):  # SOGo drops reused connections (MATRIX 14)
                if not left:
                    raise
        raise AssertionError

    # --- writing --------------------------------------------------------------------------------------------

    def put(self, old: Resource, calendar: Part) -> None:
        """Save an edited resource, if it is still the one that was read."""
        self.put_raw(old, fold(calendar.text()))

    def put_raw(self, old: Resource, body: bytes) -> None:
        headers = {"If-Match": old.etag, "Content-Type": "text/calendar; charset=utf-8"}
        answer = self._ask("PUT", old.url, body, headers)
        assert answer.status_code in {200, 201, 204}, (answer.status_code, answer.text[:300])

    def add(self, calendar: Part) -> str:
        """Save a new resource; its URL."""
        return self.add_raw(fold(calendar.text()))

    def add_raw(self, body: bytes) -> str:
        url = f"{self.url}{str(uuid.uuid4()).upper()}.ics"
        headers = {"If-None-Match": "*", "Content-Type": "text/calendar; charset=utf-8"}
        answer = self._ask("PUT", url, body, headers)
        assert answer.status_code in {201, 204}, (answer.status_code, answer.text[:300])
        return url

    def delete(self, uid: str) -> None:
        """Delete an event or a whole series."""
        old = self.resource(uid)
        answer = self._ask("DELETE", old.url, headers={"If-Match": old.etag})
        assert answer.status_code in {200, 204}, answer.status_code

    def empty(self) -> None:
        """Delete everything, one by one."""
        for url in list(self._members()):
            answer = self._ask("DELETE", url)
            assert answer.status_code in {200, 204}, answer.status_code

    # --- gestures -------------------------------------------------------------------------------------------

    def new_event(self, summary: str, start: str, end: str, *extra: str, tz: str | None = None) -> str:
        """Make an event: wall times in `tz` with its VTIMEZONE, or days; its UID."""
        uid = str(uuid.uuid4()).upper()
        event = Part("VEVENT", [f"UID:{uid}", f"DTSTAMP:{_stamp()}", f"CREATED:{_stamp()}", "SEQUENCE:0"])
        event.inside += [_time_line("DTSTART", start, tz), _time_line("DTEND", end, tz)]
        event.inside += [
            f"SUMMARY:{summary}",
            *([] if _given(extra, "TRANSP") else ["TRANSP:OPAQUE"]),
            *extra,
        ]
        zones: list[str | Part] = [vtimezone(tz)] if tz else []
        head = ["VERSION:2.0", "PRODID:-//Apple Inc.//iOS 19.2//EN", "CALSCALE:GREGORIAN"]
        self.add(Part("VCALENDAR", [*head, *zones, event]))
        return uid

    def drag(self, uid: str, start: str, end: str) -> None:
        """Move a whole event (a single one, or all of a series) to other wall times in its zone."""
        with_edits = self._editing(uid)
        with_edits.master.retime("DTSTART", start)
        with_edits.master.retime("DTEND", end)
        self._save(with_edits)

    def drag_occurrence(self, uid: str, original: str, start: str, end: str) -> None:
        """Move one occurrence, as Apple's clients do: a copy of the master with RECURRENCE-ID."""
        editing = self._editing(uid)
        override = editing.override(original)
        override.retime("DTSTART", start)
        override.retime("DTEND", end)
        override.set("X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC")
        _touch(override)
        self._save(editing)

    def delete_occurrence(self, uid: str, original: str) -> None:
        """Delete one occurrence: an EXDATE, and its override goes."""
        editing = self._editing(uid)
        head, _ = _split(editing.master.lines("DTSTART")[0])
        editing.drop_override(original)
        editing.master.inside.insert(3, f"{head.replace('DTSTART', 'EXDATE', 1)}:{original}")
        self._save(editing)

    def cut(self, uid: str, until: str) -> None:
        """Let a series end: COUNT goes, UNTIL (UTC) comes, overrides after it go."""
        editing = self._editing(uid)
        rule = editing.master.value("RRULE").split(";")
        parts = [part for part in rule if not part.startswith(("COUNT=", "UNTIL="))]
        editing.master.set("RRULE:" + ";".join([*parts, f"UNTIL={until}"]))
        self._save(editing)

    def split(self, uid: str, *, until: str, start: str, end: str, rule: str) -> str:
        """Change "this and all future": the old series is cut, the rest is a copy under a new UID."""
        rest = self.resource(uid).calendar
        self.cut(uid, until)
        return self.add_tail(rest, start=start, end=end, rule=rule)

    def add_tail(self, rest: Part, *, start: str, end: str, rule: str) -> str:
        """Save the later half of a series that was cut: the series as it was, with a new UID, time and rule."""
        for override in overrides(rest):
            rest.inside.remove(override)
        event, new = _master(rest), str(uuid.uuid4()).upper()
        event.set(f"UID:{new}")
        event.retime("DTSTART", start)
        event.retime("DTEND", end)
        event.set(f"RRULE:{rule}")
        event.remove("EXDATE")
        _touch(event)
        self.add(rest)
        return new

    def set(self, uid: str, *lines: str) -> None:
        """Set properties of the master."""
        self.set_in(self.resource(uid), *lines)

    def set_in(self, old: Resource, *lines: str) -> None:
        """The same, of a resource that was read before."""
        editing = _Editing(old, old.calendar)
        for line in lines:
            editing.master.set(line)
        self._save(editing)

    def append(self, uid: str, *lines: "str | Part") -> None:
        """Add lines or blocks to the master, beside what is there."""
        editing = self._editing(uid)
        editing.master.inside += lines
        self._save(editing)

    def add_alarm(self, uid: str) -> None:
        alarm = ["ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT30M", f"X-WR-ALARMUID:{uuid.uuid4()}"]
        self.append(uid, Part("VALARM", [*alarm]))

    def _editing(self, uid: str) -> "_Editing":
        old = self.resource(uid)
        return _Editing(old, old.calendar)

    def _save(self, editing: "_Editing") -> None:
        _touch(editing.master)
        self.put(editing.old, editing.calendar)


@dataclass
class _Editing:
    """A resource while it is edited."""

    old: Resource
    calendar: Part

    @property
    def master(self) -> Part:
        return _master(self.calendar)

    def override(self, original: str) -> Part:
        """The override of one occurrence (named by its wall time), made from the master where there is none."""
        found = self._override(original)
        if found is not None:
            return found
        head, _ = _split(self.master.lines("DTSTART")[0])
        made = self.master.copy()
        for name in ("RRULE", "EXDATE", "RDATE"):
            made.remove(name)
        made.set(f"{head.replace('DTSTART', 'RECURRENCE-ID', 1)}:{original}")
        self.calendar.inside.append(made)
        return made

    def drop_override(self, original: str) -> None:
        found = self._override(original)
        if found is not None:
            self.calendar.inside.remove(found)

    def _override(self, original: str) -> Part | None:
        return next((o for o in overrides(self.calendar) if o.value("RECURRENCE-ID") == original), None)


def master(resource: Resource) -> Part:
    return _master(resource.calendar)


def _master(calendar: Part) -> Part:
    (found,) = [event for event in calendar.parts("VEVENT") if not event.lines("RECURRENCE-ID")]
    return found


def overrides(calendar: Part) -> list[Part]:
    return [event for event in calendar.parts("VEVENT") if event.lines("RECURRENCE-ID")]


def override_at(resource: Resource, original: str) -> Part:
    """The override of the occurrence with this original wall time."""
    (found,) = [o for o in overrides(resource.calendar) if o.value("RECURRENCE-ID") == original]
    return found


def _touch(event: Part) -> None:
    """What every client does when it saves."""
    event.set(f"DTSTAMP:{_stamp()}")
    event.set(f"LAST-MODIFIED:{_stamp()}")
    event.set(f"SEQUENCE:{int(event.value('SEQUENCE') or 0) + 1}")


def _stamp() -> str:
    return datetime.now(UTC).strftime(_UNSTAMPED) + "Z"


def _given(lines: tuple[str, ...], name: str) -> bool:
    return any(_name(line) == name for line in lines)


def _time_line(name: str, written: str, tz: str | None) -> str:
    if "T" not in written:
        return f"{name};VALUE=DATE:{written}"
    return f"{name};TZID={tz}:{written}" if tz else f"{name}:{written}"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _start(event: icalendar.Event) -> str:
    start = event.start
    if not isinstance(start, datetime):
        return start.isoformat()
    return start.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def vtimezone(name: str) -> Part:
    """A zone's definition as clients write it."""
    part = Part("VTIMEZONE", [f"TZID:{name}"])
    for kind, before, after, first, rule in _ZONES[name]:
        offsets = [f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}"]
        part.inside.append(Part(kind, [*offsets, f"DTSTART:{first}", f"RRULE:FREQ=YEARLY;{rule}"]))
    return part


_ZONES = {
    "America/Chicago": [
        ("DAYLIGHT", "-0600", "-0500", "20080309T020000", "BYMONTH=3;BYDAY=2SU"),
        ("STANDARD", "-0500", "-0600", "20081102T020000", "BYMONTH=11;BYDAY=1SU"),
    ],
    "Australia/Adelaide": [
        ("STANDARD", "+1030", "+0930", "20080406T030000", "BYMONTH=4;BYDAY=1SU"),
        ("DAYLIGHT", "+0930", "+1030", "20081005T020000", "BYMONTH=10;BYDAY=1SU"),
    ],
}
