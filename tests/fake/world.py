"""A practice linked to a fake server over real HTTP, and the story that every fault has to survive.

The engine goes through the CalDAV adapter. The phone writes straight to what the server stores, so that a lost
answer is always one of ours; what the server makes of the text it stores happens to the phone as well.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from adapters.dav.calendar import CalDavCalendar
from adapters.dav.fitness import Card
from adapters.dav.http import Reply
from adapters.dav.policy import Origin, origin
from adapters.dav.probe import probe
from adapters.dav.profile import Profile
from model.link import RUNNABLE, CalendarLink
from sync.event import Event
from sync.href import canonical_href
from sync.ports import RemoteCalendar
from sync.run import Report
from tests.doubles.remote import unwatched
from tests.fake.personalities import put_on
from tests.fake.server import FakeServer
from tests.fake.store import Calendar
from tests.property.support import oracle
from tests.property.support.play import Play, Stage
from tests.servers import Client, client_for
from tests.world import Phone, World, at, dentist

PATH = "/calendars/anna/practice/"


class Door:
    """The phone's own way to the items."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def new_href(self, name: str) -> str:
        return f"{self._calendar.path}{name}.ics"

    def create(self, href: str, body: bytes) -> None:
        self._calendar.put(href, body)

    def replace(self, href: str, body: bytes, *, etag: str) -> None:
        assert (self._calendar.items[canonical_href(href)].etag or "") == etag
        self._calendar.put(href, body)

    def delete(self, href: str, *, etag: str | None) -> None:
        self._calendar.delete(canonical_href(href))


class FakePhone(Phone):
    """The phone of `tests.world`, on the fake server."""

    def __init__(self, world: "FakeWorld") -> None:
        super().__init__(world)
        self._door = Door(world.server)

    @property
    def _calendar(self) -> Door:  # type: ignore[override]
        return self._door


class Watched(Client):
    """Tells of each request before it is sent, and once it is answered; whoever is told may raise.

    `origins`: where requests went to.
    """

    tell: Callable[[str], None] = unwatched
    origins: set[Origin]

    def send(self, method: str, url: str, **more: Any) -> Reply:
        self.tell(f"before {method}")
        reply = super().send(method, url, **more)
        self.origins.add(origin(reply.url))
        self.tell("after a write" if method in {"PUT", "DELETE"} else f"after {method}")
        return reply


