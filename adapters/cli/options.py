"""Options that several commands share, said the same way everywhere."""

import typer

from adapters.cli.output import choice
from model.series import Scope

SESSION = typer.Argument(metavar="SESSION", help="The beginning of its id, four digits or more.")
SCOPE = typer.Option(None, "--scope", help="For a series: this, following or all.")
START = typer.Option(..., "--start", help='Like "2026-03-03 10:00", or ISO with offset.')
END = typer.Option(None, "--end", help='Like "10:50", or a full time.')
MINUTES = typer.Option(None, "--minutes", help="The length, instead of --end.")
TZ = typer.Option(None, "--tz", help="Time zone, like Australia/Adelaide.")
RULE = typer.Option(None, "--rule", help='Repeats, like "FREQ=WEEKLY;BYDAY=TU;COUNT=8".')
ACKNOWLEDGE = typer.Option(False, "--acknowledge", help="You know that a worker is busy at that time.")
OVERRIDE = typer.Option(
    None, "--override", metavar="WHY", help="For an administrator: do it although a room or asset is taken."
)
ACTIVITY = typer.Option([], "--activity", help='Like "BREAK 11:00-11:30"; several times for several.')
COMMENTS = typer.Option("", "--comments", help="For staff only: no calendar shows it.")
SERVICE_TYPE = typer.Option([], "--service-type", help="What kind of service it is; for staff only.")
INSTRUCTIONS = typer.Option("", "--instructions", help="For the clients' messages: what to bring, say.")
REMIND = typer.Option(
    [], "--remind", metavar="DAYS[:CHANNELS]", help='Like 5 or 2:email,text; at most two, "" for none.'
)
WORKER = typer.Argument(metavar="WORKER", help="The worker's id, like mia.")
FROM = typer.Argument(metavar="FROM", help="A day or time, in the worker's zone.")
TO = typer.Argument(metavar="TO", help="Up to this day or time, itself not included.")


def scope_of(text: str | None) -> Scope | None:
    """Read --scope."""
    if text is None:
        return None
    short = {"this": "THIS_ONLY", "following": "THIS_AND_FOLLOWING", "all": "ALL_IN_SERIES"}
    return Scope(choice(Scope, text, **short))
