"""Calendars of rooms, assets and beds, from link add to link remove, through the real command on a real Radicale."""

import pytest

from tests.practice import Commands, remote_items

OF = ("--role", "resource", "--of")


def link(practice: Commands, radicale, url, *options, of="room:gym"):
    words = ("--url", radicale.url, "--user", radicale.user, "--calendar", url, "--password-stdin")
    return practice("link", "add", "sam", *OF, of, *words, *options, stdin=radicale.password + "\n")


@pytest.fixture
def linked(practice, radicale, url):
    practice.ok(
        "session", "add", "--start", "2026-03-03 10:00", "--minutes", "50", "--worker", "priya", "--client", "noor",
        "--room", "gym", "--roster",
    )  # fmt: skip
    done = link(practice, radicale, url)
    assert done.code == 0, done
    return practice


def test_a_rooms_calendar_is_planned_sent_and_then_quiet(linked, radicale, url):
    assert "a new event" in linked.ok("plan", "gym").out
    assert remote_items(radicale, url) == []
    assert "1 sent" in linked.ok("sync", "gym").out
    assert linked.ok("sync", "gym").out == "gym: nothing to do\n"
    (item,) = remote_items(radicale, url)
    assert b"SUMMARY:Occupied" in item.body
    assert linked.status("gym")["state"] == "ACTIVE"


def test_e_resource_what_it_is_of_has_to_be_there(practice, radicale, url):
    assert link(practice, radicale, url, of="room:nowhere").err.endswith("(E_NOT_FOUND)\n")
    assert link(practice, radicale, url, of="gym").err.endswith("(E_RESOURCE)\n")
    assert link(practice, radicale, url, "--level", "initials").code == 2
    done = practice("link", "add", "sam", "--role", "resource", "--password-stdin", stdin="x")
    assert (done.code, "--of" in done.err) == (2, True)


def test_e_resource_only_its_cadence_can_be_set(linked):
    refused = linked("link", "set", "gym", "--level", "full_name")
    assert (refused.code, refused.err.endswith("(E_RESOURCE)\n")) == (1, True)
    linked.ok("link", "set", "gym", "--every", "600")


def test_nothing_is_kept_for_rewind(linked):
    linked.ok("sync", "gym")
    assert "There is nothing" in linked.ok("rewind", "gym").out or "No run" in linked.ok("rewind", "gym").out


def test_a_worker_who_looks_after_it_can_be_linked_too(linked, radicale, url):
    linked.ok("sync", "gym")
    refused = linked(
        "link", "add", "priya", "--url", radicale.url, "--user", radicale.user, "--calendar", url, "--mode", "two-way",
        "--password-stdin", stdin=radicale.password + "\n",
    )  # fmt: skip
    assert refused.err.endswith("(E_DUPLICATE_LINK)\n")
    assert linked.ok("busy", "sam", "2026-03-01", "2026-04-01").out == "Free all the time.\n"


def test_an_end_takes_out_what_was_shown_or_leaves_it(linked, radicale, url):
    linked.ok("sync", "gym")
    linked.ok("link", "remove", "gym", "--keep-events")
    assert len(remote_items(radicale, url)) == 1
    assert link(linked, radicale, url, "--name", "gym-2").code == 0
    assert linked.ok("sync", "gym-2").out == "gym-2: nothing to do\n"
    linked.ok("link", "remove", "gym-2", "--delete-events")
    assert remote_items(radicale, url) == []
