"""How many connections at once: measured with an injected clock, bounded, and never worth more than one slow round."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import pytest

from adapters.dav.auth import PasswordAuth
from adapters.dav.calendar import CalDavCalendar, Further
from adapters.dav.http import GuardedClient
from adapters.dav.lanes import Lanes
from adapters.dav.pace import Pace
from adapters.dav.profile import Profile
from sync.errors import OutcomeUnknown, RemoteChanged, Throttled
from sync.ports import Item, RemoteCalendar
from tests.unit.dav.misbehaving import Misbehaving, Script, answers, misbehaving, policy, says
from tests.unit.dav.test_dav_calendar import item

ROUND = 16


class Worked:
    """A server whose speed depends on how many ask at once; its clock moves with the work alone."""

    def __init__(self, speed: Mapping[int, float], *, most: int = 4) -> None:
        self.pace, self.speed = Pace(size=ROUND), speed
        self.seconds, self.at_once = 0.0, list[int]()
        self._lock = threading.Lock()
        self.lanes = Lanes(
            "first",
            lambda: f"lane {len(self.lanes.opened)}",
            most=lambda: most,
            crowded=lambda _: None,
            failed=lambda _: None,
            timer=lambda: self.seconds,
        )

    def do(self, _: str, task: int) -> int:
        with self._lock:
            width = min(self.pace.connections, 4)
            self.at_once.append(width)
            self.seconds += 1 / self.speed[width]
        return task

    def work(self, tasks: int) -> list[int]:
        """Do so many; how many connections each round had."""
        assert list(self.lanes.each(range(tasks), self.do, self.pace)) == list(range(tasks))
        return self.at_once[::ROUND]


@pytest.mark.parametrize(
    ("speed", "rounds"),
    [
        ({1: 20, 2: 40, 4: 80}, [1, 2, 4, 4, 4, 4]),  # far away: waiting is all it does
        ({1: 50, 2: 50, 4: 50}, [1, 2, 1, 1, 1, 1]),  # one at a time anyway
        ({1: 55, 2: 30, 4: 24}, [1, 2, 1, 1, 1, 1]),  # Radicale and Xandikos (MATRIX, speed)
        ({1: 245, 2: 290, 4: 277}, [1, 2, 1, 1, 1, 1]),  # Cyrus: not worth it
        ({1: 48, 2: 70, 4: 80}, [1, 2, 4, 2, 2, 2]),  # two are, four are not
    ],
)
def test_connections_are_added_only_while_the_whole_gets_faster(
    speed: dict[int, float], rounds: list[int]
) -> None:
    assert Worked(speed).work(ROUND * len(rounds)) == rounds


def test_less_than_a_round_is_done_over_one_connection() -> None:
    worked = Worked({1: 20, 2: 40, 4: 80})
    for _ in range(5):
        worked.work(ROUND - 1)
    assert set(worked.at_once) == {1}
    assert worked.lanes.opened == []


def test_a_server_that_is_slower_in_parallel_loses_one_round_and_no_more() -> None:
    speed = {1: 55, 2: 30, 4: 24}
    worked = Worked(speed)
    worked.work(ROUND * 50)
    assert worked.seconds == pytest.approx(ROUND * 49 / speed[1] + ROUND / speed[2])


def test_no_more_connections_than_allowed_are_opened() -> None:
    worked = Worked({1: 20, 2: 40, 4: 80}, most=2)
    worked.work(ROUND * 6)
    assert len(worked.lanes.opened) == 1


def test_a_host_without_room_for_more_is_asked_over_as_many_as_it_has_room_for() -> None:
    worked, asked = Worked({1: 20, 2: 40, 4: 80}), list[int]()
    worked.lanes.room = lambda wanted: (asked.append(wanted), 2)[1]
    worked.work(ROUND * 6)
    assert asked == [2, 4, 4, 4, 4]
    assert len(worked.lanes.opened) == 1


@pytest.mark.parametrize("connections", [1, 2, 4])
def test_after_a_failure_nothing_new_is_begun_and_no_result_is_lost(connections: int) -> None:
    pace, begun = Pace(size=ROUND), list[int]()
    pace.connections = connections
    lanes = Lanes(
        "a", lambda: "b", most=lambda: 4, crowded=lambda _: None, failed=lambda _: None, timer=lambda: 0.0
    )

    def do(_: str, task: int) -> int:
        begun.append(task)
        if task == 5:
            raise OutcomeUnknown("no answer", href="")
        return task

    done = list[int]()
    with pytest.raises(OutcomeUnknown):
        done.extend(lanes.each(range(ROUND), do, pace))
    if connections > 1:
        assert sorted([*done, 5]) == sorted(begun)
    assert len(begun) <= 5 + connections


# --- on the wire --------------------------------------------------------------------------------------------


@contextmanager
def writing(
    script: Script, profile: Profile, number: int
) -> Iterator[tuple[Misbehaving, CalDavCalendar, list[GuardedClient], list[object]]]:
    """Write so many items to a server whose clock says that twice the connections are twice as fast."""
    with ExitStack() as stack, misbehaving(script) as server:
        opened: list[GuardedClient] = []

        def connect() -> GuardedClient:
            client = GuardedClient(home=server.url, auth=PasswordAuth("anna", "sesame"), policy=policy())
            opened.append(client)
            return client

        further = Further(
            connect=connect, timer=lambda: len(server.heard) / (10 * calendar._writing.connections)
        )
        calendar = CalDavCalendar(
            stack.enter_context(connect()), server.url, profile=profile, further=further
        )
        stack.callback(calendar.close)

        def create(lane: RemoteCalendar, name: int) -> object:
            try:
                return lane.create(lane.new_href(str(name)), b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
            except (RemoteChanged, OutcomeUnknown) as error:
                return error

        yield server, calendar, opened, list(calendar.each(range(number), create))


def test_a_first_push_opens_further_connections_and_writes_each_item_once() -> None:
    with writing(says("201 Created", b"", 'ETag: "1"'), Profile(), 100) as (server, calendar, opened, etags):
        assert etags == ['"1"'] * 100
        assert len({line.split()[1] for line in server.lines()}) == len(server.heard) == 100
        assert len(opened) == 4
        assert calendar.corrections == {}


def test_a_profile_of_one_connection_never_opens_another() -> None:
    told = says("201 Created", b"", 'ETag: "1"')
    with writing(told, Profile(connections=1), 100) as (server, _, opened, _etags):
        assert (len(server.heard), len(opened)) == (100, 1)


def test_a_server_that_stumbles_over_several_is_asked_by_one_from_then_on() -> None:
    """Xandikos says 423 (MATRIX 14): what was refused is sent again, and the rest goes out in turn."""
    fine, busy = says("201 Created", b"", 'ETag: "1"'), says("423 Locked")
    stumbled: list[bytes] = []

    def script(peer: object, request: bytes) -> None:
        crowd = len(server_heard) > ROUND
        if crowd and not stumbled:
            stumbled.append(request)
            busy(peer, request)  # type: ignore[arg-type]
        else:
            fine(peer, request)  # type: ignore[arg-type]
        server_heard.append(request)

    server_heard: list[bytes] = []
    with writing(script, Profile(), 100) as (_, calendar, opened, etags):
        assert etags == ['"1"'] * 100
        assert calendar.corrections == {"connections": 1}
        assert len(opened) == 2


@contextmanager
def reading(script: Script) -> Iterator[tuple[CalDavCalendar, list[GuardedClient]]]:
    """Read from a server whose clock says that twice the connections are twice as fast."""
    with ExitStack() as stack, misbehaving(script) as server:
        clients: list[GuardedClient] = []

        def connect() -> GuardedClient:
            clients.append(GuardedClient(home=server.url, auth=None, policy=policy()))
            return clients[-1]

        further = Further(
            connect=connect, timer=lambda: len(server.heard) / (10 * calendar._fetching.connections)
        )
        calendar = CalDavCalendar(stack.enter_context(connect()), server.url, page=2, further=further)
        stack.callback(calendar.close)
        yield calendar, clients


HREFS = [f"/cal/{n}.ics" for n in range(120)]


def pages(peer: object, request: bytes) -> None:
    """Hand out what is asked for."""
    names = [part.split(b"<")[0].decode() for part in request.split(b"<D:href>")[1:]]
    answers(*(item(name, f"UID:{name}") for name in names))(peer, request)  # type: ignore[arg-type]


def test_pages_are_read_over_several_connections_and_come_in_order() -> None:
    """Sixty pages of two: each is asked for once, and the answers stand as they were asked for."""
    with reading(pages) as (calendar, clients):
        found = list(calendar.fetch(HREFS))
    assert [one.href for one in found] == HREFS
    assert all(isinstance(one, Item) and one.href.encode() in one.body for one in found)
    assert sum((client.requests for client in clients), Counter()) == {"REPORT": 60}
    assert len(clients) == 4


def test_a_server_that_turns_several_readers_away_is_read_by_one_from_then_on() -> None:
    """Otherwise each run would come as far as this one, and no further."""
    heard: list[bytes] = []

    def script(peer: object, request: bytes) -> None:
        heard.append(request)
        if len(heard) == 6:
            says("429 Too Many Requests", b"", "Retry-After: 1")(peer, request)  # type: ignore[arg-type]
        else:
            pages(peer, request)

    with reading(script) as (calendar, clients):
        with pytest.raises(Throttled):
            list(calendar.fetch(HREFS))
        assert calendar.corrections == {"connections": 1}
        assert len(clients) == 2
        assert len(list(calendar.fetch(HREFS))) == 120
        assert len(clients) == 2
