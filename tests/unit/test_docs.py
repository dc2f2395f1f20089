"""The documents name what the code has: keys, commands, words, links and versions."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import model
from adapters.config import Config
from adapters.diary.tables import TABLES
from model.base import Base
from sync import explain

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

# The command line is a promise to scripts: these names do not change by accident.
COMMANDS = {
    *("init", "migrate", "backup", "demo", "config check", "key rotate", "practice import", "privacy attest"),
    "practice sample",
    *(f"session {verb}" for verb in ("no-show", "fee", "cancellations", "repeat")),
    *(f"reason {verb}" for verb in ("list", "add", "retire")),
    *(f"session-type {verb}" for verb in ("list", "add", "retire")),
    *("session edit", "session assets", "session feedback"),
    *(
        f"roster base {verb}"
        for verb in ("add", "slot", "remove", "draft", "finalise", "clone", "list", "show", "plan", "unplan")
    ),
    *(f"roster period {verb}" for verb in ("create", "add", "change", "remove", "list", "show", "validate")),
    *("roster period plan", "roster period unplan"),
    "roster publish",
    *(
        f"bed {verb}"
        for verb in ("book", "list", "edit", "hold", "end-hold", "check-in", "check-out", "cancel")
    ),
    *(
        f"session {verb}"
        for verb in ("assign", "unassign", "accept", "decline", "clients", "reschedule", "offer")
    ),
    *(f"session {verb}" for verb in ("start", "complete", "reset")),
    *("session activities", "session shift", "session confirm", "session acknowledge"),
    "export services",
    *(f"service {verb}" for verb in ("list", "plan", "ad-hoc", "unplan")),
    *(
        f"session {verb}"
        for verb in ("add", "list", "show", "move", "place", "modifiers", "cancel", "roster", "delete")
    ),
    *(f"note {verb}" for verb in ("sign", "unlock", "diagnose")),
    *(
        f"bill {verb}"
        for verb in ("make", "list", "show", "edit-services", "pay", "refund", "remove-payment")
    ),
    *("bill cancel", "bill superbill"),
    *(f"event {verb}" for verb in ("add", "list", "import", "set", "delete")),
    *(
        f"link {verb}"
        for verb in (
            "discover",
            "add",
            "subscribe",
            "login",
            "set",
            "list",
            "check",
            "pause",
            "resume",
            "remove",
        )
    ),
    "worker leave",
    *("client erase", "support-export"),
    *(f"feed {verb}" for verb in ("add", "list", "rotate", "remove")),
    *(f"changes {verb}" for verb in ("list", "show", "confirm", "dismiss")),
    *(f"availability {verb}" for verb in ("set", "add", "list", "clear")),
    *(f"offer {verb}" for verb in ("list", "send", "accept", "decline", "assign")),
    *(f"leave {verb}" for verb in ("add", "list", "approve", "remove")),
    *(f"messages {verb}" for verb in ("list", "send", "try")),
    *(f"token {verb}" for verb in ("add", "list", "revoke")),
    "web",
    *("plan", "sync", "run", "status", "history", "rewind", "busy"),
    *(
        f"booking {verb}"
        for verb in ("settings", "invite", "book", "move", "cancel", "withdraw", "list", "accept", "decline")
    ),
    *(f"booking type {verb}" for verb in ("list", "add", "retire")),
    *(f"booking window {verb}" for verb in ("list", "add", "remove")),
    "slots",
}

# STYLE, "Words", and the RFC names that keep their spelling.
WORDS = (
    *("session", "series", "occurrence", "override", "booking", "worker", "client", "calendar link"),
    *("event mapping", "projection", "inbound change", "action", "verdict", "cancellation"),
    *("uid", "etag", "recurrence_id", "exdate"),
    *("decide", "expand", "fetch", "replace", "load", "store"),
)


def text_of(*pages: Path) -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def glossary_words() -> set[str]:
    """The words in bold at the beginning of a row."""
    rows = re.findall(r"^\| \*\*([^*]+)\*\*", text_of(DOCS / "glossary.md"), re.MULTILINE)
    return {word.strip().lower() for row in rows for word in row.split(",")}


def config_keys() -> list[str]:
    return [key for name, field in Config.model_fields.items() for key in keys_below(name, field.default)]


def keys_below(path: str, section: object) -> Iterator[str]:
    for field in dataclasses.fields(section):  # type: ignore[arg-type]
        value = getattr(section, field.name)
        below = f"{path}.{field.name}"
        yield from keys_below(below, value) if dataclasses.is_dataclass(value) else [below]


def commands_of(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command below one; a group loads its commands when it is asked."""
    if not hasattr(command, "list_commands"):
        yield " ".join(path)
        return
    for name in command.list_commands(None):
        yield from commands_of(command.get_command(None, name), (*path, name))


