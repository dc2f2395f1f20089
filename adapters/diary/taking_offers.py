"""Import offers, by the operations of `session offer`, `offer accept`, `offer decline` and `offer assign`."""

from adapters.diary.entries import Entry
from adapters.diary.lookup import find_session
from adapters.diary.offering import answer_within, offer_row, pick_within
from adapters.diary.taking import Taking
from model.errors import DomainError
from model.offer import OfferState
from model.session import Session


def take_offers(taking: Taking, told: list[tuple[Entry, Session]]) -> None:
    """Offer and answer first: whoever is picked closes the offers of the others."""
    refs: dict[str, str] = {}
    for entry, row in told:
        try:
            refs[entry.ref] = _offer(taking, entry, str(row.id))
        except DomainError as error:
            taking.refuse(entry, error)
    for entry, _ in told:
        try:
            if entry.flag("picked") and entry.ref in refs:
                pick_within(taking.database, taking.act, refs[entry.ref], taking.settings)
        except DomainError as error:
            taking.refuse(entry, error)


def _offer(taking: Taking, entry: Entry, session: str) -> str:
    """What the offer is called."""
    send = entry.columns.get("send") is not False
    row = find_session(taking.database, session)
    [made] = offer_row(taking.database, taking.act_for(entry), row, [entry.text("worker")], send=send)
    if (answer := entry.optional("answer")) is not None:
        answer_within(taking.database, taking.act, made.ref, OfferState(answer))
    return made.ref
