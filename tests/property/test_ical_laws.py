"""The codec's laws, on events and spellings that nobody thought of."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ical import ICalendar
from model.moment import Moment, key
from model.recurrence import Rule
from sync.event import Component, Event

ADELAIDE = ZoneInfo("Australia/Adelaide")
ZONES = [ADELAIDE, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("UTC")]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODEC = ICalendar()

TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from("\n,;:\\\"'^ä😀nN"),
    max_size=90,
)
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
URLS = WORDS.map(lambda word: f"https://practice.example/s?{word}=1,2;x={word}") | st.just("")
RULES = st.sampled_from(
    [
        None,
        "FREQ=WEEKLY",
        "FREQ=DAILY;COUNT=9",
        "FREQ=WEEKLY;UNTIL=20270301T100000Z",
        "FREQ=MONTHLY;INTERVAL=2",
    ]
)


@st.composite
def starts(draw, all_day: bool, zone: ZoneInfo) -> Moment:
    day = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 500)))
    if all_day:
        return day
    clock = time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30])))
    return datetime.combine(day, clock, zone)


@st.composite
def components(draw, all_day: bool, zone: ZoneInfo) -> Component:
    start = draw(starts(all_day, zone))
    length = (
        timedelta(days=draw(st.integers(1, 3))) if all_day else timedelta(minutes=draw(st.integers(0, 3000)))
    )
    end = start + length if all_day else (start.astimezone(UTC) + length).astimezone(zone)
    return Component(
        start=start,
        end=end,
        summary=draw(TEXTS),
        description=draw(TEXTS),
        location=draw(TEXTS),
        url=draw(URLS),
        conference=draw(URLS),
        status=draw(st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"])),
        transparent=draw(st.booleans()),
        classification=draw(st.sampled_from(["PUBLIC", "PRIVATE", "CONFIDENTIAL"])),
        categories=draw(st.frozensets(WORDS | st.just("Client session") | st.just("a, b;c"), max_size=3)),
        attendees=draw(st.frozensets(WORDS.map(lambda w: f"{w.lower()}@example.org"), max_size=2)),
        related_to=draw(WORDS | st.just("")),
        marks=draw(st.dictionaries(st.sampled_from(["STATE", "REV", "KIND"]), WORDS, max_size=2)),
    )


@st.composite
def events(draw) -> Event:
    all_day, zone = draw(st.booleans()), draw(st.sampled_from(ZONES))
    master = draw(components(all_day, zone))
    text = draw(RULES)
    rule = Rule.parse(text, master.start) if text else None
    names = st.builds(key, starts(all_day, zone))
    return Event(
        uid="5b1f6c1e",
        master=master,
        rule=rule,
        rdates=draw(st.frozensets(names, max_size=2)),
        exdates=draw(st.frozensets(names, max_size=3)),
        overrides=draw(st.dictionaries(names, components(draw(st.booleans()), zone), max_size=2)),
        sequence=draw(st.integers(0, 5)),
    )


FOREIGN = [
    b'X-FOREIGN;P="a;b:c":1,2\\,3',
    b"COLOR:tomato",
    b"GEO:-34.9;138.6",
    b"X-LONG:" + b"0123456789" * 12,
    "X-UMLAUT:ä€😀".encode(),
    b"X-LATIN:\xe4\xf6",
    b"CONFERENCE;VALUE=URI:tel:+1234",
    b"BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nEND:VALARM",
]
ADDITIONS: list[list[bytes]] = [[], [b"SUMMARY:a second one"], [b"EXDATE;VALUE=DATE:20260401,20260408"]]
OURS_TOO = b"CONFERENCE"


@st.composite
def bodies(draw) -> bytes:
    """Somebody else's spelling of an event: foreign lines, other line ends, DURATION, floating times."""
    lines = CODEC.write(draw(events()), now=NOW).split(b"\r\n")
    if draw(st.booleans()):
        lines = [line.replace(b";TZID=Australia/Adelaide", b"") for line in lines]
    for drop in draw(
        st.sets(st.sampled_from([b"DTEND", b"CLASS", b"LAST-MOD", b"SEQUENCE", b"X-MICRO", b"STATUS"]))
    ):
        lines = _without(lines, drop)
    out = []
    for line in lines:
        if line == b"END:VEVENT":
            out += draw(st.lists(st.sampled_from(FOREIGN), max_size=4, unique=True))
            if not any(own.startswith((b"DTEND", b"DURATION")) for own in out[_last_begin(out) :]):
                out += draw(st.sampled_from([[], [b"DURATION:PT90M"], [b"DURATION:P1D"]]))
            out += draw(
                st.sampled_from([[], [b"SUMMARY:a second one"], [b"EXDATE;VALUE=DATE:20260401,20260408"]])
            )
        out.append(line)
    if draw(st.booleans()):
        out.insert(1, b"METHOD:PUBLISH")
    return draw(st.sampled_from([b"\r\n", b"\n"])).join(out)


