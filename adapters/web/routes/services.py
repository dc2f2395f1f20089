"""Services: those of the practice, what clients' agreements allow, and what sessions are to deliver."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from adapters.diary import planning, services
from adapters.diary.services import PlanView, ServiceView
from adapters.diary.terms import Plan
from adapters.diary.views import Changed
from adapters.web.desk import At
from adapters.web.etags import Edits
from adapters.web.wire import Body, Ref, Refs, ScopeAsked, Text
from model.service import DeliveryMethod

router = APIRouter(tags=["services"])


class Terms(Body):
    """How it is delivered; nobody named is everybody, without a ratio 1 to as many as get it."""

    clients: Refs = ()
    ratio: Annotated[int, Field(ge=1, le=1_000, description="The n of 1:n.")] | None = None
    method: DeliveryMethod | None = None
    quantity: Ref | None = Field(default=None, description="For FIXED_QUANTITY, like 1.5.")
    claim_type: Text = ""
    travel: bool = False
    primary: bool = False


class NewPlan(Terms):
    """A service that its clients have agreed to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"service": "physio", "clients": ["noor", "liam"], "ratio": 2, "travel": True}]
        }
    )

    service: Ref

    def plan(self) -> Plan:
        return Plan(**self.model_dump())


class FromTemplate(Body):
    """A group template says the service, its ratio and its clients."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"template": "tuesday-group"}]})

    template: Ref
    method: DeliveryMethod | None = None
    quantity: Ref | None = None
    claim_type: Text = ""
    travel: bool = False
    primary: bool = False

    def plan(self) -> Plan:
        return Plan(service="", **self.model_dump(exclude={"template"}))


class AdHoc(Terms):
    """A service that is in no agreement: all of its terms are said."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "splint",
                    "clients": ["noor"],
                    "rate": "45.00",
                    "claim_type": "direct",
                    "method": "FIXED_QUANTITY",
                    "quantity": "1",
                }
            ]
        }
    )

    service: Ref
    rate: Ref = Field(description="Per unit, like 45.00.")

    def plan(self) -> Plan:
        return Plan(**self.model_dump())


@router.get("/services", operation_id="list_services", summary="All that the practice delivers")
def list_(at: At) -> list[ServiceView]:
    """By id."""
    return services.list_services(at.sessions)


@router.get("/sessions/{session}/services", operation_id="list_plans", summary="What it is to deliver")
def plans(at: At, session: UUID) -> list[PlanView]:
    """The primary one first; clients appear by their internal ids."""
    return services.list_plans(at.sessions, str(session))


@router.get(
    "/sessions/{session}/services/choices",
    operation_id="list_choices",
    summary="What its clients' agreements allow",
)
def choices(at: At, session: UUID) -> list[ServiceView]:
    """On its day, at the agreed rates."""
    return services.list_choices(at.sessions, str(session))


@router.post(
    "/sessions/{session}/services", operation_id="plan_service", summary="Plan a service", status_code=201
)
def plan(it: Edits, what: NewPlan, scope: ScopeAsked = None) -> Changed:
    """At the agreed rate. The first service of a session is its primary one."""
    return it.do(lambda within, act, name: planning.plan(within, act, name, what.plan(), scope))


@router.post(
    "/sessions/{session}/services/template",
    operation_id="plan_template",
    summary="Plan what a group template says",
    status_code=201,
)
def plan_template(it: Edits, what: FromTemplate, scope: ScopeAsked = None) -> Changed:
    """For those of its clients who take part."""
    return it.do(
        lambda within, act, name: planning.plan_template(within, act, name, what.template, what.plan(), scope)
    )


@router.post(
    "/sessions/{session}/services/ad-hoc",
    operation_id="plan_ad_hoc",
    summary="Plan one that is in no agreement",
    status_code=201,
)
def ad_hoc(it: Edits, what: AdHoc) -> Changed:
    """For one session, where the practice allows it (`rules.ad_hoc_services`)."""
    allowed = it.at.config.rules.ad_hoc_services
    return it.do(lambda within, act, name: planning.ad_hoc(within, act, name, what.plan(), allowed=allowed))


@router.delete(
    "/sessions/{session}/services/{service}", operation_id="unplan_service", summary="Take it off again"
)
def unplan(
    it: Edits,
    service: Ref,
    client: Annotated[list[Ref], Query(max_length=100, description="For these only; without: for all.")] = [],  # noqa: B006
    scope: ScopeAsked = None,
) -> Changed:
    """For all its clients, or some."""
    return it.do(lambda within, act, name: planning.unplan(within, act, name, service, client, scope))
