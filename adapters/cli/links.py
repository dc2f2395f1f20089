"""Commands about calendar links: link discover, add, login, set, list, check, pause, resume, remove."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from adapters.cli.asking import Chosen, asked, logged_in, pick
from adapters.cli.context import Here, here
from adapters.cli.fitness import before, print_card
from adapters.cli.output import JSON, choice, print_rows
from adapters.cli.secrets import FROM_FILE, FROM_STDIN
from adapters.cli.subscribing import subscribe

if TYPE_CHECKING:
    from adapters.links.changing import Shown
    from adapters.links.overview import LinkView
    from model.link import Mode, Role

link = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Calendar links: link discover, add, list, check, ...",
    rich_markup_mode=None,
)

LINK = typer.Argument(metavar="LINK", help="The link's name, as link list shows it.")
USER = typer.Option(None, "--user", help="The log-in name (default: the e-mail address).")
BEARER = typer.Option(False, "--bearer", help="The secret is a bearer token, not a password.")
OAUTH = typer.Option(None, "--oauth", metavar="PROVIDER", help="Ask for consent there (google), no password.")
DEVICE = typer.Option(
    False, "--device", help="With --oauth: show a code for another device, open no browser."
)
LEVEL = typer.Option(None, "--level", help="busy, reference, initials, first_name or full_name.")
DISPLAY = typer.Option(None, "--display", help="Cancelled sessions there: mark or remove.")
ROLE_HELP = (
    "work: sessions are shown there; busy-source: it is only read, for when the worker is busy; "
    "resource: it shows when what --of names is taken."
)
MODE_HELP = "two-way: edits there come back; one-way: they are undone. There is no default."


@link.callback()
def _group() -> None:
    """One worker's connection to one calendar each."""


@link.command("discover")
def discover(
    ctx: typer.Context,
    where: str = typer.Argument(None, metavar="EMAIL_OR_URL", help="An e-mail address, domain or URL."),
    user: str | None = USER,
    bearer: bool = BEARER,
    oauth: str | None = OAUTH,
    device: bool = DEVICE,
    password_stdin: bool = FROM_STDIN,
    password_file: Path | None = FROM_FILE,
    as_json: bool = JSON,
) -> None:
    """List the calendars behind an address.

    On a terminal it asks for what is missing: address, user, password.

    Example: calendula link discover mia@example.org --user mia
    """
    from adapters.links.finding import find

    run = here(ctx)
    where = asked(where, "E-mail address or URL", option="EMAIL_OR_URL")
    login = logged_in(
        run, where, user, bearer=bearer, oauth=oauth, device=device, stdin=password_stdin, file=password_file
    )
    found = find(where, login, run.config.network.policy())
    columns = {
        "name": lambda row: row.name,
        "colour": lambda row: row.colour,
        "writable": lambda row: {True: "yes", False: "no", None: "not said"}[row.writable],
        "url": lambda row: row.url,
    }
    print_rows(found.calendars, columns, as_json=as_json)
    if not found.calendars and not as_json:
        typer.echo("There is no calendar yet; link add --make NAME makes one.", err=True)


