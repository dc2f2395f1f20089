"""Erase a client (FAILURES H7): nothing names them any more, here and in calendars; what law and money need stays.

One transaction empties every text that is about nobody else and marks what calendars show of them; the next runs write
these events anew, and whoever asks again is told what still waits. What stays is in `docs/admins.md`: the internal id,
dates, amounts, and what was said of a group.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.portions import portions
from adapters.database.revisions import renumber
from adapters.diary.lookup import by_ref
from adapters.diary.shown_of import Units, archived_of, mappings_of, units_of
from adapters.diary.transaction import record, writing
from model.access import ApiToken
from model.act import Act
from model.agreement import AgreementItem, ServiceAgreement
from model.archive import ArchiveEntry
from model.attendance import Attendance, SessionClient
from model.base import Base
from model.bill import Bill, BillState
from model.booking import BookingRequest, ClientAct
from model.cancellation import Cancellation
from model.details import Status
from model.errors import DomainError
from model.feed import FeedPart
from model.group_template import GroupTemplateClient
from model.link import RUNNABLE, CalendarLink, EventMapping, LinkState, MappingState
from model.message import Message
from model.note import Note
from model.people import BlocklistEntry, Client, ClientSite
from model.roster import BaseRoster, PeriodState, RosterPeriod, RosterSlot, RosterSlotClient, RosterState
from model.series import Series, SeriesClient
from model.session import Session
from model.stay import BedBooking, BedHold, BookingState
from model.visit import Visit
from model.waiver import Waiver

_WORDS = (
    *("subject", "description", "location", "address", "url", "employee_message", "comments", "instructions"),
    "service_type_text",
)
_TEXTS = {**dict.fromkeys(_WORDS, ""), **dict.fromkeys(("medium", "contact_with", "import_uid"))}
_TO_COME = (Status.DRAFT, Status.PENDING, Status.ROSTERED, Status.IN_PROGRESS)
_STAYING = (BookingState.BOOKED, BookingState.ON_HOLD, BookingState.IN_RESIDENCE)
_TO_WRITE = (MappingState.SYNCED, MappingState.REFUSED)


@dataclass(frozen=True, kw_only=True)
class Erased:
    """Whom, by the internal id; how much there is of them; and what calendars still have to write anew, by link.

    `unreachable`: links that rest, so that nothing is written there until they run. `left`: links that were ended with
    events left in their calendars, which nobody here can reach any more.
    """

    client: str
    done: bool
    sessions: int
    events: int
    waiting: dict[str, int]
    unreachable: dict[str, str]
    left: dict[str, int]


def preview(sessions: Sessions, client: str, act: Act) -> Erased:
    """What erasing would reach; nothing is changed."""
    with reading(sessions) as database:
        row = by_ref(database, Client, client)
        if row.erased_at is None:
            _check_over(database, row, act)
        return _told(database, row)


def erase(sessions: Sessions, act: Act, client: str) -> Erased:
    """Erase, or say of a client who was erased already what still waits."""
    with writing(sessions) as database:
        row = by_ref(database, Client, client)
        if row.erased_at is None:
            _check_over(database, row, act)
            left = _told(database, row).left
            _erase(database, act, row)
            return replace(_told(database, row), left=left)
        return _told(database, row)


def _check_over(database: Database, client: Client, act: Act) -> None:
    """Who is still to come, stays in a bed, is planned for or owes money is a client, and is not erased."""
    staying = select(func.count()).where(BedBooking.client_id == client.id, BedBooking.state.in_(_STAYING))
    unpaid = select(func.count()).where(Bill.client_id == client.id, Bill.state == BillState.BILLED)
    counts = {
        "sessions to come": _coming(database, client.id, act),
        "series without end": _endless(database, client.id),
        "stays in a bed": database.scalar(staying) or 0,
        "planned sessions in rosters": _planned(database, client.id),
        "unpaid bills": database.scalar(unpaid) or 0,
    }
    told = ", ".join(f"{what} ({count})" for what, count in counts.items() if count)
    if told:
        raise DomainError(
            "E_STILL_CLIENT", f"{client.internal_id} still has {told}; end, settle or cancel them first"
        )


def _coming(database: Database, client_id: UUID, act: Act) -> int:
    """Those of which they did not cancel their part."""
    theirs = SessionClient.client_id == client_id, SessionClient.status != Attendance.CANCELLED
    query = (
        select(func.count()).select_from(Session).join(SessionClient, SessionClient.session_id == Session.id)
    )
    ahead = Session.ends_at > act.now, Session.status.in_(_TO_COME)
    return database.scalar(query.where(*theirs, *ahead)) or 0


def _endless(database: Database, client_id: UUID) -> int:
    """Series that would go on being made with them."""
    theirs = select(SeriesClient.series_id).where(SeriesClient.client_id == client_id)
    ends = or_(
        Series.rule_text == "", Series.rule_text.contains("UNTIL="), Series.rule_text.contains("COUNT=")
    )
    return database.scalar(select(func.count()).select_from(Series).where(Series.id.in_(theirs), ~ends)) or 0


def _planned(database: Database, client_id: UUID) -> int:
    """Where a roster would make sessions of."""
    theirs = select(RosterSlotClient.slot_id).where(RosterSlotClient.client_id == client_id)
    living = select(BaseRoster.id).where(BaseRoster.state != RosterState.INACTIVE)
    open_ = select(RosterPeriod.id).where(RosterPeriod.state != PeriodState.PUBLISHED)
    where = or_(RosterSlot.base_id.in_(living), RosterSlot.period_id.in_(open_))
    return database.scalar(select(func.count()).where(RosterSlot.id.in_(theirs), where)) or 0


# --- here -----------------------------------------------------------------------------------------------------


def _erase(database: Database, act: Act, client: Client) -> None:
    units = units_of(database, client.id)
    _empty_units(database, units)
    _empty_records(database, client.id)
    _rename_keys(database, act, client.id)
    _close_doors(database, act, client.id)
    _have_written_anew(database, act, units)
    client.erase(f"erased-{act.new_id().hex[:12]}", act.now)
    database.flush()
    for some in portions(units.sessions):
        renumber(database, some, now=act.now)
    record(database, act, "client-erased", client=client.internal_id, sessions=len(units.sessions))


def _empty_units(database: Database, units: Units) -> None:
    """What was said of sessions that were theirs alone; a group's is about others too, and stays."""
    for table, ids in (("session", units.own_sessions), ("series", units.own_series)):
        _blank(database, table, "id", ids, **_TEXTS)
        _blank(database, "waiver", f"{table}_id", ids, note="")
    _blank(database, Note.__tablename__, "session_id", units.own_sessions, diagnosis_text="")
    _blank(database, Cancellation.__tablename__, "session_id", units.own_sessions, note="", fee_note="")
    _blank(database, RosterSlot.__tablename__, "session_id", units.own_sessions, subject="")


