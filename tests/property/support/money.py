"""What money must come to, worked out again from plain rows: lines, portions, fees, bills and payments, to the cent."""

import csv
from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from adapters.diary import bills
from adapters.diary.cancelling import Cancel
from adapters.diary.completing import Form
from model.cancellation import Rules
from tests.property.support.book import Book, Line, when
from tests.property.support.laws import active
from tests.property.support.life import Life
from tests.property.support.marigold import NO_SHOW_CENTS
from tests.property.support.steps import came

WHOLE = 10_000  # hundredths of a percent
_HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 6), date(2026, 4, 25), date(2026, 6, 8)}
_KM, _BUS_KM, _CAPS = 99, 276, {1: 30, 2: 30, 3: 30, 4: 60, 5: 60}


def check_money(book: Book) -> None:
    """Every law of money in a book at rest."""
    for line in book["service_delivered"]:
        _earned(book, line)
    for row in book["session"]:
        if row["status"] == "COMPLETE":
            _portions(book, row)
            for plan in book.where("planned_service", session_id=row["id"]):
                _delivered(book, row, plan)
    for made in book["cancellation"]:
        _cancellation(book, made)
    for bill in book["bill"]:
        _bill(book, bill)
    for stay in book["bed_booking"]:
        _stay(book, stay)


def check_billing(life: Life, before: Book) -> None:
    """What one order charged is what the rules say, and what is shown of it adds up."""
    name = life.told.name
    if name == "complete":
        _completed(life)
    elif name == "cancel":
        for made in life.book["cancellation"]:
            if before.one("cancellation", made["id"]) is None:
                _judged(life, before, made)
    elif name == "bill":
        _billed(life, before)
    elif name == "export":
        _exported(life, before)
    elif name == "reset":
        left = life.book.where("service_delivered", session_id=life.told.session)
        assert {line["kind"] for line in left} <= {"CANCELLATION"}, "something delivered outlives a reset"
    elif name.startswith(("pay", "bill", "refund", "remove")):
        shown = {
            one.ref: (one.total_cents, one.paid_cents)
            for one in bills.list_bills(life.sessions, client=None, state=None)
        }
        assert shown == {
            bill["ref"]: (_total(life.book, bill), _paid(life.book, bill)) for bill in life.book["bill"]
        }


def rounded(amount: Fraction) -> int:
    """Half a cent up."""
    return floor(amount + Fraction(1, 2))


# --- what was delivered -------------------------------------------------------------------------------------------


def _earned(book: Book, line: Line) -> None:
    """No line without a complete session, a stay that is over, or a cancellation that is charged; none twice."""
    assert line["amount_cents"] >= 0, "a line of less than nothing"
    if line["booking_id"]:
        stay = book.one("bed_booking", line["booking_id"])
        assert stay is not None
        assert stay["state"] == "COMPLETED", "a line of a stay that is not over"
        return
    row = book.one("session", line["session_id"])
    assert row is not None
    theirs = [one for one in active(book, row["id"]) if one["client_id"] == line["client_id"]]
    if line["kind"] != "CANCELLATION":
        assert row["status"] == "COMPLETE", f"something was delivered in a session that is {row['status']}"
        assert [one["status"] for one in theirs] == ["ATTENDED"], (
            "something was delivered to who did not come"
        )
        return
    records = [
        one
        for one in book.where("cancellation", session_id=row["id"])
        if one["client_id"] == line["client_id"] and one["outcome"] == "BILLABLE"
    ]
    assert line["amount_cents"] in [one["amount_cents"] for one in records], (
        "a claim without its cancellation"
    )
    twins = [
        one
        for one in book.where("service_delivered", session_id=row["id"])
        if one["kind"] == "CANCELLATION" and one["client_id"] == line["client_id"]
    ]
    assert len(twins) == 1, "a cancellation is claimed twice"
    assert all(one["status"] in ("NO_SHOW", "CANCELLED") for one in theirs), (
        "a claim for somebody who takes part"
    )


