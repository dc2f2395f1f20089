"""Commands about feeds: feed add, list, rotate, remove."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.context import Here, here
from adapters.cli.output import JSON, print_json, print_rows

if TYPE_CHECKING:
    from adapters.feeds.keeping import Address

feed = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Calendars to subscribe to: feed add, list, rotate, remove.",
    rich_markup_mode=None,
)

FEED = typer.Argument(metavar="FEED", help="The feed's name, as feed list shows it.")


@feed.callback()
def _group() -> None:
    """Calendars that are only read, each by a secret address."""


@feed.command("add")
def add(
    ctx: typer.Context,
    worker: str | None = typer.Option(None, "--worker", metavar="ID", help="The sessions of this worker."),
    room: str | None = typer.Option(None, "--room", metavar="ID", help="When this room is taken."),
    asset: str | None = typer.Option(None, "--asset", metavar="ID", help="When this asset is taken."),
    bed: str | None = typer.Option(None, "--bed", metavar="ID", help="When this bed is taken."),
    level: str | None = typer.Option(None, "--level", help="Of a worker: busy, reference or initials."),
    past_days: int | None = typer.Option(None, "--past-days", help="Days before today (default: as sync)."),
    future_days: int | None = typer.Option(
        None, "--future-days", help="Days after today (default: as sync)."
    ),
    grid: int = typer.Option(
        0, "--round", metavar="MINUTES", help="Merged busy time on a grid, like 30; at level busy."
    ),
    title: str = typer.Option("", "--title", help="What subscribers' apps call it (default: Calendula)."),
    name: str | None = typer.Option(
        None, "--name", help="How to call this feed here (default: as what it is of)."
    ),
    as_json: bool = JSON,
) -> None:
    """Make a secret address to subscribe to, and show it once.

    Whoever has it reads the calendar, so it says no client's name. Subscribers are late, by hours or a day.
    With --round it shows busy time alone, merged and widened to a grid: no single session, and not how many there are.

    Example: calendula feed add --worker mia --level busy --title Practice
    """
    from adapters.feeds.keeping import NewFeed, add_feed
    from adapters.feeds.reading import Feeds

    run = here(ctx)
    kind, of = _subject({"worker": worker, "room": room, "asset": asset, "bed": bed})
    sync = run.config.sync
    new = NewFeed(
        kind=kind,
        of=of,
        level=level or _usual(run, kind),
        past_days=sync.past_days if past_days is None else past_days,
        future_days=sync.future_days if future_days is None else future_days,
        title=title,
        ref=name,
        round_min=grid,
    )
    made = add_feed(run.sessions, run.act(), new, run.config.privacy)
    Feeds.of(run.app).prepare(made.ref)
    _tell(run, made, as_json=as_json)


@feed.command("list")
def list_(ctx: typer.Context, as_json: bool = JSON) -> None:
    """List the feeds: of what, how much they show, when last read.

    Addresses are not kept, so none is shown; feed rotate makes a new one.

    Example: calendula feed list
    """
    from adapters.feeds.keeping import list_feeds

    columns = {
        "feed": lambda row: row.ref,
        "of": lambda row: row.of,
        "level": lambda row: row.level,
        "days": lambda row: f"-{row.past_days} +{row.future_days}",
        "round": lambda row: row.round_min or "",
        "title": lambda row: row.title,
        "made": lambda row: row.made_at.date().isoformat(),
        "last read": lambda row: row.last_used_at.isoformat(" ", "minutes") if row.last_used_at else "never",
    }
    print_rows(list_feeds(here(ctx).sessions), columns, as_json=as_json, none="There are no feeds.")


@feed.command("rotate")
def rotate(ctx: typer.Context, ref: str = FEED, as_json: bool = JSON) -> None:
    """Give a feed a new address; the old one is gone at once.

    Example: calendula feed rotate mia
    """
    from adapters.feeds.keeping import rotate_feed

    run = here(ctx)
    _tell(run, rotate_feed(run.sessions, run.act(), ref), as_json=as_json)


@feed.command("remove")
def remove(ctx: typer.Context, ref: str = FEED) -> None:
    """End a feed; its address is gone at once.

    Example: calendula feed remove mia
    """
    from adapters.feeds.keeping import remove_feed

    run = here(ctx)
    remove_feed(run.sessions, run.act(), ref)
    typer.echo(f"{ref} is gone. What its subscribers have copied stays with them.")


def _subject(named: dict[str, str | None]) -> tuple[str, str]:
    """The one thing that was named."""
    given = [(kind, of) for kind, of in named.items() if of is not None]
    if len(given) != 1:
        raise typer.BadParameter("Say what it is of, one thing: --worker, --room, --asset or --bed")
    return given[0]


def _usual(run: Here, kind: str) -> str:
    """Of a worker as links are, but never above what a feed may show."""
    from sync.feed import published_level

    return (
        published_level(run.config.privacy.default, run.config.privacy.maximum)
        if kind == "worker"
        else "busy"
    )


def _tell(run: Here, found: "Address", *, as_json: bool) -> None:
    """Show an address, once; without a known server only its path can be told."""
    base = run.config.web.public_url.rstrip("/")
    url = f"{base}/feeds/{found.secret}.ics"
    if as_json:
        print_json({"feed": found.ref, "url": url})
        return
    typer.echo(f"The address of {found.ref}, which is shown this once:")
    typer.echo(f"  {url}")
    if base:
        typer.echo(f"  webcal:{url.partition(':')[2]}")
    else:
        typer.echo(
            "Before it comes the address of your server; with web.public_url it is shown whole.", err=True
        )
