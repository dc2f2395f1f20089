"""Add sessions and Other Events, single or as series (000-03 to 000-08, 001-06, 004-05, 004-20, R10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.activities import check_kind, read_activities
from adapters.diary.belonging import check_at_site
from adapters.diary.conflicts import overlaps, refusals
from adapters.diary.lookup import all_by_ref, by_ref, practice_zone
from adapters.diary.new_clients import by_name_only
from adapters.diary.presence import check_availability
from adapters.diary.reminding import read_reminders
from adapters.diary.staffing import check_eligibility
from adapters.diary.times import read_span
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed, written
from adapters.diary.waiving import refuse_or_waive
from model.act import Act
from model.activity import Activities, check_inside, to_text
from model.asset import Asset, Need, check_needs
from model.attendance import check_workers
from model.details import (
    Kind,
    LocationType,
    ShowAs,
    Source,
    Status,
    WorkType,
    check_busy,
    check_length,
    check_participants,
    check_place,
)
from model.errors import DomainError
from model.moment import Span, in_zone, is_all_day, zone
from model.particulars import check_text, service_type_text
from model.people import Client, Worker
from model.practice import Region, Room, Site
from model.recurrence import Rule, check_staff_rule, skips_months
from model.series import HORIZON, Pattern, Series, SeriesClient, SeriesWorker
from model.session import Session
from model.session_type import SessionType, default_billable, default_minutes, type_id
from model.shift import check_shift
from model.subject import subject_warnings
from sync.settings import DEFAULTS, Settings


@dataclass(frozen=True, kw_only=True)
class New:
    """What is to be added, in the words of whoever asks: times as typed, people and places by their ids.

    Assets may be counted, like "minibus:2"; activities are like "BREAK 11:00-11:30". `override` says why it is added
    where a room or an asset is taken. `new_clients` are names of people who are not known yet. `billable` None: as the
    session type says. `reminders` are like "5" or "2:email,text". `instructions` are for messages to the clients, who
    with `session_bridge` are asked afterwards how it was. `live`: on the live schedule, so that what calendars change
    of it is judged as of a roster (001-03). `acknowledge`: whoever adds it knows that a worker is busy then (004-16).
    """

    start: str
    end: str | None = None
    minutes: int | None = None
    tz: str | None = None
    rule: str | None = None
    kind: Kind = Kind.CLIENT_SESSION
    work_type: WorkType = WorkType.APPOINTMENT
    workers: Sequence[str] = ()
    clients: Sequence[str] = ()
    new_clients: Sequence[str] = ()
    session_type: str | None = None
    service_types: Sequence[str] = ()
    site: str | None = None
    room: str | None = None
    region: str | None = None
    assets: Sequence[str] = ()
    activities: Sequence[str] = ()
    location_type: LocationType | None = None
    address: str = ""
    location: str = ""
    url: str = ""
    subject: str = ""
    description: str = ""
    employee_message: str = ""
    comments: str = ""
    instructions: str = ""
    reminders: Sequence[str] = ()
    session_bridge: bool = False
    medium: str | None = None
    contact_with: str | None = None
    show_as: ShowAs = ShowAs.BUSY
    rostered: bool = False
    live: bool = False
    override: str | None = None
    acknowledge: bool = False
    billable: bool | None = None


@dataclass
class _Parties:
    """The rows that a new session is about."""

    workers: list[Worker]
    clients: list[Client]
    site: Site | None
    room: Room | None
    region_id: UUID | None
    needs: list[Need]
    of_type: SessionType | None
    tz: ZoneInfo = field(init=False)
    reminder_text: str = ""
    activities: Activities = ()


def add(sessions: Sessions, act: Act, new: New, settings: Settings = DEFAULTS) -> Changed:
    """Add a session, or with a rule a series and its occurrences of the next 13 months."""
    with writing(sessions) as database:
        made = prepare(database, new, act, settings)
        rows, series = made.rows, made.series
        check_eligibility(database, rows)
        database.add(series or rows[0])
        database.flush()
        about = {"series_id": series.id} if series else {"session_id": rows[0].id}
        warnings = refuse_or_waive(database, act, refusals(database, rows), new.override, **about)
        warnings += made.warnings + overlaps(database, rows, act if new.acknowledge else None)
        warnings += check_availability(database, rows, settings.rules)
        record_added(database, act, made, warnings)
        return Changed(
            session_id=rows[0].id,
            series_id=series.id if series else None,
            count=len(rows),
            warnings=tuple(warnings),
            new_clients=made.new_clients,
        )


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Rows for what was asked for, which nobody has stored yet, nor held against what else there is."""

    rows: list[Session]
    series: Series | None
    warnings: list[str]
    new_clients: tuple[str, ...]


