"""Plan the services of a session or a series, from agreements or ad hoc (000-06, 000-07, 000-17, 001-12).

Nothing of it is shown in a calendar, so nothing here changes a session: plans are rows of their own, and following a
series needs no split. Rows that are made later take the plan of their series along.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.agreements import Items, covering, items_on
from adapters.diary.amounts import read_cents, read_number
from adapters.diary.lookup import all_by_ref, by_ref, find_session
from adapters.diary.planned import pattern_of, plans_of, take_from
from adapters.diary.scopes import Target, find_target, note
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from model.act import Act
from model.errors import DomainError
from model.people import Client
from model.portions import check_ratio
from model.series import Scope, Series
from model.service import (
    DeliveryMethod,
    GroupTemplate,
    GroupTemplateClient,
    PlannedService,
    PlannedServiceClient,
    Service,
    ServiceAgreement,
    Unit,
)
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be delivered and to whom, as typed: nobody named is everybody; without a ratio, 1:n of its clients."""

    service: str
    clients: Sequence[str] = ()
    ratio: int | None = None
    method: DeliveryMethod | None = None
    quantity: str | None = None
    rate: str | None = None
    claim_type: str = ""
    travel: bool = False
    primary: bool = False


def plan(sessions: Sessions, act: Act, session: str, what: Plan, scope: Scope | None) -> Changed:
    """Plan a service that all its clients have agreed to, at the agreed rate."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        rows = _open(target, act)
        service, clients = _named(database, target.session, what)
        items = items_on(database, clients, day_of(target.session))
        made = _made(service, clients, what, act, rate_cents=_agreed_rate(database, items, service, clients))
        owned = _plans(database, target, rows)
        for row in rows:
            _give(database, act, made, owned[row.id], session_id=row.id, active=_active(row))
        if target.series is not None and target.scope is not Scope.THIS_ONLY:
            _give(database, act, made, owned[target.series.id], series_id=target.series.id, active=None)
        note(database, act, "planned", target)
        return target.changed(len(rows))


def plan_new(
    database: Database,
    act: Act,
    rows: Sequence[Session],
    series: Series | None,
    what: Plan,
    agreements: Iterable[ServiceAgreement],
    owned: defaultdict[UUID, list[PlannedService]],
) -> None:
    """The same for sessions that are being made: `owned` is what they are given, for whoever stores them too."""
    _check_bills(rows[0])
    service, clients = _named(database, rows[0], what)
    items = covering(agreements, day_of(rows[0]))
    made = _made(service, clients, what, act, rate_cents=_agreed_rate(database, items, service, clients))
    for row in rows:
        _given(act, made, owned[row.id], session_id=row.id, active=_active(row))
    if series is not None:
        _given(act, made, owned[series.id], series_id=series.id, active=None)


def plan_template(
    sessions: Sessions, act: Act, session: str, template: str, what: Plan, scope: Scope | None
) -> Changed:
    """Plan the service of a group template, at its ratio, for those of its clients who take part (001-12)."""
    with reading(sessions) as database:
        found = by_ref(database, GroupTemplate, template)
        usual = select(GroupTemplateClient.client_id).where(GroupTemplateClient.template_id == found.id)
        taking_part = {one.client_id for one in find_session(database, session).active_clients}
        wanted = Client.id.in_(taking_part & set(database.scalars(usual)))
        clients = list(database.scalars(select(Client.ref).where(wanted).order_by(Client.ref)))
        service = database.get_one(Service, found.service_id).ref
    if not clients:
        raise DomainError("E_CLIENT_REQUIRED", "No client of that group template takes part in this session")
    return plan(
        sessions, act, session, replace(what, service=service, clients=clients, ratio=found.ratio), scope
    )


def ad_hoc(sessions: Sessions, act: Act, session: str, what: Plan, *, allowed: bool) -> Changed:
    """Plan a service that is in no agreement, for this one session (000-07)."""
    if not allowed:
        raise DomainError("E_AD_HOC_OFF", "Ad hoc services are off; rules.ad_hoc_services would allow them")
    with writing(sessions) as database:
        target = find_target(database, session, Scope.THIS_ONLY)
        (row,) = _open(target, act)
        _check_ad_hoc(row, what)
        service, clients = _named(database, row, what)
        made = _made(service, clients, what, act, rate_cents=read_cents(what.rate or ""))
        made.ad_hoc = True
        _give(
            database, act, made, plans_of(database, [row.id])[row.id], session_id=row.id, active=_active(row)
        )
        note(database, act, "planned", target, code="AD_HOC")
        return target.changed(1)


def unplan(
    sessions: Sessions, act: Act, session: str, service: str, clients: Sequence[str], scope: Scope | None
) -> Changed:
    """Take a service off the plan again, for all its clients or some."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        rows = _open(target, act)
        wanted = by_ref(database, Service, service)
        some = {client.id for client in all_by_ref(database, Client, clients)}
        owned = _plans(database, target, rows)
        taken = [_take(database, plans, wanted.id, some) for plans in owned.values()]
        if not any(taken):
            raise DomainError("E_SERVICE", f'The service "{wanted.ref}" is not planned there')
        note(database, act, "unplanned", target)
        return target.changed(len(rows))


