"""What the practice does, in a history: by the diary's own operations, so that a refusal there is no failure."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from adapters.diary import answering, cancelling, changing, upkeep
from model.cancellation import CancelledBy
from model.details import Kind, ShowAs, Status
from model.errors import DomainError
from model.inbound import ChangeState
from model.moment import Span, to_text
from model.series import Scope
from model.session import Session
from tests.property.support.play import Gesture, Play

RULES = (
    "FREQ=WEEKLY;COUNT=4",
    "FREQ=DAILY;COUNT=5",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4",
    "FREQ=MONTHLY;COUNT=3",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;UNTIL=20260430T135959Z",
    "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=6",
    "FREQ=MONTHLY",
)
KINDS = (Kind.CLIENT_SESSION, Kind.CLIENT_SESSION, Kind.OTHER_EVENT, Kind.CLIENT_CONTACT)
SCOPES = tuple(Scope)


def sessions(play: Play) -> list[Session]:
    """All sessions in a fixed order, each with its people."""
    return sorted(play.world.all_sessions(), key=lambda s: (s.starts_at, s.id))


def _pick(play: Play, which: int) -> Session | None:
    found = sessions(play)[:40]
    return found[which % len(found)] if found else None


def _named(session: Session) -> str:
    return str(session.id)


def _scope(session: Session, number: int) -> Scope | None:
    return SCOPES[number % 3] if session.series_id else None


def add_session(play: Play, day: int, hour: int, kind: int) -> None:
    start = play.at(day, hour)
    noun = KINDS[kind % 4]
    details: dict[str, object] = {"subject": f"s{play.number()}"}
    if kind % 8 == 7:
        details["status"] = Status.DRAFT
    clients = 2 if kind % 8 == 5 and noun is Kind.CLIENT_SESSION else 1
    play.world.add_session(start, clients=clients, kind=noun, **details)


def add_all_day(play: Play, day: int, days: int, _: int) -> None:
    session_id = play.world.add_session(play.at(day, 3), kind=Kind.OTHER_EVENT, subject=f"d{play.number()}")
    with play.world.session(session_id) as session:
        first: date = session.span.start.date()  # type: ignore[union-attr]
        session.span = Span(start=first, end=first + timedelta(days=1 + days % 3), tz=play.stage.tz)
        for worker in session.workers:
            worker.starts_at, worker.ends_at = session.starts_at, session.ends_at


def add_series(play: Play, day: int, hour: int, rule: int) -> None:
    kind = KINDS[(rule // 8) % 4]
    details: dict[str, object] = {"subject": f"r{play.number()}"}
    if rule % 13 == 12:
        details["status"] = Status.DRAFT
    play.world.add_series(play.at(day, hour), RULES[rule % 8], kind=kind, **details)


def move(play: Play, which: int, by: int, scope: int) -> None:
    session = _pick(play, which)
    if session is None:
        return
    if session.all_day:
        start = session.span.start + timedelta(days=by - 3)
    else:
        start = session.span.start + timedelta(days=(by - 3) % 5, minutes=30 * (by % 3))
    to = changing.Move(start=to_text(start).replace("T", " "))
    with suppress(DomainError):
        changing.move(play.world.sessions, play.world.act(), _named(session), to, _scope(session, scope))


def resize(play: Play, which: int, by: int, scope: int) -> None:
    session = _pick(play, which)
    if session is None or session.all_day:
        return
    to = changing.Move(minutes=30 + 15 * (by % 5))
    with suppress(DomainError):
        changing.move(play.world.sessions, play.world.act(), _named(session), to, _scope(session, scope))


def cancel(play: Play, which: int, who: int, scope: int) -> None:
    session = _pick(play, which)
    if session is None or not session.has_client:
        return
    by = (CancelledBy.WORKER, CancelledBy.CLIENT, CancelledBy.PROVIDER)[who % 3]
    client = next((c.client.ref for c in session.active_clients), None) if by is CancelledBy.CLIENT else None
    how = cancelling.Cancel(by=by, reason=by.lower(), advised="2026-03-01 08:00", client=client)
    with suppress(DomainError):
        cancelling.cancel(play.world.sessions, play.world.act(), _named(session), how, _scope(session, scope))


def delete(play: Play, which: int, scope: int, _: int) -> None:
    session = _pick(play, which)
    if session is None:
        return
    with suppress(DomainError):
        cancelling.delete(play.world.sessions, play.world.act(), _named(session), _scope(session, scope))


def show(play: Play, which: int, free: int, scope: int) -> None:
    session = _pick(play, which)
    if session is None:
        return
    how = ShowAs.FREE if free % 2 else ShowAs.BUSY
    with suppress(DomainError):
        changing.show_as(play.world.sessions, play.world.act(), _named(session), how, _scope(session, scope))


def roster(play: Play, which: int, scope: int, _: int) -> None:
    drafts = [s for s in sessions(play) if s.status is Status.DRAFT]
    if drafts:
        chosen = drafts[which % len(drafts)]
        with suppress(DomainError):
            changing.roster(play.world.sessions, play.world.act(), _named(chosen), _scope(chosen, scope))


def complete(play: Play, which: int, _: int, __: int) -> None:
    session = _pick(play, which)
    if session is not None and session.has_client and session.status is Status.ROSTERED:
        _change(play, session.id, lambda row: row.become(Status.COMPLETE))


def dismiss_change(play: Play, which: int, _: int, __: int) -> None:
    held = [c for c in play.world.changes() if c.state is ChangeState.HELD]
    if held:
        answering.dismiss(play.world.sessions, play.world.act(), held[which % len(held)].ref)


def confirm_change(play: Play, which: int, how: int, _: int) -> None:
    held = [c for c in play.world.changes() if c.state is ChangeState.HELD]
    if not held:
        return
    deletion = answering.Answer(
        by=CancelledBy.WORKER if how % 2 else CancelledBy.PROVIDER,
        advised="2026-03-01 08:00",
        reason="worker" if how % 2 else "provider",
    )
    move = answering.Answer(move=True)
    for answer in (deletion, move) if how % 4 < 2 else (move, deletion):
        with suppress(DomainError):
            answering.confirm(play.world.sessions, play.world.act(), held[which % len(held)].ref, answer)
            return


def extend(play: Play, _: int, __: int, ___: int) -> None:
    upkeep.extend(play.world.sessions, play.world.act())


def wait(play: Play, hours: int, days: int, _: int) -> None:
    play.world.clock.advance(hours=hours, days=days if days < 5 else 5 * days)


def _change(play: Play, session_id: UUID, how: Callable[[Session], None]) -> None:
    with play.world.session(session_id) as session:
        how(session)


OFFICE: dict[str, Gesture] = {
    "add_session": add_session,
    "add_all_day": add_all_day,
    "add_series": add_series,
    "move": move,
    "resize": resize,
    "cancel": cancel,
    "delete": delete,
    "show": show,
    "roster": roster,
    "complete": complete,
    "dismiss_change": dismiss_change,
    "confirm_change": confirm_change,
    "extend": extend,
    "wait": wait,
}
