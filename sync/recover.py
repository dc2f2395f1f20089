"""Recover: settle what a killed run announced and never settled (DESIGN, step 1; FAILURES A2, E1).

Each open intent is answered by looking: if the server holds what we meant to write, the write happened and is
adopted; otherwise it did not, and the plan is made anew. Nothing is ever sent again blindly.
"""

from model.journal import Intent, Verb
from model.link import EventMapping, MappingState
from sync.compare import meaning
from sync.context import Line, Run
from sync.errors import Unreadable
from sync.href import canonical_href
from sync.ports import Fetched, Item, Missing
from sync.settle import await_echo, settle_one
from sync.store import Work


def recover(run: Run) -> None:
    """Settle the open intents of this link; a dry run only lists them as unsettled."""
    with run.work() as work:
        intents = work.intents()
        hrefs = [intent.href for intent in intents]
    if not hrefs:
        return
    if run.dry:
        for intent in intents:
            run.tell(Line(action="unsettled", uid="", code=intent.verb))
        return
    answers = {
        canonical_href(answer.href): answer for answer in run.calendar.fetch(list(dict.fromkeys(hrefs)))
    }
    with run.work() as work:
        for intent in work.intents():
            answer = answers.get(canonical_href(intent.href))
            mapping = work.mapping(intent.mapping_id)
            if answer is not None and mapping is not None:
                _answer(run, work, mapping, intent, answer)


def _answer(run: Run, work: Work, mapping: EventMapping, intent: Intent, answer: Fetched) -> None:
    if isinstance(answer, Item):
        _found(run, work, mapping, intent, answer)
    elif isinstance(answer, Missing):
        _missing(run, work, mapping, intent)
    # Unfetched: nothing is known, the intent stays open


def _found(run: Run, work: Work, mapping: EventMapping, intent: Intent, item: Item) -> None:
    if intent.verb != Verb.DELETE and _is_ours(run, intent, item):
        settle_one(run, work, mapping, intent, etag=item.etag, stored=item)
        mapping.state = MappingState.DIRTY  # what changed here since it was announced is compared at the push
        run.tell(Line(action="recovered", uid=mapping.uid, code=intent.verb))
        return
    if intent.verb == Verb.CREATE:
        # it arrived and was edited since: what we sent is the base that the edit is judged against
        mapping.base_ical, mapping.pushed_ical = intent.body, intent.projected
        mapping.etag = None
        await_echo(run, mapping, intent)
    _undone(run, work, mapping, intent)


def _missing(run: Run, work: Work, mapping: EventMapping, intent: Intent) -> None:
    if intent.verb == Verb.DELETE:
        settle_one(run, work, mapping, intent, etag=None, stored=None)
        return
    _undone(run, work, mapping, intent)


def _undone(run: Run, work: Work, mapping: EventMapping, intent: Intent) -> None:
    """It did not happen, or not as announced: forget the intent; looking and planning decide anew."""
    mapping.state = MappingState.DIRTY
    work.delete(intent)
    run.tell(Line(action="unsent", uid=mapping.uid, code=intent.verb))


def _is_ours(run: Run, intent: Intent, item: Item) -> bool:
    """Whether what is there is what we meant to write. What still has its old ETag was never written, even
    where the write would have changed nothing that a meaning tells (our marks, a zone's name)."""
    if intent.etag is not None and item.etag == intent.etag:
        return False
    try:
        event = run.understand(item.body, item.href)
    except Unreadable:
        return False
    return event is not None and meaning(event) == intent.meaning
