"""Commands about stays in beds: bed book, list, edit, hold, end-hold, check-in, check-out, cancel."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_json, print_rows, print_warnings, short

if TYPE_CHECKING:
    from adapters.diary.beds import Stayed

bed = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Stays in beds: bed book, list, hold, check-in, ...",
    rich_markup_mode=None,
)
_STAY = typer.Argument(metavar="STAY", help="The beginning of its id, four digits or more.")
_NIGHTLY = typer.Option([], "--nightly", help="A service by the night, like respite or meals:3.")
_SERVICE = typer.Option([], "--service", help="A service once in all, like linen:2.")


@bed.callback()
def _group() -> None:
    """Stays in beds. The beds themselves are in the practice file: practice import."""


@bed.command("book")
def book(
    ctx: typer.Context,
    name: str = typer.Argument(metavar="BED", help="The bed's id."),
    client: str = typer.Option(..., "--client", help="The client's id."),
    start: str = typer.Option(..., "--start", help="The first night, like 2026-03-20; or a time."),
    end: str = typer.Option(..., "--end", help="The day of departure, like 2026-03-23; or a time."),
    nightly: list[str] = _NIGHTLY,
    service: list[str] = _SERVICE,
    override: str | None = options.OVERRIDE,
    as_json: bool = JSON,
) -> None:
    """Book a bed for a client.

    It is refused where the bed is taken, or the client outside its limits of age and gender.

    Example: calendula bed book b2 --client eva --start 2026-03-20 --end 2026-03-23 --nightly respite
    """
    from adapters.diary import beds

    run = here(ctx)
    new = beds.NewStay(
        bed=name,
        client=client,
        start=start,
        end=end,
        nightly=nightly,
        services=service,
        override=override,
    )
    allowed = run.config.rules.ad_hoc_services
    _print(beds.book(run.sessions, run.act(), new, ad_hoc=allowed), "Booked", as_json=as_json)


@bed.command("list")
def list_(
    ctx: typer.Context,
    start: str | None = typer.Option(None, "--from", help="Stays that last beyond this day or time."),
    end: str | None = typer.Option(None, "--to", help="Up to this day or time, itself not included."),
    name: str | None = typer.Option(None, "--bed", help="Only of this bed."),
    site: str | None = typer.Option(None, "--site", help="Only of this site's beds."),
    client: str | None = typer.Option(None, "--client", help="Only this client's."),
    state: str | None = typer.Option(None, "--state", help="Only BOOKED, ON_HOLD, IN_RESIDENCE, ..."),
    as_json: bool = JSON,
) -> None:
    """List stays in order of time.

    Clients appear by their internal ids.

    Example: calendula bed list --site house --from 2026-03-20 --to 2026-03-27
    """
    from adapters.diary.stays import Wanted, list_stays
    from model.stay import BookingState

    only = BookingState(choice(BookingState, state)) if state else None
    wanted = Wanted(start=start, end=end, bed=name, site=site, client=client, state=only)
    columns = {
        "id": lambda row: short(row.id),
        "bed": lambda row: row.bed,
        "client": lambda row: row.client,
        "start": lambda row: row.start[:16].replace("T", " "),
        "end": lambda row: row.end[:16].replace("T", " "),
        "nights": lambda row: row.nights,
        "state": lambda row: row.state,
        "holds": lambda row: ", ".join(row.holds),
    }
    print_rows(list_stays(here(ctx).sessions, wanted), columns, as_json=as_json, none="No stays.")


@bed.command("edit")
def edit(
    ctx: typer.Context,
    stay: str = _STAY,
    name: str | None = typer.Option(None, "--bed", help="Another bed."),
    start: str | None = typer.Option(None, "--start", help="Another first night, or time."),
    end: str | None = typer.Option(None, "--end", help="Another day of departure, or time."),
    nightly: list[str] = _NIGHTLY,
    service: list[str] = _SERVICE,
    override: str | None = options.OVERRIDE,
    as_json: bool = JSON,
) -> None:
    """Give a stay another bed, other dates or other services.

    Services that are named replace all that there were.

    Example: calendula bed edit 5b1f --end 2026-03-24
    """
    from adapters.diary import beds

    if not (name or start or end or nightly or service):
        raise typer.BadParameter("Give --bed, --start, --end, --nightly or --service")
    run = here(ctx)
    services = {"nightly": nightly, "services": service} if nightly or service else {}
    to = beds.Edit(bed=name, start=start, end=end, override=override, **services)
    allowed = run.config.rules.ad_hoc_services
    _print(beds.edit(run.sessions, run.act(), stay, to, ad_hoc=allowed), "Changed", as_json=as_json)


@bed.command("hold")
def hold(
    ctx: typer.Context,
    stay: str = _STAY,
    start: str = typer.Option(..., "--from", help="The first night away, like 2026-03-21."),
    end: str = typer.Option(..., "--to", help="The day the client is back, like 2026-03-22."),
    reason: str = typer.Option(..., "--reason", help="Why; it never leaves the practice."),
    as_json: bool = JSON,
) -> None:
    """Keep the bed while its client is away.

    Nobody else can have it, and these nights deliver no services.

    Example: calendula bed hold 5b1f --from 2026-03-21 --to 2026-03-22 --reason "in hospital"
    """
    from adapters.diary import beds

    run = here(ctx)
    done = beds.hold(run.sessions, run.act(), stay, start=start, end=end, reason=reason)
    _print(done, "Put on hold", as_json=as_json)


@bed.command("end-hold")
def end_hold(
    ctx: typer.Context,
    stay: str = _STAY,
    back: str | None = typer.Option(None, "--on", help="The day the client was back, if another than said."),
    as_json: bool = JSON,
) -> None:
    """End a hold: the client is back.

    Example: calendula bed end-hold 5b1f --on 2026-03-22
    """
    from adapters.diary import beds

    run = here(ctx)
    _print(beds.end_hold(run.sessions, run.act(), stay, back), "Ended the hold of", as_json=as_json)


@bed.command("check-in")
def check_in(ctx: typer.Context, stay: str = _STAY, as_json: bool = JSON) -> None:
    """Note that the client has moved in.

    Example: calendula bed check-in 5b1f
    """
    from adapters.diary import beds

    run = here(ctx)
    _print(beds.check_in(run.sessions, run.act(), stay), "Checked in", as_json=as_json)


@bed.command("check-out")
def check_out(
    ctx: typer.Context,
    stay: str = _STAY,
    end: str | None = typer.Option(
        None, "--on", help="The day or time of departure, if another than booked."
    ),
    override: str | None = options.OVERRIDE,
    as_json: bool = JSON,
) -> None:
    """End a stay and write down what it delivered.

    Each nightly service gives a line for each night that was not on hold.

    Example: calendula bed check-out 5b1f --on 2026-03-22
    """
    from adapters.diary import beds

    run = here(ctx)
    done = beds.check_out(run.sessions, run.act(), stay, end, override=override)
    _print(done, "Checked out", as_json=as_json)


@bed.command("cancel")
def cancel(
    ctx: typer.Context,
    stay: str = _STAY,
    reason: str = typer.Option(..., "--reason", help="Why; it never leaves the practice."),
    as_json: bool = JSON,
) -> None:
    """Cancel a stay that never began; the record stays.

    Example: calendula bed cancel 5b1f --reason "family came"
    """
    from adapters.diary import beds

    run = here(ctx)
    _print(beds.cancel(run.sessions, run.act(), stay, reason), "Cancelled", as_json=as_json)


def _print(done: "Stayed", verb: str, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
    else:
        lines = f", {done.delivered} lines delivered" if done.delivered else ""
        typer.echo(f"{verb} {short(done.booking_id)}: {done.start} to {done.end}, {done.state}{lines}")
    print_warnings(done.warnings)
