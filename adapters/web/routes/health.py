"""Whether the service answers and can read its database: asked by machines, without a token."""

from typing import cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.engine import reading
from adapters.web.desk import hall

router = APIRouter(tags=["service"])


class ServiceHealth(BaseModel):
    """How the service is."""

    status: str = Field(examples=["ok"])


@router.get(
    "/healthz",
    operation_id="healthz",
    summary="Whether the service is up",
    response_model=ServiceHealth,
    responses={503: {"model": ServiceHealth, "description": "The database cannot be read"}},
)
def healthz(request: Request) -> JSONResponse:
    """200 while the database can be read, else 503; nothing else is told."""
    try:
        with reading(hall(cast("FastAPI", request.app)).app.sessions) as database:
            database.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return JSONResponse(ServiceHealth(status="no database").model_dump(), 503)
    return JSONResponse(ServiceHealth(status="ok").model_dump())
