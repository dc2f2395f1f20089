"""The diary of tests/unit/diary, where the people of DOMAIN 6 have agreed to services."""

from pathlib import Path

from adapters.diary import planning
from adapters.diary.importing import import_practice
from adapters.diary.terms import Plan
from adapters.diary.views import Changed
from model.details import WorkType
from model.series import Scope
from tests.agreed import AGREED
from tests.unit.diary.conftest import Diary


def agree(diary: Diary, folder: Path) -> Diary:
    file = folder / "agreed.toml"
    file.write_text(AGREED, encoding="utf-8")
    import_practice(diary.sessions, diary.act, file)
    return diary


def a_group(diary: Diary, *clients: str, **values: object) -> str:
    """Wed 18 March, an hour."""
    usual: dict[str, object] = {"clients": clients, "work_type": WorkType.GROUP, "site": "hills"}
    return str(diary.add("2026-03-18 13:00", **(usual | values)).session_id)


def plan(
    diary: Diary, session: str, service: str = "outing", scope: Scope | None = None, **what: object
) -> Changed:
    return planning.plan(diary.sessions, diary.act, session, Plan(service=service, **what), scope)  # type: ignore[arg-type]