def _minutes(start: str, end: str) -> int:
    return int((when(end) - when(start)).total_seconds()) // 60


def fee(row: Line, plan: Line) -> int:
    """What all of a planned service costs."""
    if plan["method"] == "FIXED_QUANTITY":
        quantity = 100 if plan["quantity"] is None else plan["quantity"]
        return rounded(Fraction(quantity * plan["rate_cents"], 100))
    times = ("starts_at", "ends_at")
    if plan["method"] == "WORKER_ACTUAL_TIME" and row["actual_ends_at"]:
        times = ("actual_starts_at", "actual_ends_at")
    return rounded(Fraction(_minutes(*(row[name] for name in times)) * plan["rate_cents"], 60))


def _scheduled(book: Book, row: Line, plan: Line) -> dict[str, int]:
    """R20: 100/n of the ratio for each who gets it, in the session's order, what is left over to the first."""
    who = {one["client_id"] for one in book.where("planned_service_client", planned_id=plan["id"])}
    people = sorted(book.where("session_client", session_id=row["id"]), key=lambda one: one["position"])
    heads = [one["client_id"] for one in people if one["client_id"] in who]
    part, left = divmod(WHOLE, plan["ratio"])
    return {client: part + (number < left) for number, client in enumerate(heads)}


def _charged(book: Book, row: Line) -> set[str]:
    claims = book.where("service_delivered", session_id=row["id"])
    return {one["client_id"] for one in claims if one["kind"] == "CANCELLATION"}


def _portions(book: Book, row: Line) -> None:
    """R21: each from 0 to 100, and with those who cancelled and pay 100 at most."""
    parts = [one["portion"] for one in came(book, row["id"]) if one["portion"] is not None]
    assert all(0 <= part <= WHOLE for part in parts), parts
    primary = [one for one in book.where("planned_service", session_id=row["id"]) if one["primary"]]
    for plan in primary:
        scheduled = _scheduled(book, row, plan)
        kept = [part for client, part in scheduled.items() if client in _charged(book, row)]
        assert not parts or sum(parts) + sum(kept) <= WHOLE, f"portions of {parts} and {kept}"


def _delivered(book: Book, row: Line, plan: Line) -> None:
    """R23: the lines of a service add up to its fee, or to the part of it that is charged; each is its portion."""
    scheduled = _scheduled(book, row, plan)
    there = {one["client_id"]: one["portion"] for one in came(book, row["id"])}
    portions = {client: part for client, part in scheduled.items() if client in there}
    if plan["primary"]:
        portions = {client: there[client] or 0 for client in portions}
    lines = {
        line["client_id"]: line["amount_cents"]
        for line in book.where("service_delivered", session_id=row["id"])
        if line["kind"] == "SERVICE"
        and line["service_id"] == plan["service_id"]
        and line["client_id"] in scheduled
    }
    total = fee(row, plan)
    assert lines.keys() == {client for client, part in portions.items() if part}, (
        "a line too many, or too few"
    )
    for client, amount in lines.items():
        assert abs(amount - Fraction(total * portions[client], WHOLE)) < 1, (
            f"{amount} of {total} at {portions[client]}"
        )
    part = Fraction(total * sum(portions.values()), WHOLE)
    assert abs(sum(lines.values()) - part) < 1, f"{sum(lines.values())} of {total}"
    if sum(portions.values()) == WHOLE:
        assert sum(lines.values()) == total, f"lines of {list(lines.values())} do not add up to {total}"


