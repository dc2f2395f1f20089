"""Try a calendar out with test events, and say in plain words what stands in the way."""

from urllib.parse import urlsplit

from adapters.app import App
from adapters.dav.fitness import Card
from adapters.dav.http import GuardedClient
from adapters.dav.probe import probe
from adapters.dav.problems import in_plain_words
from sync.errors import SyncError


def measure(app: App, client: GuardedClient, url: str) -> Card:
    """Write, read and remove test events, then close the client."""
    try:
        with client:
            return probe(client, url, codec=app.codec, now=app.clock())
    except SyncError as error:
        raise in_plain_words(error, host=urlsplit(url).hostname or url) from error
