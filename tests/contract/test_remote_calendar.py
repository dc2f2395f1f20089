"""What every RemoteCalendar must do: the double, the fake server, Radicale, Xandikos, and each listed server.

Where servers differ within what the port allows (a UID taken twice, a token answered with everything), the
test says so and demands what is left.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from adapters.dav.calendar import CalDavCalendar
from adapters.dav.probe import probe
from adapters.dav.profile import Profile
from adapters.ical.codec import ICalendar
from sync.errors import CalendarMissing, Refused, RemoteChanged, RemoteGone, UidTaken
from sync.href import canonical_href
from sync.ports import Item, Missing, Position, RemoteCalendar
from tests import servers
from tests.conftest import Running, server_names
from tests.doubles.remote import InMemoryCalendar

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
_profiles: dict[str, Profile] = {}


@dataclass(frozen=True)
class World:
    """One collection, seen by us and by a practitioner's phone."""

    calendar: RemoteCalendar
    phone: RemoteCalendar
    profile: Profile
    remove: Callable[[], None]

    def known(self) -> dict[str, str | None]:
        return keyed(self.calendar.list_all().etags)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        metafunc.parametrize("world", ["double", "fake", *server_names(metafunc.config)], indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest, running: Running) -> Iterator[World]:
    if request.param == "double":
        calendar = InMemoryCalendar()
        phone = InMemoryCalendar(calendar.server)
        yield World(calendar, phone, Profile(), calendar.server.vanish)
        return
    server = running(request.param)
    with (
        servers.fresh_collection(server) as url,
        servers.client_for(server) as client,
        servers.client_for(server) as other,
    ):
        if request.param not in _profiles:
            _profiles[request.param] = probe(client, url, codec=ICalendar(), now=NOW).profile
        profile = _profiles[request.param]
        yield World(
            CalDavCalendar(client, url, profile=profile, page=3),
            CalDavCalendar(other, url, profile=profile),
            profile,
            lambda: other.send("DELETE", url) and None,
        )


def event(uid: str, summary: str = "Busy") -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendula//tests//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20270101T000000Z",
        "DTSTART:20270308T090000Z",
        "DTEND:20270308T095000Z",
        f"SUMMARY:{summary}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(line + "\r\n" for line in lines).encode()


def keyed(etags: object) -> dict[str, str | None]:
    assert isinstance(etags, dict)
    return {canonical_href(href): etag for href, etag in etags.items()}


def read(calendar: RemoteCalendar, href: str) -> Item:
    (item,) = calendar.fetch([href])
    assert isinstance(item, Item)
    return item


def put(calendar: RemoteCalendar, uid: str, summary: str = "Busy") -> str:
    href = calendar.new_href(uid)
    calendar.create(href, event(uid, summary))
    return href


def test_an_empty_calendar_is_empty_for_certain(world: World) -> None:
    look = world.calendar.look(None)
    assert look.complete
    assert look.etags == {}
    assert look.gone == frozenset()


def test_the_first_look_sees_everything_with_its_etags(world: World) -> None:
    hrefs = {canonical_href(put(world.phone, uid)) for uid in ("a1", "a2")}
    look = world.calendar.look(None)
    assert look.complete
    assert set(keyed(look.etags)) == hrefs
    assert keyed(look.etags) == world.known()
    assert None not in look.etags.values()


def test_a_look_at_an_unchanged_calendar_brings_nothing_new(world: World) -> None:
    put(world.phone, "a1")
    first = world.calendar.look(None)
    second = world.calendar.look(first.position)
    assert keyed(second.etags).items() <= keyed(first.etags).items()  # SOGo repeats the last second's items
    assert second.gone == frozenset()


def test_a_look_sees_what_was_made_changed_and_deleted(world: World) -> None:
    kept, changed, deleted = (put(world.phone, uid) for uid in ("a1", "a2", "a3"))
    before = world.calendar.look(None)
    etags = keyed(before.etags)
    world.phone.replace(changed, event("a2", "Changed"), etag=etags[canonical_href(changed)] or "")
    world.phone.delete(deleted, etag=etags[canonical_href(deleted)])
    made = put(world.phone, "a4")

    look = world.calendar.look(before.position)
    after = keyed(look.etags)
    assert after[canonical_href(changed)] not in {None, etags[canonical_href(changed)]}
    assert canonical_href(made) in after
    assert canonical_href(deleted) not in after
    assert look.complete or canonical_href(deleted) in {canonical_href(h) for h in look.gone}
    assert after.get(canonical_href(kept), etags[canonical_href(kept)]) == etags[canonical_href(kept)]


def test_what_came_and_went_between_two_looks_is_not_there(world: World) -> None:
    before = world.calendar.look(None)
    href = put(world.phone, "a1")
    world.phone.delete(href, etag=read(world.phone, href).etag)
    look = world.calendar.look(before.position)
    assert look.etags == {}
    assert {canonical_href(h) for h in look.gone} <= {canonical_href(href)}


def test_a_bad_token_is_answered_with_everything(world: World) -> None:
    hrefs = {canonical_href(put(world.phone, uid)) for uid in ("a1", "a2")}
    token = world.calendar.look(None).position.token
    bad = Position(token="data:,0-calendula-knows-better" if token else None, ctag="no such ctag")
    look = world.calendar.look(bad)
    assert set(keyed(look.etags)) == hrefs
    assert look.position != bad
    assert world.calendar.look(look.position).gone == frozenset()


