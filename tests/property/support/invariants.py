"""I1 to I17 (FAILURES 2), each as a question to a history that has settled: both sides at rest, nothing under way.

`oracle` holds what is also asked during a history. For I12 `test_interrupts` also kills one history at every step;
I13 is no question to one history: the state machine plays some of them again and compares their `trace`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from adapters.diary.busy import busy_time
from model.base import Revision
from model.busy import Fbtype, merge
from model.inbound import ChangeState, Notice
from model.journal import HistoryEntry, Intent
from model.link import EventMapping, LinkState, MappingState, Mode, SeenItem
from model.moment import instant, key
from model.recurrence import expand
from model.series import Series
from model.session import Session
from sync.event import Component, Event
from tests.doubles.remote import uid_of
from tests.fake.world import FakeWorld
from tests.property.support import oracle
from tests.property.support.play import Play

_SOON = timedelta(days=60)
_MAPPED = select(
    EventMapping.id, EventMapping.uid, EventMapping.href_key, EventMapping.state, EventMapping.base_ical,
    EventMapping.pushed_ical, EventMapping.note, EventMapping.waiting,
).order_by(EventMapping.id)  # fmt: skip
_COUNTED = select(
    select(func.count()).select_from(HistoryEntry).scalar_subquery(),
    select(func.count()).select_from(Notice).scalar_subquery(),
    select(Revision.latest).scalar_subquery(),
)


def check_all(play: Play) -> None:
    """Ask all of them; a failure says which one does not hold."""
    _ask(play, HOLDS)
    play.acted = False


def check_at_rest(play: Play) -> None:
    """After a run that found nothing to do, and says so: all that can be asked without another one."""
    _ask(play, [name for name in HOLDS if name != "I2"])


def _ask(play: Play, names: Iterable[str]) -> None:
    for name in names:
        try:
            HOLDS[name](play)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def _converged(play: Play) -> None:
    assert play.world.link().state is LinkState.ACTIVE
    oracle.check_agreement(play)


def _quiet(play: Play) -> None:
    """Neither a plan nor a reconciliation finds anything to do, or changes anything."""
    before = _state(play)
    oracle.check_idle(play)
    assert _state(play) == before, "a run that did nothing changed something"


def _state(play: Play) -> list[object]:
    """What both sides hold, without what only tells when somebody looked."""
    with play.world.sessions() as db:
        rows = [tuple(row) for row in db.execute(_MAPPED)]
        counts = tuple(db.execute(_COUNTED).one())
    judged = sorted((change.ref, change.state) for change in play.world.changes())
    return [rows, counts, judged, len(play.world.server.history)]


def _nothing_unjudged(play: Play) -> None:
    """What stands there and was not written by us has become ours, or has a row that a person can see."""
    assert oracle.unjudged(play) == {}, "an edit is neither live nor kept"


def _nothing_gone_unproven(play: Play) -> None:
    """What was given up is not there. (During runs: `oracle.check_kept`; what is to be shown and is not: I1.)"""
    there = {uid_of(item.body) for item in play.world.server.items.values()}
    with play.world.sessions() as db:
        gone = EventMapping.state == MappingState.TOMBSTONE
        buried = set(db.scalars(select(EventMapping.uid).where(gone)))
    again = buried & there - {mapping.uid for mapping in play.world.mappings()}
    assert not again or play.stage.mode is Mode.ONE_WAY, f"{again} were given up, and are there"


def _nothing_foreign(play: Play) -> None:
    """While nobody touched the calendar there was nothing to judge, whatever died or got lost meanwhile."""
    count = len(play.world.changes())
    assert play.acted or count == play.judged, f"{count - play.judged} changes that nobody made"
    play.judged = count


def _read_only(play: Play) -> None:
    if play.stage.mode is Mode.ONE_WAY:
        let_in = [c.code for c in play.world.changes() if c.state is ChangeState.APPLIED]
        assert let_in == [], f"{let_in} came through a link that lets nothing in"


def _bad_items_reported(play: Play) -> None:
    """What cannot be read is set aside with its reason, and nothing else is: the others went on."""
    spoiled = {item.href for item in play.world.phone.spoiled()}
    with play.world.sessions() as db:
        aside = set(db.scalars(select(SeenItem.href_key).where(SeenItem.reason != "")))
    there = set(play.world.server.items)
    assert aside & there == {key for key in there if play.world.server.items[key].href in spoiled}


def _position_covered(play: Play) -> None:
    """Whatever the stored token leaves out of the next report is known as it stands."""
    world = play.world
    token = world.link().sync_token
    changed = world.server.changed_since(token) if token else None
    if changed is None:
        return
    known = world.runner.store.known(world.link_id, None)
    silent = {href for href, item in world.server.items.items() if href not in {*changed, *known}}
    assert silent == set(), f"{silent} would never be looked at"
    absent = set(known) - set(world.server.items) - set(changed)
    assert absent == set(), f"{absent} are believed to be there"


def _busy_enough(play: Play) -> None:
    """Whatever blocks time in the calendar blocks it for the public too."""
    world, now = play.world, play.world.clock.now()
    found = busy_time(world.sessions, world.worker.ref, now.isoformat(), (now + _SOON).isoformat())
    mapped = {mapping.uid for mapping in world.mappings()}
    one_kind = [block._replace(fbtype=Fbtype.BUSY) for block in found.blocks]
    blocks = merge(one_kind, start=found.start, end=found.end)
    for event in world.phone.events():
        for begin, finish in _blocking(play, event, now) if event.uid in mapped else ():
            start, end = max(begin, found.start), min(finish, found.end)
            covered = any(block.start <= start and end <= block.end for block in blocks)
            assert start >= end or covered, f"{event.uid} blocks {start} to {end}, and nobody knows"


def _blocking(play: Play, event: Event, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    for component in _shown(play, event, now):
        if component.transparent or component.status == "CANCELLED":
            continue
        start, end = (instant(moment, play.stage.tz) for moment in (component.start, component.end))
        yield start.astimezone(UTC), end.astimezone(UTC)


def _shown(play: Play, event: Event, now: datetime) -> Iterator[Component]:
    if event.master is None:
        return
    if not event.recurring:
        yield event.master
        return
    days = {"since": now - timedelta(days=1), "until": now + _SOON}
    for start in expand(event.master.start, event.rule, event.rdates, play.stage.tz, **days):
        stands = event.occurrence(key(start))
        if stands is not None:
            yield stands


def _nothing_under_way(play: Play) -> None:
    """Whatever died before is settled: no write is open, and nobody holds the link."""
    with play.world.sessions() as db:
        assert db.scalars(select(Intent.id)).all() == [], "a write is still open"
    assert play.world.link().lease_owner == ""


def _nobody_named(play: Play) -> None:
    """No client's name in anything that was sent or stored; at `busy` no number of theirs either."""
    world = play.world
    private = [client.name for client in world.clients]
    if play.stage.level == "busy":
        private += [client.internal_id for client in world.clients]
    sent = [item.body for item in world.server.items.values()]
    if isinstance(world, FakeWorld):
        sent += [request.body for request in world.fake.heard]
    words = re.compile("|".join(map(re.escape, private)).encode())
    assert not [body for body in sent if words.search(body)], "somebody is named"