def prepare(database: Database, new: New, act: Act, settings: Settings) -> Prepared:
    """Ask everything that can be asked of what is new by itself; the first id of `act` names the session or series."""
    parties = _parties(database, new, act)
    minutes = default_minutes(parties.of_type, end=new.end, minutes=new.minutes)
    span = read_span(new.start, end=new.end, minutes=minutes, tz=parties.tz)
    parties.activities = read_activities(new.activities, span.start, parties.workers)
    _check(new, parties, span)
    check_at_site(database, parties.site.id if parties.site else None, [one.id for one in parties.clients])
    has_client = new.kind not in (Kind.OTHER_EVENT, Kind.SHIFT)
    parties.reminder_text = read_reminders(new.reminders, has_client=has_client, clients=parties.clients)
    rule = _rule(new.rule, span)
    rows, series = _made(new, parties, span, rule, act)
    warnings = _warnings(span, rule, parties)
    if rows[0].has_client:
        warnings += subject_warnings(new.subject, settings.rules.subject_pattern)
    known = tuple(client.internal_id for client in parties.clients[len(new.clients) :])
    return Prepared(rows=rows, series=series, warnings=warnings, new_clients=known)


def _parties(database: Database, new: New, act: Act) -> _Parties:
    found = _Parties(
        workers=all_by_ref(database, Worker, new.workers),
        clients=all_by_ref(database, Client, new.clients) + by_name_only(database, act, new.new_clients),
        site=by_ref(database, Site, new.site) if new.site else None,
        room=by_ref(database, Room, new.room) if new.room else None,
        region_id=by_ref(database, Region, new.region).id if new.region else None,
        needs=[need(database, text) for text in new.assets],
        of_type=by_ref(database, SessionType, new.session_type) if new.session_type else None,
    )
    if found.of_type:
        found.of_type.check_offered()
    if found.room and found.site is None:
        found.site = database.get_one(Site, found.room.site_id)
    if found.room and found.site and found.room.site_id != found.site.id:
        raise DomainError("E_SITE_REQUIRED", "That room is not at that site; choose one that is")
    if found.region_id is None and found.site:
        found.region_id = found.site.region_id
    found.tz = _zone(database, new, found)
    return found


def need(database: Database, text: str) -> Need:
    """An asset and how many of it, like "minibus:2"; without a number one."""
    ref, _, number = text.rpartition(":") if text.rpartition(":")[2].isdecimal() else (text, "", "1")
    return Need(asset=by_ref(database, Asset, ref), qty=int(number[:9]))


def _zone(database: Database, new: New, parties: _Parties) -> ZoneInfo:
    """As said; else where it takes place (000-02); else where its worker is; else the practice's."""
    if new.tz:
        return zone(new.tz)
    if parties.site:
        return zone(parties.site.tz)
    return zone(parties.workers[0].tz) if parties.workers else practice_zone(database)


