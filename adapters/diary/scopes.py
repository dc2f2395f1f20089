"""How far a change of one session reaches: itself, the rest of its series, or the whole series (000-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.diary.lookup import find_session, series_of
from adapters.diary.transaction import record
from adapters.diary.views import Changed, written
from model.act import Act
from model.errors import DomainError
from model.moment import from_text, in_zone, zone
from model.series import Scope, Series, shifted
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Target:
    """The session that was named, its series if the change may reach further, and the scope."""

    session: Session
    series: Series | None
    scope: Scope
    start: str

    @property
    def rows(self) -> list[Session]:
        """Every occurrence within the scope, in order; the session itself where it stands alone."""
        if self.series is None or self.scope is Scope.THIS_ONLY:
            return [self.session]
        if self.scope is Scope.ALL_IN_SERIES:
            return list(self.series.occurrences)
        return [row for row in self.series.occurrences if self.key <= (row.occurrence_key or "")]

    @property
    def series_id(self) -> UUID | None:
        """What history says it is of; a change that reaches its session alone never looks at the series."""
        return self.series.id if self.series else self.session.series_id

    @property
    def key(self) -> str:
        return self.session.occurrence_key or ""

    def changed(self, count: int, *, series: Series | None = None, warnings: Sequence[str] = ()) -> Changed:
        """What to answer; `series` is the one that the session belongs to now, if it is another."""
        series_id = series.id if series else self.session.series_id
        return Changed(session_id=self.session.id, series_id=series_id, count=count, warnings=tuple(warnings))


def find_target(database: Database, text: str, scope: Scope | None) -> Target:
    """Find a session by the beginning of its id; an occurrence needs a scope (E_SCOPE_REQUIRED)."""
    session = find_session(database, text)
    if session.series_id is None:
        return alone(session)
    if scope is None:
        raise DomainError(
            "E_SCOPE_REQUIRED", f"This session repeats; say how far it goes: {', '.join(Scope)}"
        )
    series = series_of(database, session)
    own = series.occurrence(session.occurrence_key or "") if series else None
    return Target(session=own or session, series=series, scope=scope, start=_start(session))


def alone(session: Session) -> Target:
    """One session that was found already, and nothing else of its series."""
    return Target(session=session, series=None, scope=Scope.THIS_ONLY, start=_start(session))


def reached(database: Database, target: Target, act: Act) -> tuple[Series | None, list[Session]]:
    """Whose people a change reaches: the sessions that may still change, and the series that goes on like this.

    The past keeps its own: the series is split where the change begins, for all of it before the first that is to
    come (R12, R13). A single occurrence becomes an exception (R11).
    """
    series = target.series
    if series is None or target.scope is Scope.THIS_ONLY:
        target.session.is_exception = target.session.series_id is not None
        return None, [target.session]
    first = target.session if target.scope is Scope.THIS_AND_FOLLOWING else series.first_changeable(act.now)
    key = first.occurrence_key if first else None
    if key is None:
        raise DomainError(
            "E_LOCKED", "No occurrence of this series is still to come; choose --scope this for one of them"
        )
    span = series.span.starting(from_text(key, zone(series.tz)))
    follower = series.change_from(key, shifted(series, key, span), act)
    database.add(follower)
    rows = [row for row in follower.occurrences if not row.frozen]
    if not rows:
        raise DomainError(
            "E_LOCKED", "No occurrence of this series can still be changed; add a new one instead"
        )
    return follower, rows


def note(
    database: Database,
    act: Act,
    action: str,
    target: Target,
    *,
    code: str = "",
    after: str = "",
    **detail: object,
) -> None:
    """Write history for what was named, with the time it had before."""
    record(
        database,
        act,
        action,
        session_id=target.session.id,
        series_id=target.series_id,
        code=code,
        start=target.start,
        after=after,
        scope=target.scope,
        **detail,
    )


def _start(session: Session) -> str:
    return written(in_zone(session.span.start, session.span.tz))
