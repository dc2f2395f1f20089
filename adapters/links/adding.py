"""Link a calendar to a worker: check what may be checked first, try the calendar out, then store it.

Nothing is stored before the calendar took, gave back and removed test events; a busy source only has to be
readable, and nothing is written to it. A calendar that was unlinked with its events kept takes up where it
stopped, so that nothing appears twice.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Database

from adapters.app import App
from adapters.dav.discovery import FoundCalendar
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record
from adapters.links.consent import Login
from adapters.links.credentials import Credentials
from adapters.links.finding import Wanted, choose
from adapters.links.levels import check_level
from adapters.links.trying import measure
from model.act import Act
from model.asset import Asset
from model.base import Json
from model.bed import Bed
from model.errors import DomainError
from model.journal import Intent
from model.link import CalendarAccount, CalendarLink, EventMapping, LinkState, Mode, Role
from model.people import Worker
from model.practice import Room
from sync.href import canonical_href


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """What is to be linked, and how; without a `ref` the link is named after its worker.

    Of a busy source `mode`, `level` and `display` mean nothing. `of` is what a resource calendar is of,
    like "room:gym".
    """

    worker: str
    wanted: Wanted
    mode: Mode
    level: str
    display: str
    role: Role = Role.WORK
    of: str | None = None
    ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Linked:
    """The new link, and what was learned about its calendar."""

    ref: str
    name: str
    url: str
    sentences: tuple[str, ...]


def add_link(app: App, act: Act, new: NewLink, login: Login) -> Linked:
    """Find or make the calendar, try it out, store the link."""
    with app.sessions.begin() as database:
        check_new(database, new, app)
    calendar = choose(new.wanted, login, app.config.network.policy())
    with app.sessions.begin() as database:
        check_free(database, new, calendar.url)
    card = measure(app, app.trial(login, calendar.url), calendar.url, new.role)
    with app.sessions.begin() as database:
        check_free(database, new, calendar.url)
        profile = json.loads(card.profile.to_json())
        link = store_link(database, act, new, login.credentials, calendar, profile, app)
    return Linked(ref=link.ref, name=calendar.name, url=calendar.url, sentences=card.sentences)


def check_new(database: Database, new: NewLink, app: App) -> None:
    """What can be refused before the server is asked."""
    by_ref(database, Worker, new.worker)
    _subject(database, new)
    check_level(database, new.level, app.config.privacy)
    taken = select(CalendarLink.id).where(CalendarLink.ref == new.ref)
    if new.ref and database.scalar(taken) is not None:
        raise DomainError(
            "E_DUPLICATE_LINK", f'There is, or was, a link called "{new.ref}"; choose another name'
        )


def check_free(database: Database, new: NewLink, url: str) -> None:
    """One calendar, one link: two would write every session twice. Only another worker may read it as well."""
    living = select(CalendarLink).where(CalendarLink.state != LinkState.UNLINKED)
    worker = by_ref(database, Worker, new.worker)
    for link in database.scalars(living):
        read = link.only_read or new.role is Role.BUSY_SOURCE
        if _same(link.href, url) and (link.worker_id == worker.id or not read):
            raise DomainError("E_DUPLICATE_LINK", f'This calendar is linked already, as "{link.ref}"')


def _same(one: str, other: str) -> bool:
    return canonical_href(one).rstrip("/") == canonical_href(other).rstrip("/")


def store_link(
    database: Database,
    act: Act,
    new: NewLink,
    credentials: Credentials,
    calendar: FoundCalendar,
    profile: Json,
    app: App,
) -> CalendarLink:
    """Store a link with an account of its own; `check_new` and `check_free` were asked before."""
    worker, subject = by_ref(database, Worker, new.worker), _subject(database, new)
    account = _account(act, worker, credentials, calendar.url, app)
    database.add(account)
    database.flush()
    link = CalendarLink(
        id=act.new_id(),
        ref=new.ref or _free_ref(database, _base_name(new, worker)),
        worker_id=worker.id,
        account_id=account.id,
        href=calendar.url,
        name=calendar.name,
        tz=worker.tz,
        role=new.role,
        **subject,
        mode=new.mode,
        privacy_level=new.level,
        cancelled_display=new.display,
        pull_s=app.config.sync.pull_s,
        profile=profile,
        state=LinkState.ACTIVE,
        next_run_at=act.now,
    )
    database.add(link)
    database.flush()
    if not link.only_read:
        _take_up(database, link)
    record(database, act, "linked", link=link.ref, role=link.role, mode=link.mode, level=link.privacy_level)
    return link


def _base_name(new: NewLink, worker: Worker) -> str:
    """What a link is called by itself: a resource calendar as what it is of, any other as its worker."""
    if new.of:
        return new.of.partition(":")[2]
    return worker.ref + ("-busy" if new.role is Role.BUSY_SOURCE else "")


def _subject(database: Database, new: NewLink) -> dict[str, UUID]:
    """The column that says what a resource calendar is of."""
    if new.role is not Role.RESOURCE:
        return {}
    kind, _, ref = (new.of or "").partition(":")
    if kind not in _SUBJECTS:
        raise DomainError("E_RESOURCE", "Say what the calendar is of: room:ID, asset:ID or bed:ID")
    return {f"{kind}_id": _SUBJECTS[kind](database, ref)}


_SUBJECTS: Mapping[str, Callable[[Database, str], UUID]] = {
    "room": lambda database, ref: by_ref(database, Room, ref).id,
    "asset": lambda database, ref: by_ref(database, Asset, ref).id,
    "bed": lambda database, ref: by_ref(database, Bed, ref).id,
}


def _account(act: Act, worker: Worker, found: Credentials, url: str, app: App) -> CalendarAccount:
    return CalendarAccount(
        id=act.new_id(),
        worker_id=worker.id,
        server=url,
        user=found.user,
        auth=found.auth,
        secret=app.box().encrypt(found.secret),
        oauth_provider=found.provider,
    )


def _free_ref(database: Database, base: str) -> str:
    taken = set(database.scalars(select(CalendarLink.ref)))
    names = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _take_up(database: Database, link: CalendarLink) -> None:
    """The same worker's events that an earlier link left in this calendar are this link's from now on; those of a
    resource calendar, if it was of the same.
    """
    earlier = select(CalendarLink).where(
        CalendarLink.worker_id == link.worker_id,
        CalendarLink.state == LinkState.UNLINKED,
        *(
            getattr(CalendarLink, name).is_not_distinct_from(getattr(link, name))
            for name in ("room_id", "asset_id", "bed_id")
        ),
    )
    known: set[UUID] = {old.id for old in database.scalars(earlier) if _same(old.href, link.href)}
    for noun in (EventMapping, Intent):
        database.execute(update(noun).where(noun.link_id.in_(known)).values(link_id=link.id))
