"""A published calendar (.ics) as a busy source, over real HTTP: read, compared, and never believed to be free."""

import sqlite3
from collections.abc import Iterator

import pytest

from adapters.webcal import address
from tests.fake.wire import Answer, listening
from tests.practice import Commands
from tests.publisher import SECRET, Publisher, event, publishing

WEEK = ("mia", "2026-03-09", "2026-03-16")
DENTIST = event("canary@private.example", "20260311T180000", "20260311T190000", "SUMMARY:Canary")
CHOIR = event("choir", "20260312T180000", "20260312T193000", "RRULE:FREQ=WEEKLY;COUNT=3")
BIRTHDAY = event("birthday", "20260313T000000", "20260314T000000", "TRANSP:TRANSPARENT")


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as made:
        made.publish(DENTIST, CHOIR, BIRTHDAY, etag='"1"')
        yield made


@pytest.fixture
def linked(practice: Commands, publisher: Publisher) -> Commands:
    practice.ok("link", "subscribe", "mia", "--ics-url", publisher.url)
    practice.ok("sync")
    return practice


def busy(practice: Commands) -> list[tuple[str, str]]:
    return [(one["start"][8:16], one["fbtype"]) for one in practice.ok("busy", *WEEK, "--json").json]


def dumped(practice: Commands) -> str:
    with sqlite3.connect(practice.folder / "calendula.sqlite3") as database:
        return "\n".join(database.iterdump())


KNOWN = [("11T18:00", "BUSY"), ("12T18:00", "BUSY")]


# --- what is read -----------------------------------------------------------------------------------------------


def test_it_is_read_as_a_busy_source(practice: Commands, publisher: Publisher) -> None:
    done = practice.ok("link", "subscribe", "mia", "--ics-url", publisher.url)
    assert "holds 3 events" in done.out
    assert "Linked it as mia-busy" in done.out
    (found,) = practice.ok("link", "list", "--json").json
    assert (found["role"], found["mode"], found["calendar"]) == ("BUSY_SOURCE", "ONE_WAY", "127.0.0.1")
    assert "2 × this takes time now" in practice.ok("plan").out
    assert practice.ok("sync").out.splitlines()[-1] == "mia-busy: 2 read as busy or free"
    assert busy(practice) == KNOWN
    assert practice.status("mia-busy")["events"] == 2
    assert {one.method for one in publisher.asked} == {"GET"}


def test_neither_its_address_nor_a_word_of_it_is_kept_or_shown(
    linked: Commands, publisher: Publisher
) -> None:
    publisher.answer = Answer(500)
    linked.later(minutes=5)
    failed = linked("sync")
    commands = (
        ("status",),
        ("history",),
        ("busy", *WEEK, "--why"),
        ("link", "list"),
        ("link", "list", "--json"),
    )
    said = [failed, *(linked.ok(*words) for words in commands)]
    everything = dumped(linked) + "".join(one.out + one.err for one in said)
    for word in (SECRET, "canary", "private.example"):
        assert word not in everything.lower()


def test_its_address_may_come_from_stdin(practice: Commands, publisher: Publisher) -> None:
    practice.ok("link", "subscribe", "mia", "--ics-url-stdin", stdin=publisher.url + "\n")
    assert practice("link", "subscribe", "mia").code == 2
    assert len(practice.ok("link", "list", "--json").json) == 1


@pytest.mark.parametrize(
    "typed", ["webcal://a.example/x.ics", "WEBCALS://a.example/x.ics ", "https://a.example/x.ics"]
)
def test_webcal_is_another_word_for_https(typed: str) -> None:
    assert address(typed) == "https://a.example/x.ics"


def test_what_cannot_be_read_is_not_linked(practice: Commands, publisher: Publisher) -> None:
    for answer in (
        Answer(404),
        Answer(200, b"<html>log in</html>"),
        Answer(401),
        Answer(302, b"", {"Location": "http://localhost:1/x.ics"}),
    ):
        publisher.answer = answer
        refused = practice("link", "subscribe", "mia", "--ics-url", publisher.url)
        assert (refused.code, SECRET in refused.err) == (1, False), answer
    assert practice.ok("link", "list", "--json").json == []


def test_one_worker_has_it_once_and_another_may_have_it_too(linked: Commands, publisher: Publisher) -> None:
    again = linked("link", "subscribe", "mia", "--ics-url", publisher.url)
    assert (again.code, "E_DUPLICATE_LINK" in again.err) == (1, True)
    linked.ok("link", "subscribe", "priya", "--ics-url", publisher.url)


