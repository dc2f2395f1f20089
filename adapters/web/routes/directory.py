"""People and places: lists to choose from."""

from fastapi import APIRouter

from adapters.diary import directory
from adapters.diary.directory import ClientView, SiteView, WorkerView
from adapters.diary.reasons import Reason, list_reasons
from adapters.diary.session_types import SessionType, list_session_types
from adapters.web.desk import At

router = APIRouter(tags=["people and places"])


@router.get("/workers", operation_id="list_workers", summary="All workers")
def workers(at: At) -> list[WorkerView]:
    """By id."""
    return directory.list_workers(at.sessions)


@router.get("/clients", operation_id="list_clients", summary="All clients")
def clients(at: At) -> list[ClientView]:
    """By id, with their names: for those who schedule."""
    return directory.list_clients(at.sessions)


@router.get("/sites", operation_id="list_sites", summary="All sites, with their rooms")
def sites(at: At) -> list[SiteView]:
    """By id."""
    return directory.list_sites(at.sessions)


@router.get("/session-types", operation_id="list_session_types", summary="Session types")
def session_types(at: At) -> list[SessionType]:
    """Those that were retired, too."""
    return list_session_types(at.sessions)


@router.get("/reasons", operation_id="list_reasons", summary="Cancellation reasons")
def reasons(at: At) -> list[Reason]:
    """And what each charges."""
    return list_reasons(at.sessions)
