"""Octets in, the same octets out; and what is refused unseen."""

from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from adapters.ical.lines import Limits, LineError, content_lines, parse
from sync.errors import Unreadable
from tests.unit.ical.conftest import DATA


@pytest.mark.parametrize("path", sorted(DATA.glob("*.ics")), ids=lambda path: path.stem)
def test_every_octet_belongs_to_a_line(path):
    body = path.read_bytes()
    assert b"".join(line.raw for line in content_lines(body, len(body))) == body


def test_a_tree_is_written_back_as_it_came(body):
    for quirk in (
        "series-with-exceptions",
        "fold-inside-character",
        "lf-and-blank-lines",
        "cr-only",
        "latin-1",
    ):
        assert bytes(parse(body(quirk))) == body(quirk)


def test_a_colon_inside_quotes_does_not_end_the_head():
    [line] = content_lines(b'X-P;A="b;c:d";E=f,g:h:i\r\n', 100)
    assert (line.name, line.value, line.parameters) == ("X-P", "h:i", {"A": "b;c:d", "E": "f,g"})


@pytest.mark.parametrize(
    "text", [b'X;A="open:v', b"X;A", b";:", b":", b'"', b'X;="":v', b"X" * 100_000 + b";" * 9999]
)
def test_a_broken_head_is_still_a_line(text):
    [line] = content_lines(text, 1_000_000)
    assert isinstance(line.name + line.value + str(line.parameters), str)


@pytest.mark.parametrize(
    ("limits", "text"),
    [  # G8
        (Limits(size=50), b"BEGIN:VCALENDAR\r\n" * 4),
        (Limits(line=50), b"X:" + b"a" * 51),
        (Limits(line=50), b"X:a\r\n" + b" a\r\n" * 50),
        (Limits(depth=3), b"BEGIN:A\r\n" * 4 + b"END:A\r\n" * 4),
        (Limits(components=3), b"BEGIN:A\r\nEND:A\r\n" * 4),
    ],
)
def test_caps_come_first(limits, text):
    with pytest.raises(LineError, match="more than"):
        parse(text, limits)


def test_a_text_without_a_line_end_is_no_path():  # LIBRARIES, icalendar trap 7: from_ical opens a file
    with pytest.raises(Unreadable, match="no VCALENDAR"):
        ICalendar().read(b"/etc/hostname", tz=ZoneInfo("UTC"))