def _empty_records(database: Database, client_id: UUID) -> None:
    """What was said of the client: cancellations, stays, requests, messages, what they did online."""
    stays = list(database.scalars(select(BedBooking.id).where(BedBooking.client_id == client_id)))
    _blank(database, Cancellation.__tablename__, "client_id", [client_id], note="", fee_note="")
    _blank(database, BedBooking.__tablename__, "client_id", [client_id], cancel_reason="")
    _blank(database, BedHold.__tablename__, "booking_id", stays, reason="")
    _blank(database, Waiver.__tablename__, "booking_id", stays, note="")
    _blank(database, BookingRequest.__tablename__, "client_id", [client_id], message="")
    _blank(database, Message.__tablename__, "client_id", [client_id], parameters={}, link=None, problem="")
    forgotten = {"answer": {}, "address_hash": "", "body_hash": ""}
    _blank(database, ClientAct.__tablename__, "client_id", [client_id], **forgotten)


def _rename_keys(database: Database, act: Act, client_id: UUID) -> None:
    """What practice files call things of theirs; they are in no template any more, and belong to no site."""
    agreements = select(ServiceAgreement.id).where(ServiceAgreement.client_id == client_id)
    keyed: list[ServiceAgreement | BlocklistEntry | AgreementItem] = [
        *database.scalars(select(ServiceAgreement).where(ServiceAgreement.client_id == client_id)),
        *database.scalars(select(BlocklistEntry).where(BlocklistEntry.client_id == client_id)),
        *database.scalars(select(AgreementItem).where(AgreementItem.agreement_id.in_(agreements))),
    ]
    for row in keyed:
        row.ref = f"erased-{act.new_id().hex[:12]}"
    database.flush()
    database.execute(delete(GroupTemplateClient).where(GroupTemplateClient.client_id == client_id))
    database.execute(delete(ClientSite).where(ClientSite.client_id == client_id))


