"""Keep the calendar of a room, an asset or a bed as it shall be: read-only, whatever is done to it there.

Everything of ours is compared in each run. What was edited or deleted is put back and written down as refused
(READ_ONLY_CALENDAR); events that others put there are left alone and not read. Writes are announced, conditional and
settled as everywhere (DESIGN, 7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.journal import Verb
from model.link import EventMapping, MappingState
from sync.announcing import create, intend, unwritten
from sync.classify import classify, deleted
from sync.compare import OURS, overlay, same
from sync.context import Run
from sync.errors import Unreadable
from sync.event import Event
from sync.href import canonical_href
from sync.judge import Decision, Verdict
from sync.labels import shown_by
from sync.looping import spent
from sync.ports import Fetched, Item, Missing, Unfetched
from sync.record import log
from sync.resource import Occupied, shown
from sync.rewriting import made_by_server
from sync.sending import Prepared, Wire
from sync.store import Work

_BATCH = 50
_LIVING = [state for state in MappingState if state is not MappingState.TOMBSTONE]
_REFUSED = Verdict(decision=Decision.REFUSE, reason="READ_ONLY_CALENDAR")


@dataclass(frozen=True, kw_only=True)
class _Mirror:
    """What shall be there by key, what was answered by href, and under which UID each key goes."""

    wanted: Mapping[str, Occupied]
    answers: Mapping[str, Fetched]
    uids: dict[str, str]


def mirror(run: Run) -> bool:
    """Bring the calendar to what it shall be; True: something changed under us, and the run should look again."""
    with run.work() as work:
        mappings = _mappings(work)
        wanted = {one.key: one for one in work.occupied(frozenset(mappings), now=run.clock.now())}
        uids = {key: mapping.uid for key, mapping in mappings.items()}
        known = [
            (mapping.href, mapping.href_key, mapping.etag) for mapping in mappings.values() if mapping.href
        ]
    todo = _Mirror(wanted=wanted, answers=_look(run, known), uids=uids)
    keys = sorted(wanted.keys() | mappings.keys(), reverse=True)  # stays come before their holds
    with Wire(run) as wire:
        for start in range(0, len(keys), _BATCH):
            run.go_on()
            with run.work() as work:
                prepared = _announce(run, work, todo, keys[start : start + _BATCH])
            wire.send(prepared)
    return wire.again


def _mappings(work: Work) -> dict[str, EventMapping]:
    return {mapping.shows: mapping for mapping in work.mappings_in(_LIVING) if mapping.shows}


def _look(run: Run, known: Sequence[tuple[str, str, str | None]]) -> dict[str, Fetched]:
    """Read what has another ETag than we know of, or is not listed: only by its name is it proven gone (I4)."""
    listed = {canonical_href(href): etag for href, etag in run.calendar.list_all().etags.items()}
    asked = [href for href, key, etag in known if etag is None or listed.get(key) != etag]
    return {canonical_href(one.href): one for one in run.calendar.fetch(asked)} if asked else {}


def _announce(run: Run, work: Work, todo: _Mirror, keys: Sequence[str]) -> list[Prepared]:
    mappings = _mappings(work)
    made = []
    for key in keys:
        mapping, one = mappings.get(key), todo.wanted.get(key)
        answer = todo.answers.get(mapping.href_key) if mapping is not None and mapping.href else None
        if isinstance(answer, Unfetched) or (isinstance(answer, Missing) and not answer.certain):
            continue  # nothing is known about it: the next run asks again
        if one is not None:
            taken = shown_by(work.link) if run.settings.sync.emit_attendees else frozenset()
            related_to = todo.uids.get(one.part_of, "")
            ours = shown(one, _uid(run, todo, key), related_to=related_to, taken=taken)
            made.append(_show(run, work, key, mapping, ours, answer))
        elif mapping is not None:
            made.append(_take_away(run, work, mapping, answer))
    return [prepared for prepared in made if prepared is not None]


def _uid(run: Run, todo: _Mirror, key: str) -> str:
    return todo.uids.setdefault(key, str(run.new_id()))


def _show(
    run: Run, work: Work, key: str, mapping: EventMapping | None, ours: Event, answer: Fetched | None
) -> Prepared | None:
    """Write one event, or put it back."""
    if mapping is None:
        mapping = unwritten(run, ours.uid, shows=key)
        work.add(mapping)
        work.flush()
        return create(run, work, mapping, ours, "")
    if isinstance(answer, Missing):
        return _again(run, work, mapping, ours)
    if isinstance(answer, Item):
        _take_note(run, work, mapping, answer)
    bases = run.bases(mapping)
    if bases is None or mapping.base_ical is None:
        return None if spent(run, work, mapping) else create(run, work, mapping, ours, "")
    base, pushed = bases
    body = mapping.base_ical
    if base.following or not same(pushed, ours, OURS):
        body = run.codec.patch(body, overlay(base, pushed, ours), now=run.clock.now(), tz=run.tz)
    if body == mapping.base_ical:
        mapping.state = MappingState.SYNCED
        return None
    if spent(run, work, mapping):
        return None
    return intend(run, work, mapping, Verb.REPLACE, body=body, ours=ours)


def _again(run: Run, work: Work, mapping: EventMapping, ours: Event) -> Prepared | None:
    """It was deleted there: it comes back under a new name."""
    bases = run.bases(mapping)
    if bases is not None:
        log(run, work, mapping, None, deleted(bases[0]), _REFUSED)
    if spent(run, work, mapping):
        return None
    mapping.base_ical = mapping.pushed_ical = None
    return create(run, work, mapping, ours, "")


def _take_note(run: Run, work: Work, mapping: EventMapping, item: Item) -> None:
    """Take what stands there as the base. What somebody edited is refused; then both sides agreed on nothing else."""
    bases, before = run.bases(mapping), mapping.base_ical
    theirs = _understood(run, item)
    mapping.etag = item.etag
    if theirs is None or bases is None:
        # not ours to read any more, or never known: written anew
        mapping.base_ical, mapping.pushed_ical = (item.body, None) if theirs is not None else (None, None)
        return
    mapping.base_ical = item.body
    if same(bases[0], theirs, OURS) or made_by_server(bases[0], theirs):
        mapping.pushed_ical = mapping.pushed_ical or before
        return
    mapping.pushed_ical = None
    for edit in classify(bases[0], theirs, local=run.tz, horizon=run.horizon):
        log(run, work, mapping, None, edit, _REFUSED)


def _understood(run: Run, item: Item) -> Event | None:
    try:
        event = run.understand(item.body, item.href)
    except Unreadable:
        return None
    return event if event is not None and event.master is not None else None


def _take_away(run: Run, work: Work, mapping: EventMapping, answer: Fetched | None) -> Prepared | None:
    """It is free again; somebody's edit of it does not keep it."""
    if isinstance(answer, Missing) or mapping.base_ical is None:
        mapping.bury()
        return None
    if isinstance(answer, Item):
        mapping.etag = answer.etag
    return intend(run, work, mapping, Verb.DELETE, body=b"", ours=None)
