"""Assets and regions (001-08 to 001-10): by quantity, for whole series at once, in the transaction of the write."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.database.loading import load_series, load_session
from adapters.diary import attending, cancelling, changing, placing
from adapters.diary.attending import Clients
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.importing import import_practice
from adapters.diary.placing import Where
from adapters.diary.upkeep import extend
from model.asset import Asset
from model.cancellation import CancelledBy
from model.details import LocationType, WorkType
from model.errors import DomainError
from model.journal import HistoryEntry
from model.people import Client, ClientSite
from model.practice import Site
from model.series import Scope
from model.session import Session
from model.waiver import Waiver
from tests.unit.diary.conftest import Diary

ASSETS = """
[[region]]
id = "west"
name = "West"
[[region]]
id = "east"
name = "East"
[[asset]]
id = "minibus"
name = "Minibus"
region = "west"
[[asset]]
id = "chair"
name = "Shower chair"
quantity = 2
[[site]]
id = "house"
code = "HSE"
name = "House"
tz = "Australia/Adelaide"
region = "west"
"""
Equip = Callable[[Diary], Diary]


@pytest.fixture
def equip(tmp_path: Path) -> Equip:
    """Bring the assets into a diary."""

    def bring(diary: Diary) -> Diary:
        file = tmp_path / "assets.toml"
        file.write_text(ASSETS, encoding="utf-8")
        import_practice(diary.sessions, diary.act, file)
        return diary

    return bring


@pytest.fixture
def equipped(diary: Diary, equip: Equip) -> Diary:
    return equip(diary)


def refusal(diary: Diary, start: str, **other: object) -> DomainError:
    with pytest.raises(DomainError) as refused:
        diary.add(start, **other)
    return refused.value


def test_001_09_e_asset_conflict_a_minibus_is_in_one_place(either_diary: Diary, equip: Equip) -> None:
    diary = equip(either_diary)
    diary.add("2026-03-16 10:00", minutes=120, assets=["minibus"], workers=["tom"], clients=["liam"])
    refused = refusal(diary, "2026-03-16 11:00", assets=["minibus"])
    assert refused.code == "E_ASSET_CONFLICT"
    assert "2026-03-16 00:30 UTC" in refused.message
    assert diary.add("2026-03-16 12:00", assets=["minibus"]).warnings == ()


def test_e_asset_conflict_counts_how_many_are_taken(equipped: Diary) -> None:
    equipped.add("2026-03-16 10:00", assets=["chair"], workers=["tom"], clients=["liam"])
    assert refusal(equipped, "2026-03-16 10:30", assets=["chair:2"]).code == "E_ASSET_CONFLICT"
    equipped.add("2026-03-16 10:30", assets=["chair"])
    equipped.add("2026-03-17 10:00", assets=["chair:2"], workers=["tom"], clients=["liam"])
    assert refusal(equipped, "2026-03-17 10:30", assets=["chair"]).code == "E_ASSET_CONFLICT"
    assert refusal(equipped, "2026-03-16 10:45", assets=["chair"], clients=["eva"]).code == "E_ASSET_CONFLICT"


def test_e_asset_conflict_tells_every_occurrence_that_clashes_and_stores_nothing(equipped: Diary) -> None:
    for day in ("2026-03-17", "2026-03-31"):
        equipped.add(f"{day} 10:30", assets=["minibus"], workers=["tom"], clients=["liam"])
    refused = refusal(equipped, "2026-03-03 10:00", assets=["minibus"], rule="FREQ=WEEKLY;COUNT=8")
    assert refused.code == "E_ASSET_CONFLICT"
    assert "2026-03-16 23:30, 2026-03-30 23:30 UTC" in refused.message
    with equipped.read() as database:
        assert database.scalars(select(Session.id).where(Session.series_id.is_not(None))).all() == []


def test_e_asset_region_the_sites_region_or_the_one_that_is_said(equipped: Diary) -> None:
    assert refusal(equipped, "2026-03-16 10:00", region="east", assets=["minibus"]).code == "E_ASSET_REGION"
    clients = {"clients": ["eva"]}
    assert equipped.add("2026-03-16 10:00", site="house", assets=["minibus"], **clients).count == 1
    other = {"site": "house", "region": "east", "assets": ["minibus"], **clients}
    assert refusal(equipped, "2026-03-16 14:00", **other).code == "E_ASSET_REGION"


def test_001_10_e_not_site_client_a_client_of_another_site(equipped: Diary) -> None:
    with equipped.sessions.begin() as database:
        home = database.scalars(select(Site.id).where(Site.ref == "adelaide")).one()
        noor = database.scalars(select(Client.id).where(Client.ref == "noor")).one()
        database.add(ClientSite(client_id=noor, site_id=home))
    assert refusal(equipped, "2026-03-16 10:00", site="house").code == "E_NOT_SITE_CLIENT"
    assert equipped.add("2026-03-16 10:00", site="house", clients=["eva"]).count == 1


def of_one_site(equipped: Diary) -> str:
    """Noor belongs to one site, and this session at another is not hers."""
    equipped.bring('[[client]]\nid = "noor"\nname = "Noor Haddad"\nsites = ["adelaide"]\n')
    group = {"work_type": WorkType.GROUP, "clients": ["eva"]}
    return str(equipped.add("2026-03-16 10:00", site="house", **group).session_id)


def test_e_not_site_client_holds_for_who_comes_into_a_session_later(equipped: Diary) -> None:
    session = of_one_site(equipped)
    with pytest.raises(DomainError) as refused:
        attending.change(equipped.sessions, equipped.act, session, Clients(add=["noor"]), None)
    assert refused.value.code == "E_NOT_SITE_CLIENT"
    assert attending.change(equipped.sessions, equipped.act, session, Clients(add=["liam"]), None).count == 1


def test_e_not_site_client_holds_for_a_session_that_is_placed_elsewhere(equipped: Diary) -> None:
    of_one_site(equipped)
    session = str(equipped.add("2026-03-17 10:00", site="adelaide").session_id)
    with pytest.raises(DomainError) as refused:
        placing.place(equipped.sessions, equipped.act, session, Where(site="house"), None)
    assert refused.value.code == "E_NOT_SITE_CLIENT"
    home = Where(location_type=LocationType.WORKER_OFFICE)
    assert placing.place(equipped.sessions, equipped.act, session, home, None).count == 1


def test_r12_the_pattern_of_a_series_takes_its_assets_along(equipped: Diary) -> None:
    added = equipped.add("2026-03-03 10:00", assets=["minibus", "chair:2"], rule="FREQ=WEEKLY;COUNT=8")
    with equipped.read() as database:
        rows = database.scalars(select(Session.id).order_by(Session.starts_at)).all()
    done = changing.move(
        equipped.sessions,
        equipped.act,
        str(rows[3]),
        Move(start="2026-03-25 09:00"),
        Scope.THIS_AND_FOLLOWING,
    )
    assert done.series_id != added.series_id
    with equipped.read() as database:
        for series_id in (added.series_id, done.series_id):
            series = load_series(database, series_id)  # type: ignore[arg-type]
            assert series is not None
            assert {(n.asset.ref, n.qty) for n in series.needs} == {("minibus", 1), ("chair", 2)}
            taken = [{(a.asset.ref, a.qty) for a in row.assets} for row in series.occurrences]
            assert taken == [{("minibus", 1), ("chair", 2)}] * len(taken)
    moved = refusal(equipped, "2026-04-01 09:30", assets=["chair"], workers=["tom"], clients=["liam"])
    assert moved.code == "E_ASSET_CONFLICT"


def test_r13_a_series_moves_only_where_its_assets_are_free(equipped: Diary) -> None:
    equipped.add("2026-03-18 10:00", assets=["minibus"], workers=["tom"], clients=["liam"])
    added = equipped.add("2026-03-03 10:00", assets=["minibus"], rule="FREQ=WEEKLY;COUNT=8")
    to = Move(start="2026-03-04 10:00")
    with pytest.raises(DomainError) as refused:
        changing.move(equipped.sessions, equipped.act, str(added.session_id), to, Scope.ALL_IN_SERIES)
    assert refused.value.code == "E_ASSET_CONFLICT"


def test_r10_what_is_made_later_takes_the_assets_and_writes_a_clash_down(equipped: Diary) -> None:
    added = equipped.add("2026-03-03 10:00", assets=["minibus"], rule="FREQ=WEEKLY")
    equipped.add("2027-04-27 10:00", assets=["minibus"], workers=["tom"], clients=["liam"])
    equipped.now = equipped.now.replace(month=4)
    assert extend(equipped.sessions, equipped.act) > 0
    with equipped.read() as database:
        series = load_series(database, added.series_id)  # type: ignore[arg-type]
        assert series is not None
        assert all(len(row.assets) == 1 for row in series.occurrences)
        codes = database.scalars(select(HistoryEntry.code).where(HistoryEntry.action == "extended")).all()
    assert codes == ["E_ASSET_CONFLICT"]


def test_a_cancelled_session_gives_its_assets_back_and_a_deleted_draft_too(equipped: Diary) -> None:
    first = equipped.add("2026-03-16 10:00", assets=["minibus"])
    how = Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-02-28 09:00")
    cancelling.cancel(equipped.sessions, equipped.act, str(first.session_id), how, None)
    draft = equipped.add("2026-03-16 10:00", assets=["minibus"], rostered=False)
    cancelling.delete(equipped.sessions, equipped.act, str(draft.session_id), None)
    assert equipped.add("2026-03-16 10:00", assets=["minibus"]).warnings == ()


def test_an_administrator_may_say_why_it_is_taken_twice(equipped: Diary) -> None:
    equipped.add("2026-03-16 10:00", assets=["minibus"], workers=["tom"], clients=["liam"])
    both = equipped.add("2026-03-16 10:30", assets=["minibus"], override="A second one is hired")
    assert both.warnings == ("E_ASSET_CONFLICT",)
    with equipped.read() as database:
        (kept,) = database.scalars(select(Waiver)).all()
        assert (kept.session_id, kept.code, kept.given_by) == (both.session_id, "E_ASSET_CONFLICT", "sam")
    assert refusal(equipped, "2026-03-16 11:00", assets=["minibus"], override=" ").code == "E_NOTE"


def test_a_waiver_goes_with_the_draft_that_it_was_for(equipped: Diary) -> None:
    equipped.add("2026-03-16 10:00", room="room-1", workers=["tom"], clients=["liam"])
    draft = equipped.add("2026-03-16 10:30", room="room-1", rostered=False, override="They share it")
    assert draft.warnings == ("E_ROOM_CONFLICT",)
    cancelling.delete(equipped.sessions, equipped.act, str(draft.session_id), None)
    with equipped.read() as database:
        assert database.scalars(select(Waiver)).all() == []


def test_a_new_name_of_an_asset_is_a_change_of_what_shows_it(equipped: Diary) -> None:
    added = equipped.add("2026-03-16 10:00", assets=["minibus"])
    with equipped.sessions.begin() as database:
        before = database.get_one(Session, added.session_id).rev
        database.scalars(select(Asset).where(Asset.ref == "minibus")).one().name = "Van"
    with equipped.read() as database:
        row = load_session(database, added.session_id)  # type: ignore[arg-type]
        assert row is not None
        assert row.rev > before
