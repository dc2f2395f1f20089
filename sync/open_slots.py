"""Show the windows that a worker reserved as open slots in the worker's calendar, where the practice wants it (003-10).

Free time, and of nobody: so what the practitioner does there changes the window (DOMAIN 1.6; E1 to E7). One of several
that repeat, when it is moved, becomes a window of its own; and "this and all future" another one, for the same types.
"""

from datetime import timedelta
from uuid import UUID

from model.errors import DomainError
from model.inbound import InboundChange
from model.link import EventMapping, MappingState
from model.moment import Moment, Span, from_text, in_zone, instant, key, zone
from model.recurrence import Rule
from model.reserved_slot import ReservedSlot, check_window
from model.series import HORIZON, Pattern
from sync.announcing import bring, unwritten
from sync.classify import Edit
from sync.context import Run
from sync.disclosure import open_slot
from sync.event import Component, Event
from sync.judge import takes_away
from sync.sending import Prepared
from sync.store import Work

KIND = "open slot"
PREFIX = "window:"
MARK = "OPEN-SLOT"


def is_open_slot(mapping: EventMapping) -> bool:
    """Whether a mapping shows a window."""
    return mapping.shows.startswith(PREFIX)


def name_of(window_id: UUID) -> str:
    """What a mapping of it shows."""
    return f"{PREFIX}{window_id.hex}"


def wanted(run: Run) -> bool:
    return run.settings.booking.open_slot_display == "event"


# --- what is to be seen -----------------------------------------------------------------------------------------


def shown(run: Run, work: Work, window: ReservedSlot | None, mapping: EventMapping) -> Event | None:
    """The event of a window; None: nothing of it is to be seen."""
    if window is None or not wanted(run) or not _is_to_come(run, window):
        return None
    pattern = window.pattern
    left_out = {key(from_text(text, pattern.span.tz)) for text in window.exdate_text.split()}
    return Event(
        uid=mapping.uid,
        master=open_slot(pattern.span, run.level(work), note=mapping.note),
        rule=pattern.rule,
        exdates=frozenset(left_out),
    )


def announce(run: Run, work: Work, doomed: list[UUID]) -> list[Prepared]:
    """Announce what brings the open slots to what is to be seen: of those that wait, or of all when all is compared."""
    everything = run.full or work.link.seen_rev == 0
    known = {one.shows: one for one in work.windows_shown(PREFIX, waiting=not everything)}
    if not known and not (everything and wanted(run)):
        return []
    windows = {name_of(one.id): one for one in work.windows()}
    new = [name for name in windows if name not in known] if everything and wanted(run) else []
    for name in new:
        known[name] = unwritten(run, str(run.new_id()), shows=name)
    made = [
        _write(run, work, windows.get(name), known[name], doomed, new=name in new) for name in sorted(known)
    ]
    return [one for one in made if one is not None]


def _write(
    run: Run, work: Work, window: ReservedSlot | None, mapping: EventMapping, doomed: list[UUID], *, new: bool
) -> Prepared | None:
    ours = shown(run, work, window, mapping)
    if ours is None:
        doomed += [] if new else [mapping.id]
        return None
    if new:
        work.add(mapping)
        work.flush()
    return bring(run, work, mapping, run.bases(mapping), ours, KIND)


def _is_to_come(run: Run, window: ReservedSlot) -> bool:
    """Whether any of it is left: an event without an instance is deleted, not written (FAILURES C12)."""
    now = run.clock.now()
    return (
        next(window.windows(now - timedelta(days=run.settings.sync.past_days), now + HORIZON), None)
        is not None
    )


# --- what the practitioner did ----------------------------------------------------------------------------------


def window_of(work: Work, mapping: EventMapping) -> ReservedSlot | None:
    """The window that a mapping shows, if it is there still."""
    return next((one for one in work.windows() if name_of(one.id) == mapping.shows), None)


def change(run: Run, work: Work, window: ReservedSlot, edit: Edit) -> None:
    """Do to the window what was done to its event; DomainError: no window can be like that."""
    start = _original(window, edit)
    if takes_away(edit):
        _take_back(work, window, edit.code, start)
    elif edit.after is None:
        return
    elif start is None:
        window.move(_span(window, edit.after))
    elif edit.code == "E6":
        span = _span(window, edit.after)
        _offer(run, work, window.move_from(start, window.rest(start, span), run.act()))
    else:
        _offer(run, work, window.move_one(start, _span(window, edit.after), run.act()))


def goes_on(run: Run, work: Work, event: Event) -> tuple[InboundChange, ReservedSlot] | None:
    """The cut that a new event follows, as clients write "this and all future" (E6 b), and the window that was cut."""
    found = [
        (cut, window)
        for cut in (work.windows_cut(run.run_id) if _looks_like_one(run, work, event) else ())
        if (window := _cut_window(work, cut)) is not None and _follows(event, cut, window)
    ]
    return found[0] if len(found) == 1 else None


def tail(
    run: Run, work: Work, window: ReservedSlot, master: Component, rule: Rule | None
) -> ReservedSlot | None:
    """The window that goes on where one was cut; None where no window can be like that."""
    span = _span(window, master)
    try:
        check_window(span)
    except DomainError:
        return None
    made = window.like(Pattern(span=span, rule=rule), run.act())
    work.add(made)
    work.flush()
    return made


def _take_back(work: Work, window: ReservedSlot, code: str, start: Moment | None) -> None:
    if start is None:
        work.delete(window)
    elif code == "E7":
        window.end_before(start)
    else:
        window.leave_out(start)


def _offer(run: Run, work: Work, made: ReservedSlot) -> None:
    """A new window, which the push of this run shows."""
    work.add(made)
    mapping = unwritten(run, str(run.new_id()), shows=name_of(made.id))
    mapping.state = MappingState.DIRTY
    work.add(mapping)
    work.flush()


def _original(window: ReservedSlot, edit: Edit) -> Moment | None:
    return in_zone(edit.recurrence_id, zone(window.tz)) if edit.recurrence_id is not None else None


def _span(window: ReservedSlot, component: Component) -> Span:
    tz = zone(window.tz)
    return Span(start=in_zone(component.start, tz), end=in_zone(component.end, tz), tz=tz)


def _looks_like_one(run: Run, work: Work, event: Event) -> bool:
    master = event.master
    if master is None or not master.transparent or master.all_day:
        return False
    return master.marks.get("KIND") == MARK or run.level(work) == "busy"


def _cut_window(work: Work, cut: InboundChange) -> ReservedSlot | None:
    mapping = work.mapping(cut.mapping_id) if cut.mapping_id is not None else None
    return window_of(work, mapping) if mapping is not None else None


def _follows(event: Event, cut: InboundChange, window: ReservedSlot) -> bool:
    tz = zone(window.tz)
    begins = event.master.start if event.master is not None else None
    at = instant(from_text(cut.recurrence_id, tz), tz)
    return begins is not None and instant(begins, tz) >= at - timedelta(days=1)
