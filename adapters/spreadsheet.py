"""Tables for people who open them with a spreadsheet: no cell of one is a formula (FAILURES G11).

A program that opens such a file takes a cell that begins with one of these signs for something to compute, or to ask
another program or a server for. With an apostrophe before it, it is a text.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Comma-separated values, the names of the columns first."""
    text = StringIO(newline="")
    writer = csv.writer(text)  # ends lines as RFC 4180 says; so a return inside a cell is quoted, too
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: object) -> object:
    """A cell as it may stand in a table: what is no text is written as a number or an id, and cannot be a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_SIGNS) else cell
