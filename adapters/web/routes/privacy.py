"""State on what basis names may leave the practice."""

from typing import Literal

from fastapi import APIRouter
from pydantic import ConfigDict

from adapters.diary.privacy import Attested, attest
from adapters.web.desk import At
from adapters.web.wire import Body, Text

router = APIRouter(prefix="/privacy", tags=["privacy"])


class Statement(Body):
    """For which level, and by which agreement (BAA) and its date, or on what basis of APP 8."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"level": "full_name", "basis": "BAA with Example Host, 2026-02-01"}]}
    )

    level: Literal["first_name", "full_name"]
    basis: Text


@router.post("/attestations", operation_id="attest_privacy", summary="State it", status_code=201)
def state(at: At, what: Statement) -> Attested:
    """Never taken back, only made again. `privacy.maximum` has to allow the level as well."""
    return attest(at.sessions, at.act(), level=what.level, basis=what.basis)
