"""Who is taken when, while a practice is made up: nobody and nothing twice at a time. Wall times, in minutes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A time of some weeks (counted from 0) on one weekday (0 is Monday)."""

    weeks: tuple[int, ...]
    weekday: int
    start: int
    end: int

    @property
    def days(self) -> list[int]:
        return [7 * week + self.weekday for week in self.weeks]


class Book:
    """The times that are taken, by who and day."""

    def __init__(self) -> None:
        self._taken: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)

    def is_free(self, who: str, slot: Slot) -> bool:
        return all(
            slot.end <= start or end <= slot.start
            for day in slot.days
            for start, end in self._taken[who, day]
        )

    def take(self, everyone: Iterable[str], slot: Slot) -> None:
        """Write a time down for all of them, who have to be free."""
        for who in everyone:
            if not self.is_free(who, slot):
                raise ValueError(f"{who} is taken at {slot}")
            for day in slot.days:
                self._taken[who, day].append((slot.start, slot.end))
