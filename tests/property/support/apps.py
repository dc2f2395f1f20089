"""What calendar apps and the servers behind them do besides one plain edit, in a history.

They put several edits into one write, write times in the zone the phone is in, turn a whole series into days, carry
exceptions over into the rest of a series that was cut, and paste what they cut under a UID of its own. Somebody may
also act while a run is between two requests. The plain gestures are `thumb`'s and `office`'s.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from model.moment import Moment, instant, key
from model.recurrence import Rule
from sync.event import Component, Event
from tests.doubles.remote import uid_of
from tests.property.support import oracle, thumb
from tests.property.support.office import OFFICE
from tests.property.support.play import Gesture, Play
from tests.property.support.thumb import THUMB

_ZONES = tuple(ZoneInfo(name) for name in ("UTC", "Europe/London", "Asia/Tokyo", "America/Chicago"))
_NOON = time(12)
_RULES = ("FREQ=WEEKLY;COUNT=5", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;INTERVAL=2;COUNT=3")


def together(play: Play, which: int, nth: int, what: int) -> None:
    """One occurrence moved, another deleted, and the series itself moved, renamed or repeated otherwise."""
    found = thumb.instance(play, which, nth)
    if found is None:
        return
    event, start, stands = found
    others = [m for m in thumb.instances(play, event) if m != start]
    overrides = {**event.overrides, key(start): stands.starting(thumb.shifted(stands.start, what))}
    exdates = event.exdates
    if others:
        gone = key(others[nth % len(others)])
        exdates |= {gone}
        overrides.pop(gone, None)
        play.foreign.pop((event.uid, str(gone)), None)
    edited = replace(event, exdates=exdates, overrides=overrides)
    play.world.phone.write(_whole(edited, what))


def _whole(event: Event, what: int) -> Event:
    assert event.master is not None
    if what % 4 == 0:
        return replace(event, rule=Rule.parse(_RULES[what % 3], event.master.start))
    if what % 4 == 1:
        start = thumb.shifted(event.master.start, what)
        return event.moved_by(start)
    if what % 4 == 2:
        return replace(event, master=replace(event.master, summary="Mine", description="bring the ball"))
    return event


def travel(play: Play, which: int, where: int, _: int) -> None:
    """The same times, written in the zone that the phone is in."""
    events = play.world.phone.events()
    event = events[which % len(events)] if events else None
    if event is None or event.master is None or event.master.all_day:
        return
    tz = _ZONES[where % len(_ZONES)]
    overrides = {rid: _in(component, tz) for rid, component in event.overrides.items()}
    play.world.phone.write(replace(event, master=_in(event.master, tz), overrides=overrides))


def _in(component: Component, tz: ZoneInfo) -> Component:
    if not isinstance(component.start, datetime) or not isinstance(component.end, datetime):
        return component
    return replace(component, start=component.start.astimezone(tz), end=component.end.astimezone(tz))


def series_of_days(play: Play, which: int, kept: int, _: int) -> None:
    """A whole series becomes all-day, or timed again; its exceptions are named anew, or thrown away."""
    events = [e for e in play.world.phone.events() if e.rule is not None]
    event = events[which % len(events)] if events else None
    if event is None or event.master is None:
        return
    tz = play.stage.tz
    master = _day(event.master, tz)
    rule = event.rule
    if rule is not None and rule.until is not None:
        until = _day_of(rule.until, tz)
        rule = rule.ending(until if master.all_day else key(datetime.combine(until, _NOON, tzinfo=tz)))
    made = Event(uid=event.uid, master=master, rule=rule, sequence=event.sequence)
    if kept % 2:
        names = {m: key(_moved(m, master, tz)) for m in (*event.exdates, *event.overrides)}
        overrides = {names[m]: _day(c, tz) for m, c in event.overrides.items()}
        made = replace(made, exdates=frozenset(names[m] for m in event.exdates), overrides=overrides)
    else:
        for place in [p for p in play.foreign if p[0] == event.uid and p[1]]:
            del play.foreign[place]
    play.world.phone.write(made)


def _day_of(moment: Moment, tz: ZoneInfo) -> date:
    return moment.astimezone(tz).date() if isinstance(moment, datetime) else moment


def _moved(moment: Moment, like: Component, tz: ZoneInfo) -> Moment:
    day = _day_of(moment, tz)
    if isinstance(like.start, datetime):
        return datetime.combine(day, like.start.time(), tzinfo=tz)
    return day


def _day(component: Component, tz: ZoneInfo) -> Component:
    day = _day_of(component.start, tz)
    if component.all_day:
        begin = datetime(day.year, day.month, day.day, 9, tzinfo=tz)
        return replace(component, start=begin, end=begin + timedelta(hours=1))
    return replace(component, start=day, end=day + timedelta(days=1))


def split_with_exceptions(play: Play, which: int, nth: int, by: int) -> None:
    """This and all future, where the new series takes its exceptions along."""
    found = thumb.instance(play, which, nth)
    if found is None or found[0].rule is None or found[0].master is None:
        return
    event, start, _ = found
    rule = thumb.rest_of_rule(play, event, start)
    if rule is None:
        return
    at = instant(start, play.stage.tz)
    rest = replace(
        event,
        uid=f"rest-{play.number()}",
        following={},
        master=event.master.starting(start) if event.master else None,
        rule=rule if by % 2 else replace(rule, by=()),
        rdates=frozenset(m for m in event.rdates if instant(m, play.stage.tz) >= at),
        exdates=frozenset(m for m in event.exdates if instant(m, play.stage.tz) >= at),
        overrides={m: c for m, c in event.overrides.items() if instant(m, play.stage.tz) >= at},
    )
    moved = rest.moved_by(thumb.shifted(start, by))
    thumb.cut(play, event, start)
    play.world.phone.add(moved)


def cut_and_paste(play: Play, which: int, by: int, _: int) -> None:
    """The event goes, and comes again elsewhere under a UID of its own."""
    events = play.world.phone.events()
    if events:
        thumb.copy(play, which, by, 0)
        thumb.throw_away(play, events[which % len(events)])


def spoil(play: Play, which: int, mended: int, _: int) -> None:
    """An app stores an event whose start nobody can read; later somebody may write or delete it properly."""
    spoiled = play.world.phone.spoiled()
    if not spoiled or mended % 3 == 0:
        start = "DTSTART:20261399T990000Z"
        lines = (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:x",
            "BEGIN:VEVENT",
            f"UID:bad-{play.number()}",
            start,
        )
        body = "\r\n".join((*lines, "END:VEVENT", "END:VCALENDAR", ""))
        play.world.phone.add_raw(f"bad-{play.number()}", body.encode())
        return
    item = spoiled[which % len(spoiled)]
    uid = uid_of(item.body) or ""
    if mended % 3 == 1:
        play.world.phone.delete(uid)
    else:
        body = item.body.replace(b"20261399T990000Z", b"20260401T030000Z")
        play.world.phone.write_raw(uid, body)


APPS: dict[str, Gesture] = {
    "t_spoil": spoil,
    "t_together": together,
    "t_travel": travel,
    "t_series_of_days": series_of_days,
    "t_split_with_exceptions": split_with_exceptions,
    "t_cut_and_paste": cut_and_paste,
}


# --- between two requests of a run ----------------------------------------------------------------------------


def thumb_meanwhile(play: Play, nth: int, what: int, which: int) -> None:
    """Somebody edits while a run is under way; nobody's booking is lost by that."""
    before = oracle.clients_of(play)
    _meanwhile(play, nth, _chosen({**THUMB, **APPS}, what, which), which)
    oracle.check_untouched(before, play)


def office_meanwhile(play: Play, nth: int, what: int, which: int) -> None:
    """Something is changed, or a held change answered, while a run is under way."""
    _meanwhile(play, nth, _chosen(OFFICE, what, which), which)


def _chosen(gestures: Mapping[str, Gesture], what: int, more: int) -> Gesture:
    names = sorted(gestures)
    return gestures[names[(what + 8 * more) % len(names)]]


def _meanwhile(play: Play, nth: int, gesture: Gesture, which: int) -> None:
    """Act before the request with this number, or right after a write.

    A server that names no ETag may rewrite texts: between a write and its reading back only a move is known to be
    somebody's.
    """
    server, left = play.world.server, nth
    unwatched, written = server.watch, False

    def act(request: str) -> None:
        nonlocal left, written
        left -= 1
        written |= request == "after a write"
        if left < 0:
            server.watch = unwatched
            silent = written and not server.etag_on_put
            play.acted |= silent
            (thumb.move if silent else gesture)(play, which, nth, which)

    server.watch = act
    report = play.world.sync()
    server.watch = unwatched
    assert report.ok, report.error


MEANWHILE: dict[str, Gesture] = {
    "thumb_meanwhile": thumb_meanwhile,
    "office_meanwhile": office_meanwhile,
}
