"""What staff write about a session for themselves, and how its clients are spoken to (000-08, 001-06, 001-14, 004-13).

Of all this only the colour of its type may leave to calendars. Comments and service types never do, at no level
(DOMAIN 5); the instructions stand in messages to the clients, and nowhere else.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.errors import DomainError
from model.session_type import SessionType, type_id

MOST_TEXT = 2_000
MOST_SERVICE_TYPES = 20
_LONGEST_SERVICE_TYPE = 60


class Particulars:
    """Part of a session and of a series. `colour` is that of its type, kept here so that showing it asks nothing.

    `instructions` are for the clients' messages; `reminder_text` says when they are reminded (`model.reminder`); with
    `session_bridge` they are asked afterwards how it was.
    """

    session_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_type.id"))
    colour: Mapped[str] = mapped_column(default="")
    comments: Mapped[str] = mapped_column(default="")
    service_type_text: Mapped[str] = mapped_column(default="")
    instructions: Mapped[str] = mapped_column(default="")
    reminder_text: Mapped[str] = mapped_column(default="")
    session_bridge: Mapped[bool] = mapped_column(default=False)

    PARTICULAR_NAMES = (
        "session_type_id", "colour", "comments", "service_type_text", "instructions", "reminder_text", "session_bridge",
    )  # fmt: skip

    @property
    def service_types(self) -> tuple[str, ...]:
        """What kinds of service it is for, in the order they were named."""
        return tuple(self.service_type_text.splitlines())

    def take_type(self, of_type: SessionType | None) -> None:
        """Be of a type, or of none."""
        self.session_type_id, self.colour = type_id(of_type), of_type.colour if of_type is not None else ""


def service_type_text(texts: Iterable[str]) -> str:
    """Service types as one text: each once, short, on a line of its own."""
    found = list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
    if len(found) > MOST_SERVICE_TYPES or any(len(text) > _LONGEST_SERVICE_TYPE for text in found):
        raise DomainError(
            "E_TEXT",
            f"Name at most {MOST_SERVICE_TYPES} service types, of {_LONGEST_SERVICE_TYPE} characters each",
        )
    return "\n".join(found)


def check_text(text: str) -> None:
    """What staff write for each other fits on a page."""
    if len(text) > MOST_TEXT:
        raise DomainError("E_TEXT", f"Write at most {MOST_TEXT} characters")
