"""The command status: how every link is doing, what waits, and how the jobs went."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_json, print_rows
from sync.explain import reason

if TYPE_CHECKING:
    from adapters.links.overview import Health, Overview


_SHOWN = 10
_TOLD = {
    "scheduler": "whoever schedules, about {worker}",
    "admin": "the administrator, about {worker}",
}
_NEXT = {
    "NEEDS_REAUTH": "the server refuses the password; give it a new one: calendula link login {link}",
    "CALENDAR_MISSING": "look for the calendar, then calendula link resume {link}; if it is gone for good, "
    "calendula link remove {link} --keep-events, and link another",
    "MASS_CHANGE": "too much was gone at once, so nothing was applied; calendula plan {link} lists it. Then "
    "calendula link resume {link} --restore puts it back, --accept takes it as meant, calendula link remove ends it",
    "SERVER_RESTORED": "the calendar went back in time, so nothing was applied; calendula plan {link} lists it. Then "
    "calendula link resume {link} --restore writes what the practice has, --accept takes it as meant",
    "DATABASE_RESTORED": "this database is a backup that was put back; calendula plan {link}, then "
    "calendula link resume {link} --accept follows the calendar, --restore writes what this database has",
    "PAUSED": "it rests; calendula link resume {link} goes on",
    "ERROR": "it is tried again by itself; calendula link check {link} says what the server answers",
}


_NEXT_OF_A_SOURCE = (
    "too much was gone at once, so what it said before still counts; calendula plan {link} lists it. Then "
    "calendula link resume {link} --accept takes it as it is, calendula link remove ends it"
)


def status(ctx: typer.Context, as_json: bool = JSON) -> None:
    """Say how every link is doing, and what waits.

    Per link: state, last good run, events there, changes that wait for an answer (calendula changes list), items
    of the calendar that were set aside, and writes that the server refused. Then what to do, and notices.
    "(stale)" means that a link's cadence passed twice since its last good run. Of a busy source the events are those
    that take time; it is named where they were last read too long ago ([sync] stale_after_min).

    Example: calendula status
    """
    from adapters.links.overview import overview

    run = here(ctx)
    sync = run.config.sync
    stale_after = timedelta(minutes=sync.stale_after_min)
    found = overview(run.sessions, now=run.clock(), item_writes=sync.item_writes, stale_after=stale_after)
    if as_json:
        print_json(asdict(found))
        return
    if not found.links:
        typer.echo("There is no link yet; calendula link add makes one.")
        return
    columns = {
        "link": lambda row: row.link,
        "worker": lambda row: row.worker,
        "state": _state,
        "last good run": _age,
        "events": lambda row: row.events,
        "waiting": lambda row: row.waiting,
        "set aside": lambda row: row.quarantined,
        "refused": lambda row: row.refused_writes,
    }
    print_rows(found.links, columns, as_json=False)
    _print_rest(found)


def _print_rest(found: "Overview") -> None:
    for host in found.hosts:
        why = "it asked us to wait" if host.asked else f"it did not answer {host.failures} times in a row"
        typer.echo(f"{host.host} is left alone until {_minute(host.until)}: {why}")
    for link in found.links:
        if link.looping:
            typer.echo(
                f"{link.link}: {link.looping} events were written too often today and are left alone until tomorrow; "
                "another program undoes what we write: find out which (WRITE_LOOP)"
            )
        if link.outdated:
            typer.echo(
                f"{link.link}: not read for too long, so {link.worker} may be busy at other times than are known"
            )
        if link.last_error:
            typer.echo(f"{link.link}: {link.last_error}")
        if (hint := _hint(link)) is not None:
            typer.echo(f"{link.link}: {hint.format(link=link.link)}")
    if len(found.notices) > _SHOWN:
        typer.echo(f"{len(found.notices)} notices are kept; the latest {_SHOWN} (--json shows all):")
    for notice in found.notices[-_SHOWN:]:
        about = f" (calendula changes show {notice.change})" if notice.change else ""
        whom = _TOLD.get(notice.audience, "{worker}").format(worker=notice.worker)
        typer.echo(f"To tell {whom}: {reason(notice.code)}{about}")
    for job in found.jobs:
        typer.echo(f"Job {job.job}: {job.result}, {_minute(job.last)}")


def _hint(link: "Health") -> str | None:
    if link.role == "BUSY_SOURCE" and link.reason == "MASS_CHANGE":
        return _NEXT_OF_A_SOURCE
    return _NEXT.get(link.reason) or _NEXT.get(link.state)


def _state(link: "Health") -> str:
    """The state, and why; of a paused link, by whom."""
    by = "by " if link.state == "PAUSED" and link.reason else ""
    return f"{link.state} {by}{link.reason}".strip()


def _age(link: "Health") -> str:
    """When it last went well, and how long ago that is."""
    if link.last_good is None or link.age_s is None:
        return "never"
    minutes = link.age_s // 60
    ago = f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"
    return f"{_minute(link.last_good)}, {ago}{' (stale)' if link.stale else ''}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"
