"""Settle a write whose outcome is known: remember what both sides hold now, and close its intent."""

from model.journal import Intent, Verb
from model.link import EventMapping, MappingState
from sync.archive import Action, Standing
from sync.context import Run
from sync.errors import Unreadable
from sync.ports import Item
from sync.rewriting import may_be_made_by_server
from sync.store import Work, ref_of

_SENT: dict[Verb, Action] = {
    Verb.CREATE: "sent-create",
    Verb.REPLACE: "sent-replace",
    Verb.DELETE: "sent-delete",
}


def settle_one(
    run: Run, work: Work, mapping: EventMapping, intent: Intent, *, etag: str | None, stored: Item | None
) -> None:
    """The write happened. `stored` is what the server keeps, where it was read back (MATRIX 1)."""
    before = Standing.of(mapping) if intent.verb != Verb.CREATE else None
    if intent.verb == Verb.DELETE:
        mapping.bury()
    else:
        await_echo(run, mapping, intent)
        edited = stored is not None and _edited_since(run, intent, etag, stored)
        _agree_on(mapping, intent, etag=etag, stored=None if edited else stored)
    work.keep(mapping, _SENT[intent.verb], before, mapping.base_ical)
    replaced: dict[str, object] = {"etag": intent.etag} if intent.etag and intent.verb == Verb.REPLACE else {}
    run.record(work, _SENT[intent.verb], mapping=mapping, detail=replaced)
    work.delete(intent)


def await_echo(run: Run, mapping: EventMapping, intent: Intent) -> None:
    """What was created stands in no position that was read so far; calendars that are listed each time have none."""
    if intent.verb == Verb.CREATE and not run.mirrors:
        mapping.unechoed_since = run.clock.now()


def _edited_since(run: Run, intent: Intent, etag: str | None, stored: Item) -> bool:
    """Whether somebody wrote after us, before it was read back: then what we sent is the base to judge that by.

    Its ETag is not the one we were told (MATRIX 1); or, where we were told none, the server cannot have made that of
    what we sent.
    """
    if etag is not None:
        return stored.etag != etag
    try:
        event = run.understand(stored.body, stored.href)
    except Unreadable:
        return True
    if event is None:
        return True
    sent = run.read(intent.body or b"")
    return not may_be_made_by_server(sent, event, restamps=run.calendar.restamps)


def _agree_on(mapping: EventMapping, intent: Intent, *, etag: str | None, stored: Item | None) -> None:
    ours = intent.projected or intent.body
    mapping.base_ical = stored.body if stored is not None else intent.body
    mapping.pushed_ical = ours if ours != mapping.base_ical else None
    mapping.etag = stored.etag if stored is not None else etag
    # what was deleted here while the write was under way still has to go
    mapping.state = (
        MappingState.SYNCED if mapping.shows or ref_of(mapping) is not None else MappingState.DIRTY
    )
