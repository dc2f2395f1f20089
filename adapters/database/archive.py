"""The archive of one transaction: gather what a run changes, seal it, and store it with one insert.

What is gathered is `diary_changes`' and the run's own; how it is undone is `undoing`'s. A link that keeps no
bodies (a busy source) keeps nothing here either.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session as Database

from adapters.database.diary_changes import Changes, Group, name_of
from adapters.database.fingerprints import fingerprints
from adapters.database.locks import any_held
from adapters.database.undoing import from_bytes, moved_by, to_bytes, undo
from model.archive import ArchiveEntry
from model.base import Base
from model.link import EventMapping
from model.session import Session
from sync.archive import Action, Standing
from sync.store import Kept, UnitRef, ref_of

DIARY: Action = "diary"
_REV = "rev "
_TABLE = Base.metadata.tables["archive"]


class Box(Protocol):
    """What seals; `adapters.secrets.SecretBox` does."""

    def encrypt(self, plain: bytes | str) -> bytes:
        """Seal it."""

    def decrypt(self, sealed: bytes) -> bytes:
        """Open it."""


@dataclass(kw_only=True)
class _Draft:
    """An entry about the calendar, until the transaction ends and its event shows what it will show."""

    mapping: EventMapping
    action: Action
    before: Standing | None
    after: str
    unit: UnitRef | None


@dataclass(kw_only=True)
class Archive:
    """What one transaction of a run has to keep. `box` is opened when there is something to seal."""

    database: Database
    link_id: UUID
    run_id: UUID
    now: Callable[[], datetime]
    box: Callable[[], Box]
    _changes: Changes = field(default_factory=Changes)
    _drafts: list[_Draft] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._changes.watch(self.database)

    def keep(
        self, mapping: EventMapping, action: Action, before: Standing | None, body: bytes | None
    ) -> None:
        """Keep how an event stood in the calendar."""
        after = hashlib.sha256(body).hexdigest()[:32] if body is not None else ""
        draft = _Draft(mapping=mapping, action=action, before=before, after=after, unit=ref_of(mapping))
        self._drafts.append(draft)

    def undo(self, kept: Sequence[Kept]) -> bool:
        """Undo entries about the diary, newest first; nothing of it where one changed since."""
        undone: list[Group] = []
        with self.database.begin_nested() as attempt:
            for entry in sorted(kept, key=lambda one: -one.number):
                self.database.flush()
                group = self._group(entry)
                if not self._as_left(entry) or any_held(self.database, moved_by(group)):
                    attempt.rollback()
                    return False
                undone.append(undo(self.database, group, now=self.now()))
        for group in undone:
            self._changes.add(group)
        return True

    def _as_left(self, entry: Kept) -> bool:
        if entry.after.startswith(_REV):
            query = select(Session.rev).where(Session.id == entry.units[0].id)
            return entry.after == f"{_REV}{self.database.connection().execute(query).scalar_one_or_none()}"
        known: dict[str, str] = json.loads(entry.after)
        return fingerprints(self.database, [*map(_named, entry.units)]) == known

    def _group(self, entry: Kept) -> Group:
        units = {_named(unit) for unit in entry.units}
        if entry.sealed is None:
            return Group(units=units, new={name_of(unit) for unit in units})
        return from_bytes(self.box().decrypt(entry.sealed), units)

    def standing(self, kept: Kept) -> Standing | None:
        return None if kept.sealed is None else Standing.from_bytes(self.box().decrypt(kept.sealed))

    def kept_since(self, run_ids: Collection[UUID]) -> list[Kept]:
        mine = ArchiveEntry.link_id == self.link_id
        first = select(func.min(ArchiveEntry.number)).where(mine, ArchiveEntry.run_id.in_(run_ids))
        since = select(ArchiveEntry).where(mine, ArchiveEntry.number >= first.scalar_subquery())
        rows = self.database.scalars(since.order_by(ArchiveEntry.number))
        return [kept for row in rows for kept in _kept(row)]

    def store(self) -> None:
        """Seal and store what was gathered, at the end of the transaction."""
        self.database.flush()
        entries = [self._of_calendar(draft) for draft in self._drafts] + self._of_diary()
        if entries:
            common = {"link_id": self.link_id, "run_id": self.run_id, "at": self.now()}
            self.database.connection().execute(insert(_TABLE), [common | entry for entry in entries])

    def _of_calendar(self, draft: _Draft) -> dict[str, object]:
        units = [unit for unit in dict.fromkeys((draft.unit, ref_of(draft.mapping))) if unit is not None]
        return {
            "mapping_id": draft.mapping.id,
            "uid": draft.mapping.uid,
            "action": draft.action,
            "units": " ".join(map(_named, units)),
            "etag": draft.before.etag if draft.before else None,
            "before": self.box().encrypt(draft.before.to_bytes()) if draft.before else None,
            "after": draft.after,
        }

    def _of_diary(self) -> list[dict[str, object]]:
        fresh = _new(self._changes.fresh.values())
        groups = self._changes.groups()
        if not groups:
            return fresh
        now = fingerprints(self.database, {unit for group in groups for unit in group.units})
        return fresh + [self._of_group(group, now) for group in groups]

    def _of_group(self, group: Group, now: dict[str, str]) -> dict[str, object]:
        units = sorted(group.units)
        before = None if group.only_new else self.box().encrypt(to_bytes(group))
        return _entry(
            units=" ".join(units), before=before, after=json.dumps({unit: now[unit] for unit in units})
        )


def _new(rows: Iterable[Session]) -> list[dict[str, object]]:
    """Single sessions that are new, together in an entry: their common `rev` tells of each whether it changed since."""
    units: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        units[row.rev].append(f"session:{row.id}")
    return [_entry(units=" ".join(some), before=None, after=f"{_REV}{rev}") for rev, some in units.items()]


def _entry(*, units: str, before: bytes | None, after: str) -> dict[str, object]:
    """An entry about the diary."""
    return {
        "mapping_id": None,
        "uid": "",
        "action": DIARY,
        "units": units,
        "etag": None,
        "before": before,
        "after": after,
    }


def _named(unit: UnitRef) -> str:
    return f"{unit.kind}:{unit.id}"


def _unit(text: str) -> UnitRef:
    kind, _, key = text.partition(":")
    return UnitRef(kind="series" if kind == "series" else "session", id=UUID(key))


def _kept(row: ArchiveEntry) -> Iterator[Kept]:
    """What the engine is told of an entry: new sessions one by one, as each may be undone without the others."""
    units = [_unit(text) for text in row.units.split()]
    for together in [[unit] for unit in units] if row.after.startswith(_REV) else [units]:
        yield Kept(
            number=row.number,
            run_id=row.run_id,
            action=row.action,  # type: ignore[arg-type]  # only we write it
            uid=row.uid,
            mapping_id=row.mapping_id,
            units=tuple(together),
            after=row.after,
            sealed=row.before,
        )
