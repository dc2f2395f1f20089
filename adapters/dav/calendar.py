"""A CalDAV calendar as a run needs it: `sync.ports.RemoteCalendar` over one collection.

What it decides is only which part answers: `listing` looks, `reading` reads, `writing` writes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from adapters.dav.collection import Collection
from adapters.dav.http import GuardedClient
from adapters.dav.listing import Listing
from adapters.dav.profile import Profile
from adapters.dav.reading import Reader
from adapters.dav.writing import Writer
from sync.ports import Fetched, Item, Look, Position

PAGE = 50


class CalDavCalendar:
    """One calendar collection; use it from one thread at a time."""

    def __init__(
        self, client: GuardedClient, url: str, *, profile: Profile | None = None, page: int = PAGE
    ) -> None:
        self.profile = profile or Profile()
        self._collection = Collection(client, url)
        self._listing = Listing(self._collection, tokens=self.profile.sync_collection)
        self._reader = Reader(self._collection, page=page)
        self._writer = Writer(self._collection, self.profile, self._reader)

    @property
    def reads_back(self) -> bool:
        return not self.profile.keeps_bodies

    @property
    def requests(self) -> Counter[str]:
        """Requests really sent so far, by method."""
        return self._collection.client.requests

    @property
    def received(self) -> int:
        return self._collection.client.received

    def guard_writes(self, check: Callable[[float], None]) -> None:
        self._collection.client.before_write = check

    def look(self, position: Position | None) -> Look:
        return self._listing.since(position) if position else self._listing.from_scratch()

    def list_all(self) -> Look:
        return self._listing.everything()

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        return self._reader.fetch(hrefs)

    def find(self, uid: str) -> Item | None:
        return self._reader.find(uid)

    def create(self, href: str, body: bytes) -> str | None:
        return self._writer.create(href, body)

    def replace(self, href: str, body: bytes, *, etag: str) -> str | None:
        return self._writer.replace(href, body, etag=etag)

    def delete(self, href: str, *, etag: str | None) -> None:
        self._writer.delete(href, etag=etag)

    def new_href(self, name: str) -> str:
        return f"{self._collection.path}{name}.ics"
