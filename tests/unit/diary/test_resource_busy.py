"""When rooms, assets and beds are taken (DOMAIN 4): by quantity, drafts and holds tentatively, nobody named."""

from pathlib import Path

import pytest
from sqlalchemy import event

from adapters.diary import beds
from adapters.diary.beds import NewStay
from adapters.diary.busy import vfreebusy
from adapters.diary.importing import import_practice
from adapters.diary.resource_busy import Resource, resource_busy
from model.errors import DomainError
from tests.unit.diary.conftest import Diary
from tests.unit.diary.test_assets import ASSETS
from tests.unit.diary.test_beds import HOUSE


@pytest.fixture
def full(diary: Diary, tmp_path: Path) -> Diary:
    for number, text in enumerate((ASSETS, HOUSE)):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        import_practice(diary.sessions, diary.act, file)
    return diary


def taken(
    diary: Diary, kind: Resource, ref: str, start: str = "2026-03-16", end: str = "2026-03-17"
) -> list[str]:
    found = resource_busy(diary.sessions, kind, ref, start, end)
    return [f"{b.start:%d %H:%M}-{b.end:%d %H:%M} {b.fbtype}" for b in found.blocks]


@pytest.mark.parametrize(
    ("kind", "ref"), [(Resource.ROOM, "gym"), (Resource.ASSET, "chair"), (Resource.BED, "b2")]
)
def test_it_costs_the_same_number_of_queries_however_much_there_is(
    full: Diary, kind: Resource, ref: str
) -> None:
    def asked() -> int:
        seen: list[str] = []
        engine = full.sessions.kw["bind"]

        def note(*about: object) -> None:
            seen.append(str(about[2]))

        event.listen(engine, "before_cursor_execute", note)
        taken(full, kind, ref, "2026-03-01", "2026-04-01")
        event.remove(engine, "before_cursor_execute", note)
        return len([sql for sql in seen if sql.startswith("SELECT")])

    before = asked()
    for day in range(16, 20):
        full.add(f"2026-03-{day} 10:30", room="gym", assets=["chair"])
    assert asked() == before <= 5


def test_us17_an_asset_is_busy_when_all_of_it_is_in_use(full: Diary) -> None:
    full.add("2026-03-16 10:30", assets=["chair"])
    full.add("2026-03-16 11:00", assets=["chair"], workers=["tom"], clients=["liam"])
    assert taken(full, Resource.ASSET, "chair") == ["16 00:30-16 01:00 BUSY"]
    assert taken(full, Resource.ASSET, "minibus") == []


def test_001_09_what_drafts_take_is_tentative(full: Diary) -> None:
    full.add("2026-03-16 10:30", assets=["minibus"], rostered=False)
    full.add("2026-03-16 11:30", assets=["minibus"], workers=["tom"], clients=["liam"])
    assert taken(full, Resource.ASSET, "minibus") == [
        "16 00:00-16 01:00 BUSY-TENTATIVE",
        "16 01:00-16 02:00 BUSY",
    ]


def test_004_10_a_room_is_busy_when_it_is_full(full: Diary) -> None:
    full.add("2026-03-16 10:30", room="gym")
    assert taken(full, Resource.ROOM, "gym") == []
    full.add("2026-03-16 10:30", room="room-1", workers=["tom"], clients=["liam"])
    assert taken(full, Resource.ROOM, "room-1") == ["16 00:00-16 01:00 BUSY"]


def test_us19_a_bed_is_busy_and_on_hold_tentatively(full: Diary) -> None:
    new = NewStay(bed="b2", client="eva", start="2026-03-20", end="2026-03-23")
    stay = str(beds.book(full.sessions, full.act, new).booking_id)
    beds.hold(full.sessions, full.act, stay, start="2026-03-21", end="2026-03-22", reason="hospital")
    window = ("2026-03-01", "2026-04-01")
    assert taken(full, Resource.BED, "b2", *window) == [
        "19 13:30-20 13:30 BUSY",
        "20 13:30-21 13:30 BUSY-TENTATIVE",
        "21 13:30-22 13:30 BUSY",
    ]
    text = vfreebusy(resource_busy(full.sessions, Resource.BED, "b2", *window), full.act)
    assert "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260320T133000Z/20260321T133000Z" in text
    for word in ("Eva", "hospital", "b2", "C-1101"):
        assert word not in text
    beds.cancel(full.sessions, full.act, stay, "family")
    assert taken(full, Resource.BED, "b2", *window) == []


def test_what_is_not_there_and_a_window_without_length_are_refused(full: Diary) -> None:
    for kind, ref, end, code in (
        (Resource.BED, "b9", "2026-03-17", "E_NOT_FOUND"),
        (Resource.ROOM, "gym", "2026-03-16", "E_END_BEFORE_START"),
    ):
        with pytest.raises(DomainError) as refused:
            resource_busy(full.sessions, kind, ref, "2026-03-16", end)
        assert refused.value.code == code