def test_list_all_is_complete_and_names_no_collection(world: World) -> None:
    href = put(world.phone, "a1")
    look = world.calendar.list_all()
    assert look.complete
    assert set(keyed(look.etags)) == {canonical_href(href)}


def test_fetch_answers_each_href_once_in_order(world: World) -> None:
    hrefs = [put(world.phone, f"a{n}") for n in range(7)]
    absent = world.calendar.new_href("nobody")
    asked = [*hrefs[:3], absent, *hrefs[3:]]
    answers = list(world.calendar.fetch(asked))
    assert [answer.href for answer in answers] == asked
    assert [isinstance(answer, Missing) for answer in answers] == [href == absent for href in asked]


def test_what_is_read_is_what_was_written_in_calendar_lines(world: World) -> None:
    href = put(world.phone, "a1", "Grüße 🌼 & <more>")
    item = read(world.calendar, href)
    assert "SUMMARY:Grüße 🌼 & <more>".encode() in item.body.split(b"\r\n")
    assert item.body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert item.body.endswith(b"END:VCALENDAR\r\n")
    assert item.etag == world.known()[canonical_href(href)]


def test_the_etag_a_write_tells_is_the_one_that_is_listed(world: World) -> None:
    href = world.calendar.new_href("a1")
    told = world.calendar.create(href, event("a1"))
    listed = world.known()[canonical_href(href)]
    assert told == listed or not world.profile.etag_on_put
    told = world.calendar.replace(href, event("a1", "Changed"), etag=listed or "")
    assert told == world.known()[canonical_href(href)] or not world.profile.etag_on_put


def test_create_never_overwrites(world: World) -> None:
    href = put(world.phone, "a1", "Theirs")
    with pytest.raises(RemoteChanged) as refused:
        world.calendar.create(href, event("a1", "Ours"))
    assert refused.value.href == href
    assert b"Theirs" in read(world.calendar, href).body


def test_a_uid_taken_elsewhere_is_named_or_both_are_kept(world: World) -> None:
    first = put(world.phone, "a1")
    taken: UidTaken | None = None
    try:
        world.calendar.create(world.calendar.new_href("elsewhere"), event("a1"))
    except UidTaken as error:
        taken = error
    assert len(world.known()) == (1 if taken else 2)  # DAViCal and sabre/dav keep both (MATRIX 11)
    assert taken is None or canonical_href(taken.other or "") == canonical_href(first)


def test_replace_overwrites_only_what_we_have_read(world: World) -> None:
    href = put(world.calendar, "a1", "First")
    etag = read(world.calendar, href).etag or ""
    world.phone.replace(href, event("a1", "Second"), etag=etag)
    with pytest.raises(RemoteChanged):
        world.calendar.replace(href, event("a1", "Third"), etag=etag)
    assert b"Second" in read(world.calendar, href).body


def test_replace_never_brings_back_what_was_deleted(world: World) -> None:
    href = put(world.calendar, "a1")
    etag = read(world.calendar, href).etag or ""
    world.phone.delete(href, etag=etag)
    with pytest.raises(RemoteGone):
        world.calendar.replace(href, event("a1", "Changed"), etag=etag)
    assert world.known() == {}


def test_delete_removes_only_what_we_have_read(world: World) -> None:
    href = put(world.calendar, "a1", "First")
    etag = read(world.calendar, href).etag or ""
    world.phone.replace(href, event("a1", "Second"), etag=etag)
    with pytest.raises(RemoteChanged):
        world.calendar.delete(href, etag=etag)
    world.calendar.delete(href, etag=read(world.calendar, href).etag)
    assert world.known() == {}
    with pytest.raises(RemoteGone):
        world.calendar.delete(href, etag=etag)


def test_what_is_no_event_is_refused_as_that_item(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.calendar.create(world.calendar.new_href("bad"), b"this is no calendar\r\n")
    assert 400 <= refused.value.status <= 500
    assert world.known() == {}


def test_a_deleted_calendar_is_missing_and_never_empty(world: World) -> None:
    href = put(world.phone, "a1")
    position = world.calendar.look(None).position
    world.remove()
    for attempt in (
        lambda: world.calendar.look(position),
        lambda: world.calendar.look(None),
        world.calendar.list_all,
        lambda: world.calendar.create(world.calendar.new_href("a2"), event("a2")),
    ):
        with pytest.raises(CalendarMissing):
            attempt()
    try:
        (answer,) = world.calendar.fetch([href])
    except CalendarMissing:
        return
    assert isinstance(answer, Missing)  # DAViCal leaves it out (MATRIX 9)


@pytest.mark.parametrize("name", ["with%20space", "a%40b", "plus+plus", "%C3%BC", "%c3%bc", "100%25"])
def test_names_from_other_apps_are_used_as_listed(world: World, name: str) -> None:
    written = world.phone.new_href("x").removesuffix("x.ics") + f"{name}.ics"
    world.phone.create(written, event("a1"))
    (listed,) = world.calendar.look(None).etags
    assert canonical_href(listed) == canonical_href(written)
    item = read(world.calendar, listed)
    world.calendar.replace(listed, event("a1", "Changed"), etag=item.etag or "")
    assert b"Changed" in read(world.calendar, written).body
    world.calendar.delete(listed, etag=read(world.calendar, listed).etag)
    assert world.known() == {}


def test_the_profile_survives_storage(world: World) -> None:
    assert Profile.from_json(world.profile.to_json()) == world.profile
    assert Profile.from_json('{"honours_if_match": false, "from_the_future": 1}') == replace(
        Profile(), honours_if_match=False
    )
