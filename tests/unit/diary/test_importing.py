"""A practice file is stored whole or not at all, and by its ids: a second import makes no twins."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.diary.importing import Imported, ImportFailedError, import_practice
from model.people import Client, Worker
from model.practice import Site
from model.travel import Terms, TravelRate
from tests.unit.diary.conftest import SAMPLE, Diary

Import = Callable[[str], list[Imported]]


@pytest.fixture
def bring(diary: Diary, tmp_path: Path) -> Import:
    def write_and_import(text: str) -> list[Imported]:
        file = tmp_path / "practice.toml"
        file.write_text(text, encoding="utf-8")
        return import_practice(diary.sessions, diary.act, file)

    return write_and_import


def test_a_second_import_of_the_same_file_only_updates(diary: Diary) -> None:
    counts = import_practice(diary.sessions, diary.act, SAMPLE)

    assert [count.added for count in counts] == [0] * 6
    with diary.read() as database:
        assert database.scalar(select(func.count()).select_from(Client)) == 4


def test_an_update_keeps_what_it_leaves_out(diary: Diary, bring: Import) -> None:
    bring('[[client]]\nid = "noor"\nname = "Noor Haddad-Smith"')
    with diary.read() as database:
        noor = database.scalars(select(Client).where(Client.ref == "noor")).one()
        assert (noor.name, noor.internal_id, noor.phone) == ("Noor Haddad-Smith", "C-1077", "+61 8 5550 1077")


def test_a_client_by_name_only_gets_the_next_internal_id(diary: Diary, bring: Import) -> None:
    bring('[[client]]\nid = "ravi"\nname = "Ravi K."\n[[client]]\nid = "ana"\nname = "Ana B."')
    with diary.read() as database:
        found = select(Client.internal_id).where(Client.ref.in_(["ravi", "ana"])).order_by(Client.internal_id)
        assert database.scalars(found).all() == ["C-1102", "C-1103"]


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_stored(diary: Diary, bring: Import) -> None:
    with pytest.raises(ImportFailedError) as refused:
        bring(
            """
            [practice]
            name = "X"
            tz = "Mars/Base"
            [[site]]
            id = "north"
            code = "N"
            name = "North"
            tz = "Australia/Adelaide"
            [[worker]]
            id = "zoe"
            tz = "Australia/Adelaide"
            colour = "red"
            active = "yes"
            [[worker]]
            id = "zoe"
            name = "Zoe"
            tz = "Australia/Adelaide"
            [[reason]]
            id = "r"
            type = "CAT"
            text = "Cat"
            [[sofa]]
            id = "b1"
            """
        )
    assert [" ".join(problem.split(": ")[:3]) for problem in refused.value.problems] == [
        "practice.toml:4 [practice] tz",
        'practice.toml:10 [[worker]] "zoe" name is missing',
        'practice.toml:13 [[worker]] "zoe" colour',
        'practice.toml:14 [[worker]] "zoe" active',
        'practice.toml:15 [[worker]] "zoe" this id comes twice',
        'practice.toml:21 [[reason]] "r" type',
        "practice.toml:23 sofa not a table of this file; allowed",
    ]
    with diary.read() as database:
        assert database.scalars(select(Site.ref).where(Site.ref == "north")).all() == []


def test_what_only_the_database_knows_to_be_wrong_stores_nothing_either(diary: Diary, bring: Import) -> None:
    with pytest.raises(ImportFailedError, match="another client has it"):
        bring(
            '[[worker]]\nid = "zoe"\nname = "Zoe"\ntz = "UTC"\n'
            '[[client]]\nid = "kim"\nname = "Kim"\ninternal_id = "C-1042"\nsite = "nowhere"'
        )
    with diary.read() as database:
        assert database.scalars(select(Worker.ref).where(Worker.ref == "zoe")).all() == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[[site]\n", b""])
def test_a_broken_file_is_a_sentence(diary: Diary, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    if not content:
        assert import_practice(diary.sessions, diary.act, file) == []
        return
    with pytest.raises(ImportFailedError) as refused:
        import_practice(diary.sessions, diary.act, file)
    assert len(refused.value.problems) == 1


def test_r43_travel_rates_of_the_practices_own_come_from_a_file(diary: Diary, bring: Import) -> None:
    bring('[[travel_rate]]\nid = "2026-27"\nsince = 2026-07-01\nkm_cents = 105')
    with diary.read() as database:
        terms = database.scalars(select(TravelRate)).one().terms
    assert terms == Terms(since=date(2026, 7, 1), km_cents=105)
