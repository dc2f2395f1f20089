"""The real client with a window in it: the bodies that were read and written, and the requests that were sent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapters.dav.calendar import CalDavCalendar, Further
from adapters.dav.http import GuardedClient
from adapters.dav.profile import Known, Profile
from sync.href import canonical_href
from sync.ports import Fetched, Item


@dataclass
class Traffic:
    """The last body read and the last body written, by canonical href; one client per run."""

    read: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)
    clients: list[GuardedClient] = field(default_factory=list)

    def clear(self) -> None:
        self.read.clear()
        self.written.clear()
        self.clients.clear()

    @property
    def requests(self) -> Counter[str]:
        """All requests since the last `clear`, by method."""
        return sum((client.requests for client in self.clients), Counter())

    def rewritten(self) -> tuple[bytes, bytes]:
        """The one resource that was read and written: both bodies."""
        (href,) = self.written.keys()
        return self.read[href], self.written[href]


class RecordingCalendar(CalDavCalendar):
    """Does what its parent does, and notes it."""

    traffic: Traffic

    def __init__(
        self,
        client: GuardedClient,
        url: str,
        *,
        profile: Profile | Known | None = None,
        page: int = 50,
        further: Further | None = None,
    ) -> None:
        super().__init__(client, url, profile=profile, page=page, further=further)
        self.traffic.clients.append(client)

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Fetched]:
        for answer in super().fetch(hrefs):
            if isinstance(answer, Item):
                self.traffic.read[canonical_href(answer.href)] = answer.body
            yield answer

    def create(self, href: str, body: bytes) -> str | None:
        self.traffic.written[canonical_href(href)] = body
        return super().create(href, body)

    def replace(self, href: str, body: bytes, *, etag: str) -> str | None:
        self.traffic.written[canonical_href(href)] = body
        return super().replace(href, body, etag=etag)
