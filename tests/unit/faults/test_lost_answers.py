"""Throttles, login pages and connections that break: the run ends in a clear error, the next one goes on (A1-A19)."""

from datetime import timedelta

import pytest

from model.link import LinkState
from sync.errors import LinkError, NotAuthorised, Throttled, Unreachable
from sync.href import canonical_href
from tests.fake.wire import Request
from tests.fake.world import FakeWorld, at, play_story


def failing(world: FakeWorld) -> LinkError:
    """One run that must fail."""
    report = world.sync()
    assert report.error is not None
    return report.error


@pytest.mark.parametrize("switch", ["halves", "html"])
def test_a3_a19_no_answer_but_a_whole_multistatus_counts(world: FakeWorld, switch: str) -> None:
    play_story(world, between=lambda: setattr(world.fake.switches, switch, 4))
    world.check_story()


@pytest.mark.parametrize("nth", range(6))
@pytest.mark.parametrize("switch", ["resets_before", "resets_after", "gateway_after"])
def test_a1_a2_a18_a_write_of_unknown_outcome_is_never_made_twice(
    world: FakeWorld, switch: str, nth: int
) -> None:
    """Whatever write of the story it is; on a server that would keep twins."""
    world.fake.switches.accepts_twins = True
    writes = 0

    def one_gets_lost(when: str, request: Request) -> None:
        nonlocal writes
        writes += when == "before" and request.writes
        if writes == nth + 1 and when == "before" and request.writes:
            setattr(world.fake.switches, switch, 1)

    play_story(world, between=lambda: setattr(world.fake, "watch", one_gets_lost))
    assert writes
    world.check_story()


@pytest.mark.parametrize("switch", ["resets_after", "gateway_after"])
def test_a2_b17_a_lost_answer_on_a_lagging_server_leaves_no_twin(world: FakeWorld, switch: str) -> None:
    """What a search cache does not show yet may be there all the same: only a GET says that it is not."""
    world.link_up()
    world.fake.switches.accepts_twins, world.fake.switches.lag = True, 12
    world.add_session(at(10))
    setattr(world.fake.switches, switch, 1)
    world.persist(runs=12)
    world.check()


def test_a4_a_refused_password_stops_the_link_at_once(world: FakeWorld) -> None:
    world.link_up()
    world.begin()
    world.persist()
    world.fake.switches.unauthorised = True
    world.fake.requests.clear()
    assert isinstance(failing(world), NotAuthorised)
    assert world.link().state is LinkState.NEEDS_REAUTH
    assert sum(world.fake.requests.values()) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("says", ["300", "date"])
def test_a16_retry_after_is_a_floor(world: FakeWorld, status: int, says: str) -> None:
    world.link_up()
    world.begin()
    switches = world.fake.switches
    switches.throttles, switches.throttle_status, switches.retry_after = 1, status, says
    error = failing(world)
    assert isinstance(error, Throttled)
    wanted = timedelta(minutes=2) if says == "date" else timedelta(seconds=300)
    assert error.retry_after == wanted
    assert world.link().next_run_at >= world.clock.now() + wanted
    world.clock.at = world.link().next_run_at
    world.persist()
    world.check()


def test_a5_a_401_after_429_is_no_wrong_password(world: FakeWorld) -> None:
    """Not even in the next run, which is another process perhaps."""
    world.link_up()
    world.begin()
    world.fake.switches.throttles, world.fake.switches.unauthorised_after_throttling = 1, 2
    for _ in range(3):
        assert isinstance(failing(world), Throttled)
        assert world.link().state is LinkState.ACTIVE
        world.clock.advance(minutes=2)
    world.persist()
    world.check()


def test_a5_a_wrong_password_is_told_once_the_throttling_is_long_over(world: FakeWorld) -> None:
    world.link_up()
    world.fake.switches.throttles = 1
    assert isinstance(failing(world), Throttled)
    world.fake.switches.unauthorised = True
    world.clock.advance(minutes=2)
    assert isinstance(failing(world), Throttled)
    world.clock.advance(minutes=9)
    assert isinstance(failing(world), NotAuthorised)
    assert world.link().state is LinkState.NEEDS_REAUTH


def test_a17_one_poisonous_item_spoils_nothing_but_itself(world: FakeWorld) -> None:
    world.link_up()
    world.begin()
    world.persist()
    world.fake.switches.poison = "dentist"
    world.phone.move("dentist", at(13, 16))
    world.phone.move("gym", at(14, 16))
    report = world.sync()
    assert report.ok
    assert report.counts["unfetched"] == 1
    assert at(14, 16) in [session.span.start for session in world.all_sessions()]
    assert len(world.mappings()) == 6
    world.fake.switches.poison = ""
    world.persist()
    world.check()
    assert at(13, 16) in [session.span.start for session in world.all_sessions()]


def test_a17_an_item_that_moved_and_is_poisonous_is_neither_gone_nor_in_the_way(world: FakeWorld) -> None:
    world.link_up()
    world.begin()
    world.persist()
    (dentists,) = (item for item in world.phone.items() if world.phone.read(item).uid == "dentist")
    world.server.relocate(canonical_href(dentists.href), f"{world.server.path}elsewhere.ics")
    world.phone.move("gym", at(14, 16))
    world.fake.switches.poison = "dentist"
    assert world.sync().ok
    starts = [session.span.start for session in world.all_sessions()]
    assert {at(13), at(14, 16)} <= set(starts)
    world.fake.switches.poison = ""
    world.persist()
    world.check()
    assert [code for code, _, _ in world.judged()].count("E17") == 2


def test_a19_a_login_page_in_place_of_everything_is_told_and_changes_nothing(world: FakeWorld) -> None:
    world.link_up()
    world.begin()
    world.persist()
    world.fake.switches.html = 1000
    error = failing(world)
    assert isinstance(error, Unreachable)
    assert not isinstance(error, NotAuthorised)
    world.fake.switches.html = 0
    world.persist()
    world.check()
    assert world.judged().count(("E5", "HELD", "CLIENT_BOOKING_DELETE")) == 0
