"""Orders that lead to money: plan, start, complete, cancel, miss, note, bill, pay, and everything that undoes it."""

from datetime import timedelta
from decimal import Decimal

from adapters.diary import absences, billing, cancelling, completing, exporting_services, notes, planning
from adapters.diary.billing import Wanted
from adapters.diary.cancelling import Cancel
from adapters.diary.completing import Form
from adapters.diary.terms import Plan
from model.cancellation import CancelledBy, Rules
from model.moment import zone
from model.portions import equal_portions
from model.service import DeliveryMethod
from tests.property.support.book import Book, Line, when
from tests.property.support.bookings import open_
from tests.property.support.life import Command, Dice, Life, NothingSuitsError
from tests.property.support.marigold import SECRET, SETTINGS
from tests.property.support.money import item

SERVICES = ("support", "group", "outing", "physio", "psychotherapy", "none")
_AD_HOC = ("splint", "support", "psychotherapy", "group")
_REASONS = {
    CancelledBy.CLIENT: ("client-ill", "client-half", "client-late", "client-transport"),
    CancelledBy.WORKER: ("worker-sick", "worker-training"),
    CancelledBy.PROVIDER: ("office-closed",),
}
_WRONG = ("office-closed", "none")


def _billable(row: Line) -> bool:
    return open_(row) and row["kind"] == "CLIENT_SESSION" and bool(row["billable"])


def plan(life: Life, dice: Dice) -> None:
    row = life.session(dice, _billable)
    there = life.clients(row["id"]) or ["noor"]
    some = [dice.pick(there)] if dice.roll(3) == 2 else []
    method, quantity = dice.pick(
        (
            (None, None),
            (None, None),
            (DeliveryMethod.WORKER_ACTUAL_TIME, None),
            (DeliveryMethod.FIXED_QUANTITY, "1.33"),
        ),
        ((DeliveryMethod.SCHEDULED_TIME, "2"),),
    )
    what = Plan(
        service=dice.pick(_agreed(life, row, some or there), SERVICES), clients=some,
        ratio=dice.pick((None, len(some or there), 4, 5), (3, 1, 0)), method=method,
        quantity=quantity, travel=bool(dice.roll(2)), primary=dice.seldom(4), claim_type=f"{SECRET}claim",
    )  # fmt: skip
    planning.plan(life.sessions, life.act, row["id"], what, life.scope(dice, row))


def _agreed(life: Life, row: Line, clients: list[str]) -> list[str]:
    """Services that all of them have an agreement about."""
    found = [
        life.book.ref("service", one["id"])
        for one in life.book["service"]
        if all(
            item(
                life.book, life.book.where("client", ref=client)[0]["id"], one["id"], row["local_start"][:10]
            )
            for client in clients
        )
    ]
    return found or list(SERVICES)


def ad_hoc(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: _billable(one) and bool(one["site_id"]))
    there = life.clients(row["id"]) or ["noor"]
    what = Plan(
        service=dice.pick(_AD_HOC), clients=[dice.pick(there)] if dice.roll(2) else [],
        ratio=dice.pick((None, None, 3)), rate=dice.pick(("45.00", "33.33", "17.05"), ("1e2", None)),
        method=dice.pick((DeliveryMethod.FIXED_QUANTITY, DeliveryMethod.SCHEDULED_TIME)),
        quantity=dice.pick(("1", "0.67", "1.5"), (None,)), claim_type=dice.pick((f"{SECRET}claim",), ("",)),
    )  # fmt: skip
    planning.ad_hoc(life.sessions, life.act, row["id"], what, allowed=not dice.seldom())


def plan_template(life: Life, dice: Dice) -> None:
    row = life.session(dice, _billable)
    planning.plan_template(
        life.sessions, life.act, row["id"], "thursdays", Plan(service=""), life.scope(dice, row)
    )


def unplan(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: bool(life.book.where("planned_service", session_id=one["id"])))
    planned = [
        life.book.ref("service", p["service_id"])
        for p in life.book.where("planned_service", session_id=row["id"])
    ]
    some = [dice.pick(life.clients(row["id"]) or ["noor"])] if dice.roll(2) else []
    planning.unplan(
        life.sessions, life.act, row["id"], dice.pick(planned or ["group"]), some, life.scope(dice, row)
    )


# --- it takes place -----------------------------------------------------------------------------------------------


def _begun(life: Life) -> "object":
    return lambda one: one["status"] in ("ROSTERED", "IN_PROGRESS") and when(one["starts_at"]) <= life.now


def start(life: Life, dice: Dice) -> None:
    completing.start(life.sessions, life.act, life.session(dice, open_)["id"])


