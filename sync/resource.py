"""What the calendar of a room, an asset or a bed shows: that it is taken, and nothing else (DOMAIN 5).

"Occupied" or "On hold", with times; no name, no place, no link, no mark of ours. Pure: no clock, database or socket.
Each session stands there as an event of its own, so that not even what repeats can be read off it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from model.details import TENTATIVE, Status
from model.moment import Moment, in_zone
from model.session import Session
from model.stay import BedBooking, BedHold, BookingState
from sync.event import Component, Event

OCCUPIED, ON_HOLD = "Occupied", "On hold"


@dataclass(frozen=True, kw_only=True)
class Occupied:
    """One stretch of time that is taken. `key` names for good what takes it, `part_of` the stay that a hold is of.

    `changed` says when what takes it was last changed, and `changes` grows with each of its changes.
    """

    key: str
    start: Moment
    end: Moment
    changed: datetime
    changes: int
    tentative: bool = False
    part_of: str = ""


class _Changes(TypedDict):
    changed: datetime
    changes: int


def taken_by_sessions(sessions: Iterable[Session], *, drafts: bool) -> list[Occupied]:
    """Sessions that are not cancelled; drafts, tentatively, only where calendars show them at all."""
    return [
        Occupied(
            key=f"session:{row.id.hex}",
            start=row.span.start,
            end=row.span.end,
            changed=row.updated_at,
            changes=row.rev,
            tentative=row.status in TENTATIVE,
        )
        for row in sessions
        if row.status is not Status.CANCELLED and (drafts or row.status is not Status.DRAFT)
    ]


def taken_by_stays(stays: Iterable[BedBooking]) -> list[Occupied]:
    """A stay is taken from its beginning to its end, and each hold stands beside it (000-27)."""
    found = []
    for stay in stays:
        if stay.state is BookingState.CANCELLED:
            continue
        key, span = f"stay:{stay.id.hex}", stay.span
        start, end = in_zone(span.start, span.tz), in_zone(span.end, span.tz)
        found.append(Occupied(key=key, start=start, end=end, **_changes(stay)))
        found += [
            Occupied(
                key=f"hold:{hold.id.hex}",
                start=hold.first_night,
                end=hold.until,
                tentative=True,
                part_of=key,
                **_changes(hold),
            )
            for hold in stay.holds
        ]
    return found


def _changes(row: BedBooking | BedHold) -> "_Changes":
    """Stays have no number of their own (`adapters.database.revisions`): the seconds since they were made grow too."""
    return {"changed": row.updated_at, "changes": int((row.updated_at - row.created_at).total_seconds())}


def shown(one: Occupied, uid: str, *, related_to: str = "", taken: frozenset[str] = frozenset()) -> Event:
    """The event of one stretch: whole days where nights are, else times. `taken` is what it takes, by its UUID."""
    component = Component(
        start=one.start,
        end=one.end,
        summary=ON_HOLD if one.part_of else OCCUPIED,
        status="TENTATIVE" if one.tentative else "CONFIRMED",
        classification="CONFIDENTIAL",
        related_to=related_to,
        taken=taken,
    )
    return Event(uid=uid, master=component)
