"""Commands about what planned sessions of a roster deliver: roster base plan, unplan; roster period plan, unplan."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.context import here
from adapters.cli.roster_options import BASE, PERIOD, SLOT
from adapters.cli.services import (
    CLAIM_TYPE,
    CLIENTS,
    METHOD,
    PRIMARY,
    QUANTITY,
    RATIO,
    SERVICE,
    TRAVEL,
    method_of,
    ratio_of,
)

if TYPE_CHECKING:
    from adapters.diary.terms import Plan


def add_to(base: typer.Typer, period: typer.Typer) -> None:
    """Put the commands beside the others of base rosters and of periods."""
    base.command("plan")(base_plan)
    base.command("unplan")(base_unplan)
    period.command("plan")(period_plan)
    period.command("unplan")(period_unplan)


def base_plan(
    ctx: typer.Context,
    name: str = BASE,
    slot: str = SLOT,
    service: str = SERVICE,
    client: list[str] = CLIENTS,
    ratio: str | None = RATIO,
    method: str | None = METHOD,
    quantity: str | None = QUANTITY,
    claim_type: str = CLAIM_TYPE,
    travel: bool = TRAVEL,
    primary: bool = PRIMARY,
) -> None:
    """Plan a service for a session of a base roster's draft.

    It goes into every period made later. The rate is what is agreed for the day, when a period is published.

    Example: calendula roster base plan "West house" 77aa --service support
    """
    from adapters.diary.slot_services import in_base, plan

    what = _plan(service, client, ratio, method, quantity, claim_type, travel=travel, primary=primary)
    run = here(ctx)
    plan(run.sessions, run.act(), in_base(name, slot), what)
    typer.echo(f"Planned for {slot} of {name}: {service}")


def base_unplan(ctx: typer.Context, name: str = BASE, slot: str = SLOT, service: str = SERVICE) -> None:
    """Take a service off a session of a base roster's draft.

    Example: calendula roster base unplan "West house" 77aa --service support
    """
    from adapters.diary.slot_services import in_base, unplan

    run = here(ctx)
    unplan(run.sessions, run.act(), in_base(name, slot), service)
    typer.echo(f"Taken off {slot} of {name}: {service}")


def period_plan(
    ctx: typer.Context,
    of: str = PERIOD,
    slot: str = SLOT,
    service: str = SERVICE,
    client: list[str] = CLIENTS,
    ratio: str | None = RATIO,
    method: str | None = METHOD,
    quantity: str | None = QUANTITY,
    claim_type: str = CLAIM_TYPE,
    travel: bool = TRAVEL,
    primary: bool = PRIMARY,
) -> None:
    """Plan a service for one session of a period.

    Its clients have to have agreed to it for that day.

    Example: calendula roster period plan 5b1f 77aa --service group --ratio 1:4
    """
    from adapters.diary.slot_services import in_period, plan

    what = _plan(service, client, ratio, method, quantity, claim_type, travel=travel, primary=primary)
    run = here(ctx)
    plan(run.sessions, run.act(), in_period(of, slot), what)
    typer.echo(f"Planned for {slot}: {service}; validate the period again.")


def period_unplan(ctx: typer.Context, of: str = PERIOD, slot: str = SLOT, service: str = SERVICE) -> None:
    """Take a service off one session of a period.

    Example: calendula roster period unplan 5b1f 77aa --service group
    """
    from adapters.diary.slot_services import in_period, unplan

    run = here(ctx)
    unplan(run.sessions, run.act(), in_period(of, slot), service)
    typer.echo(f"Taken off {slot}: {service}; validate the period again.")


def _plan(
    service: str,
    client: list[str],
    ratio: str | None,
    method: str | None,
    quantity: str | None,
    claim_type: str,
    *,
    travel: bool,
    primary: bool,
) -> "Plan":
    from adapters.diary.terms import Plan

    return Plan(
        service=service, clients=client, ratio=ratio_of(ratio), method=method_of(method), quantity=quantity,
        claim_type=claim_type, travel=travel, primary=primary,
    )  # fmt: skip
