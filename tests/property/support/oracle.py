"""What must hold of every history: during it, and once both sides are quiet (I1-I17)."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from model.base import Revision
from model.details import Kind, Status
from model.inbound import ChangeState
from model.link import EventMapping, LinkState, MappingState
from model.series import Series
from model.session import Session
from sync.compare import OURS, changed, exceptions, same
from sync.context import Run
from sync.event import Event
from sync.store import ref_of
from tests.doubles.remote import InMemoryCalendar, uid_of
from tests.property.support.play import Play

KEPT_ON_OWN = frozenset(
    {
        "attendees",
        "conference",
        "categories",
        "resources",
        "classification",
        "marks",
        "related_to",
        "taken",
        "colour",
    }
)
KEPT_ON_CLIENTS = frozenset({"classification", "colour"})
# Made once: most of what a question to the database costs is making it.
_CLIENTS = select(Session.id, Session.status, Session.local_start, Session.local_end).where(
    Session.kind != Kind.OTHER_EVENT
)
_STANDING = select(EventMapping.uid).where(
    EventMapping.state != MappingState.TOMBSTONE,
    or_(EventMapping.session_id.is_not(None), EventMapping.series_id.is_not(None)),
)


@dataclass(frozen=True)
class Booking:
    """What must not change by itself of a session with a client."""

    status: Status
    start: str
    end: str

    @property
    def locked(self) -> bool:
        return self.status in (Status.COMPLETE, Status.CANCELLED)


def clients_of(play: Play) -> dict[UUID, Booking]:
    with play.world.sessions() as db:
        rows = db.execute(_CLIENTS).all()
    return {row[0]: Booking(row[1], row[2], row[3]) for row in rows}


def check_untouched(before: dict[UUID, Booking], play: Play) -> None:
    """No run deletes a client's session or changes its status; a locked one keeps its time."""
    after = clients_of(play)
    gone = before.keys() - after.keys()
    assert not gone, f"sessions with clients are gone: {[before[i] for i in gone]}"
    for session_id, was in before.items():
        now = after[session_id]
        assert was.status is now.status, f"{was} became {now}"
        assert not was.locked or was == now, "a locked one moved"


def settle(play: Play) -> None:
    """Run until nothing is left to do; it must not take many runs (I1)."""
    for _ in range(6):
        before = clients_of(play)
        report = play.world.sync(play.stage.job)
        assert report.ok, report.error
        check_untouched(before, play)
        if not report.lines:
            return
    raise AssertionError(f"not quiet after six runs: {report.lines}")


def check_quiet(play: Play) -> None:
    """Both sides agree, and another run, a reconciliation and a plan find nothing."""
    assert play.world.link().state is LinkState.ACTIVE
    check_agreement(play)
    check_twins(play)
    check_foreign(play)
    check_idle(play)


def check_idle(play: Play) -> None:
    """Another run, a reconciliation and a plan find nothing, and write nothing."""
    world = play.world
    writes = len(world.server.history)
    plan = world.runner.plan(world.link_id)
    assert plan.ok, plan.error
    assert plan.lines == (), plan.lines
    reconciled = world.sync("reconcile")
    assert reconciled.ok, reconciled.error
    assert reconciled.lines == (), reconciled.lines
    assert len(world.server.history) == writes


def check_twins(play: Play) -> None:
    """Exactly one object for each session or series and link, and no UID twice."""
    uids = Counter(uid_of(item.body) for item in play.world.server.items.values())
    assert all(n == 1 for n in uids.values()), uids
    refs = Counter(ref_of(m) for m in play.world.mappings())
    assert all(ref is not None and n == 1 for ref, n in refs.items()), refs


def check_bounded(play: Play) -> None:
    """The last run asked no more than what there is may cost, every item read by itself and written once (I16)."""
    asked = sum(play.world.calendar.requests.values())
    most = 40 + 8 * (len(play.world.server.items) + len(play.world.mappings()))
    assert asked <= most, f"{asked} requests"


def standing(play: Play) -> set[str]:
    """The UIDs of events that show something of ours: a mapping forgets what is deleted."""
    with play.world.sessions() as db:
        return set(db.scalars(_STANDING))


def check_kept(before: set[str], play: Play) -> None:
    """A run that nobody disturbed gives nothing up whose event is there (I4)."""
    there = {uid_of(item.body) for item in play.world.server.items.values()}
    gone = (before & there) - standing(play)
    assert not gone, f"{gone} are there, and show nothing any more"


def check_foreign(play: Play) -> None:
    """Every alarm and unknown line is still where its owner put it."""
    bodies = {uid_of(item.body): item.body for item in play.world.server.items.values()}
    for (uid, _), wanted in play.foreign.items():
        for mine in wanted:
            assert uid not in bodies or mine in bodies[uid], f"{mine!r} is gone from {uid}"


