"""Import what sessions are to deliver, from agreements, by group templates or ad hoc (000-06, 000-07, 001-12).

Only for sessions that are new: what is planned for those that were there before may be other by now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from adapters.diary.agreements import agreements_of
from adapters.diary.entries import Entry
from adapters.diary.planning import ad_hoc_new, plan_new
from adapters.diary.taking import Made, Taking, Tally, new_of, one_of, typed
from adapters.diary.terms import Plan
from model.agreement import ServiceAgreement
from model.errors import DomainError
from model.group_template import GroupTemplate
from model.money import in_dollars
from model.service import PlannedService, Service
from model.session import Session

_Owned = defaultdict[UUID, list[PlannedService]]  # by session or series
_WHERE = ("session", "day")


def take_plans(taking: Taking, made: Made, planned: Tally, ad_hoc: Tally) -> list[PlannedService]:
    """All that is planned for new sessions, for whoever stores them; agreed services first, as at the commands."""
    owned: _Owned = defaultdict(list)
    with taking.database.no_autoflush:
        _each(taking, new_of(taking, made, planned), _by_agreement(taking, made, owned))
        _each(taking, new_of(taking, made, ad_hoc), _by_none(taking, made, owned))
    return [plan for several in owned.values() for plan in several]


def _each(taking: Taking, entries: Iterable[Entry], plan: Callable[[Entry], None]) -> None:
    for entry in entries:
        try:
            plan(entry)
        except DomainError as error:
            taking.refuse(entry, error)


def _by_agreement(taking: Taking, made: Made, owned: _Owned) -> Callable[[Entry], None]:
    templates, agreements = _templates(taking), _agreements(taking, made)

    def plan(entry: Entry) -> None:
        _, target = made[entry.text("session")]
        first = target.rows[0]
        among = [one for client in first.clients for one in agreements[client.client_id]]
        what = _asked(entry, first, templates)
        plan_new(taking.database, taking.act, target.rows, target.series, what, among, owned)

    return plan


def _by_none(taking: Taking, made: Made, owned: _Owned) -> Callable[[Entry], None]:
    """Ad hoc, of one session at a time (000-07)."""

    def plan(entry: Entry) -> None:
        row = one_of(entry, made)
        values = {name: value for name, value in typed(entry).items() if name not in _WHERE}
        values["rate"] = in_dollars(entry.number("rate_cents") or 0)
        values.pop("rate_cents")
        allowed = taking.settings.rules.ad_hoc_services
        ad_hoc_new(taking.database, taking.act, row, Plan(**values), owned, allowed=allowed)  # type: ignore[arg-type]

    return plan


def _asked(entry: Entry, session: Session, templates: dict[str, tuple[str, GroupTemplate]]) -> Plan:
    """A plan as typed, or what a group template makes of it for those of its clients who take part (001-12)."""
    values = typed(entry)
    values.pop("session")
    if "template" in values:
        service, template = templates[str(values.pop("template"))]
        usual = {one.client_id for one in template.clients}
        who = [one.client.ref for one in session.active_clients if one.client_id in usual]
        if not who:
            raise DomainError(
                "E_CLIENT_REQUIRED",
                "No client of that group template takes part in this session; add one first",
            )
        values |= {"service": service, "clients": who, "ratio": template.ratio}
    return Plan(**values)  # type: ignore[arg-type]


def _templates(taking: Taking) -> dict[str, tuple[str, GroupTemplate]]:
    """Group templates with the service of each, by what the practice calls them."""
    query = select(Service.ref, GroupTemplate).join(GroupTemplate, GroupTemplate.service_id == Service.id)
    found = taking.database.execute(query.options(selectinload(GroupTemplate.clients))).all()
    return {row[1].ref: (row[0], row[1]) for row in found}


def _agreements(taking: Taking, made: Made) -> dict[UUID, list[ServiceAgreement]]:
    """What the clients of sessions that something is planned for have agreed to."""
    planned = {entry.text("session") for entry in taking.found.good("planned_service")} & made.keys()
    clients = {one.client_id for ref in planned for one in made[ref][1].rows[0].clients}
    found: defaultdict[UUID, list[ServiceAgreement]] = defaultdict(list)
    for agreement in agreements_of(taking.database, clients):
        found[agreement.client_id].append(agreement)
    return found
