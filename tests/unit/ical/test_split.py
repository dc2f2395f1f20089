"""A foreign file taken apart: good events survive bad ones."""

from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.ical import ICalendar, Part, Problem, split
from adapters.ical import lines as ical_lines

ADELAIDE = ZoneInfo("Australia/Adelaide")


def event(uid, *lines):
    return "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"))


def file(*parts):
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(parts) + "END:VCALENDAR\r\n").encode()


GOOD = "DTSTART:20260303T100000Z"


def test_one_part_per_uid_with_its_overrides():
    override = event("a", "RECURRENCE-ID:20260304T100000Z", "DTSTART:20260304T110000Z")
    body = file(event("a", GOOD, "RRULE:FREQ=DAILY"), event("b", GOOD), override)
    parts = split(body, tz=ADELAIDE)
    assert [(part.reading.event.uid, part.line) for part in parts] == [("a", 3), ("b", 8)]
    assert len(parts[0].reading.event.overrides) == 1
    for part in parts:
        assert ICalendar().read(part.body, tz=ADELAIDE).event == part.reading.event


def test_bad_events_are_listed_with_their_line_in_the_file():
    unended = event("c", GOOD).replace("END:VEVENT\r\n", "")
    todo = "BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n"
    body = file(event("a", GOOD), event("b", "DTSTART:x"), unended, todo, event("d", GOOD), event("e"))
    found = split(body, tz=ADELAIDE)
    assert [part.reading.event.uid for part in found if isinstance(part, Part)] == ["a", "d"]
    problems = [(problem.line, problem.reason) for problem in found if isinstance(problem, Problem)]
    assert problems == [
        (9, "DTSTART is neither a date nor a time"),
        (11, "VEVENT begins here and has no END"),
        (21, "an event without DTSTART"),
    ]


def test_a_truncated_file_gives_what_came_whole():
    body = file(event("a", GOOD), event("b", GOOD))[:-40]
    found = split(body, tz=ADELAIDE)
    assert [type(item) for item in found] == [Part, Problem]


def test_a_part_takes_along_the_zones_it_names(body):
    text = body("customised-zone").replace(
        b"END:VCALENDAR\r\n", event("utc", GOOD).encode() + b"END:VCALENDAR\r\n"
    )
    zoned, plain = split(text, tz=ZoneInfo("Europe/Berlin"))
    assert zoned.body.count(b"BEGIN:VTIMEZONE") == 1
    assert b"VTIMEZONE" not in plain.body
    assert zoned.reading.event.master.start == datetime(2026, 7, 3, 10, tzinfo=ADELAIDE)


def test_events_without_uid_are_events_of_their_own():
    nameless = event("x", GOOD).replace("UID:x\r\n", "")
    other = nameless.replace("T10", "T11")
    uids = {part.reading.event.uid for part in split(file(nameless, other), tz=ADELAIDE)}
    assert len(uids) == 2


def test_what_is_no_calendar_is_one_problem():
    assert split(b"<html>", tz=ADELAIDE) == [Problem(line=1, reason="there is no VCALENDAR")]


def test_a_large_file_is_cut_in_one_pass(monkeypatch):
    """Each line is looked at as often in a long file as in a short one."""
    counts = []
    for events in (200, 2000):
        seen = 0

        def kind(line, original=ical_lines.kind):
            nonlocal seen
            seen += 1
            return original(line)

        monkeypatch.setattr("adapters.ical.foreign.kind", kind)
        body = file(*(event(f"u{n}", GOOD, "DESCRIPTION:" + "x" * 500) for n in range(events)))
        assert len(split(body, tz=ADELAIDE)) == events
        counts.append(seen / events)
    assert len(body) > 1024 * 1024
    assert counts[1] <= counts[0] + 0.1
