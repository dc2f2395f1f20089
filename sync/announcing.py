"""Announce the write that brings one event to what we show: nothing is sent before it is written down (DESIGN, 7).

What a write becomes is worked out from three states: what the server had, what we had projected, what we project now.
Which events there are, and which of them go, is `push`'s and `mirror`'s.
"""

import hashlib

from model.journal import Intent, Verb
from model.link import EventMapping, MappingState
from sync.compare import OURS, meaning, overlay, same
from sync.context import Run
from sync.event import Event
from sync.href import canonical_href
from sync.looping import spent
from sync.sending import Prepared
from sync.store import Work


def unwritten(run: Run, uid: str, *, shows: str = "") -> EventMapping:
    """A mapping of what no calendar has yet; `shows` names what it shows where that is neither session nor series."""
    mapping = EventMapping(
        id=run.new_id(), link_id=run.link_id, uid=uid, href="", href_key="", note="", waiting="", shows=shows,
        unechoed_since=None, writes=0, writes_day="", away=False, state=MappingState.PENDING,
    )  # fmt: skip
    mapping.base_ical = mapping.pushed_ical = mapping.etag = None
    return mapping


def bring(
    run: Run, work: Work, mapping: EventMapping, bases: tuple[Event, Event] | None, ours: Event, kind: str
) -> Prepared | None:
    """Compare the three states of one event, and announce the write that makes them one; None: they are."""
    if bases is None or mapping.base_ical is None:
        return None if spent(run, work, mapping) else create(run, work, mapping, ours, kind)
    theirs, pushed = bases
    body = mapping.base_ical
    if theirs.following or not same(pushed, ours, OURS):
        body = run.codec.patch(body, overlay(theirs, pushed, ours), now=run.clock.now(), tz=run.tz)
    if body == mapping.base_ical:
        _agree(mapping, run, ours)
        return None
    if spent(run, work, mapping):
        return None
    return intend(run, work, mapping, Verb.REPLACE, body=body, ours=ours, kind=kind)


def _agree(mapping: EventMapping, run: Run, ours: Event) -> None:
    """Nothing is to be written: what is there already says what we want to say."""
    if mapping.state == MappingState.DIRTY:
        mapping.pushed_ical = run.codec.write(ours, now=run.clock.now())
        mapping.state = MappingState.SYNCED


def create(run: Run, work: Work, mapping: EventMapping, ours: Event, kind: str) -> Prepared:
    """A new resource at a fresh random href: no old ETag or trash bin can speak for it (MATRIX 2, 3)."""
    mapping.href = run.calendar.new_href(str(run.new_id()))
    mapping.href_key = canonical_href(mapping.href)
    mapping.etag, mapping.state = None, MappingState.PENDING
    body = run.codec.write(ours, now=run.clock.now())
    return intend(run, work, mapping, Verb.CREATE, body=body, ours=ours, kind=kind)


def intend(
    run: Run,
    work: Work,
    mapping: EventMapping,
    verb: Verb,
    *,
    body: bytes,
    ours: Event | None,
    projected: bytes | None = None,
    kind: str = "",
) -> Prepared:
    """Write the intent down before anything is sent (FAILURES A2, E1).

    `projected`: what both sides had agreed on, where that is not what we show now (`rewind`).
    """
    if projected is None and verb is Verb.REPLACE and ours is not None:
        projected = run.codec.write(ours, now=run.clock.now())
    intent = Intent(
        id=run.new_id(),
        link_id=run.link_id,
        mapping_id=mapping.id,
        run_id=run.run_id,
        verb=verb,
        href=mapping.href,
        etag=mapping.etag,
        body=body or None,
        body_hash=hashlib.sha256(body).hexdigest(),
        meaning=_meaning(run, mapping, verb, body, ours),
        projected=projected,
    )
    work.add(intent)
    return Prepared(
        intent_id=intent.id,
        mapping_id=mapping.id,
        verb=verb,
        uid=mapping.uid,
        href=mapping.href,
        etag=mapping.etag,
        body=body,
        waiting=mapping.waiting,
        start=_start(run, mapping, ours),
        kind=kind,
    )


def _meaning(run: Run, mapping: EventMapping, verb: Verb, body: bytes, ours: Event | None) -> str:
    """What the event will mean once it is written; of one that is patched, foreign lines are part of that."""
    if verb is Verb.REPLACE:
        return meaning(run.read(body, mapping.href))
    return meaning(ours) if ours else ""


def _start(run: Run, mapping: EventMapping, ours: Event | None) -> str:
    """When it is; of what goes, only a plan has to say so."""
    shown = ours
    if shown is None and run.dry and mapping.base_ical is not None:
        shown = run.read(mapping.base_ical, mapping.href)
    return shown.master.start.isoformat() if shown is not None and shown.master is not None else ""