@link.command("add")
def add(
    ctx: typer.Context,
    worker: str = typer.Argument(None, metavar="WORKER", help="The worker's id, like mia."),
    url: str | None = typer.Option(None, "--url", help="The calendar server, or the calendar itself."),
    email: str | None = typer.Option(None, "--email", help="Instead of --url: an e-mail address there."),
    user: str | None = USER,
    calendar: str | None = typer.Option(None, "--calendar", help="The calendar's URL, or its name."),
    make: str | None = typer.Option(None, "--make", metavar="NAME", help="Make a new calendar."),
    role: str = typer.Option("work", "--role", help=ROLE_HELP),
    of: str | None = typer.Option(None, "--of", help="Of a resource: room:ID, asset:ID or bed:ID."),
    mode: str | None = typer.Option(None, "--mode", help=MODE_HELP),
    level: str | None = LEVEL,
    display: str | None = DISPLAY,
    name: str | None = typer.Option(None, "--name", help="How to call this link (default: as the worker)."),
    bearer: bool = BEARER,
    oauth: str | None = OAUTH,
    device: bool = DEVICE,
    password_stdin: bool = FROM_STDIN,
    password_file: Path | None = FROM_FILE,
) -> None:
    """Link a calendar to a worker.

    On a terminal it asks for what is missing. The calendar is tried out with test events before anything is stored.
    With --role busy-source it is only read: of its events times alone are kept, and nothing is ever written there.
    With --role resource it shows when a room, an asset or a bed is taken, by "Occupied" and nothing else; the worker
    is who looks after it.

    Example: calendula link add mia --url https://cloud.example.org --user mia --calendar Work --mode two-way
    """
    from adapters.links.adding import NewLink, add_link
    from adapters.links.finding import Wanted
    from model.link import Role

    run = here(ctx)
    purpose = Role(choice(Role, role))
    _check_purpose(purpose, shown=bool(mode or level or display), made=bool(make), of=of)
    worker = asked(worker, "Worker", option="WORKER")
    where = asked(url or email or _if_url(calendar), "E-mail address or URL", option="--url or --email")
    chosen = _mode(purpose, mode)
    login = logged_in(
        run, where, user, bearer=bearer, oauth=oauth, device=device, stdin=password_stdin, file=password_file
    )
    which = Chosen(calendar=calendar, make=make) if calendar or make else pick(run, where, login)
    read = purpose is Role.BUSY_SOURCE
    new = NewLink(
        worker=worker, wanted=Wanted(where=where, calendar=which.calendar, make=which.make, only_read=read),
        role=purpose, of=of, mode=chosen, level=level or _level(run, purpose),
        display=display_word(display) or run.config.sync.cancelled_display, ref=name,
    )  # fmt: skip
    typer.echo(before(purpose))
    done = add_link(run.app, run.act(), new, login)
    for sentence in done.sentences:
        typer.echo(sentence)
    typer.echo(f'Linked "{done.name}" as {done.ref}. Next: calendula plan {done.ref}')


link.command("subscribe")(subscribe)


def _check_purpose(purpose: "Role", *, shown: bool, made: bool, of: str | None) -> None:
    """Refuse what makes no sense for a calendar of that role; `shown`: how sessions are to appear there was said."""
    from model.link import Role

    if purpose is Role.BUSY_SOURCE and (shown or made):
        raise typer.BadParameter("A busy source is only read: it has no --mode, --level, --display or --make")
    if purpose is Role.RESOURCE and shown:
        raise typer.BadParameter(
            'A resource calendar says "Occupied" and no more: no --mode, --level or --display'
        )
    if (purpose is Role.RESOURCE) != (of is not None):
        raise typer.BadParameter(
            "--of says what a calendar of --role resource is of: room:ID, asset:ID or bed:ID"
        )


def _mode(role: "Role", mode: str | None) -> "Mode":
    """The practitioner has to choose; where nothing is shown there is no choice."""
    from model.link import Mode, Role

    if role is not Role.WORK:
        return Mode.ONE_WAY
    return Mode(choice(Mode, asked(mode, "Mode (two-way or one-way)", option="--mode two-way or one-way")))


def _level(run: Here, role: "Role") -> str:
    """The practice's own; what shows no sessions says no more than that time is taken."""
    from model.link import Role

    return run.config.privacy.default if role is Role.WORK else "busy"


def _if_url(calendar: str | None) -> str | None:
    return calendar if calendar and "://" in calendar else None


def display_word(text: str | None) -> str | None:
    """Read --display."""
    if text not in (None, "mark", "remove"):
        raise typer.BadParameter(f'--display is mark or remove, not "{text[:20]}"')
    return text


