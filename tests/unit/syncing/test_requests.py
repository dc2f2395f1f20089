"""What a worker is offered, in their calendar: a request until it is answered (002-11, `push_offers`)."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from adapters.diary import cancelling, changing, offering
from adapters.diary.changing import Move
from adapters.due_links import due_links
from model.link import Mode
from model.offer import OfferState
from model.series import Scope
from sync.settings import InboundSettings, Settings, SyncSettings
from tests.unit.syncing.test_locks import GESTURES
from tests.world import World, at

Make = Callable[..., World]


@pytest.fixture
def make(sqlite_url: str) -> Iterator[Make]:
    made: list[World] = []

    def world(*, push_offers: bool = True, **options: object) -> World:
        inbound = InboundSettings(client_move="apply")
        settings = Settings(sync=SyncSettings(push_offers=push_offers), inbound=inbound)
        made.append(World(sqlite_url, settings=settings, **options))  # type: ignore[arg-type]
        return made[-1]

    yield world
    for one in made:
        one.close()


def offered(world: World) -> tuple[UUID, str]:
    """A session of Tue 10 March that nobody is on, offered to the worker of the calendar; and the offer."""
    session = world.add_session(at(10))
    with world.session(session) as row:
        row.workers.clear()
    return session, offer(world, session)


def offer(world: World, session: UUID) -> str:
    (made,) = offering.offer(world.sessions, world.act(), str(session), ["priya"])
    return made.ref


def answer(world: World, ref: str, state: OfferState) -> None:
    offering.answer(world.sessions, world.act(), ref, state)


@pytest.mark.parametrize(
    ("level", "title", "place", "labels"),
    [
        ("busy", "Busy", "", frozenset()),
        ("reference", "Request", "ADL1", frozenset({"Request"})),
        ("initials", "Request", "Adelaide clinic", frozenset({"Request"})),
    ],
)
def test_002_11_a_request_is_tentative_and_names_nobody(
    make: Make, level: str, title: str, place: str, labels: frozenset[str]
) -> None:
    world = make(level=level)
    offered(world)
    world.settle()
    shown = world.phone.only().master
    assert shown is not None
    assert (shown.summary, shown.status, shown.transparent, shown.location) == (
        title,
        "TENTATIVE",
        False,
        place,
    )
    assert (shown.start, shown.end, shown.categories) == (at(10), at(10, 11), labels)
    assert b"C-10" not in world.phone.items()[0].body


def test_002_11_without_push_offers_no_calendar_shows_them(make: Make) -> None:
    world = make(push_offers=False)
    offered(world)
    world.settle()
    assert world.phone.items() == []


def test_002_11_an_offer_wakes_the_calendar_and_so_does_its_answer(make: Make) -> None:
    world = make()
    session, _ = offered(world)
    world.settle()
    assert due_links(world.sessions, now=world.clock.now()) == []
    with world.sessions.begin() as database:
        offering.close_offers(database, world.act(), [session])
    assert [one.ref for one in due_links(world.sessions, now=world.clock.now())] == ["priya"]
    assert world.sync().writes == 1
    assert world.phone.items() == []


@pytest.mark.parametrize("state", [OfferState.ACCEPTED, OfferState.DECLINED])
def test_002_11_a_request_goes_with_the_answer(make: Make, state: OfferState) -> None:
    world = make()
    _, ref = offered(world)
    world.settle()
    answer(world, ref, state)
    world.settle()
    assert world.phone.items() == []


def test_002_11_a_request_goes_when_the_session_has_begun(make: Make) -> None:
    world = make()
    offered(world)
    world.settle()
    world.clock.at = at(10, 10)
    assert offering.expire_offers(world.sessions, world.act()) == 1
    world.settle()
    assert world.phone.items() == []


def test_002_11_who_is_picked_has_the_session_in_its_place(make: Make) -> None:
    world = make()
    _, ref = offered(world)
    world.settle()
    answer(world, ref, OfferState.ACCEPTED)
    offering.pick(world.sessions, world.act(), ref)
    world.settle()
    shown = world.phone.only().master
    assert shown is not None
    assert (shown.summary, shown.status, shown.categories) == (
        "Session C-100", "CONFIRMED", frozenset({"Client session"}),
    )  # fmt: skip


def test_002_11_a_session_that_is_moved_moves_its_request(make: Make) -> None:
    world = make()
    session, _ = offered(world)
    world.settle()
    changing.move(world.sessions, world.act(), str(session), Move(start="2026-03-11 12:00"), None)
    world.settle()
    shown = world.phone.only().master
    assert shown is not None
    assert (shown.start, shown.summary) == (at(11, 12), "Request")


@pytest.mark.parametrize("code", [*GESTURES, "E8", "E9"])
def test_002_11_every_edit_of_a_request_is_refused_and_put_back(make: Make, code: str) -> None:
    """Deleting it is no answer either."""
    world = make()
    session, ref = offered(world)
    world.settle()
    gestures = GESTURES | {
        "E8": lambda world, uid: world.phone.edit(uid, summary="Yes"),
        "E9": lambda world, uid: world.phone.edit(uid, description="I can"),
    }
    gestures[code](world, world.phone.only().uid)
    world.settle()
    assert world.judged() == [(code, "REFUSED", "REQUEST_PENDING")]
    back = world.phone.only().master
    assert back is not None
    assert (back.start, back.end, back.status, back.summary) == (at(10), at(10, 11), "TENTATIVE", "Request")
    assert (back.location, back.description) == ("ADL1", "")
    assert world.notices().count("REQUEST_PENDING") == 1
    (still,) = offering.list_offers(world.sessions, session=str(session), worker=None)
    assert (still.ref, still.state) == (ref, "PENDING")


def test_002_11_on_a_one_way_link_it_is_the_link_that_refuses(make: Make) -> None:
    world = make(mode=Mode.ONE_WAY)
    offered(world)
    world.settle()
    world.phone.move(world.phone.only().uid, at(10, 15))
    world.settle()
    assert world.judged() == [("E1", "REFUSED", "READ_ONLY_LINK")]


def test_002_11_one_occurrence_is_offered_without_its_series(make: Make) -> None:
    world = make()
    series = world.add_series(at(3), "FREQ=WEEKLY;COUNT=3")
    with world.series(series) as row:
        row.workers.clear()
        for occurrence in row.occurrences:
            occurrence.workers.clear()
        second = row.occurrences[1].id
    ref = offer(world, second)
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert (event.master.start, event.master.summary, event.rule) == (at(10), "Request", None)
    answer(world, ref, OfferState.ACCEPTED)
    offering.pick(world.sessions, world.act(), ref)
    world.settle()
    (shown,) = world.phone.events()
    assert [one.summary for one in (shown.overrides.values() or [shown.master]) if one] == ["Session C-100"]
    assert world.judged() == []


def test_002_11_an_offered_occurrence_that_is_deleted_takes_its_request_along(make: Make) -> None:
    world = make()
    series = world.add_series(at(3), "FREQ=WEEKLY;COUNT=3", status="DRAFT")
    with world.series(series) as row:
        row.workers.clear()
        for occurrence in row.occurrences:
            occurrence.workers.clear()
        second = row.occurrences[1].id
    offer(world, second)
    world.settle()
    assert len(world.phone.items()) == 1
    cancelling.delete(world.sessions, world.act(), str(second), Scope.THIS_ONLY)
    world.settle()
    assert world.phone.items() == []
