"""Commands about sessions that do not take place: session cancel, no-show, fee, cancellations."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_changed, print_json, print_rows, short
from adapters.cli.sessions import session

if TYPE_CHECKING:
    from adapters.diary.cancelling import Charge

_CLIENT = typer.Option(None, "--client", help="Which client, where there are several.")


@session.command("cancel")
def cancel(
    ctx: typer.Context,
    session: str = options.SESSION,
    by: str = typer.Option(..., "--by", help="client, worker or provider."),
    reason: str = typer.Option(..., "--reason", help="The id of a cancellation reason."),
    advised: str | None = typer.Option(None, "--advised", help="When it was advised (must be given)."),
    client: str | None = _CLIENT,
    worker: str | None = typer.Option(None, "--worker", help="Which worker, where there are several."),
    note: str = typer.Option("", "--note", help="At most 2000 characters; never leaves the practice."),
    rules: str = typer.Option(
        "fitting",
        "--rules",
        help="What it costs: by the fitting rules, by none, or claimed under the ndis's.",
    ),
    work_found: bool = typer.Option(False, "--work-found", help="Other work was found for the worker (R6)."),
    unpaid: bool = typer.Option(False, "--worker-unpaid", help="The worker is not paid for the time (R6)."),
    preview: bool = typer.Option(
        False, "--preview", help="Only say what would happen and what it would cost."
    ),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Cancel a session; the record stays.

    It says who cancelled, when that was advised, why, what is charged for it and by which rule.

    Example: calendula session cancel 5b1f --by client --advised "2026-03-31 10:30" --reason client-ill --preview
    """
    from adapters.diary import cancelling
    from model.cancellation import CancelledBy, Rules

    run = here(ctx)
    how = cancelling.Cancel(
        by=CancelledBy(choice(CancelledBy, by)), reason=reason, advised=advised, client=client, worker=worker,
        note=note, rules=Rules(choice(Rules, rules)), alternative_work_found=work_found,
        worker_paid=not unpaid,
    )  # fmt: skip
    act = cancelling.preview if preview else cancelling.cancel
    done = act(run.sessions, run.act(), session, how, options.scope_of(scope), run.config.settings)
    print_changed(done, "Would cancel" if preview else "Cancelled", as_json=as_json)
    if not as_json:
        _print_charges(done.charges)


@session.command("no-show")
def no_show(
    ctx: typer.Context,
    session: str = options.SESSION,
    reason: str = typer.Option(..., "--reason", help="The id of a client's cancellation reason."),
    client: str | None = _CLIENT,
    as_json: bool = JSON,
) -> None:
    """Note that a client did not come; the session stays as it is.

    Example: calendula session no-show 5b1f --reason client-late
    """
    from dataclasses import asdict

    from adapters.diary.absences import no_show

    run = here(ctx)
    done = no_show(run.sessions, run.act(), session, reason, client, run.config.settings)
    if as_json:
        print_json(asdict(done))
        return
    typer.echo(f"Noted as absent: session {short(done.session_id)}")
    _print_charges([done])


@session.command("fee")
def fee(
    ctx: typer.Context,
    session: str = options.SESSION,
    cents: int = typer.Option(..., "--cents", help="What is charged instead; 0: nothing."),
    note: str = typer.Option(..., "--note", help="Why."),
    client: str | None = _CLIENT,
) -> None:
    """Charge another fee than the rules say.

    Example: calendula session fee 5b1f --cents 6000 --note "Individual rate"
    """
    from adapters.diary.absences import set_fee
    from model.money import in_dollars

    run = here(ctx)
    before = set_fee(run.sessions, run.act(), session, client, cents, note)
    typer.echo(f"The fee is {in_dollars(cents)} now, it was {in_dollars(before)}.")


@session.command("cancellations")
def cancellations(
    ctx: typer.Context,
    client: str = typer.Option(..., "--client", help="Whose."),
    start: str | None = typer.Option(None, "--from", help="Sessions from this day on."),
    end: str | None = typer.Option(None, "--to", help="Up to this day, itself not included."),
    as_json: bool = JSON,
) -> None:
    """Count what a client cancelled or missed.

    By code, claimed or not, and why not.

    Example: calendula session cancellations --client noor --from 2026-01-01 --to 2026-07-01
    """
    from adapters.diary.absences import counted
    from model.money import in_dollars

    rows = counted(here(ctx).sessions, client, start, end)
    columns = {
        "session": lambda row: short(row.session_id),
        "start": lambda row: row.start[:16].replace("T", " "),
        "advised": lambda row: "no-show" if row.no_show else row.advised[:16].replace("T", " "),
        "reason": lambda row: row.reason,
        "code": lambda row: row.ndis_code or None,
        "charged": lambda row: in_dollars(row.amount_cents),
        "claimed": lambda row: "yes" if row.claimed else "no",
        "why": lambda row: row.trace,
    }
    print_rows(rows, columns, as_json=as_json, none="None.")
    if not as_json and rows:
        codes = sorted({row.ndis_code for row in rows if row.ndis_code})
        parts = [f"{sum(row.ndis_code == code for row in rows)} {code}" for code in codes]
        claimed = sum(row.claimed for row in rows)
        typer.echo(", ".join([f"{len(rows)} in all", *parts, f"{claimed} claimed"]))


def _print_charges(charges: "list[Charge] | tuple[Charge, ...]") -> None:
    from model.money import in_dollars

    for charge in charges:
        sum_ = in_dollars(charge.amount_cents) if charge.outcome == "BILLABLE" else "nothing"
        code = f" ({charge.code})" if charge.code else ""
        typer.echo(f"{charge.start[:16].replace('T', ' ')}: {charge.status}, charged: {sum_}{code}")
        for line in charge.trace:
            typer.echo(f"  {line}")
