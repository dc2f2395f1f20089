"""Whether a session's note is signed, and its diagnosis codes. What a note says is kept elsewhere."""

from fastapi import APIRouter
from pydantic import ConfigDict

from adapters.diary import notes
from adapters.diary.notes import Noted
from adapters.web.etags import Edits
from adapters.web.wire import Body, Refs

router = APIRouter(prefix="/sessions/{session}/note", tags=["notes"])


class Diagnosis(Body):
    """Codes of ICD-10, the main one first; none: no diagnosis."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"codes": ["F41.1", "F32.9"]}]})

    codes: Refs


@router.post("/sign", operation_id="sign_note", summary="Sign it, which locks the session")
def sign(it: Edits) -> Noted:
    """Time, place, services and diagnosis then stay as they are."""
    return it.do(notes.sign)


@router.post("/unlock", operation_id="unlock_note", summary="Make it a draft again")
def unlock(it: Edits) -> Noted:
    """Only who signed it may, or an administrator."""
    return it.do(lambda within, act, name: notes.unlock(within, act, name, admins=it.at.admins))


@router.put("/diagnosis", operation_id="diagnose", summary="Replace the diagnosis codes")
def diagnose(it: Edits, to: Diagnosis) -> Noted:
    """While the note is not signed."""
    return it.do(lambda within, act, name: notes.diagnose(within, act, name, to.codes))
