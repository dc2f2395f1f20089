"""Pages on which a visitor books: choose what and with whom, choose a time, read what will happen, and say yes."""

import secrets
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from adapters.diary.booking import Booking, book
from adapters.diary.client_views import Choices, Named, choices
from adapters.diary.slots import Search, Slot, find_slots
from adapters.web.booking_pages import LOOK
from adapters.web.pages.rendering import page
from adapters.web.pages.times import Day, FreeTime, by_day
from adapters.web.refusing import PageRoute
from adapters.web.visiting import AtForm, AtVisit, Visiting, start_of, text
from model.errors import DomainError
from model.moment import zone

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST_TIMES = 40
OfType = Annotated[str, Query(alias="type")]
_MINUTE = timedelta(minutes=1)


@router.api_route("/new", methods=LOOK, operation_id="page_new")
def show_new(at: AtVisit, of_type: OfType = "", worker: str = "", since: str = "") -> Response:
    """What can be booked; and once that was chosen, the next times that are free."""
    found = choices(at.sessions)
    of_type, wanted = text(of_type), text(worker)
    values = at.page | {
        "practice": found.practice, "types": found.types, "workers": found.workers, "type": of_type, "worker": wanted,
    }  # fmt: skip
    if not of_type:
        return page("new", values)
    times = _free(at, of_type, wanted, since)
    shown, later = times[:MOST_TIMES], times[MOST_TIMES:]
    listed = {"times": _listed(shown, found), "later": later[0].start if later else ""}
    return page("times", values | listed | {"name": _named(found.types, of_type)})


@router.api_route("/confirm", methods=LOOK, operation_id="page_confirm")
def show_confirm(at: AtVisit, of_type: OfType = "", time: str = "") -> Response:
    """What will happen, and the practice's policy; nothing has happened yet."""
    found, slot = choices(at.sessions), _chosen(at, text(of_type), text(time))
    what = {
        "name": _named(found.types, slot.type), "with": _named(found.workers, slot.worker), "minutes": slot.minutes,
        "start": _at(slot, slot.start), "end": _at(slot, slot.end), "tz": slot.tz,
        "place": _named(found.sites, slot.site),
    }  # fmt: skip
    hidden = {"type": slot.type, "worker": slot.worker, "start": slot.start, "key": new_key()}
    rules = at.front.rules
    values = {"practice": found.practice, "what": what, "hidden": hidden, "asks": rules.mode == "request"}
    return page("confirm", at.page | values | {"policy": rules.policy_text.strip()})


@router.post("/book", operation_id="page_book")
def do_book(at: AtForm) -> Response:
    """Book it, or ask for it; the same form sent twice is one booking."""
    visit, told = at.visiting, at.fields
    start = start_of(told.get("start", ""), visit.act(), visit.front.rules)
    what = Booking(worker=told.get("worker", ""), type=told.get("type", ""), start=start.isoformat())
    done = book(visit.sessions, visit.act(), what, at.caller, visit.front.settings)
    return visit.front.go(f"/mine?done={done.state.lower()}")


def new_key() -> str:
    """Names what one form does, however often it is sent."""
    return secrets.token_urlsafe(16)


def _free(at: Visiting, of_type: str, worker: str, since: str) -> list[Slot]:
    """The times that can be booked, from `since` on."""
    act, rules = at.act(), at.front.rules
    begin = start_of(text(since), act, rules).isoformat() if since else None
    search = Search(type=of_type, worker=worker or None, start=begin, client=at.who.client)
    return find_slots(at.sessions, act, search, rules)


def _chosen(at: Visiting, of_type: str, time: str) -> Slot:
    """The time that was chosen, if it is still free: a worker's id, and the start."""
    worker, _, typed = time.partition(" ")
    act, rules = at.act(), at.front.rules
    if not worker or not typed:
        raise DomainError("E_SLOT_TAKEN", "No time was chosen; go back, and choose one")
    start = start_of(typed, act, rules)
    search = Search(
        type=of_type, worker=worker, start=start.isoformat(), end=(start + _MINUTE).isoformat(), client=at.who.client
    )  # fmt: skip
    found = find_slots(at.sessions, act, search, rules)
    if not found:
        raise DomainError("E_SLOT_TAKEN", "That time cannot be booked, or is taken meanwhile; choose another")
    return found[0]


def _listed(times: list[Slot], found: Choices) -> list[Day]:
    """As they are listed, with the names of people and places."""
    return by_day(
        FreeTime(
            value=f"{one.worker} {one.start}", start=_at(one, one.start), end=_at(one, one.end), tz=one.tz,
            worker=_named(found.workers, one.worker), place=_named(found.sites, one.site),
        )
        for one in times
    )  # fmt: skip


def _at(slot: Slot, written: str) -> datetime:
    """On the clock that the slot is written on."""
    return datetime.fromisoformat(written).astimezone(zone(slot.tz))


def _named(those: tuple[Named, ...], ref: str | None) -> str:
    return next((one.name for one in those if one.ref == ref), "")