def complete(life: Life, dice: Dice) -> None:
    """By the schedule, or with a form: times, who came, portions, what was driven."""
    row = life.session(dice, _begun(life))  # type: ignore[arg-type]
    if row["kind"] == "OTHER_EVENT":
        raise NothingSuitsError
    form = Form() if dice.roll(3) == 0 else _form(life, dice, row)
    life.told.asked = {"form": form}
    completing.complete(life.sessions, life.act, row["id"], form, apportionment=not dice.seldom())


def _form(life: Life, dice: Dice, row: Line) -> Form:
    there = life.clients(row["id"])
    day = row["local_start"][:10]
    times = dice.pick(
        ((None, None), (None, f"{day} 23:07"), (f"{day} 05:55", None)),
        ((f"{day} 23:00", "10:00"), ("tomorrow", None)),
    )
    absent = [dice.pick(there)] if there and dice.roll(3) == 2 else []
    return Form(
        actual_start=times[0], actual_end=times[1], no_show=absent, attended=absent if dice.seldom() else [],
        portions=_portions(dice, [one for one in there if one not in absent]), spread=dice.roll(3) == 2,
        travels=_travels(life, dice, row, there),
    )  # fmt: skip


def _portions(dice: Dice, there: list[str]) -> list[str]:
    if not there or dice.roll(2) == 0:
        return []
    equal = equal_portions(len(there))
    kind = dice.roll(4)
    if kind == 0:
        return [f"{one}={part}" for one, part in zip(there, equal, strict=True)]
    if kind == 1:
        return [f"{there[0]}=12.34"]
    if kind == 2:
        return [f"{one}={part + Decimal('0.01')}" for one, part in zip(there, equal, strict=True)]
    return [f"{there[-1]}={dice.pick(('100', '0'), ('100.01', '-1', '33.333'))}"]


def _travels(life: Life, dice: Dice, row: Line, there: list[str]) -> list[str]:
    workers = life.workers(row["id"])
    if not workers or dice.roll(2) == 0:
        return []
    who, some = dice.pick(workers), "+".join(there[:2])
    return [
        dice.pick(
            (
                f"{who}:TO:40:22:tolls=5",
                f"{who}:FROM:25:7.7",
                f"{who}:WITH:20:10:vehicle=bus:clients={some}",
                f"{who}:TO:70:0:area=5",
            ),
            (f"{who}:TO:-1:0", "sam:TO:10:3", f"{who}:TO:10:3:area=9"),
        )
    ]


def reset(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: one["status"] in ("COMPLETE", "IN_PROGRESS"))
    completing.reset(life.sessions, life.act, row["id"])


def export(life: Life, dice: Dice) -> None:
    file = life.folder / f"export-{life.world.new_id().hex}.csv"
    life.told.asked = {"file": file}
    exporting_services.export_services(life.sessions, life.act, file)


# --- it does not --------------------------------------------------------------------------------------------------


def _cancelling(life: Life, dice: Dice, row: Line) -> Cancel:
    by = dice.pick((CancelledBy.CLIENT, CancelledBy.CLIENT, CancelledBy.WORKER, CancelledBy.PROVIDER))
    notice = dice.pick((24, 48, 24, 48, 168, 1, 23, 47, 167, 169, 100, 400))
    latest = min(life.now, when(row["starts_at"]) - timedelta(hours=notice))
    said = latest.astimezone(zone(row["tz"])).strftime("%Y-%m-%d %H:%M")
    there, workers = life.clients(row["id"]), life.workers(row["id"])
    return Cancel(
        by=by, reason=dice.pick(_REASONS[by], _WRONG), advised=dice.pick((said,), ("2026-12-31 10:00", None)),
        client=dice.pick(there) if by is CancelledBy.CLIENT and there and not dice.seldom() else None,
        worker=dice.pick(workers) if by is CancelledBy.WORKER and workers and not dice.seldom() else None,
        note=f"{SECRET}note", rules=dice.pick((Rules.FITTING, Rules.FITTING, Rules.NONE), (Rules.NDIS,)),
        alternative_work_found=dice.seldom(), worker_paid=not dice.seldom(),
    )  # fmt: skip


def cancel(life: Life, dice: Dice) -> None:
    row = life.session(dice, open_)
    how = _cancelling(life, dice, row)
    life.told.asked = {"how": how}
    cancelling.cancel(life.sessions, life.act, row["id"], how, life.scope(dice, row), SETTINGS)


def preview(life: Life, dice: Dice) -> None:
    """Shows what cancelling would do, and does nothing."""
    row = life.session(dice, open_)
    cancelling.preview(
        life.sessions, life.act, row["id"], _cancelling(life, dice, row), life.scope(dice, row), SETTINGS
    )
    assert Book.of(life.world.engine) == life.book, "a preview changed something"


