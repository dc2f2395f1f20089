"""Read the diary: sessions of a stretch of time, one session, and events as a calendar shows them.

A fixed number of queries, whatever is found. Occurrences are rows, so nothing is expanded here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.loading import load_sessions
from adapters.diary.activities import told
from adapters.diary.bills import billing_view
from adapters.diary.delivered import view_lines, view_travel
from adapters.diary.lookup import by_ref, find_session, practice_zone
from adapters.diary.notes import note_of
from adapters.diary.planned import plans_of
from adapters.diary.reminding import reminders_of, requests_of
from adapters.diary.times import day_after, read_instant
from adapters.diary.views import SessionDetail, SessionView, view, written
from model.attendance import Assignment, Attendance, SessionClient, SessionWorker
from model.bill import not_billable_yet
from model.details import TENTATIVE, Kind, ShowAs, Status
from model.link import CalendarLink, EventMapping
from model.moment import from_text, in_zone, zone
from model.money import in_dollars
from model.people import Client, Worker
from model.practice import Site
from model.series import Series
from model.session import Session
from model.session_type import SessionType


@dataclass(frozen=True, kw_only=True)
class Window:
    """From when to when (not included), as typed, with whom, where and in which state; nothing given: everything.

    `client`: what they take part in, and what was cancelled as a whole; not a group that goes on without them.
    `unassigned`: what is still to take place and has no worker. `overlapping`: what met something when it was put
    there, and nobody said that they know of it.
    """

    start: str | None = None
    end: str | None = None
    worker: str | None = None
    status: Status | None = None
    client: str | None = None
    site: str | None = None
    needs_reschedule: bool = False
    unassigned: bool = False
    overlapping: bool = False

    def on(self, day: str | None) -> "Window":
        """The same on one day only, where one is named."""
        return replace(self, start=day, end=day_after(day)) if day else self


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One instance of an Other Event as a calendar would show it."""

    id: str
    uid: str
    recurrence_id: str | None
    start: str
    end: str
    all_day: bool
    status: str
    transp: str
    summary: str


def list_sessions(sessions: Sessions, window: Window) -> list[SessionView]:
    """The sessions with clients that touch a window, in order of time."""
    with reading(sessions) as database:
        return [view(row) for row in find_sessions(database, window)]


def find_sessions(database: Database, window: Window) -> list[Session]:
    """The same, loaded."""
    query = select(Session.id).where(Session.kind != Kind.OTHER_EVENT)
    return load_sessions(database, database.scalars(within(database, query, window)).all())


def show_session(sessions: Sessions, text: str) -> SessionDetail:
    """One session by the beginning of its id, with what its list entry leaves out."""
    with reading(sessions) as database:
        row = find_session(database, text)
        series = database.get(Series, row.series_id) if row.series_id else None
        note = note_of(database, row.id)
        return SessionDetail(
            session=view(row),
            rule=series.rule_text if series else "",
            occurrence_key=row.occurrence_key,
            lock=row.lock,
            locks=row.locks,
            note=note.state if note else "",
            diagnosis=note.diagnosis if note else (),
            place_of_service=row.place_of_service,
            modifiers=tuple(one.code for one in row.modifiers),
            billing=billing_view(database, row.id),
            not_billable_yet=not_billable_yet(row, plans_of(database, [row.id])[row.id]),
            can_proceed=row.can_proceed,
            overlap=_overlap(row),
            cancellations=tuple(
                {
                    "by": found.cancelled_by.value,
                    "reason": found.reason.ref,
                    "advised_at": written(found.advised_at),
                    "recorded_at": written(found.recorded_at),
                    "recorded_by": found.recorded_by,
                    "outcome": found.outcome.value,
                    "amount": in_dollars(found.amount_cents),
                }
                for found in row.cancellations
            ),
            billable=row.billable,
            activities=_activities(row),
            shift=row.parent_shift_id,
            session_type=_type(database, row),
            service_types=row.service_types,
            comments=row.comments,
            instructions=row.instructions,
            session_bridge=row.session_bridge,
            reminders=reminders_of(database, row),
            feedback=requests_of(database, row),
            employee_message=row.employee_message,
            url=row.url,
            actual_start=_local(row.actual_starts_at, row),
            actual_end=_local(row.actual_ends_at, row),
            attendance=tuple(_attendance(attending) for attending in row.clients),
            delivered=tuple(asdict(line) for line in view_lines(database, row.id)),
            travel=tuple(asdict(one) for one in view_travel(database, row.id)),
        )


def _activities(row: Session) -> tuple[str, ...]:
    workers = {one.worker_id: one.worker.ref for one in row.workers}
    return told(row.activities, row.starts_at.astimezone(zone(row.tz)), workers)


def _type(database: Database, row: Session) -> str | None:
    return database.get_one(SessionType, row.session_type_id).ref if row.session_type_id else None


def _local(at: datetime | None, row: Session) -> str | None:
    return written(at.astimezone(zone(row.tz))) if at else None


def _attendance(attending: SessionClient) -> dict[str, str]:
    portion = {} if attending.portion is None else {"portion": f"{attending.portion:.2f}"}
    when = {"confirmed_at": written(attending.confirmed_at)} if attending.confirmed_at else {}
    return {"client": attending.client.internal_id, "status": attending.status.value, **when, **portion}