def test_the_same_event_on_two_links_is_counted_once(linked: Commands) -> None:
    with publishing() as other:
        other.publish(DENTIST)
        linked.ok("link", "subscribe", "mia", "--ics-url", other.url, "--name", "second")
        linked.ok("sync", "--all")
    assert busy(linked) == KNOWN
    rows = linked.ok("busy", *WEEK, "--why", "--json").json
    assert [one["because"] for one in rows if one["fbtype"] == "BUSY"] == [["busy source mia-busy"]] * 2


def test_its_address_is_kept_by_a_check_and_not_changed_by_a_login(linked: Commands) -> None:
    linked.ok("link", "check", "mia-busy")
    refused = linked("link", "login", "mia-busy", "--user", "x", "--password-stdin", stdin="x\n")
    assert (refused.code, "E_BUSY_SOURCE" in refused.err) == (1, True)
    linked.ok("link", "remove", "mia-busy", "--keep-events")
    assert busy(linked) == []


# --- what is asked ----------------------------------------------------------------------------------------------


def test_what_is_known_is_asked_for_with_its_etag_and_costs_nothing(
    linked: Commands, publisher: Publisher
) -> None:
    linked.later(minutes=6)
    assert linked.ok("sync").out == "mia-busy: nothing to do\n"
    assert publisher.conditions()[-1] == ('"1"', "")
    publisher.publish(DENTIST, etag='"2"')
    linked.later(minutes=6)
    linked.ok("sync")
    assert busy(linked) == KNOWN[:1]
    linked.later(minutes=6)
    linked.ok("sync")
    assert publisher.conditions()[-1] == ('"2"', "")


def test_where_there_is_no_etag_last_modified_is_asked_for(practice: Commands, publisher: Publisher) -> None:
    publisher.publish(DENTIST)
    publisher.modified = "Mon, 02 Mar 2026 00:00:00 GMT"
    practice.ok("link", "subscribe", "mia", "--ics-url", publisher.url)
    practice.ok("sync")
    practice.later(minutes=6)
    assert practice.ok("sync").out == "mia-busy: nothing to do\n"
    assert publisher.conditions()[-1] == ("", "Mon, 02 Mar 2026 00:00:00 GMT")


@pytest.mark.parametrize("stamp", ["20260302T000500Z", "20260302T001000Z"])
def test_c2_a_file_with_new_stamps_at_each_reading_is_the_same_file(
    practice: Commands, publisher: Publisher, stamp: str
) -> None:
    publisher.publish(DENTIST, CHOIR)
    practice.ok("link", "subscribe", "mia", "--ics-url", publisher.url)
    practice.ok("sync")
    publisher.body = publisher.body.replace(b"20260301T000000Z", stamp.encode())
    practice.later(minutes=6)
    assert practice.ok("sync").out == "mia-busy: nothing to do\n"


def test_c2_a_file_with_new_uids_at_each_reading_frees_nothing_and_suspends_nothing(
    practice: Commands, publisher: Publisher
) -> None:
    def days(mark: str) -> list[str]:
        return [event(f"{mark}-{n}", f"202603{n:02}T180000", f"202603{n:02}T190000") for n in range(9, 14)]

    publisher.publish(*days("a"))
    practice.ok("link", "subscribe", "mia", "--ics-url", publisher.url)
    practice.ok("sync")
    before = busy(practice)
    for mark in "bc":
        publisher.publish(*days(mark))
        practice.later(minutes=6)
        practice.ok("sync")
        assert busy(practice) == before
    publisher.publish(*days("d")[1:])
    practice.later(minutes=6)
    practice.ok("sync")
    assert busy(practice) == before[1:]
    assert practice.status("mia-busy")["state"] == "ACTIVE"


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("REFRESH-INTERVAL;VALUE=DURATION:PT20M", 20),
        ("X-PUBLISHED-TTL:PT30M", 30),
        ("X-PUBLISHED-TTL:P1D", 45),  # but it would be stale after an hour
        ("X-PUBLISHED-TTL:PT1M", 5),
        ("X-PUBLISHED-TTL:soon", 5),
    ],
)
def test_a_publisher_who_asks_for_patience_is_heeded_as_long_as_it_can_be_believed(
    practice: Commands, publisher: Publisher, head: str, minutes: int
) -> None:
    publisher.publish(DENTIST, head=(head,), etag='"1"')
    practice.ok("link", "subscribe", "mia", "--ics-url", publisher.url)
    practice.ok("sync")
    found = practice.status("mia-busy")
    assert found["promise_s"] == minutes * 60
    due = found["next_run"][11:16]
    assert f"00:{minutes:02}" <= due <= f"00:{int(minutes * 1.1) + 1:02}"
    practice.later(minutes=minutes * 1.9)
    assert practice.status("mia-busy")["stale"] is False


