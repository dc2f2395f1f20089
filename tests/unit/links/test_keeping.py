"""link login, set, check, pause, resume and remove: what they do to the link, to the calendar, and never do."""

import sqlite3

import pytest

from tests.practice import phone, remote_items

DENTIST = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\nBEGIN:VEVENT\r\nUID:dentist-1\r\n"
    b"DTSTAMP:20260302T000000Z\r\nDTSTART:20260311T180000Z\r\nDTEND:20260311T190000Z\r\nSUMMARY:Dentist\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def linked(practice, radicale, url):
    """Mia's calendar with four sessions and a dentist of her own, in step."""
    for day in ("03", "04", "05", "06"):
        practice.ok(
            "session", "add", "--start", f"2026-03-{day} 10:00", "--minutes", "50", "--worker", "mia", "--client",
            "jordan", "--roster",
        )  # fmt: skip
    practice.link(radicale, url)
    with phone(radicale, url) as calendar:
        calendar.create(calendar.new_href("dentist"), DENTIST)
    practice.ok("sync")
    return practice


def titles(radicale, url):
    bodies = [item.body.decode() for item in remote_items(radicale, url)]
    return sorted(line for body in bodies for line in body.splitlines() if line.startswith("SUMMARY"))


def test_a_lower_level_overwrites_every_title(linked, radicale, url):
    linked.ok("link", "set", "mia", "--level", "busy")
    linked.ok("sync")
    assert titles(radicale, url) == ["SUMMARY:Busy"] * 4 + ["SUMMARY:Dentist"]
    assert linked.ok("sync").out == "mia: nothing to do\n"


def test_another_cadence_is_kept(linked):
    linked.ok("link", "set", "mia", "--every", "600", "--mode", "one-way", "--display", "remove")
    (found,) = linked.ok("link", "list", "--json").json
    assert (found["every_s"], found["mode"], found["display"]) == (600, "ONE_WAY", "remove")


@pytest.mark.parametrize("words", [("--every", "5"), ("--level", "full_name")])
def test_what_is_not_allowed_changes_nothing(linked, words):
    before = linked.ok("link", "list", "--json").json
    assert linked("link", "set", "mia", *words).code == 1
    assert linked.ok("link", "list", "--json").json == before


def test_check_says_what_it_will_do_then_shows_the_card_and_leaves_nothing(linked, radicale, url):
    before, *rest = linked.ok("link", "check", "mia").out.splitlines()
    assert before.startswith("Test events will be written to the calendar")
    assert rest[0].startswith("mia is on a server like radicale; ")
    heads, *rows = [line for line in rest[2:] if line]
    assert heads.split() == ["what", "should", "be", "so", "observed", "hinted", "verdict", "therefore"]
    assert [row.split()[-3:] for row in rows if row.startswith("A UID cannot")] == [["yes", "yes", "pass"]]
    assert "Test events were written, read and removed." in rows
    assert rows[-1] == "mia is active."
    assert len(remote_items(radicale, url)) == 5


def test_check_as_json_holds_card_and_profile_and_warns_on_stderr(linked):
    done = linked.ok("link", "check", "mia", "--json")
    assert "will be written" in done.err
    found = done.json
    assert (found["link"], found["server"], found["fit"], found["left"]) == ("mia", "radicale", True, False)
    (row,) = [row for row in found["rows"] if row["code"] == "x_commas"]
    assert (row["observed"], row["hinted"], row["verdict"]) == ("no", None, "copes")
    assert found["profile"]["sync_collection"] is True
    assert found["corrected"] == {}


def test_a_check_and_a_run_keep_out_of_each_others_way(linked):
    """A run in the middle of a check would take the test events for the practitioner's own."""
    with sqlite3.connect(linked.folder / "calendula.sqlite3") as database:
        database.execute(
            "UPDATE calendar_link SET lease_owner = 'other', lease_until = '2027-01-01 00:00:00'"
        )
    refused = linked("link", "check", "mia")
    assert (refused.code, "E_BUSY" in refused.err) == (1, True)
    with sqlite3.connect(linked.folder / "calendula.sqlite3") as database:
        database.execute("UPDATE calendar_link SET lease_owner = '', lease_until = NULL")
    counts = linked.status()["counts"]
    linked.ok("link", "check", "mia")
    assert linked.status()["counts"] == counts
    assert linked.ok("sync").out == "mia: nothing to do\n"