def _overlap(row: Session) -> dict[str, str] | None:
    """What was warned of, and who said that they know of it (004-16)."""
    if not row.overlap_warned:
        return None
    when = row.overlap_acknowledged_at
    known = {"acknowledged_by": row.overlap_acknowledged_by, "acknowledged_at": written(when) if when else ""}
    return {"code": "SLOT_OVERLAP", **(known if row.overlap_acknowledged else {})}


def list_events(
    sessions: Sessions, worker: str, start: str, end: str, *, reader: str = ""
) -> list[Occurrence]:
    """The Other Events of a worker that touch a window, in order of time. A `reader` who is another worker sees "Busy":
    what they are is their owner's (DOMAIN 5)."""
    with reading(sessions) as database:
        query = select(Session.id).where(Session.kind == Kind.OTHER_EVENT)
        ids = database.scalars(within(database, query, Window(start=start, end=end, worker=worker))).all()
        rows = load_sessions(database, ids)
        uids, zones = _uids(database, worker, rows), _series_zones(database, rows)
        found = [_occurrence(row, uids, zones) for row in rows]
        if reader != worker and database.scalar(select(Worker.id).where(Worker.ref == reader)) is not None:
            return [replace(one, summary="Busy") for one in found]
        return found


def within(database: Database, query: Select[UUID], window: Window) -> Select[UUID]:
    """Half-open; what has no length belongs to where it starts."""
    tz = practice_zone(database)
    if window.worker:
        worker = by_ref(database, Worker, window.worker)
        tz = zone(worker.tz)
        mine = select(SessionWorker.session_id).where(SessionWorker.worker_id == worker.id)
        query = query.where(Session.id.in_(mine))
    if window.start:
        since = read_instant(window.start, tz)
        query = query.where(or_(Session.ends_at > since, Session.starts_at >= since))
    if window.end:
        query = query.where(Session.starts_at < read_instant(window.end, tz))
    if window.client:
        client = by_ref(database, Client, window.client)
        theirs = select(SessionClient.session_id).where(SessionClient.client_id == client.id)
        stays_away = theirs.where(SessionClient.status == Attendance.CANCELLED)
        others_go = Session.id.in_(stays_away) & (Session.status != Status.CANCELLED)
        query = query.where(Session.id.in_(theirs), ~others_go)
    if window.site:
        query = query.where(Session.site_id == by_ref(database, Site, window.site).id)
    return query.where(*_states(window))


def _states(window: Window) -> list[ColumnElement[bool]]:
    """In which state: as said, or in what needs somebody's hand."""
    wanted: list[ColumnElement[bool]] = [Session.status == window.status] if window.status else []
    if window.needs_reschedule:
        wanted.append(Session.needs_reschedule.is_(True))
    if window.unassigned:
        gone = SessionWorker.status.in_([Assignment.CANCELLED, Assignment.DECLINED])
        wanted.append(~exists().where(SessionWorker.session_id == Session.id, ~gone))
        wanted.append(Session.status.in_([Status.DRAFT, Status.ROSTERED, Status.IN_PROGRESS]))
    if window.overlapping:
        wanted.append(Session.overlap_warned.is_(True) & Session.overlap_acknowledged.is_(False))
        wanted.append(Session.status.in_([Status.DRAFT, Status.ROSTERED, Status.IN_PROGRESS]))
    return wanted


def _uids(database: Database, worker: str, rows: Sequence[Session]) -> dict[UUID, str]:
    """The UID of each unit in the file it came from, else in this worker's calendar; its own id where it has none."""
    units = {row.series_id or row.id for row in rows}
    series = select(Series.id, Series.import_uid).where(Series.id.in_(units))
    came = [(row.id, row.import_uid) for row in rows] + [(r[0], r[1]) for r in database.execute(series)]
    imported = {unit: uid for unit, uid in came if uid}
    query = (
        select(EventMapping.series_id, EventMapping.session_id, EventMapping.uid)
        .join(CalendarLink, CalendarLink.id == EventMapping.link_id)
        .join(Worker, Worker.id == CalendarLink.worker_id)
        .where(
            Worker.ref == worker, or_(EventMapping.series_id.in_(units), EventMapping.session_id.in_(units))
        )
    )
    found = database.execute(query).all()
    return {unit: uid for *both, uid in found for unit in both if unit} | imported


def _series_zones(database: Database, rows: Iterable[Session]) -> dict[UUID, str]:
    query = select(Series.id, Series.tz).where(
        Series.id.in_({row.series_id for row in rows if row.series_id})
    )
    return {row[0]: row[1] for row in database.execute(query).all()}


def _occurrence(row: Session, uids: dict[UUID, str], zones: dict[UUID, str]) -> Occurrence:
    span, unit = row.span, row.series_id or row.id
    original = from_text(row.occurrence_key, zone(zones[unit])) if row.occurrence_key else None
    return Occurrence(
        id=str(row.id),
        uid=uids.get(unit, str(unit)),
        recurrence_id=written(original) if original else None,
        start=written(in_zone(span.start, span.tz)),
        end=written(in_zone(span.end, span.tz)),
        all_day=row.all_day,
        status=_status(row),
        transp="TRANSPARENT" if row.show_as is ShowAs.FREE or row.status is Status.CANCELLED else "OPAQUE",
        summary=row.subject,
    )


def _status(row: Session) -> str:
    if row.status is Status.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if row.tentative or row.status in TENTATIVE else "CONFIRMED"
