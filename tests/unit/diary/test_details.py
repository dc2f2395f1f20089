"""What is said of a session: its type, subject, texts of staff, its client and its assets (001-06 to 001-09, 001-14,
004-05)."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.diary import attending, completing, editing, equipping, session_types, upkeep
from adapters.diary.adding import New, add
from adapters.diary.attending import Clients
from adapters.diary.completing import Form
from adapters.diary.editing import Edit
from adapters.diary.equipping import Assets
from adapters.diary.listing import show_session
from adapters.diary.services import list_plans
from adapters.diary.session_types import SessionType
from model.details import Kind, LocationType, WorkType
from model.errors import DomainError
from model.journal import HistoryEntry
from model.people import Client
from model.practice import Region
from model.series import Scope, Series
from model.service import PlannedService, PlannedServiceClient
from model.session import Session
from model.waiver import Waiver
from sync.settings import RulesSettings, Settings
from tests.agreed import AGREED
from tests.unit.diary.agreeing import plan
from tests.unit.diary.conftest import Diary
from tests.unit.diary.test_row_ids import MONDAY, later, loaded, refused

INTAKE = SessionType(ref="intake", name="Intake", duration_min=90, billable=False, colour="teal")
WEEKLY = "FREQ=WEEKLY;COUNT=4"
NAMED = Settings(rules=RulesSettings(subject_pattern="[A-Z]{3} .+"))
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
quantity = 3
"""


def add_type(diary: Diary, new: SessionType = INTAKE) -> None:
    session_types.add_session_type(diary.sessions, diary.act, new)


def edit(diary: Diary, session: object, scope: Scope | None = None, **what: object) -> editing.Changed:
    return editing.edit(diary.sessions, diary.act, str(session), Edit(**what), scope, NAMED)  # type: ignore[arg-type]


def rows_of(diary: Diary) -> list[Session]:
    with diary.read() as database:
        return list(database.scalars(select(Session).order_by(Session.starts_at)))


def revisions(diary: Diary) -> dict[UUID, int]:
    with diary.read() as database:
        return {row.id: row.rev for row in database.scalars(select(Session))}


# --- session types --------------------------------------------------------------------------------------------


def test_001_06_a_type_sets_length_colour_and_whether_it_is_billable(either_diary: Diary) -> None:
    add_type(either_diary)
    added = either_diary.add(MONDAY, minutes=None, session_type="intake")
    other = either_diary.add("2026-03-10 10:00", session_type="intake", billable=True)
    with loaded(either_diary, added.session_id) as row:
        assert (row.ends_at - row.starts_at).seconds == 90 * 60
        assert (row.billable, row.colour) == (False, "teal")
    with loaded(either_diary, other.session_id) as row:
        assert ((row.ends_at - row.starts_at).seconds, row.billable) == (3600, True)
    assert show_session(either_diary.sessions, str(added.session_id)).session_type == "intake"


def test_001_06_every_occurrence_is_of_the_type(diary: Diary) -> None:
    add_type(diary)
    diary.add(MONDAY, rule=WEEKLY, minutes=None, session_type="intake")
    assert [(row.colour, row.billable) for row in rows_of(diary)] == [("teal", False)] * 4


def test_e_session_type_what_was_retired_comes_to_no_other_session(diary: Diary) -> None:
    add_type(diary)
    kept = diary.add(MONDAY, session_type="intake").session_id
    session_types.retire_session_type(diary.sessions, diary.act, "intake")
    with refused("E_SESSION_TYPE"):
        diary.add("2026-03-10 10:00", session_type="intake")
    with refused("E_SESSION_TYPE"):
        edit(diary, kept, session_type="intake")
    with loaded(diary, kept) as row:
        assert row.colour == "teal"
    assert [one.active for one in session_types.list_session_types(diary.sessions)] == [False]


def test_e_exists_and_what_no_type_is_like(diary: Diary) -> None:
    add_type(diary)
    with refused("E_EXISTS"):
        add_type(diary)
    for wrong in (replace(INTAKE, ref="a", colour="#00f"), replace(INTAKE, ref="b", duration_min=0)):
        with refused("E_SESSION_TYPE"):
            add_type(diary, wrong)


