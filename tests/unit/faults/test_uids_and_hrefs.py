"""One session, one event: whatever a server does to UIDs and hrefs (B22-B29)."""

import pytest

from adapters.dav.auth import PasswordAuth
from adapters.dav.calendar import CalDavCalendar
from adapters.dav.collection import Collection
from adapters.dav.discovery import make_calendar
from adapters.dav.profile import Known, Profile
from adapters.dav.reading import Reader
from sync.errors import UidTaken
from sync.href import canonical_href
from tests.fake.server import FakeServer
from tests.fake.world import PATH, FakeWorld, at, dentist
from tests.servers import LOOPBACK, client_for

STYLES = [
    "409 named", "409 href", "409 text", "409 bare", "412 named", "412 bare", "403 named", "403 scheduling",
    "403 carddav", "403 bare", "400 named", "400 bare",
]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_b23_a_uid_conflict_is_known_in_every_dialect(fake: FakeServer, style: str) -> None:
    fake.make(PATH)
    fake.switches.uid_conflict = style
    body = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a1\r\nDTSTART:20260310T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    with client_for(fake.as_server()) as client:
        calendar = CalDavCalendar(client, f"{fake.url[:-1]}{PATH}")
        first = calendar.new_href("first")
        calendar.create(first, body)
        with pytest.raises(UidTaken) as taken:
            calendar.create(calendar.new_href("second"), body)
    assert canonical_href(taken.value.other or "") == first


def test_b25_a_deleted_session_comes_back_where_its_uid_may_not(world: FakeWorld) -> None:
    world.fake.switches.trash_bin = True
    world.link_up()
    session_id = world.add_session(at(10))
    world.persist()
    uid = world.phone.only().uid
    world.phone.delete(uid)
    world.persist()
    (mapping,) = world.mappings()
    assert (mapping.session_id, mapping.uid) == (session_id, world.phone.only().uid)
    assert mapping.uid != uid
    assert world.judged() == [("E5", "HELD", "CLIENT_BOOKING_DELETE")]
    world.check()


def test_b22_a_twin_is_reported_and_left_alone(world: FakeWorld) -> None:
    world.fake.switches.accepts_twins = True
    world.link_up()
    world.add_session(at(10))
    world.persist()
    item = world.phone.items()[0]
    world.phone.add_raw("twin", item.body)
    report = world.sync()
    assert [line.reason for line in report.lines] == ["TWIN_UID"]
    (session,) = world.all_sessions()
    with world.session(session.id) as moved:
        moved.move(moved.span.starting(at(10, 15)))
    world.persist()
    starts = {one.href: world.phone.read(one).master.start for one in world.phone.items()}  # type: ignore[union-attr]
    assert starts == {item.href: at(10, 15), f"{PATH}twin.ics": at(10)}
    assert len(world.mappings()) == 1


@pytest.mark.parametrize("no_sync_token", [False, True])
def test_b26_a_server_that_names_items_itself_loses_and_doubles_nothing(
    world: FakeWorld, no_sync_token: bool
) -> None:
    world.fake.switches.no_sync_token = no_sync_token
    world.link_up()
    world.fake.switches.renames_hrefs = True
    world.begin()
    world.persist()
    assert len(world.server.items) == 6
    world.check()


def test_b27_odd_names_are_asked_for_as_listed(world: FakeWorld) -> None:
    world.link_up()
    world.fake.switches.reencodes_hrefs = True
    world.begin()
    world.phone.add_raw("a%40b%20%C3%BC+x", world.codec.write(dentist("odd", at(15)), now=world.clock.now()))
    world.persist()
    assert at(15) in [session.span.start for session in world.all_sessions()]
    world.phone.move("odd", at(15, 16))
    session = next(s for s in world.all_sessions() if s.span.start == at(11))
    with world.session(session.id) as moved:
        moved.move(moved.span.starting(at(11, 12)))
    world.persist()
    world.check()


def test_b28_g3_hrefs_of_another_host_lead_nobody_there(world: FakeWorld) -> None:
    other = FakeServer()
    with other.running():
        world.link_up()
        world.fake.switches.partition_host = f"localhost:{other.port}"
        world.begin()
        world.persist()
        world.phone.move("dentist", at(13, 16))
        world.persist()
        world.check()
        assert not other.heard


@pytest.mark.parametrize("no_sync_token", [False, True])
def test_b26_b30_a_server_that_moves_everything_to_new_hrefs_is_followed(
    world: FakeWorld, no_sync_token: bool
) -> None:
    world.fake.switches.no_sync_token = no_sync_token
    world.link_up()
    world.begin()
    world.persist()
    for number, (key, item) in enumerate(sorted(world.server.items.items())):
        world.server.relocate(key, f"{PATH}moved-{number}.ics")
        assert item.href == key
    world.persist()
    world.persist(job="reconcile")
    assert {code for code, _, _ in world.judged()} == {"E17"}
    world.check()


def test_b26_after_a_mass_deletion_one_addition_costs_no_request_for_each(world: FakeWorld) -> None:
    """What is new is read as it would be anyway; nobody is asked about each that is gone."""
    world.link_up()
    for day in range(3, 28):
        world.phone.add(dentist(f"own-{day}", at(day)))
    world.persist()
    for day in range(3, 28):
        world.phone.delete(f"own-{day}")
    world.phone.add(dentist("new", at(28)))
    world.fake.requests.clear()
    assert world.sync().ok
    asked = world.fake.requests.copy()
    assert asked["GET"] == 25  # the proof that each is gone, by its own href (I4)
    assert asked["REPORT"] <= 3
    assert [session.span.start for session in world.all_sessions()] == [at(28)]


@pytest.mark.parametrize("ignored", [False, True])
def test_b19_a_uid_is_looked_up_whole(world: FakeWorld, fake: FakeServer, ignored: bool) -> None:
    """Servers compare a part of it, or answer with everything."""
    fake.switches.comp_filter_ignored = ignored
    for uid in ("a1", "a11"):
        world.phone.add(dentist(uid, at(10)))
    with client_for(fake.as_server()) as client:
        collection = Collection(client, f"{fake.url[:-1]}{PATH}")
        reader = Reader(collection, page=50, known=Known(Profile()))
        found = reader.find("a11")
        assert found is not None
        assert found.href.endswith("phone-a11.ics")
        assert (reader.find("a111"), reader.find("1")) == (None, None)


def test_b32_no_guest_hears_of_what_we_do(world: FakeWorld) -> None:
    """Events of the practitioner keep their guests, and are not written for it."""
    world.fake.switches.mails_guests = True
    world.link_up()
    world.begin()
    party = world.codec.write(dentist("party", at(16)), now=world.clock.now())
    guests = b"ORGANIZER:mailto:priya@example.org\r\nATTENDEE:mailto:guest@example.org\r\nEND:VEVENT"
    world.phone.add_raw("party", party.replace(b"END:VEVENT", guests))
    invited = world.fake.mails
    world.persist()
    world.phone.move("party", at(16, 15))
    world.persist()
    assert world.fake.mails == invited + 1  # the practitioner's own move
    assert b"guest@example.org" in world.phone.item("party").body


def test_a21_a_calendar_made_without_a_word_is_looked_at(fake: FakeServer) -> None:
    fake.switches.empty_207 = True
    server = fake.as_server()
    made = make_calendar(
        server.home, "Work", auth=PasswordAuth(server.user, server.password), policy=LOOPBACK
    )
    assert (made.name, made.writable) == ("Work", True)
    assert [calendar.name for calendar in fake.calendars.values()] == ["Work"]
