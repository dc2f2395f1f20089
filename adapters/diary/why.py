"""Say of each stretch of a worker's time why it is free or taken: which calendar, which window, which rule.

By ids and by names of links alone: nobody's title, client or kind of leave (DOMAIN 5).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session as Database

from adapters.database.busy_blocks import named_between
from adapters.database.engine import Sessions, reading
from adapters.diary.busy import read_window
from adapters.diary.engagements import engagements
from adapters.diary.lookup import by_ref
from adapters.diary.presence import working_times
from model.attendance import Assignment
from model.details import Kind
from model.engagement import Engagement
from model.moment import zone
from model.painting import Stroke, strokes
from model.people import Worker
from model.why import Cause, Explained, explained
from model.working_time import Priority, WorkingTime

_NOUNS = {
    Kind.OTHER_EVENT: "Other Event",
    Kind.SHIFT: "shift",
    Kind.CLIENT_CONTACT: "contact",
    Kind.COLLATERAL_CONTACT: "contact",
}
NOTHING = "nothing is known of these days: always available"


def why(sessions: Sessions, worker: str, start: str, end: str) -> list[Explained]:
    """The whole window, in order of time; a fixed number of queries."""
    with reading(sessions) as database:
        found = by_ref(database, Worker, worker)
        since, until = read_window(start, end, zone(found.tz))
        known = working_times(database, [found], since, until)[found.id]
        causes = [
            *map(_of_session, engagements(database, found.id, since, until)),
            *_of_sources(database, found, since, until),
            *_of_hours(known, since, until),
        ]
    return explained(causes, start=since, end=until, nothing=NOTHING)


def _of_session(one: Engagement) -> Cause:
    noun = _NOUNS.get(one.kind, "session")
    state = one.show_as.value if one.kind is Kind.OTHER_EVENT else one.status.value
    if one.assignment in (Assignment.CANCELLED, Assignment.DECLINED):
        state = f"{one.assignment.value} by the worker"
    return Cause(
        start=one.start,
        end=one.taken_until,
        fbtype=one.fbtype,
        what=", ".join([f"{noun} {str(one.session_id)[:8]}", state, *_remarks(one)]),
    )


def _remarks(one: Engagement) -> Iterator[str]:
    if one.tentative:
        yield "tentative"
    if one.padding_min:
        yield f"with {one.padding_min} min of padding"


def _of_sources(database: Database, worker: Worker, since: datetime, until: datetime) -> Iterable[Cause]:
    for link, time in named_between(database, worker.id, since, until):
        yield Cause(start=time.start, end=time.end, fbtype=time.fbtype, what=f"busy source {link}")


def _of_hours(known: WorkingTime, since: datetime, until: datetime) -> Iterable[Cause]:
    for one in strokes(known.layers(since, until), since, until):
        yield Cause(start=one.start, end=one.end, fbtype=one.fbtype, what=_rule(one))


def _rule(one: Stroke) -> str:
    """Which of what is said of somebody's hours decides here."""
    if one.layer.priority == Priority.LEAVE:
        return f"leave {one.layer.name}"
    if one.layer.priority == Priority.SINGLE_TIME:
        return f"single time {one.layer.name}"
    return f"{'weekly hours' if one.fbtype is None else 'outside the weekly hours'} {one.layer.name}"