def test_001_06_types_are_imported_and_a_new_colour_is_a_change_of_what_shows_it(either_diary: Diary) -> None:
    typed = '[[session_type]]\nid = "intake"\nname = "Intake"\nduration_min = 45\ncolour = "{}"\n'
    either_diary.bring(typed.format("teal"))
    mine = either_diary.add(MONDAY, rule=WEEKLY, session_type="intake").session_id
    other = either_diary.add("2026-03-10 10:00").session_id
    before = revisions(either_diary)
    either_diary.bring(typed.format("teal"))
    assert revisions(either_diary) == before

    either_diary.bring(typed.format("tomato"))
    after = revisions(either_diary)
    assert mine is not None
    assert other is not None
    assert (after[mine] > before[mine], after[other] == before[other]) == (True, True)
    with either_diary.read() as database:
        assert set(database.scalars(select(Series.colour))) == {"tomato"}
        assert set(database.scalars(select(Session.colour))) == {"tomato", ""}


def test_001_06_an_exception_of_another_type_keeps_its_series_in_its_own_colour(diary: Diary) -> None:
    add_type(diary)
    add_type(diary, replace(INTAKE, ref="review", colour="gold"))
    diary.add(MONDAY, rule=WEEKLY, session_type="intake")
    edit(diary, rows_of(diary)[1].id, Scope.THIS_ONLY, session_type="review")
    diary.bring('[[session_type]]\nid = "review"\nname = "Review"\ncolour = "tomato"\n')
    with diary.read() as database:
        assert database.scalars(select(Series.colour)).one() == "teal"
    assert [row.colour for row in rows_of(diary)] == ["teal", "tomato", "teal", "teal"]


# --- subjects -------------------------------------------------------------------------------------------------


def test_001_07_subject_pattern_warns_is_kept_and_never_blocks(diary: Diary) -> None:
    new = New(start=MONDAY, minutes=60, workers=["priya"], clients=["noor"], subject="a review")
    done = add(diary.sessions, diary.act, new, NAMED)
    assert done.warnings == ("SUBJECT_PATTERN",)
    with diary.read() as database:
        assert "SUBJECT_PATTERN" in database.scalars(select(HistoryEntry.code)).all()
    assert edit(diary, done.session_id, subject="still wrong").warnings == ("SUBJECT_PATTERN",)
    assert edit(diary, done.session_id, subject="PHY review").warnings == ()
    assert (
        add(
            diary.sessions, diary.act, replace(new, start="2026-03-10 10:00", subject="PHY x"), NAMED
        ).warnings
        == ()
    )
    assert add(diary.sessions, diary.act, replace(new, start="2026-03-11 10:00")).warnings == ()
    own = replace(new, start="2026-03-12 10:00", kind=Kind.OTHER_EVENT, clients=[], subject="lunch")
    assert add(diary.sessions, diary.act, own, NAMED).warnings == ()


# --- editing --------------------------------------------------------------------------------------------------


def test_001_14_what_is_said_is_edited_and_the_rest_stays(either_diary: Diary) -> None:
    added = either_diary.add(
        MONDAY,
        subject="Knee",
        comments="first",
        service_types=["Physio"],
        employee_message="call",
        url="https://a.example/b",
    ).session_id
    edit(either_diary, added, comments="second", service_types=["Physio", "Hydro"])
    found = show_session(either_diary.sessions, str(added))
    assert (found.comments, found.service_types) == ("second", ("Physio", "Hydro"))
    assert (found.session.subject, found.employee_message, found.url) == (
        "Knee",
        "call",
        "https://a.example/b",
    )
    edit(either_diary, added, subject="PHY Hip", employee_message="", url="", service_types=[""])
    found = show_session(either_diary.sessions, str(added))
    assert (found.session.subject, found.employee_message, found.url, found.service_types) == (
        "PHY Hip",
        "",
        "",
        (),
    )


