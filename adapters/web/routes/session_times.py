"""When and where a session takes place: roster, move, place, repeat, reschedule; its parts."""

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from adapters.diary import activities, changing, equipping, knowing, placing, repeating, rescheduling, shifts
from adapters.diary.views import Changed
from adapters.web.etags import Edits
from adapters.web.wire import Body, Minutes, Ref, Refs, ScopeAsked, Text, Texts, Until, When
from model.details import LocationType

router = APIRouter(prefix="/sessions/{session}", tags=["sessions"])


class NewTime(Body):
    """Another time or length. What is left out stays; without an end it lasts as long as it did."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"start": "2026-03-18T11:15"}, {"minutes": 45}]}
    )

    start: When | None = None
    end: Until | None = None
    minutes: Minutes | None = None
    tz: Ref | None = None
    override: Text | None = None
    acknowledge: bool = Field(default=False, description="It is known that a worker is busy then.")


class NewPlace(Body):
    """Where it takes place instead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": "chicago", "room": "room-3"}]})

    site: Ref | None = None
    room: Ref | None = None
    location_type: LocationType | None = None
    address: Text = ""
    url: Text | None = None


class NewRule(Body):
    """How it repeats (RFC 5545)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=8"}]})

    rule: Text


class NewBooking(Body):
    """The session in the place of a cancelled one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"start": "2026-03-18T11:15", "workers": ["lena"], "rostered": True}]}
    )

    start: When | None = None
    end: Until | None = None
    minutes: Minutes | None = None
    tz: Ref | None = None
    workers: Refs = ()
    rostered: bool = False


class NewAssets(Body):
    """What it takes along, and what not any more; `minibus:2` for two in all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"add": ["minibus"]}]})

    add: Refs = ()
    remove: Refs = ()
    override: Text | None = None


class NewActivities(Body):
    """All its activities, as they are typed; none: it has none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"activities": ["BREAK 10:20-10:30"]}]})

    activities: Texts


class NewModifiers(Body):
    """At most four codes for what is billed of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"modifiers": ["GT"]}]})

    modifiers: Refs


class NewShift(Body):
    """The shift it lies in; null takes it out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"shift": None}]})

    shift: Ref | None


@router.post("/roster", operation_id="roster_session", summary="Roster a draft")
def roster(it: Edits, scope: ScopeAsked = None) -> Changed:
    """From now on calendars show it."""
    return it.do(lambda within, act, name: changing.roster(within, act, name, scope))


@router.post("/move", operation_id="move_session", summary="Give it another time or length")
def move(it: Edits, to: NewTime, scope: ScopeAsked = None) -> Changed:
    """Refused where a room, an asset or a client is taken; what is only to be known comes as a warning."""
    override = it.at.waived(to.override)
    where = changing.Move(**to.model_dump(exclude={"override"}), override=override)
    return it.do(lambda within, act, name: changing.move(within, act, name, where, scope, it.settings))


@router.post("/acknowledge", operation_id="acknowledge_overlap", summary="Leave an overlap as it is")
def acknowledge(it: Edits, scope: ScopeAsked = None) -> Changed:
    """Who knows of it, and since when, is kept; lists of overlaps leave it out from then on."""
    return it.do(lambda within, act, name: knowing.acknowledge_overlap(within, act, name, scope))


@router.post("/place", operation_id="place_session", summary="Let it take place elsewhere")
def place(it: Edits, to: NewPlace, scope: ScopeAsked = None) -> Changed:
    """A telehealth place adds the modifier 95 to what is billed."""
    where = placing.Where(**to.model_dump())
    return it.do(lambda within, act, name: placing.place(within, act, name, where, scope))


@router.post("/repeat", operation_id="repeat_session", summary="Let a single session repeat")
def repeat(it: Edits, how: NewRule) -> Changed:
    """It becomes the first of a series; its event in calendars stays the same one."""
    return it.do(lambda within, act, name: repeating.repeat(within, act, name, how.rule, it.settings))


@router.post(
    "/reschedule", operation_id="reschedule_session", summary="Replace a cancelled one", status_code=201
)
def reschedule(it: Edits, to: NewBooking) -> Changed:
    """The same clients, place and services at another time; the cancelled one stays, with its record."""
    when = changing.Move(start=to.start, end=to.end, minutes=to.minutes, tz=to.tz)
    how = rescheduling.Reschedule(to=when, workers=to.workers, rostered=to.rostered)
    return it.do(lambda within, act, name: rescheduling.reschedule(within, act, name, how, it.settings))


@router.post("/assets", operation_id="change_assets", summary="Take assets along, or leave them")
def assets(it: Edits, what: NewAssets, scope: ScopeAsked = None) -> Changed:
    """Refused where there are not enough of one, with all of those times."""
    wanted = equipping.Assets(add=what.add, remove=what.remove, override=it.at.waived(what.override))
    return it.do(lambda within, act, name: equipping.equip(within, act, name, wanted, scope))


@router.put("/activities", operation_id="set_activities", summary="Replace its activities")
def set_activities(it: Edits, what: NewActivities, scope: ScopeAsked = None) -> Changed:
    """Breaks, sleepovers and the like: they lie inside it, and move with it."""
    return it.do(lambda within, act, name: activities.change(within, act, name, what.activities, scope))


@router.put("/modifiers", operation_id="set_modifiers", summary="Replace its modifiers")
def set_modifiers(it: Edits, what: NewModifiers) -> Changed:
    """Those typed for what is billed."""
    return it.do(lambda within, act, name: placing.set_modifiers(within, act, name, what.modifiers))


@router.put("/shift", operation_id="set_shift", summary="Put it into a shift, or take it out")
def set_shift(it: Edits, what: NewShift) -> Changed:
    """It stays within the time of the shift from then on."""
    return it.do(lambda within, act, name: shifts.put_in(within, act, name, what.shift))