@link.command("list")
def list_(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List the links: whose, which calendar, how shown.

    Example: calendula link list
    """
    from adapters.links.overview import list_links

    columns = {
        "link": lambda row: row.ref,
        "worker": lambda row: row.worker,
        "calendar": lambda row: row.calendar,
        "role": lambda row: row.role.lower().replace("_", "-"),
        "of": lambda row: row.of,
        "mode": lambda row: _if_work(row, row.mode.lower().replace("_", "-")),
        "level": lambda row: _if_work(row, row.level),
        "cancelled": lambda row: _if_work(row, row.display),
        "every": lambda row: f"{row.every_s} s",
        "state": lambda row: row.state,
    }
    none = "There is no link yet; calendula link add makes one."
    print_rows(list_links(here(ctx).sessions), columns, as_json=as_json, none=none)


def _if_work(row: "LinkView", text: str) -> str:
    """Nothing is shown in a busy source, however."""
    return text if row.role == "WORK" else "-"


@link.command("login")
def login(
    ctx: typer.Context,
    ref: str = LINK,
    user: str | None = typer.Option(None, "--user", help="Another log-in name (default: as it was)."),
    bearer: bool = BEARER,
    oauth: str | None = OAUTH,
    device: bool = DEVICE,
    password_stdin: bool = FROM_STDIN,
    password_file: Path | None = FROM_FILE,
) -> None:
    """Give a link another password or consent; nothing else is lost.

    Example: calendula link login mia
    """
    from adapters.links.changing import log_in, role_of, user_of

    run = here(ctx)
    name = user or user_of(run.sessions, ref)
    found = logged_in(
        run, None, name, bearer=bearer, oauth=oauth, device=device, stdin=password_stdin, file=password_file
    )
    typer.echo(before(role_of(run.sessions, ref)))
    _show(log_in(run.app, run.act(), ref, found))


@link.command("set")
def set_(
    ctx: typer.Context,
    ref: str = LINK,
    level: str | None = LEVEL,
    mode: str | None = typer.Option(None, "--mode", help="two-way or one-way."),
    display: str | None = DISPLAY,
    every: int | None = typer.Option(None, "--every", metavar="SECONDS", help="How often to look there."),
) -> None:
    """Change a link's level, mode, display or cadence.

    Example: calendula link set mia --level busy
    """
    from adapters.links.changing import Settings, set_link
    from model.link import Mode

    wanted = Settings(
        level=level,
        mode=Mode(choice(Mode, mode)) if mode else None,
        display=display_word(display),
        every_s=every,
    )
    if not wanted.changes():
        raise typer.BadParameter("Give --level, --mode, --display or --every")
    run = here(ctx)
    _show(set_link(run.sessions, run.act(), ref, wanted, run.config.privacy))


@link.command("check")
def check(ctx: typer.Context, ref: str = LINK, as_json: bool = JSON) -> None:
    """Try a link's calendar out, and show its fitness card.

    Test events are written, read, and deleted again; a busy source is only read.

    Example: calendula link check mia
    """
    from adapters.links.changing import check as try_out
    from adapters.links.changing import role_of

    run = here(ctx)
    typer.echo(before(role_of(run.sessions, ref)), err=as_json)
    print_card(try_out(run.app, run.act(), ref), as_json=as_json)


@link.command("pause")
def pause(ctx: typer.Context, ref: str = LINK) -> None:
    """Let a link rest; nothing is sent or read.

    Example: calendula link pause mia
    """
    from adapters.links.changing import pause as rest

    run = here(ctx)
    _show(rest(run.sessions, run.act(), ref))


@link.command("resume")
def resume(
    ctx: typer.Context,
    ref: str = LINK,
    restore: bool = typer.Option(False, "--restore", help="After a suspension: the practice is right."),
    accept: bool = typer.Option(False, "--accept", help="After a suspension: the calendar is right."),
) -> None:
    """Go on with a paused or suspended link.

    After a suspension calendula plan LINK shows what it is about. With --restore (or nothing) the next run puts back
    what is missing there; with --accept it is judged like any deletion: nothing with a client is deleted.

    Example: calendula link resume mia --restore
    """
    from adapters.links.changing import resume as go_on

    if restore and accept:
        raise typer.BadParameter("Give one of --restore and --accept")
    run = here(ctx)
    _show(go_on(run.sessions, run.act(), ref, "RESTORE" if restore else "ACCEPT" if accept else ""))


@link.command("remove")
def remove(
    ctx: typer.Context,
    ref: str = LINK,
    delete_events: bool = typer.Option(
        False, "--delete-events", help="Delete there what the practice put there."
    ),
    keep_events: bool = typer.Option(False, "--keep-events", help="Leave all events there."),
) -> None:
    """End a link and forget its password. Sessions are never changed.

    With --delete-events what the practice put into the calendar is deleted there, the practitioner's own events
    stay; with --keep-events everything stays and is not kept in step any more.

    Example: calendula link remove mia --delete-events
    """
    from adapters.links.removing import remove as end
    from sync.errors import CalendarMissing

    if delete_events == keep_events:
        raise typer.BadParameter("Say what happens to the events there: --delete-events or --keep-events")
    run = here(ctx)
    try:
        done = end(run.app, run.act(), ref, delete_events=delete_events)
    except CalendarMissing as missing:
        raise typer.BadParameter(f"{missing} Nothing can be deleted there: give --keep-events") from missing
    typer.echo(
        f"{done.ref} is unlinked: {done.deleted} events deleted there, {done.left} left; its password is gone."
    )


def _show(done: "Shown") -> None:
    for sentence in done.sentences:
        typer.echo(sentence)
    typer.echo(f"{done.ref} is {done.state.lower().replace('_', ' ')}.")
