"""The session types that a practice offers, and what each sets for a new session (001-06)."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record, writing
from model import session_type
from model.act import Act
from model.errors import DomainError
from model.session_type import check_colour, check_duration


@dataclass(frozen=True, kw_only=True)
class SessionType:
    """One session type, in the words of whoever asks for it or is shown it."""

    ref: str
    name: str
    billable: bool = True
    duration_min: int | None = None
    colour: str = ""
    active: bool = True


def list_session_types(sessions: Sessions) -> list[SessionType]:
    """All of them, by id."""
    with reading(sessions) as database:
        return [
            SessionType(
                ref=row.ref, name=row.name, billable=row.billable, duration_min=row.duration_min,
                colour=row.colour, active=row.active,
            )
            for row in database.scalars(select(session_type.SessionType).order_by(session_type.SessionType.ref))
        ]  # fmt: skip


def add_session_type(sessions: Sessions, act: Act, new: SessionType) -> None:
    """Add a type; its id is new, and its colour one that calendar apps know."""
    noun = session_type.SessionType
    with writing(sessions) as database:
        if database.scalar(select(noun.id).where(noun.ref == new.ref)):
            raise DomainError("E_EXISTS", f'There is a session type "{new.ref[:60]}" already')
        check_colour(new.colour)
        check_duration(new.duration_min)
        database.add(noun(id=act.new_id(), **vars(new)))
        record(database, act, "session-type-added")


def retire_session_type(sessions: Sessions, act: Act, ref: str) -> None:
    """No longer offer a type; the sessions that have it keep it."""
    with writing(sessions) as database:
        by_ref(database, session_type.SessionType, ref).active = False
        record(database, act, "session-type-retired")
