"""Shifts and what lies in them: who may be moved where, who is busy when (001-17; E_OUTSIDE_SHIFT; DOMAIN 4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from adapters.database.loading import load_session
from adapters.diary import assigning, cancelling, changing, periods, publishing, repeating, rosters, shifts
from adapters.diary.busy import busy_time
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.free import free_workers
from adapters.diary.listing import show_session
from adapters.diary.rosters import Slot
from adapters.diary.validating import validate
from model.cancellation import CancelledBy
from model.details import Kind
from model.errors import DomainError
from model.series import Scope
from model.session import Session
from sync.settings import Settings
from tests.unit.diary.conftest import Diary

CLOSED = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code


def a_shift(diary: Diary, start: str = "2026-03-16 07:00", **other: object) -> str:
    usual = {"minutes": 480, "workers": ["tom"], "clients": [], "kind": Kind.SHIFT}
    return str(diary.add(start, **(usual | other)).session_id)


def a_session(diary: Diary, start: str = "2026-03-16 09:00", **other: object) -> str:
    return str(diary.add(start, **({"workers": ["tom"], "clients": ["liam"]} | other)).session_id)


def put_in(diary: Diary, session: str, shift: str | None) -> None:
    shifts.put_in(diary.sessions, diary.act, session, shift)


def move(diary: Diary, session: str, scope: Scope | None = None, **to: object) -> None:
    changing.move(diary.sessions, diary.act, session, Move(**to), scope)  # type: ignore[arg-type]


@pytest.fixture
def working(diary: Diary) -> tuple[Diary, str, str]:
    """Tom's shift from 07:00 to 15:00, and his hour with Liam at 09:00 in it."""
    shift, session = a_shift(diary), a_session(diary)
    put_in(diary, session, shift)
    return diary, shift, session


Working = tuple[Diary, str, str]


def test_001_17_a_shift_holds_sessions_of_its_worker_within_its_time(either_diary: Diary) -> None:
    shift, session = a_shift(either_diary), a_session(either_diary)
    put_in(either_diary, session, shift)
    assert str(show_session(either_diary.sessions, session).shift) == shift
    put_in(either_diary, session, None)
    assert show_session(either_diary.sessions, session).shift is None


@pytest.mark.parametrize(
    ("start", "workers"),
    [("2026-03-16 06:30", ["tom"]), ("2026-03-16 14:30", ["tom"]), ("2026-03-16 09:00", ["lena"])],
)
def test_e_outside_shift_what_is_not_within_it_is_not_put_in(
    diary: Diary, start: str, workers: list[str]
) -> None:
    shift, session = a_shift(diary), a_session(diary, start, workers=workers)
    with refused("E_OUTSIDE_SHIFT"):
        put_in(diary, session, shift)
    assert show_session(diary.sessions, session).shift is None


def test_e_outside_shift_a_session_stays_within_its_shift_until_it_is_taken_out(working: Working) -> None:
    diary, _, session = working
    move(diary, session, start="2026-03-16 14:00")
    with refused("E_OUTSIDE_SHIFT"):
        move(diary, session, start="2026-03-16 14:30")
    with refused("E_OUTSIDE_SHIFT"):
        move(diary, session, start="2026-03-17 09:00")
    put_in(diary, session, None)
    move(diary, session, start="2026-03-17 09:00")


@pytest.mark.parametrize(
    "to", [{"start": "2026-03-16 09:30"}, {"minutes": 150}, {"start": "2026-03-17 07:00"}]
)
def test_e_outside_shift_a_shift_keeps_what_lies_in_it(working: Working, to: dict[str, object]) -> None:
    diary, shift, _ = working
    with refused("E_OUTSIDE_SHIFT"):
        move(diary, shift, **to)
    move(diary, shift, start="2026-03-16 08:00", minutes=120)


def test_e_outside_shift_a_shift_and_its_session_keep_their_worker(working: Working) -> None:
    diary, shift, session = working
    with refused("E_OUTSIDE_SHIFT"):
        assigning.unassign(diary.sessions, diary.act, session, "tom", None)
    assigning.assign(diary.sessions, diary.act, session, assigning.Assign(worker="lena"), None)
    with refused("E_WORKER_REQUIRED"):
        assigning.assign(diary.sessions, diary.act, shift, assigning.Assign(worker="lena"), None)
    assigning.unassign(diary.sessions, diary.act, shift, "tom", None)
    with refused("E_OUTSIDE_SHIFT"):
        assigning.assign(diary.sessions, diary.act, shift, assigning.Assign(worker="priya"), None)
    assigning.assign(diary.sessions, diary.act, shift, assigning.Assign(worker="tom"), None)


