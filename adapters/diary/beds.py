"""Stays in beds: book, change, hold, check in and out, cancel (000-25 to 000-28). Each is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.lookup import by_ref, find_booking
from adapters.diary.times import read_day, read_moment
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from adapters.diary.waiving import refuse_or_waive
from model.act import Act
from model.agreement import AgreementItem, ServiceAgreement
from model.bed import Bed, BedStatus
from model.capacity import Taken, too_many
from model.errors import DomainError
from model.moment import Moment, Span, in_zone, zone
from model.people import Client
from model.practice import Site
from model.service import Service
from model.stay import Basis, BedBooking, BedService, BookingState, check_bed_service, check_stay, day_of


@dataclass(frozen=True, kw_only=True)
class NewStay:
    """A stay as typed: the first night and the day of departure, or the times of check-in and check-out.

    Services are written like "respite" (each night) or "linen:2" (so much in all). `override` says why a rule that
    speaks against it does not hold.
    """

    bed: str
    client: str
    start: str
    end: str
    nightly: Sequence[str] = ()
    services: Sequence[str] = ()
    override: str | None = None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What becomes of a stay; what is not said stays as it is."""

    bed: str | None = None
    start: str | None = None
    end: str | None = None
    nightly: Sequence[str] | None = None
    services: Sequence[str] | None = None
    override: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stayed:
    """What was done to a stay: its state now, what it delivered, and what it warns of."""

    booking_id: UUID
    state: str
    start: str
    end: str
    delivered: int = 0
    warnings: tuple[str, ...] = ()


def book(sessions: Sessions, act: Act, new: NewStay, *, ad_hoc: bool = True) -> Stayed:
    """Book a bed (000-25), with what is delivered there (000-26); `ad_hoc`: even what is in no agreement."""
    with writing(sessions) as database:
        bed, client = by_ref(database, Bed, new.bed), by_ref(database, Client, new.client)
        span = _span(new.start, new.end, _zone(database, bed))
        check_stay(span)
        stay = BedBooking(id=act.new_id(), bed_id=bed.id, client_id=client.id, state=BookingState.BOOKED)
        stay.bed, stay.client, stay.holds, stay.services, stay.span = bed, client, [], [], span
        _add_services(database, act, stay, new.nightly, new.services, ad_hoc=ad_hoc)
        warnings = _placed(database, act, stay, new.override)
        return _done(database, act, "bed-booked", stay, warnings=warnings)


def edit(sessions: Sessions, act: Act, booking: str, to: Edit, *, ad_hoc: bool = True) -> Stayed:
    """Give a stay another bed, other dates or other services, while it is not over (000-28)."""
    with writing(sessions) as database:
        stay = find_booking(database, booking)
        stay.check_changeable()
        if to.bed:
            stay.bed = by_ref(database, Bed, to.bed)
            stay.bed_id = stay.bed.id
        tz = _zone(database, stay.bed)
        old = stay.span
        start = read_moment(to.start, tz) if to.start else in_zone(old.start, tz)
        end = read_moment(to.end, tz) if to.end else in_zone(old.end, tz)
        stay.place(_between(start, end, tz))
        if to.nightly is not None or to.services is not None:
            stay.services.clear()
            database.flush()
            _add_services(database, act, stay, to.nightly or (), to.services or (), ad_hoc=ad_hoc)
        warnings = _placed(database, act, stay, to.override)
        return _done(database, act, "bed-changed", stay, warnings=warnings)


def hold(sessions: Sessions, act: Act, booking: str, *, start: str, end: str, reason: str) -> Stayed:
    """Keep the bed while its client is away (000-27)."""
    with writing(sessions) as database:
        stay = find_booking(database, booking)
        stay.hold(read_day(start), read_day(end), reason, act)
        return _done(database, act, "bed-held", stay)


def end_hold(sessions: Sessions, act: Act, booking: str, back: str | None) -> Stayed:
    """The client is back, on the day that was said for the hold, or on another."""
    with writing(sessions) as database:
        stay = find_booking(database, booking)
        stay.end_hold(read_day(back) if back else None)
        return _done(database, act, "bed-back", stay)


def check_in(sessions: Sessions, act: Act, booking: str) -> Stayed:
    with writing(sessions) as database:
        stay = find_booking(database, booking)
        stay.check_in(act.now)
        return _done(database, act, "bed-in", stay)


def check_out(sessions: Sessions, act: Act, booking: str, end: str | None, *, override: str | None) -> Stayed:
    """End a stay, as it was booked or on another day, and write down what it delivered (000-26)."""
    with writing(sessions) as database:
        stay = find_booking(database, booking)
        warnings: list[str] = []
        if end:
            tz = stay.span.tz
            stay.place(_between(in_zone(stay.span.start, tz), read_moment(end, tz), tz))
            warnings = refuse_or_waive(database, act, _taken(database, stay), override, booking_id=stay.id)
        lines = stay.check_out(act.now, act)
        database.add_all(lines)
        return _done(database, act, "bed-out", stay, delivered=len(lines), warnings=warnings)


