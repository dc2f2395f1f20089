"""Pages before a visit: ask for a link, and come in by it (FAILURES G27).

Whoever looks at a link, a scanner of mail for one, uses nothing up: it opens when its button is pressed.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from adapters.diary.client_views import name_of_practice
from adapters.diary.visits import ask, enter, opens
from adapters.web.guard import HEADERS
from adapters.web.pages.rendering import page, stylesheet
from adapters.web.problems import Refused
from adapters.web.refusing import PageRoute
from adapters.web.visiting import COOKIE, AtFront, Fields, Front, address_of, from_here, too_many

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LOOK = ["GET", "HEAD"]
_ADDRESS = "@"


@router.api_route("", methods=LOOK, operation_id="page_ask")
def show_ask(at: AtFront) -> Response:
    """Where a client asks for a link."""
    return page("ask", _values(at) | {"wrong": False})


@router.post("/link", operation_id="page_link")
def send_link(
    request: Request, at: AtFront, told: Fields, _: Annotated[None, Depends(from_here)]
) -> Response:
    """Answered the same, whoever's address it is, and nobody's."""
    email = told.get("email", "")
    if _ADDRESS not in email:
        return page("ask", _values(at) | {"wrong": True}, status=422)
    address = address_of(request)
    if wait := at.asked.take(f"link {address}", at.app.clock().timestamp()):
        raise too_many(wait)
    ask(at.sessions, at.act(), email, address, at.app.entrance)
    return page("asked", _values(at) | {"minutes": at.rules.link_min})


@router.api_route("/in/{secret}", methods=LOOK, operation_id="page_in")
def show_in(request: Request, at: AtFront, secret: str) -> Response:
    """What the link is for, and the button that opens it."""
    if not opens(at.sessions, secret, at.app.clock()):
        raise _does_not_open(request, at)
    return page("in", _values(at) | {"secret": secret, "minutes": at.rules.link_min})


@router.post("/in/{secret}", operation_id="page_enter")
def come_in(request: Request, at: AtFront, secret: str, _: Annotated[None, Depends(from_here)]) -> Response:
    """Open the link, once; the browser is given a cookie that no other site can have sent."""
    shown = enter(at.sessions, at.act(), secret, at.rules)
    if shown is None:
        raise _does_not_open(request, at)
    answer = at.go("/mine")
    answer.set_cookie(
        COOKIE,
        shown,
        max_age=at.rules.link_min * 60,
        path=at.base,
        secure=at.secure,
        httponly=True,
        samesite="strict",
    )
    return answer


@router.api_route("/style.css", methods=LOOK, operation_id="page_style")
def show_style() -> Response:
    """The one thing that pages load, also those that say that there is nothing here."""
    kept = HEADERS | {"Cache-Control": "public, max-age=3600"}
    return Response(stylesheet(), media_type="text/css", headers=kept)


def _values(at: Front) -> dict[str, object]:
    return {"base": at.base, "visiting": False, "practice": name_of_practice(at.sessions)}


def _does_not_open(request: Request, at: Front) -> Refused:
    """One answer for what was used, is too old, or never was; who guesses has to wait, and nobody else."""
    who, now = address_of(request), at.app.clock().timestamp()
    if wait := at.failures.wait(who, "", now):
        return too_many(wait)
    at.failures.note(who, now)
    return Refused(
        404, "E_TOKEN", "This link does not open any more: it was used, or is too old; ask for another"
    )