# --- what a change reaches ------------------------------------------------------------------------------------


def _open(target: Target, act: Act) -> list[Session]:
    """The sessions in scope that may still change (001-16); of a whole series only what is to come (R13)."""
    rows = [row for row in target.rows if not row.frozen]
    if target.series is not None and target.scope is Scope.ALL_IN_SERIES:
        rows = [row for row in rows if row.starts_at > act.now]
    if not rows:
        why = target.session.lock or "none of its sessions is still to come"
        raise DomainError("E_LOCKED", f"Its services cannot be changed any more: {why}")
    _check_bills(target.session)
    return rows


def _check_bills(session: Session) -> None:
    if not session.bills:
        raise DomainError(
            "E_NOT_BILLABLE", "A contact, an Other Event or a non-billable session has no services"
        )


def _plans(database: Database, target: Target, rows: Sequence[Session]) -> dict[UUID, list[PlannedService]]:
    """What is planned for each row, and for the occurrences of the series that are still to be made."""
    found = plans_of(database, [row.id for row in rows])
    owned = {row.id: found[row.id] for row in rows}
    if target.series is not None and target.scope is not Scope.THIS_ONLY:
        owned[target.series.id] = pattern_of(database, target.series)
    return owned


def _active(row: Session) -> set[UUID]:
    return {attendance.client_id for attendance in row.active_clients}


# --- what is planned ------------------------------------------------------------------------------------------


def _named(database: Database, session: Session, what: Plan) -> tuple[Service, list[UUID]]:
    """The service, and the clients who get it: those named, else everybody who takes part (000-17)."""
    service = by_ref(database, Service, what.service)
    active = [attendance.client_id for attendance in session.active_clients]
    if not what.clients:
        return service, active
    named = [client.id for client in all_by_ref(database, Client, what.clients)]
    if not set(named) <= set(active):
        raise DomainError("E_CLIENT_REQUIRED", "That client does not take part in this session")
    if len(set(named)) < len(named):
        raise DomainError("E_DUPLICATE_CLIENT", "A client can get a service only once")
    return service, [client for client in active if client in named]


def _agreed_rate(database: Database, items: Items, service: Service, clients: Collection[UUID]) -> int:
    """The one rate that all of them agreed to on that day (E_AGREEMENT)."""
    missing = [client for client in clients if (client, service.id) not in items]
    if missing:
        who = database.get_one(Client, missing[0]).internal_id
        raise DomainError("E_AGREEMENT", f"No approved agreement of {who} has this service on that day")
    rates = {items[client, service.id].rate_cents for client in clients}
    if len(rates) > 1:
        raise DomainError("E_AGREEMENT", "Their agreed rates differ; plan it for those of one rate at a time")
    return rates.pop()


def day_of(session: Session) -> date:
    """The date of a session, where it takes place."""
    start = session.span.start
    return date(start.year, start.month, start.day)


def _made(
    service: Service, clients: Sequence[UUID], what: Plan, act: Act, *, rate_cents: int
) -> PlannedService:
    """The plan, checked, and nobody's yet."""
    terms = terms_of(service, what, len(clients))
    made = PlannedService(id=act.new_id(), rate_cents=rate_cents, ad_hoc=False, **terms)
    made.clients = [PlannedServiceClient(client_id=client) for client in clients]
    return made


