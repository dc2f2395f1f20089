"""What goes over the wire: the texts that are taken, bodies, and pages.

A text is checked for its shape before anything reads it; what it means is the diary's to say.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.diary.pages import Position
from adapters.web.problems import Refused
from model.series import Scope

_PLAIN = r"^[^\x00]*$"  # no database keeps a NUL
_DAY = r"(19[7-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}"
_WHEN = rf"{_DAY}([T ]{_TIME}(:[0-9]{{2}})?(Z|[+-]{_TIME})?)?"
MOST = 200

Text = Annotated[str, StringConstraints(max_length=2000, pattern=_PLAIN)]
Ref = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=_PLAIN)]
Day = Annotated[str, StringConstraints(pattern=rf"^{_DAY}$")]
When = Annotated[str, StringConstraints(pattern=rf"^{_WHEN}$")]
Until = Annotated[str, StringConstraints(pattern=rf"^({_TIME}|{_WHEN})$")]
Clock = Annotated[str, StringConstraints(pattern=rf"^{_TIME}$")]
Minutes = Annotated[int, Field(ge=1, le=44_640)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]
Refs = Annotated[tuple[Ref, ...], Field(max_length=100)]
Texts = Annotated[tuple[Text, ...], Field(max_length=100)]

ScopeAsked = Annotated[
    Scope | None, Query(description="For an occurrence of a series: how far the change reaches.")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many on a page.")]
Cursor = Annotated[
    str | None, Query(max_length=200, description="`next` of the page before; without: the first page.")
]
T = TypeVar("T")


class Body(BaseModel):
    """What is sent: members that are not known are refused, as they would be passed over in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Made(BaseModel):
    """The id of what was made."""

    id: str = Field(examples=["5b1f6c1e-77aa-4c9e-8f00-0a1b2c3d4e5f"])


class Page(BaseModel, Generic[T]):
    """Some of a list, in its order."""

    items: list[T]
    next: str | None = Field(description="Give it as `cursor` for what follows; null at the end.")


def page(items: Sequence[T], following: Position | None) -> Page[T]:
    """A page, and the cursor of the next."""
    return Page(items=list(items), next=_spelled(following) if following else None)


def position(cursor: str | None) -> Position | None:
    """Read a cursor; one that this program did not write is refused."""
    if cursor is None:
        return None
    try:
        at, _, name = urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        found = Position(at=datetime.fromisoformat(at), id=UUID(name))
    except ValueError as error:
        raise _strange() from error
    if found.at.utcoffset() is None:
        raise _strange()
    return found


def _spelled(where: Position) -> str:
    text = f"{where.at.astimezone(UTC).isoformat()} {where.id}"
    return urlsafe_b64encode(text.encode()).decode()


def _strange() -> Refused:
    return Refused(422, "E_CURSOR", "This is not a cursor; take next of the page before, or leave it out")
