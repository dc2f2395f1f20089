"""Read what a change asked for: about which series and occurrence, at what time. Nothing is changed here."""

from datetime import UTC

from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_series
from model.act import Act
from model.errors import DomainError
from model.inbound import InboundChange
from model.moment import Moment, Span, from_text, in_zone, zone
from model.series import Series
from model.session import Session


def series_of(database: Database, change: InboundChange) -> Series:
    """The series that a change is about."""
    series = load_series(database, change.series_id) if change.series_id else None
    if series is None:
        raise gone()
    return series


def gone() -> DomainError:
    """What to say where a change outlived what it is about."""
    return DomainError("E_NOT_FOUND", "What this change is about is not there any more; dismiss it")


def first_of(series: Series, act: Act) -> Session:
    """The first occurrence that may still change."""
    found = series.first_changeable(act.now)
    if found is None:
        raise DomainError("E_LOCKED", "No occurrence of this series is still to come; dismiss this change")
    return found


def asked(change: InboundChange, *, tz: str) -> Span:
    """The time that came, on our own wall clock."""
    own = zone(tz)
    start, end = (in_zone(moment(change.after, name, tz), own) for name in ("start", "end"))
    return Span(start=start, end=end, tz=own)


def moment(stored: dict[str, object], name: str, tz: str) -> Moment:
    """A time of a change, in the zone that it was written in."""
    if name not in stored:
        raise DomainError(
            "E_ANSWER", "This change carries no time; give one with --move --start, or dismiss it"
        )
    return from_text(str(stored[name]), zone(str(stored.get("tz") or tz)))


def cut_of(series: Series, change: InboundChange) -> str:
    """The key of the occurrence that a change names; empty where it is about the whole."""
    return series.key_of(from_text(change.recurrence_id, UTC)) if change.recurrence_id else ""  # type: ignore[arg-type]
