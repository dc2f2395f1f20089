"""Confirmed attendance (DOMAIN 2), and overlaps that somebody knows of (004-16)."""

import pytest
from sqlalchemy import select

from adapters.database.loading import load_session
from adapters.diary import attending, changing, knowing, listing
from adapters.diary.attending import Clients
from adapters.diary.cancelling import Cancel, cancel
from adapters.diary.changing import Move
from adapters.diary.listing import Window
from model.cancellation import CancelledBy
from model.details import WorkType
from model.errors import DomainError
from model.journal import HistoryEntry
from model.series import Scope
from model.session import Session
from tests.unit.diary.conftest import Diary

THURSDAY = "2026-03-05 14:00"


def refusal(diary: Diary, session: str, client: str | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        knowing.confirm(diary.sessions, diary.act, session, client)
    return refused.value.code


def attendance(diary: Diary, session: str) -> list[dict[str, str]]:
    return list(listing.show_session(diary.sessions, session).attendance)


def move(diary: Diary, session: str, scope: Scope | None = None, **to: str | int | bool) -> tuple[str, ...]:
    return changing.move(diary.sessions, diary.act, session, Move(**to), scope).warnings  # type: ignore[arg-type]


def test_a_client_confirms_and_it_is_shown_who_and_when(diary: Diary) -> None:
    group = {"work_type": WorkType.GROUP, "clients": ["noor", "eva"]}
    session = str(diary.add(THURSDAY, **group).session_id)
    assert refusal(diary, session) == "E_CLIENT_REQUIRED"
    assert refusal(diary, session, "liam") == "E_CLIENT_REQUIRED"
    knowing.confirm(diary.sessions, diary.act, session, "eva")
    noor, eva = attendance(diary, session)
    assert noor == {"client": "C-1077", "status": "BOOKED"}
    assert eva == {"client": "C-1101", "status": "CONFIRMED", "confirmed_at": "2026-03-01T00:00:00+00:00"}
    assert refusal(diary, session, "eva") == "E_TRANSITION"
    with diary.read() as database:
        [said] = database.scalars(select(HistoryEntry).where(HistoryEntry.action == "confirmed")).all()
        assert (said.actor, said.detail) == ("sam", {"client": "C-1101"})


def test_e_transition_only_what_is_rostered_can_be_confirmed(diary: Diary) -> None:
    draft = str(diary.add(THURSDAY, rostered=False).session_id)
    assert refusal(diary, draft) == "E_TRANSITION"
    off = str(diary.add("2026-03-06 14:00").session_id)
    why = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")
    cancel(diary.sessions, diary.act, off, why, None)
    assert refusal(diary, off) == "E_TRANSITION"


def test_another_start_takes_a_confirmation_back_and_another_end_does_not(diary: Diary) -> None:
    session = str(diary.add(THURSDAY).session_id)
    knowing.confirm(diary.sessions, diary.act, session, None)
    move(diary, session, minutes=30)
    assert attendance(diary, session)[0]["status"] == "CONFIRMED"
    move(diary, session, start="2026-03-05 15:00")
    assert attendance(diary, session) == [{"client": "C-1077", "status": "BOOKED"}]


def test_a_series_that_moves_takes_the_confirmations_of_what_moved_back(diary: Diary) -> None:
    diary.add(THURSDAY, rule="FREQ=WEEKLY;COUNT=4")
    ids = [str(one.id) for one in listing.list_sessions(diary.sessions, Window(client="noor"))]
    for one in ids:
        knowing.confirm(diary.sessions, diary.act, one, None)
    move(diary, ids[2], Scope.THIS_AND_FOLLOWING, start="2026-03-19 15:00")
    said = [attendance(diary, one)[0]["status"] for one in ids]
    assert said == ["CONFIRMED", "CONFIRMED", "BOOKED", "BOOKED"]


def test_who_else_comes_leaves_confirmations_of_a_series_as_they_are(diary: Diary) -> None:
    group = {"work_type": WorkType.GROUP, "rule": "FREQ=WEEKLY;COUNT=3"}
    first = str(diary.add(THURSDAY, **group).session_id)
    knowing.confirm(diary.sessions, diary.act, first, None)
    attending.change(diary.sessions, diary.act, first, Clients(add=["eva"]), Scope.ALL_IN_SERIES)
    assert [one["status"] for one in attendance(diary, first)] == ["CONFIRMED", "BOOKED"]


def test_who_confirmed_and_cancelled_comes_back_without_having_confirmed(diary: Diary) -> None:
    group = {"work_type": WorkType.GROUP, "clients": ["noor", "eva"]}
    session = str(diary.add(THURSDAY, **group).session_id)
    knowing.confirm(diary.sessions, diary.act, session, "eva")
    why = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-02-28 09:00", client="eva")
    cancel(diary.sessions, diary.act, session, why, None)
    attending.change(diary.sessions, diary.act, session, Clients(add=["eva"]), None)
    assert attendance(diary, session)[1] == {"client": "C-1101", "status": "BOOKED"}


# --- overlaps -------------------------------------------------------------------------------------------------


def overlap(diary: Diary, session: str) -> dict[str, str] | None:
    return listing.show_session(diary.sessions, session).overlap


def waiting(diary: Diary) -> list[str]:
    return [str(one.id) for one in listing.list_sessions(diary.sessions, Window(overlapping=True))]


def test_004_16_a_warning_waits_for_somebody_who_says_that_they_know(diary: Diary) -> None:
    diary.add(THURSDAY)
    second = str(diary.add(THURSDAY, clients=["liam"]).session_id)
    assert overlap(diary, second) == {"code": "SLOT_OVERLAP"}
    assert waiting(diary) == [second]
    knowing.acknowledge_overlap(diary.sessions, diary.act, second, None)
    known = {"acknowledged_by": "sam", "acknowledged_at": "2026-03-01T00:00:00+00:00"}
    assert overlap(diary, second) == {"code": "SLOT_OVERLAP", **known}
    assert waiting(diary) == []


def test_004_16_slot_overlap_is_acknowledged_by_whoever_adds_knowing_of_it(diary: Diary) -> None:
    first = str(diary.add(THURSDAY).session_id)
    second = diary.add(THURSDAY, clients=["liam"], acknowledge=True)
    assert second.warnings == ("SLOT_OVERLAP",)
    assert waiting(diary) == []
    with pytest.raises(DomainError) as refused:
        knowing.acknowledge_overlap(diary.sessions, diary.act, first, None)
    assert refused.value.code == "E_TRANSITION"


def test_004_16_another_time_asks_anew(diary: Diary) -> None:
    diary.add(THURSDAY)
    diary.add("2026-03-05 16:00", clients=["eva"])
    third = str(diary.add(THURSDAY, clients=["liam"], acknowledge=True).session_id)
    assert move(diary, third, start="2026-03-05 16:00") == ("SLOT_OVERLAP",)
    assert waiting(diary) == [third]
    assert move(diary, third, start="2026-03-05 14:00", acknowledge=True) == ("SLOT_OVERLAP",)
    assert waiting(diary) == []
    assert move(diary, third, start="2026-03-05 18:00") == ()
    assert overlap(diary, third) is None


def test_004_16_a_whole_series_is_acknowledged_at_once(diary: Diary) -> None:
    diary.add(THURSDAY, rule="FREQ=WEEKLY;COUNT=3")
    made = diary.add(THURSDAY, rule="FREQ=WEEKLY;COUNT=4", clients=["liam"])
    assert len(waiting(diary)) == 3
    done = knowing.acknowledge_overlap(diary.sessions, diary.act, str(made.session_id), Scope.ALL_IN_SERIES)
    assert (done.count, waiting(diary)) == (3, [])
    with diary.read() as database:
        row = load_session(database, made.session_id)  # type: ignore[arg-type]
        assert row is not None
        assert row.overlap_acknowledged
        assert database.scalars(select(Session.id).where(Session.overlap_warned)).all() != []
