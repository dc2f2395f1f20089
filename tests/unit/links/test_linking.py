"""link discover and add, and the first runs, through the real command against a real Radicale."""

import pytest

from tests.practice import remote_items

ADD = (
    "session",
    "add",
    "--start",
    "2026-03-03 10:00",
    "--minutes",
    "50",
    "--worker",
    "mia",
    "--client",
    "jordan",
)


def test_discover_lists_name_and_address_of_each_calendar(practice, radicale, url):
    done = practice.ok(
        "link", "discover", radicale.url, "--user", radicale.user, "--password-stdin", "--json",
        stdin=radicale.password,
    )  # fmt: skip
    assert [(c["name"], c["writable"]) for c in done.json if c["url"] == url] == [("Calendula test", True)]


def test_a_linked_session_is_sent_once(practice, radicale, url):
    practice.ok(*ADD, "--roster")
    said = practice.link(radicale, url)
    assert said.out.startswith("Test events will be written")
    assert remote_items(radicale, url) == []

    first, second = practice.ok("sync", "mia"), practice.ok("sync", "mia")
    assert "sent: a new event" in first.out
    assert "1 sent" in first.out
    assert second.out == "mia: nothing to do\n"
    (item,) = remote_items(radicale, url)
    assert b"SUMMARY:Session C-1042" in item.body
    assert b"Jordan" not in item.body


def test_status_tells_state_age_and_counts(practice, radicale, url):
    practice.ok(*ADD, "--roster")
    practice.link(radicale, url)
    assert practice.status()["last_good"] is None
    practice.ok("sync")
    practice.later(minutes=7)
    found = practice.status()
    assert (found["state"], found["age_s"], found["events"], found["stale"]) == ("ACTIVE", 420, 1, False)
    assert found["counts"]["create"] == 1


def test_a_mode_must_be_chosen(practice, radicale, url):
    done = practice(
        "link", "add", "mia", "--url", radicale.url, "--user", radicale.user, "--calendar", url, "--password-stdin",
        stdin=radicale.password,
    )  # fmt: skip
    assert (done.code, "--mode" in done.err) == (2, True)


def test_the_same_calendar_is_not_linked_twice(practice, radicale, url):
    practice.link(radicale, url)
    done = practice(
        "link", "add", "tom", "--user", radicale.user, "--calendar", url.rstrip("/"), "--mode", "one-way",
        "--password-stdin", stdin=radicale.password,
    )  # fmt: skip
    assert (done.code, done.err) == (
        1,
        'Error: This calendar is linked already, as "mia" (E_DUPLICATE_LINK)\n',
    )


def test_a_calendar_can_be_made(practice, radicale):
    practice.ok(
        "link", "add", "mia", "--url", radicale.url, "--user", radicale.user, "--make", "Work", "--mode", "two-way",
        "--password-stdin", stdin=radicale.password,
    )  # fmt: skip
    (found,) = practice.ok("link", "list", "--json").json
    assert (found["calendar"], found["mode"], found["level"]) == ("Work", "TWO_WAY", "reference")


@pytest.mark.parametrize("level", ["first_name", "full_name", "everything"])
def test_e_level_not_allowed_above_the_maximum_is_refused_before_anybody_is_asked(
    practice, radicale, url, level
):
    done = practice(
        "link", "add", "mia", "--user", radicale.user, "--calendar", url, "--mode", "two-way", "--level", level,
        "--password-stdin", stdin=radicale.password,
    )  # fmt: skip
    assert done.code == 1
    assert "E_LEVEL_NOT_ALLOWED" in done.err


def test_a_wrong_password_is_said_in_one_sentence(practice, radicale, url):
    done = practice(
        "link", "add", "mia", "--user", radicale.user, "--calendar", url, "--mode", "two-way", "--password-stdin",
        stdin="wrong",
    )  # fmt: skip
    assert (done.code, done.err) == (1, "Error: 127.0.0.1 refuses the user name or the password.\n")


def test_the_password_is_not_readable_in_the_database(practice, radicale, url):
    practice.link(radicale, url)
    files = [f.read_bytes() for f in practice.folder.glob("calendula.sqlite3*")]
    assert not any(radicale.password.encode() in body for body in files)
