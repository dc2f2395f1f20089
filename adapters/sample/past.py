"""What became of the first weeks of the made-up practice: most was held and noted, some cancelled, some billed."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from adapters.sample.draft import Draft, Planned, clock
from adapters.sample.words import CLIENT_REASONS, CLOSED, DIAGNOSES, LATE, UNWELL

PAST = 2  # weeks
_PART_CENTS = 5000


def make_past(draft: Draft, seed: int, today: date) -> None:
    """Of the first two weeks those that are over by `today`, with dice of their own: all else stays the same."""
    over = max(0, min(PAST, (today - draft.monday).days // 7))
    dice = Random(f"past {seed}")  # noqa: S311 - no secrets
    held: defaultdict[str, list[str]] = defaultdict(list)
    for planned in draft.planned:
        for number in planned.slot.days:
            if number < 7 * over:
                _happen(draft, dice, planned, draft.day(number), held)
    for client, sessions in held.items():
        if dice.randrange(100) < 30:
            _bill(draft, dice, client, sessions)
    _offer(draft, max(today, draft.day(7 * over)))


def _happen(
    draft: Draft, dice: Random, planned: Planned, day: date, held: defaultdict[str, list[str]]
) -> None:
    """One of a hundred is called off by the practice, two by a worker, five by a client; three do not come."""
    which: dict[str, object] = {"session": planned.session}
    if len(planned.slot.weeks) > 1:
        which["day"] = day
    lot, client = dice.randrange(100), dice.choice(planned.clients)
    if lot < 5:
        days = dice.choice((1, 1, 2, 3, 9))
        _cancel(
            draft, which, "CLIENT", dice.choice(CLIENT_REASONS), day - timedelta(days=days), client=client
        )
    elif lot < 7:
        _cancel(draft, which, "WORKER", UNWELL, day - timedelta(days=1), worker=planned.workers[0])
    elif lot < 8:
        _cancel(draft, which, "PROVIDER", CLOSED, day - timedelta(days=7))
    elif lot < 11:
        draft.add("cancellation", **which, no_show=True, reason=LATE, client=client)
    else:
        _hold(draft, dice, planned, which)
        if len(planned.clients) == 1:
            held[client].append(planned.named(day))


def _cancel(
    draft: Draft, which: dict[str, object], by: str, reason: str, advised: date, **who: object
) -> None:
    draft.add("cancellation", **which, by=by, reason=reason, advised=f"{advised} 08:00", **who)


def _hold(draft: Draft, dice: Random, planned: Planned, which: dict[str, object]) -> None:
    late = clock(planned.slot.end + dice.choice((5, 10))) if dice.randrange(100) < 20 else None
    draft.add("completion", **which, actual_end=late)
    if dice.randrange(100) < 70:
        draft.add("note", **which, diagnosis=[dice.choice(DIAGNOSES)], signed=dice.randrange(100) < 90)


def _bill(draft: Draft, dice: Random, client: str, sessions: list[str]) -> None:
    """Most are paid, some in part."""
    bill, lot = draft.add("bill", client=client, sessions=sessions), dice.randrange(10)
    if lot < 7:
        draft.add("payment", bill=bill, amount_cents=None if lot < 6 else _PART_CENTS)


def _offer(draft: Draft, today: date) -> None:
    """For each team one session that is to come, to a colleague who is free."""
    served: set[str] = set()
    for planned in draft.planned:
        slot, first = planned.slot, planned.could[0]
        if first in served or len(slot.weeks) > 1 or draft.day(slot.days[0]) <= today + timedelta(days=7):
            continue
        free = [one for one in planned.could if draft.book.is_free(one, slot)]
        if free:
            draft.add("offer", session=planned.session, worker=free[0], answer="ACCEPTED")
            served.add(first)
