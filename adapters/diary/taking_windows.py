"""Take in the windows of a practice set (003-10): known by their id, updated by a second import."""

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.diary.entries import Entry, Found
from adapters.diary.reserved_slots import NewWindow, fill_window
from adapters.diary.taking import Imported
from model.act import Act
from model.errors import DomainError
from model.reserved_slot import ReservedSlot


def take_windows(database: Database, found: Found, act: Act) -> list[Imported]:
    """Each entry is a window as the command would make it; what is wrong is told, with its line."""
    entries = found.good("reserved_slot")
    if not entries:
        return []
    query = select(ReservedSlot).options(selectinload(ReservedSlot.types))
    known = {row.ref: row for row in database.scalars(query)}
    added = 0
    for entry in entries:
        row = known.get(entry.ref)
        if row is None:
            row = ReservedSlot(id=act.new_id(), ref=entry.ref, exdate_text="", types=[])
            added += 1
        try:
            fill_window(database, row, _window(entry))
        except DomainError as error:
            found.say(entry, error.message)
        else:
            database.add(row)
    database.flush()
    return [Imported(table="reserved_slot", added=added, updated=len(entries) - added)]


def _window(entry: Entry) -> NewWindow:
    return NewWindow(
        worker=entry.text("worker"), start=entry.text("start"), end=entry.text("end"),
        rule=entry.optional("rule"), types=entry.texts("types"), site=entry.optional("site"),
        room=entry.optional("room"), asset=entry.optional("asset"),
    )  # fmt: skip
