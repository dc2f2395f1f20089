"""Validate a roster period: find what is wrong with it, by rule, planned session and person (R52).

What is found informs; it hinders publishing only where the practice says so (`rules.block_on`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.belonging import sites_of_clients, sites_of_workers
from adapters.diary.budgets import cost_of
from adapters.diary.periods import period_named
from adapters.diary.presence import working_times
from adapters.diary.slot_services import agreed_with, rates_on
from adapters.diary.staffing import blocklist_among
from adapters.diary.taken import CLIENTS, WORKERS, Book, engaged
from adapters.diary.transaction import record, writing
from model.act import Act
from model.budget import over
from model.capacity import Taken
from model.details import Kind
from model.eligibility import employed
from model.moment import Span, zone
from model.people import belongs
from model.roster import RosterPeriod, RosterSlot
from model.shift import Engaged, clashing


@dataclass(frozen=True, kw_only=True)
class Violation:
    """The rule, the planned session by its id, and who, by the practice's id; a client by the internal one. What is
    wrong with the period as a whole has neither, but a sentence."""

    rule: str
    slot: str
    who: str
    told: str = ""


_Times = list[Engaged[str]]  # of planned sessions, by their ids; of what stands already, by ""


def validate(sessions: Sessions, act: Act, period: str) -> list[Violation]:
    """Check a period and keep what was found."""
    with writing(sessions) as database:
        row = period_named(database, period)
        found = sorted(set(_violations(database, row)), key=lambda one: (one.slot, one.rule, one.who))
        row.validated([asdict(one) for one in found])
        record(database, act, "period-validated", code=" ".join(sorted({one.rule for one in found})))
        return found


def _violations(database: Database, period: RosterPeriod) -> Iterator[Violation]:
    names = {w.worker_id: w.worker.ref for slot in period.slots for w in slot.workers}
    names |= {c.client_id: c.client.internal_id for slot in period.slots for c in slot.clients}
    for slot in period.slots:
        yield from _of_slot(slot)
    yield from _elsewhere(database, period)
    yield from _away(database, period)
    yield from _kept_apart(database, period)
    for one in clashing(_with_taken(database, WORKERS, _workers_planned(period))):
        if one.what:
            yield Violation(rule="WORKER_OVERLAP", slot=one.what, who=names[one.time.who])
    for one in clashing(_with_taken(database, CLIENTS, _clients_planned(period))):
        if one.what:
            yield Violation(rule="CLIENT_OVERLAP", slot=one.what, who=names[one.time.who])
    yield from _hours(period)
    yield from _not_agreed(database, period, names)
    yield from _over_budget(database, period)


def _over_budget(database: Database, period: RosterPeriod) -> Iterator[Violation]:
    """What costs more than it may: only to be known, as no rule can be made to block it."""
    if period.budget_cents is not None and (told := over(period.budget_cents, cost_of(database, period))):
        yield Violation(rule="BUDGET", slot="", who="", told=told)


def _not_agreed(database: Database, period: RosterPeriod, names: dict[UUID, str]) -> Iterator[Violation]:
    """Who is to get a service that no agreement of theirs has on that day (001-12)."""
    agreements = agreed_with(database, period.slots)
    for slot in period.slots:
        rates = rates_on(agreements, slot)
        for client in {client for service in slot.services for client in service.not_agreed(rates)}:
            yield Violation(rule="AGREEMENT", slot=str(slot.id), who=names[client])


def _of_slot(slot: RosterSlot) -> Iterator[Violation]:
    """What is wrong with one planned session by itself."""
    name = str(slot.id)
    if not slot.workers:
        yield Violation(rule="UNASSIGNED", slot=name, who="")
    for assigned in slot.workers:
        if slot.day is None or not assigned.worker.active or not employed(assigned.worker, slot.day):
            yield Violation(rule="WORKER_STATUS", slot=name, who=assigned.worker.ref)
    for attending in slot.clients:
        client = attending.client
        if not client.active:
            yield Violation(rule="CLIENT_STATUS", slot=name, who=client.internal_id)


def _elsewhere(database: Database, period: RosterPeriod) -> Iterator[Violation]:
    """Who is planned at a site that they do not belong to."""
    placed = [slot for slot in period.slots if slot.site_id is not None]
    clients = sites_of_clients(database, {one.client_id for slot in placed for one in slot.clients})
    workers = sites_of_workers(database, {one.worker_id for slot in placed for one in slot.workers})
    for slot in placed:
        away = [c.client.internal_id for c in slot.clients if not belongs(clients[c.client_id], slot.site_id)]
        away += [w.worker.ref for w in slot.workers if not belongs(workers[w.worker_id], slot.site_id)]
        for who in away:
            yield Violation(rule="ASSOCIATION", slot=str(slot.id), who=who)


def _away(database: Database, period: RosterPeriod) -> Iterator[Violation]:
    """Who is on leave or outside their hours."""
    tz = zone(period.base.tz)
    wanted = [(one.worker, slot, slot.span(tz)) for slot in _open(period) for one in slot.workers]
    if not wanted:
        return
    since, until = min(span.starts_at for *_, span in wanted), max(span.ends_at for *_, span in wanted)
    known = working_times(database, [worker for worker, *_ in wanted], since, until)
    for worker, slot, span in wanted:
        if known[worker.id].is_away(span.starts_at, span.ends_at):
            yield Violation(rule="AVAILABILITY", slot=str(slot.id), who=worker.ref)


def _kept_apart(database: Database, period: RosterPeriod) -> Iterator[Violation]:
    """Who is planned together with somebody they are not to meet."""
    blocklist = blocklist_among(database, {one.worker_id for slot in period.slots for one in slot.workers})
    for slot in period.slots:
        others = [w.worker_id for w in slot.workers] + [c.client_id for c in slot.clients]
        for one in slot.workers:
            if blocklist.keeps_apart(one.worker_id, others):
                yield Violation(rule="BLOCKLIST", slot=str(slot.id), who=one.worker.ref)


def _hours(period: RosterPeriod) -> Iterator[Violation]:
    """More than a worker's contract says, in a week of the period: a sum against a number (DOMAIN 7)."""
    minutes: dict[tuple[UUID, int], int] = {}
    shifts = _shifts(period)
    for slot in sorted(period.slots, key=lambda one: (one.day or period.start_date, one.start)):
        week = ((slot.day or period.start_date) - period.start_date).days // 7
        for one in slot.workers:
            if slot.kind is not Kind.SHIFT and _within(period, slot, shifts.get(one.worker_id, ())):
                continue  # the hours of the shift are theirs
            key = one.worker_id, week
            minutes[key] = minutes.get(key, 0) + slot.minutes
            most = one.worker.contracted_min
            if most is not None and minutes[key] > most:
                yield Violation(rule="CONTRACTED_HOURS", slot=str(slot.id), who=one.worker.ref)


