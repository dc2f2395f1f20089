"""What must be true of an entry of a practice file as a whole, by itself: columns that go together, or do not."""

from collections.abc import Callable, Mapping

from adapters.diary.cells import ANYWHERE, moment, refusal, until
from adapters.diary.tables import Columns
from adapters.diary.times import read_span
from model.details import check_length

_ADVISED = {"advised", "worker", "note", "rules", "alternative_work_found", "worker_paid"}


def _span(entry: Columns) -> str | None:
    """From a day to a day, or from a time to a time, and not backwards."""
    start, end, minutes = entry.get("start"), entry.get("end"), entry.get("minutes")
    if not isinstance(start, str) or moment(start):
        return None  # which is said of the key itself
    last, lasts = end if isinstance(end, str) else None, minutes if isinstance(minutes, int) else None
    if last is not None and until(last):
        return None
    return refusal(lambda: check_length(read_span(start, end=last, minutes=lasts, tz=ANYWHERE)))


def _what(entry: Columns) -> str | None:
    """What is planned is a service, or what a group template says."""
    return "give either service or template" if ("service" in entry) == ("template" in entry) else None


def _not_held(entry: Columns) -> str | None:
    """Somebody cancelled, and said so; or nobody did, and a client did not come. Another fee says why."""
    missed = entry.get("no_show") is True
    if missed == ("by" in entry):
        return "give either by or no_show = true"
    if missed and (said := sorted(_ADVISED & entry.keys())):
        return f"who does not come has advised nobody: leave {', '.join(said)} out"
    return (
        "give fee_cents and fee_note, or neither" if ("fee_cents" in entry) != ("fee_note" in entry) else None
    )


def _billed(entry: Columns) -> str | None:
    """A bill is about something."""
    return "name a session in sessions" if entry.get("sessions") == [] else None


def _own_time(entry: Columns) -> str | None:
    """Somebody comes later than the session begins, or leaves before it ends."""
    return None if "start" in entry or "end" in entry else "give start, end or both"


def _pair(entry: Columns) -> str | None:
    """A worker is kept from a client or from another worker: one of them an entry."""
    if ("client" in entry) == ("other_worker" in entry):
        return "give either client or other_worker"
    return (
        "a worker cannot be kept from themselves"
        if entry.get("worker") == entry.get("other_worker")
        else None
    )


def _homes(entry: Columns) -> str | None:
    """Somebody has one site, several, or none."""
    return "give either site or sites" if "site" in entry and "sites" in entry else None


WHOLES: Mapping[str, Callable[[Columns], str | None]] = {
    "worker": _homes,
    "client": _homes,
    "blocklist": _pair,
    "ad_hoc_availability": _span,
    "leave": _span,
    "session": _span,
    "planned_service": _what,
    "worker_time": _own_time,
    "cancellation": _not_held,
    "bill": _billed,
}
