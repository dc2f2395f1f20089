"""Answers of thousands of rows: past the loading of nouns, which does nothing for columns and takes long over it."""

from collections.abc import Mapping, Sequence
from typing import TypeVarTuple

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session as Database

Columns = TypeVarTuple("Columns")


def many(database: Database, query: Select[*Columns], given: Mapping[str, object]) -> Sequence[Row[*Columns]]:
    """The rows of a query for columns, with what the unit of work has changed until now."""
    if database.autoflush:
        database.flush()
    return database.connection().execute(query, given).all()
