"""The configuration file: found, read, overridden by the environment, and complained about all at once."""

import ast
import dataclasses
import os
import tomllib
from functools import cache
from pathlib import Path

import pytest

from adapters.config import Config, ConfigError, Problem, find_file, load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
CANARY = "hunter2-canary"


@pytest.fixture(autouse=True)
def no_variables_of_ours(monkeypatch):
    for name in [name for name in os.environ if name.upper().startswith("CALENDULA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path):
    def written(text: str) -> Path:
        file = tmp_path / "calendula.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def problems_of(file: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(file)
    return caught.value.problems


def defaults(section: object) -> dict[str, object]:
    plain = dataclasses.asdict(section)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def keys() -> set[str]:
    """Every key of the schema, as `section.key`; a provider's keys as `oauth.key`."""
    sections = {name: field.default for name, field in Config.model_fields.items()}
    sections["oauth"] = sections["oauth"].google
    return {
        f"{name}.{field.name}" for name, section in sections.items() for field in dataclasses.fields(section)
    }


@cache
def attributes_read() -> set[str]:
    """Every name that the product's code reads as an attribute of something."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for room in ("model", "sync", "adapters")
        for path in (ROOT / room).rglob("*.py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}


def test_the_example_holds_every_key_with_its_default_and_nothing_else():
    expected = {name: defaults(field.default) for name, field in Config.model_fields.items()}
    assert tomllib.loads(EXAMPLE.read_text(encoding="utf-8")) == expected


def test_the_example_is_a_valid_file_that_changes_nothing(tmp_path):
    beside = tmp_path / "calendula.toml"
    beside.write_bytes(EXAMPLE.read_bytes())
    empty = tmp_path / "empty.toml"
    empty.touch()
    assert load(beside) == load(empty)


def test_a_file_changes_what_it_names_and_leaves_the_rest(write):
    config = load(write('[sync]\npull_s = 120\n[oauth.google]\nclient_id = "me"\n'))
    assert (config.sync.pull_s, config.sync.push_s) == (120, 60)
    assert (config.oauth.google.client_id, config.oauth.google.scope) == (
        "me",
        "https://www.googleapis.com/auth/calendar",
    )


def test_the_environment_wins_over_the_file(write, monkeypatch):
    monkeypatch.setenv("CALENDULA_SYNC__PULL_S", "90")
    monkeypatch.setenv("CALENDULA_PRIVACY__INCLUDE_CONFERENCE", "false")
    monkeypatch.setenv("CALENDULA_NETWORK__ALLOW_PLAIN_HOSTS", "cal.example, Dav.example")
    config = load(write("[sync]\npull_s = 120\npush_s = 30\n"))
    assert (config.sync.pull_s, config.sync.push_s) == (90, 30)
    assert config.privacy.include_conference is False
    assert config.network.policy().plain_hosts == {"cal.example", "dav.example"}


def test_relative_files_lie_beside_the_configuration_wherever_it_is_called_from(write, monkeypatch):
    file = write('[network]\nca_file = "/etc/ssl/own.pem"\n')
    monkeypatch.chdir("/")
    config = load(file)
    assert config.database.url == f"sqlite:///{file.parent}/calendula.sqlite3"
    assert config.secrets.key_file == str(file.parent / "calendula.key")
    assert config.network.ca_file == "/etc/ssl/own.pem"


def test_all_problems_are_reported_at_once_with_file_key_and_what_is_allowed(write, monkeypatch):
    monkeypatch.setenv("CALENDULA_SYNC__PER_HOST", "many")
    monkeypatch.setenv("CALENDULA_SNYC__PULL_S", "1")
    monkeypatch.setenv("CALENDULA_LOG", "json")
    file = write(
        '[sync]\npul_s = 1\npage = 0\nreconcile = "25:00"\n[inbound]\nclient_delete = "apply"\n'
        '[privacy]\ninclude_conference = "perhaps"\n[databse]\n[network]\nread_s = 1.5\n'
        '[[network.allow_plain_hosts]]\n[database]\nurl = "mysql://x"\n'
    )
    listed = {str(problem) for problem in problems_of(file)}
    env = "environment variable CALENDULA_"
    hosts = "allowed: a list of host names, addresses or networks"
    addresses = "allowed: sqlite:///FILE or postgresql://USER@HOST/NAME"
    assert listed == {
        f"{env}SYNC__PER_HOST: sync.per_host: text that does not fit; allowed: a whole number from 1 to 16",
        f"{env}SNYC__PULL_S: snyc: unknown section; allowed: did you mean sync?",
        f"{file}: databse: unknown section; allowed: did you mean database?",
        f"{file}: sync.pul_s: unknown key; allowed: did you mean pull_s?",
        f"{file}: sync.page: a whole number that does not fit; allowed: a whole number from 1 to 500",
        f"{file}: sync.reconcile: text that does not fit; allowed: a time of day in UTC, like 02:30",
        f'{file}: inbound.client_delete: text that does not fit; allowed: one of "hold", "refuse"',
        f"{file}: privacy.include_conference: text that does not fit; allowed: true or false",
        f"{file}: network.allow_plain_hosts: a section that does not fit; {hosts}",
        f"{file}: network.read_s: a number that does not fit; allowed: a whole number from 1 to 600",
        f"{file}: database.url: text that does not fit; {addresses}",
        f"{env}LOG: log: text that does not fit; allowed: a section with the keys level, format",
    }


@pytest.mark.parametrize("key", [field.name for field in dataclasses.fields(Config().sync)])
def test_a_value_of_the_wrong_kind_is_answered_for_every_key(write, key):
    (problem,) = problems_of(write(f"[sync]\n{key} = {{}}\n"))
    assert (problem.key, problem.found) == (f"sync.{key}", "a section that does not fit")
    assert problem.allowed


@pytest.mark.parametrize("pattern", ["[A-Z", "(", "*x", "(?P<a>x)(?P<a>y)"])
def test_subject_pattern_a_broken_one_is_found_when_the_configuration_is_read(write, monkeypatch, pattern):
    file = write(f"[rules]\nsubject_pattern = '{pattern}'\n")
    with pytest.raises(ConfigError) as refused:
        load(file)
    (problem,) = refused.value.problems
    assert str(problem) == (
        f"{file}: rules.subject_pattern: text that does not fit; allowed: a regular expression, or empty"
    )
    monkeypatch.setenv("CALENDULA_RULES__SUBJECT_PATTERN", pattern)
    with pytest.raises(ConfigError, match="environment variable CALENDULA_RULES__SUBJECT_PATTERN"):
        load(write(""))
    monkeypatch.setenv("CALENDULA_RULES__SUBJECT_PATTERN", "[A-Z]{3} .+")
    assert load(file).rules.subject_pattern == "[A-Z]{3} .+"


@pytest.mark.parametrize("proxy", ["*", "proxy.example", "10.1.2.3/16", "127.0.0.1:8080"])
def test_g16_who_is_believed_about_who_asks_is_an_address(write, proxy):
    file = write(f'[web]\ntrusted_proxies = ["127.0.0.1", "{proxy}"]\n')
    (problem,) = problems_of(file)
    assert (problem.key, problem.found) == ("web.trusted_proxies", "text that does not fit")
    assert load(write('[web]\ntrusted_proxies = ["::1", "10.1.0.0/16"]\n')).web.trusted_proxies


def test_a_deletion_of_a_client_session_can_never_be_configured_to_apply(write):
    (problem,) = problems_of(write('[inbound]\nclient_delete = "apply"\n'))
    assert problem.allowed == 'one of "hold", "refuse"'


@pytest.mark.parametrize(
    "text",
    [
        f'[oauth.google]\nclient_secret = ["{CANARY}"]\n',
        f'[database]\nurl = "mysql://me:{CANARY}@host/db"\n',
        f'[database]\nurl = "{CANARY}\n',
        f'[sync]\npull_s = "{CANARY}"\n',
    ],
)
def test_values_are_never_shown(write, text):
    file = write(text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert CANARY not in str(caught.value)
    assert str(file) in str(caught.value)


def test_secrets_do_not_appear_in_the_printed_configuration(write):
    text = f'[oauth.google]\nclient_secret = "{CANARY}"\n[database]\nurl = "postgresql://me:{CANARY}@db/x"\n'
    assert CANARY not in repr(load(write(text)))


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"[sync\n", "is not TOML (at line 1, column 6)"), (b"\xff\xfe", "is not UTF-8 text")],
)
def test_a_file_that_is_no_toml_is_one_problem(tmp_path, content, found):
    file = tmp_path / "calendula.toml"
    file.write_bytes(content)
    (problem,) = problems_of(file)
    assert (problem.where, problem.found) == (str(file), found)


def test_a_named_file_must_be_there(tmp_path):
    missing = find_file({"CALENDULA_CONFIG": str(tmp_path / "none.toml")})
    (problem,) = problems_of(missing)
    assert problem.found == "cannot be read (No such file or directory)"


def test_the_file_here_is_found_before_the_one_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "xdg" / "calendula" / "calendula.toml"
    home.parent.mkdir(parents=True)
    home.touch()
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert find_file(environ) == home
    (tmp_path / "calendula.toml").touch()
    assert find_file(environ) == Path("calendula.toml")


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_key_is_read_by_something(key):
    """A key that nothing reads is worse than a missing one: it promises."""
    assert key.rpartition(".")[2] in attributes_read()
