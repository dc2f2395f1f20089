"""How the runs of a link went, latest first: times, result and counts, no names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from adapters.database.engine import Sessions, reading
from adapters.links.lookup import link_named
from model.base import Json
from model.journal import SyncRun


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One run; `result` is "ok", or the class of what ended it."""

    id: UUID
    job: str
    started_at: datetime
    ended_at: datetime | None
    result: str
    counts: Mapping[str, int]


def list_runs(sessions: Sessions, ref: str, *, limit: int) -> list[RunView]:
    """The latest runs of a link."""
    with reading(sessions) as database:
        query = select(SyncRun).where(SyncRun.link_id == link_named(database, ref).id)
        rows = database.scalars(query.order_by(SyncRun.started_at.desc(), SyncRun.id).limit(limit))
        return [
            RunView(
                id=row.id,
                job=row.job,
                started_at=row.started_at,
                ended_at=row.ended_at,
                result=row.result,
                counts=numbers(row.counts),
            )
            for row in rows
        ]


def numbers(counts: Json) -> dict[str, int]:
    """What a run counted, as it was kept."""
    return {name: int(str(many)) for name, many in counts.items()}