def _check(new: New, parties: _Parties, span: Span) -> None:
    check_length(span)
    check_participants(kind=new.kind, work_type=new.work_type, clients=len(parties.clients))
    place = _location_type(new, parties)
    check_place(kind=new.kind, location_type=place, site=parties.site is not None, address=new.address)
    if new.kind is Kind.OTHER_EVENT:
        if not parties.workers or not new.subject.strip():
            raise DomainError("E_WORKER_REQUIRED", "An Other Event needs its worker and a subject")
    elif is_all_day(span.start):
        raise DomainError("ALL_DAY_NOT_ALLOWED", "Only Other Events can last whole days; give times")
    check_busy(kind=new.kind, show_as=new.show_as)
    check_workers(worker.id for worker in parties.workers)
    if new.activities:
        check_kind(new.kind)
    if new.kind is Kind.SHIFT:
        check_shift(workers=len(parties.workers))
    check_text(new.comments)
    check_text(new.instructions)
    check_needs(parties.needs, parties.region_id)
    check_inside(parties.activities, span.length)


def _location_type(new: New, parties: _Parties) -> LocationType | None:
    return new.location_type or (LocationType.SITE if parties.site else None)


def _rule(text: str | None, span: Span) -> Rule | None:
    if not text:
        return None
    rule = Rule.parse(text, span.start)
    check_staff_rule(rule)
    return rule


def _details(new: New, parties: _Parties) -> dict[str, object]:
    """The columns that a session and a series have in common."""
    same = ("kind", "work_type", "show_as", "address", "location", "url", "subject", "description")
    more = ("employee_message", "medium", "contact_with", "comments", "instructions", "session_bridge")
    return {name: getattr(new, name) for name in (*same, *more)} | {
        "status": Status.ROSTERED if new.rostered else Status.DRAFT,
        "source": Source.ROSTER if new.live else Source.STAFF,
        "tentative": False,
        "location_type": _location_type(new, parties),
        "site_id": parties.site.id if parties.site else None,
        "room_id": parties.room.id if parties.room else None,
        "region_id": parties.region_id,
        "activity_text": to_text(parties.activities),
        "billable": default_billable(parties.of_type, new.billable),
        "service_type_text": service_type_text(new.service_types),
        "reminder_text": parties.reminder_text,
        "session_type_id": type_id(parties.of_type),
        "colour": parties.of_type.colour if parties.of_type else "",
    }


def _made(
    new: New, parties: _Parties, span: Span, rule: Rule | None, act: Act
) -> tuple[list[Session], Series | None]:
    if rule is None:
        return [_single(new, parties, span, act)], None
    series = _series(new, parties, Pattern(span=span, rule=rule), act)
    return series.occurrences, series


def _single(new: New, parties: _Parties, span: Span, act: Act) -> Session:
    row = Session(id=act.new_id(), **_details(new, parties))
    row.clients, row.workers, row.cancellations, row.assets, row.services = [], [], [], [], []
    row.is_exception = row.needs_reschedule = row.overlap_acknowledged = False
    row.site, row.room, row.span = parties.site, parties.room, span
    for client in parties.clients:
        row.add_client(client, act)
    for worker in parties.workers:
        row.add_worker(worker, act)
    for need in parties.needs:
        row.take(need)
    return row


def _series(new: New, parties: _Parties, pattern: Pattern, act: Act) -> Series:
    series = Series(id=act.new_id(), exdate_text="", **_details(new, parties))
    series.pattern = pattern
    series.site, series.room, series.occurrences, series.services = parties.site, parties.room, [], []
    series.clients = [SeriesClient(client_id=client.id, client=client) for client in parties.clients]
    series.workers = [SeriesWorker(worker_id=worker.id, worker=worker) for worker in parties.workers]
    series.needs = parties.needs
    series.materialise(max(act.now, pattern.span.starts_at) + HORIZON, act)
    return series


def _warnings(span: Span, rule: Rule | None, parties: _Parties) -> list[str]:
    found = [] if parties.workers else ["UNASSIGNED"]
    if rule is not None and skips_months(span.start, rule):
        found.append("MONTH_DAY_SKIPPED")
    return found


def record_added(database: Database, act: Act, made: Prepared, warnings: list[str]) -> None:
    """Write history for a new session, or for a new series as a whole."""
    row, series = made.rows[0], made.series
    record(
        database,
        act,
        "added",
        session_id=None if series else row.id,
        series_id=series.id if series else None,
        code=" ".join(warnings),
        start=written(in_zone(row.span.start, row.span.tz)),
        status=row.status,
    )
