"""What a client asked for, in calendars: tentative, nobody named, and no gesture moves it (R64, 004-25)."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from model.details import Source, Status
from sync.settings import PrivacySettings, Settings
from tests.unit.syncing.test_locks import GESTURES
from tests.world import World, at


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World(sqlite_url)
    yield made
    made.close()


def asked(world: World) -> UUID:
    session = world.add_session(at(10))
    with world.session(session) as row:
        row.status, row.source = Status.PENDING, Source.ONLINE
    world.settle()
    return session


@pytest.mark.parametrize("level", ["busy", "reference", "initials", "full_name"])
def test_r64_a_request_is_tentative_and_names_nobody_at_any_level(sqlite_url: str, level: str) -> None:
    world = World(sqlite_url, level=level, settings=Settings(privacy=PrivacySettings(maximum="initials")))
    asked(world)
    shown = world.phone.only().master
    assert shown is not None
    assert (shown.summary, shown.status, shown.transparent) == (
        "Busy" if level == "busy" else "Request", "TENTATIVE", False,
    )  # fmt: skip
    assert b"C-10" not in world.phone.items()[0].body
    world.close()


@pytest.mark.parametrize("code", GESTURES)
def test_004_25_every_gesture_on_a_request_is_refused(world: World, code: str) -> None:
    asked(world)
    before = world.phone.only()
    GESTURES[code](world, before.uid)
    world.settle()

    assert world.judged() == [(code, "REFUSED", "REQUEST_PENDING")]
    back = world.phone.only()
    assert back.master is not None
    assert before.master is not None
    assert (back.master.start, back.master.end, back.master.status) == (at(10), at(10, 11), "TENTATIVE")
    assert world.notices() == ["REQUEST_PENDING"]


def test_r64_what_was_accepted_is_the_same_event_and_an_ordinary_session(world: World) -> None:
    session = asked(world)
    uid = world.phone.only().uid
    with world.session(session) as row:
        row.become(Status.ROSTERED)
    world.settle()
    event = world.phone.only()
    assert event.master is not None
    assert (event.uid, event.master.status, event.master.summary) == (uid, "CONFIRMED", "Session C-100")
    world.phone.move(uid, at(10, 15))
    world.settle()
    assert world.judged() == [("E1", "APPLIED", "")]


def test_003_08_padding_is_in_no_calendar(world: World) -> None:
    session = world.add_session(at(10))
    world.settle()
    with world.session(session) as row:
        row.padding_min = 10
    assert world.sync().writes == 0
    event = world.phone.only()
    assert event.master is not None
    assert (event.master.start, event.master.end) == (at(10), at(10, 11))
