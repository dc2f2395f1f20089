"""What a client may see: their own sessions, and of those only what they were told anyway."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from adapters.database.engine import reading
from adapters.database.loading import load_session
from adapters.diary.listing import Window
from adapters.diary.paging import page_of_sessions
from adapters.diary.views import view
from adapters.web.desk import At
from adapters.web.owning import mine
from adapters.web.wire import Cursor, Limit, Page, When, page, position
from model.attendance import Attendance
from model.details import Status
from model.errors import DomainError
from model.session import Session

router = APIRouter(prefix="/my", tags=["my sessions"])


class OwnSession(BaseModel):
    """A client's session: when, where, with which worker. Not who else comes, and nothing that staff wrote down."""

    id: UUID
    start: str = Field(examples=["2026-03-03T10:00:00+10:30"])
    end: str = Field(examples=["2026-03-03T11:00:00+10:30"])
    tz: str = Field(examples=["Australia/Adelaide"])
    cancelled: bool
    pending: bool = Field(description="Asked for, and not answered yet.")
    workers: tuple[str, ...] = Field(examples=[["Priya Rao"]])
    site: str | None = Field(examples=["Adelaide clinic"])
    url: str = Field(description="Of a telehealth session.", examples=[""])


@router.get("/sessions", operation_id="list_my_sessions", summary="One's own sessions")
def list_(
    at: At,
    start: Annotated[When | None, Query(alias="from")] = None,
    end: Annotated[When | None, Query(alias="to")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OwnSession]:
    """In order of time; what is only a draft is not told of."""
    found = page_of_sessions(
        at.sessions,
        Window(start=start, end=end),
        after=position(cursor),
        limit=limit,
        only=mine(at.caller) & (Session.status != Status.DRAFT),
    )
    return page([_own(row, at.caller.client_id) for row in found.rows], found.following)


@router.get("/sessions/{session}", operation_id="show_my_session", summary="One of them")
def show(at: At, session: UUID) -> OwnSession:
    """As in the list."""
    with reading(at.sessions) as database:
        row = load_session(database, session)
        if row is None or row.status is Status.DRAFT:
            raise DomainError("E_NOT_FOUND", "There is no such thing, or it is not yours")
        return _own(row, at.caller.client_id)


def _own(row: Session, client: UUID | None) -> OwnSession:
    """Cancelled is what they cancelled, too, though others of a group still come."""
    shown = view(row)
    gone = [one for one in row.clients if one.client_id == client and one.status is Attendance.CANCELLED]
    return OwnSession(
        id=row.id,
        start=shown.start,
        end=shown.end,
        tz=shown.tz,
        cancelled=row.status is Status.CANCELLED or bool(gone),
        pending=row.status is Status.PENDING,
        workers=tuple(one.worker.name for one in row.active_workers),
        site=row.site.name if row.site else None,
        url=row.url,
    )
