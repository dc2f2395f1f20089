"""Read the changes that came from calendars: which wait, what they were, and what each answer would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.engine import Row

from adapters.database.engine import Sessions, reading
from adapters.diary.answering import DELETIONS, change_named
from adapters.diary.pages import Paged, Position, beyond, cut
from model.inbound import ChangeState, InboundChange
from model.link import CalendarLink
from model.people import Worker
from model.series import Scope
from sync.explain import gesture, outcome, reason


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """One change: what came, how it was judged and why, in codes and in words."""

    ref: str
    link: str
    worker: str
    state: str
    code: str
    what: str
    reason_code: str
    why: str
    outcome: str
    warnings: tuple[str, ...]
    scope: str
    recurrence_id: str
    session_id: UUID | None
    series_id: UUID | None
    before: Mapping[str, object]
    after: Mapping[str, object]
    kept: Mapping[str, object]
    detected_at: datetime
    resolved_at: datetime | None
    resolved_by: str


def list_changes(sessions: Sessions, *, every: bool) -> list[ChangeView]:
    """What waits for an answer or was refused; with `every`, all that ever came, oldest first."""
    query = _query(every=every).order_by(InboundChange.detected_at, InboundChange.ref)
    with reading(sessions) as database:
        return [_view(row) for row in database.execute(query)]


def page_of_changes(
    sessions: Sessions, *, every: bool, worker: str | None, after: Position | None, limit: int
) -> Paged[ChangeView]:
    """The same, page by page, of one worker's calendars or of all."""
    at, by = InboundChange.detected_at, InboundChange.id
    query = _query(every=every).where(beyond(at, by, after)).order_by(at, by).limit(limit + 1)
    if worker is not None:
        query = query.where(Worker.ref == worker)
    with reading(sessions) as database:
        some = cut(
            database.execute(query).all(), limit, lambda row: Position(at=row[0].detected_at, id=row[0].id)
        )
    return Paged(rows=[_view(row) for row in some.rows], following=some.following)


def show_change(sessions: Sessions, ref: str) -> ChangeView:
    """One change by its reference."""
    with reading(sessions) as database:
        found = change_named(database, ref)
        return _view(database.execute(_query().where(InboundChange.id == found.id)).one())


def answers(change: ChangeView) -> tuple[str, ...]:
    """What each possible answer to a held change would do: keep, move, or cancel, for whoever it was that wanted it."""
    if change.state != ChangeState.HELD:
        return ()
    confirm, reach = f"calendula changes confirm {change.ref}", _reach(change)
    how = '--advised "2026-03-20 08:00" --reason REASON'
    moves = [f'{confirm} --move --start "2026-03-25 14:00": {reach} moves to that time']
    if change.code not in DELETIONS:
        asked = "the place" if change.code == "E10" else "the new time or rule"
        moves.insert(0, f"{confirm} --move: {asked} is taken over, by the rules of the diary")
    return (
        *moves,
        f"{confirm} --as-worker {how}: the worker cancels {reach}",
        f"{confirm} --for-client CLIENT {how}: that client cancels {reach}",
        f"{confirm} --by-provider {how}: the practice cancels {reach}",
        f"calendula changes dismiss {change.ref}: everything stays as it is",
    )


def _reach(change: ChangeView) -> str:
    """How far an answer goes."""
    if change.series_id is None or change.scope == Scope.THIS_ONLY:
        return "the session"
    return (
        "this and all following" if change.scope == Scope.THIS_AND_FOLLOWING else "all that is still to come"
    )


def _query(*, every: bool = True) -> Select[InboundChange, str, str]:
    query = (
        select(InboundChange, CalendarLink.ref, Worker.ref)
        .join(CalendarLink, CalendarLink.id == InboundChange.link_id)
        .join(Worker, Worker.id == CalendarLink.worker_id)
    )
    return query if every else query.where(InboundChange.state.in_((ChangeState.HELD, ChangeState.REFUSED)))


def _view(row: Row[InboundChange, str, str]) -> ChangeView:
    change, link, worker = row
    return ChangeView(
        ref=change.ref,
        link=link,
        worker=worker,
        state=change.state,
        code=change.code,
        what=gesture(change.code),
        reason_code=change.reason_code,
        why=reason(change.reason_code),
        outcome=outcome(change.code, change.state, change.reason_code),
        warnings=tuple(change.warnings.split()),
        scope=change.scope,
        recurrence_id=change.recurrence_id,
        session_id=change.session_id,
        series_id=change.series_id,
        before=change.before,
        after=change.after,
        kept=change.kept,
        detected_at=change.detected_at,
        resolved_at=change.resolved_at,
        resolved_by=change.resolved_by,
    )
