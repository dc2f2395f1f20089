"""This and following, as real clients write it: a series cut short there, and a new UID that goes on (E6, E7).

Decides whether a cut and a new event belong together, and carries the two out as one change. A cut that nothing
follows waits for one more pull before it counts as a deletion; the rest may also have come first, and been taken
for an event of the practitioner's own. What comes in any other way is `inbound`'s.
"""

from dataclasses import dataclass

from model.details import Kind
from model.errors import DomainError
from model.link import EventMapping, MappingState, Mode
from model.moment import Moment
from model.series import Scope, Series
from sync import apply, client_events, inbound, own_events
from sync.classify import Code, Edit, classify, follows_cut
from sync.compare import same
from sync.context import Line, Run
from sync.disclosure import Unit, remark, without_note
from sync.event import Event
from sync.facts import facts_of_split
from sync.judge import Decision, Verdict, judge
from sync.ports import Item
from sync.projection import project
from sync.record import log
from sync.store import Work, ref_of

# What was taken for an own event carries what we made of it: that is nobody's edit.
_OURS: tuple[Code, ...] = ("E8", "E9", "E10", "E12", "E13", "E23", "E24")


@dataclass(kw_only=True)
class Cut:
    """A series of ours that was shortened there; whether a new UID follows is not known yet (E6 or E7)."""

    mapping: EventMapping
    at: Moment
    base: Event
    theirs: Event
    item: Item
    seen_before: bool


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The later half of a series that was split there. `stood_for`: the own event it was taken for meanwhile."""

    mapping: EventMapping
    event: Event
    body: bytes
    etag: str | None
    stood_for: Unit | None = None


def find_cut(run: Run, work: Work, mapping: EventMapping, event: Event, item: Item) -> Cut | None:
    """Whether this is a client's series that was shortened there."""
    bases, ref = run.bases(mapping), ref_of(mapping)
    if bases is None or ref is None or ref.kind != "series" or same(bases[0], event):
        return None
    unit = work.load(ref)
    if unit is None or unit.kind is Kind.OTHER_EVENT or work.link.mode is Mode.ONE_WAY:
        return None
    for edit in classify(bases[0], event, local=run.tz, horizon=run.horizon):
        if edit.code == "E7" and edit.recurrence_id is not None:
            return Cut(
                mapping=mapping,
                at=edit.recurrence_id,
                base=bases[0],
                theirs=event,
                item=item,
                seen_before=mapping.state == MappingState.UNDECIDED,
            )
    return None


def joins_cut(run: Run, work: Work, event: Event, item: Item, cuts: list[Cut]) -> bool:
    """Whether a new event is the tail of a series cut in this pull; if so, the split is judged as one change."""
    hidden = work.link.privacy_level == "busy"
    matching = [c for c in cuts if follows_cut(c.at, c.base, event, hidden=hidden)]
    if len(matching) != 1:
        return False
    tail = inbound.new_mapping(run, event.uid, item)
    if not _judge_split(
        run, work, matching[0], Tail(mapping=tail, event=event, body=item.body, etag=item.etag)
    ):
        return False
    cuts.remove(matching[0])
    return True


def decide_cut(run: Run, work: Work, cut: Cut) -> None:
    """No new UID followed in this pull: it may have come before. Else wait for the next one; then it was a deletion
    (E7)."""
    mapping = work.mapping(cut.mapping.id)
    if mapping is None:
        return
    early = _came_before(run, work, cut)
    if early is not None and _judge_split(run, work, cut, early):
        return
    if not cut.seen_before:
        mapping.state = MappingState.UNDECIDED
        run.tell(Line(action="undecided", uid=mapping.uid, code="E7"))
        return
    inbound.take_in(run, work, mapping, cut.theirs, cut.item.body, cut.item.etag)


def _came_before(run: Run, work: Work, cut: Cut) -> Tail | None:
    """The own event, made of what this pull or the one before brought, that is really the rest of the series."""
    hidden = work.link.privacy_level == "busy"
    found = []
    for newcomer in work.newcomers(run.run_id):
        mapping = newcomer.mapping
        ref, bases = ref_of(mapping), run.bases(mapping)
        unit = work.load(ref) if ref is not None else None
        if unit is None or bases is None or unit.kind is not Kind.OTHER_EVENT or mapping.base_ical is None:
            continue
        if follows_cut(cut.at, cut.base, bases[0], hidden=hidden, copied=newcomer.copied):
            found.append(
                Tail(
                    mapping=mapping, event=bases[0], body=mapping.base_ical, etag=mapping.etag, stood_for=unit
                )
            )
    return found[0] if len(found) == 1 else None


def _judge_split(run: Run, work: Work, cut: Cut, tail: Tail) -> bool:
    """Judge a cut and what follows it as one change, and carry it out; False where the series is not there."""
    mapping = work.mapping(cut.mapping.id)
    ref = ref_of(mapping) if mapping is not None else None
    series = work.load(ref) if ref is not None else None
    if mapping is None or not isinstance(series, Series):
        return False
    edit = Edit(
        code="E6",
        names=frozenset({"time"}),
        scope=Scope.THIS_AND_FOLLOWING,
        recurrence_id=cut.at,
        before=cut.base.occurrence(cut.at),
        after=tail.event.master,
        rule=tail.event.rule,
    )
    verdict = judge(edit, facts_of_split(run, work, series, edit, tail=tail.event))
    tail.mapping.note = _remark(run, work, mapping, series, tail.event)
    follower, verdict = _split(run, series, cut, tail.event, verdict)
    if follower is not None:
        work.add(follower)
        work.flush()
        own_events.repoint(tail.mapping, follower)
        work.add(tail.mapping)
    else:
        inbound.discard(run, work, tail.mapping)
    log(run, work, mapping, series, edit, verdict)
    if tail.stood_for is not None:
        work.flush()  # before it goes: the mapping does not go with it
        work.delete(tail.stood_for)
    if follower is not None:
        work.keep(tail.mapping, "taken-in", None, tail.body)
        decided = _OURS if tail.stood_for is not None else ("E9",)
        inbound.take_tail(
            run, work, tail.mapping, follower, tail.event, tail.body, tail.etag, decided=decided
        )
    inbound.take_in(run, work, mapping, cut.theirs, cut.item.body, cut.item.etag, decided=("E7",))
    return True


def _remark(run: Run, work: Work, mapping: EventMapping, series: Series, event: Event) -> str:
    """The practitioner's own words in the later half: it was copied with our text of the whole series (E9)."""
    shown = project(series, mapping.uid, without_note(run.view(work, mapping, series)))
    ours = shown.master.description if shown is not None and shown.master is not None else ""
    return remark(event.master.description if event.master is not None else "", ours)


def _split(
    run: Run, series: Series, cut: Cut, event: Event, verdict: Verdict
) -> tuple[Series | None, Verdict]:
    """The new series where the split may happen; what the model cannot carry out waits for a person."""
    if verdict.decision is not Decision.APPLY:
        return None, verdict
    try:
        return apply.split(series, cut.at, event, cut.theirs, run.act()), verdict
    except DomainError as problem:
        return None, client_events.beyond_the_model(problem)
