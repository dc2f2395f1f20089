"""The commands rewind, plan and history on a linked calendar: what an administrator sees and types."""

import pytest

from tests.practice import phone, remote_items


def add(practice, day, hour="10:00"):
    practice.ok(
        "session", "add", "--start", f"2026-03-{day} {hour}", "--minutes", "50", "--worker", "mia", "--client",
        "jordan", "--roster",
    )  # fmt: skip


def later(body, before, after):
    assert before in body
    return body.replace(before, after)


@pytest.fixture
def linked(practice, radicale, url):
    """Two sessions in step; then the phone moved the first from 10:00 to 15:00, and the run took it in."""
    add(practice, "03")
    add(practice, "04")
    practice.link(radicale, url)
    practice.ok("sync")
    with phone(radicale, url) as calendar:
        item = next(item for item in remote_items(radicale, url) if b"20260303T10" in item.body)
        body = later(later(item.body, b"20260303T10", b"20260303T15"), b"DTSTAMP:2026", b"DTSTAMP:2027")
        calendar.replace(item.href, body, etag=item.etag)
    practice.later(minutes=10)
    practice.ok("sync")
    return practice


def starts(practice):
    return sorted(row["start"][5:13] for row in practice.ok("session", "list", "--json").json)


def test_rewind_lists_runs_then_shows_then_does(linked, radicale, url):
    assert starts(linked) == ["03-03T15", "03-04T10"]
    first, second = linked.ok("rewind", "mia", "--json").json
    assert (first["in_calendar"], second["in_calendar"], second["here"]) == (2, 1, 1)
    assert second["run"] in linked.ok("rewind", "mia").out

    shown = linked.ok("rewind", "mia", "--to", second["run"]).out
    assert "Undone:" in shown
    assert "written to the calendar as it was" in shown
    assert "Tue 3 Mar 2026 10:00 client session" in shown
    assert "Nothing was done; with --yes it is." in shown
    assert starts(linked) == ["03-03T15", "03-04T10"]

    assert "1 undone, 0 left as they are" in linked.ok("rewind", "mia", "--to", second["run"], "--yes").out
    assert starts(linked) == ["03-03T10", "03-04T10"]
    assert [b"20260303T15" in item.body for item in remote_items(radicale, url)] == [False, False]
    assert linked.status()["state"] == "PAUSED"
    linked.ok("link", "resume", "mia")
    assert linked.ok("sync").out == "mia: nothing to do\n"


def test_rewind_says_what_would_be_sent_again(linked, radicale, url):
    first, _ = linked.ok("rewind", "mia", "--json").json
    shown = linked.ok("rewind", "mia", "--to", first["run"], "--json").json
    undone = [(line["code"], line["warnings"]) for line in shown["lines"] if line["action"] == "rewind"]
    assert undone == [("DELETE", ["AGAIN"])] * 2
    assert (shown["done"], len(shown["runs"])) == (False, 2)
    assert len(remote_items(radicale, url)) == 2

    linked.ok("rewind", "mia", "--to", first["run"], "--yes")
    assert remote_items(radicale, url) == []
    linked.ok("link", "resume", "mia")
    linked.ok("sync")
    assert len(remote_items(radicale, url)) == 2


def test_rewind_of_an_unknown_run_says_where_to_look(linked):
    done = linked("rewind", "mia", "--to", "ffffffff")
    assert (done.code, "calendula rewind mia lists" in done.err) == (1, True)


def test_without_a_key_or_with_archive_days_0_nothing_is_kept(practice, radicale, url):
    practice.config.write_text(practice.config.read_text() + "[retention]\narchive_days = 0\n")
    add(practice, "03")
    practice.link(radicale, url)
    practice.ok("sync")
    assert practice.ok("rewind", "mia").out == "No run left anything to undo.\n"


def test_plan_names_events_by_time_and_kind_and_never_a_client(practice, radicale, url):
    add(practice, "04")
    add(practice, "03")
    practice.link(radicale, url)
    assert practice.ok("plan", "mia").out == (
        "Would be sent:\n"
        "  2 × sent: a new event\n"
        "      Tue 3 Mar 2026 10:00 client session\n"
        "      Wed 4 Mar 2026 10:00 client session\n"
    )
    every = practice.ok("plan", "--all", "--json").json
    assert [(one["link"], one["ok"], len(one["lines"])) for one in every] == [("mia", True, 2)]
    assert "Jordan" not in practice.ok("plan", "--all").out
    assert practice.ok("plan", "--all").out.startswith("mia:\nWould be sent:")


def test_plan_of_a_suspended_link_shows_what_suspended_it(linked, radicale, url):
    add(linked, "05")
    linked.ok("sync")
    with phone(radicale, url) as calendar:
        for item in remote_items(radicale, url):
            calendar.delete(item.href, etag=item.etag)
    assert linked("sync").code == 1
    shown = linked("plan", "mia")
    assert shown.code == 1
    assert "Not to be believed, so nothing is done:\n  3 × gone from the calendar\n" in shown.out
    assert "Thu 5 Mar 2026 10:00 client session" in shown.out
    said = linked.ok("status").out
    assert "calendula plan mia" in said
    assert "--restore" in said
    assert "calendula link remove" in said


def test_a_suspended_link_can_be_removed_as_the_third_answer(linked, radicale, url):
    add(linked, "05")
    linked.ok("sync")
    with phone(radicale, url) as calendar:
        for item in remote_items(radicale, url):
            calendar.delete(item.href, etag=item.etag)
    linked("sync")
    linked.ok("link", "remove", "mia", "--delete-events")
    assert {row["status"] for row in linked.ok("session", "list", "--json").json} == {"ROSTERED"}
    assert remote_items(radicale, url) == []


def test_history_tells_the_life_of_one_event_in_sentences(linked):
    session = next(r for r in linked.ok("session", "list", "--json").json if "T15" in r["start"])
    lines = [line.partition("Z ")[2] for line in linked.ok("history", session["id"]).out.splitlines()]
    moved = "moved within its day, from Tue 3 Mar 2026 10:00 to Tue 3 Mar 2026 15:00"
    assert "The link mia wrote it to the calendar as a new event." in lines[:2]
    assert lines[2:] == [f"In the calendar of mia: {moved}; applied [E1]."]
