"""Orders about who takes part: clients in and out, workers on and off, answers, offers."""

from adapters.diary import assigning, attending, offering
from adapters.diary.assigning import Assign
from adapters.diary.attending import Clients
from model.attendance import Assignment
from model.offer import OfferState
from model.series import Scope
from tests.property.support.bookings import CLIENTS, open_
from tests.property.support.life import Command, Dice, Life
from tests.property.support.marigold import SETTINGS


def assign(life: Life, dice: Dice) -> None:
    row = life.session(dice, open_)
    there = life.workers(row["id"])
    how = Assign(
        worker=dice.pick([one for one in ("tom", "lena", "ada", "priya") if one not in there], there)
    )
    assigning.assign(life.sessions, life.act, row["id"], how, life.scope(dice, row), SETTINGS)


def own_times(life: Life, dice: Dice) -> None:
    """A part of the session for one of its workers, or for one more."""
    row = life.session(dice, open_)
    worker = dice.pick([*life.workers(row["id"]), "ada"])
    hour, minute = row["local_start"][11:13] or "10", 10 + 5 * dice.roll(4)
    start, end = dice.pick(
        (
            (f"{hour}:{minute}", None),
            (None, f"{hour}:{minute + 15}"),
            (f"{hour}:{minute}", f"{hour}:{minute + 5}"),
        ),
        (("10:45", "10:30"), ("07:00", None)),
    )
    how = Assign(worker=worker, start=start, end=end)
    scope = Scope.THIS_ONLY if row["series_id"] and not dice.seldom() else life.scope(dice, row)
    life.told.scope = scope
    assigning.assign(life.sessions, life.act, row["id"], how, scope, SETTINGS)


def unassign(life: Life, dice: Dice) -> None:
    row = life.session(dice, open_)
    worker = dice.pick(life.workers(row["id"]) or ["tom"], ["tom"])
    assigning.unassign(life.sessions, life.act, row["id"], worker, life.scope(dice, row))


def answer(life: Life, dice: Dice) -> None:
    row = life.session(dice, open_)
    worker = dice.pick(life.workers(row["id"]) or ["tom"], ["tom"])
    status = dice.pick((Assignment.ACCEPTED, Assignment.DECLINED), (Assignment.ASSIGNED,))
    assigning.answer(life.sessions, life.act, row["id"], worker, status, life.scope(dice, row))


def clients(life: Life, dice: Dice) -> None:
    """Somebody in, somebody out, or both at once."""
    row = life.session(dice, lambda one: open_(one) and one["kind"] != "OTHER_EVENT")
    there = life.clients(row["id"]) or ["noor"]
    single = row["work_type"] == "APPOINTMENT" and not dice.seldom()
    add = (
        [dice.pick([one for one in CLIENTS[:4] if one not in there] or CLIENTS, CLIENTS)]
        if single or dice.roll(2)
        else []
    )
    remove = [dice.pick(there)] if single or not add or dice.roll(2) else []
    attending.change(
        life.sessions, life.act, row["id"], Clients(add=add, remove=remove), life.scope(dice, row)
    )


def offer(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: open_(one) and one["starts_at"] > str(life.now))
    workers = dice.pick(([], ["ada"], ["tom"], ["lena"]), (["priya"],))
    offering.offer(life.sessions, life.act, row["id"], workers, send=not dice.seldom(4))


def offer_send(life: Life, dice: Dice) -> None:
    chosen = life.row(dice, "offer", lambda one: one["state"] == "UNSENT")
    life.told.session = chosen["session_id"]
    offering.send(life.sessions, life.act, chosen["ref"])


def offer_answer(life: Life, dice: Dice) -> None:
    chosen = life.row(dice, "offer", lambda one: one["state"] == "PENDING")
    state = dice.pick((OfferState.ACCEPTED, OfferState.ACCEPTED, OfferState.DECLINED))
    life.told.session = chosen["session_id"]
    offering.answer(life.sessions, life.act, chosen["ref"], state)


def offer_pick(life: Life, dice: Dice) -> None:
    chosen = life.row(dice, "offer", lambda one: one["state"] == "ACCEPTED")
    life.told.session = chosen["session_id"]
    offering.pick(life.sessions, life.act, chosen["ref"], SETTINGS)


def offers_expire(life: Life, dice: Dice) -> None:
    offering.expire_offers(life.sessions, life.act)


PEOPLE: dict[str, Command] = {
    one.__name__: one
    for one in (
        assign, own_times, unassign, answer, clients, offer, offer_send, offer_answer, offer_pick, offers_expire
    )
}  # fmt: skip