def test_e_outside_shift_a_series_whose_session_lies_in_a_shift_stays_too(diary: Diary) -> None:
    shift, first = a_shift(diary), a_session(diary, rule="FREQ=WEEKLY;COUNT=3")
    put_in(diary, first, shift)
    for scope in Scope:
        with refused("E_OUTSIDE_SHIFT"):
            move(diary, first, scope, start="2026-03-16 16:00")
    move(diary, first, Scope.ALL_IN_SERIES, start="2026-03-16 10:00")


def test_001_17_a_shift_may_repeat_and_each_holds_its_own(diary: Diary) -> None:
    a_shift(diary, rule="FREQ=WEEKLY;COUNT=3")
    second = a_session(diary, "2026-03-23 09:00")
    with diary.read() as database:
        rows = database.scalars(
            select(Session.id).where(Session.kind == Kind.SHIFT).order_by(Session.starts_at)
        )
        ids = [str(one) for one in rows]
    with refused("E_OUTSIDE_SHIFT"):
        put_in(diary, second, ids[0])
    put_in(diary, second, ids[1])
    with refused("E_OUTSIDE_SHIFT"):
        move(diary, ids[0], Scope.ALL_IN_SERIES, start="2026-03-16 10:00")
    move(diary, ids[2], Scope.THIS_AND_FOLLOWING, start="2026-03-30 10:00")


def test_001_17_a_session_in_a_shift_may_begin_to_repeat(working: Working) -> None:
    diary, shift, session = working
    repeating.repeat(diary.sessions, diary.act, session, "FREQ=WEEKLY;COUNT=3")
    assert str(show_session(diary.sessions, session).shift) == shift


def test_001_17_deleting_a_shift_does_not_delete_what_lies_in_it(either_diary: Diary) -> None:
    shift, session = a_shift(either_diary, rostered=False), a_session(either_diary)
    put_in(either_diary, session, shift)
    cancelling.delete(either_diary.sessions, either_diary.act, shift, None)
    assert show_session(either_diary.sessions, session).shift is None
    move(either_diary, session, start="2026-03-17 16:00")


def test_001_17_a_series_of_shifts_that_is_deleted_lets_go_of_what_lies_in_it(diary: Diary) -> None:
    shift, session = a_shift(diary, rostered=False, rule="FREQ=WEEKLY;COUNT=3"), a_session(diary)
    put_in(diary, session, shift)
    cancelling.delete(diary.sessions, diary.act, shift, Scope.THIS_ONLY)
    assert show_session(diary.sessions, session).shift is None


def test_001_17_a_cancelled_shift_holds_nothing_and_its_sessions_stay(working: Working) -> None:
    diary, shift, session = working
    cancelling.cancel(diary.sessions, diary.act, shift, CLOSED, None)
    assert show_session(diary.sessions, session).session.status == "ROSTERED"
    move(diary, session, start="2026-03-17 16:00")


def test_001_17_a_cancelled_session_does_not_keep_its_shift(working: Working) -> None:
    diary, shift, session = working
    cancelling.cancel(diary.sessions, diary.act, session, CLOSED, None)
    move(diary, shift, start="2026-03-17 07:00")


@pytest.mark.parametrize("other", [{"workers": []}, {"workers": ["tom", "lena"]}, {"clients": ["liam"]}])
def test_001_17_a_shift_is_of_one_worker_and_without_clients(diary: Diary, other: dict[str, object]) -> None:
    with refused("E_CLIENT_REQUIRED" if "clients" in other else "E_WORKER_REQUIRED"):
        a_shift(diary, **other)


# --- busy, and what is too much -------------------------------------------------------------------------------


def test_001_17_a_shift_takes_its_time_online_whatever_lies_in_it(working: Working) -> None:
    diary, *_ = working
    found = busy_time(diary.sessions, "tom", "2026-03-16", "2026-03-17")
    assert [f"{b.start:%H:%M}-{b.end:%H:%M} {b.fbtype}" for b in found.blocks] == ["20:30-04:30 BUSY"]


