"""Bring a practitioner's own event into the diary as an Other Event, new or changed (E17, E18; 004-20).

Everything about an Other Event is its owner's: all edits apply. A foreign rule may be richer than what staff
may create (DOMAIN 2, Series), and a past of many years is not materialised. Only for what has no client.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from model.act import Act
from model.details import Details, Kind, ShowAs, Source, Status, WorkType, timed
from model.moment import to_text
from model.people import Worker
from model.recurrence import expand
from model.series import HORIZON, Pattern, Series, SeriesWorker
from model.session import Session
from sync.disclosure import Unit
from sync.event import Component, Event

_PAST = timedelta(days=30)


def adopt(event: Event, unit: Unit | None, *, worker: Worker, tz: ZoneInfo, act: Act) -> Unit:
    """Make `unit` say what `event` says; return it, or the new one where it changed its shape or is new."""
    if event.master is None:
        raise ValueError("an event without a master cannot be adopted")
    if event.recurring:
        series = unit if isinstance(unit, Series) else _new_series(worker, act)
        return _fill_series(series, event, event.master, tz=tz, act=act)
    if not isinstance(unit, Session):
        return _new_session(event.master, worker=worker, tz=tz, act=act)
    _fill(unit, event.master)
    _place(unit, event.master, tz)
    if not unit.workers:
        unit.add_worker(worker, act)
    return unit


def retell(series: Series, component: Component) -> None:
    """Let a whole series and its plain occurrences say what `component` says."""
    _fill(series, component)
    for row in series.occurrences:
        if not row.is_exception:
            _fill(row, component)


def orphans_as_single(event: Event) -> Event:
    """An event of which only overrides are there: its first one stands for it (FAILURES C5)."""
    if event.master is not None or not event.overrides:
        return event
    first = min(event.overrides, key=str)
    return Event(uid=event.uid, master=event.overrides[first], sequence=event.sequence)


def _new_session(component: Component, *, worker: Worker, tz: ZoneInfo, act: Act) -> Session:
    session = Session(
        **_said(component),
        **timed(component.span(tz)),
        id=act.new_id(),
        kind=Kind.OTHER_EVENT,
        work_type=WorkType.APPOINTMENT,
        source=Source.CALENDAR,
        address="",
        employee_message="",
        is_exception=False,
        needs_reschedule=False,
        overlap_acknowledged=False,
        site=None,
        room=None,
        clients=[],
        workers=[],
        cancellations=[],
        assets=[],
        services=[],
        billable=True,
    )
    session.add_worker(worker, act)
    return session


def _new_series(worker: Worker, act: Act) -> Series:
    series = Series(id=act.new_id(), kind=Kind.OTHER_EVENT, source=Source.CALENDAR)
    series.work_type = WorkType.APPOINTMENT
    series.occurrences, series.clients, series.assets, series.services = [], [], [], []
    series.billable = True
    series.site = series.room = None
    series.address = series.employee_message = series.url = ""
    series.workers = [SeriesWorker(worker_id=worker.id, worker=worker)]
    series.exdate_text = ""
    series.materialised_until = act.now
    return series


def _fill(details: Details, component: Component) -> None:
    for name, value in _said(component).items():
        setattr(details, name, value)


def _said(component: Component) -> dict[str, object]:
    """What a session or series says that says what `component` says."""
    return {
        "subject": component.summary,
        "description": component.description,
        "location": component.location,
        "url": component.url,
        "show_as": ShowAs.FREE if component.transparent else ShowAs.BUSY,
        "tentative": component.status == "TENTATIVE",
        "status": Status.CANCELLED if component.status == "CANCELLED" else Status.ROSTERED,
    }


def _place(session: Session, component: Component, tz: ZoneInfo) -> None:
    session.span = component.span(tz)
    for assignment in session.workers:
        assignment.starts_at, assignment.ends_at = session.starts_at, session.ends_at


def _fill_series(series: Series, event: Event, master: Component, *, tz: ZoneInfo, act: Act) -> Series:
    _fill(series, master)
    span = master.span(tz)
    series.pattern = Pattern(span=span, rule=event.rule, rdates=event.rdates)
    series.exdate_text = " ".join(sorted(series.key_of(rid) for rid in event.exdates))
    overrides = {series.key_of(rid): component for rid, component in event.overrides.items()}
    until = max(series.materialised_until, act.now + HORIZON)
    # by all its dates: one that lies before the first start takes time as well
    dates = expand(span.start, event.rule, event.rdates, span.tz, since=act.now - _PAST, until=until)
    wanted = {to_text(date) for date in dates} - series.exdates | set(overrides)
    series.occurrences[:] = [o for o in series.occurrences if o.occurrence_key in wanted]
    series.make(sorted(wanted), act)
    series.materialised_until = until
    for row in series.occurrences:
        component = overrides.get(row.occurrence_key or "")
        _fill(row, component or master)
        row.is_exception = component is not None
        _place(row, component or _instance(series, row, master), tz)
    return series


def _instance(series: Series, row: Session, master: Component) -> Component:
    return master.starting(series.original(row))
