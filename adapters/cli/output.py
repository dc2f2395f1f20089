"""Print what a command found: aligned columns for people, JSON when asked."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import typer

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from adapters.diary.views import Changed

Cell = str | int | None
JSON = typer.Option(False, "--json", help="Print JSON instead of a table.")
WARNINGS = {
    "SLOT_OVERLAP": "a worker is busy at that time already",
    "CLIENT_OVERLAP": "a client is booked at that time already",
    "E_ROOM_CONFLICT": "the room is taken, and an administrator said why it shall be so",
    "E_ASSET_CONFLICT": "the asset is in use, and an administrator said why it shall be so",
    "E_BED_CONFLICT": "the bed is taken, and an administrator said why it shall be so",
    "E_BED_LIMITS": "the client is outside the limits of the bed, and an administrator said why it shall be so",
    "WORKER_UNAVAILABLE": "a worker is on leave or outside their hours at that time",
    "SUBJECT_PATTERN": "the subject is not as rules.subject_pattern wants it",
    "UNASSIGNED": "no worker is assigned yet",
    "PORTION_UNDER_100": "the portions come to less than 100 %; the rest is not charged",
    "AGREEMENT": "not everybody has agreed to what was to be delivered on the day; it was left out",
    "MONTH_DAY_SKIPPED": "months without that day are skipped",
}


def print_json(value: object) -> None:
    """One JSON document; ids and times as text."""
    typer.echo(json.dumps(value, default=_text, indent=2, ensure_ascii=False))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def print_rows(
    rows: "Sequence[DataclassInstance | NamedTuple]",
    columns: Mapping[str, Callable[..., Cell]],
    *,
    as_json: bool,
    none: str = "None.",
) -> None:
    """A list of records: everything as JSON, or the named columns as a table; `none` where there is no record."""
    if as_json:
        print_json([row._asdict() if isinstance(row, tuple) else asdict(row) for row in rows])
        return
    if not rows:
        typer.echo(none)
        return
    cells = [["" if (cell := show(row)) is None else str(cell) for show in columns.values()] for row in rows]
    _print_table(list(columns), cells)


def _print_table(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Aligned columns, nothing cut off: a URL or an id is there to be copied."""
    widths = [max(len(row[i]) for row in [heads, *cells]) for i in range(len(heads))]
    for row in [heads, *cells]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        typer.secho(line, bold=True if row is heads else None)  # on a terminal only


def print_changed(done: "Changed", verb: str, *, as_json: bool) -> None:
    """What a change did, and on stderr what it warns of."""
    if as_json:
        print_json(asdict(done))
    else:
        series = f" in series {short(done.series_id)}" if done.series_id else ""
        several = f" ({done.count} occurrences)" if done.count > 1 else ""
        typer.echo(f"{verb} {short(done.session_id)}{series}{several}")
        for client in done.new_clients:
            typer.echo(f"New client: {client}")
    print_warnings(done.warnings)


def print_warnings(codes: Iterable[str]) -> None:
    """What is warned of, on stderr."""
    for code in codes:
        typer.echo(f"Warning: {WARNINGS.get(code, code.lower())} ({code})", err=True)


def short(value: object) -> str:
    """The beginning of an id, long enough to be typed and rarely to be twice."""
    return str(value)[:8]


def choice(kind: type[Enum], text: str, **aliases: str) -> str:
    """Read one of a set of words in any spelling (`this-only`, THIS_ONLY), or one of its short forms."""
    word = text.strip().upper().replace("-", "_")
    word = aliases.get(word.lower(), word)
    if word not in kind.__members__:
        allowed = ", ".join(aliases or (name.lower().replace("_", "-") for name in kind.__members__))
        raise typer.BadParameter(f'"{text[:30]}" is not one of: {allowed}')
    return word