@pytest.mark.parametrize(
    ("start", "minutes", "kind", "warnings"),
    [
        ("2026-03-16 09:00", 60, Kind.CLIENT_SESSION, ()),
        ("2026-03-16 07:00", 480, Kind.CLIENT_SESSION, ()),
        ("2026-03-16 15:00", 60, Kind.CLIENT_SESSION, ()),
        ("2026-03-16 14:30", 60, Kind.CLIENT_SESSION, ("SLOT_OVERLAP",)),
        ("2026-03-16 09:00", 60, Kind.SHIFT, ("SLOT_OVERLAP",)),
        ("2026-03-16 15:00", 60, Kind.SHIFT, ()),
    ],
)
def test_001_17_sessions_within_a_shift_are_no_clash_other_shifts_are(
    diary: Diary, start: str, minutes: int, kind: Kind, warnings: tuple[str, ...]
) -> None:
    a_shift(diary)
    clients = [] if kind is Kind.SHIFT else ["liam"]
    added = diary.add(start, minutes=minutes, kind=kind, workers=["tom"], clients=clients)
    assert added.warnings == warnings


def test_001_17_r31_who_is_on_a_shift_is_free_for_sessions_within_it(diary: Diary) -> None:
    a_shift(diary)
    for start, free in (("2026-03-16 09:00", True), ("2026-03-16 14:30", False)):
        session = diary.add(start, workers=[], clients=["liam"]).session_id
        assert session is not None
        with diary.read() as database:
            row = load_session(database, session)
            assert row is not None
            assert ("tom" in {one.ref for one in free_workers(database, row)}) is free


def test_001_17_a_shift_around_sessions_is_no_clash_nor_does_it_hide_one(diary: Diary) -> None:
    a_session(diary)
    usual = {"minutes": 480, "workers": ["tom"], "clients": [], "kind": Kind.SHIFT}
    assert diary.add("2026-03-16 07:00", **usual).warnings == ()
    assert diary.add("2026-03-16 09:30", workers=["tom"], clients=["eva"]).warnings == ("SLOT_OVERLAP",)
    own = {"kind": Kind.OTHER_EVENT, "workers": ["tom"], "clients": [], "subject": "Dentist"}
    assert diary.add("2026-03-16 13:00", **own).warnings == ("SLOT_OVERLAP",)


# --- rosters --------------------------------------------------------------------------------------------------


def test_001_17_r53_a_roster_has_shifts_and_sessions_in_them(diary: Diary) -> None:
    rosters.add_base(diary.sessions, diary.act, "House", weeks=1, start=date(2026, 3, 2))
    shift = Slot(start="07:00", minutes=480, workers=["tom"], kind=Kind.SHIFT)
    inside = Slot(start="09:00", minutes=60, workers=["tom"], clients=["liam"])
    for slot in (shift, inside):
        rosters.add_slot(diary.sessions, diary.act, "House", slot, week=1, weekday="MO")
    with refused("E_WORKER_REQUIRED"):
        nobodys = Slot(start="07:00", minutes=480, kind=Kind.SHIFT)
        rosters.add_slot(diary.sessions, diary.act, "House", nobodys, week=1, weekday="TU")
    rosters.finalise(diary.sessions, diary.act, "House")
    period = periods.create(diary.sessions, diary.act, "House", date(2026, 3, 16))
    assert validate(diary.sessions, diary.act, period) == []
    assert publishing.publish(diary.sessions, diary.act, period, Settings()).warnings == ()
    with diary.read() as database:
        kinds = database.scalars(select(Session.kind).order_by(Session.starts_at)).all()
    assert kinds == [Kind.SHIFT, Kind.CLIENT_SESSION]


def test_r52_two_shifts_of_a_worker_overlap_and_hours_within_a_shift_count_once(diary: Diary) -> None:
    diary.bring(
        '[[worker]]\nid = "tom"\nname = "Tom Nguyen"\ntz = "Australia/Adelaide"\ncontracted_min = 500\n'
    )
    a_shift(diary, "2026-03-17 07:00")
    rosters.add_base(diary.sessions, diary.act, "House", weeks=1, start=date(2026, 3, 2))
    shift = Slot(start="07:00", minutes=480, workers=["tom"], kind=Kind.SHIFT)
    inside = Slot(start="09:00", minutes=60, workers=["tom"], clients=["liam"])
    rosters.add_slot(diary.sessions, diary.act, "House", shift, week=1, weekday="MO")
    rosters.add_slot(diary.sessions, diary.act, "House", inside, week=1, weekday="MO")
    rosters.finalise(diary.sessions, diary.act, "House")
    period = periods.create(diary.sessions, diary.act, "House", date(2026, 3, 16))
    assert validate(diary.sessions, diary.act, period) == []
    periods.add(diary.sessions, diary.act, period, shift, date(2026, 3, 17))
    found = {one.rule for one in validate(diary.sessions, diary.act, period)}
    assert found == {"WORKER_OVERLAP", "CONTRACTED_HOURS"}