def cancel(sessions: Sessions, act: Act, booking: str, reason: str) -> Stayed:
    """Cancel a stay that never began; the record stays (DOMAIN, principle 2)."""
    with writing(sessions) as database:
        stay = find_booking(database, booking)
        stay.cancel(reason)
        return _done(database, act, "bed-cancelled", stay)


def _placed(database: Database, act: Act, stay: BedBooking, override: str | None) -> list[str]:
    """Ask what speaks against a stay where it is now: its bed, its limits (000-24), other stays (000-25)."""
    if stay.bed.status is not BedStatus.AVAILABLE:
        raise DomainError("E_BED_CLOSED", f'The bed "{stay.bed.ref}" is {stay.bed.status}')
    database.add(stay)
    database.flush()
    against = _taken(database, stay) + stay.bed.limits(stay.client, day_of(stay.span.start))
    return refuse_or_waive(database, act, against, override, booking_id=stay.id)


def _taken(database: Database, stay: BedBooking) -> list[DomainError]:
    """Whether somebody else has the bed at any time of a stay, on hold or not (E_BED_CONFLICT)."""
    query = select(BedBooking.starts_at, BedBooking.ends_at).where(
        BedBooking.bed_id == stay.bed_id,
        BedBooking.id != stay.id,
        BedBooking.state != BookingState.CANCELLED,
        BedBooking.ends_at > stay.starts_at,
        BedBooking.starts_at < stay.ends_at,
    )
    others = [Taken(stay.bed_id, row[0], row[1]) for row in database.execute(query).all()]
    if not too_many([Taken(stay.bed_id, stay.starts_at, stay.ends_at)], others, {stay.bed_id: 1}):
        return []
    first = max(min(other.start for other in others), stay.starts_at)
    day = first.astimezone(stay.span.tz).date()
    return [DomainError("E_BED_CONFLICT", f"The bed is taken on {day}; choose another bed or other dates")]


def _add_services(
    database: Database,
    act: Act,
    stay: BedBooking,
    nightly: Sequence[str],
    fixed: Sequence[str],
    *,
    ad_hoc: bool,
) -> None:
    """Planned where an agreement of the client covers the first night, else ad hoc at the service's own rate, which
    the practice has to allow (E_AD_HOC_OFF)."""
    for basis, texts in ((Basis.PER_NIGHT, nightly), (Basis.FIXED_QUANTITY, fixed)):
        for text in texts:
            ref, quantity = _counted(text)
            service = by_ref(database, Service, ref)
            check_bed_service(service, basis, quantity)
            agreed = _agreed_rate(database, stay, service)
            if agreed is None and not ad_hoc:
                raise DomainError(
                    "E_AD_HOC_OFF",
                    f'No agreement of this client has "{service.ref}" on the first night, and ad hoc services are off; '
                    "bring the agreement up to date, or let rules.ad_hoc_services allow it",
                )
            rate = service.rate_cents if agreed is None else agreed
            stay.services.append(
                BedService(
                    id=act.new_id(),
                    booking_id=stay.id,
                    service_id=service.id,
                    service=service,
                    basis=basis,
                    quantity=quantity,
                    rate_cents=rate,
                    ad_hoc=agreed is None,
                )
            )


def _counted(text: str) -> tuple[str, Decimal]:
    """A service and how much of it, like "linen:2"; without a number one."""
    ref, _, number = text.rpartition(":")
    try:
        return (ref, Decimal(number)) if ref and number[:1].isdecimal() else (text, Decimal(1))
    except InvalidOperation:
        return text, Decimal(1)


def _agreed_rate(database: Database, stay: BedBooking, service: Service) -> int | None:
    """The rate of an agreement that covers the first night; of several the one that began last."""
    query = (
        select(ServiceAgreement, AgreementItem.rate_cents)
        .join(AgreementItem, AgreementItem.agreement_id == ServiceAgreement.id)
        .where(ServiceAgreement.client_id == stay.client_id, AgreementItem.service_id == service.id)
        .order_by(ServiceAgreement.start_date.desc(), AgreementItem.ref)
    )
    day = day_of(stay.span.start)
    return next((rate for agreement, rate in database.execute(query).all() if agreement.covers(day)), None)


def _zone(database: Database, bed: Bed) -> ZoneInfo:
    """A stay is where its bed is."""
    return zone(database.get_one(Site, bed.site_id).tz)


def _span(start: str, end: str, tz: ZoneInfo) -> Span:
    return _between(read_moment(start, tz), read_moment(end, tz), tz)


def _between(start: Moment, end: Moment, tz: ZoneInfo) -> Span:
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise DomainError("E_TIME", "Give two dates, or two times: check-in and check-out")
    return Span(start=start, end=end, tz=tz)


def _done(
    database: Database,
    act: Act,
    action: str,
    stay: BedBooking,
    *,
    delivered: int = 0,
    warnings: Sequence[str] = (),
) -> Stayed:
    """Write history, and say what was done."""
    start, end = (written(in_zone(m, stay.span.tz)) for m in (stay.span.start, stay.span.end))
    code = " ".join(warnings)
    record(database, act, action, code=code, stay=stay.id.hex[:8], start=start, state=stay.state)
    return Stayed(
        booking_id=stay.id,
        state=stay.state,
        start=start,
        end=end,
        delivered=delivered,
        warnings=tuple(warnings),
    )
