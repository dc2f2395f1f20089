"""Try a calendar out, with test events where they may be written, and say in plain words what stands in the way."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from adapters.app import App
from adapters.dav.fitness import Card
from adapters.dav.http import GuardedClient
from adapters.dav.probe import probe, probe_reading
from adapters.dav.problems import in_plain_words
from model.act import Act
from model.errors import DomainError
from model.link import CalendarLink, Role
from sync.errors import LeaseLost, SyncError


def try_out(app: App, act: Act, link: CalendarLink, client: GuardedClient) -> Card:
    """Try the calendar of a link out while nobody runs it: a run would take the test events for the practitioner's."""
    with _alone(app, act, link):
        return measure(app, client, link.href, link.role)


def measure(app: App, client: GuardedClient, url: str, role: Role) -> Card:
    """Write, read and remove test events, or in a busy source read alone; then close the client."""
    trial = probe_reading if role is Role.BUSY_SOURCE else probe
    try:
        with client:
            return trial(client, url, codec=app.codec, now=app.clock())
    except SyncError as error:
        raise in_plain_words(error, host=urlsplit(url).hostname or url) from error


@contextmanager
def _alone(app: App, act: Act, link: CalendarLink) -> Iterator[None]:
    lease = app.store.take_lease(link.id, owner=app.owner, run_id=act.new_id(), job="check")
    if lease is None:
        raise DomainError("E_BUSY", f"{link.ref} is being run just now; try again in a moment")
    result = "broken off"
    try:
        yield
        result = "ok"
    finally:
        # a server may be so slow that the lease ran out: what was seen is true all the same
        with suppress(LeaseLost), app.store.ending(lease) as (_, run):
            run.ended_at, run.result = app.clock(), result