def test_001_14_comments_split_no_series_and_make_no_exception(diary: Diary) -> None:
    diary.add(MONDAY, rule=WEEKLY)
    first, second, third, fourth = [row.id for row in rows_of(diary)]
    done = edit(diary, third, Scope.THIS_AND_FOLLOWING, comments="later")
    edit(diary, second, Scope.THIS_ONLY, comments="once")
    rows = rows_of(diary)
    assert done.count == 2
    assert len({row.series_id for row in rows}) == 1
    assert [row.comments for row in rows] == ["", "once", "later", "later"]
    assert not any(row.is_exception for row in rows)
    assert {first, fourth} <= {row.id for row in rows}


def test_r12_a_new_subject_splits_the_series_and_leaves_what_was_before(diary: Diary) -> None:
    diary.add(MONDAY, rule=WEEKLY, subject="old")
    ids = [row.id for row in rows_of(diary)]
    edit(diary, ids[2], Scope.THIS_AND_FOLLOWING, subject="PHY new")
    rows = rows_of(diary)
    assert [row.subject for row in rows] == ["old", "old", "PHY new", "PHY new"]
    assert (rows[1].series_id != rows[2].series_id, rows[2].series_id == rows[3].series_id) == (True, True)


def test_r13_what_took_place_keeps_its_subject_and_its_comments(diary: Diary) -> None:
    diary.add(MONDAY, rule=WEEKLY, subject="old")
    later(diary, "2026-03-17T00:00+00:00")
    edit(diary, rows_of(diary)[0].id, Scope.ALL_IN_SERIES, comments="from now on")
    edit(diary, rows_of(diary)[0].id, Scope.ALL_IN_SERIES, subject="PHY new")
    rows = rows_of(diary)
    assert [row.subject for row in rows] == ["old", "old", "PHY new", "PHY new"]
    assert [row.comments for row in rows] == ["", "", "from now on", "from now on"]


def test_r11_one_occurrence_may_have_a_subject_of_its_own(diary: Diary) -> None:
    diary.add(MONDAY, rule=WEEKLY)
    edit(diary, rows_of(diary)[1].id, Scope.THIS_ONLY, subject="PHY once")
    rows = rows_of(diary)
    assert [row.subject for row in rows] == ["", "PHY once", "", ""]
    assert [row.is_exception for row in rows] == [False, True, False, False]


def test_e_locked_what_is_complete_is_not_edited_any_more(diary: Diary) -> None:
    added = str(diary.add(MONDAY).session_id)
    later(diary)
    completing.complete(diary.sessions, diary.act, added, Form(), apportionment=True)
    for what in ({"subject": "PHY x"}, {"comments": "x"}):
        with refused("E_LOCKED"):
            edit(diary, added, **what)
    own = diary.add("2026-03-25 10:00", kind=Kind.OTHER_EVENT, clients=[], subject="Lunch").session_id
    with refused("E_LOCKED"):
        edit(diary, own, subject="PHY x")


def test_e_text_comments_fit_on_a_page(diary: Diary) -> None:
    with refused("E_TEXT"):
        diary.add(MONDAY, comments="x" * 2001)
    with refused("E_TEXT"):
        edit(diary, diary.add(MONDAY).session_id, comments="x" * 2001)


# --- a client by name only ------------------------------------------------------------------------------------


def test_004_05_a_client_of_whom_only_the_name_is_known_has_an_internal_id_at_once(
    either_diary: Diary,
) -> None:
    with either_diary.read() as database:
        known = set(database.scalars(select(Client.internal_id)))
    done = either_diary.add(MONDAY, clients=[], new_clients=["Ravi  K."])
    (new,) = done.new_clients
    assert new not in known
    with loaded(either_diary, done.session_id) as row:
        client = row.clients[0].client
        assert (client.internal_id, client.name, client.ref, client.active) == (new, "Ravi K.", new, True)
        assert (client.email, client.phone, client.address) == ("", "", "")  # nothing that could be sent to
    group = either_diary.add(
        "2026-03-10 10:00", work_type=WorkType.GROUP, clients=["noor"], new_clients=["A B", "C D"]
    )
    assert len({new, *group.new_clients}) == 3


