"""Import stays in beds and their holds, by the operations of `bed book`, `bed hold` and `bed back`."""

from collections.abc import Collection

from adapters.diary import beds
from adapters.diary.beds import NewStay
from adapters.diary.entries import Entry
from adapters.diary.taking import Imported, Taking, Tally, about, row_id, typed
from model.errors import DomainError


def take_stays(taking: Taking) -> list[Imported]:
    """Book what is not booked yet; a stay that is refused leaves its bed to the others."""
    stays, holds = Tally("bed_booking"), Tally("bed_hold")
    new = taking.new("bed_booking", stays)
    for entry in new:
        try:
            _book(taking, entry)
            stays.added += 1
        except DomainError as error:
            taking.refuse(entry, error)
    _hold(taking, {entry.ref for entry in new if not entry.bad}, holds)
    return stays.done + holds.done


def _book(taking: Taking, entry: Entry) -> None:
    new = NewStay(**typed(entry))  # type: ignore[arg-type]
    beds.book(taking.joined, taking.act_for(entry), new, ad_hoc=taking.settings.rules.ad_hoc_services)


def _hold(taking: Taking, new: Collection[str], tally: Tally) -> None:
    """Hold new stays, night by night, since one hold is going on at a time; of others nothing, they may be over."""
    for entry in sorted(about(taking, "booking", new, tally), key=lambda one: one.day("first_night")):
        try:
            _take_hold(taking, entry)
        except DomainError as error:
            taking.refuse(entry, error)


def _take_hold(taking: Taking, entry: Entry) -> None:
    stay = str(row_id(taking.practice_id, "bed_booking", entry.text("booking")))
    first, until = entry.day("first_night"), entry.day("until")
    beds.hold(
        taking.joined, taking.act, stay, start=first.isoformat(), end=until.isoformat(),
        reason=entry.optional("reason") or "",
    )  # fmt: skip
    if entry.flag("ended"):
        beds.end_hold(taking.joined, taking.act, stay, None)
