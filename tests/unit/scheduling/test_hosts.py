"""A host's wishes, its breaker and its share hold for all links on it, in every process (A16, E23, E24, I16)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.app import Clock
from adapters.database.store import SqlStore
from adapters.ical import ICalendar
from adapters.runner import Busy, Runner
from model.link import CalendarHost
from sync.errors import LinkError, Throttled, Unreachable
from sync.ports import Look, Position
from sync.settings import Settings, SyncSettings
from tests.doubles.remote import InMemoryCalendar
from tests.unit.scheduling.conftest import Links


class Sharing(InMemoryCalendar):
    """A calendar that could use several connections, and does something while it is looked at."""

    def __init__(self, service: "Service") -> None:
        super().__init__()
        self.service = service
        self.room: Callable[[int], int] = lambda wanted: wanted

    def share_host(self, room: Callable[[int], int]) -> None:
        self.room = room

    def look(self, position: Position | None) -> Look:
        self.service.within()
        return super().look(position)


class Service:
    """One process: runs links on calendars that answer as the test says."""

    def __init__(self, links: Links, **settings: int) -> None:
        self.links, self.error = links, None
        self.meanwhile: Callable[[], object] = lambda: None
        self.within: Callable[[], object] = lambda: None
        self.calendars: list[Sharing] = []
        chosen = Settings(sync=SyncSettings(**settings))
        self.runner = Runner(
            sessions=links.sessions, store=SqlStore(links.engine, links.sessions, chosen, clock=lambda: links.now),
            settings=chosen, codecs=ICalendar, clock=Clock(now=lambda: links.now), new_id=links.new_id,
            calendars=self.open, owner=f"process-{id(self)}",
        )  # fmt: skip

    error: LinkError | None

    @contextmanager
    def open(self, _: object) -> Iterator[InMemoryCalendar]:
        self.meanwhile()
        if self.error is not None:
            raise self.error
        self.calendars.append(Sharing(self))
        yield self.calendars[-1]

    def run(self, link: object, *, background: bool = True) -> str:
        done = self.runner.sync(link, background=background)
        if isinstance(done, Busy):
            return done.reason
        return "ok" if done.ok else type(done.error).__name__


@pytest.fixture
def office(links):
    return [links.add(worker, host, ref=f"{worker}-{host}", next_run_at=links.now) for worker in ("mia", "tom")
            for host in ("one.example", "two.example")]  # fmt: skip


def on(links: Links, host: str) -> list[str]:
    return [ref for ref in links.due() if ref.endswith(host)]


@pytest.mark.parametrize(
    ("said", "seconds"), [(timedelta(minutes=7), 420), (None, 60), (timedelta(days=1), 86_400)]
)
def test_a16_retry_after_is_a_floor_for_every_link_on_the_host_in_every_process(links, office, said, seconds):
    first, second = Service(links), Service(links)
    first.error = Throttled("later", retry_after=said)
    assert first.run(office[0]) == "Throttled"
    assert on(links, "one.example") == []
    assert len(on(links, "two.example")) == 2
    assert second.run(office[2]) == "HOST_RESTS"
    assert second.run(office[2], background=False) == "HOST_RESTS"
    assert second.run(office[3]) == "ok"
    links.now += timedelta(seconds=seconds - 1)
    assert "tom-one.example" not in links.due()
    links.now += timedelta(seconds=1)
    assert "tom-one.example" in links.due()
    assert second.run(office[2]) == "ok"


def test_a16_a_shorter_wish_does_not_shorten_a_longer_one(links, office):
    service = Service(links)
    service.error = Throttled("later", retry_after=timedelta(minutes=7))
    later = Service(links)
    later.error = Throttled("soon", retry_after=timedelta(seconds=5))

    def once() -> None:
        service.meanwhile = lambda: None
        later.run(office[2])

    service.meanwhile = once  # the shorter one is said first, while the longer one is on its way
    service.run(office[0])
    with links.sessions() as database:
        (host,) = database.scalars(select(CalendarHost))
    assert host.wait_until == links.now + timedelta(minutes=7)


def fail(service: Service, links: list, times: int) -> None:
    service.error = Unreachable("no answer")
    for n in range(times):
        assert service.run(links[n % len(links)]) == "Unreachable"


def test_e23_a_host_that_fails_is_left_alone_and_then_tried_by_one(links, office):
    service, ones = Service(links, breaker_failures=3), [office[0], office[2]]
    fail(service, ones, 3)
    links.now += timedelta(seconds=59)
    links.set(office[0], next_run_at=links.now)
    links.set(office[2], next_run_at=links.now)
    assert on(links, "one.example") == []
    assert len(on(links, "two.example")) == 2
    assert Service(links, breaker_failures=3).run(office[0]) == "HOST_BUSY"

    links.now += timedelta(seconds=1)
    assert len(on(links, "one.example")) == 2
    service.error, tried = None, []
    service.meanwhile = lambda: (
        tried.append(Service(links, breaker_failures=3).run(office[2])) if not tried else None
    )
    assert service.run(office[0]) == "ok"
    assert tried == ["HOST_BUSY"]  # one tries, the others wait for what it finds
    service.meanwhile = lambda: None
    assert service.run(office[2]) == "ok"
    with links.sessions() as database:
        (host,) = database.scalars(select(CalendarHost).where(CalendarHost.name == "one.example"))
    assert (host.failures, host.open_until) == (0, None)


def test_e23_the_pause_doubles_to_a_quarter_of_an_hour(links, office):
    service, pauses = Service(links, breaker_failures=1), []
    for _ in range(6):
        fail(service, [office[0]], 1)
        with links.sessions() as database:
            until = database.scalars(select(CalendarHost.open_until)).one()
        pauses.append((until - links.now).total_seconds() / 60)
        links.now = until
    assert pauses == [1, 2, 4, 8, 15, 15]


def test_e23_a_person_may_try_a_host_that_is_left_alone(links, office):
    service = Service(links, breaker_failures=1)
    fail(service, [office[0]], 1)
    service.error = None
    assert service.run(office[2]) == "HOST_BUSY"
    assert service.run(office[2], background=False) == "ok"
    assert service.run(office[0]) == "ok"


def test_e24_all_processes_together_keep_within_a_hosts_share(links, office):
    third = links.add("lena", "one.example", ref="lena-one.example", next_run_at=links.now)
    found = []

    def deeper(level: int) -> None:
        if level < 3:
            service = Service(links, per_host=2)
            service.meanwhile = lambda: deeper(level + 1)
            found.append(service.run([office[0], office[2], third][level]))

    deeper(0)
    assert found == ["HOST_BUSY", "ok", "ok"]
    assert Service(links, per_host=2).run(third) == "ok"


def test_e24_a_hosts_share_is_counted_in_connections_not_in_links(links, office):
    """A first push opens more of them; one place is always left to another link."""
    service, other = Service(links, per_host=4), Service(links, per_host=4)
    third = links.add("lena", "one.example", ref="lena-one.example", next_run_at=links.now)
    found: list[object] = []

    def push() -> None:
        service.meanwhile = lambda: None
        found.append([service.calendars[-1].room(wanted) for wanted in (2, 4)])
        other.meanwhile = lambda: found.append(Service(links, per_host=4).run(third))
        found.append(other.run(office[2]))
        found.append(service.calendars[-1].room(2))
        found.append(Service(links, per_host=4).run(third))

    service.within = push
    assert service.run(office[0]) == "ok"
    assert found == [[2, 3], "HOST_BUSY", "ok", 2, "ok"]
    assert links.row(office[0]).connections == 2
    assert other.run(office[2]) == "ok"  # what a lease held is free with it


def test_e24_of_a_host_that_is_crowded_a_link_gets_no_more_than_it_has(links, office):
    service = Service(links, per_host=2)

    def push() -> None:
        assert service.calendars[-1].room(4) == 1

    service.within = push
    assert service.run(office[0]) == "ok"


@pytest.mark.parametrize("limit", ["run_s", "run_mib"])
def test_i16_a_run_that_takes_too_much_makes_room_and_goes_on_later(links, office, monkeypatch, limit):
    service = Service(links, run_s=60, run_mib=1)
    listed = {f"/a/{n}.ics": '"1"' for n in range(200)}

    def look(calendar: InMemoryCalendar, position: object) -> Look:
        links.now += timedelta(seconds=61 if limit == "run_s" else 0)
        calendar.received += 2 * 1024 * 1024 if limit == "run_mib" else 0
        return Look(etags=listed, complete=True)

    monkeypatch.setattr(InMemoryCalendar, "look", look)
    links.add_session("mia")
    for background in (True, False):
        done = service.runner.sync(office[0], background=background)
        assert done.stopped == background
        row = links.row(office[0])
        assert (row.failures, row.lease_until) == (0, None)
        assert row.next_run_at >= links.now + timedelta(seconds=60)
