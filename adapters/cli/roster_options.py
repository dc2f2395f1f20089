"""What the commands of rosters have in common: arguments, options, and how planned sessions are listed."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.output import short

if TYPE_CHECKING:
    from adapters.diary.budgets import Budget
    from adapters.diary.periods import PeriodView
    from adapters.diary.rosters import BaseView, Slot

BASE = typer.Argument(metavar="BASE", help="The name of a base roster.")
PERIOD = typer.Argument(metavar="PERIOD", help="The beginning of its id, four digits or more.")
SLOT = typer.Argument(metavar="SLOT", help="The beginning of a planned session's id.")
START = typer.Option(..., "--start", help="Its time of day, like 07:00.")
MINUTES = typer.Option(..., "--minutes", help="How long it is.")
WORKER = typer.Option([], "--worker", help="A worker's id; several times for several.")
CLIENT = typer.Option([], "--client", help="A client's id; several times for a group.")
GROUP = typer.Option(False, "--group", help="Work type GROUP, for several clients.")
SUBJECT = typer.Option("", "--subject", help="What it is about.")
SITE = typer.Option(None, "--site", help="A site's id.")
ROOM = typer.Option(None, "--room", help="A room's id.")
SHIFT = typer.Option(False, "--shift", help="A shift of one worker, without clients.")
ASSET = typer.Option([], "--asset", help="An asset's id, like chair or minibus:2.")
BUDGET = typer.Option(None, "--budget", help="What a period of it may cost, like 4500 or 4500.50.")
SLOTS = {
    "id": lambda row: short(row.id),
    "when": lambda row: row.when,
    "start": lambda row: row.start,
    "minutes": lambda row: row.minutes,
    "workers": lambda row: ", ".join(row.workers),
    "clients": lambda row: ", ".join(row.clients),
    "kind": lambda row: row.kind,
    "activities": lambda row: ", ".join(row.activities),
    "services": lambda row: ", ".join(row.services),
}


def cents_of(budget: str | None) -> int | None:
    """A budget as typed."""
    from adapters.diary.amounts import read_cents

    return read_cents(budget) if budget is not None else None


def print_budget(budget: "Budget", *, as_json: bool) -> None:
    """One line below what is planned; a program finds it in the lists."""
    from model.money import in_dollars

    if budget.budget_cents is None or as_json:
        return
    planned = "" if budget.cost_cents is None else f"; planned so far: {in_dollars(budget.cost_cents)}"
    typer.echo(f"Budget: {in_dollars(budget.budget_cents)}{planned}")


def budget_cell(row: "BaseView | PeriodView") -> str | None:
    """The budget in a list."""
    from model.money import in_dollars

    return in_dollars(row.budget_cents) if row.budget_cents is not None else None


def slot_of(*, group: bool, shift: bool, **said: object) -> "Slot":
    """What is to be planned, as the options say it."""
    from adapters.diary.rosters import Slot
    from model.details import Kind, WorkType

    work_type = WorkType.GROUP if group else WorkType.APPOINTMENT
    kind = Kind.SHIFT if shift else Kind.CLIENT_SESSION
    return Slot(work_type=work_type, kind=kind, **said)  # type: ignore[arg-type]
