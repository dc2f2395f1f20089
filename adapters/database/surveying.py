"""Read a link together with whether anything waits on our side, in one query: what most runs need to know.

Most runs find nothing to do. That nothing is announced and unsettled, undecided, unread or unsent, and that no
session of this worker changed, is known before the lease is taken; the fencing number says whether it still holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Column, Engine, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from adapters.database.changes import newest, offered_since, series_since, sessions_since
from model.base import Base, Revision
from model.journal import Intent
from model.link import CalendarAccount, CalendarLink, EventMapping, LinkState, MappingState, Role, SeenItem
from model.people import Worker
from model.series import Series
from model.session import Session
from sync.looking import position_of
from sync.store import Quiet

_OPEN = or_(EventMapping.state == MappingState.UNDECIDED, EventMapping.state == MappingState.DIRTY)
_WAITS = or_(
    exists().where(Intent.link_id == CalendarLink.id),
    exists().where(EventMapping.link_id == CalendarLink.id, _OPEN),
    exists().where(EventMapping.link_id == CalendarLink.id, EventMapping.unechoed_since.is_not(None)),
    exists().where(SeenItem.link_id == CalendarLink.id, SeenItem.etag.is_(None), SeenItem.reason != ""),
)
_SEEN, _WORKER = CalendarLink.seen_rev.expression, CalendarLink.worker_id.expression
_SESSIONS = sessions_since(_SEEN, _WORKER).correlate(CalendarLink)
_OFFERS = offered_since(_SEEN, _WORKER).correlate(CalendarLink)
_SERIES = series_since(_SEEN, _WORKER, CalendarLink.id.expression).correlate(CalendarLink)
_CHANGED = and_(
    CalendarLink.role == Role.WORK,  # a busy source shows none of it
    or_(
        newest(_SESSIONS, Session.rev.expression).is_not(None),
        newest(_OFFERS, Session.rev.expression).is_not(None),
        newest(_SERIES, Series.rev.expression).is_not(None),
    ),
)
_LATEST = select(Revision.latest).scalar_subquery()
_LINK, _ACCOUNT, _OWNER = (
    list(Base.metadata.tables[noun.__tablename__].c) for noun in (CalendarLink, CalendarAccount, Worker)
)
_OTHERS = [
    column.label(f"{column.table.name}_{column.key}") for table in (_ACCOUNT, _OWNER) for column in table
]
_SURVEY: Select[*tuple[object, ...]] = (
    select(_LATEST, _WAITS, _CHANGED, *_LINK, *_OTHERS)
    .join(CalendarAccount, CalendarAccount.id == CalendarLink.account_id)
    .join(Worker, Worker.id == CalendarLink.worker_id)
    .where(CalendarLink.id == bindparam("link"))
)


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """A link with its account and its worker, and `quiet` if nothing waits on our side.

    What takes a room, an asset or a bed is not asked for here: their calendars are compared each time.
    """

    link: CalendarLink
    quiet: Quiet | None


def survey(readers: Engine, link_id: UUID) -> Surveyed:
    """Read it without waiting for any writer, and past the unit of work: nobody changes these rows by changing them."""
    with readers.begin() as database:
        latest, waits, changed, *row = database.execute(_SURVEY, {"link": link_id}).one()
    link = CalendarLink(**_named(_LINK, row))
    others = row[len(_LINK) :]
    set_committed_value(link, "account", CalendarAccount(**_named(_ACCOUNT, others)))
    set_committed_value(link, "worker", Worker(**_named(_OWNER, others[len(_ACCOUNT) :])))
    return Surveyed(link=link, quiet=None if waits or changed or link.mirrors else _quiet(link, latest))


def _named(columns: Sequence[Column[object]], values: Sequence[object]) -> dict[str, object]:
    return {column.key: value for column, value in zip(columns, values, strict=False)}


def _quiet(link: CalendarLink, latest: object) -> Quiet | None:
    """Not while there is a failure to forget, or a person's answer to carry out."""
    untold = link.last_error or link.state_reason or link.failures or link.last_ok_at is None
    position = position_of(link)
    if link.state is not LinkState.ACTIVE or untold or position is None:
        return None
    return Quiet(
        position=position,
        newest=latest if isinstance(latest, int) else 0,
        seen=link.seen_rev,
        due=link.next_run_at,
    )
