"""Import bills and what was paid on them, by the operations of `bill make`, `bill pay` and `bill refund`.

A bill is known by its id, so it may come later than its sessions did.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from adapters.database.portions import portions
from adapters.diary.billing import Wanted, bill_rows, settle
from adapters.diary.entries import Entry
from adapters.diary.taking import Taking, Tally, about, loaded, of_day, row_id
from adapters.practice_set.key import dated
from model.bill import Bill, PaymentKind
from model.errors import DomainError
from model.session import Session

_Days = Mapping[str, Mapping[date, UUID]]  # the sessions by what the file calls them, each on its day


def take_bills(taking: Taking, bills: Tally, payments: Tally) -> None:
    """Bill what is not billed yet; payments come with a bill that is new."""
    made = _billed(taking, taking.new("bill", bills))
    bills.added = len(made)
    for entry in about(taking, "bill", made, payments):
        try:
            kind = PaymentKind(entry.optional("kind") or PaymentKind.PAYMENT)
            settle(taking.database, taking.act, made[entry.text("bill")], kind, entry.number("amount_cents"))
        except DomainError as error:
            taking.refuse(entry, error)


def _billed(taking: Taking, entries: Sequence[Entry]) -> dict[str, Bill]:
    """Those of them that nothing speaks against, by what the file calls them."""
    asked = _asked(taking, entries)
    rows = loaded(taking, [one for _, ids in asked for one in ids])
    made: dict[str, Bill] = {}
    for entry, ids in asked:
        try:
            made[entry.ref] = _bill(taking, entry, [rows[one] for one in ids])
        except DomainError as error:
            taking.refuse(entry, error)
    return made


def _bill(taking: Taking, entry: Entry, rows: Sequence[Session]) -> Bill:
    wanted = Wanted(
        service=entry.optional("service"), cents=entry.number("amount_cents"),
        modifiers=entry.texts("modifiers") if "modifiers" in entry.columns else None,
    )  # fmt: skip
    return bill_rows(taking.database, taking.act_for(entry), rows, wanted, entry.optional("client"))


# --- which sessions ---------------------------------------------------------------------------------------------


def _asked(taking: Taking, entries: Sequence[Entry]) -> list[tuple[Entry, list[UUID]]]:
    """What each bill is about, each session once."""
    days, found = _days(taking, entries), []
    for entry in entries:
        try:
            names = [dated(text) for text in entry.texts("sessions")]
            ids = [of_day(days[name], day) for name, day in names if name in days]
            found += [(entry, list(dict.fromkeys(ids)))] if ids else []
        except DomainError as error:
            taking.refuse(entry, error)
    return found


def _days(taking: Taking, entries: Sequence[Entry]) -> _Days:
    """When the sessions take place that bills name; what was refused takes place on no day."""
    names = {dated(text)[0] for entry in entries for text in entry.texts("sessions")}
    refs = {row_id(taking.practice_id, "session", name): name for name in names}
    found: defaultdict[str, dict[date, UUID]] = defaultdict(dict)
    columns = Session.id, Session.series_id, Session.local_start
    for some in portions(list(refs)):
        query = select(*columns).where(or_(Session.id.in_(some), Session.series_id.in_(some)))
        for session_id, series_id, start in taking.database.execute(query):
            known_as = session_id if series_id is None or session_id in refs else series_id
            found[refs[known_as]][date.fromisoformat(start[:10])] = session_id
    return found
