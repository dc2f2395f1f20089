"""R30 on every way a worker gets onto a session: added, added for a series, moved, made ahead."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.database.loading import load_series
from adapters.diary import changing, upkeep
from adapters.diary.changing import Move
from adapters.diary.importing import ImportFailedError
from model.details import Kind
from model.errors import DomainError
from model.journal import HistoryEntry
from model.people import BlocklistEntry
from model.series import HORIZON, Scope
from model.session import Session
from tests.unit.diary.conftest import Diary

TOM_LEAVES = '[[worker]]\nid = "tom"\nname = "Tom Nguyen"\ntz = "Australia/Adelaide"\nend_date = 2026-03-31'
NOT_NOOR = '[[blocklist]]\nid = "b1"\nworker = "tom"\nclient = "noor"'
NOT_LENA = '[[blocklist]]\nid = "b2"\nworker = "tom"\nother_worker = "lena"'


def refused(diary: Diary, start: str = "2026-03-10 10:00", **other: object) -> str:
    with pytest.raises(DomainError) as error:
        diary.add(start, **({"workers": ["tom"]} | other))
    assert error.value.code == "E_WORKER_INELIGIBLE"
    with diary.read() as database:
        assert database.scalars(select(Session.id)).all() == []
    return error.value.message


def test_r30_a_worker_blocklisted_with_the_client_is_refused(either_diary: Diary) -> None:
    either_diary.bring(NOT_NOOR)
    message = refused(either_diary)
    assert message == 'The worker "tom" is blocklisted with a client of this session; choose another worker'
    either_diary.add("2026-03-10 10:00", workers=["tom"], clients=["liam"])


@pytest.mark.parametrize("workers", [["tom", "lena"], ["lena", "tom"]])
def test_r30_two_workers_kept_apart_are_refused_together(diary: Diary, workers: list[str]) -> None:
    diary.bring(NOT_LENA)
    assert "another worker" in refused(diary, workers=workers)
    diary.add("2026-03-10 10:00", workers=["lena"])


def test_r30_a_blocklist_can_be_lifted_by_importing_it_again(diary: Diary) -> None:
    diary.bring(NOT_NOOR)
    diary.bring(NOT_NOOR + "\nactive = false")
    diary.add("2026-03-10 10:00", workers=["tom"])


def test_r30_a_contractor_and_an_inactive_worker_are_refused(diary: Diary) -> None:
    tom = '[[worker]]\nid = "tom"\nname = "Tom Nguyen"\ntz = "Australia/Adelaide"\n'
    diary.bring(tom + 'contact_type = "CONTRACTOR"')
    assert "is not an employee" in refused(diary)
    diary.bring(tom + 'contact_type = "EMPLOYEE"\nactive = false')
    assert "is not active" in refused(diary)


def test_r30_a_series_is_asked_about_each_occurrence(diary: Diary) -> None:
    """The last of eight lies after Tom's last day."""
    diary.bring(TOM_LEAVES)
    message = refused(diary, "2026-03-03 10:00", rule="FREQ=WEEKLY;COUNT=6")
    assert "does not work here on 2026-04-07" in message
    diary.add("2026-03-03 10:00", workers=["tom"], rule="FREQ=WEEKLY;COUNT=5")


def test_r30_a_session_is_not_moved_to_a_day_on_which_its_worker_does_not_work_here(diary: Diary) -> None:
    diary.bring(TOM_LEAVES)
    added = diary.add("2026-03-31 10:00", workers=["tom"])
    with pytest.raises(DomainError, match="does not work here on 2026-04-01"):
        changing.move(diary.sessions, diary.act, str(added.session_id), Move(start="2026-04-01 10:00"), None)


def test_r30_whoever_is_not_eligible_any_more_is_left_out_of_what_is_made_ahead(diary: Diary) -> None:
    added = diary.add("2026-03-03 10:00", workers=["tom"], rule="FREQ=WEEKLY")
    diary.bring(NOT_NOOR)
    diary.now += timedelta(days=60)
    made = upkeep.extend(diary.sessions, diary.act)

    with diary.read() as database:
        series = load_series(database, added.series_id) if added.series_id else None
        assert series is not None
        new = [row for row in series.occurrences if row.starts_at > diary.now - timedelta(days=60) + HORIZON]
        assert len(new) >= made - 1 > 3
        assert {len(row.workers) for row in series.occurrences} == {0, 1}
        assert sum(not row.workers for row in series.occurrences) == made
        entry = database.scalars(select(HistoryEntry).where(HistoryEntry.action == "extended")).one()
        assert entry.code == "E_WORKER_INELIGIBLE UNASSIGNED"


def test_r30_an_own_event_is_refused_to_whoever_does_not_work_here(diary: Diary) -> None:
    diary.bring(TOM_LEAVES)
    refused(diary, "2026-04-01 10:00", kind=Kind.OTHER_EVENT, clients=[], subject="Dentist")


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ('id = "b"\nworker = "tom"', "give either client or other_worker"),
        ('id = "b"\nworker = "tom"\nclient = "noor"\nother_worker = "lena"', "give either"),
        ('id = "b"\nworker = "tom"\nother_worker = "tom"', "kept from themselves"),
        ('id = "b"\nworker = "tom"\nclient = "nobody"', "there is no such client"),
    ],
)
def test_r30_a_blocklist_entry_names_a_worker_and_one_other(diary: Diary, entry: str, wrong: str) -> None:
    with pytest.raises(ImportFailedError, match=wrong):
        diary.bring(f"[[blocklist]]\n{entry}")
    with diary.read() as database:
        assert database.scalars(select(BlocklistEntry.ref)).all() == []


def test_r30_what_a_session_answers_names_no_client(diary: Diary) -> None:
    diary.bring(NOT_NOOR)
    message = refused(diary)
    assert not {"noor", "haddad", "c-1077"} & set(message.lower().replace('"', " ").split())


def test_r30_a_moved_series_keeps_the_days_of_its_worker(diary: Diary) -> None:
    diary.bring(TOM_LEAVES)
    added = diary.add("2026-03-10 10:00", workers=["tom"], rule="FREQ=WEEKLY;COUNT=4")
    to = Move(start="2026-03-11 10:00")
    with pytest.raises(DomainError, match="does not work here on 2026-04-01"):
        changing.move(diary.sessions, diary.act, str(added.session_id), to, Scope.ALL_IN_SERIES)
