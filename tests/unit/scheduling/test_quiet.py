"""A run that finds nothing to do: what it costs in statements, and that nothing is overlooked for it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, update

from adapters.database.surveying import Surveyed
from adapters.runner import Busy
from model.base import Revision
from model.journal import SyncRun
from model.link import CalendarLink, EventMapping, MappingState
from sync.errors import LeaseLost
from tests.world import ADELAIDE, World

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World(database_url)
    made.add_session(MONDAY)
    made.settle()
    made.clock.advance(minutes=5)
    yield made
    made.close()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database, without what begins and ends transactions."""
    sent: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def kinds(sent: list[str]) -> list[str]:
    return [statement.split()[0] for statement in sent]


def run(world: World) -> dict[str, int]:
    """One background run, as the service does it; what it asked the server."""
    asked: Counter[str] = Counter()
    watch, world.server.watch = world.server.watch, lambda name: (asked.update([name]), watch(name))[0]
    report = world.runner.sync(world.link_id, background=True)
    world.server.watch = watch
    assert not isinstance(report, Busy)
    assert report.ok
    return {name.removeprefix("before "): count for name, count in asked.items() if name.startswith("before")}


def test_a_run_without_changes_costs_six_statements_and_one_request(world: World) -> None:
    run(world)  # the host is known from now on
    world.clock.advance(minutes=5)
    with statements() as sent:
        assert run(world) == {"REPORT": 1}
    assert kinds(sent) == ["SELECT", "UPDATE", "SELECT", "SELECT", "UPDATE", "INSERT"]


def test_it_costs_the_same_however_many_events_there_are(world: World) -> None:
    run(world)
    for day in range(1, 40):
        world.add_session(MONDAY + timedelta(days=day))
    world.settle()
    world.clock.advance(minutes=5)
    with statements() as sent:
        assert run(world) == {"REPORT": 1}
    assert len(sent) == 6


def test_it_leaves_the_link_as_any_good_run_does(world: World) -> None:
    run(world)
    link = world.link()
    assert (link.last_ok_at, link.lease_until, link.lease_owner) == (world.clock.now(), None, "")
    assert link.next_run_at - world.clock.now() >= timedelta(seconds=300)
    with world.sessions() as database:
        last = database.query(SyncRun).order_by(SyncRun.started_at.desc()).first()
        assert last is not None
        assert (last.result, last.counts, last.ended_at) == ("ok", {}, world.clock.now())


def test_changes_of_others_are_taken_notice_of_and_cost_no_more(world: World) -> None:
    run(world)
    with world.sessions.begin() as database:
        database.execute(update(Revision).values(latest=Revision.latest + 5))
    with statements() as sent:
        run(world)
    assert len(sent) == 6
    with world.sessions() as database:
        assert world.link().seen_rev == database.get_one(Revision, 1).latest


def test_a_change_of_ours_is_sent(world: World) -> None:
    world.add_session(MONDAY + timedelta(days=1))
    assert run(world)["PUT"] == 1


def test_a_change_there_is_read_with_the_look_that_found_it(world: World) -> None:
    world.phone.move(world.phone.only().uid, MONDAY + timedelta(hours=3))
    assert run(world) == {"REPORT": 2}
    assert [code for code, _, _ in world.judged()] == ["E1"]


@pytest.mark.parametrize("state", [MappingState.DIRTY, MappingState.UNDECIDED])
def test_what_waits_here_is_done(world: World, state: MappingState) -> None:
    with world.sessions.begin() as database:
        database.execute(update(EventMapping).values(state=state))
    run(world)
    assert {mapping.state for mapping in world.mappings()} == {MappingState.SYNCED}


@pytest.mark.parametrize(
    "values", [{"failures": 2, "last_error": "x"}, {"state_reason": "RESTORE MASS_CHANGE"}]
)
def test_what_a_good_run_forgets_is_forgotten(world: World, values: dict[str, object]) -> None:
    with world.sessions.begin() as database:
        database.execute(update(CalendarLink).values(**values))
    run(world)
    link = world.link()
    assert (link.failures, link.last_error, link.state_reason) == (0, "", "")


def test_what_a_person_sets_meanwhile_stays(world: World) -> None:
    soon = world.clock.now() + timedelta(seconds=1)

    def set_anew(_: str) -> None:
        with world.sessions.begin() as database:
            database.execute(update(CalendarLink).values(seen_rev=0, next_run_at=soon))

    world.server.watch = set_anew
    run(world)
    assert (world.link().seen_rev, world.link().next_run_at) == (0, soon)


def test_what_somebody_left_between_the_survey_and_the_lease_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = world.runner.store.survey

    def overtaken(link_id: UUID) -> Surveyed:
        found = survey(link_id)
        monkeypatch.setattr(world.runner.store, "survey", survey)
        run(world)
        with world.sessions.begin() as database:
            database.execute(update(EventMapping).values(state=MappingState.DIRTY))
        return found

    monkeypatch.setattr(world.runner.store, "survey", overtaken)
    run(world)
    assert {mapping.state for mapping in world.mappings()} == {MappingState.SYNCED}


def test_e12_who_was_overtaken_meanwhile_ends_with_that(world: World) -> None:
    def overtake(_: str) -> None:
        world.server.watch = lambda _: None
        world.clock.advance(seconds=world.settings.sync.lease_s + 1)
        store = world.runner.store
        assert store.take_lease(world.link_id, owner="other", run_id=world.new_id(), job="sync")

    world.server.watch = overtake
    report = world.runner.sync(world.link_id)
    assert not isinstance(report, Busy)
    assert isinstance(report.error, LeaseLost)
    assert world.link().lease_owner == "other"


def test_a_link_that_was_run_since_it_was_found_due_is_not_run_again(world: World) -> None:
    fence = world.link().fence
    assert run(world) == {"REPORT": 1}
    assert world.runner.sync(world.link_id, background=True, fence=fence) == Busy(reason="RUN_MEANWHILE")