def no_show(life: Life, dice: Dice) -> None:
    row = life.session(dice, _begun(life))  # type: ignore[arg-type]
    there = life.clients(row["id"])
    who = dice.pick(there) if there and not dice.seldom() else None
    absences.no_show(
        life.sessions, life.act, row["id"], dice.pick(_REASONS[CancelledBy.CLIENT], _WRONG), who, SETTINGS
    )


def set_fee(life: Life, dice: Dice) -> None:
    made = life.row(dice, "cancellation", lambda one: one["cancelled_by"] == "CLIENT")
    life.told.session = made["session_id"]
    who = life.book.ref("client", made["client_id"]) or None
    cents, why = dice.pick(((6000, f"{SECRET}why"), (0, f"{SECRET}why")), ((-1, f"{SECRET}why"), (100, "")))
    absences.set_fee(life.sessions, life.act, made["session_id"], who, cents, why)


# --- notes and bills ----------------------------------------------------------------------------------------------


def sign(life: Life, dice: Dice) -> None:
    notes.sign(life.sessions, life.act, life.session(dice, lambda one: one["kind"] != "OTHER_EVENT")["id"])


def unlock(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: life.book.signed(one["id"]))
    act = life.world.act(dice.pick(("sam", "ada", "tom")))
    notes.unlock(life.sessions, act, row["id"], admins={"ada"})


def diagnose(life: Life, dice: Dice) -> None:
    row = life.session(dice, lambda one: one["kind"] != "OTHER_EVENT")
    notes.diagnose(life.sessions, life.act, row["id"], dice.pick((["F41.1"], []), (["no code"],)))


def _may_bill(life: Life, one: Line) -> bool:
    planned = life.book.where("planned_service", session_id=one["id"])
    return one["kind"] == "CLIENT_SESSION" and one["status"] in ("ROSTERED", "COMPLETE") and bool(planned)


def bill(life: Life, dice: Dice) -> None:
    """By what was delivered or planned, or by what is typed."""
    row = life.session(dice, lambda one: _may_bill(life, one))
    people = life.book.where("session_client", session_id=row["id"])
    who = life.book.ref("client", dice.pick(people)["client_id"]) if people and not dice.seldom() else None
    typed = dice.pick((None, None, 12_345), (0, -5))
    service = dice.pick(("psychotherapy", "group"), (None,)) if typed is not None else None
    wanted = Wanted(service=service, cents=typed, modifiers=dice.pick((None, None, ["GT"])))
    life.told.asked = {"client": who, "default": typed is None and service is None}
    billing.make(life.sessions, life.act, [row["id"]], wanted, who)


def _a_bill(life: Life, dice: Dice, *states: str) -> str:
    return str(life.row(dice, "bill", lambda one: one["state"] in states)["ref"])


def bill_edit(life: Life, dice: Dice) -> None:
    wanted = Wanted(service=dice.pick((None, "group")), cents=dice.pick((None, 777), (0,)))
    line = dice.pick((1, None), (2, 9))
    billing.edit_services(
        life.sessions, life.act, _a_bill(life, dice, "BILLED"), wanted, line=line, session=None
    )


def bill_drop(life: Life, dice: Dice) -> None:
    billing.drop_service(life.sessions, life.act, _a_bill(life, dice, "BILLED"), line=dice.pick((1, 2), (9,)))


def pay(life: Life, dice: Dice) -> None:
    cents = dice.pick((None, 500, 1), (10_000_000, 0, -1))
    billing.pay(life.sessions, life.act, _a_bill(life, dice, "BILLED", "PAID"), cents)


def refund(life: Life, dice: Dice) -> None:
    cents = dice.pick((None, 500), (10_000_000, 0))
    billing.refund(life.sessions, life.act, _a_bill(life, dice, "PAID"), cents)


def remove_payment(life: Life, dice: Dice) -> None:
    billing.remove_payment(life.sessions, life.act, _a_bill(life, dice, "PAID"), dice.pick((1, 2), (3, 9)))


def bill_cancel(life: Life, dice: Dice) -> None:
    billing.cancel(life.sessions, life.act, _a_bill(life, dice, "BILLED"))


CHARGES: dict[str, Command] = {
    one.__name__: one
    for one in (
        plan, ad_hoc, plan_template, unplan, start, complete, reset, export, cancel, preview, no_show, set_fee, sign,
        unlock, diagnose, bill, bill_edit, bill_drop, pay, refund, remove_payment, bill_cancel,
    )
}  # fmt: skip
