"""Practice sets in tests: a database without any practice, what an import of a folder did, or what it said."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from adapters.diary.importing import ImportFailedError, import_practice
from adapters.diary.taking import Imported
from model.practice import Practice
from model.session import Session
from sync.settings import Settings
from tests.unit.diary.conftest import Diary


def bring(diary: Diary, path: Path, settings: Settings = Settings()) -> dict[str, Imported]:  # noqa: B008 - frozen
    return {one.table: one for one in import_practice(diary.sessions, diary.act, path, settings)}


def problems(diary: Diary, path: Path) -> list[str]:
    """What is wrong with a set, of which nothing is stored."""
    with pytest.raises(ImportFailedError) as refused:
        import_practice(diary.sessions, diary.act, path)
    with diary.read() as database:
        assert database.scalar(select(func.count()).select_from(Session)) == 0
        assert database.scalar(select(func.count()).select_from(Practice)) == 0
    return list(refused.value.problems)


def counted(diary: Diary, noun: type[object]) -> int:
    with diary.read() as database:
        return database.scalar(select(func.count()).select_from(noun)) or 0
