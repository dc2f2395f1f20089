"""The table of DOMAIN 1.6 for busy sources, cell by cell: each gesture there changes times at most.

None of them is a judged change; nothing is sent, no session is made or changed, and what is known of the calendar
afterwards are the times that DOMAIN 4 counts, and no text.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from model.busy import BusyBlock, Fbtype
from model.link import Role
from model.moment import key
from model.recurrence import Rule
from sync.event import Event
from tests.world import World, at, dentist

WEEKLY = "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
Gesture = Callable[[World], None]
Block = tuple[datetime, datetime, Fbtype]


def hour(start: datetime, *, minutes: int = 60, kind: Fbtype = Fbtype.BUSY) -> Block:
    return start.astimezone(UTC), (start + timedelta(minutes=minutes)).astimezone(UTC), kind


ONE = [hour(at(10))]
FOUR = [hour(at(3)), hour(at(10)), hour(at(17)), hour(at(24))]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One row of the table, in the column of busy sources: a gesture, and the times that are taken after it."""

    id: str
    gesture: Gesture
    times: list[Block]
    series: bool = False


# --- gestures -----------------------------------------------------------------------------------------------


def edit(**values: object) -> Gesture:
    return lambda world: world.phone.edit("own", **values)


def move(to: datetime, *, minutes: int | None = None) -> Gesture:
    return lambda world: world.phone.move("own", to, minutes=minutes)


def move_one(world: World) -> None:
    world.phone.move_occurrence("own", at(17), at(18, 14))


def delete_one(world: World) -> None:
    world.phone.delete_occurrence("own", at(24))


def delete_all(world: World) -> None:
    world.phone.delete("own")


def cancel_one(world: World) -> None:
    event = world.phone.only()
    stands = event.occurrence(key(at(24)))
    assert stands is not None
    world.phone.write(replace(event, overrides={key(at(24)): replace(stands, status="CANCELLED")}))


def repeat(rule: str, start: datetime) -> Gesture:
    return lambda world: world.phone.write(replace(world.phone.only(), rule=Rule.parse(rule, start)))


def add_date(world: World) -> None:
    event = world.phone.only()
    world.phone.write(replace(event, rdates=event.rdates | {key(at(5))}))


def cut(world: World) -> None:
    event = world.phone.only()
    assert event.rule is not None
    world.phone.write(replace(event, rule=event.rule.ending(at(16).astimezone(UTC))))


def split(world: World) -> None:
    old = world.phone.only().master
    cut(world)
    assert old is not None
    rule = Rule.parse("FREQ=WEEKLY;BYDAY=WE;COUNT=2", at(18, 9))
    world.phone.add(Event(uid="tail", master=old.starting(at(18, 9)), rule=rule))