def _without(lines: list[bytes], name: bytes) -> list[bytes]:
    return [line for line in lines if not line.startswith(name)]


def _last_begin(lines: list[bytes]) -> int:
    return max(n for n, line in enumerate(lines) if line == b"BEGIN:VEVENT")


def _meaning(body: bytes) -> Event:
    reading = CODEC.read(body, tz=ADELAIDE)
    assert reading is not None
    return reading.event


@settings(max_examples=300, deadline=None)
@given(events())
def test_what_is_written_is_read_back(event):
    assert _meaning(CODEC.write(event, now=NOW)) == event


@settings(max_examples=200, deadline=None)
@given(bodies())
def test_a_patch_without_a_change_is_the_same_octets(body):
    assert CODEC.patch(body, _meaning(body), now=NOW, tz=ADELAIDE) is body


@settings(max_examples=300, deadline=None)
@given(bodies(), events())
def test_a_patched_body_means_the_event_and_a_second_patch_changes_nothing(body, event):
    patched = CODEC.patch(body, event, now=NOW, tz=ADELAIDE)
    assert _meaning(patched) == event
    assert CODEC.patch(patched, event, now=NOW, tz=ADELAIDE) is patched


@settings(max_examples=200, deadline=None)
@given(bodies(), st.data())
def test_one_changed_fact_keeps_every_foreign_line(body, data):
    before = _meaning(body)
    other = data.draw(components(before.master.all_day, ZONES[0]))
    name = data.draw(
        st.sampled_from(["summary", "description", "status", "categories", "url", "marks", "transparent"])
    )
    event = replace(before, master=replace(before.master, **{name: getattr(other, name)}))
    patched = CODEC.patch(body, event, now=NOW, tz=ADELAIDE)
    assert _foreign(patched) == _foreign(body)


def _foreign(body: bytes) -> list[bytes]:
    """The foreign lines as they stand, in order."""
    kept = [line for piece in FOREIGN for line in piece.split(b"\r\n")]
    return [line for line in body.splitlines() if line in kept and not line.startswith(OURS_TOO)]


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["summary", "description", "location", "related_to"]), st.text()),
    st.text(),
)
def test_k_fields_in_are_k_lines_out(texts, uid):
    start = datetime(2026, 3, 3, 10, tzinfo=ADELAIDE)
    plain = Event(uid="u", master=Component(start=start, end=start, **dict.fromkeys(texts, "x")))
    hostile = Event(
        uid=uid + "u", master=Component(start=start, end=start, **{k: v + "x" for k, v in texts.items()})
    )
    assert _names(CODEC.write(hostile, now=NOW)) == _names(CODEC.write(plain, now=NOW))


def _names(body: bytes) -> list[bytes]:
    text = body.replace(b"\r\n ", b"")
    assert not {b"\r", b"\n"} & {text.replace(b"\r\n", b"")[n : n + 1] for n in range(len(text))}
    return [line.partition(b":")[0].partition(b";")[0] for line in text.split(b"\r\n")]
