"""A third program that keeps two calendars of one worker alike: nothing is taken in twice or grows (E10)."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from adapters.dav.calendar import CalDavCalendar
from adapters.dav.profile import Profile
from model.details import Kind
from model.link import CalendarLink, LinkState, Mode, Role, SeenItem
from sync.href import canonical_href
from sync.ports import RemoteCalendar
from sync.run import Report
from tests.doubles.remote import uid_of
from tests.fake.server import FakeServer
from tests.fake.store import Calendar
from tests.fake.world import FakeWorld, at, dentist
from tests.servers import client_for

HOME = "/calendars/anna/"


class TwoCalendars(FakeWorld):
    """The small practice with a second calendar of the same worker."""

    second: Calendar

    def add_second(self, level: str = "reference") -> None:
        self.second = self.fake.make(f"{HOME}private/")
        with self.sessions.begin() as db:
            first = db.get_one(CalendarLink, self.link_id)
            link = CalendarLink(
                id=uuid4(), ref="private", worker_id=first.worker_id, account_id=first.account_id,
                href=self.second.path, tz=first.tz, role=Role.WORK, mode=Mode.TWO_WAY, privacy_level=level,
                cancelled_display="mark", pull_s=300, profile=first.profile, state=LinkState.ACTIVE,
                next_run_at=self.clock.now(),
            )  # fmt: skip
            db.add(link)
            self.second_id = link.id

    @contextmanager
    def open_calendar(self, link: CalendarLink) -> Iterator[RemoteCalendar]:
        profile = Profile.from_json(json.dumps(link.profile))
        with client_for(self.fake.as_server()) as client:
            yield CalDavCalendar(client, f"{self.fake.url[:-1]}{link.href}", profile=profile)

    def sync_both(self) -> list[Report]:
        reports = []
        for link_id in (self.link_id, self.second_id):
            self.clock.advance(minutes=1)
            report = self.runner.sync(link_id)
            assert isinstance(report, Report)
            assert report.ok, report
            reports.append(report)
        return reports

    def set_aside(self) -> set[str]:
        with self.sessions() as db:
            return set(db.scalars(select(SeenItem.reason)))


class Tool:
    """It copies each event from one calendar to the other under a UID of its own, once, and keeps that up."""

    def __init__(self, *calendars: Calendar, strips: bool) -> None:
        self._calendars, self._strips = calendars, strips
        self._copies: dict[tuple[str, str], tuple[str, str]] = {}
        self._mine: set[str] = set()

    def run(self) -> int:
        """How many copies it had to make."""
        one, other = self._calendars
        return self._copy(one, other) + self._copy(other, one)

    def _copy(self, source: Calendar, target: Calendar) -> int:
        made = 0
        for item in list(source.items.values()):
            uid = uid_of(item.body) or ""
            if uid in self._mine or (target.path, uid) in self._copies:
                continue
            new = str(uuid4())
            self._mine.add(new)
            self._copies[target.path, uid] = (
                new,
                target.put(f"{target.path}tool-{new}.ics", self._as_own(item.body, new)).href,
            )
            made += 1
        return made

    def _as_own(self, body: bytes, uid: str) -> bytes:
        body = re.sub(rb"(?m)^UID:[^\r\n]*", b"UID:" + uid.encode(), body)
        body = body.replace(b"-//Calendula//Calendula//EN", b"-//Tool//EN")
        return re.sub(rb"X-CALENDULA[^\r\n]*\r\n", b"", body) if self._strips else body


@pytest.fixture
def two(
    world: FakeWorld, fake: FakeServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoCalendars]:
    world.close()
    fake.calendars.clear()
    folder = tmp_path_factory.mktemp("two")
    made = TwoCalendars(f"sqlite:///{folder}/two.sqlite3", fake)
    made.link_up()
    yield made
    made.close()


def ids(world: FakeWorld) -> set[UUID]:
    return {session.id for session in world.all_sessions()}


@pytest.mark.parametrize("level", ["reference", "busy"])
@pytest.mark.parametrize("strips", [False, True])
def test_e10_what_goes_round_through_a_third_program_ends_after_one_hop(
    two: TwoCalendars, strips: bool, level: str
) -> None:
    two.add_second(level)
    two.begin()
    two.sync_both()
    before = ids(two)
    assert len(two.sync_both()) == 2
    tool = Tool(two.server, two.second, strips=strips)
    made = tool.run()
    assert made > 0
    for _ in range(3):
        two.sync_both()
        tool.run()
    held = (len(two.server.items), len(two.second.items))
    for _ in range(3):
        two.sync_both()
        assert tool.run() == 0
    assert (len(two.server.items), len(two.second.items)) == held
    assert ids(two) == before
    assert two.set_aside() == {"BROUGHT_BACK"}
    assert [report.lines for report in two.sync_both()] == [(), ()]


@pytest.mark.parametrize("strips", [False, True])
def test_e10_a_single_event_that_comes_back_in_the_other_calendar_is_enough(
    two: TwoCalendars, strips: bool
) -> None:
    two.add_second()
    two.phone.add(dentist("own", at(20)))
    two.sync_both()
    two.sync_both()
    assert Tool(two.server, two.second, strips=strips).run() == 2
    two.sync_both()
    assert len(ids(two)) == 1
    assert [code for code, _, _ in two.judged()] == ["E17"]
    assert two.set_aside() == {"BROUGHT_BACK"}


def test_e10_what_was_brought_back_stays_aside_when_the_program_moves_it(two: TwoCalendars) -> None:
    two.add_second()
    two.begin()
    two.sync_both()
    tool = Tool(two.server, two.second, strips=True)
    tool.run()
    two.sync_both()
    before = ids(two)
    key = next(k for k, i in two.second.items.items() if b"Dentist" in i.body and "tool-" in k)
    moved = re.sub(rb"(DT(?:START|END)[^:]*:\d{8}T)1", rb"\g<1>2", two.second.items[key].body)
    two.second.put(canonical_href(key), moved)
    two.sync_both()
    assert ids(two) == before


def test_e10_one_copy_in_the_same_calendar_is_a_persons_and_three_at_once_a_programs(
    world: FakeWorld,
) -> None:
    world.link_up()
    world.begin()
    world.persist()
    sessions = [
        i
        for i in world.phone.items()
        if b"X-CALENDULA-KIND:CLIENT" in i.body and b"RRULE:FREQ=WEEKLY" not in i.body
    ]
    assert len(sessions) == 3
    for number, item in enumerate(sessions):
        world.phone.add_raw(f"tool-{number}", world.codec.rename(item.body, f"tool-{number}"))
    world.persist()
    assert [s.kind for s in world.all_sessions()].count(Kind.OTHER_EVENT) == 2
    assert "E18" not in {code for code, _, _ in world.judged()}
    world.phone.add_raw("mine", world.codec.rename(sessions[0].body, "mine"))
    world.persist()
    assert ("E18", "APPLIED", "COPY_IS_NOT_BOOKING") in world.judged()


def test_e10_our_copy_of_an_own_event_says_so_and_the_event_itself_does_not(two: TwoCalendars) -> None:
    two.add_second()
    two.phone.add(dentist("own", at(20)))
    two.sync_both()
    two.sync_both()
    (home,) = two.server.items.values()
    (copy,) = two.second.items.values()
    assert b"X-CALENDULA" not in home.body
    assert b"X-CALENDULA-HOP:1" in copy.body


def test_e10_a_copy_of_our_copy_is_known_wherever_it_was_moved(two: TwoCalendars) -> None:
    two.add_second()
    two.phone.add(dentist("own", at(20)))
    two.sync_both()
    two.sync_both()
    (copy,) = two.second.items.values()
    moved = re.sub(rb"(DT(?:START|END)[^:]*:\d{8}T)1", rb"\g<1>2", two.codec.rename(copy.body, "moved"))
    two.second.put(f"{two.second.path}moved.ics", moved)
    two.sync_both()
    assert len(ids(two)) == 1
    assert two.set_aside() == {"BROUGHT_BACK"}
