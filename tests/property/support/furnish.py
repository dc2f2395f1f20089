"""The practice in the middle of its work, as every life begins: something of each kind that takes long to reach."""

from datetime import date
from pathlib import Path

from adapters.diary import adding, beds, cancelling, completing, periods, planning, rosters
from adapters.diary.adding import New
from adapters.diary.beds import NewStay
from adapters.diary.cancelling import Cancel
from adapters.diary.completing import Form
from adapters.diary.rosters import Slot
from adapters.diary.terms import Plan
from model.cancellation import CancelledBy
from model.details import Kind, WorkType
from model.series import Scope
from tests.property.support.life import BEGIN, Beginning
from tests.property.support.marigold import SECRET, SETTINGS, Marigold

_GROUP = {"work_type": WorkType.GROUP, "clients": ["noor", "liam", "eva", "jordan"], "workers": ["priya"]}


def furnished(folder: Path) -> Beginning:
    """A database to be copied for each life, and what the calendar shows of it."""
    path = folder / "marigold.sqlite3"
    world = Marigold(f"sqlite:///{path}")
    world.clock.at = BEGIN
    try:
        _sessions(world)
        _series(world)
        _house(world)
        world.persist()
    finally:
        world.close()  # the last connection to leave writes the log into the file
    return Beginning(path, world)


def _add(world: Marigold, start: str, **values: object) -> str:
    usual = {"minutes": 60, "workers": ["priya"], "clients": ["noor"], "rostered": True, "subject": SECRET}
    new = New(start=start, **(usual | values))  # type: ignore[arg-type]
    return str(adding.add(world.sessions, world.act(), new, SETTINGS).session_id)


def _plan(world: Marigold, session: str, service: str, scope: Scope | None = None, **what: object) -> None:
    planning.plan(world.sessions, world.act(), session, Plan(service=service, **what), scope)  # type: ignore[arg-type]


def _sessions(world: Marigold) -> None:
    """Of the past and of the next days: alone and in groups, complete, cancelled, drafted."""
    group = _add(world, "2026-03-27 10:00", site="house", **_GROUP)
    _plan(world, group, "group", ratio=4, travel=True)
    alone = _add(world, "2026-03-27 14:00", site="house")
    _plan(world, alone, "outing", travel=True)
    completing.complete(world.sessions, world.act(), alone, Form(), apportionment=True)
    for day, service in (("2026-03-30", "support"), ("2026-04-01", "physio"), ("2026-04-06", "support")):
        _plan(world, _add(world, f"{day} 10:00", site="adelaide"), service)
    three = _add(world, "2026-03-30 11:00", site="house", **(_GROUP | {"clients": ["noor", "liam", "eva"]}))
    _plan(world, three, "group", ratio=3)
    gone = _add(world, "2026-04-02 14:00", workers=["priya", "tom"])
    how = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-03-30 08:00")
    cancelling.cancel(world.sessions, world.act(), gone, how, None, SETTINGS)
    _add(
        world,
        "2026-04-03 10:00",
        rostered=False,
        room="parlour",
        assets=["minibus"],
        workers=["tom", "priya"],
    )
    _add(world, "2026-04-01 14:00", kind=Kind.OTHER_EVENT, clients=[], subject="own dentist")


def _series(world: Marigold) -> None:
    one = _add(world, "2026-03-31 10:30", rule="FREQ=WEEKLY;COUNT=4", room="parlour")
    _plan(world, one, "outing", Scope.ALL_IN_SERIES, travel=True)
    three = _GROUP | {"clients": ["noor", "eva", "jordan"]}
    group = _add(world, "2026-04-02 10:00", rule="FREQ=WEEKLY;COUNT=4", **three)
    _plan(world, group, "group", Scope.ALL_IN_SERIES, ratio=4)


def _house(world: Marigold) -> None:
    stay = NewStay(
        bed="b3",
        client="noor",
        start="2026-03-29",
        end="2026-04-02",
        nightly=("night",),
        services=("splint:2",),
    )
    beds.book(world.sessions, world.act(), stay)
    rosters.add_base(world.sessions, world.act(), "West", weeks=1, start=date(2026, 3, 30))
    for weekday, workers in (("MO", ["priya"]), ("WE", ["tom"])):
        slot = Slot(start="07:00", minutes=60, workers=workers, clients=["noor"], subject=f"{SECRET}slot")
        rosters.add_slot(world.sessions, world.act(), "West", slot, week=1, weekday=weekday)
    rosters.finalise(world.sessions, world.act(), "West")
    periods.create(world.sessions, world.act(), "West", date(2026, 4, 6))
