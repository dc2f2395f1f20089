"""What the practitioner's thumb does, in a history: gestures of calendar apps, as those apps write them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from model.moment import Moment, instant, is_all_day, key
from model.recurrence import Rule, expand
from model.series import just_before
from sync.event import Component, Event
from tests.property.support.play import Gesture, Play
from tests.world import dentist

_EDITS: tuple[dict[str, object], ...] = (
    {"summary": "Mine"},
    {"description": "bring the ball"},
    {"location": "Beach"},
    {"location": "Adelaide clinic"},
    {"transparent": True},
    {"transparent": False},
    {"status": "TENTATIVE"},
    {"status": "CANCELLED"},
    {"status": "CONFIRMED"},
    {"classification": "CONFIDENTIAL"},
    {"classification": "PUBLIC"},
    {"categories": frozenset({"Fun"})},
    {"url": "https://x.example"},
    {"attendees": frozenset({"mailto:a@example.org"})},
    {"status": "CANCELLED", "transparent": True},
)
_RULES = ("FREQ=WEEKLY;COUNT=3", "FREQ=DAILY;COUNT=4", "FREQ=WEEKLY", "FREQ=MONTHLY;COUNT=3")


def _pick(play: Play, which: int) -> Event | None:
    events = play.world.phone.events()
    return events[which % len(events)] if events else None


def instances(play: Play, event: Event) -> list[Moment]:
    """The original starts of the first instances that a phone shows."""
    if event.master is None:
        return []
    if not event.recurring:
        return []
    since = instant(event.master.start, play.stage.tz)
    found = expand(
        event.master.start,
        event.rule,
        event.rdates,
        play.stage.tz,
        since=since,
        until=since + timedelta(days=200),
    )
    return [m for m in found if event.occurrence(key(m)) is not None][:8]


def instance(play: Play, which: int, nth: int) -> tuple[Event, Moment, Component] | None:
    events = [e for e in play.world.phone.events() if e.recurring]
    if not events:
        return None
    event = events[which % len(events)]
    starts = instances(play, event)
    if not starts:
        return None
    start = starts[nth % len(starts)]
    stands = event.occurrence(key(start))
    return (event, start, stands) if stands is not None else None


def shifted(moment: Moment, by: int) -> Moment:
    """Some hours later on the same day, on another day, or days earlier."""
    if not isinstance(moment, datetime):
        return moment + timedelta(days=by - 2)
    return moment + (timedelta(minutes=45 * (by + 1)) if by % 2 else timedelta(days=by - 3))


def move(play: Play, which: int, by: int, _: int) -> None:
    event = _pick(play, which)
    if event is None or event.master is None:
        return
    start = shifted(event.master.start, by)
    moved = event.moved_by(start) if event.recurring and by % 4 < 2 else event
    assert moved.master is not None
    play.world.phone.write(replace(moved, master=moved.master.starting(start)))


def resize(play: Play, which: int, by: int, _: int) -> None:
    event = _pick(play, which)
    if event is None or event.master is None:
        return
    longer = timedelta(days=1 + by % 2) if event.master.all_day else timedelta(minutes=20 + 25 * by)
    end = event.master.start + longer
    play.world.phone.write(replace(event, master=replace(event.master, end=end)))


def edit(play: Play, which: int, what: int, more: int) -> None:
    event = _pick(play, which)
    if event is None or event.master is None:
        return
    values = _EDITS[(what + 8 * more) % len(_EDITS)]
    play.world.phone.write(replace(event, master=replace(event.master, **values)))  # type: ignore[arg-type]


def toggle_all_day(play: Play, which: int, _: int, __: int) -> None:
    event = _pick(play, which)
    if event is None or event.master is None or event.recurring:
        return
    start = event.master.start
    if isinstance(start, datetime):
        first: Moment = start.date()
        master = replace(event.master, start=first, end=first + timedelta(days=1))
    else:
        begin = datetime(start.year, start.month, start.day, 9, tzinfo=play.stage.tz)
        master = replace(event.master, start=begin, end=begin + timedelta(hours=1))
    play.world.phone.write(replace(event, master=master))


def move_one(play: Play, which: int, nth: int, by: int) -> None:
    found = instance(play, which, nth)
    if found is not None:
        event, start, stands = found
        moved = stands.starting(shifted(stands.start, by))
        play.world.phone.write(replace(event, overrides={**event.overrides, key(start): moved}))


def delete_one(play: Play, which: int, nth: int, _: int) -> None:
    found = instance(play, which, nth)
    if found is not None:
        event, start, _stands = found
        overrides = {rid: c for rid, c in event.overrides.items() if rid != key(start)}
        play.foreign.pop((event.uid, str(key(start))), None)
        play.world.phone.write(replace(event, exdates=event.exdates | {key(start)}, overrides=overrides))


def edit_one(play: Play, which: int, nth: int, what: int) -> None:
    found = instance(play, which, nth)
    if found is not None:
        event, start, stands = found
        changed = replace(stands, **_EDITS[(3 * what) % len(_EDITS)])  # type: ignore[arg-type]
        play.world.phone.write(replace(event, overrides={**event.overrides, key(start): changed}))


def restore_one(play: Play, which: int, nth: int, _: int) -> None:
    """Take an exception back: the rule's own instance stands there again."""
    events = [e for e in play.world.phone.events() if e.overrides or e.exdates]
    if not events:
        return
    event = events[which % len(events)]
    names = sorted([*event.overrides, *event.exdates], key=str)
    chosen = names[nth % len(names)]
    overrides = {rid: c for rid, c in event.overrides.items() if rid != chosen}
    play.foreign.pop((event.uid, str(chosen)), None)
    play.world.phone.write(replace(event, exdates=event.exdates - {chosen}, overrides=overrides))


