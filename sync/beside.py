"""Judge what was done to an event that stands beside those of sessions: the padding after one (003-08).

Such an event is read and compared as every other; only what an edit of it means is otherwise. Whatever is not accepted
shows as a difference from what is to be seen, so the push restores it. Works inside one transaction on one mapping.
"""

from model.link import EventMapping, MappingState
from sync import inbound, paddings
from sync.archive import Standing
from sync.classify import Edit, classify, deleted
from sync.context import Run
from sync.event import Event
from sync.judge import Column, Facts, judge
from sync.ports import Item
from sync.record import log
from sync.store import Work


def take_in(run: Run, work: Work, mapping: EventMapping, theirs: Event, item: Item) -> None:
    """Settle what it says now; both sides agreed on nothing else, so that the push writes all of it that is ours."""
    bases = run.bases(mapping)
    if bases is not None:
        if inbound.says_the_same(run, work, mapping, bases[0], theirs, item.body, item.etag):
            return
        work.keep(mapping, "taken-in", Standing.of(mapping), item.body)
        for edit in classify(bases[0], theirs, local=run.tz, horizon=run.horizon):
            _refuse(run, work, mapping, edit)
    mapping.base_ical, mapping.pushed_ical, mapping.etag = item.body, None, item.etag
    mapping.state = MappingState.DIRTY


def take_away(run: Run, work: Work, mapping: EventMapping) -> None:
    """It was deleted there: it comes back, unless it is to be seen no more."""
    bases = run.bases(mapping)
    if bases is None or not paddings.stands(run, work, mapping):
        mapping.bury()
        return
    work.keep(mapping, "gone", Standing.of(mapping), None)
    _refuse(run, work, mapping, deleted(bases[0]))
    inbound.restore(mapping)


def _refuse(run: Run, work: Work, mapping: EventMapping, edit: Edit) -> None:
    facts = Facts(
        column=Column.PADDING,
        mode=work.link.mode,
        now=run.clock.now(),
        starts_at=run.clock.now(),
        policy=run.settings.inbound,
    )
    log(run, work, mapping, paddings.unit_of(work, mapping), edit, judge(edit, facts))
