"""What the made-up practice does beside therapy: support at clients' homes by rosters, and stays in beds."""

from adapters.sample.book import Slot
from adapters.sample.draft import WEEKS, Draft, Row, clock
from adapters.sample.people import CONTRACTED, Team
from adapters.sample.words import HOUSE, NIGHT, SUPPORT
from model.moment import WEEKDAYS

_WORKDAYS = WEEKDAYS[:5]
_VISITS = ((7 * 60 + 30, 120), (10 * 60, 90), (12 * 60, 60), (13 * 60 + 30, 120), (16 * 60, 120))
_PATTERN = 2  # weeks
_ON_CALL = 240  # minutes
_BEDS = 8
_CITY = ("harbour", "hills", "plains")
_ALL_DAY = 24 * 60


def make_roster(draft: Draft, team: Team) -> None:
    """Two support workers at clients' homes, in a pattern of two weeks; the last two weeks are planned only."""
    base = draft.add(
        "base_roster", id=f"{team.clinic.ref}-team", name=f"{team.clinic.name} team", weeks=_PATTERN,
        start_date=draft.monday, tz=team.clinic.tz,
    )  # fmt: skip
    for number, worker in enumerate(team.supporters):
        _on_call(draft, base, worker, number)
        for week in range(_PATTERN):
            left = CONTRACTED - _ON_CALL * (week == number)
            for weekday in range(len(_WORKDAYS)):
                left -= _visits(draft, team, base, worker, week, weekday, left)
    for first in range(0, WEEKS, _PATTERN):
        draft.add(
            "roster_period", base=base, start_date=draft.day(7 * first), publish=first < WEEKS - _PATTERN
        )


def _on_call(draft: Draft, base: str, worker: str, week: int) -> None:
    """Every other Saturday morning is a shift, with a break."""
    slot = Slot(weeks=tuple(range(week, WEEKS, _PATTERN)), weekday=5, start=9 * 60, end=9 * 60 + _ON_CALL)
    draft.book.take([worker], slot)
    draft.add(
        "roster_slot", base=base, week=week + 1, weekday=WEEKDAYS[slot.weekday], start=clock(slot.start),
        minutes=_ON_CALL, workers=[worker], shift=True, activities=["BREAK 11:00-11:15"], subject="On call",
    )  # fmt: skip


def _visits(draft: Draft, team: Team, base: str, worker: str, week: int, weekday: int, left: int) -> int:
    """The visits of one day, of at most so many minutes, and how many they are; the last client of a clinic is on the
    blocklist."""
    used = 0
    for start, minutes in _VISITS:
        weeks = tuple(range(week, WEEKS, _PATTERN))
        slot = Slot(weeks=weeks, weekday=weekday, start=start, end=start + minutes)
        at = draft.dice.randrange(len(team.clients) - 1)
        order = team.clients[at:-1] + team.clients[:at]
        client = next((one for one in order if draft.book.is_free(one, slot)), None)
        if client is None or used + minutes > left or draft.some(10):
            continue
        draft.book.take([worker, client], slot)
        visit = draft.add(
            "roster_slot", base=base, week=week + 1, weekday=_WORKDAYS[weekday], start=clock(start), minutes=minutes,
            workers=[worker], clients=[client],
        )  # fmt: skip
        draft.add("roster_slot_service", slot=visit, service=SUPPORT)
        draft.uses[client][SUPPORT] = None
        used += minutes
    return used


def make_stays(draft: Draft) -> None:
    """Eight beds, one of them out of service; one stay follows another, some on the day the last one left."""
    clients = [row for row in draft.tables["client"] if _near(row)]
    for number in range(1, _BEDS + 1):
        limits: Row = (
            {"min_age": 18, "max_age": 64} if number < 3 else {"gender": "FEMALE"} if number == 3 else {}
        )
        closed = number == _BEDS
        bed = draft.add(
            "bed", id=f"bed-{number}", name=f"Bed {number}", site=HOUSE, room_no=str((number + 1) // 2),
            record_type="SUPPORTED_ACCOMMODATION" if number > 6 else "RESPITE",
            status="OUT_OF_SERVICE" if closed else "AVAILABLE", **limits,
        )  # fmt: skip
        if not closed:
            _stays(draft, bed, limits, clients)


def _near(client: Row) -> bool:
    """Whether somebody may come to a clinic of the city where the house is."""
    homes = client.get("sites")
    return not isinstance(homes, list) or homes[0] in _CITY


def _stays(draft: Draft, bed: str, limits: Row, clients: list[Row]) -> None:
    day = draft.dice.randrange(4)
    while day < 7 * (WEEKS - 1):
        nights = 2 + draft.dice.randrange(5)
        fitting = [
            row
            for row in clients
            if _fits(draft, row, limits, day) and _sleeps_elsewhere(draft, str(row["id"]), day, nights)
        ]
        client = str(draft.dice.choice(fitting)["id"])
        for night in range(day, day + nights):
            draft.book.take([bed, f"night of {client}"], _night(night))
        stay = draft.add(
            "bed_booking", bed=bed, client=client, start=str(draft.day(day)), end=str(draft.day(day + nights)),
            nightly=[NIGHT],
        )  # fmt: skip
        if draft.some(80):
            draft.uses[client][NIGHT] = None
        if draft.some(10):
            draft.add(
                "bed_hold", booking=stay, first_night=draft.day(day), until=draft.day(day + 1), reason="With family",
                ended=True,
            )  # fmt: skip
        day += nights + draft.dice.randrange(3)


def _night(day: int) -> Slot:
    return Slot(weeks=(day // 7,), weekday=day % 7, start=0, end=_ALL_DAY)


def _sleeps_elsewhere(draft: Draft, client: str, day: int, nights: int) -> bool:
    """Whether nobody else's bed has this client then."""
    return all(draft.book.is_free(f"night of {client}", _night(night)) for night in range(day, day + nights))


def _fits(draft: Draft, row: Row, limits: Row, day: int) -> bool:
    """Whether the limits of the bed let this client in: well inside of them, or of that gender."""
    born = row["dob"]
    years = (draft.day(day).toordinal() - born.toordinal()) // 366 if hasattr(born, "toordinal") else 0
    if "min_age" in limits and not 19 <= years <= 62:
        return False
    return "gender" not in limits or row["gender"] == limits["gender"]
