"""What one order may change: states step by step, nothing that is locked, nothing out of reach (DOMAIN 1.7, 2)."""

from collections.abc import Mapping

from model.series import Scope
from tests.property.support.book import Book, Line, when
from tests.property.support.laws import active
from tests.property.support.life import Life

# As DOMAIN 2 lists them, and nothing else.
STATUS = {
    ("DRAFT", "ROSTERED"), ("ROSTERED", "IN_PROGRESS"), ("IN_PROGRESS", "COMPLETE"), ("ROSTERED", "COMPLETE"),
    ("DRAFT", "CANCELLED"), ("ROSTERED", "CANCELLED"), ("IN_PROGRESS", "CANCELLED"), ("COMPLETE", "ROSTERED"),
    ("IN_PROGRESS", "ROSTERED"),
}  # fmt: skip
ATTENDANCE = {
    ("BOOKED", "CONFIRMED"), ("BOOKED", "ATTENDED"), ("BOOKED", "NO_SHOW"), ("BOOKED", "CANCELLED"),
    ("CONFIRMED", "ATTENDED"), ("CONFIRMED", "NO_SHOW"), ("CONFIRMED", "CANCELLED"), ("CANCELLED", "BOOKED"),
}  # fmt: skip
RESET = {("ATTENDED", "BOOKED"), ("NO_SHOW", "BOOKED")}
ASSIGNMENT = {
    ("ASSIGNED", "ACCEPTED"), ("ASSIGNED", "DECLINED"), ("ASSIGNED", "CANCELLED"), ("ACCEPTED", "CANCELLED")
}  # fmt: skip
OTHERS: Mapping[str, tuple[str, set[tuple[str, str]]]] = {
    "offer": (
        "state",
        {
            ("UNSENT", "PENDING"), ("UNSENT", "CLOSED"), ("PENDING", "ACCEPTED"), ("PENDING", "DECLINED"),
            ("PENDING", "EXPIRED"), ("PENDING", "CLOSED"), ("ACCEPTED", "ASSIGNED"), ("ACCEPTED", "CLOSED"),
        },
    ),
    "bill": ("state", {("BILLED", "PAID"), ("PAID", "BILLED"), ("BILLED", "CANCELLED")}),
    "service_delivered": ("state", {("CREATED", "EXTRACTED")}),
    "base_roster": ("state", {("DRAFT", "ACTIVE"), ("ACTIVE", "INACTIVE")}),
    "roster_period": (
        "state", {("PLANNED", "VALIDATED"), ("VALIDATED", "PLANNED"), ("VALIDATED", "PUBLISHED")}
    ),
    "bed_booking": (
        "state",
        {
            ("BOOKED", "ON_HOLD"), ("ON_HOLD", "BOOKED"), ("BOOKED", "IN_RESIDENCE"), ("IN_RESIDENCE", "ON_HOLD"),
            ("ON_HOLD", "IN_RESIDENCE"), ("IN_RESIDENCE", "COMPLETED"), ("BOOKED", "CANCELLED"),
            ("ON_HOLD", "CANCELLED"),
        },
    ),
}  # fmt: skip
_PLACE = (
    "local_start", "local_end", "tz", "all_day", "site_id", "room_id", "region_id", "location_type", "address", "url",
    "kind", "work_type", "subject", "billable", "show_as",
)  # fmt: skip
_KEPT = ("cancellation", "bill", "payment")  # rows that nobody takes away


def check_step(life: Life, before: Book) -> None:
    """Every law of one order that was done."""
    told, after = life.told, life.book
    for was in before["session"]:
        now = after.one("session", was["id"])
        if now is None:
            _deleted(life, before, was)
            continue
        assert was["status"] == now["status"] or (was["status"], now["status"]) in STATUS, (
            f"{was['status']} became {now['status']}"
        )
        _people(life, before, was, now)
        if before.frozen(was) and (
            was["status"] == now["status"] or now["status"] in ("COMPLETE", "ROSTERED")
        ):
            _unchanged(before, after, was)
        if was["status"] == "IN_PROGRESS":
            assert was["local_start"] == now["local_start"], "what goes on has moved"
        _in_reach(life, before, was)
    for row in after["session"]:
        if before.one("session", row["id"]) is None:
            assert row["status"] in ("DRAFT", "ROSTERED"), f"something new is {row['status']}"
    for table, (column, steps) in OTHERS.items():
        _other(before, after, table, column, steps)
    for table in _KEPT:
        _records(life, before, table)
    named = before.one("session", told.session) if told.session else None
    if (
        told.name in ("move", "nudge")
        and named
        and (told.scope is not Scope.ALL_IN_SERIES or not _kept(life, before, named))
    ):
        _moved(life)


def _deleted(life: Life, before: Book, was: Line) -> None:
    """Only a draft or an Other Event goes without a trace, or what the practice allows; never what has a record."""
    own = was["kind"] == "OTHER_EVENT" or was["status"] == "DRAFT"
    assert life.told.name == "delete_rostered" or (own and life.told.name == "delete"), "a booking is gone"
    assert not before.frozen(was), f"what is locked is gone: {was['status']}"
    charged = [one for one in before.where("cancellation", session_id=was["id"]) if one["amount_cents"]]
    assert not charged, "what is charged for is gone"