def check_agreement(play: Play) -> None:
    """What we project is what is there, property by property, for everything mapped; nothing else is there."""
    world = play.world
    there = {event.uid: event for event in world.phone.events()}
    mapped: set[str] = set()
    shown: set[tuple[str, UUID]] = set()
    with world.runner.store.preview(world.link_id) as work:
        run = _reader(play)
        run.preview = work
        mappings = world.mappings()
        shown_soon = work.changed_units(since=0, ending_after=world.clock.now())
        work.load_many([*{*filter(None, map(ref_of, mappings)), *shown_soon}])  # all at once is cheaper
        for mapping in mappings:
            ref = ref_of(mapping)
            unit = work.load(ref) if ref else None
            assert unit is not None, f"{mapping.uid} shows nothing"
            ours = run.project(work, unit, mapping)
            _check_one(mapping, unit, ours, there.get(mapping.uid))
            mapped.add(mapping.uid)
            shown.add(("series" if isinstance(unit, Series) else "session", unit.id))
        _check_all_shown(play, run, shown)
    if play.stage.mode.value == "TWO_WAY":
        assert mapped >= set(there), f"nobody knows {set(there) - mapped}"


def _check_one(
    mapping: EventMapping, unit: Session | Series, ours: Event | None, theirs: Event | None
) -> None:
    assert ours is not None, f"{mapping.uid} should not be there"
    assert theirs is not None, f"{mapping.uid} is missing there"
    among = OURS - (KEPT_ON_CLIENTS if unit.has_client else KEPT_ON_OWN) - {"marks"}
    assert same(ours, theirs, among), _differences(ours, theirs, among)
    assert not theirs.following


def _differences(ours: Event, theirs: Event, among: frozenset[str]) -> str:
    found = [f"{ours.uid}: rule {ours.rule} / {theirs.rule}, rdates {ours.rdates} / {theirs.rdates}"]
    if ours.master and theirs.master:
        names = ["start", "end", *(changed(ours.master, theirs.master, among) - {"time"})]
        found += [
            f"{name}: {getattr(ours.master, name)!r} / {getattr(theirs.master, name)!r}" for name in names
        ]
    both = exceptions(ours) | exceptions(theirs)
    apart = [rid for rid in both if ours.occurrence(rid) != theirs.occurrence(rid)]
    found += [f"{rid}: {ours.occurrence(rid)} / {theirs.occurrence(rid)}" for rid in apart]
    return "\n".join(found)


def _check_all_shown(play: Play, run: Run, shown: set[tuple[str, UUID]]) -> None:
    """What should be seen from now on, and is not mapped, is missing."""
    world = play.world
    work = run.preview
    assert work is not None
    now = world.clock.now()
    for ref in work.changed_units(since=0, ending_after=now):
        if (ref.kind, ref.id) in shown:
            continue
        unit = work.load(ref)
        future = unit is not None and unit.ends_at > now
        assert not future or run.project(work, unit, None, uid="x") is None, f"{ref} is not shown"


def _reader(play: Play) -> Run:
    world = play.world
    return Run(
        link_id=world.link_id, run_id=UUID(int=0), store=world.runner.store,
        calendar=InMemoryCalendar(world.server), codecs=lambda: world.codec, clock=world.clock,
        new_id=world.new_id, settings=world.settings, tz=play.stage.tz, actor="oracle",
    )  # fmt: skip


# --- every edit has its verdict -----------------------------------------------------------------------------


def unjudged(play: Play) -> dict[UUID, int]:
    """Mappings at rest whose event says something else there, and how many changes each has so far."""
    world = play.world
    changes = Counter(change.mapping_id for change in world.changes())
    there = {uid_of(item.body): item.body for item in world.server.items.values()}
    return {
        mapping.id: changes[mapping.id]
        for mapping in world.mappings()
        if mapping.state is MappingState.SYNCED
        and mapping.base_ical is not None
        and _edited(play, mapping.base_ical, there.get(mapping.uid))
    }


def changed_here(play: Play) -> bool:
    """Whether anything of ours waits to be pushed."""
    world = play.world
    with world.sessions() as db:
        newest = db.scalars(select(Revision.latest)).one()
    return newest > world.link().seen_rev


def _edited(play: Play, base: bytes, now: bytes | None) -> bool:
    if now is None or now == base:
        return now is None
    readings = [play.world.codec.read(body, tz=play.stage.tz) for body in (base, now)]
    was, is_now = (reading.event if reading else None for reading in readings)
    return was is not None and is_now is not None and not same(was, is_now)


def _as_shown(play: Play, mapping: EventMapping) -> bool:
    """Whether what stands there is what was last projected."""
    if mapping.base_ical is None or mapping.pushed_ical is None:
        return mapping.base_ical is not None
    return not _edited(play, mapping.base_ical, mapping.pushed_ical)


def check_judged(before: dict[UUID, int], play: Play, *, quiet_here: bool) -> None:
    """Each edit that came has a row with its verdict, or waits to be known as a split (E6 or E7).

    What we changed in the same way ourselves needs none, so only `quiet_here` is sure; nor does an edit that only
    takes an earlier one back, so that there stands again what we show.
    """
    changes = Counter(change.mapping_id for change in play.world.changes())
    held = {change.mapping_id for change in play.world.changes() if change.state is ChangeState.HELD}
    waiting = {m.id for m in play.world.mappings() if m.state is MappingState.UNDECIDED}
    back = {m.id for m in play.world.mappings() if _as_shown(play, m)}
    missed = [m for m, n in before.items() if changes[m] <= n and m not in held | waiting | back]
    assert not quiet_here or not missed, f"edits of {missed} were never judged"
