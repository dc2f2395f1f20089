"""What runs, servers and networks do, in a history."""

import re

from sync.href import canonical_href
from tests.property.support import oracle
from tests.property.support.invariants import check_at_rest
from tests.property.support.mortal import Fate, dies
from tests.property.support.play import Gesture, Play


def run(play: Play, _: int, __: int, ___: int) -> None:
    _run(play, "sync")


def reconcile(play: Play, _: int, __: int, ___: int) -> None:
    _run(play, "reconcile")


def _run(play: Play, job: str) -> None:
    """One run, watched: nobody's booking is lost, and whatever came in has its verdict."""
    world = play.world
    before, came, stood = oracle.clients_of(play), oracle.unjudged(play), oracle.standing(play)
    quiet_here = not oracle.changed_here(play)
    report = world.sync(job)
    assert report.ok, report.error
    oracle.check_untouched(before, play)
    oracle.check_kept(stood, play)
    oracle.check_bounded(play)
    if job in {play.stage.job, "reconcile"}:
        oracle.check_judged(came, play, quiet_here=quiet_here)
        if not report.lines:
            check_at_rest(play)


def plan(play: Play, _: int, __: int, ___: int) -> None:
    """A dry run changes nothing anywhere."""
    world = play.world
    before = (_bodies(play), oracle.clients_of(play), world.judged(), world.history())
    report = world.runner.plan(world.link_id)
    assert report.ok, report.error
    after = (_bodies(play), oracle.clients_of(play), world.judged(), world.history())
    assert before == after


def _bodies(play: Play) -> dict[str, bytes]:
    """What is there; of ETags no more than that a server may change them by itself (B5)."""
    return {key: item.body for key, item in play.world.server.items.items()}


def die_after_write(play: Play, nth: int, _: int, __: int) -> None:
    """The process ends right after a write, before anything is settled."""
    _die(play, Fate(die_at=1 + nth % 4, only="after a write"))


def die_before_write(play: Play, nth: int, _: int, __: int) -> None:
    _die(play, Fate(die_at=1 + nth % 4, only="before PUT"))


def die_anywhere(play: Play, nth: int, more: int, _: int) -> None:
    _die(play, Fate(die_at=1 + nth + 8 * more))


def _die(play: Play, fate: Fate) -> None:
    before = oracle.clients_of(play)
    dies(play.world, fate)
    oracle.check_untouched(before, play)


def forget_tokens(play: Play, _: int, __: int, ___: int) -> None:
    play.world.server.forget_tokens()


def lose_answer(play: Play, count: int, _: int, __: int) -> None:
    play.world.server.lost_answers = 1 + count % 2
    run(play, 0, 0, 0)
    play.world.server.lost_answers = 0


def lose_request(play: Play, count: int, _: int, __: int) -> None:
    play.world.server.lost_requests = 1 + count % 2
    run(play, 0, 0, 0)
    play.world.server.lost_requests = 0


def relocate(play: Play, which: int, _: int, __: int) -> None:
    """The server moves an item to another href."""
    items = play.world.phone.items()
    if items:
        item = items[which % len(items)]
        key = canonical_href(item.href)
        play.world.server.relocate(key, f"{play.world.server.path}moved-{play.number()}.ics")


def touch(play: Play, which: int, stamped: int, _: int) -> None:
    """The server gives an item another ETag, and perhaps another stamp: nothing was changed."""
    items = play.world.phone.items()
    if items:
        item = items[which % len(items)]
        body = (
            re.sub(rb"DTSTAMP:[0-9TZ]+", b"DTSTAMP:20260303T010203Z", item.body) if stamped % 2 else item.body
        )
        play.world.server.touch(canonical_href(item.href), body)


SERVER: dict[str, Gesture] = {
    "run": run,
    "reconcile": reconcile,
    "plan": plan,
    "die_after_write": die_after_write,
    "die_before_write": die_before_write,
    "die_anywhere": die_anywhere,
    "forget_tokens": forget_tokens,
    "lose_answer": lose_answer,
    "lose_request": lose_request,
    "relocate": relocate,
    "touch": touch,
}
