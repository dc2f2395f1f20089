"""Read one table of the practice from a CSV file: its first line names the columns, each other one is an entry.

Columns are separated by commas. A cell that is empty says nothing; several ids in a cell are separated by ";".
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from adapters.practice_set.raw import Raw, UnreadableError, text_of

_Row = tuple[int, list[str]]


def read_csv(
    file: Path, table: str, *, required: Sequence[str], allowed: Sequence[str]
) -> tuple[list[Raw], list[str]]:
    """All entries of a file, and the lines that are none."""
    rows = list(_rows(file))
    if not rows:
        raise UnreadableError(f"{file.name} is empty; its first line names the columns: {', '.join(allowed)}")
    (line, names), *others = rows
    names = [name.strip() for name in names]
    wrong = [f"{file.name}:{line}: {why}" for why in _wrong_names(names, required, allowed)]
    if wrong:
        return [], wrong
    entries, problems = [], []
    for number, (at, cells) in enumerate(others, 1):
        if len(cells) == len(names):
            values = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
            entries.append(
                Raw(table=table, file=file.name, number=number, values=values, line=at, cells=True)
            )
        else:
            problems.append(f"{file.name}:{at}: has {len(cells)} cells, and the first line has {len(names)}")
    return entries, problems


def _rows(file: Path) -> Iterator[_Row]:
    """The rows that are not blank, with the line each begins on."""
    reader = csv.reader(StringIO(text_of(file), newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise UnreadableError(f"{file.name}:{before + 1}: not CSV from here on: {error}") from error


def _wrong_names(names: Sequence[str], required: Sequence[str], allowed: Sequence[str]) -> Iterator[str]:
    """What is wrong with the columns as such."""
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        yield 'the columns are to be separated by commas (","); save the table as CSV with commas'
        return
    for name in dict.fromkeys(names):
        if name not in allowed:
            yield f"{name[:60]}: unknown column; allowed: {', '.join(allowed)}"
        elif names.count(name) > 1:
            yield f"{name}: this column comes twice"
    yield from (f"{name}: this column is missing" for name in required if name not in names)
