"""Pages about a visitor's own appointments: what is to come, another time for one, cancel one, and leave."""

from datetime import datetime

from fastapi import APIRouter, Response

from adapters.diary.client_changes import cancel, move, withdraw
from adapters.diary.client_views import (
    Coming,
    coming,
    coming_one,
    cost_of_cancelling,
    name_of_practice,
    reasons_of_clients,
    times_to_move,
)
from adapters.diary.visits import end
from adapters.web.booking_new import MOST_TIMES, new_key
from adapters.web.booking_pages import LOOK
from adapters.web.pages.rendering import page
from adapters.web.pages.times import Day, FreeTime, by_day
from adapters.web.refusing import PageRoute
from adapters.web.visiting import COOKIE, AtForm, AtVisit, Visiting, session_id, start_of, text
from model.moment import zone
from model.money import in_dollars

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_DONE = {
    "booked": "Your appointment is booked.",
    "requested": "You have asked for this time. The practice will answer you by mail.",
    "moved": "Your appointment has its new time.",
    "cancelled": "Your appointment is cancelled.",
    "withdrawn": "You have taken your request back.",
}


@router.api_route("/mine", methods=LOOK, operation_id="page_mine")
def show_mine(at: AtVisit, done: str = "") -> Response:
    """What is to come, and what may be done about it."""
    found = coming(at.sessions, at.act(), at.who.client_id, at.front.rules)
    practice = name_of_practice(at.sessions)
    hours = at.front.rules.enforce_window_hours
    return page(
        "mine", at.page | {"practice": practice, "coming": found, "done": _DONE.get(done, ""), "hours": hours}
    )


@router.api_route("/move", methods=LOOK, operation_id="page_move")
def show_move(at: AtVisit, session: str = "", since: str = "") -> Response:
    """The times that one's appointment can be moved to."""
    one = _mine(at, session)
    begin = start_of(text(since), at.act(), at.front.rules) if since else None
    times = times_to_move(at.sessions, at.act(), str(one.id), at.who.client, at.front.settings, since=begin)
    shown, later = times[:MOST_TIMES], times[MOST_TIMES:]
    values = {"one": one, "times": _listed(shown, one), "later": later[0].isoformat() if later else ""}
    return page("move", at.page | values | {"practice": name_of_practice(at.sessions)})


@router.api_route("/move/confirm", methods=LOOK, operation_id="page_move_confirm")
def show_move_confirm(at: AtVisit, session: str = "", time: str = "") -> Response:
    """What will happen; nothing has happened yet."""
    one, rules = _mine(at, session), at.front.rules
    start = start_of(text(time), at.act(), rules).astimezone(zone(one.tz))
    hidden = {"session": str(one.id), "start": start.isoformat(), "key": new_key()}
    values = {"one": one, "start": start, "hidden": hidden, "asks": rules.mode == "request"}
    policy = rules.policy_text.strip()
    return page(
        "move_confirm", at.page | values | {"policy": policy, "practice": name_of_practice(at.sessions)}
    )


@router.post("/move", operation_id="page_do_move")
def do_move(at: AtForm) -> Response:
    """Take the other time, or ask for it."""
    visit, told = at.visiting, at.fields
    session = str(session_id(told.get("session", "")))
    start = start_of(told.get("start", ""), visit.act(), visit.front.rules)
    done = move(visit.sessions, visit.act(), session, start.isoformat(), at.caller, visit.front.settings)
    return visit.front.go(f"/mine?done={done.state.lower()}")


@router.api_route("/cancel", methods=LOOK, operation_id="page_cancel")
def show_cancel(at: AtVisit, session: str = "", reason: str = "") -> Response:
    """What cancelling means, and what it would be charged now; a request is only taken back."""
    one, rules = _mine(at, session), at.front.rules
    hidden = {"session": str(one.id), "key": new_key()}
    values = at.page | {"one": one, "hidden": hidden, "practice": name_of_practice(at.sessions)}
    if one.waiting:
        return page("withdraw", values)
    why = _chosen(at, reason) or rules.cancel_reason
    if not why:
        return page("reason", values | {"reasons": reasons_of_clients(at.sessions)})
    cents = cost_of_cancelling(at.sessions, at.act(), str(one.id), at.who.client, why, at.front.settings)
    charged = in_dollars(cents) if cents else ""
    told = {
        "charged": charged,
        "policy": rules.policy_text.strip(),
        "hidden": hidden | {"reason": _chosen(at, reason)},
    }
    return page("cancel", values | told)


@router.post("/cancel", operation_id="page_do_cancel")
def do_cancel(at: AtForm) -> Response:
    """Cancel it, advised now."""
    visit, told = at.visiting, at.fields
    session, reason = str(session_id(told.get("session", ""))), _chosen(visit, told.get("reason", ""))
    done = cancel(visit.sessions, visit.act(), session, at.caller, visit.front.settings, reason=reason)
    return visit.front.go(f"/mine?done={done.state.lower()}")


@router.post("/withdraw", operation_id="page_do_withdraw")
def do_withdraw(at: AtForm) -> Response:
    """Take back what nobody has answered."""
    visit = at.visiting
    one = _mine(visit, at.fields.get("session", ""))
    withdraw(visit.sessions, visit.act(), one.request, visit.who.client, visit.front.settings)
    return visit.front.go("/mine?done=withdrawn")


@router.post("/leave", operation_id="page_leave")
def do_leave(at: AtForm) -> Response:
    """End the visit: whoever sits at this browser next is nobody's client."""
    visit = at.visiting
    end(visit.sessions, visit.act(), visit.who.visit_id)
    answer = visit.front.go("")
    answer.delete_cookie(
        COOKIE, path=visit.front.base, secure=visit.front.secure, httponly=True, samesite="strict"
    )
    return answer


def _chosen(at: Visiting, reason: str) -> str:
    """The reason that a client chose. Where the practice names one for all, nobody chooses a cheaper one."""
    return "" if at.front.rules.cancel_reason else text(reason)


def _mine(at: Visiting, session: str) -> Coming:
    return coming_one(at.sessions, at.act(), at.who.client_id, session_id(text(session)), at.front.rules)


def _listed(times: list[datetime], one: Coming) -> list[Day]:
    """The same appointment at other times."""
    worker, length = ", ".join(one.workers), one.end - one.start
    return by_day(
        FreeTime(value=at.isoformat(), start=at, end=at + length, tz=str(at.tzinfo), worker=worker)
        for at in times
    )
