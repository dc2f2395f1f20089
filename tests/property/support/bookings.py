"""Orders about sessions and series: add, roster, move, place, show, repeat, reschedule, delete."""

from collections.abc import Callable
from datetime import date

from adapters.diary import adding, cancelling, changing, placing, repeating, rescheduling, upkeep
from adapters.diary.adding import New
from adapters.diary.changing import Move
from adapters.diary.placing import Where
from adapters.diary.rescheduling import Reschedule
from model.details import Kind, LocationType, ShowAs, WorkType
from model.roster import WEEKDAYS
from tests.property.support.book import Line
from tests.property.support.life import Command, Dice, Life
from tests.property.support.marigold import SECRET, SETTINGS

RULES = (
    "FREQ=WEEKLY;COUNT=4",
    "FREQ=DAILY;COUNT=5",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=3",
    "FREQ=WEEKLY;BYDAY={days};COUNT=5",
    "FREQ=WEEKLY;UNTIL=20260430",
    "FREQ=MONTHLY",
)
NO_RULES = ("FREQ=YEARLY", "FREQ=WEEKLY;COUNT=0", "")
CLIENTS = ("noor", "liam", "eva", "jordan", "kim")
WORKERS = ("priya", "priya", "tom", "lena", "ada", "priya")
_PLACES: tuple[dict[str, object], ...] = (
    {},
    {"site": "house"},
    {"room": "parlour"},
    {"room": "parlour", "site": "house"},
    {"room": "gym"},
    {"site": "adelaide"},
    {"location_type": LocationType.TELEHEALTH, "url": "https://video.example/mia"},
    {"location_type": LocationType.OTHER, "address": f"{SECRET}address"},
)
_NO_PLACES: tuple[dict[str, object], ...] = (
    {"location_type": LocationType.OTHER},
    {"location_type": LocationType.SITE},
    {"room": "parlour", "site": "adelaide"},
    {"site": "nowhere"},
)
_ASSETS: tuple[tuple[str, ...], ...] = ((), (), (), ("minibus",), ("chair",), ("chair:2",))
_NO_ASSETS = (("van",), ("chair:0",), ("minibus", "minibus"), ("nothing",))


def _people(dice: Dice, *, group: bool) -> dict[str, object]:
    workers = [] if dice.seldom() else [dice.pick(WORKERS)]
    if dice.seldom(4):
        workers.append(dice.pick(WORKERS))
    count = dice.pick((2, 3, 4, 1), (0,)) if group else dice.pick((1,), (2, 0))
    first, among = dice.roll(4), dice.pick((CLIENTS[:4],), (CLIENTS,))
    clients = [among[(first + n) % len(among)] for n in range(count)]
    if clients and dice.seldom():
        clients.append(clients[0])
    return {"workers": workers, "clients": clients}


def _details(life: Life, dice: Dice) -> dict[str, object]:
    group = dice.roll(3) == 2
    found: dict[str, object] = {
        "start": life.time(dice),
        "minutes": dice.pick((60, 45, 50, 90, 30), (0,)),
        "rostered": not dice.seldom(4),
        "subject": f"{SECRET}subject",
        "employee_message": f"{SECRET}message",
        "work_type": WorkType.GROUP if group else WorkType.APPOINTMENT,
        "kind": dice.pick(
            (Kind.CLIENT_SESSION, Kind.CLIENT_SESSION, Kind.CLIENT_SESSION, Kind.CLIENT_CONTACT)
        ),
        "billable": not dice.seldom(),
        "override": dice.pick((None, None, None, f"{SECRET}why"), ("",)),
    }
    found |= _people(dice, group=group) | dice.pick(_PLACES, _NO_PLACES)
    if found.get("site") == "house" or found.get("room") == "parlour" or dice.seldom():
        found["assets"] = dice.pick(_ASSETS, _NO_ASSETS)
    return found


def add(life: Life, dice: Dice) -> None:
    adding.add(life.sessions, life.act, New(**_details(life, dice)), SETTINGS)  # type: ignore[arg-type]


def add_series(life: Life, dice: Dice) -> None:
    rule, details = dice.pick(RULES, NO_RULES), _details(life, dice)
    rule = _on_days(rule, str(details["start"]))
    adding.add(life.sessions, life.act, New(rule=rule, **details), SETTINGS)  # type: ignore[arg-type]


def _on_days(rule: str, start: str) -> str:
    """Its first day is one of its days: what else it would mean, calendar apps do not agree about."""
    day = date.fromisoformat(start[:10]).weekday()
    return rule.format(days=f"{WEEKDAYS[day]},{WEEKDAYS[(day + 2) % 7]}")


def add_event(life: Life, dice: Dice) -> None:
    """An Other Event: whole days or a time, busy or free, once or again and again."""
    when_: dict[str, object] = {"start": life.day(dice.roll(9)), "end": None} if dice.roll(2) else {}
    when_ = when_ or {"start": life.time(dice), "minutes": 60}
    new = New(
        kind=Kind.OTHER_EVENT, workers=[dice.pick(WORKERS)], clients=["noor"] if dice.seldom() else [],
        subject=f"own {life.number()}" if not dice.seldom() else "", rostered=not dice.seldom(4),
        show_as=dice.pick((ShowAs.BUSY, ShowAs.FREE)), rule=dice.pick((None, None, *RULES[:3])), **when_,
    )  # type: ignore[arg-type]  # fmt: skip
    adding.add(life.sessions, life.act, new, SETTINGS)


