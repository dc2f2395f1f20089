"""What the diary answers with: small values of ids, codes and times; a client is an internal id, no name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from model.moment import Moment, in_zone
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a use case did: to which sessions, in which series, and what it warns of.

    `new_clients`: the internal ids of those who were not known before.
    """

    session_id: UUID | None
    series_id: UUID | None
    count: int
    warnings: tuple[str, ...] = ()
    new_clients: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """One session as staff see it in a list."""

    id: UUID
    series_id: UUID | None
    kind: str
    work_type: str
    status: str
    start: str
    end: str
    tz: str
    all_day: bool
    show_as: str
    clients: tuple[str, ...]
    workers: tuple[str, ...]
    site: str | None
    room: str | None
    assets: tuple[str, ...]
    subject: str
    exception: bool
    needs_reschedule: bool
    replaces: UUID | None


@dataclass(frozen=True, kw_only=True)
class SessionDetail:
    """One session with its rule, its locks, its cancellations, what came of it, and where its money stands.

    `activities` are written as they are typed; `shift` is the one that it lies in.
    `billing` has an entry for each attendance that is billed. `not_billable_yet`: a service with an amount is missing.
    `can_proceed`: a client and a worker are left (002-08). `overlap`: what was warned of, and who knows of it (004-16).
    """

    session: SessionView
    rule: str
    occurrence_key: str | None
    lock: str | None
    locks: tuple[str, ...]
    note: str
    diagnosis: tuple[str, ...]
    place_of_service: str | None
    modifiers: tuple[str, ...]
    billing: tuple[dict[str, str], ...]
    not_billable_yet: bool
    can_proceed: bool
    overlap: dict[str, str] | None
    cancellations: tuple[dict[str, str], ...]
    billable: bool
    activities: tuple[str, ...]
    shift: UUID | None
    session_type: str | None
    service_types: tuple[str, ...]
    comments: str
    instructions: str
    session_bridge: bool
    reminders: tuple[dict[str, object], ...]
    feedback: tuple[dict[str, object], ...]
    employee_message: str
    url: str
    actual_start: str | None
    actual_end: str | None
    attendance: tuple[dict[str, str], ...]
    delivered: tuple[dict[str, object], ...]
    travel: tuple[dict[str, object], ...]


def written(moment: Moment) -> str:
    """A moment for people and machines: ISO with offset, or a date."""
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


def view(row: Session) -> SessionView:
    """Show one loaded session."""
    span = row.span
    return SessionView(
        id=row.id,
        series_id=row.series_id,
        kind=row.kind,
        work_type=row.work_type,
        status=row.status,
        start=written(in_zone(span.start, span.tz)),
        end=written(in_zone(span.end, span.tz)),
        tz=row.tz,
        all_day=row.all_day,
        show_as=row.show_as,
        clients=tuple(c.client.internal_id for c in row.active_clients),
        workers=tuple(w.worker.ref for w in row.active_workers),
        site=row.site.ref if row.site else None,
        room=row.room.ref if row.room else None,
        assets=tuple(f"{a.asset.ref}:{a.qty}" if a.qty > 1 else a.asset.ref for a in row.assets),
        subject=row.subject,
        exception=row.is_exception,
        needs_reschedule=row.needs_reschedule,
        replaces=row.replaces_id,
    )