def this_and_future(world: World) -> None:
    lines = (
        "BEGIN:VEVENT", "UID:own", "DTSTAMP:20260302T000000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Australia/Adelaide:20260317T100000",
        "DTSTART;TZID=Australia/Adelaide:20260318T090000", "DTEND;TZID=Australia/Adelaide:20260318T100000",
        "SUMMARY:Dentist", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    body = world.phone.item("own").body
    world.phone.write_raw("own", body.replace(b"END:VCALENDAR", "\r\n".join(lines).encode()))


def rewrite(before: bytes, after: bytes) -> Gesture:
    def gesture(world: World) -> None:
        body = world.phone.item("own").body
        assert before in body
        world.phone.write_raw("own", body.replace(before, after))

    return gesture


def to_brisbane(world: World) -> None:
    """The same instant in another zone; for a series another time once the clocks change."""
    body = world.phone.item("own").body.decode()
    for name, before, after in (("DTSTART", "T100000", "T093000"), ("DTEND", "T110000", "T103000")):
        for day in ("20260303", "20260310"):
            there = f"{name};TZID=Australia/Brisbane:{day}{after}"
            body = body.replace(f"{name};TZID=Australia/Adelaide:{day}{before}", there)
    world.phone.write_raw("own", body.encode())


def longer_in_brisbane(world: World) -> None:
    repeat("FREQ=WEEKLY;COUNT=6", at(3))(world)
    to_brisbane(world)


def copy(world: World) -> None:
    event = world.phone.only()
    assert event.master is not None
    world.phone.add(replace(event, uid="copy", master=event.master.starting(at(12))))


def two_edits(world: World) -> None:
    """What would be a change on both sides elsewhere: here there is but one side."""
    move(at(10, 12))(world)
    world.clock.advance(minutes=1)
    move(at(10, 14))(world)


ALARM = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT"
TENTATIVE = Fbtype.BUSY_TENTATIVE
CELLS = (
    Cell(id="E1", gesture=move(at(10, 14)), times=[hour(at(10, 14))]),
    Cell(id="E1-override", gesture=move_one, times=[FOUR[0], FOUR[1], hour(at(18, 14)), FOUR[3]], series=True),
    Cell(id="E2", gesture=move(at(11)), times=[hour(at(11))]),
    Cell(id="E3", gesture=move(at(10), minutes=90), times=[hour(at(10), minutes=90)]),
    Cell(id="E3-over-24-hours", gesture=move(at(10), minutes=1441), times=[hour(at(10), minutes=1441)]),
    Cell(id="E3-no-length", gesture=move(at(10), minutes=0), times=[]),
    Cell(id="E4", gesture=delete_one, times=FOUR[:3], series=True),
    Cell(id="E5", gesture=delete_all, times=[]),
    Cell(id="E5-series", gesture=delete_all, times=[], series=True),
    Cell(id="E6-a", gesture=this_and_future, times=[*FOUR[:2], hour(at(18, 9)), hour(at(25, 9))], series=True),
    Cell(id="E6-b", gesture=split, times=[*FOUR[:2], hour(at(18, 9)), hour(at(25, 9))], series=True),
    Cell(id="E7", gesture=cut, times=FOUR[:2], series=True),
    Cell(id="E8", gesture=edit(summary="Surgeon"), times=ONE),
    Cell(id="E9", gesture=edit(description="bring the ball"), times=ONE),
    Cell(id="E10", gesture=edit(location="Beach"), times=ONE),
    Cell(id="E11", gesture=edit(start=date(2026, 3, 10), end=date(2026, 3, 11)),
        times=[hour(at(10, 0), minutes=24 * 60)]),
    Cell(id="E12", gesture=edit(transparent=True), times=[]),
    Cell(id="E13-cancelled", gesture=edit(status="CANCELLED"), times=[]),
    Cell(id="E13-cancelled-one", gesture=cancel_one, times=FOUR[:3], series=True),
    Cell(id="E13-tentative", gesture=edit(status="TENTATIVE"), times=[hour(at(10), kind=TENTATIVE)]),
    Cell(id="E14", gesture=repeat("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=2", at(3)), times=[FOUR[0], FOUR[2]],
        series=True),
    Cell(id="E14-date-added", gesture=add_date, times=[FOUR[0], hour(at(5)), *FOUR[1:]], series=True),
    Cell(id="E14-made-recurring", gesture=repeat("FREQ=WEEKLY;COUNT=2", at(10)), times=[hour(at(10)), hour(at(17))]),
    Cell(id="E15", gesture=edit(attendees=frozenset({"mailto:friend@example.org"})), times=ONE),
    Cell(id="E16", gesture=rewrite(b"END:VEVENT", ALARM), times=ONE),
    Cell(id="E17", gesture=lambda world: world.phone.add(dentist("new", at(11))) and None, times=[*ONE, hour(at(11))]),
    Cell(id="E17-free", gesture=lambda world: world.phone.add(dentist("new", at(11), transparent=True)) and None,
        times=ONE),
    Cell(id="E18", gesture=copy, times=[*ONE, hour(at(12))]),
    Cell(id="E19", gesture=delete_all, times=[]),
    Cell(id="E20-same-instant", gesture=to_brisbane, times=ONE),
    Cell(id="E20-series", gesture=longer_in_brisbane, series=True,
        times=[*FOUR, hour(at(31)), hour(at(7, 9, month=4))]),
    Cell(id="E20-floating", gesture=rewrite(b";TZID=Australia/Adelaide:20260310T1", b":20260310T0"),
        times=[hour(at(10, 0))]),
    Cell(id="E22", gesture=two_edits, times=[hour(at(10, 14))]),
    Cell(id="E23", gesture=edit(url="https://x.example"), times=ONE),
    Cell(id="E24", gesture=edit(categories=frozenset({"Fun"}), classification="CONFIDENTIAL"), times=ONE),
)  # fmt: skip


def a_source(url: str, *, series: bool = False) -> World:
    world = World(url, role=Role.BUSY_SOURCE)
    own = dentist("own", at(3 if series else 10))
    world.phone.add(replace(own, rule=Rule.parse(WEEKLY, at(3))) if series else own)
    world.settle()
    world.clock.advance(minutes=5)
    return world


def taken(world: World) -> list[Block]:
    with world.sessions() as db:
        rows = db.scalars(select(BusyBlock).order_by(BusyBlock.starts_at))
        return [(row.starts_at, row.ends_at, row.fbtype) for row in rows]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_cell(sqlite_url: str, cell: Cell) -> None:
    world = a_source(sqlite_url, series=cell.series)
    assert taken(world) == (FOUR if cell.series else ONE)
    cell.gesture(world)
    there = {item.href: (item.etag, item.body) for item in world.phone.items()}
    world.settle()

    assert taken(world) == cell.times
    assert (world.judged(), world.notices(), world.all_sessions(), world.mappings()) == ([], [], [], [])
    assert {item.href: (item.etag, item.body) for item in world.phone.items()} == there
    world.close()