def truncate(play: Play, which: int, nth: int, _: int) -> None:
    found = instance(play, which, nth)
    if found is not None:
        cut(play, found[0], found[1])


def cut(play: Play, event: Event, start: Moment) -> None:
    assert event.rule is not None or event.rdates
    if event.rule is None:
        return
    at = instant(start, play.stage.tz)
    left = replace(
        event,
        rule=event.rule.ending(just_before(start)),
        exdates=frozenset(m for m in event.exdates if instant(m, play.stage.tz) < at),
        overrides={m: c for m, c in event.overrides.items() if instant(m, play.stage.tz) < at},
    )
    play.world.phone.write(left)


def split(play: Play, which: int, nth: int, by: int) -> None:
    """This and all future moved, as real clients write it: the old rule ends, and a new UID goes on."""
    found = instance(play, which, nth)
    if found is None or found[0].rule is None or found[0].master is None:
        return
    event, start, _ = found
    rule = rest_of_rule(play, event, start)
    if rule is None or event.master is None:
        return
    moved = shifted(start, by)
    if by % 2 == 0:
        rule = replace(rule, by=())
    tail = Event(uid=f"tail-{play.number()}", master=event.master.starting(moved), rule=rule)
    cut(play, event, start)
    play.world.phone.add(tail)


def rest_of_rule(play: Play, event: Event, start: Moment) -> Rule | None:
    """The rule from one instance on: of a counted one what is left."""
    rule = event.rule
    assert rule is not None
    assert event.master is not None
    if rule.count is None:
        return rule
    since, until = instant(event.master.start, play.stage.tz), instant(start, play.stage.tz)
    earlier = expand(event.master.start, rule, frozenset(), play.stage.tz, since=since, until=until)
    return rule.counting(rule.count - len(earlier)) if rule.count > len(earlier) else None