def _people(life: Life, before: Book, was: Line, now: Line) -> None:
    """Attendances and assignments go from state to state as they may."""
    steps = ATTENDANCE | (RESET if life.told.name == "reset" else set())
    for one in before.where("session_client", session_id=was["id"]):
        then = life.book.one("session_client", one["id"])
        if then is None:
            assert one["status"] in ("BOOKED", "CONFIRMED"), f"somebody who is {one['status']} is taken out"
            continue
        step = (one["status"], then["status"])
        assert step[0] == step[1] or step in steps, f"an attendance went from {step[0]} to {step[1]}"
        if step == ("CANCELLED", "BOOKED"):
            assert when(was["starts_at"]) > life.now, "somebody came back after it had begun"
    for one in before.where("session_worker", session_id=was["id"]):
        then = life.book.one("session_worker", one["id"])
        step = (one["status"], then["status"] if then else one["status"])
        assert step[0] == step[1] or step in ASSIGNMENT, f"an assignment went from {step[0]} to {step[1]}"


def looks(book: Book, session: str) -> dict[str, object]:
    """What is agreed about a session: time, place and people."""
    row = book.one("session", session) or {}
    found: dict[str, object] = {name: row[name] for name in _PLACE if name in row}
    found["clients"] = sorted(one["client_id"] for one in book.where("session_client", session_id=session))
    found["workers"] = sorted(
        (one["worker_id"], one["starts_at"], one["ends_at"])
        for one in book.where("session_worker", session_id=session)
    )
    found["assets"] = sorted(
        (one["asset_id"], one["qty"]) for one in book.where("session_asset", session_id=session)
    )
    return found


def _services(book: Book, session: str) -> list[tuple[object, ...]]:
    return sorted(
        (one["service_id"], one["rate_cents"], one["ratio"], str(one["quantity"]), one["primary"])
        for one in book.where("planned_service", session_id=session)
    )


def _unchanged(before: Book, after: Book, was: Line) -> None:
    """What is locked keeps time, place, people and services; what is over keeps who came, too."""
    old, new = looks(before, was["id"]), looks(after, was["id"])
    assert old == new, f"what is locked changed: {[name for name in old if old[name] != new[name]]}"
    assert _services(before, was["id"]) == _services(after, was["id"]), (
        "the services of what is locked changed"
    )


def _in_reach(life: Life, before: Book, was: Line) -> None:
    """An order changes the session that it names, and of its series what its scope reaches; nothing of the past."""
    told, after = life.told, life.book
    now = after.one("session", was["id"])
    same = looks(before, was["id"]) == looks(after, was["id"]) and now and now["status"] == was["status"]
    if same or was["id"] == told.session:
        return
    named = before.one("session", told.session) if told.session else None
    assert named is not None, f"{told.name} changed a session that it did not name"
    assert named["series_id"], f"{told.name} changed another session"
    assert named["series_id"] == was["series_id"], f"{told.name} changed another session"
    assert told.scope not in (None, Scope.THIS_ONLY), f"{told.name} of one session changed another"
    if told.scope is Scope.THIS_AND_FOLLOWING:
        assert was["occurrence_key"] >= named["occurrence_key"], f"{told.name} changed an earlier occurrence"
    elif told.name not in ("roster", "answer", "delete", "delete_rostered", "show"):
        assert when(was["starts_at"]) > life.now, f"{told.name} changed an occurrence of the past"
    if told.name in ("move", "nudge", "resize") and was["is_exception"]:
        assert was["local_start"] == (now or was)["local_start"], "an exception moved with its series"


def _other(before: Book, after: Book, table: str, column: str, steps: set[tuple[str, str]]) -> None:
    for was in before[table]:
        now = after.one(table, was["id"])
        step = (was[column], now[column] if now else was[column])
        assert step[0] == step[1] or step in steps, f"{table}: {step[0]} became {step[1]}"


def _records(life: Life, before: Book, table: str) -> None:
    """Records stay, but those of a session that was deleted; and say what they said."""
    for was in before[table]:
        now = life.book.one(table, was["id"])
        if now is None:
            gone = table == "cancellation" and life.book.one("session", was["session_id"]) is None
            assert gone, f"a {table} is gone"
        elif table == "cancellation" and life.told.name not in ("set_fee", "clients"):
            kept = ("amount_cents", "outcome", "client_id", "advised_at", "session_id", "no_show")
            assert [was[name] for name in kept] == [now[name] for name in kept], "a cancellation was changed"


def _kept(life: Life, before: Book, named: Line) -> bool:
    """Whether what was named stays where it is, while the rest of its series goes."""
    return before.frozen(named) or named["status"] == "IN_PROGRESS" or when(named["starts_at"]) <= life.now


def _moved(life: Life) -> None:
    """What was named stands where it was asked to."""
    row = life.book.one("session", str(life.told.session))
    assert row is not None
    asked = str(life.told.asked["start"])
    assert row["local_start"][: len(asked)] == asked or asked[11:13] == "02", (
        f"{row['local_start']}, not {asked}"
    )
    assert row["tz"] == life.told.asked["tz"], "it is in another zone"


def came(book: Book, session: str) -> list[Line]:
    return [one for one in active(book, session) if one["status"] == "ATTENDED"]
