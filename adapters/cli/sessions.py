"""Commands about sessions with clients: session add, list, show, roster, move, place, repeat, modifiers, delete."""

from typing import TYPE_CHECKING

import typer

from adapters.cli import options
from adapters.cli.context import here
from adapters.cli.output import JSON, choice, print_changed, print_json, print_rows, short

if TYPE_CHECKING:
    from model.details import LocationType

session = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Sessions with clients: session add, list, show, ...",
    rich_markup_mode=None,
)


_COLUMNS = {
    "id": lambda row: short(row.id),
    "start": lambda row: row.start[:16].replace("T", " "),
    "end": lambda row: row.end[11:16],
    "zone": lambda row: row.tz,
    "status": lambda row: row.status,
    "kind": lambda row: row.kind,
    "clients": lambda row: ", ".join(row.clients),
    "workers": lambda row: ", ".join(row.workers),
    "series": lambda row: short(row.series_id) if row.series_id else None,
}


@session.callback()
def _group() -> None:
    """Sessions with clients, single or repeating."""


@session.command("add")
def add(
    ctx: typer.Context,
    start: str = options.START,
    end: str | None = options.END,
    minutes: int | None = options.MINUTES,
    worker: list[str] = typer.Option([], "--worker", help="A worker's id; several times for several."),
    client: list[str] = typer.Option([], "--client", help="A client's id; several times for a group."),
    new_client: list[str] = typer.Option(
        [], "--new-client", metavar="NAME", help="Somebody new, of whom only the name is known."
    ),
    session_type: str | None = typer.Option(
        None, "--type", help="A session type's id: its length, colour, and whether it is billable."
    ),
    kind: str = typer.Option(
        "CLIENT_SESSION", "--kind", help="CLIENT_SESSION, CLIENT_CONTACT, COLLATERAL_CONTACT, SHIFT."
    ),
    work_type: str = typer.Option("APPOINTMENT", "--work-type", help="APPOINTMENT or GROUP."),
    rule: str | None = options.RULE,
    tz: str | None = options.TZ,
    site: str | None = typer.Option(None, "--site", help="A site's id."),
    room: str | None = typer.Option(None, "--room", help="A room's id."),
    region: str | None = typer.Option(None, "--region", help="A region's id; without it the site's."),
    asset: list[str] = typer.Option([], "--asset", help="An asset's id, like chair or minibus:2."),
    activity: list[str] = options.ACTIVITY,
    location_type: str | None = typer.Option(
        None, "--location-type", help="SITE, CLIENT_ADDRESS, WORKER_OFFICE, TELEHEALTH or OTHER."
    ),
    address: str = typer.Option("", "--address", help="For the location type OTHER."),
    url: str = typer.Option("", "--url", help="A telehealth link."),
    subject: str = typer.Option("", "--subject", help="What it is about; shown outside at full_name only."),
    message: str = typer.Option("", "--message", help="A message to the worker."),
    comments: str = options.COMMENTS,
    service_type: list[str] = options.SERVICE_TYPE,
    instructions: str = options.INSTRUCTIONS,
    remind: list[str] = options.REMIND,
    bridge: bool = typer.Option(False, "--bridge", help="Ask the clients afterwards how it was."),
    medium: str | None = typer.Option(None, "--medium", help="Of a contact: PHONE, EMAIL, ..."),
    contact_with: str | None = typer.Option(None, "--contact-with", help="Of a collateral contact."),
    roster: bool = typer.Option(False, "--roster", help="Save and roster: only then calendars show it."),
    live: bool = typer.Option(False, "--live", help="On the live schedule: calendars only ask to change it."),
    override: str | None = options.OVERRIDE,
    acknowledge: bool = options.ACKNOWLEDGE,
    billable: bool | None = typer.Option(
        None, "--billable/--non-billable", help="Whether it may have services; without: as its type."
    ),
    as_json: bool = JSON,
) -> None:
    """Add a session, or with --rule a series.

    Without --roster it is a draft, which calendars do not show. --kind shift adds a shift of one worker, without
    clients; session shift puts sessions into it.

    Example: calendula session add --start "2026-03-03 10:00" --minutes 60 --worker priya --client noor
    --rule "FREQ=WEEKLY;BYDAY=TU;COUNT=8" --roster
    """
    from adapters.diary import adding
    from model.details import Kind, WorkType

    run = here(ctx)
    new = adding.New(
        start=start, end=end, minutes=minutes, tz=tz, rule=rule, kind=Kind(choice(Kind, kind)),
        work_type=WorkType(choice(WorkType, work_type)), workers=worker, clients=client, new_clients=new_client,
        session_type=session_type, service_types=service_type, comments=comments,
        instructions=instructions, reminders=remind, session_bridge=bridge, site=site, room=room, region=region,
        assets=asset, activities=activity, location_type=_location_type(location_type), address=address, url=url,
        subject=subject, employee_message=message, medium=medium, contact_with=contact_with, rostered=roster, live=live,
        override=override, acknowledge=acknowledge, billable=billable,
    )  # fmt: skip
    print_changed(adding.add(run.sessions, run.act(), new, run.config.settings), "Added", as_json=as_json)


