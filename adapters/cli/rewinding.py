"""The command rewind: show what undoing some runs of a link would do, then do it."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_json, print_rows
from adapters.cli.syncing import print_groups

if TYPE_CHECKING:
    from adapters.links.rewinding import Chosen
    from sync.run import Report

LINK = typer.Argument(metavar="LINK", help="The link's name, as link list shows it.")


def rewind(
    ctx: typer.Context,
    ref: str = LINK,
    to: str | None = typer.Option(None, "--to", metavar="RUN", help="Back to before this run."),
    only: bool = typer.Option(False, "--only", help="Undo that run alone, not all since."),
    yes: bool = typer.Option(False, "--yes", help="Do it; without, it is only shown."),
    as_json: bool = JSON,
) -> None:
    """Undo what runs did, in the calendar and here.

    Without --to it lists the runs of the last 30 days that changed something. With --to it shows what would be undone:
    that run and all since; with --yes it does so. What changed since is left as it is. The link is paused then.

    Example: calendula rewind mia --to 3f9a0c12
    """
    from adapters.links.rewinding import chosen, undoable
    from adapters.links.rewinding import rewind as undo

    run = here(ctx)
    if to is None:
        columns = {
            "run": lambda row: row.run,
            "when": lambda row: f"{row.at:%Y-%m-%d %H:%M}Z",
            "job": lambda row: row.job,
            "in the calendar": lambda row: row.in_calendar,
            "here": lambda row: row.here,
        }
        print_rows(
            undoable(run.sessions, ref), columns, as_json=as_json, none="No run left anything to undo."
        )
        return
    what = chosen(run.sessions, ref, to=to, only=only)
    report = undo(run.app, run.act(), what) if yes else run.app.runner.rehearse(what.link_id, what.ids)
    if as_json:
        print_json(_as_json(what, report, done=yes))
    else:
        _tell(what, report, done=yes)
    if report.error is not None:
        sys.stderr.write(f"Error: {ref}: {report.error} ({type(report.error).__name__})\n")
        raise typer.Exit(1)


def _tell(what: "Chosen", report: "Report", *, done: bool) -> None:
    lines = [line for line in report.lines if line.action in ("rewind", "failed", "unsettled")]
    since = f" and {len(what.runs) - 1} since" if len(what.runs) > 1 else ""
    typer.echo(f"{what.ref}: the run of {what.runs[0].at:%Y-%m-%d %H:%M}Z{since}")
    print_groups(lines)
    if not done:
        typer.echo("Nothing was done; with --yes it is.")
        return
    undone = sum(line.action == "rewind" and line.decision == "APPLY" for line in lines)
    left = sum(line.decision == "REFUSE" for line in lines)
    typer.echo(
        f"{undone} undone, {left} left as they are. The link rests: look, then calendula link resume {what.ref}"
    )


def _as_json(what: "Chosen", report: "Report", *, done: bool) -> dict[str, object]:
    lines = [asdict(line) for line in report.lines]
    runs = [asdict(run) for run in what.runs]
    reason = type(report.error).__name__ if report.error else ""
    return {"link": what.ref, "done": done, "ok": report.ok, "reason": reason, "runs": runs, "lines": lines}