def test_a_paused_link_is_not_run_until_it_is_resumed(linked):
    linked.ok("link", "pause", "mia")
    refused = linked("sync", "mia")
    assert (refused.code, "it is paused" in refused.err) == (1, True)
    linked.ok("link", "resume", "mia")
    assert linked.ok("sync", "mia").out == "mia: nothing to do\n"


def test_an_emptied_calendar_suspends_and_resume_puts_everything_back(linked, radicale, url):
    with phone(radicale, url) as calendar:
        for item in remote_items(radicale, url):
            if b"Dentist" not in item.body:
                calendar.delete(item.href, etag=item.etag)
    suspended = linked("sync")
    assert suspended.code == 1
    assert linked.status()["state"] == "SUSPENDED"
    assert {row["status"] for row in linked.ok("session", "list", "--json").json} == {"ROSTERED"}

    assert "puts back what is missing" in linked.ok("link", "resume", "mia").out
    assert "4 sent" in linked.ok("sync").out
    assert len(titles(radicale, url)) == 5
    assert (linked.status()["state"], linked.status()["reason"]) == ("ACTIVE", "")


def test_a_refused_password_asks_for_a_login_and_loses_nothing(linked, radicale, url):
    accounts = linked.folder / "password"
    accounts.write_text("wrong\n")
    refused = linked("link", "login", "mia", "--password-file", str(accounts))
    assert (refused.code, "refuses the user name or the password" in refused.err) == (1, True)
    assert linked.ok("sync").out == "mia: nothing to do\n"
    linked.environ["CALENDULA_PASSWORD"] = radicale.password
    linked.ok("link", "login", "mia")
    assert linked.ok("sync").out == "mia: nothing to do\n"


def test_removing_needs_a_choice(linked):
    assert linked("link", "remove", "mia").code == 2
    assert linked("link", "remove", "mia", "--keep-events", "--delete-events").code == 2


def test_removed_with_its_events_only_the_practitioners_own_stay(linked, radicale, url):
    said = linked.ok("link", "remove", "mia", "--delete-events").out
    assert "4 events deleted there, 1 left" in said
    assert titles(radicale, url) == ["SUMMARY:Dentist"]
    assert {row["status"] for row in linked.ok("session", "list", "--json").json} == {"ROSTERED"}
    assert linked.ok("link", "list", "--json").json == []


def test_an_event_edited_meanwhile_is_deleted_as_it_is_now(linked, radicale, url):
    item = next(item for item in remote_items(radicale, url) if b"Dentist" not in item.body)
    with phone(radicale, url) as calendar:
        calendar.replace(item.href, item.body.replace(b"C-1042", b"edited"), etag=item.etag or "")
    linked.ok("link", "remove", "mia", "--delete-events")
    assert titles(radicale, url) == ["SUMMARY:Dentist"]


def test_unlinked_with_its_events_kept_a_new_link_goes_on_from_there(linked, radicale, url):
    linked.ok("link", "remove", "mia", "--keep-events")
    assert len(titles(radicale, url)) == 5
    linked.link(radicale, url, name="again")
    assert linked.ok("sync", "again").out == "again: nothing to do\n"
    assert len(titles(radicale, url)) == 5
    assert len(linked.ok("event", "list", "mia", "2026-03-01", "2026-04-01", "--json").json) == 1


def test_a_removed_link_keeps_no_password(linked):
    linked.ok("link", "remove", "mia", "--keep-events")
    with sqlite3.connect(linked.folder / "calendula.sqlite3") as database:
        assert database.execute("SELECT secret FROM calendar_account").fetchall() == [(b"",)]
