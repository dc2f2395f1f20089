"""Let a session take place elsewhere, and type modifiers for what is billed of it (004-07, 004-09, R70)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.belonging import check_at_site
from adapters.diary.conflicts import check_places
from adapters.diary.lookup import by_ref, find_session
from adapters.diary.scopes import Target, find_target, note
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed
from model.act import Act
from model.details import Kind, LocationType, check_place
from model.errors import DomainError
from model.lock import locked
from model.modifier import to_text, typed
from model.practice import Room, Site
from model.series import Scope, Series, shifted
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where it shall take place, as typed; `url` None leaves the link as it is."""

    site: str | None = None
    room: str | None = None
    location_type: LocationType | None = None
    address: str = ""
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class _There:
    site: Site | None
    room: Room | None
    location_type: LocationType
    address: str
    url: str | None

    def take(self, row: Session | Series) -> None:
        row.location_type, row.address = self.location_type, self.address
        row.site, row.room = self.site, self.room
        row.url = row.url if self.url is None else self.url


def place(sessions: Sessions, act: Act, session: str, where: Where, scope: Scope | None) -> Changed:
    """Give a session, the rest of its series, or all that is to come another place."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        there = _there(database, where, target.session)
        series, rows = _reached(database, target, act)
        attending = {one.client_id for row in rows for one in row.active_clients}
        check_at_site(database, there.site.id if there.site else None, attending)
        for row in rows:
            there.take(row)
            row.is_exception |= series is None and row.series_id is not None
            row.check_modifiers()
        if series is not None:
            there.take(series)
        database.flush()
        check_places(database, rows)
        note(database, act, "placed", target)
        return target.changed(len(rows), series=series)


def set_modifiers(sessions: Sessions, act: Act, session: str, codes: Sequence[str]) -> Changed:
    """Replace the modifiers that were typed for one session; the one of the place comes by itself."""
    with writing(sessions) as database:
        row = find_session(database, session)
        if row.kind is not Kind.CLIENT_SESSION:
            raise DomainError("E_NOT_BILLABLE", "Contacts and Other Events are never billed")
        if row.lock:
            raise locked(row.lock, "The modifiers of this session cannot be changed")
        row.modifier_text = to_text(typed(codes))
        row.check_modifiers()
        record(database, act, "modifiers-set", session_id=row.id)
        return Changed(session_id=row.id, series_id=row.series_id, count=1)


def _there(database: Database, where: Where, session: Session) -> _There:
    room = by_ref(database, Room, where.room) if where.room else None
    site = by_ref(database, Site, where.site) if where.site else None
    if room is not None and site is None:
        site = database.get_one(Site, room.site_id)
    if room is not None and site is not None and room.site_id != site.id:
        raise DomainError("E_SITE_REQUIRED", "That room is not at that site; choose one that is")
    kind = where.location_type or (LocationType.SITE if site is not None else None)
    if kind is None:
        raise DomainError("E_SITE_REQUIRED", "Say where: --site, --room or --location-type")
    check_place(kind=session.kind, location_type=kind, site=site is not None, address=where.address)
    return _There(site=site, room=room, location_type=kind, address=where.address, url=where.url)


def _reached(database: Database, target: Target, act: Act) -> tuple[Series | None, list[Session]]:
    """What takes place elsewhere: of a whole series only what is to come, and nothing that is locked (R13)."""
    if target.session.lock and target.scope is not Scope.ALL_IN_SERIES:
        raise locked(target.session.lock, "This session cannot take place elsewhere")
    if target.series is None or target.scope is Scope.THIS_ONLY:
        return None, [target.session]
    if target.scope is Scope.ALL_IN_SERIES:
        return target.series, [row for row in target.rows if row.starts_at > act.now and not row.lock]
    original = target.series.span.starting(target.series.original(target.session))
    follower = target.series.change_from(target.key, shifted(target.series, target.key, original), act)
    database.add(follower)
    rows = [row for row in follower.occurrences if (row.occurrence_key or "") >= target.key]
    return follower, [row for row in rows if not row.lock]
