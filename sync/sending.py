"""Send announced writes, conditional and in order, and settle what came of them (DESIGN, step 7).

Batches go out one after another; how many connections a batch uses is the calendar's to measure (MATRIX 15). A
write whose outcome is not known stays announced, and the next run reads back. What is to be written is `push`'s
to decide.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from model.journal import Intent, Verb
from model.link import EventMapping, MappingState
from sync.context import Line, Run
from sync.errors import ItemError, LinkError, OutcomeUnknown, Refused, RemoteChanged, RemoteGone, UidTaken
from sync.href import canonical_href
from sync.ports import Item, RemoteCalendar
from sync.settle import settle_one
from sync.store import Work


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An announced write, as it goes out. `waiting` is what the mapping's was when its body was made."""

    intent_id: UUID
    mapping_id: UUID
    verb: Verb
    uid: str
    href: str
    etag: str | None
    body: bytes
    waiting: str
    start: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a write ended: with the ETag the server named, or with the error that says what to do."""

    prepared: Prepared
    etag: str | None = None
    error: ItemError | None = None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came of a batch; `stored` as read back, `error` is what ended it early."""

    outcomes: Sequence[Outcome] = ()
    stored: Mapping[str, Item] = field(default_factory=dict)
    error: Exception | None = None


class Wire:
    """Batches on their way, one at a time. While one is sent the caller announces the next, and the one before
    is settled: the calendar need not wait for our database. Leaving it settles whatever was sent.
    """

    def __init__(self, run: Run) -> None:
        self._run, self._thread = run, ThreadPoolExecutor(1)
        self._under_way: Future[Sent] | None = None
        self.again = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._thread:
            self._settle(self._answered())

    def send(self, prepared: Sequence[Prepared]) -> None:
        """Send an announced batch once the one before is through; after a failure nothing more is sent."""
        for one in prepared:
            self._run.tell(Line(action=one.verb.value.lower(), uid=one.uid, start=one.start, kind=one.kind))
        before = self._answered()
        if prepared and not self._run.dry and before.error is None:
            self._under_way = self._thread.submit(_send, self._run, prepared)
        self._settle(before)

    def _answered(self) -> Sent:
        """Wait for what is under way."""
        under_way, self._under_way = self._under_way, None
        return under_way.result() if under_way is not None else Sent()

    def _settle(self, sent: Sent) -> None:
        if sent.outcomes:
            self.again |= _settle(self._run, sent)
        if sent.error is not None:
            raise sent.error


def _send(run: Run, prepared: Sequence[Prepared]) -> Sent:
    """Send a batch, over as many connections as the calendar finds useful; what could not be read back stays
    open.
    """
    outcomes: list[Outcome] = []
    error: Exception | None = None
    try:
        for outcome in run.calendar.each(prepared, _send_one):
            outcomes.append(outcome)  # noqa: PERF402 - a failure must not lose what was sent
    except Exception as problem:  # noqa: BLE001 - raised again once what was sent is settled
        error = problem
    try:
        return Sent(outcomes=outcomes, stored=_read_back(run, outcomes), error=error)
    except LinkError as problem:
        return Sent(error=error or problem)


def _send_one(calendar: RemoteCalendar, one: Prepared) -> Outcome:
    try:
        if one.verb is Verb.CREATE:
            return Outcome(prepared=one, etag=calendar.create(one.href, one.body))
        if one.verb is Verb.REPLACE:
            return Outcome(prepared=one, etag=_replace(calendar, one))
        calendar.delete(one.href, etag=one.etag)
    except RemoteGone as error:
        return Outcome(prepared=one, error=None if one.verb is Verb.DELETE else error)
    except ItemError as error:
        return Outcome(prepared=one, error=error)
    return Outcome(prepared=one)


def _replace(calendar: RemoteCalendar, one: Prepared) -> str | None:
    """Never without a precondition: where the ETag is not known, the next look has to bring it."""
    if one.etag is None:
        raise RemoteChanged("its ETag is not known", href=one.href)
    return calendar.replace(one.href, one.body, etag=one.etag)


def _settle(run: Run, sent: Sent) -> bool:
    """Write down what came of a batch, in one transaction; True: look again in this run."""
    again = False
    with run.work() as work:
        intents = {intent.id: intent for intent in work.intents()}
        mappings = work.mappings([outcome.prepared.mapping_id for outcome in sent.outcomes])
        for outcome in sent.outcomes:
            intent = intents.get(outcome.prepared.intent_id)
            mapping = mappings.get(outcome.prepared.mapping_id)
            if intent is None or mapping is None:
                continue
            if outcome.error is not None:
                again |= _failed(run, work, mapping, intent, outcome.error)
                continue
            item = sent.stored.get(canonical_href(outcome.prepared.href))
            settle_one(run, work, mapping, intent, etag=outcome.etag, stored=item)
            if mapping.waiting != outcome.prepared.waiting:
                mapping.state = MappingState.DIRTY  # a held change was answered while this was under way
    return again


def _read_back(run: Run, outcomes: Sequence[Outcome]) -> dict[str, Item]:
    """The stored form, where the server names no ETag or is known to rewrite what it stores (MATRIX 1)."""
    wanted = [
        o.prepared.href
        for o in outcomes
        if o.error is None
        and o.prepared.verb is not Verb.DELETE
        and (o.etag is None or run.calendar.reads_back)
    ]
    if not wanted:
        return {}
    return {canonical_href(a.href): a for a in run.calendar.fetch(wanted) if isinstance(a, Item)}


def _failed(run: Run, work: Work, mapping: EventMapping, intent: Intent, error: ItemError) -> bool:
    """What a failed write means for its item; True: look again in this run."""
    if isinstance(error, OutcomeUnknown):
        return True  # the intent stays open: recovery reads back before anything is sent again
    work.delete(intent)
    run.tell(Line(action="failed", uid=mapping.uid, reason=type(error).__name__))
    run.record(work, "write-failed", mapping=mapping, code=type(error).__name__)
    if isinstance(error, UidTaken):
        _uid_taken(run, work, mapping, error)
        return True
    if isinstance(error, Refused):
        mapping.state = MappingState.REFUSED
        return False
    mapping.state = MappingState.DIRTY
    return isinstance(error, RemoteChanged | RemoteGone)


def _uid_taken(run: Run, work: Work, mapping: EventMapping, error: UidTaken) -> None:
    """A UID conflict: adopt the resource in this collection; elsewhere (trash bins, Cyrus) take a new UID. What has
    a mapping of its own, a part that is about to go say, is not adopted (FAILURES B21)."""
    if error.other is not None and work.mappings_at([canonical_href(error.other)]):
        mapping.state = MappingState.DIRTY
        return
    if error.other is not None and _folder(error.other) == _folder(mapping.href):
        mapping.href, mapping.href_key = error.other, canonical_href(error.other)
        mapping.unechoed_since = run.clock.now()
        mapping.state = MappingState.UNDECIDED  # fetched by name in the next look, then compared
        return
    heir = EventMapping(
        id=run.new_id(), link_id=run.link_id, uid=str(run.new_id()), href="", href_key="", note=mapping.note,
        waiting=mapping.waiting, series_id=mapping.series_id, session_id=mapping.session_id, shows=mapping.shows,
    )  # fmt: skip
    heir.part_of = mapping.part_of
    heir.base_ical = heir.pushed_ical = heir.etag = None
    heir.writes, heir.writes_day, heir.away = mapping.writes, mapping.writes_day, mapping.away
    heir.state = MappingState.DIRTY
    mapping.bury()
    work.add(heir)


def _folder(href: str) -> str:
    return canonical_href(href).rpartition("/")[0]
