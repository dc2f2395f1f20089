"""Project a session or a series into the event one worker sees on one link.

What is shown at all, as a master with overrides; what each of them may say is `disclosure`'s. Pure: no clock, database
or socket.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from model.attendance import Assignment, SessionWorker
from model.details import TENTATIVE, Status
from model.moment import Moment, Span
from model.series import Series
from model.session import Session
from sync.disclosure import ALL, Unit, View, component, padding, request, tagged
from sync.event import Component, Event
from sync.settings import PrivacySettings

NOBODY = UUID(int=0)
_SAID = ("status", "summary", "location", "transparent", "resources", "conference")


def project(unit: Unit, uid: str, view: View) -> Event | None:
    """What this worker's calendar should hold for a unit; None: nothing (DOMAIN 1.0)."""
    return _project_series(unit, uid, view) if isinstance(unit, Series) else _project_single(unit, uid, view)


def in_practice(session: Session, uid: str, privacy: PrivacySettings) -> Event:
    """A session as the practice shows it to itself, whoever works on it: as at level `reference`, with its assets
    (000-01)."""
    view = View(worker_id=NOBODY, level="reference", privacy=privacy, inside=True, emit_attendees=True)
    cancelled = session.status is Status.CANCELLED
    return Event(uid=uid, master=component(session, session.span, view, cancelled=cancelled, waiting=False))


def in_request(session: Session, uid: str, view: View) -> Event:
    """A session that a worker is asked to take (002-11)."""
    return Event(uid=uid, master=request(session, view))


def paddings(unit: Unit, view: View) -> Mapping[UUID, Component]:
    """What follows each session of a unit in its worker's calendar, where that shows it as well (003-08)."""
    rows = unit.occurrences if isinstance(unit, Series) else [unit] * (unit.series_id is None)
    return {row.id: after for row in rows if (after := _padding(row, view)) is not None}


def _padding(session: Session, view: View) -> Component | None:
    """Nothing takes time after what is given up, or is not agreed on yet."""
    mine = next((w for w in session.workers if w.worker_id == view.worker_id), None)
    shown = _shown(session, view, waiting=False) if session.padding_min else None
    if mine is None or shown is None or shown.status == "CANCELLED" or session.status in TENTATIVE:
        return None
    tz, until = session.span.tz, mine.ends_at + timedelta(minutes=session.padding_min)
    return padding(session, Span(start=mine.ends_at.astimezone(tz), end=until.astimezone(tz), tz=tz), view)


def _project_single(session: Session, uid: str, view: View) -> Event | None:
    """An occurrence is shown by its series; by itself it can only be a request."""
    if session.series_id is not None:
        return None
    shown = _shown(session, view, waiting=bool(view.waiting))
    return Event(uid=uid, master=shown) if shown is not None else None


def _project_series(series: Series, uid: str, view: View) -> Event | None:
    rows = [o for o in series.occurrences if o.occurrence_key]
    exdates = {series.recurrence_id(text) for text in series.exdates}
    overrides: dict[Moment, Component] = {}
    visible, last = 0, ""
    given_up = series.status is Status.CANCELLED  # only an Other Event's owner cancels a series as a whole
    master = component(series, series.span, view, cancelled=given_up, waiting=ALL in view.waiting)
    for row in rows:
        rid = series.recurrence_id(row.occurrence_key or "")
        waits = row.occurrence_key in view.waiting
        shown = _shown(row, view, waiting=waits or ALL in view.waiting)
        if shown is None:
            exdates.add(rid)
            continue
        visible, last = visible + 1, max(last, row.occurrence_key or "")
        alone = row.is_exception or tagged(row, view)
        if waits or alone or _stands_out(row, shown, master):
            overrides[rid] = shown
    goes_on = _goes_on(series, view)
    if not visible and (rows or not goes_on or _used_up(series)):
        return None  # an event without any instance is deleted, not written (FAILURES C12)
    event = Event(
        uid=uid,
        master=master,
        rule=series.rule,
        rdates=frozenset(series.recurrence_id(text) for text in series.rdate_text.split()),
        exdates=frozenset(exdates),
        overrides=overrides,
    )
    return event if goes_on else _as_far_as(event, series.recurrence_id(last))


def _stands_out(row: Session, shown: Component, master: Component) -> bool:
    """Whether an occurrence at its own time says something else than its series: rostered alone, fewer who take part,
    a worker for a part of it, or what took place before the series went elsewhere."""
    if (shown.start, shown.end) != (row.span.start, row.span.end):
        return True
    return any(getattr(shown, name) != getattr(master, name) for name in _SAID)


def _goes_on(series: Series, view: View) -> bool:
    """Whether occurrences that are not made yet will be this worker's to see."""
    drafted = series.status is Status.DRAFT and not view.push_drafts
    return not drafted and any(w.worker_id == view.worker_id for w in series.workers)


def _as_far_as(event: Event, last: Moment) -> Event:
    """The series up to the last occurrence that is this worker's: what comes after is not."""
    return replace(
        event,
        rule=event.rule.ending(last) if event.rule else None,
        rdates=frozenset(moment for moment in event.rdates if not _after(moment, last)),
        exdates=frozenset(moment for moment in event.exdates if not _after(moment, last)),
    )


def _after(moment: Moment, last: Moment) -> bool:
    """The names of a series' occurrences are all instants, or all days."""
    if isinstance(moment, datetime) and isinstance(last, datetime):
        return moment > last
    return not isinstance(moment, datetime) and not isinstance(last, datetime) and moment > last


def _used_up(series: Series) -> bool:
    """Whether every start of a bounded rule is excluded."""
    if not series.exdates or (series.rule is not None and series.rule.endless):
        return False
    return set(series.originals(series.materialised_until)) <= series.exdates


def _shown(session: Session, view: View, *, waiting: bool) -> Component | None:
    """One session as this worker sees it: there, shown as cancelled, or not at all."""
    mine = next((w for w in session.workers if w.worker_id == view.worker_id), None)
    if mine is None or mine.status is Assignment.DECLINED:
        return None
    if session.status is Status.DRAFT and not view.push_drafts:
        return None
    cancelled = session.status is Status.CANCELLED or mine.status is Assignment.CANCELLED
    if cancelled and (mine.dismissed or not view.mark_cancelled):
        return None
    return component(session, _own_span(session, mine), view, cancelled=cancelled, waiting=waiting)


def _own_span(session: Session, mine: SessionWorker) -> Span:
    """Workers can have own times on a session (DOMAIN 1.0)."""
    span = session.span
    if span.all_day or (mine.starts_at, mine.ends_at) == (span.starts_at, span.ends_at):
        return span
    return Span(start=mine.starts_at.astimezone(span.tz), end=mine.ends_at.astimezone(span.tz), tz=span.tz)
