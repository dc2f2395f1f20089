"""Commands about services: service list, plan, ad-hoc, unplan."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_changed, print_rows

if TYPE_CHECKING:
    from adapters.diary.services import ServiceView
    from model.service import DeliveryMethod

service = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="What sessions deliver: service list, plan, ad-hoc, unplan.",
    rich_markup_mode=None,
)
SERVICE = typer.Option(..., "--service", help="A service's id.")
CLIENTS = typer.Option([], "--client", help="Who gets it; several times for several. Without: all.")
RATIO = typer.Option(None, "--ratio", help="Like 1:4; without: 1 to as many clients as get it.")
METHOD = typer.Option(None, "--method", help="SCHEDULED_TIME, WORKER_ACTUAL_TIME or FIXED_QUANTITY.")
QUANTITY = typer.Option(None, "--quantity", help="For FIXED_QUANTITY, like 1.5.")
CLAIM_TYPE = typer.Option("", "--claim-type", help="How it is claimed.")
TRAVEL = typer.Option(False, "--travel", help="Travel may be charged.")
PRIMARY = typer.Option(False, "--primary", help="Portions and travel follow this one.")


@service.callback()
def _group() -> None:
    """Services: what may be planned for a session, and what is."""


@service.command("list")
def list_(
    ctx: typer.Context,
    session: str | None = typer.Argument(None, metavar="[SESSION]", help="What is planned for this session."),
    choices: bool = typer.Option(False, "--choices", help="Instead what its clients' agreements allow."),
    as_json: bool = JSON,
) -> None:
    """List services: the practice's, or those planned for a session.

    Clients appear by their internal ids.

    Example: calendula service list 5b1f
    """
    from adapters.diary import services

    run = here(ctx)
    if session is None:
        _print_services(services.list_services(run.sessions), as_json=as_json)
        return
    if choices:
        _print_services(services.list_choices(run.sessions, session), as_json=as_json)
        return
    columns = {
        "service": lambda row: row.service,
        "ratio": lambda row: row.ratio,
        "method": lambda row: row.method,
        "quantity": lambda row: row.quantity,
        "rate": lambda row: row.rate,
        "clients": lambda row: ", ".join(row.clients),
        "travel": lambda row: "yes" if row.travel_chargeable else None,
        "kind": lambda row: " ".join(["primary"] * row.primary + ["ad hoc"] * row.ad_hoc),
    }
    found = services.list_plans(run.sessions, session)
    print_rows(found, columns, as_json=as_json, none="Nothing is planned for it.")


def _print_services(rows: "list[ServiceView]", *, as_json: bool) -> None:
    columns = {
        "service": lambda row: row.service,
        "code": lambda row: row.code,
        "name": lambda row: row.name,
        "unit": lambda row: row.unit,
        "rate": lambda row: row.rate,
        "clients": lambda row: ", ".join(row.clients),
    }
    print_rows(rows, columns, as_json=as_json, none="No services.")


@service.command("plan")
def plan(
    ctx: typer.Context,
    session: str = options.SESSION,
    service: str | None = typer.Option(None, "--service", help="A service's id."),
    template: str | None = typer.Option(
        None, "--template", help="Instead a group template: service, ratio, clients."
    ),
    client: list[str] = CLIENTS,
    ratio: str | None = RATIO,
    method: str | None = METHOD,
    quantity: str | None = QUANTITY,
    claim_type: str = CLAIM_TYPE,
    travel: bool = TRAVEL,
    primary: bool = PRIMARY,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Plan a service that its clients have agreed to.

    The rate is the agreed one. The first service of a session is its primary one.

    Example: calendula service plan 5b1f --service physio --client noor --client liam --ratio 1:2 --travel
    """
    from adapters.diary import planning
    from adapters.diary.terms import Plan

    if (service is None) == (template is None) or (template and (client or ratio)):
        raise typer.BadParameter("Give --service, or --template without --client and --ratio")
    run, reach = here(ctx), options.scope_of(scope)
    what = Plan(
        service=service or "",
        clients=client,
        ratio=ratio_of(ratio),
        method=method_of(method),
        quantity=quantity,
        claim_type=claim_type,
        travel=travel,
        primary=primary,
    )
    if template:
        done = planning.plan_template(run.sessions, run.act(), session, template, what, reach)
    else:
        done = planning.plan(run.sessions, run.act(), session, what, reach)
    print_changed(done, "Planned for", as_json=as_json)


@service.command("ad-hoc")
def ad_hoc(
    ctx: typer.Context,
    session: str = options.SESSION,
    service: str = SERVICE,
    rate: str = typer.Option(..., "--rate", help="Per unit, like 45.00."),
    claim_type: str = typer.Option(..., "--claim-type", help="How it is claimed."),
    method: str = typer.Option(..., "--method", help="SCHEDULED_TIME, WORKER_ACTUAL_TIME or FIXED_QUANTITY."),
    client: list[str] = CLIENTS,
    ratio: str | None = RATIO,
    quantity: str | None = QUANTITY,
    travel: bool = TRAVEL,
    primary: bool = PRIMARY,
    as_json: bool = JSON,
) -> None:
    """Plan a service that is in no agreement, for one session.

    The practice has to allow it: rules.ad_hoc_services. In a series it is added to each session by itself.

    Example: calendula service ad-hoc 5b1f --service splint --client noor --rate 45 --claim-type direct
    --method fixed-quantity --quantity 1
    """
    from adapters.diary import planning
    from adapters.diary.terms import Plan

    run = here(ctx)
    what = Plan(
        service=service,
        clients=client,
        ratio=ratio_of(ratio),
        method=method_of(method),
        quantity=quantity,
        rate=rate,
        claim_type=claim_type,
        travel=travel,
        primary=primary,
    )
    allowed = run.config.rules.ad_hoc_services
    done = planning.ad_hoc(run.sessions, run.act(), session, what, allowed=allowed)
    print_changed(done, "Planned for", as_json=as_json)


@service.command("unplan")
def unplan(
    ctx: typer.Context,
    session: str = options.SESSION,
    service: str = SERVICE,
    client: list[str] = typer.Option([], "--client", help="For this client only; several times for several."),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Take a service off the plan again.

    Example: calendula service unplan 5b1f --service physio --scope following
    """
    from adapters.diary import planning

    run = here(ctx)
    scoped = options.scope_of(scope)
    done = planning.unplan(run.sessions, run.act(), session, service, client, scoped)
    print_changed(done, "Taken off the plan of", as_json=as_json)


def ratio_of(text: str | None) -> int | None:
    """Read "1:4", or the 4 alone."""
    if text is None:
        return None
    number = text.strip().removeprefix("1:")
    if not number.isdecimal():
        raise typer.BadParameter(f'"{text[:20]}" is not a ratio; write it like 1:4')
    return int(number)


def method_of(text: str | None) -> "DeliveryMethod | None":
    """Read --method."""
    from model.service import DeliveryMethod

    return None if text is None else DeliveryMethod(choice(DeliveryMethod, text))
