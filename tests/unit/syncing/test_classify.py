"""Each gesture in a calendar gives its code (DOMAIN 1.6), with its scope and the occurrence that it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from model.moment import key
from model.recurrence import Rule
from model.series import Scope
from sync.classify import Edit, classify, deleted, follows_cut
from sync.event import Component, Event

ADELAIDE = ZoneInfo("Australia/Adelaide")
BROKEN_HILL = ZoneInfo("Australia/Broken_Hill")  # the same offsets, by another name
CHICAGO = ZoneInfo("America/Chicago")
HORIZON = datetime(2027, 4, 1, tzinfo=UTC)


def at(day: int, hour: int = 10, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ADELAIDE)


MASTER = Component(start=at(3), end=at(3, 11), summary="Session C-1077", classification="PRIVATE")
SINGLE = Event(uid="u", master=MASTER)
SERIES = Event(uid="u", master=MASTER, rule=Rule.parse("FREQ=WEEKLY;BYDAY=TU;COUNT=8", at(3)))
ENDLESS = replace(SERIES, rule=Rule.parse("FREQ=WEEKLY;BYDAY=TU", at(3)))


def edits(before: Event, after: Event) -> list[Edit]:
    return classify(before, after, local=ADELAIDE, horizon=HORIZON)


def codes(before: Event, after: Event) -> list[str]:
    return [edit.code for edit in edits(before, after)]


def with_master(event: Event, **values: object) -> Event:
    assert event.master is not None
    return replace(event, master=replace(event.master, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize("event", [SINGLE, SERIES])
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"start": at(3, 14), "end": at(3, 15)}, "E1"),
        ({"start": at(4), "end": at(4, 11)}, "E2"),
        ({"end": at(3, 11, 10)}, "E3"),
        ({"end": at(3, 10, 30)}, "E3"),
        ({"summary": "Mine"}, "E8"),
        ({"description": "bring the ball"}, "E9"),
        ({"location": "Beach"}, "E10"),
        ({"start": date(2026, 3, 3), "end": date(2026, 3, 4)}, "E11"),
        ({"transparent": True}, "E12"),
        ({"status": "CANCELLED"}, "E13"),
        ({"status": "CANCELLED", "transparent": True}, "E13"),
        ({"status": "TENTATIVE"}, "E13"),
        ({"attendees": frozenset({"a@example.org"})}, "E15"),
        ({"url": "https://x.example"}, "E23"),
        ({"conference": "https://x.example"}, "E23"),
        ({"classification": "CONFIDENTIAL"}, "E24"),
        ({"categories": frozenset({"Fun"})}, "E24"),
        ({"resources": frozenset({"Ball"})}, "E24"),
    ],
)
def test_a_change_of_the_whole(event: Event, values: dict[str, object], code: str) -> None:
    (edit,) = edits(event, with_master(event, **values))
    assert (edit.code, edit.scope, edit.recurrence_id) == (code, Scope.ALL_IN_SERIES, None)


def test_several_changes_are_several_edits_the_time_first() -> None:
    after = with_master(SINGLE, start=at(4), end=at(4, 11), summary="Mine", transparent=True)
    assert codes(SINGLE, after) == ["E2", "E8", "E12"]


def test_e1_or_e2_is_decided_where_the_calendar_is() -> None:
    late, later = at(3, 23), at(4, 0, 30)
    before = with_master(SINGLE, start=late, end=late + timedelta(hours=1))
    after = with_master(SINGLE, start=later, end=later + timedelta(hours=1))
    assert codes(before, after) == ["E2"]
    assert [e.code for e in classify(before, after, local=CHICAGO, horizon=HORIZON)] == ["E1"]


def test_e20_the_same_instants_in_another_zone() -> None:
    in_chicago = {"start": at(3).astimezone(CHICAGO), "end": at(3, 11).astimezone(CHICAGO)}
    assert codes(SINGLE, with_master(SINGLE, **in_chicago)) == []
    assert codes(SERIES, with_master(SERIES, **in_chicago)) == ["E20"]
    renamed = {"start": at(3).replace(tzinfo=BROKEN_HILL), "end": at(3, 11).replace(tzinfo=BROKEN_HILL)}
    assert codes(SERIES, with_master(SERIES, **renamed)) == []


def test_nothing_that_means_something_changed() -> None:
    assert codes(SERIES, replace(SERIES, sequence=9)) == []
    stands = SERIES.occurrence(key(at(10)))
    assert stands is not None
    assert codes(SERIES, replace(SERIES, overrides={key(at(10)): stands})) == []


# --- one occurrence -----------------------------------------------------------------------------------------


def override(event: Event, day: datetime, **values: object) -> Event:
    stands = event.occurrence(key(day))
    assert stands is not None
    changed = replace(stands, **values)  # type: ignore[arg-type]
    return replace(event, overrides={**event.overrides, key(day): changed})


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"start": at(17, 14), "end": at(17, 15)}, "E1"),
        ({"start": at(18, 11, 15), "end": at(18, 12, 15)}, "E2"),
        ({"end": at(17, 12)}, "E3"),
        ({"summary": "Mine"}, "E8"),
        ({"status": "CANCELLED"}, "E13"),
    ],
)
def test_a_change_of_one_occurrence(values: dict[str, object], code: str) -> None:
    (edit,) = edits(SERIES, override(SERIES, at(17), **values))
    assert (edit.code, edit.scope, edit.recurrence_id) == (code, Scope.THIS_ONLY, key(at(17)))


def test_e4_by_exdate_and_by_an_override_that_is_gone() -> None:
    (edit,) = edits(SERIES, replace(SERIES, exdates=frozenset({key(at(24))})))
    assert (edit.code, edit.scope, edit.recurrence_id) == ("E4", Scope.THIS_ONLY, key(at(24)))
    moved = override(SERIES, at(24), start=at(25), end=at(25, 11))
    (gone,) = edits(moved, replace(SERIES, exdates=frozenset({key(at(24))})))
    assert gone.code == "E4"


def test_an_exception_taken_back_moves_the_occurrence_home() -> None:
    moved = override(SERIES, at(24), start=at(25), end=at(25, 11))
    (edit,) = edits(moved, SERIES)
    assert (edit.code, edit.recurrence_id) == ("E2", key(at(24)))
    (again,) = edits(replace(SERIES, exdates=frozenset({key(at(24))})), SERIES)
    assert (again.code, again.scope) == ("E14", Scope.THIS_ONLY)


def test_a_moved_series_keeps_its_exceptions_in_their_place() -> None:
    before = override(SERIES, at(17), summary="Mine")
    assert codes(before, before.moved_by(at(3, 14))) == ["E1"]


# --- the rule -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("series", [SERIES, ENDLESS])
def test_e7_a_shortened_rule_names_the_first_that_is_gone(series: Event) -> None:
    assert series.rule is not None
    after = replace(series, rule=series.rule.ending(datetime(2026, 3, 30, 12, tzinfo=UTC)))
    (edit,) = edits(series, after)
    assert (edit.code, edit.scope) == ("E7", Scope.THIS_AND_FOLLOWING)
    assert edit.recurrence_id == key(at(31))


def test_e7_by_a_smaller_count() -> None:
    assert SERIES.rule is not None
    (edit,) = edits(SERIES, replace(SERIES, rule=SERIES.rule.counting(3)))
    assert (edit.code, edit.recurrence_id) == ("E7", key(at(24)))


def test_exceptions_beyond_a_cut_are_part_of_it() -> None:
    before = override(SERIES, at(7, month=4), summary="Mine")
    assert before.rule is not None
    after = replace(before, rule=before.rule.counting(3), overrides={})
    assert codes(before, after) == ["E7"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYDAY=TU;COUNT=9",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=DAILY;COUNT=8",
        "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=8",
    ],
)
def test_e14_any_other_rule(rule: str) -> None:
    assert codes(SERIES, replace(SERIES, rule=Rule.parse(rule, at(3)))) == ["E14"]


def test_e14_made_single_made_recurring_and_with_a_date_added() -> None:
    assert codes(SERIES, SINGLE) == ["E14"]
    assert codes(SINGLE, SERIES) == ["E14"]
    assert codes(SERIES, replace(SERIES, rdates=frozenset({key(at(5))}))) == ["E14"]


def test_e6_by_range_this_and_future() -> None:
    moved = MASTER.starting(at(18, 9))
    (edit,) = edits(SERIES, replace(SERIES, following={key(at(17)): moved}))
    assert (edit.code, edit.scope, edit.recurrence_id) == ("E6", Scope.THIS_AND_FOLLOWING, key(at(17)))
    assert edit.after == moved


def test_e5_the_resource_is_gone() -> None:
    assert deleted(SERIES).code == "E5"


# --- split matching -----------------------------------------------------------------------------------------


def tail(start: datetime, **values: object) -> Event:
    master = replace(MASTER.starting(start), **values)  # type: ignore[arg-type]
    return Event(uid="tail", master=master, rule=Rule.parse("FREQ=WEEKLY;COUNT=4", start))


@pytest.mark.parametrize(
    ("candidate", "follows"),
    [
        (tail(at(1, 9, month=4)), True),  # the same title
        (tail(at(30)), True),  # a day before the cut at most
        (tail(at(29)), False),
        (tail(at(1, month=4), summary="Dentist"), False),
        (tail(at(1, month=4), summary="Dentist", marks={"KIND": "CLIENT-SESSION"}), True),
        (tail(at(1, month=4), summary="Dentist", related_to="u"), True),
    ],
)
def test_what_may_be_the_tail_of_a_cut_series(candidate: Event, follows: bool) -> None:
    assert follows_cut(key(at(31)), SERIES, candidate, hidden=False) is follows


def test_a_tail_is_of_the_same_kind_of_time() -> None:
    days = Event(
        uid="t", master=Component(start=date(2026, 4, 1), end=date(2026, 4, 2), summary=MASTER.summary)
    )
    assert not follows_cut(key(at(31)), SERIES, days, hidden=False)