def _shifts(period: RosterPeriod) -> dict[UUID, list[Span]]:
    """When each worker has a planned shift."""
    found: dict[UUID, list[Span]] = {}
    for slot in period.slots:
        for one in slot.workers if slot.kind is Kind.SHIFT else ():
            found.setdefault(one.worker_id, []).append(slot.span(zone(period.base.tz)))
    return found


def _within(period: RosterPeriod, slot: RosterSlot, shifts: Iterable[Span]) -> bool:
    """Whether a planned session lies in one of these shifts."""
    inner = slot.span(zone(period.base.tz))
    return any(outer.starts_at <= inner.starts_at and inner.ends_at <= outer.ends_at for outer in shifts)


# --- who is where ---------------------------------------------------------------------------------------------


def _workers_planned(period: RosterPeriod) -> _Times:
    return [
        taken for slot in _open(period) for taken in _times(period, slot, [w.worker_id for w in slot.workers])
    ]


def _clients_planned(period: RosterPeriod) -> _Times:
    return [
        taken for slot in _open(period) for taken in _times(period, slot, [c.client_id for c in slot.clients])
    ]


def _open(period: RosterPeriod) -> list[RosterSlot]:
    """What became a session already stands among those."""
    return [slot for slot in period.slots if not slot.published]


def _times(period: RosterPeriod, slot: RosterSlot, people: list[UUID]) -> _Times:
    span = slot.span(zone(period.base.tz))
    times = (Taken(who, span.starts_at, span.ends_at) for who in people)
    return [Engaged(str(slot.id), slot.kind, time) for time in times]


def _with_taken(database: Database, book: Book, planned: _Times) -> _Times:
    """The planned times, and what these people do already then."""
    there = engaged(database, book, [one.time for one in planned])
    return [*planned, *(Engaged("", kind, time) for kind, time in there)]
