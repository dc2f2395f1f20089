"""Find and read the configuration: one TOML file, and the environment over it.

Everything that is wrong is reported at once. Nothing is read at import time.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from adapters.config.problems import ConfigError, Problem, unknown_key, wrong_value
from adapters.config.schema import PREFIX, Config, MailSection, MessagesSection

FILE_NAME = "calendula.toml"
LEASE_SPARE_S = 15
_SQLITE = "sqlite:///"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_Section = TypeVar("_Section", MailSection, MessagesSection)
_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}


def find_file(environ: Mapping[str, str]) -> Path | None:
    """The file named by CALENDULA_CONFIG, else the first that exists here, in the home folder, in /etc."""
    if named := environ.get(f"{PREFIX}CONFIG"):
        return Path(named)
    home = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "/")) / ".config")
    places = (Path(FILE_NAME), Path(home, "calendula", FILE_NAME), Path("/etc/calendula", FILE_NAME))
    return next((place for place in places if place.is_file()), None)


def load(file: Path | None) -> Config:
    """Read `file` (None: defaults only) and the environment; ConfigError lists everything that is wrong."""
    data = _read(file) if file else {}
    problems = [unknown_key(str(file), (name,)) for name in data if name not in Config.model_fields]
    problems += _unknown_variables()
    try:
        config = Config(**{name: value for name, value in data.items() if name in Config.model_fields})
    except ValidationError as error:
        problems += [_problem(found["loc"], found["type"], found["input"], file) for found in error.errors()]
    else:
        problems += _contradictions(config, file)
    if problems:
        raise ConfigError(problems)
    return _anchored(config, file.parent.absolute() if file else Path.cwd())


def _contradictions(config: Config, file: Path | None) -> list[Problem]:
    """What is allowed by itself, and still cannot be used."""
    found = (_short_lease, _broken_pattern, _no_address, _half_a_way)
    return [problem for check in found for problem in check(config, file)]


def _broken_pattern(config: Config, file: Path | None) -> list[Problem]:
    """A pattern of subjects that says nothing is found now, not when a session is added (001-07)."""
    try:
        re.compile(config.rules.subject_pattern)
    except re.error:
        key, found = "rules.subject_pattern", "text that does not fit"
        return [
            Problem(where=_where(key, file), key=key, found=found, allowed="a regular expression, or empty")
        ]
    return []


def _no_address(config: Config, file: Path | None) -> list[Problem]:
    """Whoever is believed about who asks is named exactly: a name, or everybody, would switch the limits off (G16)."""
    try:
        for proxy in config.web.trusted_proxies:
            ip_network(proxy)
    except ValueError:
        key, allowed = "web.trusted_proxies", "addresses or networks, like 127.0.0.1 or 10.1.0.0/16"
        return [Problem(where=_where(key, file), key=key, found="text that does not fit", allowed=allowed)]
    return []


def _half_a_way(config: Config, file: Path | None) -> list[Problem]:
    """Messages that could never be sent, or would be read by others on their way (FAILURES G1)."""
    mail, messages = config.mail, config.messages
    needed = {
        "mail.host": (mail.via == "smtp" and not mail.host, "the name of the mail server"),
        "mail.address": (mail.via != "none" and not mail.address, "the address that mail is from"),
        "mail.folder": (mail.via == "file" and not mail.folder, "a folder"),
        "mail.security": (
            mail.via == "smtp" and mail.security == "none" and mail.host not in _THIS_MACHINE,
            f"starttls or tls; none only where mail.host is {' or '.join(_THIS_MACHINE)}",
        ),
        "messages.webhook_secret": (
            bool(messages.webhook_url) and not (messages.webhook_secret or messages.webhook_secret_file),
            "a secret, here or in the file that messages.webhook_secret_file names",
        ),
    }
    return [
        Problem(where=_where(key, file), key=key, found="does not do", allowed=allowed)
        for key, (wrong, allowed) in needed.items()
        if wrong
    ]


def _short_lease(config: Config, file: Path | None) -> list[Problem]:
    """A write must end before another process may take its link over (FAILURES E12)."""
    lease, write = config.sync.lease_s, config.network.write_s
    if lease >= write + LEASE_SPARE_S:
        return []
    allowed = f"at least {LEASE_SPARE_S} more than network.write_s ({write})"
    return [Problem(where=str(file or "defaults"), key="sync.lease_s", found=f"is {lease}", allowed=allowed)]


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        found, allowed = f"cannot be read ({error.strerror})", "a file that this user may read"
    except UnicodeDecodeError:
        found, allowed = "is not UTF-8 text", "a TOML file in UTF-8"
    except tomllib.TOMLDecodeError as error:  # its text may quote the line, so only the place is kept
        found, allowed = f"is not TOML (at {str(error).rpartition('(at ')[2].rstrip(')')})", "a TOML file"
    raise ConfigError([Problem(where=str(file), key="", found=found, allowed=allowed)])


def _unknown_variables() -> list[Problem]:
    """Variables meant for us that would be passed over in silence."""
    ours = [name for name in sorted(os.environ) if name.upper().startswith(PREFIX)]
    parts = {name: name.upper().removeprefix(PREFIX).lower().split("__") for name in ours}
    return [
        unknown_key(_variable(name), (path[0],))
        for name, path in parts.items()
        if len(path) > 1 and path[0] not in Config.model_fields
    ]


def _problem(loc: tuple[int | str, ...], kind: str, value: object, file: Path | None) -> Problem:
    path = tuple(part for part in loc if isinstance(part, str))
    where = _where(".".join(path), file)
    return unknown_key(where, path) if kind in _UNKNOWN else wrong_value(where, path, value)


def _where(key: str, file: Path | None) -> str:
    """Where a key was set: in the environment, which wins, or in the file."""
    name = PREFIX + key.replace(".", "__").upper()
    return _variable(name) if name in map(str.upper, os.environ) else str(file)


def _variable(name: str) -> str:
    return f"environment variable {name}"


def _anchored(config: Config, folder: Path) -> Config:
    """Relative files lie beside the configuration file, wherever the command is called from."""
    url, ca_file = config.database.url, config.network.ca_file
    if url.startswith(_SQLITE):
        url = _SQLITE + str(folder / url.removeprefix(_SQLITE))
    return config.model_copy(
        update={
            "database": replace(config.database, url=url),
            "secrets": replace(config.secrets, key_file=str(folder / config.secrets.key_file)),
            "network": replace(config.network, ca_file=str(folder / ca_file) if ca_file else ""),
            "mail": _beside(config.mail, folder, "password_file", "ca_file", "folder"),
            "messages": _beside(config.messages, folder, "templates", "webhook_secret_file"),
        }
    )


def _beside(section: _Section, folder: Path, *keys: str) -> _Section:
    """A section whose file names are whole; empty ones stay empty."""
    named: dict[str, Any] = {key: str(folder / name) for key in keys if (name := getattr(section, key))}
    return replace(section, **named)
