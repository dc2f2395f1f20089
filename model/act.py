"""Who does something, when, and where new ids come from: handed to every operation, never looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Act:
    """One actor at one instant. `now` is aware UTC; `new_id` is random in the product, seeded in tests."""

    actor: str
    now: datetime
    new_id: Callable[[], UUID]