class FakeWorld(World):
    """The small practice of `tests.world`; `link_up` measures the server and stores its profile.

    `origins`: where the requests of its runs went to.
    """

    server: Calendar  # type: ignore[assignment]

    def __init__(self, url: str, fake: FakeServer, **options: object) -> None:
        self.fake = fake
        super().__init__(url, server=fake.make(PATH), **options)  # type: ignore[arg-type]
        fake.clock = self.clock.now
        self.phone = FakePhone(self)
        self.origins: set[Origin] = set()
        self._tried = 0

    @contextmanager
    def open_calendar(self, link: CalendarLink) -> Iterator[RemoteCalendar]:
        profile = Profile.from_json(json.dumps(link.profile))
        with client_for(self.fake.as_server(), Watched) as client:
            assert isinstance(client, Watched)
            client.tell, client.origins = self._tell, self.origins
            self.calendar = CalDavCalendar(client, f"{self.fake.url[:-1]}{PATH}", profile=profile)
            yield self.calendar

    def _tell(self, step: str) -> None:
        """Whoever watches now: that may change in the middle of a run."""
        self.server.watch(step)

    def link_up(self) -> Card:
        """What `link add` does: try the calendar out, and remember what it is like."""
        with client_for(self.fake.as_server()) as client:
            url = f"{self.fake.url[:-1]}{PATH}"
            found = probe(client, url, codec=self.codec, now=self.clock.now())
        self.link_as(found.profile)
        self.server.trash.clear()
        self.fake.heard.clear()  # what is heard from here on are the runs
        self._tried = len(self.server.changes)
        return found

    def link_as(self, profile: Profile) -> None:
        """Remember what the server is like."""
        with self.sessions.begin() as db:
            db.get_one(CalendarLink, self.link_id).profile = json.loads(profile.to_json())

    def resume(self, was: World) -> None:
        assert isinstance(was, FakeWorld)
        super().resume(was)
        self.fake.tick = was.fake.tick

    # --- runs -----------------------------------------------------------------------------------------------

    def persist(self, *, runs: int = 8, quiet: int = 1, job: str = "sync") -> list[Report]:
        """Run until so many runs in a row find nothing to do; runs may fail, the link may not. All their reports."""
        reports: list[Report] = []
        for _ in range(runs):
            before = oracle.clients_of(self._play())
            self.clock.advance(minutes=1)
            reports.append(self.sync(job))
            oracle.check_untouched(before, self._play())
            assert self.link().state in RUNNABLE, self.link().last_error
            if len(reports) >= quiet and all(r.ok and not r.lines for r in reports[-quiet:]):
                return reports
        raise AssertionError(f"not quiet after {runs} runs: {reports[-1]}")

    def check(self) -> None:
        """Both sides agree, quietly; nothing was ever there twice, and no guest was told (I1-I8)."""
        oracle.check_quiet(self._play())
        assert self.server.twins(since=self._tried) == []
        assert self.fake.mails == 0
        assert not any(request.headers.get("if-match") == "*" for request in self.fake.heard), "B9"

    def _play(self) -> Play:
        return Play(world=self, stage=Stage(tz=self.tz))

    # --- the story ------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """What stands before anything goes wrong: sessions, a series, and two events of the practitioner."""
        self.add_session(at(10))
        self.add_session(at(11))
        self.add_session(at(12))
        self.add_series(at(17), "FREQ=WEEKLY;BYDAY=TU;COUNT=6")
        self.phone.add(dentist("dentist", at(13)))
        self.phone.add(dentist("gym", at(14)))

    def edit_both_sides(self) -> None:
        """A session moves here, one there; one is new here, one there; an event goes there; one of a series moves."""
        first, second, *_ = sorted(self.all_sessions(), key=lambda s: s.span.start)
        with self.session(second.id) as session:
            session.move(session.span.starting(at(11, 15)))
        self.add_session(at(18, 16))
        uids = {mapping.session_id: mapping.uid for mapping in self.mappings()}
        self.phone.move(uids[first.id], at(10, 14))
        self.phone.move("dentist", at(13, 16))
        self.phone.delete("gym")
        self.phone.add(dentist("haircut", at(19)))
        series = next(mapping for mapping in self.mappings() if mapping.series_id)
        self.phone.move_occurrence(series.uid, at(24), at(25, 11))

    def check_story(self) -> None:
        """What both sides hold in the end, whatever happened on the way."""
        self.check()
        shown = sorted(self._starts())
        assert shown == sorted([at(10, 14), at(11, 15), at(12), at(17), at(18, 16), at(13, 16), at(19)]), (
            shown
        )
        assert sorted(code for code, state, _ in self.judged() if state == "APPLIED") == [
            "E1", "E1", "E17", "E17", "E17", "E2", "E5"
        ], self.judged()  # fmt: skip

    def _starts(self) -> list[datetime]:
        masters: list[Event] = self.phone.events()
        return [event.master.start for event in masters if event.master is not None]  # type: ignore[misc]


def begun(world: FakeWorld, **switches: object) -> FakeWorld:
    """A linked practice in step with a server that was like this from the beginning."""
    put_on(world.fake.switches, switches)
    world.link_up()
    world.begin()
    world.persist()
    return world


def play_story(
    world: FakeWorld,
    *,
    before: Callable[[], None] = lambda: None,
    between: Callable[[], None] = lambda: None,
) -> list[Report]:
    """Link, sync, edit both sides, sync; a test may turn switches `before` it all and `between`."""
    before()
    world.link_up()
    world.begin()
    reports = world.persist()
    between()
    world.edit_both_sides()
    world.clock.advance(minutes=1)
    return reports + world.persist()
