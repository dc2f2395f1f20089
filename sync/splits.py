"""This and following, as real clients write it: a series cut short there, and a new UID that goes on (E6, E7).

Decides whether a cut and a new event belong together, and carries the two out as one change. A cut that nothing
follows waits for one more pull before it counts as a deletion. What comes in any other way is `inbound`'s.
"""

from dataclasses import dataclass, replace

from model.errors import DomainError
from model.link import EventMapping, MappingState, Mode
from model.moment import Moment
from model.series import Scope, Series
from model.session import Kind
from sync import apply, inbound
from sync.classify import Edit, classify, follows_cut
from sync.compare import same
from sync.context import Line, Run
from sync.event import Event
from sync.facts import facts_of_split
from sync.judge import Decision, Verdict, judge
from sync.ports import Item
from sync.record import log
from sync.store import Work, ref_of


@dataclass(kw_only=True)
class Cut:
    """A series of ours that was shortened there; whether a new UID follows is not known yet (E6 or E7)."""

    mapping: EventMapping
    at: Moment
    base: Event
    theirs: Event
    item: Item
    seen_before: bool


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
    cut = matching[0]
    mapping = work.mapping(cut.mapping.id)
    ref = ref_of(mapping) if mapping is not None else None
    series = work.load(ref) if ref is not None else None
    if mapping is None or not isinstance(series, Series):
        return False
    cuts.remove(cut)
    _judge_split(run, work, mapping, series, cut, event, item)
    return True


def decide_cut(run: Run, work: Work, cut: Cut) -> None:
    """No new UID followed in this pull: wait for the next one, then it was a deletion (E7)."""
    mapping = work.mapping(cut.mapping.id)
    if mapping is None:
        return
    if not cut.seen_before:
        mapping.state = MappingState.UNDECIDED
        run.tell(Line(action="undecided", uid=mapping.uid, code="E7"))
        return
    inbound.take_in(run, work, mapping, cut.theirs, cut.item.body, cut.item.etag)


def _judge_split(
    run: Run, work: Work, mapping: EventMapping, series: Series, cut: Cut, event: Event, item: Item
) -> None:
    edit = Edit(
        code="E6",
        names=frozenset({"time"}),
        scope=Scope.THIS_AND_FOLLOWING,
        recurrence_id=cut.at,
        before=cut.base.occurrence(cut.at),
        after=event.master,
        rule=event.rule,
    )
    verdict = judge(edit, facts_of_split(run, work, series, edit, tail=event))
    follower, verdict = _split(run, series, cut, event, verdict)
    log(run, work, mapping, series, edit, verdict)
    tail = inbound.new_mapping(run, event.uid, item)
    if follower is None:
        inbound.discard(run, work, tail)
        inbound.refuse_whole(run, work, mapping, series, cut.theirs, cut.item)
        return
    work.add(follower)
    work.flush()
    inbound.repoint(tail, follower)
    work.add(tail)
    work.keep(tail, "taken-in", None, item.body)
    inbound.settle(run, work, tail, follower, replace(event, following={}), item.body, item.etag)
    inbound.take_in(run, work, mapping, cut.theirs, cut.item.body, cut.item.etag)


def _split(
    run: Run, series: Series, cut: Cut, event: Event, verdict: Verdict
) -> tuple[Series | None, Verdict]:
    """The new series where the split may happen; what the model cannot carry out waits for a person."""
    if verdict.decision is not Decision.APPLY:
        return None, verdict
    try:
        return apply.split(series, cut.at, event, cut.theirs, run.act()), verdict
    except DomainError as problem:
        return None, inbound.beyond_the_model(problem)
