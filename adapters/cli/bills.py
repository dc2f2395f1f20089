"""Commands about bills: bill make, list, show, edit-services, pay, refund, remove-payment, cancel, superbill."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_json, print_rows, short

if TYPE_CHECKING:
    from adapters.diary.bills import BillView

bill = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="What clients owe: bill make, list, show, pay, ...",
    rich_markup_mode=None,
)
_BILL = typer.Argument(metavar="BILL", help="Its number, like B-1001.")
_SERVICE = typer.Option(None, "--service", help="A service's id.")
_AMOUNT = typer.Option(None, "--amount", help='Like "150" or "150.00".')
_MODIFIERS = typer.Option(None, "--modifier", help="Two characters, like GT; several times for several.")
_PART = typer.Option(None, "--amount", help="A part only, like 50.00; without: all of it.")


@bill.callback()
def _group() -> None:
    """Bills of one client each, their services and payments. Nothing of them ever leaves in a calendar."""


@bill.command("make")
def make(
    ctx: typer.Context,
    sessions: list[str] = typer.Argument(metavar="SESSION...", help="The beginnings of their ids."),
    client: str | None = typer.Option(None, "--client", help="Which client, where a session has several."),
    service: str | None = _SERVICE,
    amount: str | None = _AMOUNT,
    modifier: list[str] = _MODIFIERS,
    as_json: bool = JSON,
) -> None:
    """Bill a client for sessions.

    Without --service and --amount, what was delivered is billed, else what was planned. For a client who cancelled or
    did not come it is a fee. A telehealth place adds the modifier 95.

    Example: calendula bill make 5b1f 77aa --service therapy --amount 150
    """
    from adapters.diary import billing

    run = here(ctx)
    wanted = billing.Wanted(service=service, cents=_cents(amount), modifiers=modifier or None)
    _print(billing.make(run.sessions, run.act(), sessions, wanted, client), "Made", as_json=as_json)


@bill.command("list")
def list_(
    ctx: typer.Context,
    client: str | None = typer.Option(None, "--client", help="Only this client's."),
    state: str | None = typer.Option(None, "--state", help="Only BILLED, PAID or CANCELLED."),
    as_json: bool = JSON,
) -> None:
    """List bills in the order they were made.

    Clients appear by their internal ids.

    Example: calendula bill list --client jordan --state billed
    """
    from adapters.diary.bills import list_bills
    from model.bill import BillState
    from model.money import in_dollars

    wanted = BillState(choice(BillState, state)) if state else None
    columns = {
        "bill": lambda row: row.ref,
        "client": lambda row: row.client,
        "state": lambda row: row.state,
        "made": lambda row: f"{row.made_at:%Y-%m-%d}",
        "total": lambda row: in_dollars(row.total_cents),
        "paid": lambda row: in_dollars(row.paid_cents),
        "due": lambda row: in_dollars(row.due_cents),
    }
    found = list_bills(here(ctx).sessions, client=client, state=wanted)
    print_rows(found, columns, as_json=as_json, none="No bills.")


@bill.command("show")
def show(ctx: typer.Context, ref: str = _BILL, as_json: bool = JSON) -> None:
    """Show one bill with its services and payments.

    Example: calendula bill show B-1001
    """
    from adapters.diary.bills import show_bill

    found = show_bill(here(ctx).sessions, ref)
    _print(found, "Bill", as_json=as_json)
    if not as_json:
        _print_parts(found)


@bill.command("edit-services")
def edit_services(
    ctx: typer.Context,
    ref: str = _BILL,
    line: int | None = typer.Option(None, "--line", help="The number of the line; without: a line more."),
    session: str | None = typer.Option(None, "--session", help="For a line more: which session of the bill."),
    service: str | None = _SERVICE,
    amount: str | None = _AMOUNT,
    modifier: list[str] = _MODIFIERS,
    drop: bool = typer.Option(False, "--drop", help="Take the line off."),
    as_json: bool = JSON,
) -> None:
    """Change, add or drop a service of a bill that is not paid.

    Example: calendula bill edit-services B-1001 --line 1 --amount 120.00 --modifier 59
    """
    from adapters.diary import billing

    if drop and line is None:
        raise typer.BadParameter("Say which line to drop, with --line")
    run = here(ctx)
    if drop and line is not None:
        done = billing.drop_service(run.sessions, run.act(), ref, line=line)
    else:
        wanted = billing.Wanted(service=service, cents=_cents(amount), modifiers=modifier or None)
        done = billing.edit_services(run.sessions, run.act(), ref, wanted, line=line, session=session)
    _print(done, "Changed", as_json=as_json)


@bill.command("pay")
def pay(ctx: typer.Context, ref: str = _BILL, amount: str | None = _PART, as_json: bool = JSON) -> None:
    """Apply a payment to a bill.

    Example: calendula bill pay B-1001
    """
    from adapters.diary import billing

    run = here(ctx)
    _print(billing.pay(run.sessions, run.act(), ref, _cents(amount)), "Paid", as_json=as_json)


@bill.command("refund")
def refund(ctx: typer.Context, ref: str = _BILL, amount: str | None = _PART, as_json: bool = JSON) -> None:
    """Give back what was paid.

    With nothing left of it, the bill is unpaid again.

    Example: calendula bill refund B-1001
    """
    from adapters.diary import billing

    run = here(ctx)
    _print(billing.refund(run.sessions, run.act(), ref, _cents(amount)), "Refunded", as_json=as_json)


@bill.command("remove-payment")
def remove_payment(
    ctx: typer.Context,
    ref: str = _BILL,
    payment: int = typer.Option(1, "--payment", help="Its number; bill show lists them."),
    as_json: bool = JSON,
) -> None:
    """Take back a payment that was entered by mistake.

    The record of it stays.

    Example: calendula bill remove-payment B-1001 --payment 1
    """
    from adapters.diary import billing

    run = here(ctx)
    done = billing.remove_payment(run.sessions, run.act(), ref, payment)
    _print(done, "Removed a payment from", as_json=as_json)


@bill.command("cancel")
def cancel(ctx: typer.Context, ref: str = _BILL, as_json: bool = JSON) -> None:
    """Cancel a bill; its sessions are unbilled again.

    Refused while anything is paid.

    Example: calendula bill cancel B-1001
    """
    from adapters.diary import billing

    run = here(ctx)
    _print(billing.cancel(run.sessions, run.act(), ref), "Cancelled", as_json=as_json)


@bill.command("superbill")
def superbill(ctx: typer.Context, ref: str = _BILL, as_json: bool = JSON) -> None:
    """List what of a bill its client may claim.

    That is what was attended and has a CPT code; a fee never.

    Example: calendula bill superbill B-1001
    """
    from adapters.diary.bills import superbill as claim
    from model.money import in_dollars

    columns = {
        "date": lambda row: row.date,
        "cpt": lambda row: row.cpt,
        "modifiers": lambda row: row.modifiers,
        "pos": lambda row: row.place_of_service,
        "diagnosis": lambda row: " ".join(row.diagnosis),
        "practitioner": lambda row: row.practitioner,
        "amount": lambda row: in_dollars(row.amount_cents),
    }
    none = "Nothing of this bill can be claimed."
    print_rows(claim(here(ctx).sessions, ref), columns, as_json=as_json, none=none)


def _cents(text: str | None) -> int | None:
    """Read an amount as people write it."""
    from adapters.diary.amounts import read_cents

    return None if text is None else read_cents(text)


def _print(done: "BillView", verb: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    from model.money import in_dollars

    if as_json:
        print_json(asdict(done))
        return
    total, paid, due = (in_dollars(sum_) for sum_ in (done.total_cents, done.paid_cents, done.due_cents))
    typer.echo(f"{verb} {done.ref} for {done.client}: {done.state}, total {total}, paid {paid}, due {due}")


def _print_parts(done: "BillView") -> None:
    from model.money import in_dollars

    for line in done.lines:
        what = "fee" if line.fee else line.service
        which = (
            f"{short(line.session_id)} {line.start[:16].replace('T', ' ')}" if line.session_id else "deleted"
        )
        more = f" [{line.modifiers}]" if line.modifiers else ""
        typer.echo(f"line {line.number}: {which} {what}{more} {in_dollars(line.amount_cents)}")
    for one in done.payments:
        removed = ", removed" if one.removed else ""
        when = f"{one.at:%Y-%m-%d}"
        typer.echo(
            f"payment {one.number}: {when} {one.kind} {in_dollars(one.amount_cents)} by {one.recorded_by}{removed}"
        )