def _location_type(text: str | None) -> "LocationType | None":
    from model.details import LocationType

    return LocationType(choice(LocationType, text)) if text else None


@session.command("list")
def list_(
    ctx: typer.Context,
    start: str | None = typer.Option(
        None, "--from", help="A day or time; sessions that touch it or come later."
    ),
    end: str | None = typer.Option(None, "--to", help="Up to this day or time, itself not included."),
    worker: str | None = typer.Option(None, "--worker", help="Only this worker's."),
    day: str | None = typer.Option(None, "--day", help="Only this day, instead of --from and --to."),
    client: str | None = typer.Option(None, "--client", help="Only this client's."),
    site: str | None = typer.Option(None, "--site", help="Only what takes place at this site."),
    status: str | None = typer.Option(None, "--status", help="Only DRAFT, ROSTERED, ..."),
    needs_reschedule: bool = typer.Option(
        False, "--needs-reschedule", help="Only what was cancelled and has no other time yet."
    ),
    unassigned: bool = typer.Option(
        False, "--unassigned", help="Only what is to take place and has no worker."
    ),
    overlapping: bool = typer.Option(
        False, "--overlapping", help="Only what meets something of its worker, unacknowledged."
    ),
    as_json: bool = JSON,
    ics: bool = typer.Option(False, "--ics", help="Print an iCalendar file, for use in the practice."),
) -> None:
    """List sessions in order of time.

    Clients appear by their internal ids, in a file too.

    Example: calendula session list --worker mia --from 2026-03-02 --to 2026-03-09
    """
    from adapters.diary.exporting import export_sessions
    from adapters.diary.listing import Window, list_sessions
    from model.details import Status

    if (day and (start or end)) or (ics and as_json):
        raise typer.BadParameter("Give either --day or --from and --to, and either --json or --ics")
    run = here(ctx)
    wanted = Status(choice(Status, status)) if status else None
    window = Window(
        start=start, end=end, worker=worker, client=client, site=site, status=wanted,
        needs_reschedule=needs_reschedule, unassigned=unassigned, overlapping=overlapping,
    ).on(day)  # fmt: skip
    if ics:
        found = export_sessions(run.sessions, run.act(), window, run.config.privacy)
        typer.echo(found.decode(), nl=False)
        return
    print_rows(list_sessions(run.sessions, window), _COLUMNS, as_json=as_json, none="No sessions.")


@session.command("show")
def show(ctx: typer.Context, session: str = options.SESSION, as_json: bool = JSON) -> None:
    """Show all of one session.

    Example: calendula session show 5b1f6c1e
    """
    from dataclasses import asdict

    from adapters.diary.listing import show_session

    found = asdict(show_session(here(ctx).sessions, session))
    flat = found.pop("session") | found
    if as_json:
        print_json(flat)
        return
    for name, value in flat.items():
        text = (
            ", ".join(map(_words, value)) if isinstance(value, tuple) else _words(value) if value else value
        )
        if text not in (None, "", False):
            typer.echo(f"{name}: {text}")


def _words(value: object) -> str:
    """One of several values; a record as its own list of names and values."""
    if not isinstance(value, dict):
        return str(value)
    return "; ".join(f"{name} {part}" for name, part in value.items() if part not in (None, ""))


