"""Which runs of a link can be undone, and the undoing of some: what `rewind` asks for.

Thirty days back, or as long as `retention.archive_days` says. How it is done is `sync.rewind`'s.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Database

from adapters.app import App
from adapters.database.engine import Sessions, reading
from adapters.links.lookup import link_named
from adapters.runner import Busy
from model.act import Act
from model.archive import ArchiveEntry
from model.errors import DomainError
from model.journal import SyncRun
from model.link import LinkState
from sync.run import Report

_PREFIX = re.compile(r"[0-9a-f]{4,32}")


@dataclass(frozen=True, kw_only=True)
class Undoable:
    """A run that changed something: how many events in the calendar, and how many times something here."""

    run: str
    id: UUID
    job: str
    at: datetime
    in_calendar: int
    here: int


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is to be undone: runs of one link, oldest first."""

    link_id: UUID
    ref: str
    runs: tuple[Undoable, ...]

    @property
    def ids(self) -> frozenset[UUID]:
        return frozenset(run.id for run in self.runs)


def undoable(sessions: Sessions, ref: str) -> list[Undoable]:
    """Every run of a link that left something to undo, oldest first."""
    with reading(sessions) as database:
        return _undoable(database, link_named(database, ref).id)


def chosen(sessions: Sessions, ref: str, *, to: str, only: bool) -> Chosen:
    """The run that was named, and, unless `only` it, all since."""
    with reading(sessions) as database:
        link = link_named(database, ref)
        runs = _undoable(database, link.id)
    text = to.strip().lower().replace("-", "")
    found = [n for n, run in enumerate(runs) if _PREFIX.fullmatch(text) and run.id.hex.startswith(text)]
    if len(found) > 1:
        raise DomainError("E_AMBIGUOUS", f'Several runs begin with "{to[:40]}"; write more of it')
    if not found:
        raise DomainError(
            "E_NOT_FOUND",
            f'Nothing is kept of a run "{to[:40]}"; calendula rewind {ref} lists those there are',
        )
    last = found[0] + 1 if only else len(runs)
    return Chosen(link_id=link.id, ref=link.ref, runs=tuple(runs[found[0] : last]))


def rewind(app: App, act: Act, what: Chosen) -> Report:
    """Undo them; the link rests afterwards."""
    with reading(app.sessions) as database:
        link = link_named(database, what.ref)
        if link.state is LinkState.NEEDS_REAUTH:
            raise DomainError(
                "E_TRANSITION", f"It needs a new password first: calendula link login {link.ref}"
            )
    done = app.runner.rewind(what.link_id, what.ids, actor=act.actor)
    if isinstance(done, Busy):
        raise DomainError("E_BUSY", f"{what.ref} is being run just now; try again in a moment")
    return done


def _undoable(database: Database, link_id: UUID) -> list[Undoable]:
    first = func.min(ArchiveEntry.number)
    query = (
        select(
            ArchiveEntry.run_id,
            func.min(ArchiveEntry.at),
            func.count(ArchiveEntry.mapping_id),
            func.count(),
            SyncRun.job,
        )
        .join(SyncRun, SyncRun.id == ArchiveEntry.run_id, isouter=True)
        .where(ArchiveEntry.link_id == link_id)
        .group_by(ArchiveEntry.run_id, SyncRun.job)
        .order_by(first)
    )
    return [
        Undoable(run=run_id.hex[:8], id=run_id, job=job or "", at=at, in_calendar=there, here=every - there)
        for run_id, at, there, every, job in database.execute(query)
    ]