def add_free_client(life: Life, dice: Dice) -> None:
    """What has a client can be shown as free by no way of asking."""
    details = _details(life, dice) | {"show_as": ShowAs.FREE}
    adding.add(life.sessions, life.act, New(**details), SETTINGS)  # type: ignore[arg-type]


def roster(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: one["status"] == "DRAFT")
    changing.roster(life.sessions, life.act, row["id"], life.scope(dice, row))


def _ahead(life: Life) -> Callable[[Line], bool]:
    return lambda one: one["status"] in ("DRAFT", "ROSTERED") and one["starts_at"] > str(life.now)


def move(life: Life, dice: Dice) -> None:
    row = life.session(dice, _ahead(life))
    start = life.day(dice.roll(9)) if "T" not in row["local_start"] else life.time(dice)
    tz = "America/Chicago" if dice.seldom() else None
    to = Move(start=start, tz=tz, override=dice.pick((None, None, f"{SECRET}why")))
    scope = life.scope(dice, row)
    life.told.asked = {"start": start.replace(" ", "T"), "tz": tz or row["tz"]}
    changing.move(life.sessions, life.act, row["id"], to, scope, SETTINGS)


def nudge(life: Life, dice: Dice) -> None:
    """Another time of the same day."""
    row = life.session(dice, _ahead(life))
    start = f"{row['local_start'][:10]} {dice.pick(('09:45', '10:15', '13:00', '02:30'))}"
    scope = life.scope(dice, row)
    life.told.asked = {"start": start.replace(" ", "T"), "tz": row["tz"]}
    changing.move(life.sessions, life.act, row["id"], Move(start=start), scope, SETTINGS)


def resize(life: Life, dice: Dice) -> None:
    row = life.session(dice, _ahead(life))
    to = Move(minutes=dice.pick((45, 20, 75, 120, 10), (0,)))
    changing.move(life.sessions, life.act, row["id"], to, life.scope(dice, row), SETTINGS)


def show(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: one["kind"] == "OTHER_EVENT")
    how = dice.pick((ShowAs.FREE, ShowAs.BUSY))
    changing.show_as(life.sessions, life.act, row["id"], how, life.scope(dice, row))


def place(life: Life, dice: Dice) -> None:
    row = life.session(dice, _ahead(life))
    where = Where(**dice.pick(_PLACES[1:], _NO_PLACES))  # type: ignore[arg-type]
    placing.place(life.sessions, life.act, row["id"], where, life.scope(dice, row))


def modifiers(life: Life, dice: Dice) -> None:
    row = life.session(dice)
    texts = dice.pick((["GT"], [], ["GT", "59", "25", "95"]), (["GT", "59", "25", "26", "27"], ["long"]))
    placing.set_modifiers(life.sessions, life.act, row["id"], texts)


def repeat(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: _ahead(life)(one) and not one["series_id"])
    repeating.repeat(
        life.sessions, life.act, row["id"], _on_days(dice.pick(RULES, NO_RULES), row["local_start"]), SETTINGS
    )


def reschedule(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: one["status"] == "CANCELLED")
    to = Move(start=life.time(dice)) if dice.roll(3) else Move()
    workers = [dice.pick(WORKERS)] if dice.roll(2) else []
    how = Reschedule(to=to, workers=workers, rostered=bool(dice.roll(2)))
    rescheduling.reschedule(life.sessions, life.act, row["id"], how, SETTINGS)


def delete(life: Life, dice: Dice) -> None:
    """A draft or an Other Event; what is rostered is refused."""
    row = life.session(dice, lambda one: one["status"] == "DRAFT" or one["kind"] == "OTHER_EVENT")
    cancelling.delete(life.sessions, life.act, row["id"], life.scope(dice, row))


def delete_rostered(life: Life, dice: Dice) -> None:
    """Where the practice allows it, and once the clients were seen."""
    row = life.session(dice)
    confirmed = not dice.seldom(4)
    scope = life.scope(dice, row)
    cancelling.delete(life.sessions, life.act, row["id"], scope, rostered=True, confirmed=confirmed)


def wait(life: Life, dice: Dice) -> None:
    life.world.clock.advance(hours=dice.pick((1, 26, 5, 50, 170)), minutes=dice.roll(60))


def extend(life: Life, dice: Dice) -> None:
    upkeep.extend(life.sessions, life.act)


def nowhere(life: Life, dice: Dice) -> None:
    """Ids that nobody has."""
    text = dice.pick(("0000", "", "zzzz", "00000000-0000"))
    changing.move(life.sessions, life.act, text, Move(minutes=30), None, SETTINGS)


def open_(row: Line) -> bool:
    return row["status"] in ("DRAFT", "ROSTERED", "IN_PROGRESS")


BOOKINGS: dict[str, Command] = {
    one.__name__: one
    for one in (
        add, add_series, add_event, add_free_client, roster, move, nudge, resize, show, place, modifiers, repeat,
        reschedule, delete, delete_rostered, wait, extend, nowhere,
    )
}  # fmt: skip