def test_004_05_nobody_is_made_where_the_session_is_refused(diary: Diary) -> None:
    for code, values in {
        "E_DUPLICATE_CLIENT": {"new_clients": ["Ravi K."]},  # beside Noor, in an appointment
        "E_CLIENT_REQUIRED": {"clients": [], "new_clients": [" "]},
        "E_SITE_REQUIRED": {"clients": [], "new_clients": ["Ravi K."], "location_type": LocationType.SITE},
    }.items():
        with refused(code):
            diary.add(MONDAY, **values)
    with diary.read() as database:
        assert database.scalar(select(Client).where(Client.name == "Ravi K.")) is None


def test_004_05_the_record_is_completed_by_an_import(diary: Diary) -> None:
    (new,) = diary.add(MONDAY, clients=[], new_clients=["Ravi K."]).new_clients
    diary.bring(f'[[client]]\nid = "{new}"\nname = "Ravi Kumar"\nemail = "ravi@example.org"\n')
    with diary.read() as database:
        found = database.scalars(select(Client).where(Client.internal_id == new)).one()
        assert (found.name, found.email) == ("Ravi Kumar", "ravi@example.org")


# --- assets ---------------------------------------------------------------------------------------------------


@pytest.fixture
def equipped(diary: Diary) -> Diary:
    diary.bring(ASSETS)
    return diary


def equip(diary: Diary, session: object, scope: Scope | None = None, **what: object) -> equipping.Changed:
    return equipping.equip(diary.sessions, diary.act, str(session), Assets(**what), scope)  # type: ignore[arg-type]


def taken(diary: Diary, session: object) -> dict[str, int]:
    with loaded(diary, session) as row:
        return {one.asset.ref: one.qty for one in row.assets}


def test_001_09_assets_come_along_and_are_left(either_diary: Diary) -> None:
    either_diary.bring(ASSETS)
    session = either_diary.add(MONDAY, region="west", assets=["chair:2"]).session_id
    before = revisions(either_diary)
    equip(either_diary, session, add=["minibus", "chair"])
    assert taken(either_diary, session) == {"minibus": 1, "chair": 1}
    assert session is not None
    assert revisions(either_diary)[session] > before[session]
    equip(either_diary, session, remove=["minibus"])
    assert taken(either_diary, session) == {"chair": 1}
    with refused("E_NOT_FOUND"):
        equip(either_diary, session, remove=["minibus"])
    with refused("E_ASSET_QUANTITY"):
        equip(either_diary, session, add=["chair"], remove=["chair"])


def test_e_asset_conflict_what_is_in_use_cannot_be_taken_later_either(equipped: Diary) -> None:
    equipped.add(MONDAY, assets=["minibus"], workers=["tom"], clients=["liam"])
    session = equipped.add(MONDAY, rule=WEEKLY).session_id
    with pytest.raises(DomainError, match="2026-03-08 23:30") as caught:
        equip(equipped, session, Scope.THIS_AND_FOLLOWING, add=["minibus"])
    assert caught.value.code == "E_ASSET_CONFLICT"
    assert taken(equipped, session) == {}
    done = equip(equipped, session, Scope.THIS_ONLY, add=["minibus"], override="two drivers")
    assert done.warnings == ("E_ASSET_CONFLICT",)
    with equipped.read() as database:
        assert database.scalars(select(Waiver.session_id)).one() == session
    equip(equipped, session, Scope.THIS_ONLY, remove=["minibus"])


def test_e_asset_region_of_another_region_it_cannot_be_taken(equipped: Diary) -> None:
    session = equipped.add(MONDAY, region="east").session_id
    with refused("E_ASSET_REGION"):
        equip(equipped, session, add=["minibus"])


