"""What a feed shows: the same events that a link of its level would, each under a name of the feed's own.

What an event may say is `disclosure`'s, which occurrences are shown is `projection`'s, what a resource shows is
`resource`'s. A feed keeps no state of what it handed out: so names and numbers of events follow from the feed's id and
from what was changed, and an event that nobody changed is the same, octet by octet (FAILURES H3). Pure: no clock,
database or socket.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from hashlib import blake2b
from uuid import UUID

from model.session import Session
from sync.disclosure import Unit, View, effective_level
from sync.event import Event
from sync.projection import in_request, project
from sync.resource import Occupied, shown
from sync.settings import LEVELS, Level, Settings

# Whoever has the address reads it, and addresses are passed on: no client's name, whatever the practice allows links.
PUBLISHED: tuple[Level, ...] = ("busy", "reference", "initials")
_FIRST = (
    2**24
)  # more changes than most practices ever make, so that a number does not tell how many there were


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of a feed, and when it was last changed."""

    event: Event
    changed: datetime


def published_level(wanted: str, maximum: Level) -> Level:
    """The lowest of what the feed wants, the practice allows, and any feed may show; what is no level is `busy`."""
    level: Level = next((one for one in LEVELS if one == wanted), "busy")
    return effective_level(effective_level(level, maximum), PUBLISHED[-1])


def published_view(worker_id: UUID, level: Level, settings: Settings) -> View:
    """How a worker's feed shows sessions: as a link of its level does, and nothing more."""
    return View(
        worker_id=worker_id,
        level=level,
        privacy=settings.privacy,
        mark_cancelled=settings.sync.cancelled_display == "mark",
        mark_completed=settings.sync.mark_completed,
        push_drafts=settings.sync.push_drafts,
        emit_attendees=settings.sync.emit_attendees,
        published=True,
    )


def of_worker(
    units: Iterable[Unit], view: View, *, feed_id: UUID, requests: Collection[UUID] = ()
) -> list[Entry]:
    """The events of a worker's feed, in the order of the units. `requests` are sessions the worker is asked to take."""
    return [entry for unit in units if (entry := _entry(unit, view, feed_id, requests)) is not None]


def of_resource(
    taken: Iterable[Occupied], *, feed_id: UUID, shown_by: frozenset[str] = frozenset()
) -> list[Entry]:
    """The events of a room, an asset or a bed: each stands for itself, so that not even what repeats can be read.

    Sessions that were planned together were also changed together: so only the day of a change is told.
    """
    found = []
    for one in sorted(taken, key=lambda one: (one.start.isoformat(), one.key)):
        related_to = name_in(feed_id, one.part_of) if one.part_of else ""
        event = shown(one, name_in(feed_id, one.key), related_to=related_to, taken=shown_by)
        day = datetime.combine(one.changed.astimezone(UTC).date(), time(), UTC)
        found.append(Entry(event=_numbered(event, one.changes), changed=day))
    return found


def _entry(unit: Unit, view: View, feed_id: UUID, requests: Collection[UUID]) -> Entry | None:
    uid = name_in(feed_id, unit.id.hex)
    if isinstance(unit, Session) and _is_request(unit, view, requests):
        event: Event | None = in_request(unit, uid, view)
    else:
        event = project(unit, uid, _replacing(unit, view, feed_id))
    return Entry(event=_numbered(event, unit.rev), changed=unit.updated_at) if event is not None else None


def _is_request(session: Session, view: View, requests: Collection[UUID]) -> bool:
    """What is theirs already is shown as it is (002-11)."""
    mine = any(one.worker_id == view.worker_id for one in session.active_workers)
    return session.id in requests and not mine


def _replacing(unit: Unit, view: View, feed_id: UUID) -> View:
    """A session that replaces another says which, by the name that it has in this feed (002-12)."""
    if not isinstance(unit, Session) or unit.replaces_id is None:
        return view
    return replace(view, related_to=name_in(feed_id, unit.replaces_id.hex))


def name_in(feed_id: UUID, thing: str) -> str:
    """A UID that looks random, is always the same in this feed, and says nothing of ids of ours."""
    digest = blake2b(thing.encode(), digest_size=16, key=feed_id.bytes).digest()
    return str(UUID(bytes=digest, version=4))


def _numbered(event: Event, changes: int) -> Event:
    """A SEQUENCE that grows with each change; where it begins is each event's own, so that no two can be compared."""
    begin = int.from_bytes(blake2b(event.uid.encode(), digest_size=3).digest(), "big") % _FIRST
    return replace(event, sequence=begin + changes)