def terms_of(service: Service, what: Plan, clients: int) -> dict[str, object]:
    """What was asked for, checked, as the columns of a plan for so many clients."""
    ratio = clients if what.ratio is None else what.ratio
    check_ratio(ratio, clients)
    return {
        "service_id": service.id,
        "ratio": ratio,
        "method": _method(service, what),
        "quantity": _quantity(service, what),
        "claim_type": what.claim_type,
        "travel_chargeable": what.travel,
        "primary": what.primary,
    }


def _method(service: Service, what: Plan) -> DeliveryMethod:
    """Hours follow the time unless told otherwise; everything else has a number."""
    hourly = service.unit == Unit.HOUR
    found = what.method or (DeliveryMethod.SCHEDULED_TIME if hourly else DeliveryMethod.FIXED_QUANTITY)
    if not hourly and found is not DeliveryMethod.FIXED_QUANTITY:
        raise DomainError("E_SERVICE", f"Only hours follow the time; this is paid by {service.unit.lower()}")
    return found


def _quantity(service: Service, what: Plan) -> Decimal | None:
    if _method(service, what) is not DeliveryMethod.FIXED_QUANTITY:
        if what.quantity is not None:
            raise DomainError("E_SERVICE", "The quantity follows the time; choose the method FIXED_QUANTITY")
        return None
    if what.quantity is None and service.unit == Unit.HOUR:
        raise DomainError("E_SERVICE", "Say how many hours: a fixed quantity needs a number")
    return read_number(what.quantity or "1", places=2)


def _check_ad_hoc(row: Session, what: Plan) -> None:
    """Site, rate, claim type, method and quantity have to be said: no agreement says them (000-07)."""
    if row.site_id is None:
        raise DomainError(
            "E_SITE_REQUIRED", "An ad hoc service is delivered at a site; this session has none"
        )
    if what.rate is None or not what.claim_type or what.method is None:
        raise DomainError("E_SERVICE", "An ad hoc service needs its rate, claim type and method")
    if what.method is DeliveryMethod.FIXED_QUANTITY and what.quantity is None:
        raise DomainError("E_SERVICE", "An ad hoc service with a fixed quantity needs that quantity")


# --- whose it becomes -----------------------------------------------------------------------------------------


def _give(
    database: Database,
    act: Act,
    made: PlannedService,
    there: list[PlannedService],
    *,
    active: set[UUID] | None,
    session_id: UUID | None = None,
    series_id: UUID | None = None,
) -> None:
    """Give a session or series its own copy, and store it."""
    own = _given(act, made, there, active=active, session_id=session_id, series_id=series_id)
    if own is not None:
        database.add(own)


def _given(
    act: Act,
    made: PlannedService,
    there: list[PlannedService],
    *,
    active: set[UUID] | None,
    session_id: UUID | None = None,
    series_id: UUID | None = None,
) -> PlannedService | None:
    """Give a session or series its own copy, for those who take part; the first service is the primary one."""
    own = made.copy(act)
    own.session_id, own.series_id = session_id, series_id
    own.clients = [client for client in own.clients if active is None or client.client_id in active]
    if not own.clients:
        return None
    wanted = {client.client_id for client in own.clients}
    for plan in there:
        if plan.service_id == own.service_id and wanted & {client.client_id for client in plan.clients}:
            raise DomainError(
                "E_SERVICE", "That client gets this service already; take it off the plan first"
            )
    own.primary = own.primary or not there or (not own.ad_hoc and all(plan.ad_hoc for plan in there))
    for plan in there:
        plan.primary &= not own.primary
    there.append(own)
    return own


def _take(database: Database, there: list[PlannedService], service_id: UUID, some: set[UUID]) -> bool:
    """Take a service off one plan; what is left has a primary service again."""
    mine = [plan for plan in there if plan.service_id == service_id]
    mine = [plan for plan in mine if not some or some & {client.client_id for client in plan.clients}]
    take_from(database, there, mine, some or {one.client_id for plan in mine for one in plan.clients})
    return bool(mine)