def test_r12_a_series_takes_assets_from_here_on_and_so_does_what_is_made_later(equipped: Diary) -> None:
    equipped.add(MONDAY, rule="FREQ=WEEKLY", assets=["chair"])
    ids = [row.id for row in rows_of(equipped)]
    equip(equipped, ids[2], Scope.THIS_AND_FOLLOWING, add=["minibus", "chair:2"])
    equipped.now = equipped.now.replace(year=2026, month=6)
    upkeep.extend(equipped.sessions, equipped.act)
    found = [taken(equipped, row.id) for row in rows_of(equipped)]
    assert len(found) > len(ids)
    assert found[:2] == [{"chair": 1}] * 2
    assert found[2:] == [{"chair": 2, "minibus": 1}] * (len(found) - 2)


def test_e_locked_what_is_complete_keeps_its_assets(equipped: Diary) -> None:
    session = str(equipped.add(MONDAY, assets=["chair"]).session_id)
    later(equipped)
    completing.complete(equipped.sessions, equipped.act, session, Form(), apportionment=True)
    with refused("E_LOCKED"):
        equip(equipped, session, remove=["chair"])


# --- clients and what is planned for them ---------------------------------------------------------------------


def test_001_16_clients_who_leave_a_series_leave_its_services_also_those_to_come(diary: Diary) -> None:
    diary.bring(AGREED)
    group = {"work_type": WorkType.GROUP, "clients": ["noor", "liam"], "site": "hills"}
    diary.add(MONDAY, rule="FREQ=WEEKLY", **group)
    first = str(rows_of(diary)[0].id)
    plan(diary, first, "outing", Scope.ALL_IN_SERIES, ratio=2)
    plan(diary, first, "group", Scope.ALL_IN_SERIES, clients=["liam"])
    third = str(rows_of(diary)[2].id)
    who = Clients(add=["eva"], remove=["liam"])
    attending.change(diary.sessions, diary.act, third, who, Scope.THIS_AND_FOLLOWING)

    diary.now = diary.now.replace(month=6)
    upkeep.extend(diary.sessions, diary.act)
    rows = rows_of(diary)
    told = [
        [(one.service, one.clients, one.primary) for one in list_plans(diary.sessions, str(row.id))]
        for row in rows
    ]
    assert sorted(told[0]) == [("group", ("C-1090",), False), ("outing", ("C-1077", "C-1090"), True)]
    assert told[2:] == [[("outing", ("C-1077",), True)]] * (len(rows) - 2)
    with diary.read() as database:
        assert not [one for one in database.scalars(select(PlannedService.id)) if not _clients(diary, one)]


def test_001_16_where_nobody_is_left_for_the_primary_service_another_is(diary: Diary) -> None:
    diary.bring(AGREED)
    session = str(
        diary.add(MONDAY, work_type=WorkType.GROUP, clients=["noor", "liam"], site="hills").session_id
    )
    plan(diary, session, "outing", clients=["liam"])
    plan(diary, session, "group", clients=["noor"])
    attending.change(diary.sessions, diary.act, session, Clients(remove=["liam"]), None)
    assert [(one.service, one.primary) for one in list_plans(diary.sessions, session)] == [("group", True)]


def plans_of(diary: Diary, session: UUID) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(one.service, one.clients, one.primary) for one in list_plans(diary.sessions, str(session))]


def _clients(diary: Diary, planned: UUID) -> list[object]:
    with diary.read() as database:
        of = PlannedServiceClient.planned_id == planned
        return list(database.scalars(select(PlannedServiceClient.client_id).where(of)))


# --- places ---------------------------------------------------------------------------------------------------


def test_001_08_a_session_has_a_site_and_the_sites_region_or_another(diary: Diary) -> None:
    diary.bring(
        ASSETS
        + '[[site]]\nid = "house"\ncode = "HSE"\nname = "House"\ntz = "Australia/Adelaide"\nregion = "west"\n'
    )
    east, west = (diary.add(MONDAY, site="house", region=said).session_id for said in ("east", None))
    nowhere = diary.add(MONDAY).session_id
    regions = []
    for session in (east, west, nowhere):
        with loaded(diary, session) as row:
            regions.append(row.region_id)
    with diary.read() as database:
        ids = {region.ref: region.id for region in database.scalars(select(Region))}
    assert regions == [ids["east"], ids["west"], None]
