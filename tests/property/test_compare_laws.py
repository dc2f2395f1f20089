"""The laws of comparing and merging: what `overlay` and `same` owe to everything that is built on them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapters.ical import ICalendar
from model.moment import Moment, instant, key
from model.recurrence import Rule, expand
from sync.compare import INBOUND, OURS, meaning, overlay, same
from sync.event import Component, Event

ADELAIDE = ZoneInfo("Australia/Adelaide")
CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODEC = ICalendar()
RULES = (None, "FREQ=WEEKLY;COUNT=6", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY", "FREQ=MONTHLY;COUNT=4")
WORDS = st.sampled_from(["", "Mine", "Session C-100", "x, y;z", "two\nlines"])


@st.composite
def masters(draw: st.DrawFn, *, all_day: bool, zone: ZoneInfo) -> Component:
    day = date(2026, 3, 2) + timedelta(days=draw(st.integers(0, 60)))
    start: Moment = day
    end: Moment = day + timedelta(days=draw(st.integers(1, 2)))
    if not all_day:
        # not in the hour that clocks skip or show twice: names of those are the codec's own laws
        begin = datetime(day.year, day.month, day.day, draw(st.integers(7, 20)), tzinfo=zone)
        start, end = begin, begin + timedelta(minutes=draw(st.integers(1, 8)) * 15)
    return Component(start=start, end=end, **draw(texts()))


@st.composite
def texts(draw: st.DrawFn) -> dict[str, object]:
    return {
        "summary": draw(WORDS),
        "description": draw(WORDS),
        "location": draw(WORDS),
        "status": draw(st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"])),
        "transparent": draw(st.booleans()),
        "classification": draw(st.sampled_from(["PUBLIC", "PRIVATE"])),
        "categories": draw(st.sampled_from([frozenset(), frozenset({"Fun"})])),
        "attendees": draw(st.sampled_from([frozenset(), frozenset({"a@example.org"})])),
        "marks": draw(st.sampled_from([{}, {"STATE": "ROSTERED"}])),
    }


def instances(event: Event) -> list[Moment]:
    """The names of the first instances that the rule gives."""
    if event.master is None or not event.recurring:
        return []
    since = instant(event.master.start, ADELAIDE)
    until = since + timedelta(days=120)
    found = expand(event.master.start, event.rule, event.rdates, ADELAIDE, since=since, until=until)
    return [key(moment) for moment in found][:6]


@st.composite
def events(draw: st.DrawFn, *, all_day: bool | None = None, zone: ZoneInfo | None = None) -> Event:
    whole_days = draw(st.booleans()) if all_day is None else all_day
    where = draw(st.sampled_from([ADELAIDE, CHICAGO])) if zone is None else zone
    master = draw(masters(all_day=whole_days, zone=where))
    text = draw(st.sampled_from(RULES))
    plain = Event(uid="u", master=master, rule=Rule.parse(text, master.start) if text else None)
    return with_exceptions(draw, plain)


def with_exceptions(draw: st.DrawFn, event: Event) -> Event:
    names = instances(event)
    if not names or event.master is None:
        return event
    chosen = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    gone = frozenset(name for name in chosen if draw(st.booleans()))
    overrides = {}
    for name in set(chosen) - gone:
        stands = event.occurrence(name)
        assert stands is not None
        moved = stands.starting(stands.start + timedelta(days=draw(st.integers(-1, 1))))
        overrides[name] = replace(moved, summary=draw(WORDS))
    return replace(event, exdates=gone, overrides=overrides)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Event, Event]:
    """Two states of one event, of the same kind of time."""
    all_day, zone = draw(st.booleans()), draw(st.sampled_from([ADELAIDE, CHICAGO]))
    return draw(events(all_day=all_day, zone=zone)), draw(events(all_day=all_day, zone=zone))


@settings(max_examples=300)
@given(events(), events())
def test_nothing_changed_is_nothing_carried_over(target: Event, base: Event) -> None:
    assume(target.master is not None and base.master is not None)
    assert overlay(target, base, base) == target


@settings(max_examples=500)
@given(pairs())
def test_carried_over_to_where_it_began_it_is_what_it_became(pair: tuple[Event, Event]) -> None:
    before, after = pair
    assert same(overlay(before, before, after), after, OURS)


@settings(max_examples=300)
@given(pairs())
def test_carried_over_twice_is_carried_over_once(pair: tuple[Event, Event]) -> None:
    before, after = pair
    once = overlay(before, before, after)
    assert same(overlay(once, before, after), once, OURS)


_ONE_EACH = st.sampled_from(
    [
        {"summary": "Other"},
        {"description": "Other"},
        {"location": "Other"},
        {"status": "TENTATIVE"},
        {"transparent": True},
        {"classification": "CONFIDENTIAL"},
        {"categories": frozenset({"Work"})},
        {"attendees": frozenset({"b@example.org"})},
    ]
)


@settings(max_examples=300)
@given(events(), _ONE_EACH, _ONE_EACH)
def test_edits_of_different_properties_merge_in_any_order(
    base: Event, mine: dict[str, object], yours: dict[str, object]
) -> None:
    assume(mine.keys() != yours.keys())
    assert base.master is not None
    a = replace(base, master=replace(base.master, **mine))  # type: ignore[arg-type]
    b = replace(base, master=replace(base.master, **yours))  # type: ignore[arg-type]
    both = replace(base, master=replace(base.master, **mine, **yours))  # type: ignore[arg-type]
    assert same(overlay(a, base, b), both, OURS)
    assert same(overlay(a, base, b), overlay(b, base, a), OURS)


@settings(max_examples=300)
@given(events(), st.data())
def test_edits_of_different_occurrences_merge_in_any_order(base: Event, data: st.DataObject) -> None:
    names = [name for name in instances(base) if name not in base.exdates]
    assume(len(names) >= 2)
    first, second = data.draw(st.permutations(names))[:2]
    a, b = retitled(base, first, "A"), retitled(base, second, "B")
    assert same(overlay(a, base, b), retitled(a, second, "B"), OURS)
    assert same(overlay(a, base, b), overlay(b, base, a), OURS)


def retitled(event: Event, name: Moment, title: str) -> Event:
    stands = event.occurrence(name)
    assert stands is not None
    return replace(event, overrides={**event.overrides, name: replace(stands, summary=title)})


@settings(max_examples=500)
@given(pairs())
def test_equal_hashes_are_equal_meanings(pair: tuple[Event, Event]) -> None:
    a, b = pair
    assert (meaning(a) == meaning(b)) == same(a, b, INBOUND | {"related_to"})
    assert meaning(a) == meaning(replace(a, sequence=7))


@settings(max_examples=300)
@given(events())
def test_an_override_that_says_what_the_rule_says_has_no_meaning(event: Event) -> None:
    plain = [name for name in instances(event) if name not in event.exdates and name not in event.overrides]
    assume(bool(plain))
    stands = event.occurrence(plain[0])
    assert stands is not None
    spelled = replace(event, overrides={**event.overrides, plain[0]: stands})
    assert same(event, spelled, OURS)
    assert meaning(event) == meaning(spelled)


@settings(max_examples=300)
@given(events())
def test_meaning_survives_the_wire(event: Event) -> None:
    reading = CODEC.read(CODEC.write(event, now=NOW), tz=ADELAIDE)
    assert reading is not None
    assert same(reading.event, event, OURS)
    assert meaning(reading.event) == meaning(event)


@settings(max_examples=300)
@given(pairs())
def test_a_patched_body_says_what_was_wanted(pair: tuple[Event, Event]) -> None:
    before, after = pair
    body = CODEC.write(before, now=NOW)
    merged = overlay(before, before, after)
    reading = CODEC.read(CODEC.patch(body, merged, now=NOW, tz=ADELAIDE), tz=ADELAIDE)
    assert reading is not None
    assert same(reading.event, after, OURS)