def this_and_future(play: Play, which: int, nth: int, by: int) -> None:
    """RANGE=THISANDFUTURE, as a rare client writes it."""
    found = instance(play, which, nth)
    if found is None or is_all_day(found[1]):
        return
    event, start, stands = found
    assert isinstance(start, datetime)
    moved = stands.starting(shifted(start, by))
    assert isinstance(moved.start, datetime)
    assert isinstance(moved.end, datetime)
    lines = (
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        "DTSTAMP:20260302T000000Z",
        f"RECURRENCE-ID;RANGE=THISANDFUTURE:{key(start):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{key(moved.start):%Y%m%dT%H%M%SZ}",
        f"DTEND:{key(moved.end):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{stands.summary}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    body = play.world.phone.item(event.uid).body
    play.world.phone.write_raw(event.uid, body.replace(b"END:VCALENDAR", "\r\n".join(lines).encode()))


def change_rule(play: Play, which: int, rule: int, _: int) -> None:
    event = _pick(play, which)
    if event is None or event.master is None:
        return
    made = Rule.parse(_RULES[rule % 4], event.master.start) if rule < 6 else None
    kept = (
        event if made is not None else replace(event, overrides={}, exdates=frozenset(), rdates=frozenset())
    )
    play.world.phone.write(replace(kept, rule=made))


def add_date(play: Play, which: int, by: int, _: int) -> None:
    event = _pick(play, which)
    if event is None or event.master is None or not event.recurring:
        return
    extra = key(shifted(event.master.start, 2 * by + 2))
    play.world.phone.write(replace(event, rdates=event.rdates | {extra}))


def delete(play: Play, which: int, _: int, __: int) -> None:
    event = _pick(play, which)
    if event is not None:
        throw_away(play, event)


def throw_away(play: Play, event: Event) -> None:
    for place in [p for p in play.foreign if p[0] == event.uid]:
        del play.foreign[place]
    play.world.phone.delete(event.uid)
    play.thrown_away.append(event)


def bring_back(play: Play, which: int, _: int, __: int) -> None:
    """Undo a deletion: the same UID is written again, at an href of its own."""
    there = {event.uid for event in play.world.phone.events()}
    events = [event for event in play.thrown_away if event.uid not in there]
    if events:
        play.world.phone.add(events[which % len(events)])


def copy(play: Play, which: int, by: int, _: int) -> None:
    event = _pick(play, which)
    if event is not None and event.master is not None:
        start = shifted(event.master.start, by)
        made = replace(event.moved_by(start), uid=f"copy-{play.number()}", following={})
        assert made.master is not None
        play.world.phone.add(replace(made, master=made.master.starting(start)))


def add(play: Play, day: int, hour: int, shape: int) -> None:
    start = play.at(day, hour)
    event = dentist(f"own-{play.number()}", start, transparent=shape % 2 == 1)
    assert event.master is not None
    if shape % 4 >= 2:
        first: date = start.date()
        days = replace(event.master, start=first, end=first + timedelta(days=1 + hour % 2))
        event = replace(event, master=days)
    if shape >= 4:
        assert event.master is not None
        event = replace(event, rule=Rule.parse(_RULES[hour % 4], event.master.start))
    play.world.phone.add(event)


def decorate(play: Play, which: int, nth: int, _: int) -> None:
    """An alarm and a line that nobody knows, on the master or on an exception."""
    event = _pick(play, which)
    if event is None:
        return
    number = play.number()
    line = f"X-FOREIGN-{number};A=b:1\\,2\r\n".encode()
    alarm = (
        f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT{number}M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n"
    ).encode()
    body = play.world.phone.item(event.uid).body
    parts = body.split(b"END:VEVENT")
    chosen = nth % (len(parts) - 1)
    parts[chosen] += line + alarm
    play.world.phone.write_raw(event.uid, b"END:VEVENT".join(parts))
    if b"RECURRENCE-ID" not in parts[chosen].rpartition(b"BEGIN:VEVENT")[2]:
        stored = play.world.phone.item(event.uid).body  # a server may have thrown it away right then
        kept = {mine for mine in (line, alarm) if mine in stored}
        play.foreign.setdefault((event.uid, ""), set()).update(kept)


THUMB: dict[str, Gesture] = {
    "t_move": move,
    "t_resize": resize,
    "t_edit": edit,
    "t_all_day": toggle_all_day,
    "t_move_one": move_one,
    "t_delete_one": delete_one,
    "t_edit_one": edit_one,
    "t_restore_one": restore_one,
    "t_truncate": truncate,
    "t_split": split,
    "t_this_and_future": this_and_future,
    "t_change_rule": change_rule,
    "t_add_date": add_date,
    "t_delete": delete,
    "t_bring_back": bring_back,
    "t_copy": copy,
    "t_add": add,
    "t_decorate": decorate,
}
