"""What was delivered goes to billing once, file and marks together (000-12; DOMAIN 7)."""

import csv
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import event, select

from adapters.diary import completing, exporting_services
from adapters.diary.completing import Form
from adapters.diary.exporting_services import COLUMNS, export_services
from model.delivered import DeliveredState, ServiceDelivered
from model.errors import DomainError
from model.session import Session
from tests.unit.diary.agreeing import a_group, agree, plan
from tests.unit.diary.conftest import Diary
from tests.unit.diary.test_completing import AFTER, TRAVEL, an_outing, complete


@pytest.fixture
def agreed(diary: Diary, tmp_path: Path) -> Diary:
    return agree(diary, tmp_path)


@pytest.fixture
def on_either(either_diary: Diary, tmp_path: Path) -> Diary:
    return agree(either_diary, tmp_path)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def states(diary: Diary) -> set[DeliveredState]:
    with diary.read() as database:
        return set(database.scalars(select(ServiceDelivered.state)))


def test_000_12_each_line_is_exported_once_and_then_locks_its_session(
    on_either: Diary, tmp_path: Path
) -> None:
    session = an_outing(on_either)
    complete(on_either, session, travels=TRAVEL)
    first, second = tmp_path / "march.csv", tmp_path / "april.csv"

    assert export_services(on_either.sessions, on_either.act, first) == 9
    assert export_services(on_either.sessions, on_either.act, second) == 0
    assert not second.exists()
    with pytest.raises(DomainError, match="SD_EXTRACTED"):
        completing.reset(on_either.sessions, on_either.act, session)

    other = a_group(on_either, "eva", "jordan", rostered=True)
    plan(on_either, other, "group")
    complete(on_either, other)
    assert export_services(on_either.sessions, on_either.act, second) == 2
    assert {row["session"] for row in rows(second)} == {other}
    assert {row["line"] for row in rows(first)}.isdisjoint({row["line"] for row in rows(second)})


def test_the_columns_are_always_the_same_and_say_what_is_due(agreed: Diary, tmp_path: Path) -> None:
    session = an_outing(agreed)
    complete(agreed, session, travels=TRAVEL)
    file = tmp_path / "march.csv"
    export_services(agreed.sessions, agreed.act, file)

    found = rows(file)
    assert tuple(found[0]) == COLUMNS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shared = {name: found[0][name] for name in ("session", "date", "start", "end", "worker")}
    assert shared == {
        "session": session, "date": "2026-03-18", "start": "2026-03-18T13:00:00+10:30",
        "end": "2026-03-18T14:00:00+10:30", "worker": "priya",
    }  # fmt: skip
    told = ("client", "service", "code", "unit", "kind", "claim_type", "quantity", "rate", "amount")
    assert [tuple(row[name] for name in told) for row in found] == [
        ("C-1077", "outing", "15_055_0128_1_3", "HOUR", "SERVICE", "", "0.50", "183.99", "92.00"),
        ("C-1077", "splint", "SPLINT", "EACH", "SERVICE", "direct", "1.00", "45.00", "45.00"),
        ("C-1090", "outing", "15_055_0128_1_3", "HOUR", "SERVICE", "", "0.50", "183.99", "91.99"),
        ("C-1077", "outing", "15_055_0128_1_3", "HOUR", "TRAVEL_TIME", "", "0.25", "92.00", "23.00"),
        ("C-1090", "outing", "15_055_0128_1_3", "HOUR", "TRAVEL_TIME", "", "0.25", "92.00", "23.00"),
        ("C-1077", "outing", "15_055_0128_1_3", "EACH", "TRAVEL_COST", "", "13.39", "1.00", "13.39"),
        ("C-1090", "outing", "15_055_0128_1_3", "EACH", "TRAVEL_COST", "", "13.39", "1.00", "13.39"),
        ("C-1077", "outing", "15_055_0128_1_3", "EACH", "TRANSPORT_COST", "", "13.80", "1.00", "13.80"),
        ("C-1090", "outing", "15_055_0128_1_3", "EACH", "TRANSPORT_COST", "", "13.80", "1.00", "13.80"),
    ]


def test_exporting_changes_no_session_and_so_pushes_nothing(agreed: Diary, tmp_path: Path) -> None:
    def revisions() -> list[int]:
        with agreed.read() as database:
            return list(database.scalars(select(Session.rev)))

    complete(agreed, an_outing(agreed))
    before = revisions()
    export_services(agreed.sessions, agreed.act, tmp_path / "march.csv")
    assert revisions() == before


def test_e_file_is_never_overwritten_and_nothing_is_marked(agreed: Diary, tmp_path: Path) -> None:
    complete(agreed, an_outing(agreed))
    there, absent = tmp_path / "there.csv", tmp_path / "absent" / "march.csv"
    there.write_text("kept", encoding="utf-8")
    for file in (there, absent):
        with pytest.raises(DomainError) as refused:
            export_services(agreed.sessions, agreed.act, file)
        assert refused.value.code == "E_FILE"
    assert there.read_text(encoding="utf-8") == "kept"
    assert states(agreed) == {DeliveredState.CREATED}


def test_where_the_marks_cannot_be_stored_there_is_no_file(agreed: Diary, tmp_path: Path) -> None:
    complete(agreed, an_outing(agreed))
    file = tmp_path / "march.csv"

    def fail(_: object) -> None:
        assert file.exists()
        raise RuntimeError("the disk is full")

    event.listen(agreed.sessions, "before_commit", fail)
    with pytest.raises(RuntimeError):
        export_services(agreed.sessions, agreed.act, file)
    event.remove(agreed.sessions, "before_commit", fail)
    assert not file.exists()
    assert states(agreed) == {DeliveredState.CREATED}
    assert export_services(agreed.sessions, agreed.act, file) == 3


def test_where_the_file_cannot_be_written_whole_nothing_is_marked(
    agreed: Diary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(agreed, an_outing(agreed))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DomainError, match="No space left"):
        export_services(agreed.sessions, agreed.act, tmp_path / "march.csv")
    assert not (tmp_path / "march.csv").exists()
    assert states(agreed) == {DeliveredState.CREATED}


def test_nothing_that_is_not_complete_is_exported(agreed: Diary, tmp_path: Path) -> None:
    session = an_outing(agreed)
    assert exporting_services.export_services(agreed.sessions, agreed.act, tmp_path / "a.csv") == 0
    completing.complete(agreed.sessions, agreed.act, session, Form(), apportionment=True)
    completing.reset(agreed.sessions, agreed.act, session)
    assert agreed.now == AFTER
    assert exporting_services.export_services(agreed.sessions, agreed.act, tmp_path / "b.csv") == 0
