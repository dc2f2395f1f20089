"""What clients do to their own sessions online: take another time, or cancel, whoever booked it (003-02, R63).

Lateness forbids nothing unless the practice insists (`booking.enforce_window_hours`): what it costs is judged and
written down as for any cancellation. Somebody else's session is not there.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.booking import Booked, answers_first, ask, once, view
from adapters.diary.cancelling import Cancel, cancel_within
from adapters.diary.choosing import Appointment, choose
from adapters.diary.client_acts import Attempt, Caller, write_down
from adapters.diary.conflicts import refusals
from adapters.diary.lookup import by_ref, find_session
from adapters.diary.requests import find_request, request_of, withdraw_within
from adapters.diary.slots import Offered, check_allowed
from adapters.diary.telling_bookings import tell_cancelled, tell_moved
from adapters.diary.times import read_instant
from adapters.diary.transaction import in_turn, record
from adapters.diary.views import written
from model.act import Act
from model.attendance import Attendance
from model.booking import check_notice
from model.cancellation import CancelledBy
from model.details import Kind, Status, WorkType
from model.errors import DomainError
from model.lock import locked
from model.moment import in_zone, zone
from model.people import Client
from model.practice import Room, Site
from model.series import Scope
from model.session import Session
from sync.settings import BookingSettings, Settings


@dataclass(frozen=True, kw_only=True)
class Mine:
    """A client's own session that is still to come."""

    client: Client
    row: Session


def move(
    sessions: Sessions, act: Act, session: str, start: str, caller: Caller, settings: Settings
) -> Booked:
    """Take another of the times that are offered with the same worker; where the practice answers first, ask for it."""
    rules = settings.booking
    check_changes_allowed(rules)

    def do(database: Database, attempt: Attempt) -> Booked:
        row = own(database, act, session, attempt.client, rules)
        wanted = appointment_of(row, attempt.client)
        at = read_instant(start, zone(wanted.worker.tz))
        chosen = choose(database, act, wanted, at, settings, without=row.id)
        if answers_first(database, act, wanted.worker, settings):
            read = caller.acknowledged
            waiting, request = ask(database, act, wanted, chosen, settings, acknowledged=read, moves=row)
            done = view(waiting, "REQUESTED", request=request.ref)
            write_down(database, act, attempt, rules, session_id=row.id, answer=done.answer)
            return done
        was = written(in_zone(row.span.start, row.span.tz))
        _take(database, row, chosen)
        done = view(row, "MOVED")
        noted = write_down(database, act, attempt, rules, session_id=row.id, answer=done.answer)
        record(database, act, "rebooked", session_id=row.id, start=was, after=done.start)
        tell_moved(database, act, row, rules, was=was, move=noted.id)
        return done

    return once(sessions, act, caller, {"action": "move", "session": session, "start": start}, rules, do)


def cancel(
    sessions: Sessions, act: Act, session: str, caller: Caller, settings: Settings, *, reason: str = ""
) -> Booked:
    """Cancel for the client, advised now; a request that nobody has answered is withdrawn."""
    rules = settings.booking
    check_changes_allowed(rules)

    def do(database: Database, attempt: Attempt) -> Booked:
        client = attempt.client
        mine = Mine(client=client, row=own(database, act, session, client, rules))
        if mine.row.status is Status.PENDING:
            done = view(mine.row, "WITHDRAWN")
            withdraw_within(database, act, request_of(database, mine.row.id))
            write_down(database, act, attempt, rules, session_id=None, answer=done.answer)
            return done
        amount = cancel_as(database, act, mine, reason, settings)
        done = view(mine.row, "CANCELLED", amount_cents=amount)
        noted = write_down(database, act, attempt, rules, session_id=mine.row.id, answer=done.answer)
        tell_cancelled(database, act, mine.row, client, rules, by=noted.id)
        return done

    return once(sessions, act, caller, {"action": "cancel", "session": session, "reason": reason}, rules, do)


def withdraw(sessions: Sessions, act: Act, ref: str, client: str, settings: Settings) -> None:
    """The client does not want any more what nobody has answered yet; that is never too late, nor switched off by
    itself."""
    check_allowed(settings.booking)
    with in_turn(sessions) as database:
        mine, found = by_ref(database, Client, client), find_request(database, ref)
        if found.client_id != mine.id:
            raise DomainError("E_NOT_FOUND", f'There is no request "{ref[:40]}"')
        withdraw_within(database, act, found)


def check_changes_allowed(rules: BookingSettings) -> None:
    check_allowed(rules)
    if not rules.allow_resched_cancel:
        raise DomainError("E_BOOKING_OFF", "Sessions are not moved or cancelled online; ask the practice")


def own(database: Database, act: Act, text: str, client: Client, rules: BookingSettings) -> Session:
    """The client's session that is still to come; of others nobody learns that they are there (FAILURES G15)."""
    row = find_session(database, text)
    mine = row.attendance_of(client.id)
    if mine is None or mine.status is Attendance.CANCELLED or row.kind is not Kind.CLIENT_SESSION:
        raise DomainError("E_NOT_FOUND", f'There is no session "{text[:40]}"')
    check_changeable(row, act, rules)
    return row


def check_changeable(row: Session, act: Act, rules: BookingSettings) -> None:
    """Whether a client's session can still be changed by them."""
    if row.starts_at <= act.now or row.status is Status.DRAFT:
        raise DomainError("E_TRANSITION", "That session cannot be changed online any more; ask the practice")
    if row.lock is not None and row.status is not Status.PENDING:
        raise locked(row.lock, "This session cannot be changed online")
    if row.status is not Status.PENDING:
        check_notice(row.starts_at, now=act.now, hours=rules.enforce_window_hours)


def appointment_of(row: Session, client: Client) -> Appointment:
    """What is to be moved: as long as it is, with one worker and this client."""
    if row.status is Status.PENDING:
        raise DomainError("E_TRANSITION", "Nobody has answered that request yet; withdraw it, and ask again")
    if row.work_type is not WorkType.APPOINTMENT or len(row.active_workers) != 1:
        raise DomainError("E_TRANSITION", "Only the practice moves what several people take part in")
    return Appointment(
        client=client,
        worker=row.active_workers[0].worker,
        length_min=row.minutes,
        padding_min=row.padding_min,
        type_id=row.appointment_type_id,
    )


def _take(database: Database, row: Session, chosen: Offered) -> None:
    """Go to the time and, where the window has one, to its place."""
    slot, window = chosen.slot, chosen.candidate.window
    if slot.site_id is not None:
        row.site_id, row.site = slot.site_id, database.get_one(Site, slot.site_id)
        row.room_id = slot.room_id
        row.room = database.get_one(Room, slot.room_id) if slot.room_id else None
    row.move(row.span.starting(chosen.candidate.start.astimezone(window.tz)))
    database.flush()
    if refusals(database, [row]):
        raise DomainError("E_SLOT_TAKEN", "That time cannot be booked, or is taken meanwhile; choose another")


def cancel_as(database: Database, act: Act, mine: Mine, reason: str, settings: Settings) -> int:
    """Record it as for any client's cancellation; what it costs, in cents."""
    how = Cancel(
        by=CancelledBy.CLIENT,
        reason=reason or settings.booking.cancel_reason,
        advised=written(act.now),
        client=mine.client.ref,
    )
    if not how.reason:
        raise DomainError("E_REASON_TYPE", "Say why: choose one of the reasons that the practice offers")
    scope = Scope.THIS_ONLY if mine.row.series_id else None
    done = cancel_within(database, act, str(mine.row.id), how, scope, settings)
    return sum(charge.amount_cents for charge in done.charges)
