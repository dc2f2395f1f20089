"""Commands that run links, or say what a run would do: plan and sync."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from adapters.cli.context import Here, here
from adapters.cli.naming import named
from adapters.cli.output import JSON, print_json
from sync.context import Line
from sync.explain import said

if TYPE_CHECKING:
    from adapters.runner import Busy
    from sync.run import Report

_ONE = typer.Argument(None, metavar="LINK", help="The link's name; may be left out where there is only one.")
_BUSY = {
    "LEASED": "another process is running it just now",
    "CLOCK_WRONG": "this machine's clock is behind the day this program was made; set it right",
    "HOST_RESTS": "its server asked us to wait; calendula status says until when",
    "PAUSED": "it is paused; calendula link resume goes on",
    "NEEDS_REAUTH": "the server refused the password; give a new one: calendula link login",
    "SUSPENDED": "it is suspended; see calendula status, then calendula link resume",
}
Hearing = Callable[[Line], None]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A link to run: its id, and its name for people."""

    id: UUID
    ref: str


def sync(
    ctx: typer.Context,
    link: str | None = _ONE,
    every: bool = typer.Option(False, "--all", help="Run all links that may run, several at a time."),
    as_json: bool = JSON,
) -> None:
    """Run one link, or all, once and now.

    Exit code 1: at least one link was not brought in step.

    Example: calendula sync mia
    """
    run = here(ctx)
    links = _all(run) if every else [_named(run, link)]
    with _progress() as heard:
        results = _run_all(run, links, heard)
    if as_json:
        print_json([_as_json(one, result) for one, result in zip(links, results, strict=True)])
    for one, result in zip(links, results, strict=True):
        _tell(one, result, quiet=as_json)
    if not links:
        typer.echo("There is no link to run; calendula link list shows all, paused ones too.")
    if not all(map(_went_well, results)):
        raise typer.Exit(1)


def plan(
    ctx: typer.Context,
    link: str | None = _ONE,
    every: bool = typer.Option(False, "--all", help="All links that may run, and suspended ones."),
    as_json: bool = JSON,
) -> None:
    """Say what a run would do; write nothing anywhere.

    It lists what would be sent, applied, held and refused, and why; of a suspended link, what suspended it.

    Example: calendula plan mia
    """
    run = here(ctx)
    links = _all(run) if every else [_named(run, link)]
    results = [_planned(run, one) for one in links]
    if as_json:
        told = [_as_json(one, result) for one, result in zip(links, results, strict=True)]
        print_json(told if every else told[0]["lines"])
    for one, result in zip(links, results, strict=True):
        if every and not as_json:
            typer.echo(f"{one.ref}:")
        _tell_plan(one, result, quiet=as_json)
    if not links:
        typer.echo("There is no link to run; calendula link list shows all, paused ones too.")
    if not all(map(_went_well, results)):
        raise typer.Exit(1)


def _planned(run: Here, link: Named) -> "Report | Exception":
    try:
        return run.app.runner.plan(link.id)
    except Exception as error:  # noqa: BLE001 - one link's trouble must not hide what the others would do
        return error


def _tell_plan(link: Named, result: "Report | Exception", *, quiet: bool) -> None:
    from adapters.cli.failures import explain

    if isinstance(result, Exception):
        explain(result, debug=False)
        return
    if not quiet and (result.lines or result.error is None):
        print_groups(result.lines)
    if result.error is not None:
        sys.stderr.write(f"Error: {link.ref}: {result.error} ({type(result.error).__name__})\n")


def _named(run: Here, ref: str | None) -> Named:
    """The link that was named, or the only one."""
    from adapters.database.engine import reading
    from adapters.links.lookup import link_named

    if ref is not None:
        with reading(run.sessions) as database:
            found = link_named(database, ref)
            return Named(id=found.id, ref=found.ref)
    links = _all(run)
    if len(links) != 1:
        raise typer.BadParameter(
            "Name the link; calendula link list shows all"
            if links
            else "There is no link to run; calendula link list shows all, link add makes one"
        )
    return links[0]


def _all(run: Here) -> list[Named]:
    from adapters.database.engine import reading
    from adapters.links.lookup import runnable_links

    with reading(run.sessions) as database:
        return [Named(id=link_id, ref=ref) for link_id, ref in runnable_links(database)]


