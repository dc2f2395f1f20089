"""The command that shows what clients can book online, and to staff why other times cannot be."""

import typer

from adapters.cli.context import here
from adapters.cli.output import JSON, print_rows


def slots(
    ctx: typer.Context,
    of_type: str = typer.Argument(metavar="TYPE", help="The appointment type's id, like psychotherapy."),
    worker: str | None = typer.Option(None, "--worker", help="Only with this worker; without: with all."),
    start: str | None = typer.Option(None, "--from", help="From this day or time on; without: from now."),
    end: str | None = typer.Option(None, "--to", help="Up to this day or time, itself not included."),
    client: str | None = typer.Option(None, "--client", help="For this client, who may be booked elsewhere."),
    why: bool = typer.Option(
        False, "--why", help="For staff: each start, free or not, and the rule that says so."
    ),
    as_json: bool = JSON,
) -> None:
    """List the times that clients can book online.

    Each is a start in a window that a worker reserved, with nothing against it: the cut-off, how far ahead, what is
    planned, padding, requests, leave, hours, calendars, room, asset. With --why the window (booking window list) and
    the rule stand beside each start: no title and nobody's name.

    Example: calendula slots psychotherapy --worker mia --from 2026-03-10 --to 2026-03-14 --why
    """
    from adapters.diary.slots import Search, explain_slots, find_slots

    run = here(ctx)
    search = Search(type=of_type, worker=worker, start=start, end=end, client=client)
    rules = run.config.booking
    if why:
        explained = explain_slots(run.sessions, run.act(), search, rules)
        print_rows(explained, _WHY, as_json=as_json, none="No window offers anything then.")
        return
    found = find_slots(run.sessions, run.act(), search, rules)
    print_rows(found, _SLOT, as_json=as_json, none="Nothing can be booked then.")


_SLOT = {
    "start": lambda row: row.start[:16].replace("T", " "),
    "minutes": lambda row: row.minutes,
    "worker": lambda row: row.worker,
    "site": lambda row: row.site,
}
_WHY = {
    "start": lambda row: row.start[:16].replace("T", " "),
    "worker": lambda row: row.worker,
    "window": lambda row: row.window,
    "free": lambda row: "yes" if row.free else "no",
    "rule": lambda row: row.rule,
    "where": lambda row: row.where,
    "taken": lambda row: f"{row.taken_from:%m-%d %H:%M}/{row.taken_to:%H:%M} UTC" if row.taken_from else "",
}
