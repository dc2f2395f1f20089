"""Commands about what took place: session start, complete, reset."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, print_changed, print_json, print_warnings, short
from adapters.cli.sessions import session

if TYPE_CHECKING:
    from adapters.diary.completing import Completed


@session.command("start")
def start(ctx: typer.Context, session: str = options.SESSION, as_json: bool = JSON) -> None:
    """Say that a session begins now; no calendar moves it any more.

    Example: calendula session start 5b1f
    """
    from adapters.diary import completing

    run = here(ctx)
    print_changed(completing.start(run.sessions, run.act(), session), "Started", as_json=as_json)


@session.command("complete")
def complete(
    ctx: typer.Context,
    session: str = options.SESSION,
    actual_start: str | None = typer.Option(None, "--actual-start", help='When it began, like "13:05".'),
    actual_end: str | None = typer.Option(None, "--actual-end", help='When it ended, like "14:00".'),
    attended: list[str] = typer.Option(
        [], "--attended", help="A client who came; as all do who are not named."
    ),
    no_show: list[str] = typer.Option(
        [], "--no-show", help="A client who did not come, and is charged nothing."
    ),
    portion: list[str] = typer.Option([], "--portion", help="Of the primary service, like noor=33.34."),
    spread: bool = typer.Option(False, "--spread", help="The same portion for all who came."),
    travel: list[str] = typer.Option(
        [],
        "--travel",
        help="WORKER:TO|FROM|WITH:minutes:km, then tolls=, parking=, other=, vehicle=, clients=, area=.",
    ),
    as_json: bool = JSON,
) -> None:
    """Complete a session: who came, and what is charged.

    What is not said was as scheduled. Calendars go on showing the time that was agreed.

    Example: calendula session complete 5b1f --portion noor=60 --portion liam=40 --travel priya:TO:40:22:tolls=5
    --travel priya:WITH:20:10:vehicle=bus:clients=noor+liam
    """
    from adapters.diary import completing

    run = here(ctx)
    form = completing.Form(
        actual_start=actual_start,
        actual_end=actual_end,
        attended=attended,
        no_show=no_show,
        portions=portion,
        spread=spread,
        travels=travel,
    )
    allowed = run.config.rules.apportionment
    _print(
        completing.complete(run.sessions, run.act(), session, form, apportionment=allowed), as_json=as_json
    )


@session.command("reset")
def reset(ctx: typer.Context, session: str = options.SESSION, as_json: bool = JSON) -> None:
    """Take a start or completion back; its lines go.

    Not once one of them was exported.

    Example: calendula session reset 5b1f
    """
    from adapters.diary import completing

    run = here(ctx)
    print_changed(completing.reset(run.sessions, run.act(), session), "Reset", as_json=as_json)


def _print(done: "Completed", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json(asdict(done))
    else:
        typer.echo(f"Completed {short(done.session_id)}: {len(done.lines)} lines, {done.total}")
        for line in done.lines:
            typer.echo(
                f"  {line.kind} {line.service} {line.client} {line.quantity} × {line.rate} = {line.amount}"
            )
    print_warnings(done.warnings)