@session.command("roster")
def roster(
    ctx: typer.Context,
    session: str = options.SESSION,
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Roster a draft: from now on calendars show it.

    Example: calendula session roster 5b1f --scope all
    """
    from adapters.diary import changing

    run = here(ctx)
    done = changing.roster(run.sessions, run.act(), session, options.scope_of(scope))
    print_changed(done, "Rostered", as_json=as_json)


@session.command("move")
def move(
    ctx: typer.Context,
    session: str = options.SESSION,
    start: str | None = typer.Option(None, "--start", help='Like "2026-03-18 11:15"; without: as it was.'),
    end: str | None = options.END,
    minutes: int | None = options.MINUTES,
    tz: str | None = options.TZ,
    scope: str | None = options.SCOPE,
    override: str | None = options.OVERRIDE,
    acknowledge: bool = options.ACKNOWLEDGE,
    as_json: bool = JSON,
) -> None:
    """Give a session another time or length.

    Example: calendula session move 5b1f --start "2026-03-18 11:15" --scope this
    """
    from adapters.diary import changing

    if not (start or end or minutes or tz):
        raise typer.BadParameter("Give --start, --end, --minutes or --tz")
    run = here(ctx)
    to = changing.Move(
        start=start, end=end, minutes=minutes, tz=tz, override=override, acknowledge=acknowledge
    )
    scoped = options.scope_of(scope)
    done = changing.move(run.sessions, run.act(), session, to, scoped, run.config.settings)
    print_changed(done, "Moved", as_json=as_json)


@session.command("place")
def place(
    ctx: typer.Context,
    session: str = options.SESSION,
    site: str | None = typer.Option(None, "--site", help="A site's id."),
    room: str | None = typer.Option(None, "--room", help="A room's id."),
    location_type: str | None = typer.Option(
        None, "--location-type", help="SITE, CLIENT_ADDRESS, WORKER_OFFICE, TELEHEALTH or OTHER."
    ),
    address: str = typer.Option("", "--address", help="For the location type OTHER."),
    url: str | None = typer.Option(None, "--url", help="A telehealth link; without: as it was."),
    scope: str | None = options.SCOPE,
    as_json: bool = JSON,
) -> None:
    """Let a session take place elsewhere.

    A telehealth place (place of service 02 or 10) adds the modifier 95 to what is billed.

    Example: calendula session place 5b1f --site chicago --room room-3 --scope this
    """
    from adapters.diary import placing

    kind = _location_type(location_type)
    where = placing.Where(site=site, room=room, location_type=kind, address=address, url=url)
    run = here(ctx)
    done = placing.place(run.sessions, run.act(), session, where, options.scope_of(scope))
    print_changed(done, "Placed", as_json=as_json)


@session.command("modifiers")
def modifiers(
    ctx: typer.Context,
    session: str = options.SESSION,
    codes: list[str] = typer.Argument(
        None, metavar="[CODE]...", help="At most four, like GT; none: no typed."
    ),
    as_json: bool = JSON,
) -> None:
    """Replace the modifiers typed for what is billed of a session.

    Example: calendula session modifiers 5b1f GT
    """
    from adapters.diary import placing

    run = here(ctx)
    done = placing.set_modifiers(run.sessions, run.act(), session, codes or [])
    print_changed(done, "Set the modifiers of", as_json=as_json)


@session.command("repeat")
def repeat(
    ctx: typer.Context,
    session: str = options.SESSION,
    rule: str = typer.Option(..., "--rule", help='Like "FREQ=WEEKLY;BYDAY=TU;COUNT=8".'),
    as_json: bool = JSON,
) -> None:
    """Let a single session repeat: it becomes the first of a series.

    Its event in calendars stays the same one.

    Example: calendula session repeat 5b1f --rule "FREQ=WEEKLY;BYDAY=TU;COUNT=8"
    """
    from adapters.diary.repeating import repeat

    run = here(ctx)
    print_changed(
        repeat(run.sessions, run.act(), session, rule, run.config.settings), "Repeats", as_json=as_json
    )


@session.command("delete")
def delete(
    ctx: typer.Context,
    session: str = options.SESSION,
    scope: str | None = options.SCOPE,
    yes: bool = typer.Option(False, "--yes", help="Delete booked sessions too, whose clients were named."),
    as_json: bool = JSON,
) -> None:
    """Delete a draft; nothing is kept of it.

    What was rostered is cancelled instead, unless [rules] allow_delete_rostered says otherwise: then it is deleted
    with --yes. What is locked (billed, say) never is.

    Example: calendula session delete 5b1f
    """
    from adapters.diary import cancelling

    run = here(ctx)
    may, reach = run.config.rules.allow_delete_rostered, options.scope_of(scope)
    done = cancelling.delete(run.sessions, run.act(), session, reach, rostered=may, confirmed=yes)
    print_changed(done, "Deleted", as_json=as_json)
