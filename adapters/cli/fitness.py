"""Show the fitness card of a calendar: a table and a few sentences, or JSON."""

import json
from typing import TYPE_CHECKING

import typer

from adapters.cli.output import print_json, print_rows

if TYPE_CHECKING:
    from adapters.links.changing import Checked
    from model.link import Role

BEFORE = (
    "Test events will be written to the calendar, read, and deleted again. There is no real guest in them."
)
BEFORE_READING = "The calendar will be read; nothing is written to it."
_VERDICTS = {"pass": "pass", "copes": "copes", "fail": "FAIL", "not tried": "-"}


def before(role: "Role") -> str:
    """What trying a calendar out will do there."""
    return BEFORE_READING if role.value == "BUSY_SOURCE" else BEFORE


def print_card(checked: "Checked", *, as_json: bool) -> None:
    """What was seen, what was to be expected, and what follows."""
    if as_json:
        print_json(_record(checked))
        return
    card = checked.card
    kind = f"a server like {card.server}" if card.server else "a kind of server that is not known"
    typer.echo(f"{checked.ref} is on {kind}; {card.requests} requests.\n")
    columns = {
        "what should be so": lambda row: row.statement,
        "observed": lambda row: row.observed,
        "hinted": lambda row: row.hinted or "-",
        "verdict": lambda row: _VERDICTS[row.verdict],
        "therefore": lambda row: "; ".join(text for text in (row.detail, row.consequence) if text),
    }
    print_rows(card.rows, columns, as_json=False)
    typer.echo("")
    for switch, told in checked.corrected.items():
        typer.echo(f"Before this check a run had found otherwise than stored: {switch} {_told(told)}.")
    for sentence in card.sentences:
        typer.echo(sentence)
    typer.echo(f"{checked.ref} is {checked.state.lower().replace('_', ' ')}.")


def _told(told: object) -> str:
    value, at = told if isinstance(told, list) and len(told) == 2 else (told, "")
    return f"is {str(value).lower()} ({at})"


def _record(checked: "Checked") -> dict[str, object]:
    card = checked.card
    return {
        "link": checked.ref,
        "state": checked.state,
        "server": card.server,
        "fit": not card.failed,
        "summary": card.summary,
        "requests": card.requests,
        "left": card.left,
        "rows": [
            {
                "code": row.code,
                "statement": row.statement,
                "observed": row.observed,
                "hinted": row.hinted,
                "verdict": row.verdict,
                "detail": row.detail,
                "therefore": row.consequence,
            }
            for row in card.rows
        ],
        "profile": json.loads(card.profile.to_json()),
        "corrected": checked.corrected,
    }
