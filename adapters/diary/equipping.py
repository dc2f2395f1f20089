"""Change which assets a session or a series takes along (001-09, 001-16); what is in use cannot be taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.adding import need
from adapters.diary.conflicts import refusals
from adapters.diary.lookup import all_by_ref
from adapters.diary.scopes import Target, find_target, note, reached
from adapters.diary.transaction import writing
from adapters.diary.views import Changed
from adapters.diary.waiving import refuse_or_waive
from model.act import Act
from model.asset import Asset, Need, check_needs, needs_after
from model.details import Kind
from model.errors import DomainError
from model.lock import locked
from model.series import Scope, Series
from model.session import Session


@dataclass(frozen=True, kw_only=True)
class Assets:
    """What is taken along and what is left, like "minibus:2"; `override` says why although it is in use."""

    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    override: str | None = None


def equip(sessions: Sessions, act: Act, session: str, what: Assets, scope: Scope | None) -> Changed:
    """Change the assets of a session, the rest of its series, or all that is to come."""
    with writing(sessions) as database:
        target = find_target(database, session, scope)
        _check(target)
        add = [need(database, text) for text in what.add]
        gone = {asset.id for asset in all_by_ref(database, Asset, what.remove)}
        series, rows = reached(database, target, act)
        _check_there(rows, gone)
        for row in rows:
            _take(row, needs_after(_needs(row), add, gone))
        if series is not None:
            series.needs = needs_after(series.needs, add, gone)
        database.flush()
        warnings = _in_use(database, act, rows, what, series) if add else []
        note(database, act, "assets-changed", target, code=" ".join(warnings))
        return target.changed(len(rows), series=series, warnings=warnings)


def _check(target: Target) -> None:
    session = target.session
    if session.kind is Kind.OTHER_EVENT:
        raise DomainError("E_LOCKED", "An Other Event takes no assets along; name a session")
    if session.frozen and session.lock and target.scope is not Scope.ALL_IN_SERIES:
        raise locked(session.lock, "The assets of this session cannot be changed")


def _check_there(rows: Iterable[Session], gone: set[UUID]) -> None:
    if gone - {taken.asset_id for row in rows for taken in row.assets}:
        raise DomainError("E_NOT_FOUND", "That asset is not taken along there")


def _needs(row: Session) -> list[Need]:
    return [Need(asset=taken.asset, qty=taken.qty) for taken in row.assets]


def _take(row: Session, needs: Iterable[Need]) -> None:
    """Let a session have exactly these; what stays keeps its row."""
    wanted = {one.asset.id: one for one in needs}
    check_needs(wanted.values(), row.region_id)
    row.assets[:] = [taken for taken in row.assets if taken.asset_id in wanted]
    for taken in row.assets:
        taken.qty = wanted.pop(taken.asset_id).qty
    for one in wanted.values():
        row.take(one)


def _in_use(
    database: Database, act: Act, rows: Sequence[Session], what: Assets, series: Series | None
) -> list[str]:
    """Refuse, or with a word of an administrator's warn, where there are not enough; the room is not asked about."""
    found = [one for one in refusals(database, rows) if one.code == "E_ASSET_CONFLICT"]
    about = {"series_id": series.id} if series else {"session_id": rows[0].id}
    return refuse_or_waive(database, act, found, what.override, **about)
