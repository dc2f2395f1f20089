"""Overrides as resources of their own: a series and its parts are one event, wherever they stand (FAILURES B21)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from model.details import Status
from model.link import MappingState
from model.moment import key
from model.session import Session
from sync.event import Component, Event
from sync.ports import Item
from tests.fake.world import FakeWorld, at, dentist

SPLIT = {"splits_overrides": True}


def begun(world: FakeWorld, **switches: object) -> UUID:
    """A series of six Tuesdays on a server with these switches."""
    for name, value in {"accepts_twins": True, **switches}.items():
        setattr(world.fake.switches, name, value)
    world.link_up()
    series = world.add_series(at(17), "FREQ=WEEKLY;BYDAY=TU;COUNT=6")
    settle(world)
    return series


def settle(world: FakeWorld) -> None:
    for _ in range(6):
        world.clock.advance(minutes=1)
        report = world.sync()
        assert report.ok, report
        if not report.lines:
            return
    raise AssertionError(f"not quiet: {report}")


def whole(world: FakeWorld) -> Event:
    """The one series there, put together as a calendar app shows it."""
    events = world.phone.events()
    (master,) = [event for event in events if event.master is not None]
    overrides = {rid: c for event in events for rid, c in event.overrides.items()}
    assert {event.uid for event in events} == {master.uid}
    return Event(
        uid=master.uid, master=master.master, rule=master.rule, exdates=master.exdates, overrides=overrides
    )


def parts(world: FakeWorld) -> list[Item]:
    return [item for item in world.phone.items() if world.phone.read(item).master is None]


def put_part(
    world: FakeWorld, original: datetime, start: datetime, name: str = "part-phone", **values: object
) -> str:
    """What such a server makes of a practitioner's moving one occurrence."""
    series = whole(world)
    stands = series.occurrence(key(original))
    assert stands is not None
    moved = Component(start=start, end=start + timedelta(hours=1), summary=stands.summary, marks=stands.marks,
                      location=stands.location, classification=stands.classification,
                      categories=stands.categories, **values)  # type: ignore[arg-type]  # fmt: skip
    alone = Event(uid=series.uid, master=None, overrides={key(original): moved})
    later = world.clock.now() + timedelta(seconds=1)
    old = next(
        (item.href for item in parts(world) if key(original) in world.phone.read(item).overrides), None
    )
    href = old or f"{world.server.path}{name}.ics"
    world.server.put(href, world.codec.write(alone, now=later))
    return href


def occurrence(world: FakeWorld, original: datetime) -> Session:
    name = original.strftime("%Y-%m-%dT%H:%M:%S")
    return next(s for s in world.all_sessions() if s.occurrence_key == name)


@pytest.mark.parametrize(
    "switches", [SPLIT, {**SPLIT, "no_etag_on_put": True}, {**SPLIT, "no_sync_token": True}, {}]
)
def test_b21_an_occurrence_moved_there_moves_here(world: FakeWorld, switches: dict[str, object]) -> None:
    begun(world, **switches)
    put_part(world, at(24), at(25, 11))
    settle(world)
    assert occurrence(world, at(24)).span.start == at(25, 11)
    assert [code for code, _, _ in world.judged()] == ["E2"]
    put_part(world, at(24), at(25, 15))
    settle(world)
    assert occurrence(world, at(24)).span.start == at(25, 15)
    assert [code for code, _, _ in world.judged()] == ["E2", "E1"]
    assert world.sync("reconcile").lines == ()
    assert {m.state for m in world.mappings()} == {MappingState.SYNCED}