def a_period(diary: Diary, *slots: tuple[Slot, str]) -> str:
    """A week from 16 March, with these sessions on these weekdays."""
    rosters.add_base(diary.sessions, diary.act, "House", weeks=1, start=date(2026, 3, 2))
    for slot, weekday in slots:
        rosters.add_slot(diary.sessions, diary.act, "House", slot, week=1, weekday=weekday)
    rosters.finalise(diary.sessions, diary.act, "House")
    return periods.create(diary.sessions, diary.act, "House", date(2026, 3, 16))


def toms(start: str, minutes: int = 60, **other: object) -> Slot:
    usual: dict[str, object] = {"workers": ["tom"], "clients": ["liam"]}
    return Slot(start=start, minutes=minutes, **(usual | other))  # type: ignore[arg-type]


TOMS_SHIFT = toms("07:00", 480, clients=[], kind=Kind.SHIFT)
NIGHT = toms("22:00", 480, clients=[], kind=Kind.SHIFT)


def lying_in(diary: Diary) -> dict[str, str | None]:
    """Sessions with clients by their wall starts, and that of the shift that each lies in."""
    shift = aliased(Session)
    query = select(Session.local_start, shift.local_start).outerjoin(
        shift, shift.id == Session.parent_shift_id
    )
    with diary.read() as database:
        return {row[0]: row[1] for row in database.execute(query.where(Session.kind != Kind.SHIFT))}


def published(diary: Diary, period: str) -> int:
    validate(diary.sessions, diary.act, period)
    return publishing.publish(diary.sessions, diary.act, period, Settings()).made


