"""Import what became of new sessions: cancelled, missed, completed, noted, billed, offered; in this order.

Each by the operation of its command. What later commands would look at is stored before they are asked.
"""

from collections.abc import Sequence
from uuid import UUID

from adapters.database.revisions import renumber
from adapters.diary.at_hand import read_at_hand
from adapters.diary.completing import Form, complete_row
from adapters.diary.entries import Entry
from adapters.diary.notes import DIAGNOSED, SIGNED, new_note, take_step
from adapters.diary.taking import Made, Taking, Tally, each_of, loaded, typed
from adapters.diary.taking_bills import take_bills
from adapters.diary.taking_cancellations import Gone, judge_cancellations, store_cancellations
from adapters.diary.taking_offers import take_offers
from model.errors import DomainError
from model.note import Note
from model.session import Session

_Told = list[tuple[Entry, Session]]
_WHERE = ("session", "day")


def take_happened(taking: Taking, made: Made, gone: Sequence[Gone]) -> list[Tally]:
    """All of it, and how much there was of each."""
    tallies = completed, noted, billed, paid, offered = [
        Tally(name) for name in ("completion", "note", "bill", "payment", "offer")
    ]
    completions, notes = each_of(taking, made, completed), each_of(taking, made, noted)
    store_cancellations(taking, gone)
    wanted = [one.session_id for one in gone] + [row.id for _, row in completions + notes]
    rows = loaded(taking, wanted)
    judge_cancellations(taking, gone, rows)
    _complete(taking, completions, rows, completed)
    _note(taking, notes, rows)
    take_bills(taking, billed, paid)
    take_offers(taking, each_of(taking, made, offered))
    return tallies


def _complete(taking: Taking, told: _Told, rows: dict[UUID, Session], tally: Tally) -> None:
    at_hand = read_at_hand(taking.database, [rows[row.id] for _, row in told])
    allowed = taking.settings.rules.apportionment
    with taking.database.no_autoflush:
        for entry, row in told:
            values = {name: value for name, value in typed(entry).items() if name not in _WHERE}
            form = Form(**values)  # type: ignore[arg-type]
            try:
                done = complete_row(
                    taking.database, taking.act, rows[row.id], form, at_hand, apportionment=allowed
                )
                tally.warn(done.warnings)
            except DomainError as error:
                taking.refuse(entry, error)
    taking.database.flush()


def _note(taking: Taking, told: _Told, rows: dict[UUID, Session]) -> None:
    """The sessions are new, so none has a note yet but from here."""
    notes: dict[UUID, Note] = {}
    locked = []
    with taking.database.no_autoflush:
        for entry, row in told:
            try:
                if row.id not in notes:
                    notes[row.id] = new_note(taking.database, rows[row.id], taking.act_for(entry))
                locked += [row.id] * _written(taking, entry, notes[row.id])
            except DomainError as error:
                taking.refuse(entry, error)
    taking.database.flush()
    renumber(taking.database, locked, now=taking.act.now)


def _written(taking: Taking, entry: Entry, note: Note) -> bool:
    """Diagnosed first, as a signed note keeps its diagnosis; whether it is signed."""
    if codes := entry.texts("diagnosis"):
        take_step(taking.database, taking.act, note, DIAGNOSED, lambda one: one.diagnose(codes))
    if not entry.flag("signed"):
        return False
    return take_step(taking.database, taking.act, note, SIGNED, lambda one: one.sign(taking.act))
