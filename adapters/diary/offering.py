"""Offer sessions to workers, write down who is interested, and give one of them the session (R31, 002-11).

Whoever an offer concerns is told by a notice: when it is made, and when somebody was picked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.assigning import Assign, assign_within
from adapters.diary.free import check_free, free_workers
from adapters.diary.lookup import all_by_ref, by_ref, find_session
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed, written
from model.act import Act
from model.details import Status
from model.errors import DomainError
from model.inbound import Audience, Notice
from model.moment import in_zone
from model.offer import OPEN, Offer, OfferState
from model.participants import check_open
from model.people import Worker
from model.series import Scope
from model.session import Session
from sync.settings import DEFAULTS, Settings


@dataclass(frozen=True, kw_only=True)
class OfferView:
    """One offer, with what it is about."""

    ref: str
    state: str
    worker: str
    session_id: UUID
    start: str
    sent_at: datetime | None
    answered_at: datetime | None


def offer(
    sessions: Sessions, act: Act, session: str, workers: Sequence[str], *, send: bool = True
) -> list[OfferView]:
    """Offer a session to these workers, or without any to all who may take it; sent at once, or later."""
    with writing(sessions) as database:
        return offer_row(database, act, find_session(database, session), workers, send=send)


def offer_row(
    database: Database, act: Act, row: Session, workers: Sequence[str], *, send: bool
) -> list[OfferView]:
    """The same, inside a transaction that does more."""
    check_open(row)
    if row.starts_at <= act.now:
        raise DomainError(
            "E_TRANSITION",
            "This session has begun, so nobody can be offered it any more; assign somebody instead",
        )
    chosen = _chosen(database, row, workers)
    made = [_offer(act, row, worker) for worker in chosen]
    database.add_all(made)
    for one in made if send else ():
        _send(database, act, one)
    record(database, act, "offered", session_id=row.id, count=len(made))
    return [_view(one, worker, row) for one, worker in zip(made, chosen, strict=True)]


def send(sessions: Sessions, act: Act, ref: str) -> OfferView:
    """Send an offer that was only prepared."""
    with writing(sessions) as database:
        found, worker, row = _named(database, ref)
        _send(database, act, found)
        return _view(found, worker, row)


def answer(sessions: Sessions, act: Act, ref: str, state: OfferState) -> OfferView:
    """A worker is interested, or not; nobody is assigned by that."""
    with writing(sessions) as database:
        return answer_within(database, act, ref, state)


def answer_within(database: Database, act: Act, ref: str, state: OfferState) -> OfferView:
    """The same, inside a transaction that does more."""
    found, worker, row = _named(database, ref)
    if row.starts_at <= act.now:
        raise DomainError(
            "E_TRANSITION", "This session has begun, so the offer has expired; ask the scheduler"
        )
    found.become(state, act)
    _tell(database, act, found, f"OFFER_{state}", Audience.SCHEDULER)
    record(database, act, "offer-answered", session_id=row.id, worker=worker.ref, answer=state)
    return _view(found, worker, row)


def pick(sessions: Sessions, act: Act, ref: str, settings: Settings = DEFAULTS) -> Changed:
    """Give the session to one who is interested; the others' offers are closed, and all are told."""
    with writing(sessions) as database:
        return pick_within(database, act, ref, settings)


def pick_within(database: Database, act: Act, ref: str, settings: Settings) -> Changed:
    """The same, inside a transaction that does more."""
    found, worker, row = _named(database, ref)
    found.become(OfferState.ASSIGNED, act)
    scope = Scope.THIS_ONLY if row.series_id else None
    done = assign_within(database, act, str(row.id), Assign(worker=worker.ref), scope, settings)
    _tell(database, act, found, "OFFER_ASSIGNED")
    close_offers(database, act, [row.id])
    return done