def _one_origin(play: Play) -> None:
    """Over HTTP every request went to the linked server, whatever host the hrefs named; in memory there is no host."""
    world = play.world
    if isinstance(world, FakeWorld):
        assert {(scheme, host, port) for scheme, host, port in world.origins} == {
            ("http", "127.0.0.1", world.fake.port)
        }


def _wall_time_kept(play: Play) -> None:
    """Every occurrence that follows its series' rule stands at the series' time of day, before and after a change of
    clocks."""
    query = select(Session.local_start, Session.occurrence_key, Series.local_start, Series.rdate_text)
    following = query.join(Series, Series.id == Session.series_id).where(Session.is_exception.is_(False))
    with play.world.sessions() as db:
        for start, name, first, rdates in db.execute(following):
            assert start[10:] == first[10:] or name in rdates.split(), f"{start} in a series at {first}"


HOLDS: dict[str, Callable[[Play], None]] = {
    "I1": _converged,
    "I2": _quiet,
    "I3": _nothing_unjudged,
    "I4": _nothing_gone_unproven,
    "I5": oracle.check_twins,
    "I6": _nothing_foreign,
    "I7": oracle.check_foreign,
    "I8": _read_only,
    "I9": _bad_items_reported,
    "I10": _position_covered,
    "I11": _busy_enough,
    "I12": _nothing_under_way,
    "I14": _nobody_named,
    "I15": _one_origin,
    "I16": oracle.check_bounded,
    "I17": _wall_time_kept,
}


def trace(play: Play) -> tuple[object, ...]:
    """What the same steps give again, ids and bytes included (I13)."""
    items = {href: (item.etag, item.body) for href, item in play.world.server.items.items()}
    return items, play.world.history(), play.world.judged()
