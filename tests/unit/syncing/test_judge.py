"""Verdicts, by their codes: each row of DOMAIN 1.6 in each of its columns, then locks, conflicts and limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from model.link import Mode
from model.lock import Lock
from model.series import Scope
from sync.classify import Code, Edit
from sync.event import Component
from sync.judge import Column, Decision, Facts, judge
from sync.settings import InboundSettings

ADELAIDE = ZoneInfo("Australia/Adelaide")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
THEN = datetime(2026, 3, 10, 10, tzinfo=ADELAIDE)
SESSION = Component(start=THEN, end=THEN + timedelta(hours=1), classification="PRIVATE")
FACTS = Facts(
    column=Column.SINGLE, mode=Mode.TWO_WAY, now=NOW, starts_at=THEN.astimezone(UTC), policy=InboundSettings()
)
TITLES: dict[Code, str] = {
    "E8": "summary",
    "E9": "description",
    "E10": "location",
    "E12": "transparent",
    "E15": "attendees",
    "E23": "url",
    "E24": "categories",
}


def moved(**by: float) -> Component:
    return SESSION.starting(THEN + timedelta(**by))


def edit(code: Code, after: Component | None = None) -> Edit:
    """A gesture of this code, at its plainest."""
    shown = {
        "E1": moved(hours=2),
        "E2": moved(days=1),
        "E3": replace(SESSION, end=THEN + timedelta(hours=2)),
        "E6": moved(days=1),
        "E13": replace(SESSION, status="CANCELLED"),
    }.get(code, SESSION)
    names = frozenset({TITLES[code]}) if code in TITLES else frozenset({"time"})
    gone = code in ("E4", "E5", "E7")
    scope = Scope.THIS_ONLY if code == "E4" else Scope.ALL_IN_SERIES
    return Edit(code=code, names=names, scope=scope, before=SESSION, after=after or (None if gone else shown))


def verdict(asked: Edit, facts: Facts = FACTS, **known: object) -> tuple[str, str]:
    goes_to = asked.after.start.astimezone(UTC) if asked.after and not asked.after.all_day else None  # type: ignore[union-attr]
    found = judge(asked, replace(replace(facts, goes_to=goes_to), **known))  # type: ignore[arg-type]
    return found.decision.value, found.reason


EVERY: tuple[Code, ...] = (
    "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12", "E13", "E14", "E15", "E16",
    "E20", "E23", "E24",
)  # fmt: skip

SINGLE: dict[Code, tuple[str, str]] = {
    "E1": ("APPLY", ""),
    "E2": ("APPLY", ""),
    "E3": ("APPLY", ""),
    "E4": ("HOLD", "CLIENT_BOOKING_DELETE"),
    "E5": ("HOLD", "CLIENT_BOOKING_DELETE"),
    "E6": ("APPLY", ""),
    "E7": ("HOLD", "SERIES_DELETE"),
    "E8": ("REFUSE", "TITLE_OWNED"),
    "E9": ("KEEP", ""),
    "E10": ("REFUSE", "LOCATION_OWNED"),
    "E11": ("REFUSE", "ALL_DAY_NOT_ALLOWED"),
    "E12": ("REFUSE", "MUST_BE_BUSY"),
    "E13": ("HOLD", "CLIENT_BOOKING_DELETE"),
    "E14": ("HOLD", "RECURRENCE_CHANGE"),
    "E15": ("REFUSE", "PRIVACY_ATTENDEE"),
    "E16": ("KEEP", ""),
    "E20": ("REFUSE", "ZONE_OWNED"),
    "E23": ("REFUSE", "URL_OWNED"),
    "E24": ("REFUSE", "CLASS_OWNED"),
}
GROUP = SINGLE | dict.fromkeys(("E1", "E2", "E3", "E6"), ("HOLD", "GROUP_SESSION"))


@pytest.mark.parametrize("code", EVERY)
def test_other_event_every_edit_applies(code: Code) -> None:
    assert verdict(edit(code), column=Column.OTHER_EVENT) == ("APPLY", "")


@pytest.mark.parametrize("code", EVERY)
def test_single(code: Code) -> None:
    assert verdict(edit(code)) == SINGLE[code]


@pytest.mark.parametrize("code", EVERY)
def test_group(code: Code) -> None:
    assert verdict(edit(code), column=Column.GROUP) == GROUP[code]


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("column", list(Column))
def test_a_one_way_link_refuses_all(code: Code, column: Column) -> None:
    assert verdict(edit(code), column=column, mode=Mode.ONE_WAY) == ("REFUSE", "READ_ONLY_LINK")


def test_quiet_verdicts_are_told_to_nobody() -> None:
    quiet = {code for code in EVERY if judge(edit(code), FACTS).quiet}
    assert quiet == {"E8", "E9", "E10", "E16", "E20", "E23", "E24"}


# --- locks, the past, and both sides ------------------------------------------------------------------------

GRAVE: tuple[Code, ...] = ("E1", "E2", "E3", "E4", "E5", "E6", "E7", "E10", "E11", "E12", "E13", "E14")


@pytest.mark.parametrize("code", GRAVE)
@pytest.mark.parametrize("lock", [lock for lock in Lock if lock is not Lock.SESSION_IN_PROGRESS])
@pytest.mark.parametrize("column", [Column.SINGLE, Column.GROUP])
def test_a_lock_refuses_what_is_grave(code: Code, lock: str, column: Column) -> None:
    assert verdict(edit(code), column=column, lock=lock) == ("REFUSE", lock)


@pytest.mark.parametrize("code", ["E8", "E9", "E15", "E16", "E20", "E23", "E24"])
def test_a_lock_changes_nothing_about_what_is_harmless(code: Code) -> None:
    assert verdict(edit(code), lock="SESSION_COMPLETE") == SINGLE[code]


@pytest.mark.parametrize("code", ["E4", "E5"])
def test_002_09_deleting_a_grey_event_dismisses_it(code: Code) -> None:
    found = verdict(edit(code), cancelled=True, lock="SESSION_CANCELLED")
    assert found == ("KEEP", "SESSION_CANCELLED")


@pytest.mark.parametrize("code", GRAVE)
@pytest.mark.parametrize("column", [Column.SINGLE, Column.GROUP])
def test_session_in_progress_locks_the_time_alone(code: Code, column: Column) -> None:
    found = verdict(edit(code), column=column, lock="SESSION_IN_PROGRESS")
    if code in ("E1", "E2", "E3", "E6", "E11", "E14"):
        assert found == ("REFUSE", "SESSION_IN_PROGRESS")
    else:
        assert found == SINGLE[code]


@pytest.mark.parametrize("code", GRAVE)
def test_e22_what_both_sides_changed_stays_ours_and_a_deletion_is_asked_about(code: Code) -> None:
    found = verdict(edit(code), ours_too=True)
    assert found == (SINGLE[code] if code in ("E4", "E5", "E7", "E13") else ("REFUSE", "STALE_BASE"))
    assert verdict(edit(code), column=Column.OTHER_EVENT, ours_too=True) == ("REFUSE", "STALE_BASE")


def test_e22_a_held_deletion_of_what_we_changed_says_so() -> None:
    assert judge(edit("E5"), replace(FACTS, ours_too=True)).warnings == ("STALE_BASE",)


@pytest.mark.parametrize("code", GRAVE)
def test_what_this_calendar_shall_not_show_any_more_is_not_moved_from_it(code: Code) -> None:
    assert verdict(edit(code), gone_here=True) == ("REFUSE", "STALE_BASE")


def test_past_window_is_fourteen_days() -> None:
    edge = NOW - timedelta(days=14)
    assert verdict(edit("E3"), starts_at=edge) == ("APPLY", "")
    assert verdict(edit("E3"), starts_at=edge - timedelta(seconds=1)) == ("REFUSE", "PAST_WINDOW")
    assert verdict(edit("E5"), starts_at=edge - timedelta(days=1)) == ("REFUSE", "PAST_WINDOW")


# --- a new time ---------------------------------------------------------------------------------------------


def test_e2_into_the_past_is_held() -> None:
    back = edit("E2", moved(days=-9))
    assert verdict(back) == ("HOLD", "INTO_PAST")
    already_past = NOW - timedelta(days=2)
    assert verdict(back, starts_at=already_past) == ("APPLY", "")


@pytest.mark.parametrize("column", [Column.SINGLE, Column.GROUP])
def test_e3_too_long_and_too_short(column: Column) -> None:
    def lasting(**length: float) -> Edit:
        return edit("E3", replace(SESSION, end=THEN + timedelta(**length)))

    usual = ("APPLY", "") if column is Column.SINGLE else ("HOLD", "GROUP_SESSION")
    assert verdict(lasting(hours=24), column=column) == usual
    too_long = ("REFUSE", "TOO_LONG") if column is Column.SINGLE else usual
    assert verdict(lasting(hours=24, minutes=1), column=column) == too_long
    assert verdict(lasting(minutes=1), column=column) == usual
    assert verdict(lasting(seconds=59), column=column) == ("REFUSE", "TOO_SHORT")


@pytest.mark.parametrize("code", ["E1", "E2", "E3", "E6"])
@pytest.mark.parametrize("reason", ["ROOM_CONFLICT", "ASSET_CONFLICT", "CLIENT_CONFLICT"])
def test_a_hard_conflict_refuses_a_new_time(code: Code, reason: str) -> None:
    assert verdict(edit(code), hard=(reason,)) == ("REFUSE", reason)


def test_e1_a_soft_conflict_warns() -> None:
    found = judge(edit("E1"), replace(FACTS, soft=("SLOT_OVERLAP",)))
    assert (found.decision, found.warnings) == (Decision.APPLY, ("SLOT_OVERLAP",))


def test_e6_with_another_number_of_bookings_is_a_change_of_the_recurrence() -> None:
    assert verdict(edit("E6"), same_number=False) == ("HOLD", "RECURRENCE_CHANGE")


def test_too_long_is_what_the_practice_says() -> None:
    policy = InboundSettings(longest_min=90)
    asked = edit("E3", replace(SESSION, end=THEN + timedelta(minutes=91)))
    assert verdict(asked, policy=policy) == ("REFUSE", "TOO_LONG")
    assert verdict(edit("E3", replace(SESSION, end=THEN + timedelta(minutes=90))), policy=policy) == (
        "APPLY",
        "",
    )


def test_what_is_held_carries_along_what_speaks_against_it() -> None:
    facts = replace(FACTS, column=Column.GROUP, hard=("ROOM_CONFLICT",), soft=("SLOT_OVERLAP",))
    assert judge(edit("E1"), facts).warnings == ("ROOM_CONFLICT", "SLOT_OVERLAP")


# --- what else decides --------------------------------------------------------------------------------------


def test_group_reasons() -> None:
    assert verdict(edit("E1"), column=Column.GROUP, several_workers=True) == ("HOLD", "MULTI_WORKER")
    assert verdict(edit("E1"), column=Column.GROUP, roster=True) == ("HOLD", "ROSTER_SESSION")


def test_a_practice_may_decide_otherwise() -> None:
    def policy(**values: str) -> InboundSettings:
        return InboundSettings(**values)  # type: ignore[arg-type]

    assert verdict(edit("E1"), policy=policy(client_move="refuse")) == ("REFUSE", "CLIENT_MOVE")
    assert verdict(edit("E1"), policy=policy(client_move="hold")) == ("HOLD", "CLIENT_MOVE")
    assert verdict(edit("E5"), policy=policy(client_delete="refuse")) == ("REFUSE", "CLIENT_BOOKING_DELETE")
    assert verdict(edit("E7"), policy=policy(client_delete="refuse")) == ("REFUSE", "SERIES_DELETE")
    assert verdict(edit("E1"), column=Column.GROUP, policy=policy(group="apply")) == ("APPLY", "")
    assert verdict(edit("E1"), column=Column.GROUP, policy=policy(group="refuse")) == (
        "REFUSE",
        "GROUP_SESSION",
    )
    rostered = replace(FACTS, column=Column.GROUP, roster=True, policy=policy(roster="apply"))
    assert verdict(edit("E1"), rostered) == ("APPLY", "")


def test_e10_the_name_of_a_known_place_is_held_and_of_a_group_put_back() -> None:
    assert verdict(edit("E10"), known_place=True) == ("HOLD", "LOCATION_OWNED")
    assert verdict(edit("E10"), known_place=True, column=Column.GROUP) == ("REFUSE", "LOCATION_OWNED")


def test_e13_tentative_goes_back_and_cancelled_is_a_deletion() -> None:
    assert verdict(edit("E13", replace(SESSION, status="TENTATIVE"))) == ("REFUSE", "STATUS_OWNED")
    assert verdict(edit("E13", replace(SESSION, status="CANCELLED"))) == SINGLE["E5"]


@pytest.mark.parametrize(
    ("before", "after", "decision"),
    [
        ("PRIVATE", "CONFIDENTIAL", "KEEP"),
        ("PUBLIC", "PRIVATE", "KEEP"),
        ("PRIVATE", "PUBLIC", "REFUSE"),
        ("CONFIDENTIAL", "PRIVATE", "REFUSE"),
        ("PRIVATE", "X-ODD", "REFUSE"),
    ],
)
def test_e24_a_stricter_class_is_kept(before: str, after: str, decision: str) -> None:
    asked = Edit(
        code="E24",
        names=frozenset({"classification"}),
        before=replace(SESSION, classification=before),
        after=replace(SESSION, classification=after),
    )
    assert verdict(asked)[0] == decision
