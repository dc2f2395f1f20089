"""Orders about beds and rosters."""

from datetime import date, timedelta

from adapters.diary import beds, periods, publishing, rosters, validating
from adapters.diary.beds import Edit, NewStay
from adapters.diary.rosters import Slot
from model.details import WorkType
from tests.property.support.bookings import WORKERS
from tests.property.support.life import Command, Dice, Life
from tests.property.support.marigold import SECRET, SETTINGS

_STARTED = date(2026, 3, 30)


def _night(life: Life, dice: Dice) -> str:
    return life.day(dice.pick((1, 2, 3, 4, 5, 6, 0, -1)))


def _nights(life: Life, dice: Dice) -> tuple[str, str]:
    """Some nights, now and then backwards."""
    first = dice.pick((0, 1, 2, 3, 4, -1))
    return life.day(first), life.day(first + dice.pick((1, 2, 3), (0, -1)))


def bed_book(life: Life, dice: Dice) -> None:
    start, end = _nights(life, dice)
    new = NewStay(
        bed=dice.pick(("b2", "b3", "b3")), client=dice.pick(("noor", "eva", "liam")), start=start, end=end,
        nightly=dice.pick(((), ("night",), ("night:0.5",)), (("support",),)),
        services=dice.pick(((), ("splint:2",)), (("splint:0",),)),
        override=dice.pick((None, None, f"{SECRET}why"), ("",)),
    )  # fmt: skip
    beds.book(life.sessions, life.act, new)


def _stay(life: Life, dice: Dice, *states: str) -> str:
    return str(life.row(dice, "bed_booking", lambda one: one["state"] in states)["id"])


def bed_edit(life: Life, dice: Dice) -> None:
    to = Edit(
        bed=dice.pick((None, "b2", "b3")), start=dice.pick((None, _night(life, dice))),
        end=dice.pick((None, _night(life, dice))), nightly=dice.pick((None, ("night",))),
        override=dice.pick((None, None, f"{SECRET}why")),
    )  # fmt: skip
    beds.edit(life.sessions, life.act, _stay(life, dice, "BOOKED", "IN_RESIDENCE", "ON_HOLD"), to)


def bed_hold(life: Life, dice: Dice) -> None:
    stay = _stay(life, dice, "BOOKED", "IN_RESIDENCE")
    start, end = _nights(life, dice)
    beds.hold(life.sessions, life.act, stay, start=start, end=end, reason=f"{SECRET}hospital")


def bed_back(life: Life, dice: Dice) -> None:
    back = dice.pick((None, _night(life, dice)))
    beds.end_hold(life.sessions, life.act, _stay(life, dice, "ON_HOLD"), back)


def bed_in(life: Life, dice: Dice) -> None:
    beds.check_in(life.sessions, life.act, _stay(life, dice, "BOOKED"))


def bed_out(life: Life, dice: Dice) -> None:
    end = dice.pick((None, _night(life, dice)))
    beds.check_out(life.sessions, life.act, _stay(life, dice, "IN_RESIDENCE"), end, override=None)


def bed_cancel(life: Life, dice: Dice) -> None:
    beds.cancel(life.sessions, life.act, _stay(life, dice, "BOOKED", "ON_HOLD"), f"{SECRET}reason")


# --- rosters ------------------------------------------------------------------------------------------------------


def _slot(dice: Dice) -> Slot:
    group = dice.roll(2)
    return Slot(
        start=dice.pick(("07:00", "10:00"), ("25:00",)), minutes=dice.pick((60, 480), (0,)),
        workers=[dice.pick(WORKERS)],
        clients=dice.pick((["noor"], ["eva"]), ([],)) if not group else ["noor", "liam"],
        work_type=WorkType.GROUP if group else WorkType.APPOINTMENT, subject=f"{SECRET}slot",
        room=dice.pick((None, "parlour")), assets=dice.pick(((), ("minibus",))),
    )  # fmt: skip


def _base(dice: Dice) -> str:
    return dice.pick(("West", "West", "Other"), ("none",))


def base_add(life: Life, dice: Dice) -> None:
    rosters.add_base(
        life.sessions, life.act, dice.pick(("Other", "West")), weeks=dice.pick((1, 2), (3,)), start=_STARTED
    )


def base_slot(life: Life, dice: Dice) -> None:
    where = {"week": dice.pick((1,), (2, 5)), "weekday": dice.pick(("MO", "WE"), ("XX",))}
    rosters.add_slot(life.sessions, life.act, _base(dice), _slot(dice), **where)  # type: ignore[arg-type]


def base_draft(life: Life, dice: Dice) -> None:
    rosters.draft(life.sessions, life.act, _base(dice))


def base_finalise(life: Life, dice: Dice) -> None:
    rosters.finalise(life.sessions, life.act, _base(dice))


def base_clone(life: Life, dice: Dice) -> None:
    rosters.clone(life.sessions, life.act, _base(dice), dice.pick(("Other", "Copy", "West")))


def period_add(life: Life, dice: Dice) -> None:
    start = _STARTED + timedelta(days=dice.pick((7, 14, 21, 0), (8,)))
    periods.create(life.sessions, life.act, _base(dice), start)


def _period_id(life: Life, dice: Dice, *states: str) -> str:
    digits = str(life.row(dice, "roster_period", lambda one: one["state"] in states)["id"])
    return f"{digits[:8]}-{digits[8:12]}"


def period_session(life: Life, dice: Dice) -> None:
    day = date.fromisoformat(life.day(dice.pick((8, 10, 12), (3, 30))))
    periods.add(life.sessions, life.act, _period_id(life, dice, "PLANNED", "VALIDATED"), _slot(dice), day)


def period_change(life: Life, dice: Dice) -> None:
    period = _period_id(life, dice, "PLANNED", "VALIDATED")
    slot = life.row(dice, "roster_slot", lambda one: bool(one["period_id"]) and not one["published"])["id"]
    edit = periods.Edit(start=dice.pick(("08:00", "09:00"), ("nine",)), minutes=dice.pick((None, 90), (0,)))
    periods.change(life.sessions, life.act, period, f"{slot[:8]}-{slot[8:12]}", edit)


def period_remove(life: Life, dice: Dice) -> None:
    period = _period_id(life, dice, "PLANNED", "VALIDATED")
    slot = life.row(dice, "roster_slot", lambda one: bool(one["period_id"]) and not one["published"])["id"]
    periods.remove(life.sessions, life.act, period, f"{slot[:8]}-{slot[8:12]}")


def period_validate(life: Life, dice: Dice) -> None:
    validating.validate(life.sessions, life.act, _period_id(life, dice, "PLANNED"))


def period_publish(life: Life, dice: Dice) -> None:
    publishing.publish(life.sessions, life.act, _period_id(life, dice, "VALIDATED"), SETTINGS)


BEDS: dict[str, Command] = {
    one.__name__: one for one in (bed_book, bed_edit, bed_hold, bed_back, bed_in, bed_out, bed_cancel)
}
ROSTERS: dict[str, Command] = {
    one.__name__: one
    for one in (
        base_add, base_slot, base_draft, base_finalise, base_clone, period_add, period_session, period_change,
        period_remove, period_validate, period_publish,
    )
}  # fmt: skip
