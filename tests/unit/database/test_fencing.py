"""The lease on a link: one holder at a time, and whoever lost it writes nothing more (FAILURES E11, E12)."""

from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.runner import Busy
from model.link import EventMapping, MappingState
from sync.errors import LeaseLost
from sync.store import Lease
from tests.world import World


def taken(world: World) -> Lease | None:
    return world.runner.store.take_lease(world.link_id, owner="other", run_id=world.new_id(), job="sync")


def test_e11_a_leased_link_is_run_by_nobody_else(world: World) -> None:
    assert taken(world) is not None
    assert taken(world) is None
    assert world.runner.sync(world.link_id) == Busy(reason="LEASED")


def test_e11_a_lease_that_ran_out_is_free_again_under_a_higher_number(world: World) -> None:
    first = taken(world)
    world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    second = taken(world)
    assert first is not None
    assert second is not None
    assert second.fence > first.fence


def test_e11_each_step_of_a_run_renews_its_lease(world: World) -> None:
    mine = taken(world)
    assert mine is not None
    for _ in range(3):
        world.clock.advance(seconds=world.settings.sync.lease_s - 1)
        with world.runner.store.work(mine):
            pass
    assert taken(world) is None


@pytest.mark.parametrize("step", ["work", "ending"])
def test_e12_who_lost_the_lease_writes_nothing(world: World, step: str) -> None:
    stale = taken(world)
    world.clock.advance(seconds=world.settings.sync.lease_s + 1)
    fresh = taken(world)
    assert stale is not None
    assert fresh is not None
    with pytest.raises(LeaseLost), getattr(world.runner.store, step)(stale) as found:
        pytest.fail(f"a stale holder was let in: {found}")
    with world.runner.store.work(fresh) as work:
        work.link.ctag = "ours"
    assert world.link().ctag == "ours"


def test_e12_a_run_that_was_overtaken_ends_with_that_and_leaves_the_link_to_the_other(world: World) -> None:
    world.server.watch = lambda _: overtake()
    overtaken: list[Lease | None] = []

    def overtake() -> None:
        if not overtaken:
            world.clock.advance(seconds=world.settings.sync.lease_s + 1)
            overtaken.append(taken(world))

    report = world.sync()
    assert isinstance(report.error, LeaseLost)
    link = world.link()
    assert (link.lease_owner, link.last_ok_at, link.sync_token) == ("other", None, None)


def test_e11_one_uid_is_one_mapping_of_a_link(world: World) -> None:
    def mapping(row_id: UUID) -> EventMapping:
        return EventMapping(
            id=row_id, link_id=world.link_id, uid="u", href="/a", href_key="/a", state=MappingState.SYNCED
        )

    with pytest.raises(IntegrityError), world.sessions.begin() as db:
        db.add_all([mapping(world.new_id()), mapping(world.new_id())])
