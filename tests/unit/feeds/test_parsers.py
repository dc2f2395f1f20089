"""What others make of a feed: icalendar, libical and ical.js read it without a complaint, and see the same times."""

import ctypes
import ctypes.util
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest

from adapters.demo.radicale import ServerStartError
from adapters.diary import beds, cancelling
from adapters.diary.beds import NewStay
from adapters.diary.cancelling import Cancel
from model.cancellation import CancelledBy
from model.series import Scope
from tests.conftest import or_skip
from tests.servers import installed_js
from tests.unit.feeds.conftest import Practice

_COUNT = """
const ICAL = require(process.argv[2]).default || require(process.argv[2]);
const text = require("fs").readFileSync(0, "utf8");
const root = new ICAL.Component(ICAL.parse(text));
for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = root.getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
console.log(JSON.stringify(events.map((e) => [e.uid, e.startDate.toJSDate().toISOString(), e.sequence, e.summary])));
"""
ODD = """
[[client]]
id = "odd"
name = "Ünal, Zoë; O'Brien"
internal_id = "C-9, ß; \\\\ 日本語日本語日本語日本語日本語日本語"
site = "adelaide"
"""


@pytest.fixture
def bodies(practice: Practice) -> list[bytes]:
    """A worker's feed with a series, its exceptions, texts that need folding and escaping; a room's and a bed's."""
    practice.bring(ODD)
    practice.add("2026-03-10 09:00", site="adelaide", room="gym", clients=["odd"])
    ours = practice.add("2026-03-24 10:00", rule="FREQ=WEEKLY;COUNT=4", clients=["eva"])
    how = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-02 08:00")
    cancelling.cancel(practice.sessions, practice.act, str(ours.session_id), how, Scope.THIS_ONLY)
    new = NewStay(bed="b2", client="eva", start="2026-03-20", end="2026-03-23")
    stay = str(beds.book(practice.sessions, practice.act, new).booking_id)
    beds.hold(practice.sessions, practice.act, stay, start="2026-03-21", end="2026-03-22", reason="hospital")
    made = [practice.feed(level=level) for level in ("busy", "reference", "initials")]
    return [practice.body(one) for one in [*made, practice.feed("room:gym"), practice.feed("bed:b2")]]


def _starts(body: bytes) -> list[tuple[str, str]]:
    """UID and start in UTC of each event, as icalendar reads them."""
    found = []
    for one in icalendar.Calendar.from_ical(body).walk("VEVENT"):
        start = one["DTSTART"].dt
        instant = start.astimezone(UTC) if isinstance(start, datetime) else start
        found.append((str(one["UID"]), instant.isoformat()[:16]))
    return sorted(found)


def test_icalendar_reads_every_line(bodies: list[bytes]) -> None:
    for body in bodies:
        calendar = icalendar.Calendar.from_ical(body)
        assert calendar.errors == []
        for one in calendar.walk("VEVENT"):
            assert one.errors == []
            assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE"} <= set(one)
    assert "日本語日本語" in bodies[1].replace(b"\r\n ", b"").decode()


def test_libical_finds_no_error(bodies: list[bytes]) -> None:
    library = or_skip(_libical)
    for body in bodies:
        root = library.icalparser_parse_string(body)
        assert root
        assert library.icalcomponent_count_errors(root) == 0
        assert library.icalcomponent_count_components(
            root, library.icalcomponent_string_to_kind(b"VEVENT")
        ) == len(_starts(body))
        assert library.icalrestriction_check(root) == 1
        library.icalcomponent_free(root)


def _libical() -> ctypes.CDLL:
    """The library that GNOME, KDE and Cyrus read calendars with; many systems have it."""
    name = ctypes.util.find_library("ical")
    if name is None:
        raise ServerStartError("libical is not installed here (Debian: libical3)")
    library = ctypes.CDLL(name)
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    for function in ("icalcomponent_count_errors", "icalcomponent_free", "icalrestriction_check"):
        getattr(library, function).argtypes = [ctypes.c_void_p]
    library.icalcomponent_count_components.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.icalcomponent_string_to_kind.argtypes = [ctypes.c_char_p]
    return library


def test_ical_js_sees_the_same_events_at_the_same_times(bodies: list[bytes]) -> None:
    """Thunderbird's parser."""
    node, module = _ical_js()
    for body in bodies:
        done = subprocess.run(
            [node, "-e", _COUNT, "-", str(module)], input=body, capture_output=True, check=False,
            env=os.environ | {"TZ": "UTC"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        found = json.loads(done.stdout)
        assert sorted(_seen(*one[:2], body) for one in found) == _starts(body)
        assert all(number > 0 for _, _, number, _ in found)


def _seen(uid: str, start: str, body: bytes) -> tuple[str, str]:
    """A day has no time of day in icalendar's eyes."""
    days = {name for name, moment in _starts(body) if "T" not in moment}
    return uid, start[:10] if uid in days else start[:16]


def _ical_js() -> tuple[str, Path]:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip(
            "node and npm are not installed here (of Debian's packages npm brings some three hundred)"
        )
    return node, or_skip(lambda: installed_js("ical.js"))
