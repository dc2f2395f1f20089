"""Import what was cancelled, and who did not come, by the operations of `session cancel`, `no-show` and `fee`.

New sessions are cancelled before anything is asked of them: what does not take place takes nobody's time, so that its
room may have been given to others. What that costs is judged once all is stored that was planned and agreed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from adapters.diary.absences import give_fee, miss
from adapters.diary.cancelling import Cancel, judge, recorded
from adapters.diary.entries import Entry
from adapters.diary.scopes import alone, note
from adapters.diary.taking import Made, Taking, Tally, each_of, typed
from model.cancellation import Cancellation
from model.errors import DomainError
from model.moment import zone
from model.session import Session

_WHERE = ("session", "day", "no_show", "fee_cents", "fee_note")


@dataclass(frozen=True, kw_only=True)
class Gone:
    """One entry of a session that is known by then; with a record, as somebody cancelled, or without, as nobody did."""

    entry: Entry
    session_id: UUID
    how: Cancel | None = None
    made: Cancellation | None = None


def take_cancellations(taking: Taking, made: Made, tally: Tally) -> list[Gone]:
    """Cancel what is said to be; who did not come is noted later, when the sessions are stored."""
    done = []
    with taking.database.no_autoflush:
        for entry, row in each_of(taking, made, tally):
            try:
                done.append(_cancelled(taking, entry, row))
            except DomainError as error:
                taking.refuse(entry, error)
    return done


def _cancelled(taking: Taking, entry: Entry, row: Session) -> Gone:
    if entry.flag("no_show"):
        return Gone(entry=entry, session_id=row.id)
    values = {name: value for name, value in typed(entry).items() if name not in _WHERE}
    how = Cancel(**{"advised": None} | values)  # type: ignore[arg-type]
    made = recorded(taking.database, taking.act_for(entry), how, zone(row.tz))
    row.cancel(made)
    return Gone(entry=entry, session_id=row.id, how=how, made=made)


def store_cancellations(taking: Taking, gone: Iterable[Gone]) -> None:
    """Write the records down, beside the sessions that are stored by now."""
    taking.database.add_all(one.made for one in gone if one.made is not None)
    taking.database.flush()


def judge_cancellations(taking: Taking, gone: Iterable[Gone], rows: Mapping[UUID, Session]) -> None:
    """What each of them costs; another fee takes its place where that is said."""
    for one in gone:
        try:
            _judge(taking, one, rows[one.session_id])
        except DomainError as error:
            taking.refuse(one.entry, error)
    taking.database.flush()


def _judge(taking: Taking, one: Gone, row: Session) -> None:
    entry, database, client = one.entry, taking.database, one.entry.optional("client")
    if one.how is not None and one.made is not None:
        judge(database, taking.act, row, one.made, one.how.rules, taking.settings)
        note(database, taking.act, "cancelled", alone(row), code=one.how.by)
    else:
        miss(database, taking.act_for(entry), row, entry.text("reason"), client, taking.settings)
    if (cents := entry.number("fee_cents")) is not None:
        give_fee(database, taking.act, row, client, cents, entry.text("fee_note"))
