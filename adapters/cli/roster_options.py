"""What the commands of rosters have in common: arguments, options, and how planned sessions are listed."""

from typing import TYPE_CHECKING

import typer

from adapters.cli.output import short

if TYPE_CHECKING:
    from adapters.diary.rosters import Slot

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


def slot_of(*, group: bool, shift: bool, **said: object) -> "Slot":
    """What is to be planned, as the options say it."""
    from adapters.diary.rosters import Slot
    from model.details import Kind, WorkType

    work_type = WorkType.GROUP if group else WorkType.APPOINTMENT
    kind = Kind.SHIFT if shift else Kind.CLIENT_SESSION
    return Slot(work_type=work_type, kind=kind, **said)  # type: ignore[arg-type]
