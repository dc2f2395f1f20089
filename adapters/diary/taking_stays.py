"""Import stays in beds, by the operation of `bed book`."""

from adapters.diary import beds
from adapters.diary.beds import NewStay
from adapters.diary.taking import Imported, Taking, Tally, typed
from model.errors import DomainError


def take_stays(taking: Taking) -> list[Imported]:
    """Book what is not booked yet; a stay that is refused leaves its bed to the others."""
    tally = Tally("bed_booking")
    for entry in taking.new("bed_booking", tally):
        try:
            new = NewStay(**typed(entry))  # type: ignore[arg-type]
            beds.book(taking.joined, taking.act_for(entry), new)
            tally.added += 1
        except DomainError as error:
            taking.refuse(entry, error)
    return tally.done