def _close_doors(database: Database, act: Act, client_id: UUID) -> None:
    """Nobody comes in as them, and nothing is sent to them any more."""
    tokens = update(ApiToken).where(ApiToken.client_id == client_id, ApiToken.revoked_at.is_(None))
    database.execute(tokens.values(revoked_at=act.now))
    database.execute(delete(Visit).where(Visit.client_id == client_id))
    for message in database.scalars(select(Message).where(Message.client_id == client_id)):
        message.void()


def _blank(database: Database, table: str, column: str, ids: Sequence[UUID], **values: object) -> None:
    rows = Base.metadata.tables[table]
    for some in portions(ids):
        database.execute(update(rows).where(rows.c[column].in_(some)).values(**values))


# --- calendars ------------------------------------------------------------------------------------------------


def _have_written_anew(database: Database, act: Act, units: Units) -> None:
    """Every event that shows them is pushed, however old; where nothing is pushed any more, nothing of it is kept."""
    for some in portions(mappings_of(database, units)):
        shown = select(EventMapping).where(
            EventMapping.id.in_(some), EventMapping.state != MappingState.TOMBSTONE
        )
        for mapping in database.scalars(shown):
            if database.get_one(CalendarLink, mapping.link_id).state is LinkState.UNLINKED:
                mapping.bury()
            elif mapping.state in _TO_WRITE:
                mapping.state = MappingState.DIRTY
            if units.alone & {mapping.session_id, mapping.series_id}:
                mapping.note = ""
        links = select(EventMapping.link_id).where(EventMapping.id.in_(some))
        ready = (
            CalendarLink.id.in_(links),
            CalendarLink.state.in_(RUNNABLE),
            CalendarLink.next_run_at > act.now,
        )
        database.execute(update(CalendarLink).where(*ready).values(next_run_at=act.now))
    for numbers in portions(archived_of(database, units)):
        database.execute(delete(ArchiveEntry).where(ArchiveEntry.number.in_(numbers)))
    for some in portions([*units.sessions, *units.series]):
        database.execute(delete(FeedPart).where(FeedPart.of.in_(some)))


def _told(database: Database, client: Client) -> Erased:
    units, erased = units_of(database, client.id), client.erased_at is not None
    waiting, left, resting, events = Counter[str](), Counter[str](), dict[str, str](), 0
    for some in portions(mappings_of(database, units)):
        for state, ref, link_state, count in database.execute(_by_link(EventMapping.id.in_(some))):
            if state is MappingState.TOMBSTONE:
                continue
            events += count
            if link_state is LinkState.UNLINKED:
                left[ref] += count
            elif state is not MappingState.SYNCED or not erased:
                waiting[ref] += count
                resting |= {} if link_state in RUNNABLE else {ref: str(link_state)}
    return Erased(
        client=client.internal_id, done=erased, sessions=len(units.sessions), events=events,
        waiting=dict(waiting), unreachable=resting, left=dict(left),
    )  # fmt: skip


def _by_link(which: ColumnElement[bool]) -> Any:  # a Select of states, links and counts
    asked = EventMapping.state, CalendarLink.ref, CalendarLink.state
    query = select(*asked, func.count()).join(CalendarLink, CalendarLink.id == EventMapping.link_id)
    return query.where(which).group_by(*asked).order_by(CalendarLink.ref)
