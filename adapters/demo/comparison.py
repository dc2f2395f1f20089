"""Whether practice and calendar are in step: the proof at the demo's end, and nothing but reading.

Every resource is read from the server by the phone, anew, and compared by meaning with what each session and
series of the worker should show there; then a further run has to plan nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import selectinload

from adapters.app import App, Clock
from adapters.demo.phone import Resource
from model.link import CalendarLink
from model.session import Session
from sync.compare import COLOUR, INBOUND, OURS, Properties, changed, exceptions, master_changed, same
from sync.context import Run
from sync.disclosure import Unit
from sync.event import Event
from sync.merge import OWNER_KEEPS
from sync.ports import RemoteCalendar
from sync.store import Work, zone_of


@dataclass(frozen=True, kw_only=True)
class Compared:
    """How many sessions and events were looked at, and a sentence for each difference."""

    sessions: int
    events: int
    differences: tuple[str, ...]

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(
            sessions=self.sessions + other.sessions,
            events=self.events + other.events,
            differences=self.differences + other.differences,
        )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one session or series should show, and in which properties it counts."""

    event: Event
    among: Properties


def compare(app: App, link_id: UUID, resources: Sequence[Resource]) -> Compared:
    """Compare what is there with what should be there."""
    with app.calendar(_link(app, link_id)) as calendar, app.store.preview(link_id) as work:
        run = _run(app, work, link_id, calendar)
        there = {one.uid: run.read(one.text.encode()) for one in resources}
        since = app.clock() - timedelta(days=app.config.sync.past_days)
        refs = list(work.changed_units(since=0, ending_after=since))
        units, mappings = work.load_many(refs), work.mappings_of(refs)
        wanted: dict[str, Wanted] = {}
        for ref, unit in units.items():
            mapping = mappings.get(ref)
            event = run.project(work, unit, mapping, uid=f"unmapped-{ref.id}")
            if event is not None:
                wanted[event.uid] = Wanted(event=event, among=_among(unit))
        sessions = sum(1 if isinstance(unit, Session) else len(unit.occurrences) for unit in units.values())
    planned = app.runner.plan(link_id)
    differences = [
        *_differences(wanted, there),
        *(f"a further run would still do something: {line.action} {line.code}" for line in planned.lines),
        *([f"a further run would fail: {planned.error}"] if planned.error else []),
    ]
    return Compared(sessions=sessions, events=len(there), differences=tuple(differences))


def _link(app: App, link_id: UUID) -> CalendarLink:
    with app.sessions() as database:
        account = selectinload(CalendarLink.account)
        return database.get_one(CalendarLink, link_id, options=[account])


def _run(app: App, work: Work, link_id: UUID, calendar: RemoteCalendar) -> Run:
    """What projecting needs to know; nothing is run."""
    return Run(
        link_id=link_id,
        run_id=app.new_id(),
        store=app.store,
        calendar=calendar,
        codecs=lambda: app.codec,
        clock=Clock(now=app.clock),
        new_id=app.new_id,
        settings=app.config.settings,
        tz=zone_of(work.link),
        actor="demo",
        dry=True,
        preview=work,
    )


def _differences(wanted: Mapping[str, Wanted], there: Mapping[str, Event]) -> list[str]:
    found = [
        f"the calendar holds an event nobody knows: {_title(there[uid])}" for uid in there.keys() - wanted
    ]
    for uid, should in wanted.items():
        ours = should.event
        if uid not in there:
            found.append(f"the calendar lacks: {_title(ours)}")
        elif not same(ours, there[uid], should.among):
            names = ", ".join(sorted(_names(ours, there[uid], should.among))) or "its rule or its occurrences"
            found.append(f"{_title(ours)} differs in: {names}")
    return sorted(found)


def _among(unit: Unit) -> Properties:
    """The owner's own words about guests, place and class stay theirs, and so does a colour."""
    return OURS - {COLOUR} if unit.of_practice else INBOUND - OWNER_KEEPS


def _names(ours: Event, theirs: Event, among: Properties) -> Properties:
    found = set(master_changed(ours, theirs, among))
    for name in exceptions(ours) | exceptions(theirs):
        one, other = ours.occurrence(name), theirs.occurrence(name)
        if one is not None and other is not None:
            found |= changed(one, other, among)
    return frozenset(found)


def _title(event: Event) -> str:
    return event.master.summary if event.master else event.uid