def described(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command and group below one, with its path."""
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        below = command.get_command(None, name)
        yield " ".join((*path, name)), below
        yield from described(below, (*path, name))


@pytest.mark.parametrize("key", config_keys())
def test_every_configuration_key_is_explained_to_administrators(key):
    assert f"| `{key}` |" in text_of(DOCS / "admins.md")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_a_practice_file_is_listed_with_its_columns(table):
    _, _, listed = text_of(DOCS / "admins.md").partition("| table | columns |")
    rows = re.findall(rf"^\| `{table}` \| (.*) \|$", listed.partition("\n\n")[0], re.MULTILINE)
    assert len(rows) == 1
    assert re.findall(r"`([a-z_]+)`", rows[0]) == list(TABLES[table])
    assert re.findall(r"\*\*`([a-z_]+)`", rows[0]) == [n for n, key in TABLES[table].items() if key.required]


def test_administrators_are_told_of_no_key_that_does_not_exist():
    sections = "|".join(Config.model_fields)
    told = re.findall(rf"^\| `((?:{sections})\.[a-z_.]+)` \|", text_of(DOCS / "admins.md"), re.MULTILINE)
    assert sorted(told) == sorted(config_keys())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme_or_the_docs(command):
    assert f"calendula {command}" in text_of(*PAGES)


def test_the_command_line_has_exactly_the_promised_commands():
    if not list((ROOT / "adapters" / "cli").glob("*.py")):
        return  # the command line is not written yet
    typer = import_module("typer")
    app = import_module("adapters.cli.app").app
    assert set(commands_of(typer.main.get_command(app))) == COMMANDS


def test_no_document_names_a_command_that_does_not_exist():
    groups = {
        " ".join(words[:at]) for one in COMMANDS if (words := one.split()) for at in range(1, len(words))
    }
    spelled = re.findall(r"`[^`]+`|^    .*", text_of(*PAGES), re.MULTILINE)
    told = re.findall(r"calendula ((?:[a-z]+(?:-[a-z]+)* ?)+)", "\n".join(spelled))
    named = {_known_part(words.split(), groups) for words in told}
    assert named <= COMMANDS | groups


def _known_part(words, groups):
    """As many words as name a command or a group; the first alone where none do."""
    parts = [" ".join(words[:at]) for at in range(len(words), 0, -1)]
    return next((part for part in parts if part in COMMANDS | groups), parts[-1])


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_style_is_in_the_glossary(word):
    assert word in glossary_words()


def test_every_noun_of_the_model_is_in_the_glossary():
    for path in Path(model.__file__).parent.glob("*.py"):
        import_module(f"model.{path.stem}")
    nouns = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    spelled = {re.sub(r"(?<!^)([A-Z])", r" \1", noun).lower() for noun in nouns}
    text = text_of(DOCS / "glossary.md")
    missing = {
        w for w in spelled if w not in glossary_words() and f"`{w.title().replace(' ', '')}`" not in text
    }
    assert missing == set()


def codes_explained() -> set[str]:
    """The codes at the beginning of a row, with or without backticks."""
    rows = re.findall(r"^\| ([^|]+) \|", text_of(DOCS / "codes.md"), re.MULTILINE)
    return {code.strip("` ") for row in rows for code in row.split(",")}


def codes_in(pattern: str, *rooms: str) -> set[str]:
    """What a pattern finds in the sources of some rooms or files."""
    files = [
        file for room in rooms for file in ([ROOT / room] if "." in room else (ROOT / room).rglob("*.py"))
    ]
    return set(re.findall(pattern, text_of(*files)))


def test_every_code_that_has_words_is_in_the_list_of_codes():
    told = explain.GESTURES | explain.REASONS | explain._FAILURES | explain._QUARANTINED
    assert set(told) - codes_explained() == set()


def test_every_reason_a_verdict_may_give_has_words_and_is_in_the_list_of_codes():
    given = codes_in(
        r"""(?:_refuse|_hold)\("([A-Z_]+)"|reason="([A-Z_]+)"|policy\.\w+, "([A-Z_]+)"|reason = "([A-Z_]+)" if""",
        "sync/judge.py",
    )
    reasons = {word for words in given for word in words if word}
    assert len(reasons) > 15
    assert reasons - set(explain.REASONS) == set()
    assert reasons - codes_explained() == set()


# DOMAIN 1.6 and 1.7 name these without saying when each is given; docs/codes.md says when.
NAMED = (
    *(
        "SESSION_COMPLETE",
        "SD_EXTRACTED",
        "SESSION_CANCELLED",
        "SESSION_IN_PROGRESS",
        "NOTE_SIGNED",
        "BILLED",
        "PAID",
    ),
    *("ROSTER_LOCKED", "REQUEST_PENDING", "READ_ONLY_LINK", "READ_ONLY_CALENDAR", "CLIENT_BOOKING_DELETE"),
    *(
        "SERIES_DELETE",
        "RECURRENCE_CHANGE",
        "GROUP_SESSION",
        "MULTI_WORKER",
        "ROSTER_SESSION",
        "ROOM_CONFLICT",
    ),
    *("ASSET_CONFLICT", "CLIENT_CONFLICT", "WORKER_UNAVAILABLE", "OUTSIDE_SHIFT", "ACTIVITY_OUTSIDE"),
    *(
        "ALL_DAY_NOT_ALLOWED",
        "MUST_BE_BUSY",
        "TOO_LONG",
        "INTO_PAST",
        "PAST_WINDOW",
        "TITLE_OWNED",
        "LOCATION_OWNED",
    ),
    *(
        "URL_OWNED",
        "PRIVACY_ATTENDEE",
        "COPY_IS_NOT_BOOKING",
        "STALE_BASE",
        "MASS_CHANGE",
        "CALENDAR_MISSING",
    ),
    *(
        "SLOT_OVERLAP",
        "CLIENT_OVERLAP",
        "SUBJECT_PATTERN",
        "PORTION_UNDER_100",
        "TZ_MISMATCH",
        "MONTH_DAY_SKIPPED",
    ),
    "UNASSIGNED",
)


def test_every_reason_and_warning_that_may_be_given_has_its_trigger_in_the_list_of_codes():
    assert set(NAMED) - codes_explained() == set()


def test_every_conflict_and_note_has_words():
    given = codes_in(r'"([A-Z]+_[A-Z]+)"\]? \* ', "adapters/diary/conflicts.py", "adapters/diary/presence.py")
    given |= codes_in(r'\("([A-Z_]+)",\) \* ', "sync/judge.py", "sync/facts.py")
    given |= codes_in(r'code="(HELD_[A-Z]+)"', "adapters/diary/chasing.py")
    assert len(given) > 6
    assert given - set(explain.REASONS) == set()


def test_every_error_code_of_a_command_is_in_the_list_of_codes():
    raised = codes_in(r'DomainError\(\s*"(E_[A-Z_]+)"', "model", "sync", "adapters")
    assert len(raised) > 15
    assert raised - codes_explained() == set()


def test_no_document_speaks_of_the_place_it_was_written_in():
    assert not re.search(r"/work/|/tmp/|127\.0\.0\.1:\d|\bhelpers?\b", text_of(*PAGES))


def test_every_command_has_a_line_that_fits_into_the_list_of_commands():
    click = import_module("typer").main.get_command(import_module("adapters.cli.app").app)
    helps = {path: command.get_short_help_str(64) for path, command in described(click)}
    assert [path for path, text in helps.items() if not text or re.search(r"\w\.\.\.$", text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_decisions_are_numbered_without_gaps_and_fit_on_half_a_page():
    files = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    assert [file.name for file in files if len(file.read_text(encoding="utf-8").splitlines()) > 45] == []


def test_the_changelog_begins_with_this_version():
    version = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["version"]
    assert re.findall(r"^## (.+)$", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)[0] == version


def test_the_rfc_table_has_each_rfc():
    rfcs = set(re.findall(r"^## RFC (\d+)", text_of(DOCS / "rfc-support.md"), re.MULTILINE))
    assert rfcs == {"5545", "4791", "6578", "6638", "6764", "7953", "7986", "9110"}
