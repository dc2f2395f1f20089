"""Say what planned sessions of a roster are to deliver (R50, 001-12).

For a base roster there has to be an agreement of each client that has the service, whenever it holds; for a period one
that covers the day. Which rate follows is read when the session is published.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.agreements import agreements_of, covering
from adapters.diary.lookup import all_by_ref, by_ref
from adapters.diary.periods import period_named
from adapters.diary.rosters import base_draft, slot_named
from adapters.diary.terms import Plan, terms_of
from adapters.diary.transaction import record, writing
from model.act import Act
from model.agreement import ServiceAgreement
from model.errors import DomainError
from model.people import Client
from model.roster import RosterSlot
from model.service import Service
from model.slot_service import Rates, RosterSlotService, RosterSlotServiceClient

Place = Callable[[Database], RosterSlot]  # how to find the planned session that is meant


def in_base(name: str, slot: str) -> Place:
    """A session of the draft of a base roster."""
    return lambda database: slot_named(base_draft(database, name).slots, slot)


def in_period(period: str, slot: str) -> Place:
    """A session of a period, which is to be validated again."""

    def find(database: Database) -> RosterSlot:
        row = period_named(database, period)
        row.edited()
        return slot_named(row.slots, slot)

    return find


def plan(sessions: Sessions, act: Act, place: Place, what: Plan) -> None:
    """Have a planned session deliver a service that its clients have agreed to; the first one is the primary one."""
    with _changing(sessions, act, place) as (database, slot):
        agreements = agreements_of(database, [one.client_id for one in slot.clients])
        give(database, act, slot, what, agreements)


def give(
    database: Database, act: Act, slot: RosterSlot, what: Plan, agreements: Sequence[ServiceAgreement]
) -> None:
    """The same, inside a transaction that does more and has read what was agreed."""
    service, clients = by_ref(database, Service, what.service), _named(database, slot, what.clients)
    _check_agreed(database, slot, service, clients, agreements)
    terms = terms_of(service, what, len(clients))
    for one in slot.services:
        if one.service_id == service.id and set(clients) & {client.client_id for client in one.clients}:
            raise DomainError("E_SERVICE", "That client gets this service already; take it off first")
    made = RosterSlotService(id=act.new_id(), slot_id=slot.id, service=service, **terms)
    made.clients = [RosterSlotServiceClient(client_id=client) for client in clients]
    made.primary |= not slot.services
    for one in slot.services:
        one.primary &= not made.primary
    slot.services.append(made)


def unplan(sessions: Sessions, act: Act, place: Place, service: str) -> None:
    """Take a service off a planned session; what is left has a primary service again."""
    with _changing(sessions, act, place) as (database, slot):
        wanted = by_ref(database, Service, service)
        left = [one for one in slot.services if one.service_id != wanted.id]
        if len(left) == len(slot.services):
            raise DomainError("E_SERVICE", f'The service "{wanted.ref}" is not planned there')
        if left and not any(one.primary for one in left):
            left[0].primary = True
        slot.services[:] = left


def rates_on(agreements: Sequence[ServiceAgreement], slot: RosterSlot) -> Rates:
    """What was agreed for the day of a planned session."""
    if slot.day is None:
        raise ValueError("what a base roster says has no date")
    return {key: item.rate_cents for key, item in covering(agreements, slot.day).items()}


def agreed_with(database: Database, slots: Collection[RosterSlot]) -> list[ServiceAgreement]:
    """The agreements of everybody who gets a service there; a fixed number of queries."""
    return agreements_of(
        database, {one.client_id for slot in slots for service in slot.services for one in service.clients}
    )


@contextmanager
def _changing(sessions: Sessions, act: Act, place: Place) -> Iterator[tuple[Database, RosterSlot]]:
    with writing(sessions) as database:
        slot = place(database)
        yield database, slot
        record(database, act, "period-edited" if slot.period_id else "roster-planned")


def _named(database: Database, slot: RosterSlot, refs: Sequence[str]) -> list[UUID]:
    """The clients who get it: those named, else everybody who takes part."""
    there = [one.client_id for one in slot.clients]
    named = [client.id for client in all_by_ref(database, Client, dict.fromkeys(refs))]
    if not set(named) <= set(there):
        raise DomainError(
            "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
        )
    return named or there


def _check_agreed(
    database: Database,
    slot: RosterSlot,
    service: Service,
    clients: Sequence[UUID],
    agreements: Sequence[ServiceAgreement],
) -> None:
    """Refuse what a client has not agreed to: on the day, or where there is no day at any time (E_AGREEMENT)."""
    known: Mapping[tuple[UUID, UUID], object] = _ever(agreements)
    if slot.day is not None:
        known = covering(agreements, slot.day)
    missing = [client for client in clients if (client, service.id) not in known]
    if missing:
        who = database.get_one(Client, missing[0]).internal_id
        when = "on that day" if slot.day is not None else "at any time"
        raise DomainError("E_AGREEMENT", f"No approved agreement of {who} has this service {when}")


def _ever(agreements: Sequence[ServiceAgreement]) -> dict[tuple[UUID, UUID], object]:
    """The services that are in approved agreements, whenever they hold."""
    return {
        (agreement.client_id, item.service_id): item
        for agreement in agreements
        if agreement.approved
        for item in agreement.items
    }