def _run_all(run: Here, links: Sequence[Named], heard: Hearing) -> "list[Report | Busy | Exception]":
    """Each in a thread of its own, as many at a time as the configuration says."""
    runner = run.app.runner

    def one(link: Named) -> "Report | Busy | Exception":
        try:
            return runner.sync(link.id, heard=heard)
        except Exception as error:  # noqa: BLE001 - one link's trouble must not hide what the others did
            return error

    if len(links) == 1:
        return [one(links[0])]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(run.config.sync.parallel_links) as pool:
        return list(pool.map(one, links))


@contextmanager
def _progress() -> Iterator[Hearing]:
    """How far it is, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Events", total=None)
        yield lambda _: bar.advance(task)


def _went_well(result: "Report | Busy | Exception") -> bool:
    from adapters.runner import Busy

    return not isinstance(result, Busy | Exception) and result.ok


def _tell(link: Named, result: "Report | Busy | Exception", *, quiet: bool) -> None:
    """What one run did, line by line, then in sum; trouble goes to stderr."""
    from adapters.cli.failures import explain
    from adapters.runner import Busy

    if isinstance(result, Exception):
        explain(result, debug=False)
        return
    if isinstance(result, Busy):
        sys.stderr.write(f"Error: {link.ref} was not run: {_BUSY.get(result.reason, result.reason)}\n")
        return
    if not quiet:
        for line in result.lines:
            typer.echo(f"{link.ref}: {named(line)}: {said(line)}".replace(" : ", " "))
        typer.echo(f"{link.ref}: {summary(result)}")
    if result.error is not None:
        sys.stderr.write(f"Error: {link.ref}: {result.error} ({type(result.error).__name__})\n")


def summary(report: "Report") -> str:
    """The numbers of one run."""
    counts = report.counts
    parts = [
        (report.writes, "sent"),
        (counts.get("judged.apply", 0) + counts.get("judged.keep", 0), "applied"),
        (counts.get("judged.hold", 0), "held"),
        (counts.get("judged.refuse", 0), "refused"),
        (counts.get("busy", 0) + counts.get("free", 0), "read as busy or free"),
        (counts.get("quarantined", 0), "set aside"),
        (counts.get("failed", 0), "not written"),
    ]
    told = ", ".join(f"{number} {word}" for number, word in parts if number)
    return told or ("nothing to do" if report.ok else "nothing done")


def print_groups(lines: Sequence[Line]) -> None:
    """What would happen, in groups by what and why; in each, the events by their time."""
    if not lines:
        typer.echo("Nothing to do.")
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((_group(line), said(line)), []).append(line)
    heading = ""
    for (name, sentence), found in sorted(groups.items()):
        if name != heading:
            typer.echo(f"{name[2:]}:")
        heading = name
        typer.echo(f"  {len(found)} × {sentence}")
        for line in sorted(found, key=lambda one: (one.start, one.uid)):
            if text := named(line if line.action != "create" else replace(line, uid="")):  # not its last one
                typer.echo(f"      {text}")


def _group(line: Line) -> str:
    """The heading of a line, with its place in the order."""
    if line.action == "rewind":
        return "2 Left as it is" if line.decision == "REFUSE" else "1 Undone"
    if line.action == "judged":
        done = {"HOLD": "4 Would be held", "REFUSE": "5 Would be refused"}
        return done.get(line.decision, "3 Would be applied")
    if line.action in ("create", "replace", "delete"):
        return "2 Would be sent"
    if line.action in ("busy", "free"):
        return "3 Would be known as busy or free"
    if line.action in ("vanished", "went-back"):
        return "0 Not to be believed, so nothing is done"
    return "1 Unsettled" if line.action == "unsettled" else "6 Other"


def _as_json(link: Named, result: "Report | Busy | Exception") -> dict[str, object]:
    from adapters.runner import Busy

    if isinstance(result, Busy | Exception):
        reason = result.reason if isinstance(result, Busy) else type(result).__name__
        return {"link": link.ref, "ok": False, "reason": reason, "counts": {}, "lines": []}
    reason = type(result.error).__name__ if result.error else ""
    lines = [asdict(line) for line in result.lines]
    return {"link": link.ref, "ok": result.ok, "reason": reason, "counts": result.counts, "lines": lines}
