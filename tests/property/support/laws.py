"""What holds of a practice's book at any time (DOMAIN 2, "Invariants"), asked of plain rows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from model.moment import Span, from_text
from model.recurrence import Rule
from model.series import Pattern, starts
from tests.property.support.book import Book, Line, when

Taken = tuple[str, str, int, bool]  # from, until, how many, and whether an administrator has waived the rule
GIVEN_UP = ("CANCELLED", "DECLINED")


def check_book(book: Book) -> None:
    """Every law of a book at rest."""
    for row in book["session"]:
        _times(book, row)
        _participants(book, row)
        _closed(book, row)
    _places(book)
    _beds(book)
    for series in book["series"]:
        _series(book, series)
    _plans(book)
    _rosters(book)


def active(book: Book, session: str) -> list[Line]:
    rows = book.where("session_client", session_id=session)
    return sorted((one for one in rows if one["status"] != "CANCELLED"), key=lambda one: one["position"])


def staff(book: Book, session: str) -> list[Line]:
    return [one for one in book.where("session_worker", session_id=session) if one["status"] not in GIVEN_UP]


def _times(book: Book, row: Line) -> None:
    """The end is after the start, for the session and for each of its workers, whose time lies within it."""
    assert row["ends_at"] > row["starts_at"], f"a session ends before it starts: {row['local_start']}"
    assert row["local_end"] > row["local_start"] or row["tz"] != "Australia/Adelaide"
    if row["kind"] != "OTHER_EVENT":
        assert "T" in row["local_start"], "a session with a client lasts all day"
    for one in book.where("session_worker", session_id=row["id"]):
        within = row["starts_at"] <= one["starts_at"] < one["ends_at"] <= row["ends_at"]
        assert within, (
            f"a worker is there {one['starts_at']} to {one['ends_at']}, the session {row['starts_at']}"
        )


def _participants(book: Book, row: Line) -> None:
    """One client in an appointment, one at least in a group, none in an Other Event; nobody twice."""
    everybody = book.where("session_client", session_id=row["id"])
    who = [one["client_id"] for one in everybody]
    assert len(set(who)) == len(who), "a client takes part twice"
    workers = [one["worker_id"] for one in staff(book, row["id"])]
    assert len(set(workers)) == len(workers), "a worker takes part twice"
    if row["kind"] == "OTHER_EVENT":
        assert not who, "an Other Event has a client"
        return
    assert row["show_as"] == "BUSY", "a session with a client is free"
    there = len(active(book, row["id"]))
    if row["status"] != "CANCELLED":
        assert there == 1 if row["work_type"] == "APPOINTMENT" else there > 0, f"{there} clients take part"
    assert row["work_type"] != "APPOINTMENT" or len(who) <= 2, "an appointment of several clients"


def _closed(book: Book, row: Line) -> None:
    """What is complete knows when it took place and who came; what is cancelled has a record that says so."""
    if row["status"] == "COMPLETE":
        assert row["actual_ends_at"] > row["actual_starts_at"], "it took place backwards"
        states = {one["status"] for one in book.where("session_client", session_id=row["id"])}
        assert states <= {"ATTENDED", "NO_SHOW", "CANCELLED"}, f"complete, and somebody is {states}"
    elif row["status"] != "CANCELLED":
        assert row["actual_ends_at"] is None, "not complete, and it has an end"
    if row["status"] == "CANCELLED":
        assert book.where("cancellation", session_id=row["id"]), "cancelled without a record"
        assert row["status"] != "ROSTERED"
    for one in book.where("cancellation", session_id=row["id"]):
        assert one["advised_at"] <= one["recorded_at"] or one["no_show"], "advised in the future"


# --- what is there only so often ----------------------------------------------------------------------------------


def _waived(book: Book, code: str, row: Line) -> bool:
    """Whether somebody has said why the rule does not hold for a session, or for the series it was in."""
    series, about = row["series_id"], {("session_id", row["id"])}
    while series:
        about.add(("series_id", series))
        found = book.one("series", series)
        series = found["split_from_id"] if found else None
    return any(one["code"] == code for column, id_ in about for one in book.where("waiver", **{column: id_}))


def check_room(taken: Iterable[Taken], most: int, what: str) -> None:
    """At no moment is more taken than there is; what was waived counts for nobody."""
    sure = [(start, end, many) for start, end, many, waived in taken if not waived]
    for moment, _, _ in sure:
        there = sum(many for start, end, many in sure if start <= moment < end)
        assert there <= most, f"{what}: {there} of {most} at {moment}"


def _places(book: Book) -> None:
    rooms: dict[str, list[Taken]] = defaultdict(list)
    assets: dict[str, list[Taken]] = defaultdict(list)
    for row in book["session"]:
        if row["status"] == "CANCELLED" or row["show_as"] == "FREE":
            continue
        if row["room_id"]:
            waived = _waived(book, "E_ROOM_CONFLICT", row)
            rooms[row["room_id"]].append((row["starts_at"], row["ends_at"], 1, waived))
        for one in book.where("session_asset", session_id=row["id"]):
            waived = _waived(book, "E_ASSET_CONFLICT", row)
            assets[one["asset_id"]].append((row["starts_at"], row["ends_at"], one["qty"], waived))
    for id_, taken in rooms.items():
        room = book.one("room", id_)
        check_room(taken, room["capacity"] if room else 0, "a room")
    for id_, taken in assets.items():
        asset = book.one("asset", id_)
        check_room(taken, asset["quantity"] if asset else 0, "an asset")


def _beds(book: Book) -> None:
    beds: dict[str, list[Taken]] = defaultdict(list)
    for stay in book["bed_booking"]:
        assert stay["ends_at"] > stay["starts_at"]
        assert stay["local_end"][:10] > stay["local_start"][:10], "a stay without a night"
        _holds(book, stay)
        if stay["state"] != "CANCELLED":
            codes = {one["code"] for one in book.where("waiver", booking_id=stay["id"])}
            waived = "E_BED_CONFLICT" in codes
            beds[stay["bed_id"]].append((stay["starts_at"], stay["ends_at"], 1, waived))
    for taken in beds.values():
        check_room(taken, 1, "a bed")


def _holds(book: Book, stay: Line) -> None:
    """Holds lie within their stay and apart from each other; one goes on exactly while it is on hold."""
    holds = sorted(book.where("bed_hold", booking_id=stay["id"]), key=lambda one: one["first_night"])
    ends = [stay["local_start"][:10], *(one["until"] for one in holds)]
    for hold, before in zip(holds, ends, strict=False):
        assert before <= hold["first_night"] < hold["until"] <= stay["local_end"][:10], (
            "a hold is out of place"
        )
    going_on = [one for one in holds if one["going_on"]]
    if stay["state"] not in ("CANCELLED", "COMPLETED"):
        assert len(going_on) == (stay["state"] == "ON_HOLD"), f"{len(going_on)} holds go on: {stay['state']}"
    assert (stay["checked_in_at"] is not None) or stay["state"] not in ("IN_RESIDENCE", "COMPLETED")


# --- series -------------------------------------------------------------------------------------------------------


def _series(book: Book, series: Line) -> None:
    """Every start of the rule has its row or is excluded, and what follows the rule stands where it says (R10-R13)."""
    rows = book.where("session", series_id=series["id"])
    by_key = {row["occurrence_key"]: row for row in rows}
    assert len(by_key) == len(rows), "two occurrences have one name"
    excluded = set(series["exdate_text"].split())
    assert not excluded & by_key.keys(), "an occurrence is excluded and there all the same"
    made = series["materialised_until"]
    named = _starts(series, max(by_key, default=series["local_start"]), made)
    assert by_key.keys() <= named, f"{sorted(by_key.keys() - named)} are in no rule"
    missing = {text for text in named - by_key.keys() - excluded if _instant(text, series["tz"]) < made}
    assert not missing, f"{sorted(missing)} are missing"
    for row in rows:
        if not row["is_exception"]:
            assert row["local_start"] == row["occurrence_key"], "it follows the rule, and stands elsewhere"
            assert _length(row) == _length(series), "it follows the rule, and has another length"
            assert row["tz"] == series["tz"]


def _starts(series: Line, last: str, made: str) -> set[str]:
    """The wall starts of a rule as far as there are rows, or should be. (What a rule means has laws of its own.)"""
    tz = ZoneInfo(series["tz"])
    span = Span(start=from_text(series["local_start"], tz), end=from_text(series["local_end"], tz), tz=tz)
    rule = Rule.parse(series["rule_text"], span.start) if series["rule_text"] else None
    until = max(made, _instant(last, series["tz"]))
    dates = frozenset(from_text(text, tz) for text in series["rdate_text"].split())
    return set(starts(Pattern(span=span, rule=rule, rdates=dates), when(until) + timedelta(seconds=1)))


def _instant(text: str, tz: str) -> str:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).astimezone(ZoneInfo("UTC"))
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _length(row: Line) -> timedelta:
    """On the wall clock, as agreed, and across a change of clocks in minutes that pass."""
    if "T" not in row["local_start"]:
        return datetime.fromisoformat(row["local_end"]) - datetime.fromisoformat(row["local_start"])
    return when(row["ends_at"]) - when(row["starts_at"])


# --- plans and rosters --------------------------------------------------------------------------------------------


def _plans(book: Book) -> None:
    """A planned service is for somebody who takes part; of those of a session exactly one is the primary one."""
    for session, plans in book.of_each("planned_service", "session_id").items():
        row = book.one("session", session) if session else None
        if row is None:
            continue
        people = {one["client_id"] for one in book.where("session_client", session_id=session)}
        for plan in plans:
            who = {one["client_id"] for one in book.where("planned_service_client", planned_id=plan["id"])}
            assert who, "a service is planned for nobody"
            assert who <= people, "a service is planned for somebody who takes no part"
            assert len(who) <= plan["ratio"], f"{len(who)} get a service at 1:{plan['ratio']}"
        assert sum(plan["primary"] for plan in plans) == 1, "not exactly one primary service"
        assert row["kind"] == "CLIENT_SESSION", "a contact has services"
        assert row["billable"], "what is not billable has services"


def _rosters(book: Book) -> None:
    """What a period plans lies within it; of the versions of a base one at most is a draft, and one active."""
    states: dict[tuple[str, str], int] = defaultdict(int)
    for base in book["base_roster"]:
        states[base["name"], base["state"]] += 1
    assert all(many == 1 for (_, state), many in states.items() if state != "INACTIVE"), dict(states)
    days: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for period in book["roster_period"]:
        slots = book.where("roster_slot", period_id=period["id"])
        assert all(period["start_date"] <= one["day"] <= period["end_date"] for one in slots)
        made = [one for one in slots if one["published"]]
        assert made == (slots if period["state"] == "PUBLISHED" else []), "a part of a period is published"
        base = book.one("base_roster", period["base_id"])
        days[base["name"] if base else ""].append((period["start_date"], period["end_date"]))
    for each in days.values():
        each.sort()
        assert all(one[1] < after[0] for one, after in pairwise(each)), "periods overlap"