def _completed(life: Life) -> None:
    """The form says who came and what they pay; without it everybody came, and pays what was scheduled."""
    book, form = life.book, life.told.asked["form"]
    assert isinstance(form, Form)
    row = book.one("session", str(life.told.session))
    assert row is not None
    absent = {one["client_id"] for one in active(book, row["id"]) if one["status"] == "NO_SHOW"}
    said = {client["id"] for ref in form.no_show for client in book.where("client", ref=ref)}
    assert said <= absent, "somebody who did not come is not absent"
    there = {one["client_id"]: one["portion"] for one in came(book, row["id"])}
    for plan in book.where("planned_service", session_id=row["id"]) if row["billable"] else ():
        if not plan["primary"]:
            continue
        scheduled = _scheduled(book, row, plan)
        heads = [client for client in scheduled if client in there]
        if form.spread and not form.portions and heads:
            kept = sum(part for client, part in scheduled.items() if client in _charged(book, row))
            assert sum(there[client] for client in heads) == WHOLE - kept, "what is spread is not all of it"
            assert max(there[one] for one in heads) - min(there[one] for one in heads) <= 1, (
                "it is not spread equally"
            )
        elif not form.portions:
            assert all(there[client] == scheduled[client] for client in heads), "not the scheduled portion"
        _travelled(book, row, plan)


def _travelled(book: Book, row: Line, plan: Line) -> None:
    """R40 to R44: what is charged for travel is never more than what it comes to, and all of it where all agreed."""
    due: dict[str, int] = defaultdict(int)
    service = book.one("service", plan["service_id"])
    assert service is not None
    for travel in book.where("travel", session_id=row["id"]):
        for kind, amount in _claims(travel, plan["rate_cents"], therapy=bool(service["therapy"])).items():
            due[kind] += amount
    got: dict[str, int] = defaultdict(int)
    for line in book.where("service_delivered", session_id=row["id"]):
        got[line["kind"]] += line["amount_cents"]
    portions = sum(one["portion"] or 0 for one in came(book, row["id"]))
    for kind in ("TRAVEL_TIME", "TRAVEL_COST", "TRANSPORT_COST"):
        assert got[kind] <= due[kind], f"{kind}: {got[kind]} charged of {due[kind]}"
        if kind != "TRANSPORT_COST" and portions == WHOLE and _all_agreed(book, row, plan, service):
            assert got[kind] == due[kind], f"{kind}: {got[kind]} charged, not {due[kind]}"
    assert plan["travel_chargeable"] or not any(got[kind] for kind in due), "travel that is not to be charged"


def _claims(travel: Line, rate: int, *, therapy: bool) -> dict[str, int]:
    back, driven = travel["direction"] == "FROM", travel["direction"] == "WITH"
    if back and not therapy:
        return {}
    minutes = 0 if driven else min(travel["minutes"], _CAPS.get(travel["area"] or 1, travel["minutes"]))
    rate = rounded(Fraction(rate, 2)) if therapy else rate
    km = _BUS_KM if driven and travel["vehicle"] == "MODIFIED_OR_BUS" else _KM
    paid = sum(travel[f"{name}_cents"] for name in ("tolls", "parking", "other"))
    cost = rounded(Fraction(travel["km"] * km, 10)) + paid
    kind = "TRANSPORT_COST" if driven else "TRAVEL_COST"
    return {"TRAVEL_TIME": rounded(Fraction(minutes * rate, 60)), kind: cost}


