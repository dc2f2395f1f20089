"""What becomes of a session: cancelled, missed, started, completed, reset."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from adapters.diary import absences, cancelling, completing, reminding
from adapters.diary.cancelling import Cancelled, Charge
from adapters.diary.completing import Completed
from adapters.diary.reminding import FeedbackView
from adapters.diary.views import Changed
from adapters.web.desk import At
from adapters.web.etags import Edits
from adapters.web.wire import Body, Ref, Refs, ScopeAsked, Text, Texts, Until, When
from model.cancellation import CancelledBy, Rules

router = APIRouter(prefix="/sessions/{session}", tags=["sessions"])


class Cancelling(Body):
    """Who cancels, why, when that was advised, and by which rules it is charged."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"by": "CLIENT", "reason": "client-ill", "advised": "2026-03-02T10:30"}]
        }
    )

    by: CancelledBy
    reason: Ref
    advised: When | None = None
    client: Ref | None = None
    worker: Ref | None = None
    note: Text = ""
    rules: Rules = Rules.FITTING
    alternative_work_found: bool = False
    worker_paid: bool = True

    def how(self) -> cancelling.Cancel:
        return cancelling.Cancel(**self.model_dump())


class Missing(Body):
    """Which client did not come, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "client-ill"}]})

    reason: Ref
    client: Ref | None = None


class Answerer(Body):
    """Which client has answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"client": "noor"}]})

    client: Ref


class NewFee(Body):
    """What is charged instead, and why; 0: nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cents": 6000, "note": "Individual rate"}]})

    cents: Annotated[int, Field(ge=0, le=100_000_000)]
    note: Text
    client: Ref | None = None


class Charged(BaseModel):
    """The fee before and now."""

    before_cents: int = Field(examples=[9000])
    cents: int = Field(examples=[6000])


class Form(Body):
    """What took place; what is left out was as scheduled."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"actual_start": "10:05", "attended": ["noor"]}]}
    )

    actual_start: Until | None = None
    actual_end: Until | None = None
    attended: Refs = ()
    no_show: Refs = ()
    portions: Texts = ()
    spread: bool = False
    travels: Texts = ()


@router.post("/cancel/preview", operation_id="preview_cancel", summary="What cancelling would do and cost")
def preview(at: At, session: UUID, how: Cancelling, scope: ScopeAsked = None) -> Cancelled:
    """Nothing is changed. Confirm it with the same body and the session's ETag."""
    return cancelling.preview(at.sessions, at.act(), str(session), how.how(), scope, at.config.settings)


@router.post("/cancel", operation_id="cancel_session", summary="Cancel it; the record stays")
def cancel(it: Edits, how: Cancelling, scope: ScopeAsked = None) -> Cancelled:
    """It says who cancelled, when that was advised, why, what is charged for it and by which rule."""
    wanted = how.how()
    return it.do(lambda within, act, name: cancelling.cancel(within, act, name, wanted, scope, it.settings))


@router.post("/no-show", operation_id="note_no_show", summary="A client did not come")
def no_show(it: Edits, who: Missing) -> Charge:
    """The session stays as it is."""
    return it.do(
        lambda within, act, name: absences.no_show(within, act, name, who.reason, who.client, it.settings)
    )


@router.post("/fee", operation_id="set_fee", summary="Charge another fee than the rules say")
def fee(it: Edits, new: NewFee) -> Charged:
    """Of its last cancellation."""
    before = it.do(
        lambda within, act, name: absences.set_fee(within, act, name, new.client, new.cents, new.note)
    )
    return Charged(before_cents=before, cents=new.cents)


@router.post("/feedback", operation_id="note_feedback", summary="A client has said how it was")
def feedback(it: Edits, who: Answerer) -> FeedbackView:
    """What they said is kept elsewhere."""
    return it.do(lambda within, act, name: reminding.answered(within, act, name, client=who.client))


@router.post("/start", operation_id="start_session", summary="It begins now")
def start(it: Edits) -> Changed:
    """No calendar moves it any more."""
    return it.do(completing.start)


@router.post("/complete", operation_id="complete_session", summary="Who came, and what is charged")
def complete(it: Edits, form: Form) -> Completed:
    """Calendars go on showing the time that was agreed."""
    told, allowed = completing.Form(**form.model_dump()), it.at.config.rules.apportionment
    return it.do(
        lambda within, act, name: completing.complete(within, act, name, told, apportionment=allowed)
    )


@router.post("/reset", operation_id="reset_session", summary="Take a start or completion back")
def reset(it: Edits) -> Changed:
    """Not once one of its lines was exported."""
    return it.do(completing.reset)
