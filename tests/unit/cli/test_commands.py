"""What each command does, as a person sees it: its answer, its exit code, its files."""

import stat
from pathlib import Path

import pytest

from adapters.cli.app import COMMANDS, hoisted
from adapters.database.schema import HEAD
from tests.unit.cli.conftest import SAMPLE, Command

SERIES = (
    "--minutes",
    "60",
    "--worker",
    "priya",
    "--client",
    "noor",
    "--rule",
    "FREQ=WEEKLY;BYDAY=TU;COUNT=8",
)


def test_init_makes_what_is_missing_and_overwrites_nothing(calendula: Command, home: Path) -> None:
    first = calendula("init")

    assert first.code == 0
    for name in ("calendula.toml", "calendula.key", "calendula.sqlite3"):
        assert str(home / name) in first.out
    assert stat.S_IMODE((home / "calendula.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "calendula.sqlite3").stat().st_mode) == 0o600
    key = (home / "calendula.key").read_bytes()

    again = calendula("init")
    assert (again.code, again.err) == (1, "Error: Everything is set up already; nothing was overwritten\n")

    (home / "calendula.key").unlink()
    assert calendula("init").out.startswith(f"Made key file {home / 'calendula.key'}")
    assert (home / "calendula.key").read_bytes() != key


def test_a_practice_is_imported_twice_without_twins(practice: Command) -> None:
    assert "client: 0 added, 4 updated" in practice("practice", "import", SAMPLE).out


def test_a_series_is_added_listed_moved_and_cancelled(practice: Command) -> None:
    added = practice("session", "add", "--start", "2026-03-03 10:00", *SERIES, "--roster", "--json").json()
    assert added["count"] == 8

    listed = practice("session", "list", "--worker", "priya", "--json").json()
    assert [row["start"] for row in listed[4:6]] == ["2026-03-31T10:00:00+10:30", "2026-04-07T10:00:00+09:30"]
    third = listed[2]["id"][:8]

    moved = practice(
        "session", "move", third, "--start", "2026-03-18 11:15", "--scope", "this", "--as", "priya"
    )
    assert moved.out == f"Moved {third} in series {added['series_id'][:8]}\n"

    cancelled = practice(
        *("session", "cancel", listed[3]["id"], "--by", "worker", "--advised", "2026-02-20 08:00"),
        *("--reason", "worker-training", "--scope", "THIS_ONLY"),
    )
    assert cancelled.code == 0
    shown = practice("session", "show", listed[3]["id"], "--json").json()
    assert (shown["status"], shown["lock"], shown["needs_reschedule"]) == (
        "CANCELLED",
        "SESSION_CANCELLED",
        True,
    )
    assert shown["cancellations"][0]["reason"] == "worker-training"


def test_names_of_clients_are_not_shown(practice: Command) -> None:
    practice("session", "add", "--start", "2026-03-03 10:00", *SERIES, "--roster")
    listed = practice("session", "list").out
    first = listed.splitlines()[1].split()[0]

    for text in (listed, practice("session", "show", first).out, practice("session", "list", "--json").out):
        assert "C-1077" in text
        assert "Noor" not in text


def test_an_event_is_busy_until_it_is_set_free(practice: Command) -> None:
    start = ("--start", "2026-03-11 13:00", "--minutes", "60")
    event = practice("event", "add", "mia", "Dentist", *start, "--json").json()["session_id"]
    window = ("mia", "2026-03-11", "2026-03-12")

    assert practice("busy", *window, "--json").json() == [
        {"start": "2026-03-11T18:00:00+00:00", "end": "2026-03-11T19:00:00+00:00", "fbtype": "BUSY"}
    ]
    assert "FREEBUSY;FBTYPE=BUSY:20260311T180000Z/20260311T190000Z" in practice("busy", *window, "--ics").out
    assert practice("event", "set", event, "free").code == 0
    assert practice("event", "list", *window, "--json").json()[0]["transp"] == "TRANSPARENT"
    assert practice("busy", *window, "--json").json() == []
    assert practice("event", "delete", event).code == 0
    assert practice("event", "list", *window, "--json").json() == []


def test_a_draft_is_rostered_or_deleted(practice: Command) -> None:
    first = practice("session", "add", "--start", "2026-03-03 10:00", *SERIES[:6], "--json").json()[
        "session_id"
    ]
    second = practice("session", "add", "--start", "2026-03-04 10:00", *SERIES[:6], "--json").json()[
        "session_id"
    ]

    assert practice("session", "roster", first[:8]).code == 0
    assert practice("session", "roster", first[:8]).err.endswith("(E_TRANSITION)\n")
    assert practice("session", "delete", second).code == 0
    refused = practice("session", "delete", first)
    assert (refused.code, refused.err.endswith("(E_LOCKED)\n")) == (1, True)


def test_a_warning_is_said_and_does_not_stop(practice: Command) -> None:
    practice("session", "add", "--start", "2026-03-03 10:00", *SERIES[:6])
    second = practice("session", "add", "--start", "2026-03-03 10:30", *SERIES[:6])
    assert second.code == 0
    assert "Warning: a worker is busy at that time already (SLOT_OVERLAP)" in second.err


def test_a_backup_is_two_files_and_a_warning(practice: Command, tmp_path: Path) -> None:
    done = practice("backup", str(tmp_path / "monday.db"))

    assert done.code == 0
    assert "Without it, the stored passwords" in done.err
    assert (tmp_path / "monday.db.key").read_bytes() == (tmp_path / "calendula/calendula.key").read_bytes()
    assert practice("backup", str(tmp_path / "monday.db")).code == 1


def test_an_attestation_says_who_and_why(practice: Command) -> None:
    done = practice("privacy", "attest", "full_name", "--basis", "BAA 2026-02-01", "--as", "ada")
    assert done.out == "ada attested full_name at 2026-03-01 00:00 UTC: BAA 2026-02-01\n"
    assert practice("privacy", "attest", "busy", "--basis", "x").err.endswith("(E_LEVEL_NOT_ALLOWED)\n")


def test_migrate_and_config_check_say_that_all_is_well(practice: Command, home: Path) -> None:
    assert practice("migrate").out == f"The database is at version {HEAD} (was {HEAD}).\n"
    assert practice("config", "check").out == f"All is well: {home / 'calendula.toml'}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("session", "list"), "The database is missing or has no tables yet; run: calendula init"),
        (("migrate",), "The database is missing or has no tables yet; run: calendula init"),
        (("config", "check"), "is missing; restore it from your backup"),
    ],
)
def test_before_init_a_command_says_what_to_do(
    calendula: Command, arguments: tuple[str, ...], said: str
) -> None:
    answer = calendula(*arguments)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Error: ")
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_every_problem_of_a_file_is_one_line(practice: Command, tmp_path: Path, home: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('[[worker]]\nid = "zoe"\ntz = "Mars/Base"\n')
    answer = practice("practice", "import", str(bad))
    assert (answer.code, answer.err.count(": [[worker]] ")) == (1, 2)

    (home / "calendula.toml").write_text("[sync]\npull_s = 'often'\npage = -1\n")
    answer = practice("config", "check")
    assert answer.code == 1
    assert answer.err.count("Error: ") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("session", "move", "abcd"),
        ("session", "add"),
        ("session", "list", "--status", "SLEEPING"),
        ("session", "move", "abcd", "--start", "2026-03-03 10:00", "--scope", "some"),
        ("busy", "mia", "2026-03-01", "2026-03-02", "--json", "--ics"),
    ],
)
def test_what_is_asked_wrongly_is_exit_code_2(practice: Command, arguments: tuple[str, ...]) -> None:
    answer = practice(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err


def test_options_of_the_program_may_stand_anywhere() -> None:
    assert hoisted(["event", "add", "--as", "ada", "x", "--debug"]) == [
        "--as",
        "ada",
        "--debug",
        "event",
        "add",
        "x",
    ]
    assert hoisted(["event", "add", "--", "--as"]) == ["event", "add", "--", "--as"]


MINE = ("init", "migrate", "backup", "config check", "practice import", "busy", "privacy attest")
GROUPS = ("add", "list", "show", "roster", "move", "cancel", "delete")


@pytest.mark.parametrize(
    "command",
    [
        *MINE,
        *(f"session {name}" for name in GROUPS),
        *(f"event {name}" for name in ("add", "list", "set", "delete")),
    ],
)
def test_each_command_has_help_with_an_example(calendula: Command, command: str) -> None:
    answer = calendula(*command.split(), "--help")
    assert answer.code == 0
    assert "Example: calendula" in answer.out
    assert command.split(maxsplit=1)[0] in COMMANDS


def test_a_key_is_rotated_and_the_old_one_kept_aside(practice, home):
    old = (home / "calendula.key").read_bytes()
    done = practice("key", "rotate")
    assert (done.code, done.err) == (0, "")
    assert "0 secrets were sealed anew" in done.out
    (aside,) = home.glob("calendula.key.old-*")
    assert (aside.read_bytes(), str(aside) in done.out) == (old, True)
    assert (home / "calendula.key").read_bytes() != old
    assert practice("config", "check").code == 0


def test_001_09_assets_are_imported_named_with_a_number_and_shown(practice: Command, tmp_path: Path) -> None:
    file = tmp_path / "assets.toml"
    file.write_text(
        '[[region]]\nid = "west"\nname = "West"\n[[asset]]\nid = "chair"\nname = "Chair"\nquantity = 2\n'
        '[[asset]]\nid = "minibus"\nname = "Minibus"\nregion = "west"\n'
    )
    assert "asset: 2 added" in practice("practice", "import", str(file)).out
    add = ("session", "add", "--start", "2026-03-16 10:00", "--minutes", "60", "--client", "eva")
    done = practice(*add, "--asset", "minibus", "--asset", "chair:2", "--region", "west", "--json")
    shown = practice("session", "show", done.json()["session_id"], "--json").json()
    assert sorted(shown["assets"]) == ["chair:2", "minibus"]

    refused = practice(*add, "--asset", "chair")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.endswith("(E_ASSET_CONFLICT)\n")
    assert len(refused.err.splitlines()) == 1
    waived = practice(*add, "--asset", "chair", "--override", "A third one is on loan", "--as", "ada")
    assert waived.code == 0
    assert "(E_ASSET_CONFLICT)" in waived.err
    assert "loan" not in waived.out + waived.err + practice("history").out
    assert practice(*add, "--asset", "piano").err.endswith("(E_NOT_FOUND)\n")