@pytest.mark.parametrize("switches", [SPLIT, {**SPLIT, "no_etag_on_put": True}])
def test_b21_an_occurrence_moved_here_is_not_moved_back_by_the_server_that_cut_it_off(
    world: FakeWorld, switches: dict[str, object]
) -> None:
    series = begun(world, **switches)
    for hour in (12, 15, 16):
        with world.series(series) as loaded:
            row = next(o for o in loaded.occurrences if o.span.start.date() == at(24).date())
            row.move(row.span.starting(at(24, hour)))
            row.is_exception = True
        settle(world)
        assert whole(world).overrides[key(at(24))].start == at(24, hour)
        assert len(parts(world)) == 1
    assert world.judged() == []
    with world.series(series) as loaded:
        row = next(o for o in loaded.occurrences if o.span.start.date() == at(24).date())
        row.move(row.span.starting(at(24)))
        row.is_exception = False
    settle(world)
    assert whole(world).overrides == {}
    assert world.judged() == []


def test_b21_what_is_refused_is_put_back_and_the_part_goes(world: FakeWorld) -> None:
    begun(world)
    put_part(world, at(24), at(24), transparent=True)
    settle(world)
    assert [(code, state) for code, state, _ in world.judged()] == [("E12", "REFUSED")]
    assert parts(world) == []
    assert whole(world).overrides == {}


def test_b21_a_part_that_is_gone_leaves_what_the_rule_says(world: FakeWorld) -> None:
    begun(world)
    href = put_part(world, at(24), at(25, 11))
    settle(world)
    world.server.delete(href)
    settle(world)
    assert occurrence(world, at(24)).span.start == at(24)
    assert [code for code, _, _ in world.judged()] == ["E2", "E2"]


def test_b21_with_the_series_its_parts_go(world: FakeWorld) -> None:
    series = begun(world)
    put_part(world, at(24), at(25, 11))
    settle(world)
    with world.series(series) as loaded:
        for row in [loaded, *loaded.occurrences]:
            row.workers = []
    settle(world)
    assert world.phone.items() == []


def test_b21_a_series_deleted_there_is_put_back_in_one_piece(world: FakeWorld) -> None:
    begun(world)
    put_part(world, at(24), at(25, 11))
    settle(world)
    world.phone.delete(whole(world).uid)
    settle(world)
    assert [code for code, _, _ in world.judged()] == ["E2", "E5"]
    assert whole(world).overrides[key(at(24))].start == at(25, 11)
    assert parts(world) == []


@pytest.mark.parametrize("name", ["a-part", "z-part"])
def test_b21_a_series_of_the_practitioners_own_is_taken_in_with_its_parts_whichever_comes_first(
    world: FakeWorld, name: str
) -> None:
    world.link_up()
    own = dentist("course", at(17))
    from_rule = "FREQ=WEEKLY;BYDAY=TU;COUNT=6"
    body = world.codec.write(own, now=world.clock.now()).replace(
        b"SUMMARY:", b"RRULE:" + from_rule.encode() + b"\r\nSUMMARY:"
    )
    world.phone.add_raw("m-series", body)
    put_part(world, at(24), at(25, 11), name=name)
    settle(world)
    assert occurrence(world, at(24)).span.start == at(25, 11)
    assert sorted(code for code, _, _ in world.judged()) == ["E17", "E2"]
    assert len(world.all_sessions()) == 6
    assert world.sync("reconcile").lines == ()
    assert all(session.status is not Status.CANCELLED for session in world.all_sessions())


def test_b21_an_override_without_its_series_is_an_event_until_the_series_comes(world: FakeWorld) -> None:
    world.link_up()
    alone = Event(uid="invited", master=None, overrides={key(at(24)): dentist("x", at(25, 11)).master})  # type: ignore[dict-item]
    world.phone.add_raw("alone", world.codec.write(alone, now=world.clock.now()))
    settle(world)
    assert [session.span.start for session in world.all_sessions()] == [at(25, 11)]
    moved = Event(uid="invited", master=None, overrides={key(at(24)): dentist("x", at(26, 11)).master})  # type: ignore[dict-item]
    world.server.put(f"{world.server.path}alone.ics", world.codec.write(moved, now=world.clock.now()))
    settle(world)
    assert [session.span.start for session in world.all_sessions()] == [at(26, 11)]
