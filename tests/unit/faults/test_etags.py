"""ETags that lie or are not there, and servers that rewrite what we wrote: no edit is lost, and none is made up."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from model.link import MappingState
from tests.fake.server import FakeServer
from tests.fake.wire import Request
from tests.fake.world import FakeWorld, at, begun

Rewriting = Callable[[bytes], bytes]


def titles(world: FakeWorld) -> set[str]:
    return {session.subject for session in world.all_sessions() if session.subject}


def first(world: FakeWorld) -> str:
    """The UID of the first session with a client."""
    session = min(world.all_sessions(), key=lambda one: one.span.start)
    return next(m.uid for m in world.mappings() if m.session_id == session.id)


def move_first(world: FakeWorld, hour: int) -> None:
    session = min(world.all_sessions(), key=lambda one: one.span.start)
    with world.session(session.id) as moved:
        moved.move(moved.span.starting(at(10, hour)))


def right_after_our_put(world: FakeWorld, do: Callable[[], None]) -> None:
    """Have something happen on the server as soon as the next PUT is done."""
    done: list[str] = []

    def watch(when: str, request: Request) -> None:
        if (when, request.method) == ("after", "PUT") and not done:
            done.append(request.target)
            do()

    world.fake.watch = watch


def rewrite(world: FakeWorld, how: Rewriting, *, etag: bool) -> None:
    """The server makes something else of what we wrote, long after."""
    ours = [(key, item) for key, item in world.server.items.items() if b"X-CALENDULA" in item.body]
    for key, item in ours:
        body = how(item.body)
        if etag:
            world.server.put(item.href, body)
        else:
            world.server.items[key] = replace(item, body=body)


# --- B6: an ETag that is not the item's, or stays -----------------------------------------------------------


@pytest.mark.parametrize("no_sync_token", [False, True])
def test_b6_an_edit_in_the_same_second_that_leaves_the_etag_is_found(
    world: FakeWorld, no_sync_token: bool
) -> None:
    begun(world, dated_etags=True, no_sync_token=no_sync_token)
    assert world.link().profile["moving_etags"] is False
    world.phone.edit("dentist", summary="Dentist, upstairs")
    world.sync()
    world.clock.advance(minutes=61)
    world.fake.requests.clear()
    assert world.sync().ok
    assert "Dentist, upstairs" in titles(world)
    assert world.fake.requests.total() <= 4
    assert world.persist()[-1].ok


def test_b6_an_etag_that_stays_where_nobody_expects_it_is_found_within_a_week(world: FakeWorld) -> None:
    begun(world)
    item = world.phone.item("dentist")
    edited = item.body.replace(b"SUMMARY:Dentist", b"SUMMARY:Elsewhere").replace(b"SEQUENCE:0", b"SEQUENCE:1")
    world.server.items[item.href] = replace(item, body=edited)
    world.clock.advance(days=1)
    world.fake.requests.clear()
    world.sync("reconcile")
    assert ("Elsewhere" in titles(world), world.fake.requests["REPORT"]) == (False, 0)
    world.clock.advance(days=6)
    world.fake.requests.clear()
    world.sync("reconcile")
    assert ("Elsewhere" in titles(world), world.fake.requests["REPORT"]) == (True, 1)
    world.clock.advance(days=1)
    world.fake.requests.clear()
    world.sync("reconcile")
    assert world.fake.requests["REPORT"] == 0
    world.check()


# --- B7: no ETags -------------------------------------------------------------------------------------------


def test_b7_what_was_edited_since_is_not_overwritten_where_no_etag_says_so(world: FakeWorld) -> None:
    begun(world, no_etags=True)
    move_first(world, 14)
    uid = first(world)
    edited: list[str] = []

    def watch(when: str, request: Request) -> None:
        if (when, request.method) == ("before", "GET") and not edited:
            edited.append(request.target)
            world.phone.edit(uid, location="Upstairs")

    world.fake.watch = watch
    world.persist()
    assert edited
    assert ("E10", "REFUSED", "LOCATION_OWNED") in world.judged()
    assert world.phone.read(world.phone.item(uid)).master.start == at(10, 14)  # type: ignore[union-attr]
    world.check()


@pytest.mark.parametrize("switch", ["no_etags", "no_etag_on_put"])
def test_b7_a_text_edited_between_our_write_and_our_reading_it_back_is_the_practitioners(
    world: FakeWorld, switch: str
) -> None:
    begun(world, **{switch: True})
    dentists = next(s for s in world.all_sessions() if s.span.start == at(13))
    with world.session(dentists.id) as moved:
        moved.move(moved.span.starting(at(13, 16)))
    right_after_our_put(world, lambda: world.phone.edit("dentist", summary="Dentist, upstairs"))
    world.persist()
    assert "Dentist, upstairs" in titles(world)
    assert [code for code, _, _ in world.judged()].count("E8") == 1
    world.check()


# --- what a server makes of our writes ----------------------------------------------------------------------


def shouts(body: bytes) -> bytes:
    return re.sub(rb"SUMMARY:([^\r]*)", lambda found: b"SUMMARY:" + found[1].upper(), body)


def drops_categories(body: bytes) -> bytes:
    return re.sub(rb"CATEGORIES:[^\r]*\r\n", b"", body)


def lets_cancelled_go(body: bytes) -> bytes:
    """An override that is cancelled becomes an excluded date (Zimbra)."""
    events = re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", body, re.DOTALL)
    for event in (one for one in events[1:] if b"STATUS:CANCELLED" in one):
        name = re.search(rb"RECURRENCE-ID([^\r]*)\r\n", event)
        assert name is not None
        excluding = events[0].replace(b"RRULE:", b"EXDATE" + name[1] + b"\r\nRRULE:")
        body = body.replace(event, b"").replace(events[0], excluding)
    return body


@pytest.mark.parametrize("etag", [True, False])
@pytest.mark.parametrize("how", [shouts, drops_categories])
def test_a_late_rewriting_is_nobodys_edit_and_is_not_fought(
    world: FakeWorld, how: Rewriting, etag: bool
) -> None:
    begun(world)
    judged = world.judged()
    for hour in (14, 15, 16):
        move_first(world, hour)
        world.sync()
        world.clock.advance(minutes=7)
        rewrite(world, how, etag=etag)
        written = len(world.server.history)
        world.persist()
        world.clock.advance(days=7)
        world.persist(job="reconcile")
        assert len(world.server.history) == written  # nothing is written back
    assert [one for one in world.judged() if one not in judged] == []
    assert {m.state for m in world.mappings()} == {MappingState.SYNCED}
    assert world.phone.read(world.phone.item(first(world))).master.start == at(10, 16)  # type: ignore[union-attr]


def test_an_edit_of_the_practitioners_soon_after_our_write_is_judged(world: FakeWorld) -> None:
    begun(world)
    uid = first(world)
    world.phone.edit(uid, summary="Somebody else")
    world.persist()
    assert ("E8", "REFUSED", "TITLE_OWNED") in world.judged()
    assert world.phone.read(world.phone.item(uid)).master.summary != "Somebody else"  # type: ignore[union-attr]


def test_a_move_is_never_a_servers_doing_even_where_no_stamp_tells(world: FakeWorld) -> None:
    begun(world)
    item = world.phone.item(first(world))
    moved = re.sub(rb"(DT(?:START|END)[^:]*:\d{8}T)1", rb"\g<1>2", item.body)
    assert moved != item.body
    world.server.put(item.href, moved)
    world.persist()
    assert world.judged()[-1][:2] == ("E1", "APPLIED")


@pytest.mark.parametrize("no_etag_on_put", [False, True])
def test_b21_a_cancelled_occurrence_that_becomes_an_excluded_date_is_not_deleted_by_anybody(
    fake: FakeServer, world: FakeWorld, no_etag_on_put: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(world, no_etag_on_put=no_etag_on_put)
    kept = world.server._rewritten
    monkeypatch.setattr(world.server, "_rewritten", lambda body: lets_cancelled_go(kept(body)))
    series = next(m for m in world.mappings() if m.series_id)
    with world.series(series.series_id) as loaded:  # type: ignore[arg-type]
        row = sorted(loaded.occurrences, key=lambda one: one.starts_at)[1]
        row.status = type(row.status).CANCELLED
    world.persist()
    assert b"EXDATE" in world.phone.item(series.uid).body
    assert [code for code, _, _ in world.judged()] == ["E17", "E17"]
    assert fake.mails == 0


def test_a_server_that_puts_its_own_times_into_what_it_stores_is_known_for_it(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    restamped = iter(range(10_000, 90_000))
    monkeypatch.setattr(
        world.server,
        "_rewritten",
        lambda body: re.sub(rb"LAST-MODIFIED:[^\r]*", b"LAST-MODIFIED:20990101T0%dZ" % next(restamped), body),
    )
    begun(world, no_etag_on_put=True)
    assert world.link().profile["keeps_stamps"] is False
    world.edit_both_sides()
    world.persist()
    world.check_story()


def test_a_place_is_never_a_servers_doing_even_where_no_stamp_tells(world: FakeWorld) -> None:
    """What is acted on is judged: the name of a room moves a session there, once somebody says so (E10)."""
    begun(world)
    item = world.phone.item(first(world))
    world.server.put(item.href, item.body.replace(b"LOCATION:ADL1", b"LOCATION:Room 1"))
    world.persist()
    assert ("E10", "HELD", "LOCATION_OWNED") in world.judged()


def test_two_edits_in_one_second_are_both_the_practitioners(world: FakeWorld) -> None:
    """The second has the stamp of the first: but the first was not ours."""
    begun(world)
    dentists = next(s for s in world.all_sessions() if s.span.start == at(13))
    with world.session(dentists.id) as moved:
        moved.move(moved.span.starting(at(13, 16)))
    world.sync()
    world.phone.edit("dentist", summary="Dentist, upstairs")
    world.sync()
    world.phone.edit("dentist", summary="Dentist, downstairs")
    world.persist()
    assert "Dentist, downstairs" in titles(world)