# --- what goes wrong --------------------------------------------------------------------------------------------

CUT = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:choir\r\n"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(500), "ACTIVE"),
        (Answer(200, b"<html>log in</html>"), "ACTIVE"),
        (Answer(200, b""), "ACTIVE"),
        (Answer(200, CUT), "ACTIVE"),
        (Answer(200, CUT, half=True), "ACTIVE"),
        (Answer(404), "SUSPENDED"),
        (Answer(410), "SUSPENDED"),
        (Answer(403), "SUSPENDED"),
        (Answer(401), "SUSPENDED"),
        (Answer(429, b"", {"Retry-After": "600"}), "ACTIVE"),
        (Answer(302, b"", {"Location": "https://elsewhere.example/x.ics"}), "ACTIVE"),
    ],
)
def test_e15_what_fails_is_never_free(
    linked: Commands, publisher: Publisher, answer: Answer, state: str
) -> None:
    publisher.answer = answer
    linked.later(minutes=6)
    assert linked("sync").code == 1
    assert busy(linked) == KNOWN
    found = linked.status("mia-busy")
    assert (found["state"], found["last_error"] != "") == (state, True)
    if state == "ACTIVE":
        assert found["failures"] == 1
        publisher.answer = None
        linked.later(minutes=20)
        linked.ok("sync")
        assert linked.status("mia-busy")["failures"] == 0


def test_e21_an_empty_file_is_not_believed_until_somebody_says_so(
    linked: Commands, publisher: Publisher
) -> None:
    publisher.publish(etag='"2"')
    linked.later(minutes=6)
    assert linked("sync").code == 1
    assert (linked.status("mia-busy")["state"], busy(linked)) == ("SUSPENDED", KNOWN)
    linked.ok("link", "resume", "mia-busy", "--accept")
    linked.ok("sync")
    assert busy(linked) == []


@pytest.mark.parametrize(
    "broken",
    [
        event("canary@private.example", "2026", "20260311T190000"),
        DENTIST + "\nBEGIN:VALARM",
        event("canary@private.example", "20260311T180000", "20260311T190000", "RRULE:FREQ=SECONDLY"),
    ],
)
def test_i9_what_became_unreadable_blocks_as_it_did_and_the_rest_is_read(
    linked: Commands, publisher: Publisher, broken: str
) -> None:
    late = event("late", "20260314T180000", "20260314T190000")
    publisher.publish(broken, CHOIR, late, etag='"2"')
    linked.later(minutes=6)
    linked.ok("sync")
    assert busy(linked) == [*KNOWN, ("14T18:00", "BUSY")]
    assert linked.status("mia-busy")["quarantined"] == 1


def test_b6_an_etag_that_stays_is_found_out_within_a_day(linked: Commands, publisher: Publisher) -> None:
    publisher.publish(DENTIST, etag='"1"')
    linked.later(minutes=6)
    linked.ok("sync")
    assert busy(linked) == KNOWN
    linked.later(days=1)
    linked.ok("sync")
    assert busy(linked) == KNOWN[:1]


def test_g6_a_file_without_an_end_is_stopped(linked: Commands, publisher: Publisher) -> None:
    publisher.publish(DENTIST, "UID:big\nSUMMARY:" + "x" * 33 * 1024 * 1024, etag='"2"')
    linked.later(minutes=6)
    failed = linked("sync")
    assert (failed.code, busy(linked)) == (1, KNOWN)
    assert "larger than" in linked.status("mia-busy")["last_error"]


def test_a_redirect_on_the_same_server_is_followed(practice: Commands, publisher: Publisher) -> None:
    usual = publisher.respond

    def respond(request):
        if request.target.endswith("/basic.ics"):
            return Answer(301, b"", {"Location": "/other/there.ics"})
        return usual(request)

    with listening(respond) as port:
        practice.ok("link", "subscribe", "mia", "--ics-url", f"http://127.0.0.1:{port}/x/basic.ics")
        practice.ok("sync")
    assert busy(practice) == KNOWN
