"""Ask for many keys a portion at a time: a query has no more parameters than any database allows."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

_MANY = 500  # well below the least that a database of ours allows
Key = TypeVar("Key")


def portions(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The same keys in the same order, so many at a time."""
    for start in range(0, len(keys), _MANY):
        yield keys[start : start + _MANY]