def test_r53_001_17_published_sessions_lie_in_the_planned_shifts_that_hold_them(either_diary: Diary) -> None:
    diary = either_diary
    period = a_period(
        diary,
        (toms("07:00"), "MO"), (toms("14:00"), "MO"), (TOMS_SHIFT, "MO"),  # as early and as late as the shift
        (toms("06:30"), "TU"), (toms("14:30", clients=["eva"]), "TU"), (TOMS_SHIFT, "TU"),  # too early, too late
        (toms("09:00", workers=["lena"]), "TU"),  # somebody else's
        (toms("01:00", 30), "TH"), (NIGHT, "WE"),  # after midnight
        (toms("09:00", workers=["lena", "tom"]), "FR"), (TOMS_SHIFT, "FR"),  # of several workers
    )  # fmt: skip
    assert published(diary, period) == 11
    assert lying_in(diary) == {
        "2026-03-16T07:00:00": "2026-03-16T07:00:00", "2026-03-16T14:00:00": "2026-03-16T07:00:00",
        "2026-03-17T06:30:00": None, "2026-03-17T14:30:00": None, "2026-03-17T09:00:00": None,
        "2026-03-19T01:00:00": "2026-03-18T22:00:00", "2026-03-20T09:00:00": "2026-03-20T07:00:00",
    }  # fmt: skip


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_r53_001_17_publishing_killed_half_way_puts_the_rest_into_its_shift(
    diary: Diary, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    period = a_period(diary, (toms("09:00"), "MO"), (TOMS_SHIFT, "MO"), (toms("11:00"), "MO"))
    validate(diary.sessions, diary.act, period)
    monkeypatch.setattr(publishing, "PORTION", 1)
    overlaps, calls = publishing.overlaps, []

    def dies(*arguments: object) -> list[str]:
        calls.append(arguments)
        if len(calls) == dies_at:
            raise KeyboardInterrupt
        return overlaps(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "overlaps", dies)
    with pytest.raises(KeyboardInterrupt):
        publishing.publish(diary.sessions, diary.act, period, Settings())
    made = publishing.publish(diary.sessions, diary.act, period, Settings()).made
    again = publishing.publish(diary.sessions, diary.act, period, Settings()).made
    assert (made, again) == (4 - dies_at, 0)
    assert set(lying_in(diary).values()) == {"2026-03-16T07:00:00"}
    assert len(lying_in(diary)) == 2


def test_r53_001_17_a_shift_comes_before_all_that_begins_with_it(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PORTION", 1)
    early = [(toms("07:00", minutes), "MO") for minutes in (15, 30, 45, 60)]
    published(diary, a_period(diary, *early, (TOMS_SHIFT, "MO")))
    with diary.read() as database:
        shifts = database.scalars(select(Session.parent_shift_id).where(Session.kind != Kind.SHIFT)).all()
    assert len(shifts) == 4
    assert None not in shifts


def test_r53_001_17_what_was_published_stays_in_its_shift_until_it_is_taken_out(diary: Diary) -> None:
    published(diary, a_period(diary, (toms("09:00"), "MO"), (TOMS_SHIFT, "MO")))
    with diary.read() as database:
        session = str(database.scalars(select(Session.id).where(Session.kind != Kind.SHIFT)).one())
    with refused("E_OUTSIDE_SHIFT"):
        move(diary, session, start="2026-03-16 16:00")
    put_in(diary, session, None)
    move(diary, session, start="2026-03-16 16:00")


def test_r53_001_17_a_shift_that_was_cancelled_meanwhile_holds_nothing(
    diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = a_period(diary, (toms("09:00"), "MO"), (TOMS_SHIFT, "MO"))
    validate(diary.sessions, diary.act, period)
    monkeypatch.setattr(publishing, "PORTION", 1)
    publish, calls = publishing.overlaps, []

    def cancels(*arguments: object) -> list[str]:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return publish(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "overlaps", cancels)
    with pytest.raises(KeyboardInterrupt):
        publishing.publish(diary.sessions, diary.act, period, Settings())
    with diary.read() as database:
        shift = str(database.scalars(select(Session.id)).one())
    cancelling.cancel(diary.sessions, diary.act, shift, CLOSED, None)
    publishing.publish(diary.sessions, diary.act, period, Settings())
    assert lying_in(diary) == {"2026-03-16T09:00:00": None}


def overlapping(diary: Diary, period: str) -> list[tuple[str, str, str]]:
    """What validation finds of it, by the time of the planned session."""
    at = {slot.id: f"{slot.when} {slot.start}" for slot in periods.show(diary.sessions, period)}
    return [(one.rule, at[one.slot], one.who) for one in validate(diary.sessions, diary.act, period)]


@pytest.mark.parametrize(
    ("session", "found"),
    [
        (toms("07:00"), []),
        (toms("14:00"), []),
        (toms("06:30"), ["06:30", "07:00"]),
        (toms("14:30"), ["07:00", "14:30"]),
        (toms("06:30", 600), ["06:30", "07:00"]),
        (toms("15:00"), []),
        (toms("06:00"), []),
        (toms("14:30", workers=["lena"]), []),
    ],
)  # fmt: skip
def test_r52_a_session_that_leaves_a_planned_shift_is_found(
    diary: Diary, session: Slot, found: list[str]
) -> None:
    period = a_period(diary, (session, "MO"), (TOMS_SHIFT, "MO"))
    told = [("WORKER_OVERLAP", f"2026-03-16 {start}", "tom") for start in found]
    assert sorted(overlapping(diary, period)) == told


def test_r52_what_stands_already_and_leaves_a_planned_shift_is_found(diary: Diary) -> None:
    a_session(diary, "2026-03-16 14:30")
    a_shift(diary, "2026-03-17 09:00")
    own = {"kind": Kind.OTHER_EVENT, "workers": ["tom"], "clients": [], "subject": "Dentist"}
    diary.add("2026-03-18 09:00", **own)
    a_session(diary, "2026-03-19 09:00")
    period = a_period(
        diary, (TOMS_SHIFT, "MO"), (toms("08:30"), "TU"), (TOMS_SHIFT, "WE"), (TOMS_SHIFT, "TH")
    )
    assert sorted(overlapping(diary, period)) == [
        ("WORKER_OVERLAP", "2026-03-16 07:00", "tom"),
        ("WORKER_OVERLAP", "2026-03-17 08:30", "tom"),
        ("WORKER_OVERLAP", "2026-03-18 07:00", "tom"),
    ]


def test_r53_what_is_published_together_and_meets_is_warned_of(diary: Diary) -> None:
    period = a_period(diary, (toms("09:00"), "MO"), (toms("09:30", clients=["eva"]), "MO"))
    validate(diary.sessions, diary.act, period)
    done = publishing.publish(diary.sessions, diary.act, period, Settings())
    assert (done.made, done.warnings) == (2, ("SLOT_OVERLAP",))
