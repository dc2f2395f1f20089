"""sync --all and plan through the real command: several links, one in trouble, and what a dry run leaves alone."""

import subprocess
import sys

import pytest

from tests.practice import phone, remote_items
from tests.servers import fresh_collection

NEVER_LOADED = {"caldav", "alembic", "icalendar", "apscheduler", "rich", "structlog", "authlib", "requests"}


def add(practice, worker, day="03"):
    return practice.ok(
        "session", "add", "--start", f"2026-03-{day} 10:00", "--minutes", "50", "--worker", worker, "--client",
        "jordan", "--roster",
    )  # fmt: skip


def test_all_links_are_run_and_one_failure_is_said_and_hides_nothing(practice, radicale, url):
    add(practice, "mia")
    add(practice, "tom", "04")
    with fresh_collection(radicale) as other:
        practice.link(radicale, url)
        practice.link(radicale, other, worker="tom")
        with phone(radicale, other) as calendar:
            calendar._collection.client.send("DELETE", other)
        done = practice("sync", "--all")
        assert done.code == 1
        assert "mia: 1 sent" in done.out
        assert done.err.startswith("Error: tom: The calendar is not there any more")
        assert done.err.count("\n") == 1
        calendar_gone = practice.status("tom")
        assert (calendar_gone["state"], calendar_gone["reason"]) == ("SUSPENDED", "CALENDAR_MISSING")
        with phone(radicale, url) as again:
            again._collection.client.send("MKCALENDAR", other)


def test_a_plan_groups_what_would_happen_and_writes_nothing(practice, radicale, url):
    add(practice, "mia")
    practice.link(radicale, url)
    assert practice.ok("plan", "mia").out.splitlines()[0] == "Would be sent:"
    assert remote_items(radicale, url) == []
    assert practice.status()["last_good"] is None
    practice.ok("sync")
    assert practice.ok("plan").out == "Nothing to do.\n"


def test_a_plan_tells_what_would_be_held(practice, radicale, url):
    add(practice, "mia")
    practice.link(radicale, url)
    practice.ok("sync")
    (item,) = remote_items(radicale, url)
    with phone(radicale, url) as calendar:
        calendar.delete(item.href, etag=item.etag)
    said = practice.ok("plan", "mia").out
    assert "Would be held:" in said
    assert "[E5]" in said
    assert practice.ok("changes", "list", "--json").json == []
    assert remote_items(radicale, url) == []


def test_without_a_name_the_only_link_is_meant(practice, radicale, url):
    assert practice("sync").code == 2
    practice.link(radicale, url)
    assert practice.ok("sync").code == 0
    assert practice("sync", "nobody").code == 1


@pytest.mark.parametrize(
    "words",
    [
        *(("link", verb) for verb in ("discover", "add", "login", "set", "list", "check")),
        *(("link", verb) for verb in ("pause", "resume", "remove")),
        *(("changes", verb) for verb in ("list", "show", "confirm", "dismiss")),
        *((verb,) for verb in ("plan", "sync", "run", "status", "history")),
        ("event", "import"),
    ],
)
def test_each_command_has_help_with_an_example(practice, words):
    said = practice.ok(*words, "--help").out
    assert f"Example: calendula {' '.join(words)}" in said


def test_a_run_loads_nothing_that_it_does_not_need(practice, radicale, url):
    practice.link(radicale, url)
    script = (
        "import sys\nfrom adapters.cli.entry import main\n"
        "try: main(['--config', sys.argv[1], 'sync'])\nexcept SystemExit as end: assert not end.code\n"
        "print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(practice.config)], capture_output=True, text=True, check=True
    )
    assert NEVER_LOADED & set(done.stdout.splitlines()[-1].split()) == set()
