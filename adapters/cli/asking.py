"""Ask a person for what a command about links was not given: address, log-in, consent, and which calendar.

Only at a terminal; a script is told what is missing instead.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from adapters.cli.context import Here
from adapters.cli.secrets import read_secret

if TYPE_CHECKING:
    from adapters.links.consent import Login


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which calendar: one that is there, by its URL or name, or a new one of that name."""

    calendar: str | None = None
    make: str | None = None


def asked(value: str | None, question: str, *, option: str) -> str:
    """What was given, or what a person at a terminal answers; a script is told what is missing."""
    if value:
        return value
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"Missing {option}")
    return str(typer.prompt(question))


def logged_in(
    run: Here,
    where: str | None,
    user: str | None,
    *,
    bearer: bool,
    oauth: str | None,
    device: bool,
    stdin: bool,
    file: Path | None,
) -> "Login":
    """The credentials that were given, asked for, or consented to."""
    from adapters.links.consent import Login
    from adapters.links.credentials import Credentials
    from model.link import AuthKind

    name = user or (where if where and "@" in where and "://" not in where else None)
    if oauth:
        secret, auth = _consent(run, oauth, device=device), AuthKind.OAUTH
    else:
        auth = AuthKind.BEARER if bearer else AuthKind.PASSWORD
        name = name or ("" if bearer else asked(None, "User", option="--user"))
        secret = read_secret(run, stdin=stdin, file=file, what="Token" if bearer else "Password")
    found = Credentials(user=name or "", auth=auth, secret=secret, provider=oauth)
    return Login(found, run.config)


def _consent(run: Here, name: str, *, device: bool) -> str:
    """Ask for consent in the browser, or by a code; the refresh token that comes of it."""
    from adapters.dav.oauth import browser_consent, device_consent
    from adapters.links.consent import provider_named

    provider, policy = provider_named(name, run.config), run.config.network.policy()
    if device:
        return device_consent(
            provider,
            policy=policy,
            show=lambda url, code: typer.echo(f"Open {url} and enter the code {code}"),
        )
    return browser_consent(provider, policy=policy, open_page=_open_page)


def _open_page(url: str) -> None:
    import webbrowser

    typer.echo(f"Give your consent in the browser; if none opens, open this address yourself:\n{url}")
    webbrowser.open(url)


def pick(run: Here, where: str, login: "Login") -> Chosen:
    """Let a person choose one of the calendars there, or name a new one."""
    from adapters.links.finding import find

    if not sys.stdin.isatty():
        raise typer.BadParameter("Missing --calendar or --make; calendula link discover lists the calendars")
    calendars = find(where, login, run.config.network.policy()).calendars
    for number, found in enumerate(calendars, start=1):
        typer.echo(f"{number}  {found.name}  {found.url}")
    answer = str(typer.prompt("Number of the calendar, or a name for a new one")).strip()
    if not answer.isdecimal():
        return Chosen(make=answer)
    if not 1 <= int(answer) <= len(calendars):
        raise typer.BadParameter(f"There is no calendar {answer}")
    return Chosen(calendar=calendars[int(answer) - 1].url)
