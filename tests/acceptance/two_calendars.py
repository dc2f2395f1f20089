"""Two workers with a calendar each on one server: what leaves one and comes into the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone
from tests.servers import fresh_collection


@dataclass(frozen=True)
class Pair:
    """The phones of two linked workers, by the workers' ids."""

    office: Office
    phones: dict[str, Phone]

    def sync(self) -> None:
        """Runs of both links until neither finds anything to do."""
        for _ in range(4):
            self.office.later(minutes=5)
            if not any(report["lines"] for report in self.office.ask("sync", "--all")):
                return
        raise AssertionError("not quiet after four runs")

    def shown(self, worker: str) -> list[str]:
        """What a worker's calendar shows: start and title, in order."""
        phone = self.phones[worker]
        return [f"{at} {title}" for at, title in sorted(_shown(phone))]


def _shown(phone: Phone) -> Iterator[tuple[str, str]]:
    for resource in phone.resources():
        for part in resource.calendar.parts("VEVENT"):
            yield part.value("DTSTART"), part.value("SUMMARY")


@contextmanager
def two_calendars(office: Office, server: Server, *workers: str) -> Iterator[Pair]:
    """Link each worker to a calendar of their own."""
    if len(workers) != 2:
        raise ValueError("two workers")
    first, second = workers
    with fresh_collection(server) as one, fresh_collection(server) as other:
        phones = {
            worker: Phone(url, user=server.user, password=server.password)
            for worker, url in ((first, one), (second, other))
        }
        for worker, url in ((first, one), (second, other)):
            office.link(worker, server, url)
        try:
            yield Pair(office, phones)
        finally:
            for phone in phones.values():
                phone.close()
