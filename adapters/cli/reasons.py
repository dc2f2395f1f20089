"""Commands about the reasons for cancellations: reason list, add, retire."""

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_rows

reason = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Reasons for cancellations: reason list, add, retire.",
    rich_markup_mode=None,
)


@reason.callback()
def _group() -> None:
    """Why clients, workers and the practice cancel, and what that costs."""


@reason.command("list")
def list_(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List all reasons, those that are no longer offered too.

    Example: calendula reason list
    """
    from adapters.diary.reasons import list_reasons

    columns = {
        "id": lambda row: row.ref,
        "type": lambda row: row.type,
        "text": lambda row: row.text,
        "billing": lambda row: row.billing,
        "hours": lambda row: row.threshold_hours,
        "percent": lambda row: row.billable_percent if row.billing == "PERCENT" else None,
        "ndis": lambda row: row.ndis_code,
        "offered": lambda row: "yes" if row.active else "no",
    }
    print_rows(list_reasons(here(ctx).sessions), columns, as_json=as_json, none="No reasons.")


@reason.command("add")
def add(
    ctx: typer.Context,
    ref: str = typer.Argument(metavar="ID", help="Its id, like client-late."),
    by: str = typer.Option(..., "--type", help="Whose reason: client, worker or provider."),
    text: str = typer.Option(..., "--text", help="What people read; it never leaves the practice."),
    billing: str = typer.Option("NON_BILLABLE", "--billing", help="NON_BILLABLE, PERCENT or PRACTICE_FEE."),
    hours: int | None = typer.Option(
        None, "--threshold-hours", help="Less notice is short; without: any is."
    ),
    percent: int = typer.Option(100, "--percent", help="Of the planned fee, with PERCENT."),
    ndis: str | None = typer.Option(None, "--ndis", help="NSDH, NSDF, NSDT or NSDO."),
) -> None:
    """Add a reason.

    Example: calendula reason add client-late --type client --text "Client late" --billing PRACTICE_FEE
    --threshold-hours 24
    """
    from adapters.diary.reasons import Reason, add_reason
    from model.cancellation import Billing, CancelledBy, NdisCode

    run = here(ctx)
    new = Reason(
        ref=ref,
        type=CancelledBy(choice(CancelledBy, by)),
        text=text,
        billing=Billing(choice(Billing, billing)),
        threshold_hours=hours,
        billable_percent=percent,
        ndis_code=NdisCode(choice(NdisCode, ndis)) if ndis else None,
    )
    add_reason(run.sessions, run.act(), new)
    typer.echo(f"Added: {ref}")


@reason.command("retire")
def retire(ctx: typer.Context, ref: str = typer.Argument(metavar="ID", help="Its id.")) -> None:
    """No longer offer a reason; what was cancelled for it keeps it.

    Example: calendula reason retire client-late
    """
    from adapters.diary.reasons import retire_reason

    run = here(ctx)
    retire_reason(run.sessions, run.act(), ref)
    typer.echo(f"No longer offered: {ref}")
