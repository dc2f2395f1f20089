"""Sites of clients and workers in practice files (DOMAIN 2): one, several, or none."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.diary.importing import ImportFailedError, import_practice
from model.people import Client, ClientSite, Worker, WorkerSite
from model.practice import Site
from tests.unit.diary.conftest import Diary

NOOR = '[[client]]\nid = "noor"\nname = "Noor Haddad"\n'
TOM = '[[worker]]\nid = "tom"\nname = "Tom Nguyen"\ntz = "Australia/Adelaide"\n'


def homes(diary: Diary) -> set[tuple[str, str]]:
    """Who belongs where; in the sample nobody is asked."""
    of_clients = select(Client.ref, Site.ref).join(ClientSite, ClientSite.client_id == Client.id)
    of_workers = select(Worker.ref, Site.ref).join(WorkerSite, WorkerSite.worker_id == Worker.id)
    with diary.read() as database:
        rows = [
            *database.execute(of_clients.join(Site, Site.id == ClientSite.site_id)),
            *database.execute(of_workers.join(Site, Site.id == WorkerSite.site_id)),
        ]
    return {(row[0], row[1]) for row in rows if row[0] in ("noor", "tom")}


@pytest.mark.parametrize(("entry", "who"), [(NOOR, "noor"), (TOM, "tom")])
def test_one_site_several_or_none(either_diary: Diary, entry: str, who: str) -> None:
    steps: Iterable[tuple[str, set[str]]] = [
        ('site = "adelaide"', {"adelaide"}),
        ('sites = ["adelaide", "chicago", "adelaide"]', {"adelaide", "chicago"}),
        ("", {"adelaide", "chicago"}),
        ('site = "chicago"', {"chicago"}),
        ("sites = []", set()),
    ]
    for said, expected in steps:
        either_diary.bring(f"{entry}{said}\n")
        assert homes(either_diary) == {(who, site) for site in expected}, said


def test_a_cell_holds_several_sites(diary: Diary, tmp_path: Path) -> None:
    (tmp_path / "client.csv").write_text("id,name,sites\nnoor,Noor Haddad,adelaide; chicago\n")
    (tmp_path / "worker.csv").write_text("id,name,tz,site\ntom,Tom Nguyen,Australia/Adelaide,chicago\n")
    import_practice(diary.sessions, diary.act, tmp_path)
    assert homes(diary) == {("noor", "adelaide"), ("noor", "chicago"), ("tom", "chicago")}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('site = "adelaide"\nsites = ["chicago"]', "give either site or sites"),
        ('sites = ["adelaide", "mars"]', "there is no such site"),
        ('sites = "adelaide"', "must be a list of texts"),
    ],
)
def test_what_is_wrong_with_sites_is_told_and_nothing_stored(diary: Diary, said: str, why: str) -> None:
    before = homes(diary)
    with pytest.raises(ImportFailedError) as failed:
        diary.bring(f"{NOOR}{said}\n")
    assert why in str(failed.value)
    assert homes(diary) == before