def close_offers(database: Database, act: Act, sessions: Iterable[UUID]) -> None:
    """Close what is open of these sessions: somebody was picked, or they do not take place."""
    query = select(Offer).where(Offer.session_id.in_(list(sessions)), Offer.state.in_(OPEN))
    for one in database.scalars(query.order_by(Offer.created_at, Offer.ref)).all():
        told = one.state is not OfferState.UNSENT
        one.become(OfferState.CLOSED, act)
        if told:
            _tell(database, act, one, "OFFER_CLOSED")


def expire_offers(sessions: Sessions, act: Act) -> int:
    """End what is open of sessions that have begun; how many there were."""
    with sessions.begin() as database:
        begun = Session.id == Offer.session_id, Session.starts_at <= act.now
        query = select(Offer).join(Session, begun[0]).where(begun[1], Offer.state.in_(OPEN))
        found = database.scalars(query).all()
        for one in found:
            one.end(act)
        return len(found)


def list_offers(sessions: Sessions, *, session: str | None, worker: str | None) -> list[OfferView]:
    """Offers in order of the sessions' time and the workers' names, of one session or worker, or all."""
    with reading(sessions) as database:
        query = (
            select(Offer, Worker, Session)
            .join(Worker, Worker.id == Offer.worker_id)
            .join(Session, Session.id == Offer.session_id)
        )
        if session is not None:
            query = query.where(Session.id == find_session(database, session).id)
        if worker is not None:
            query = query.where(Worker.id == by_ref(database, Worker, worker).id)
        found = database.execute(query.order_by(Session.starts_at, Worker.name, Offer.created_at)).all()
        return [_view(row[0], row[1], row[2]) for row in found]


def _chosen(database: Database, row: Session, refs: Sequence[str]) -> list[Worker]:
    """Those who were named and all may take it; or all who may and have no open offer of it."""
    known = Offer.session_id == row.id, Offer.state.in_(OPEN)
    asked = set(database.scalars(select(Offer.worker_id).where(*known)))
    if not refs:
        free = [worker for worker in free_workers(database, row) if worker.id not in asked]
        if not free:
            raise DomainError("E_UNAVAILABLE", "Nobody else who may take this session is free then")
        return free
    workers = all_by_ref(database, Worker, dict.fromkeys(refs))
    for worker in workers:
        if worker.id in asked or worker.id in {one.worker_id for one in row.active_workers}:
            raise DomainError(
                "E_DUPLICATE_WORKER", f'The worker "{worker.ref}" takes part in it, or was offered it already'
            )
    check_free(database, row, workers)
    return workers


def _offer(act: Act, row: Session, worker: Worker) -> Offer:
    made = act.new_id()
    return Offer(id=made, ref=made.hex[:8], session_id=row.id, worker_id=worker.id, state=OfferState.UNSENT)


def _send(database: Database, act: Act, one: Offer) -> None:
    one.become(OfferState.PENDING, act)
    _tell(database, act, one, "OFFER_PENDING")


def _tell(database: Database, act: Act, one: Offer, code: str, audience: Audience = Audience.WORKER) -> None:
    notice = Notice(
        id=act.new_id(), worker_id=one.worker_id, link_id=None, session_id=one.session_id, change_ref=one.ref,
        audience=audience, code=code, day=act.now.date().isoformat(), sent_at=None,
    )  # fmt: skip
    database.add(notice)


def _named(database: Database, ref: str) -> tuple[Offer, Worker, Session]:
    found = database.scalar(select(Offer).where(Offer.ref == ref.strip().lower()))
    if found is None:
        raise DomainError("E_NOT_FOUND", f'There is no offer "{ref[:40]}"; calendula offer list shows all')
    row = find_session(database, str(found.session_id))
    if row.status is Status.CANCELLED:
        raise DomainError(
            "E_TRANSITION",
            "That session is cancelled, so its offers are closed; reschedule it and offer that",
        )
    return found, database.get_one(Worker, found.worker_id), row


def _view(one: Offer, worker: Worker, row: Session) -> OfferView:
    return OfferView(
        ref=one.ref,
        state=one.state,
        worker=worker.ref,
        session_id=row.id,
        start=written(in_zone(row.span.start, row.span.tz)),
        sent_at=one.sent_at,
        answered_at=one.answered_at,
    )
