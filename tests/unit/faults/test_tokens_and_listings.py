"""Listings that lie by leaving out: nothing is taken for deleted that was not proven to be gone (B10-B19)."""

import pytest

from model.link import LinkState
from tests.fake.world import FakeWorld, at, begun, dentist, play_story


def starts(world: FakeWorld) -> list[object]:
    return [session.span.start for session in world.all_sessions()]


def test_b11_a_deletion_behind_a_token_that_was_forgotten_is_found_by_the_reconciliation(
    world: FakeWorld,
) -> None:
    begun(world, token_accepts_anything=True)
    world.phone.delete("gym")
    world.server.forget_tokens()
    world.persist()
    world.persist(job="reconcile")
    assert at(14) not in starts(world)
    world.check()


def test_b12_a_deletion_that_no_report_names_is_found_by_the_reconciliation(world: FakeWorld) -> None:
    begun(world).fake.switches.token_loses_deletes = True  # since it was tried out
    world.phone.delete("gym")
    world.persist()
    assert at(14) in starts(world)
    world.persist(job="reconcile")
    assert at(14) not in starts(world)
    world.check()


@pytest.mark.parametrize("listed_first", [False, True])
def test_b12_what_was_created_and_deleted_between_two_looks_is_missed(
    world: FakeWorld, listed_first: bool
) -> None:
    """Its token is that of the empty calendar again; a listing in between shows it, and leaves the token alone."""
    linked(world)
    world.add_session(at(12))
    world.sync()
    if listed_first:
        world.sync(job="reconcile")
    (key,) = world.server.items
    world.server.delete(key)
    world.clock.advance(minutes=6)
    world.persist()
    assert [(code, state) for code, state, _ in world.judged()] == [("E5", "HELD")]
    assert len(world.server.items) == 1
    world.check()


def test_b12_what_was_created_is_asked_for_until_a_position_covers_it(world: FakeWorld) -> None:
    linked(world)
    world.add_session(at(12))
    world.sync()
    world.sync(job="reconcile")
    assert [mapping.unechoed_since for mapping in world.mappings()] == [world.clock.now()]
    world.sync()
    assert [mapping.unechoed_since for mapping in world.mappings()] == [None]
    assert world.sync().quiet


def linked(world: FakeWorld) -> None:
    """In step with an empty calendar, on a server that compares states."""
    world.fake.switches.compares_trees = True
    world.link_up()
    world.sync()


def test_b12_a20_a_member_of_unknown_status_is_asked_for_by_name(world: FakeWorld) -> None:
    begun(world, member_418=True)
    world.phone.delete("gym")
    world.persist()
    assert at(14) not in starts(world)
    world.check()


@pytest.mark.parametrize("no_sync_token", [False, True])
def test_b18_e7_what_leaves_the_window_of_the_server_is_not_gone(
    world: FakeWorld, no_sync_token: bool
) -> None:
    begun(world, no_sync_token=no_sync_token)
    stood = sorted(map(str, starts(world)))
    world.fake.switches.window_days = 10
    world.phone.add(dentist("haircut", at(9)))
    world.persist()
    world.persist(job="reconcile")
    assert sorted(map(str, starts(world))) == sorted([*stood, str(at(9))])
    assert len(world.server.items) == 7
    assert [code for code, _, _ in world.judged()] == ["E17"] * 3
    world.fake.switches.window_days = 0
    world.check()


def test_b17_e8_an_old_copy_read_back_after_our_write_is_not_somebodys_edit(world: FakeWorld) -> None:
    """Bedework hands out the copy from before a PUT for a while: ours was written later, and stays."""
    begun(world, rewrites="sorts")
    session = min(world.all_sessions(), key=lambda one: one.span.start)
    world.fake.switches.lag, world.fake.switches.lagging_gets = 3, True
    for hour in (12, 15):
        with world.session(session.id) as moved:
            moved.move(moved.span.starting(at(10, hour)))
        world.sync()
        assert starts(world).count(at(10, hour)) == 1
    for _ in range(6):
        world.clock.advance(minutes=1)
        assert world.sync().ok
        assert at(10, 15) in starts(world)
    assert at(10, 15) in starts(world)
    assert [code for code, _, _ in world.judged()] == ["E17"] * 2
    world.check()


def test_b17_a_test_event_that_is_still_listed_is_nobodys_event(world: FakeWorld) -> None:
    """A slow server may list it long after `link add` removed it."""
    world.link_up()
    tried = [request for request in world.fake.heard if request.method == "PUT"]
    for number, request in enumerate(tried):
        world.phone.add_raw(f"trial-{number}", request.body)
    world.persist()
    assert world.all_sessions() == []
    assert world.mappings() == []


def test_b16_e6_a_server_put_back_to_an_empty_backup_is_not_believed(world: FakeWorld) -> None:
    world.link_up()
    backup = world.server.snapshot()
    world.begin()
    world.persist()
    stood = starts(world)
    world.server.restore(backup)
    world.sync()
    assert (world.link().state, world.link().state_reason) == (LinkState.SUSPENDED, "MASS_CHANGE")
    assert starts(world) == stood
    assert world.server.items == {}


def test_b14_a_report_in_pages_is_read_to_its_end(world: FakeWorld) -> None:
    begun(world)
    for day in range(20, 27):
        world.phone.add(dentist(f"d{day}", at(day)))
    world.fake.switches.pages = 3
    world.fake.requests.clear()
    assert world.sync().ok
    assert world.fake.requests["REPORT"] == 3 + 1
    assert {at(day) for day in range(20, 27)} <= set(starts(world))


def test_b13_no_limit_is_ever_sent(world: FakeWorld) -> None:
    play_story(world, before=lambda: setattr(world.fake.switches, "truncates", 1))
    world.check_story()
    assert not any(b"limit" in request.body for request in world.fake.heard)


def test_b19_a_task_is_never_an_event_of_ours(world: FakeWorld) -> None:
    begun(world, comp_filter_ignored=True)
    inside = b"BEGIN:VTODO\r\nUID:task\r\nDTSTAMP:20260301T000000Z\r\nDUE:20260310T000000Z\r\nEND:VTODO\r\n"
    task = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + inside + b"END:VCALENDAR\r\n"
    world.phone.add_raw("task", task)
    count = len(world.all_sessions())
    world.persist()
    assert len(world.all_sessions()) == count
    assert world.server.items[f"{world.server.path}task.ics"].body == task
