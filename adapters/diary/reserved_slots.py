"""The windows in which workers can be booked online (003-10): offered, listed, taken back.

What is booked in a window stays when the window goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import all_by_ref, by_ref
from adapters.diary.open_slots import tell_links
from adapters.diary.times import read_moment, read_span
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from model.act import Act
from model.appointment_type import AppointmentType
from model.asset import Asset
from model.errors import DomainError
from model.moment import Moment, in_zone, to_text, zone
from model.people import Worker
from model.practice import Room, Site
from model.recurrence import Rule, check_staff_rule
from model.reserved_slot import ReservedSlot, ReservedSlotType, check_window
from sync.settings import DEFAULTS, BookingSettings


@dataclass(frozen=True, kw_only=True)
class NewWindow:
    """A window as typed; without types all can be booked in it."""

    worker: str
    start: str
    end: str | None = None
    minutes: int | None = None
    rule: str | None = None
    types: Sequence[str] = ()
    site: str | None = None
    room: str | None = None
    asset: str | None = None


@dataclass(frozen=True, kw_only=True)
class WindowView:
    """One window; `types` empty: all."""

    ref: str
    worker: str
    start: str
    end: str
    rule: str
    left_out: tuple[str, ...]
    types: tuple[str, ...]
    site: str | None
    room: str | None
    asset: str | None


def add_window(
    sessions: Sessions, act: Act, new: NewWindow, settings: BookingSettings = DEFAULTS.booking
) -> str:
    """Offer a window; its id."""
    with writing(sessions) as database:
        made_id = act.new_id()
        made = ReservedSlot(id=made_id, ref=made_id.hex[:8], exdate_text="", types=[])
        fill_window(database, made, new)
        database.add(made)
        tell_links(database, act, made, settings)
        record(database, act, "window-added", worker=new.worker, start=written(made.span.start))
        return made.ref


def fill_window(database: Database, row: ReservedSlot, new: NewWindow) -> None:
    """Make a row what was typed: the times in the zone of its site, else of its worker."""
    worker = by_ref(database, Worker, new.worker)
    types = all_by_ref(database, AppointmentType, dict.fromkeys(new.types))
    row.worker_id = worker.id
    row.room_id, row.site_id = _place(database, new)
    row.asset_id = by_ref(database, Asset, new.asset).id if new.asset else None
    site = database.get_one(Site, row.site_id) if row.site_id else None
    tz = zone(site.tz if site else worker.tz)
    span = read_span(new.start, end=new.end, minutes=new.minutes, tz=tz)
    check_window(span)
    row.span, row.rule_text = span, _rule(new.rule, span.start)
    row.types = [ReservedSlotType(type_id=one.id) for one in types]


def list_windows(sessions: Sessions, worker: str | None) -> list[WindowView]:
    """The windows of a worker, or of all, by worker and start."""
    with reading(sessions) as database:
        query = select(ReservedSlot, Worker.ref).join(Worker, Worker.id == ReservedSlot.worker_id)
        if worker is not None:
            query = query.where(Worker.id == by_ref(database, Worker, worker).id)
        query = query.options(selectinload(ReservedSlot.types))
        rows = database.execute(query.order_by(Worker.ref, ReservedSlot.starts_at, ReservedSlot.ref)).all()
        nouns = (AppointmentType, Site, Room, Asset)
        names: dict[UUID | None, str] = {}
        for noun in nouns:
            names |= {row[0]: row[1] for row in database.execute(select(noun.id, noun.ref)).all()}
    return [_view(row, ref, names) for row, ref in rows]


def remove_window(
    sessions: Sessions,
    act: Act,
    ref: str,
    *,
    only: str | None = None,
    settings: BookingSettings = DEFAULTS.booking,
) -> None:
    """Take a window back: all of it, or the one that begins at `only`."""
    with writing(sessions) as database:
        found = find_window(database, ref)
        tell_links(database, act, found, settings)
        if only is None:
            database.delete(found)
        else:
            _leave_out(found, only)
        record(database, act, "window-removed", window=found.ref)


def find_window(database: Database, ref: str) -> ReservedSlot:
    """The window of this id, with its types."""
    query = select(ReservedSlot).where(ReservedSlot.ref == ref.strip().lower())
    found = database.scalar(query.options(selectinload(ReservedSlot.types)))
    if found is None:
        raise DomainError(
            "E_NOT_FOUND", f'There is no window "{ref[:40]}"; calendula booking window list shows all'
        )
    return found


def _place(database: Database, new: NewWindow) -> tuple[UUID | None, UUID | None]:
    """Its room, and its site, which is the room's where none is named."""
    room = by_ref(database, Room, new.room) if new.room else None
    site = by_ref(database, Site, new.site) if new.site else None
    if room and site and room.site_id != site.id:
        raise DomainError("E_SITE_REQUIRED", "That room is not at that site; name a room of it")
    return room.id if room else None, room.site_id if room else site.id if site else None


def _rule(text: str | None, start: Moment) -> str:
    if not text:
        return ""
    rule = Rule.parse(text, start)
    check_staff_rule(rule)
    return str(rule)


def _leave_out(found: ReservedSlot, text: str) -> None:
    start = read_moment(text, zone(found.tz))
    begins = {
        to_text(in_zone(one.start, one.tz)) for one in found.windows(found.starts_at, _just_after(start))
    }
    if not isinstance(start, datetime) or to_text(start) not in begins or not found.rule_text:
        raise DomainError("E_NOT_FOUND", "That window does not repeat, or none of it begins then")
    found.leave_out(start)


def _just_after(start: object) -> datetime:
    if not isinstance(start, datetime):
        raise DomainError("E_TIME", 'Say when it begins, like "2026-03-10 09:00"')
    return start.replace(microsecond=1)


def _view(row: ReservedSlot, worker: str, names: Mapping[UUID | None, str]) -> WindowView:
    span = row.span
    return WindowView(
        ref=row.ref, worker=worker, start=written(span.start), end=written(span.end), rule=row.rule_text,
        left_out=tuple(row.exdate_text.split()), types=tuple(sorted(names[one.type_id] for one in row.types)),
        site=names.get(row.site_id), room=names.get(row.room_id), asset=names.get(row.asset_id),
    )  # fmt: skip
