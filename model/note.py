"""Notes: whether a session's clinical note is signed, and its diagnosis codes (004-28).

What the note says is kept elsewhere, in a health record system (DOMAIN 7). A signed note locks its session.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.act import Act
from model.base import Base, Row
from model.errors import DomainError
from model.lock import Lock, locked

_MOST_CODES = 12  # as many as a claim form takes
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")


class NoteState(StrEnum):
    DRAFT = "DRAFT"
    SIGNED = "SIGNED"


class Note(Row, Base):
    """The note of one session, a draft until somebody signs it. Diagnosis codes are health data: they never leave."""

    __tablename__ = "note"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), unique=True)
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(default="")
    diagnosis_text: Mapped[str] = mapped_column(default="")

    @property
    def state(self) -> NoteState:
        return NoteState.DRAFT if self.signed_at is None else NoteState.SIGNED

    @property
    def diagnosis(self) -> tuple[str, ...]:
        """Diagnosis codes (ICD-10), the first is the main one."""
        return tuple(self.diagnosis_text.split())

    def sign(self, act: Act) -> None:
        if self.state is NoteState.SIGNED:
            raise DomainError("E_TRANSITION", "This note is signed already; unlock it first")
        self.signed_at, self.signed_by = act.now, act.actor

    def unlock(self, act: Act, *, admins: Collection[str]) -> None:
        """Make it a draft again; only who signed it, or an administrator, may (1.7)."""
        if self.state is NoteState.DRAFT:
            raise DomainError(
                "E_TRANSITION", "This note is not signed, so there is nothing to unlock; change it as it is"
            )
        if act.actor != self.signed_by and act.actor not in admins:
            raise locked(Lock.NOTE_SIGNED, "Only who signed this note or an administrator may unlock it")
        self.signed_at, self.signed_by = None, ""

    def diagnose(self, codes: Iterable[str]) -> None:
        """Replace its diagnosis codes; a signed note keeps them (004-23)."""
        if self.state is NoteState.SIGNED:
            raise locked(Lock.NOTE_SIGNED, "The diagnosis cannot be changed")
        found = tuple(dict.fromkeys(code.strip().upper() for code in codes))
        if len(found) > _MOST_CODES or not all(_CODE.fullmatch(code) for code in found):
            raise DomainError("E_DIAGNOSIS", f"Give at most {_MOST_CODES} codes of ICD-10, like F41.1")
        self.diagnosis_text = " ".join(found)
