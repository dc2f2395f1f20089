"""Sign, unlock and diagnose the note of a session (004-28). What the note says is kept elsewhere (DOMAIN 7)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.database.revisions import renumber
from adapters.diary.lookup import find_session
from adapters.diary.transaction import record, writing
from model.act import Act
from model.errors import DomainError
from model.note import Note, NoteState
from model.session import Session

Step = Callable[[Note], None]
SIGNED, DIAGNOSED = "note-signed", "diagnosed"  # what history says of it


@dataclass(frozen=True, kw_only=True)
class Noted:
    """How the note of one session stands."""

    session_id: UUID
    state: NoteState
    signed_by: str
    signed_at: datetime | None
    diagnosis: tuple[str, ...]


def sign(sessions: Sessions, act: Act, session: str) -> Noted:
    """From now on time, place, services and diagnosis stay as they are."""
    return _change(sessions, act, session, SIGNED, lambda note: note.sign(act))


def unlock(sessions: Sessions, act: Act, session: str, *, admins: Collection[str]) -> Noted:
    """Make it a draft again, for who signed it or an administrator."""
    return _change(sessions, act, session, "note-unlocked", lambda note: note.unlock(act, admins=admins))


def diagnose(sessions: Sessions, act: Act, session: str, codes: Sequence[str]) -> Noted:
    """Replace the diagnosis codes. History says that it was done, not what they are."""
    return _change(sessions, act, session, DIAGNOSED, lambda note: note.diagnose(codes))


def note_of(database: Database, session_id: UUID) -> Note | None:
    return database.scalar(select(Note).where(Note.session_id == session_id))


def _change(sessions: Sessions, act: Act, session: str, action: str, step: Step) -> Noted:
    with writing(sessions) as database:
        found = find_session(database, session)
        note = note_of(database, found.id) or new_note(database, found, act)
        if take_step(database, act, note, action, step):
            renumber(database, [found.id], now=act.now)
        return _told(note)


def new_note(database: Database, row: Session, act: Act) -> Note:
    """A note of a session that has none yet; what has no client has no note."""
    if not row.has_client:
        raise DomainError(
            "E_CLIENT_REQUIRED", "An Other Event has no client, so it has no note; name a session"
        )
    made = Note(id=act.new_id(), session_id=row.id, signed_by="", diagnosis_text="")
    database.add(made)
    return made


def take_step(database: Database, act: Act, note: Note, action: str, step: Step) -> bool:
    """Change a note, and say so in history; whether the lock of its session came or went."""
    before = note.state
    step(note)
    record(database, act, action, session_id=note.session_id)
    return note.state is not before


def _told(note: Note) -> Noted:
    return Noted(
        session_id=note.session_id,
        state=note.state,
        signed_by=note.signed_by,
        signed_at=note.signed_at,
        diagnosis=note.diagnosis,
    )
