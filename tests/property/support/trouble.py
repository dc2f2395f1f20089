"""What goes wrong on the wire in a history over HTTP: answers that never come, come from somebody else, or break off.

A run may fail of it; the link stays runnable, nobody's booking is lost, and once it is over the next run goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from model.link import RUNNABLE
from sync.run import Report
from tests.fake.world import FakeWorld
from tests.property.support import oracle
from tests.property.support.invariants import check_all
from tests.property.support.play import Gesture, Play
from tests.property.support.server import run

_TOLD = ("", "300", "date")


def troubled(switch: str, also: Callable[[FakeWorld, int], None] = lambda _, __: None) -> Gesture:
    """One run into so many answers of that kind; then it is waited until the server is itself again."""

    def gesture(play: Play, count: int, how: int, _: int) -> None:
        world, before = _wired(play), oracle.clients_of(play)
        also(world, how)
        with _switched(world, switch, 1 + count):
            report = world.runner.sync(world.link_id)
        assert isinstance(report, Report), report
        oracle.check_untouched(before, play)
        assert world.link().state in RUNNABLE, world.link().last_error
        world.clock.advance(minutes=20)  # longer than any Retry-After, and than a 401 is taken for throttling

    return gesture


def _throttle(world: FakeWorld, how: int) -> None:
    switches = world.fake.switches
    switches.throttle_status, switches.retry_after = (429, 503)[how % 2], _TOLD[how % 3]
    switches.unauthorised_after_throttling = how % 2


def poison(play: Play, which: int, _: int, __: int) -> None:
    """For one run the server fails whenever it would have to hand out one item; all the others go on (I9)."""
    world = _wired(play)
    events = world.phone.events()
    with _switched(world, "poison", events[which % len(events)].uid if events else ""):
        report = world.sync()
    assert report.ok, report.error


def rest(play: Play, _: int, __: int, ___: int) -> None:
    """A pause in the middle of a history: everything settles, and all must hold."""
    oracle.settle(play)
    check_all(play)


def tokens_expire_in_a_run(play: Play, nth: int, _: int, __: int) -> None:
    """The server forgets its tokens while a run is between two requests."""
    server, left = play.world.server, nth

    def act(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            server.forget_tokens()

    unwatched, server.watch = server.watch, act
    run(play, 0, 0, 0)
    server.watch = unwatched


def _wired(play: Play) -> FakeWorld:
    assert isinstance(play.world, FakeWorld)
    return play.world


@contextmanager
def _switched(world: FakeWorld, switch: str, value: object) -> Iterator[None]:
    was = getattr(world.fake.switches, switch)
    setattr(world.fake.switches, switch, value)
    yield
    setattr(world.fake.switches, switch, type(was)())
    world.fake.switches.unauthorised_after_throttling = 0


TROUBLE: dict[str, Gesture] = {
    "throttled": troubled("throttles", _throttle),
    "half_answers": troubled("halves"),
    "login_pages": troubled("html"),
    "gateway": troubled("gateway_after"),
    "poison": poison,
    "rest": rest,
    "tokens_expire_in_a_run": tokens_expire_in_a_run,
}
