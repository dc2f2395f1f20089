"""Plan the services of a session or a series, from agreements or ad hoc (000-06, 000-07, 000-17, 001-12).

Nothing of it is shown in a calendar, so nothing here changes a session: plans are rows of their own, and following a
series needs no split. Rows that are made later take the plan of their series along.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.agreements import Items, covering, items_on
from adapters.diary.amounts import read_cents
from adapters.diary.lookup import all_by_ref, by_ref, find_session
from adapters.diary.planned import pattern_of, plans_of, take_from
from adapters.diary.scopes import Target, find_target, note
from adapters.diary.terms import Plan, check_ad_hoc, check_allowed, terms_of
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from model.act import Act
from model.agreement import ServiceAgreement
from model.errors import DomainError
from model.group_template import GroupTemplate, GroupTemplateClient
from model.lock import locked
from model.people import Client
from model.series import Scope, Series
from model.service import PlannedService, PlannedServiceClient, Service
from model.session import Session


def plan(sessions: Sessions, act: Act, session: str, what: Plan, scope: Scope | None) -> Changed:
    """Plan a service that all its clients have agreed to, at the agreed rate."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        rows = _open(target, act)
        service, clients = _named(database, target.session, what)
        items = items_on(database, clients, day_of(target.session))
        made = _made(service, clients, what, act, rate_cents=_agreed_rate(database, items, service, clients))
        series = target.series if target.scope is not Scope.THIS_ONLY else None
        database.add_all(_shared(act, made, rows, series, _plans(database, target, rows)))
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
    _shared(act, made, rows, series, owned)


def plan_template(
    sessions: Sessions, act: Act, session: str, template: str, what: Plan, scope: Scope | None
) -> Changed:
    """Plan the service of a group template, at its ratio, for those of its clients who take part (001-12)."""
    with sessions.begin() as database:  # also as a part of something larger
        found = by_ref(database, GroupTemplate, template)
        usual = select(GroupTemplateClient.client_id).where(GroupTemplateClient.template_id == found.id)
        taking_part = {one.client_id for one in find_session(database, session).active_clients}
        wanted = Client.id.in_(taking_part & set(database.scalars(usual)))
        clients = list(database.scalars(select(Client.ref).where(wanted).order_by(Client.ref)))
        service = database.get_one(Service, found.service_id).ref
    if not clients:
        raise DomainError(
            "E_CLIENT_REQUIRED", "No client of that group template takes part in this session; add one first"
        )
    return plan(
        sessions, act, session, replace(what, service=service, clients=clients, ratio=found.ratio), scope
    )


def ad_hoc(sessions: Sessions, act: Act, session: str, what: Plan, *, allowed: bool) -> Changed:
    """Plan a service that is in no agreement, for this one session (000-07)."""
    check_allowed(allowed)
    with writing(sessions) as database:
        target = find_target(database, session, Scope.THIS_ONLY)
        (row,) = _open(target, act)
        database.add_all(_in_no_agreement(database, act, row, what, plans_of(database, [row.id])))
        note(database, act, "planned", target, code="AD_HOC")
        return target.changed(1)


def ad_hoc_new(
    database: Database,
    act: Act,
    row: Session,
    what: Plan,
    owned: defaultdict[UUID, list[PlannedService]],
    *,
    allowed: bool,
) -> None:
    """The same for a session that is being made: `owned` is what it is given, for whoever stores that too."""
    check_allowed(allowed)
    _check_bills(row)
    _in_no_agreement(database, act, row, what, owned)


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
        what = "Its services cannot be changed any more"
        if target.session.lock:
            raise locked(target.session.lock, what)
        raise DomainError("E_LOCKED", f"{what}: none of its sessions is still to come; choose --scope this")
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


# --- what is planned ------------------------------------------------------------------------------------------


def _named(database: Database, session: Session, what: Plan) -> tuple[Service, list[UUID]]:
    """The service, and the clients who get it: those named, else everybody who takes part (000-17)."""
    service = by_ref(database, Service, what.service)
    active = [attendance.client_id for attendance in session.active_clients]
    if not what.clients:
        return service, active
    named = [client.id for client in all_by_ref(database, Client, what.clients)]
    if not set(named) <= set(active):
        raise DomainError(
            "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
        )
    if len(set(named)) < len(named):
        raise DomainError("E_DUPLICATE_CLIENT", "A client can get a service only once; name each once")
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


def _in_no_agreement(
    database: Database, act: Act, row: Session, what: Plan, owned: Mapping[UUID, list[PlannedService]]
) -> list[PlannedService]:
    """What was asked for at the rate that was typed, beside what the session has."""
    check_ad_hoc(row, what)
    service, clients = _named(database, row, what)
    made = _made(service, clients, what, act, rate_cents=read_cents(what.rate or ""))
    made.ad_hoc = True
    return _shared(act, made, [row], None, owned)


# --- whose it becomes -----------------------------------------------------------------------------------------


def _shared(
    act: Act,
    made: PlannedService,
    rows: Sequence[Session],
    series: Series | None,
    owned: Mapping[UUID, list[PlannedService]],
) -> list[PlannedService]:
    """Copies for each session, for those who take part in it, and for what its series makes later, for everybody."""
    copies = []
    for row in rows:
        active = {attendance.client_id for attendance in row.active_clients}
        own = made.copy(act)
        own.clients = [client for client in own.clients if client.client_id in active]
        own.session_id = row.id
        copies.append((own, owned[row.id]))
    if series is not None:
        own = made.copy(act)
        own.series_id = series.id
        copies.append((own, owned[series.id]))
    return [_given(own, there) for own, there in copies if own.clients]


def _given(own: PlannedService, there: list[PlannedService]) -> PlannedService:
    """Put it beside what is planned there already; the first service is the primary one."""
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
