"""Exported tables hold no formulas (FAILURES G11)."""

import csv
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sample.writing import write_sample
from adapters.spreadsheet import harmless, table

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # also the wide ones, which a spreadsheet reads as the narrow
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline="")))


@pytest.mark.parametrize("sign", SIGNS)
def test_g11_a_cell_that_begins_like_a_formula_is_a_text(sign: str) -> None:
    assert harmless(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    (_, row) = read(table(("client",), [(f"{sign}1",)]))
    assert row == [f"'{sign}1"]


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_g11_whatever_is_exported_no_cell_is_a_formula_and_nothing_moves_to_another(
    rows: list[tuple[str, str, str]],
) -> None:
    told = read(table(("a", "b", "c"), rows))
    assert told[0] == ["a", "b", "c"]
    assert [len(row) for row in told[1:]] == [3] * len(rows)
    for cells, before in zip(told[1:], rows, strict=True):
        for cell, was in zip(cells, before, strict=True):
            assert not cell.startswith(tuple(SIGNS))
            assert cell in (was, f"'{was}")


def test_numbers_and_ids_stay_what_they_are() -> None:
    assert read(table(("n",), [(-5,), ("45.00",)])) == [["n"], ["-5"], ["45.00"]]


def test_g11_a_made_up_practice_has_words_of_ours_alone_and_numbers_of_phones(tmp_path: Path) -> None:
    """Its files are taken in again, so nothing is put before what they hold."""
    write_sample(tmp_path / "sample", 7, date(2026, 3, 2), date(2026, 3, 18))
    cells = [
        cell for file in (tmp_path / "sample").glob("*.csv") for row in read(file.read_text()) for cell in row
    ]
    assert len(cells) > 1_000
    assert [
        cell for cell in cells if cell.startswith(tuple(SIGNS)) and not re.fullmatch(r"\+[0-9 ]+", cell)
    ] == []