def item(book: Book, client: str, service: str, day: str) -> Line | None:
    """What a client has agreed to on a day, by the agreement that began last."""
    found = [
        (agreement["start_date"], row)
        for agreement in book.where("service_agreement", client_id=client)
        if agreement["approved"] and agreement["start_date"] <= day <= (agreement["end_date"] or day)
        for row in book.where("agreement_item", agreement_id=agreement["id"])
        if row["service_id"] == service
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def _all_agreed(book: Book, row: Line, plan: Line, service: Line) -> bool:
    items = [
        item(book, one["client_id"], plan["service_id"], row["local_start"][:10])
        for one in came(book, row["id"])
    ]
    agreed = all(one is not None and one["allow_travel"] for one in items)
    named = any(
        book.where("travel_client", travel_id=one["id"]) for one in book.where("travel", session_id=row["id"])
    )
    return bool(plan["travel_chargeable"] and service["allow_travel"] and agreed and not named)


# --- what was cancelled -------------------------------------------------------------------------------------------


def _cancellation(book: Book, made: Line) -> None:
    """A client alone is ever charged (R1); what is billable has an amount, and the other way round."""
    assert (made["outcome"] == "BILLABLE") == (made["amount_cents"] > 0), (
        f"{made['outcome']}: {made['amount_cents']}"
    )
    assert made["amount_cents"] >= 0
    if made["cancelled_by"] != "CLIENT":
        assert made["amount_cents"] == 0, f"a {made['cancelled_by']} cancelled, and the client is charged"


def _shares(book: Book, row: Line, client: str) -> list[tuple[Line, int]]:
    """What a client was to pay for each planned service, the primary one first."""
    found = []
    plans = sorted(
        book.where("planned_service", session_id=row["id"]),
        key=lambda one: (not one["primary"], bool(one["ad_hoc"]), one["created_at"], one["id"]),
    )
    for plan in plans:
        order = list(_scheduled(book, row, plan))
        if client in order:
            part, left = divmod(fee({**row, "actual_ends_at": None}, plan), plan["ratio"])
            found.append((plan, part + (order.index(client) < left)))
    return [(plan, share) for plan, share in found if share]


def _judged(life: Life, before: Book, made: Line) -> None:
    """R1 to R6 for one cancellation, by the wall clock of its session."""
    how = life.told.asked["how"]
    assert isinstance(how, Cancel)
    row = before.one("session", made["session_id"])
    reason = before.one("cancellation_reason", made["reason_id"])
    assert row is not None
    assert reason is not None
    amount = made["amount_cents"]
    if made["cancelled_by"] != "CLIENT" or how.rules is Rules.NONE:
        assert amount == 0, "charged without a rule"
        return
    shares = _shares(before, row, made["client_id"])
    service = before.one("service", shares[0][0]["service_id"]) if shares else None
    tz = ZoneInfo(row["tz"])
    start, told = (
        when(one).astimezone(tz).replace(tzinfo=None) for one in (row["starts_at"], made["advised_at"])
    )
    told = min(told, start)
    if service is not None and service["ndis"] and service["cancel_rule"] != "NONE":
        due = _by_ndis(before, row, made, reason, service, shares[0][1], start, told)
    else:
        assert how.rules is not Rules.NDIS, "claimed under rules that do not fit"
        due = _by_practice(reason, start - told, sum(share for _, share in shares))
    assert amount == due, f"{reason['ref']}, told {told} for {start}: {amount}, not {due}"


def _by_practice(reason: Line, notice: timedelta, agreed: int) -> int:
    """R1: less than the threshold is short, exactly the threshold is not."""
    hours = reason["threshold_hours"]
    if hours is not None and notice >= timedelta(hours=hours):
        return 0
    if reason["billing"] == "PERCENT":
        return rounded(Fraction(agreed * reason["billable_percent"], 100))
    return NO_SHOW_CENTS if reason["billing"] == "PRACTICE_FEE" else 0


def _by_ndis(
    book: Book,
    row: Line,
    made: Line,
    reason: Line,
    service: Line,
    share: int,
    start: datetime,
    told: datetime,
) -> int:
    agreement = item(book, made["client_id"], service["id"], row["local_start"][:10])
    agreed = agreement is not None and agreement["cancellation_agreed"]
    allowed = agreed and made["worker_paid"] and not made["alternative_work_found"] and reason["ndis_code"]
    if service["cancel_rule"] == "SEVEN_DAYS":
        short = told > start - timedelta(days=7)
    else:
        site = book.one("site", row["site_id"]) if row["site_id"] else None
        off = _HOLIDAYS if site and site["holidays"] else set()
        between = [told.date() + timedelta(days=n) for n in range(1, (start.date() - told.date()).days)]
        short = sum(day.weekday() < 5 and day not in off for day in between) < 2
    return share if allowed and short else 0


# --- bills --------------------------------------------------------------------------------------------------------


def _total(book: Book, bill: Line) -> int:
    return sum(line["amount_cents"] for line in book.where("bill_line", bill_id=bill["id"]))


def _paid(book: Book, bill: Line) -> int:
    rows = [one for one in book.where("payment", bill_id=bill["id"]) if one["removed_at"] is None]
    return sum(one["amount_cents"] * (1 if one["kind"] == "PAYMENT" else -1) for one in rows)


def _bill(book: Book, bill: Line) -> None:
    """Never more is paid than is due, the state follows what is paid, and an attendance is on one open bill at most."""
    lines = book.where("bill_line", bill_id=bill["id"])
    assert lines, "a bill of nothing"
    assert all(line["amount_cents"] > 0 for line in lines), "a line of nothing"
    paid = _paid(book, bill)
    assert 0 <= paid <= _total(book, bill), f"{paid} paid of {_total(book, bill)}"
    assert (bill["state"] == "PAID") == (paid > 0), f"{bill['state']}, and {paid} is paid"
    if bill["state"] == "CANCELLED":
        return
    for session in {line["session_id"] for line in lines}:
        row = book.one("session", session)
        assert row is not None, "a session on an open bill is gone"
        assert row["kind"] == "CLIENT_SESSION"
        assert row["status"] != "DRAFT"
        holders = {line["bill_id"] for line in book.where("bill_line", session_id=session)}
        open_ = [book.one("bill", one) for one in holders]
        mine = [
            one
            for one in open_
            if one and one["client_id"] == bill["client_id"] and one["state"] != "CANCELLED"
        ]
        assert len(mine) == 1, "an attendance is billed twice"


def _billed(life: Life, before: Book) -> None:
    """By default a bill says what was delivered to the client, else their share of what was planned; and no more."""
    book = life.book
    (bill,) = [one for one in book["bill"] if before.one("bill", one["id"]) is None]
    row = book.one("session", str(life.told.session))
    assert row is not None
    if not life.told.asked["default"]:
        return
    lines = book.where("service_delivered", session_id=row["id"])
    delivered = sum(one["amount_cents"] for one in lines if one["client_id"] == bill["client_id"])
    planned = sum(share for _, share in _shares(book, row, bill["client_id"]))
    due = delivered or planned
    assert _total(book, bill) == due, f"billed {_total(book, bill)}, not {due}"


def _exported(life: Life, before: Book) -> None:
    """Every line that was not exported is, once, with its amount."""
    file = life.told.asked["file"]
    new = [one for one in before["service_delivered"] if one["state"] == "CREATED"]
    if not new:
        return
    with open(str(file), encoding="utf-8", newline="") as text:
        rows = {row["line"].replace("-", ""): row["amount"] for row in csv.DictReader(text)}
    assert rows == {one["id"]: f"{one['amount_cents'] // 100}.{one['amount_cents'] % 100:02}" for one in new}
    assert all(one["state"] == "EXTRACTED" for one in life.book["service_delivered"])


def _stay(book: Book, stay: Line) -> None:
    """A stay that is over has a line for each night that the client was there, and service (000-26)."""
    lines = book.where("service_delivered", booking_id=stay["id"])
    if stay["state"] != "COMPLETED":
        return
    first, last = (date.fromisoformat(stay[name][:10]) for name in ("local_start", "local_end"))
    held = book.where("bed_hold", booking_id=stay["id"])
    nights = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days)]
    slept = [day for day in nights if not any(one["first_night"] <= day < one["until"] for one in held)]
    due = []
    for service in book.where("bed_service", booking_id=stay["id"]):
        amount = rounded(Fraction(service["quantity"] * service["rate_cents"], 100))
        due += [(day, amount) for day in (slept if service["basis"] == "PER_NIGHT" else [nights[0]])]
    assert sorted((one["day"], one["amount_cents"]) for one in lines) == sorted(due), (
        "a night too many, or too few"
    )
