"""What can be booked online: every row of DOMAIN 4's column "Online booking", and why."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, update

from adapters.diary import beds, cancelling, completing
from adapters.diary.appointment_types import AppointmentType, add_type, list_types, retire_type
from adapters.diary.availability import offer_time, set_hours
from adapters.diary.beds import NewStay
from adapters.diary.busy import busy_time
from adapters.diary.leave import NewLeave, add_leave
from adapters.diary.reserved_slots import list_windows, remove_window
from adapters.diary.resource_busy import Resource, resource_busy
from adapters.diary.slots import Search, find_slots
from adapters.diary.times import read_instant
from model.busy import BusyBlock, Fbtype
from model.cancellation import CancelledBy
from model.details import Kind, ShowAs
from model.errors import DomainError
from model.link import AuthKind, CalendarAccount, CalendarLink, LinkState, Mode, Role, SeenItem
from model.moment import zone
from model.people import BlocklistEntry, Client, Worker
from model.series import Series
from tests.unit.diary.conftest import Diary
from tests.unit.diary.online import MONDAY, TUESDAY, Online, opened

CHICAGO = zone("America/Chicago")
ALL = ["03-10 09:00", "03-10 10:00", "03-10 11:00"]


@pytest.fixture
def online(diary: Diary) -> Online:
    return opened(diary)


def mia(online: Online, start: str, minutes: int = 50, **other: object) -> UUID:
    usual = {"workers": ["mia"], "clients": ["jordan"], "minutes": minutes, "tz": "America/Chicago"}
    made = online.diary.add(start, **(usual | other)).session_id
    assert made is not None
    return made


def source(online: Online, *, last_ok: timedelta | None = timedelta(minutes=5)) -> UUID:
    """A busy source of Mia's, read so long ago."""
    act = online.diary.act
    with online.diary.sessions.begin() as database:
        worker = database.query(Worker).filter_by(ref="mia").one()
        account = CalendarAccount(
            id=act.new_id(),
            worker_id=worker.id,
            server="https://x.example",
            user="mia",
            auth=AuthKind.PASSWORD,
            secret=b"",
        )
        link = CalendarLink(
            id=act.new_id(), ref="mia-home", worker_id=worker.id, account_id=account.id, href="https://x.example/c/",
            tz="America/Chicago", role=Role.BUSY_SOURCE, mode=Mode.ONE_WAY, privacy_level="busy",
            cancelled_display="mark", pull_s=300, state=LinkState.ACTIVE, next_run_at=act.now,
            last_ok_at=act.now - last_ok if last_ok is not None else None,
        )  # fmt: skip
        database.add(account)
        database.flush()
        database.add(link)
        return link.id


def block(online: Online, link: UUID, start: str, minutes: int, fbtype: Fbtype = Fbtype.BUSY) -> None:
    act, at = online.diary.act, read_instant(start, CHICAGO)
    with online.diary.sessions.begin() as database:
        item = SeenItem(id=act.new_id(), link_id=link, href=start, href_key=start, etag="1")
        database.add(item)
        database.flush()
        database.add(
            BusyBlock(
                id=act.new_id(), link_id=link, item_id=item.id, uid_hash=start, starts_at=at,
                ends_at=at + timedelta(minutes=minutes), fbtype=fbtype,
            )
        )  # fmt: skip


# --- windows, terms ------------------------------------------------------------------------------------------


def test_003_10_only_what_lies_in_a_window_can_be_booked(online: Online) -> None:
    assert online.slots() == ALL
    assert online.slots("2026-03-11", "2026-03-20") == []


def test_003_10_a_window_is_for_its_types(online: Online) -> None:
    online.window("2026-03-10 14:00", "15:00", types=["call"])
    assert online.slots() == ALL
    assert online.slots(type="call")[-4:] == ["03-10 14:00", "03-10 14:15", "03-10 14:30", "03-10 14:45"]


def test_003_10_a_repeating_window_leaves_one_out_and_is_taken_back(online: Online) -> None:
    online.rules = online.rules.__class__(allow=True, how_far_days=60)
    ref = online.window("2026-03-12 09:00", "10:00", rule="FREQ=WEEKLY;COUNT=3")
    assert online.slots("2026-03-11", "2026-04-30") == ["03-12 09:00", "03-19 09:00", "03-26 09:00"]
    remove_window(online.diary.sessions, online.diary.act, ref, only="2026-03-19 09:00")
    assert online.slots("2026-03-11", "2026-04-30") == ["03-12 09:00", "03-26 09:00"]
    shown = next(one for one in list_windows(online.diary.sessions, "mia") if one.ref == ref)
    assert (shown.left_out, shown.types, shown.worker) == (("2026-03-19T09:00:00",), (), "mia")
    with pytest.raises(DomainError, match="begins then"):
        remove_window(online.diary.sessions, online.diary.act, ref, only="2026-03-20 09:00")
    remove_window(online.diary.sessions, online.diary.act, ref)
    assert online.slots("2026-03-11", "2026-04-30") == []


@pytest.mark.parametrize("end", ["09:00", "2026-03-12 09:01"])
def test_003_10_a_window_ends_later_within_a_day(online: Online, end: str) -> None:
    with pytest.raises(DomainError) as refused:
        online.window("2026-03-11 09:00", end)
    assert refused.value.code == "E_END_BEFORE_START"


def test_003_06_names_are_unique_and_a_retired_type_is_offered_no_longer(online: Online) -> None:
    sessions, act = online.diary.sessions, online.diary.act
    with pytest.raises(DomainError) as refused:
        add_type(sessions, act, AppointmentType(ref="other", name="Psychotherapy", length_min=5))
    assert refused.value.code == "E_EXISTS"
    retire_type(sessions, act, "therapy")
    assert [(one.ref, one.active) for one in list_types(sessions)] == [("call", True), ("therapy", False)]
    with pytest.raises(DomainError) as refused:
        online.slots()
    assert refused.value.code == "E_APPOINTMENT_TYPE"


def test_003_07_003_08_clients_are_shown_the_length_and_not_the_padding(online: Online) -> None:
    search = Search(type="therapy", worker="mia", start="2026-03-10", end="2026-03-11")
    found = find_slots(online.diary.sessions, online.diary.act, search, online.rules)
    assert {(one.minutes, one.end[11:16]) for one in found} == {(50, "09:50"), (50, "10:50"), (50, "11:50")}
    assert "padding" not in str(found)


def test_e_booking_off_without_leave_of_the_practice_nothing_is_offered(online: Online) -> None:
    online.allow(allow=False)
    for ask in (online.slots, online.why, online.book):
        with pytest.raises(DomainError) as refused:
            ask()
        assert refused.value.code == "E_BOOKING_OFF"


def test_003_04_the_cut_off(online: Online) -> None:
    online.diary.now = MONDAY + timedelta(minutes=1)
    assert online.slots() == ALL[1:]
    assert online.rules_at() == {"09:00": "CUT_OFF", "10:00": "", "11:00": ""}


def test_003_05_how_far_out(online: Online) -> None:
    online.window("2026-04-08 09:00", "10:00", rule="FREQ=DAILY;COUNT=2")
    assert online.slots("2026-04-01", "2026-04-20") == ["04-08 09:00"]
    assert [one.rule for one in online.why("2026-04-01", "2026-04-20")] == ["", "TOO_FAR"]


def test_g26_a_search_over_too_many_days_is_refused(online: Online) -> None:
    with pytest.raises(DomainError) as refused:
        online.slots("2026-03-10", "2026-06-10")
    assert refused.value.code == "E_TOO_MUCH"


# --- DOMAIN 4, row by row --------------------------------------------------------------------------------------


def test_r64_a_session_blocks(online: Online) -> None:
    mia(online, "2026-03-10 10:00")
    assert online.rules_at() == {"09:00": "", "10:00": "SESSION", "11:00": ""}


def test_r64_what_is_going_on_or_complete_blocks(online: Online) -> None:
    row = mia(online, "2026-03-09 09:00")
    online.allow(cutoff_min=0)
    online.window("2026-03-09 09:30", "10:30")
    completing.start(online.diary.sessions, online.diary.act, str(row))
    assert [one.rule for one in online.why("2026-03-09", "2026-03-10")] == ["SESSION"]


def test_003_08_the_padding_of_what_is_booked_blocks_and_shows_busy(online: Online) -> None:
    online.allow(slot_step_min=30)
    online.book("2026-03-10 09:00")
    assert online.rules_at()["09:30"] == "SESSION"
    online.window("2026-03-10 09:50", "11:00")
    assert online.rules_at()["09:50"] == "PADDING"
    (busy,) = busy_time(online.diary.sessions, "mia", "2026-03-10", "2026-03-11").blocks
    assert (busy.end - busy.start, busy.fbtype) == (timedelta(minutes=60), Fbtype.BUSY)
    late = busy_time(online.diary.sessions, "mia", "2026-03-10 09:55", "2026-03-11").blocks
    assert [block.end - block.start for block in late] == [timedelta(minutes=5)]


def test_r64_a_request_blocks_other_clients_and_not_staff(online: Online) -> None:
    online.allow(mode="request")
    online.book("2026-03-10 10:00")
    assert online.rules_at()["10:00"] == "REQUEST"
    (busy,) = busy_time(online.diary.sessions, "mia", "2026-03-10", "2026-03-11").blocks
    assert busy.fbtype is Fbtype.BUSY_TENTATIVE
    made = online.diary.add("2026-03-10 10:00", workers=["mia"], clients=["jordan"], tz="America/Chicago")
    assert made.warnings == ()


def test_r64_a_draft_blocks(online: Online) -> None:
    mia(online, "2026-03-10 10:00", rostered=False)
    assert online.rules_at()["10:00"] == "DRAFT"


@pytest.mark.parametrize(("show", "rule"), [(ShowAs.BUSY, "OTHER_EVENT"), (ShowAs.FREE, "")])
def test_004_20_004_21_a_busy_other_event_blocks_and_a_free_one_does_not(
    online: Online, show: ShowAs, rule: str
) -> None:
    mia(online, "2026-03-10 10:00", clients=[], kind=Kind.OTHER_EVENT, subject="Dentist", show_as=show)
    assert online.rules_at()["10:00"] == rule


def test_004_20_an_all_day_other_event_blocks_by_what_it_says(online: Online) -> None:
    other = {"clients": [], "kind": Kind.OTHER_EVENT, "subject": "Away", "minutes": None}
    mia(online, "2026-03-10", **other, show_as=ShowAs.FREE)  # type: ignore[arg-type]
    assert online.slots() == ALL
    mia(online, "2026-03-10", **other)  # type: ignore[arg-type]
    assert online.slots() == []


def test_r64_a_shift_without_a_session_blocks(online: Online) -> None:
    mia(online, "2026-03-10 10:00", 120, clients=[], kind=Kind.SHIFT)
    assert online.rules_at() == {"09:00": "", "10:00": "SHIFT", "11:00": "SHIFT"}


def test_r64_leave_blocks_also_where_staff_may_book(online: Online) -> None:
    away = NewLeave(worker="mia", start="2026-03-10 10:00", end="11:00")
    add_leave(online.diary.sessions, online.diary.act, away)
    assert online.rules_at()["10:00"] == "AWAY"


def test_r64_outside_of_availability_is_blocked_and_a_single_time_opens_it(online: Online) -> None:
    set_hours(
        online.diary.sessions, online.diary.act, "mia", "MO-FR 10:00-17:00", first="2026-03-01", last=None
    )
    assert online.rules_at() == {"09:00": "AWAY", "10:00": "", "11:00": ""}
    offer_time(online.diary.sessions, online.diary.act, "mia", "2026-03-10 09:00", end="10:00", minutes=None)
    assert online.slots() == ALL


def test_r64_a_busy_source_blocks(online: Online) -> None:
    block(online, source(online), "2026-03-10 10:30", 15)
    explained = {one.start[11:16]: (one.rule, one.where) for one in online.why()}
    assert explained["10:00"] == ("CALENDAR", "mia-home")
    assert online.slots() == [ALL[0], ALL[2]]


@pytest.mark.parametrize(("blocks", "rule"), [(True, "CALENDAR_TENTATIVE"), (False, "")])
def test_r64_what_is_tentative_elsewhere_blocks_if_the_practice_says_so(
    online: Online, blocks: bool, rule: str
) -> None:
    online.allow(tentative_blocks=blocks)
    block(online, source(online), "2026-03-10 10:00", 60, Fbtype.BUSY_TENTATIVE)
    assert online.rules_at()["10:00"] == rule


def test_r64_an_all_day_event_elsewhere_blocks_the_day(online: Online) -> None:
    block(online, source(online), "2026-03-10 00:00", 24 * 60)
    assert online.slots() == []


def test_r64_what_was_cancelled_or_given_up_does_not_block(online: Online) -> None:
    row = mia(online, "2026-03-10 10:00")
    how = cancelling.Cancel(by=CancelledBy.PROVIDER, reason="office-closed", advised="2026-03-09 08:00")
    cancelling.cancel(online.diary.sessions, online.diary.act, str(row), how, None)
    assert online.slots() == ALL


def test_r64_a_full_room_blocks_and_requests_fill_it(online: Online) -> None:
    online.window("2026-03-10 14:00", "16:00", room="room-2")
    online.window("2026-03-10 14:00", "16:00", worker="priya", room="room-2", types=["call"])
    online.diary.add("2026-03-10 14:00", workers=["priya"], clients=["noor"], room="room-2", minutes=30)
    explained = {one.start[11:16]: (one.rule, one.where) for one in online.why()}
    assert explained["14:00"] == ("ROOM", "room-2")
    online.allow(mode="request")
    online.book("2026-03-10 15:00")
    assert {
        one.rule
        for one in online.why(worker="priya", type="call", end="2026-03-12")
        if one.start[11:16] == "15:00"
    } == {"ROOM"}
    shown = resource_busy(online.diary.sessions, Resource.ROOM, "room-2", "2026-03-10", "2026-03-12").blocks
    assert [one.fbtype for one in shown] == [Fbtype.BUSY, Fbtype.BUSY_TENTATIVE]


def test_r64_an_asset_in_use_blocks_and_what_is_booked_takes_it(online: Online) -> None:
    online.diary.bring(
        '[[region]]\nid = "west"\nname = "West"\n[[asset]]\nid = "kit"\nname = "Kit"\nregion = "west"\n'
    )
    online.window("2026-03-10 14:00", "16:00", asset="kit")
    online.book("2026-03-10 14:00")
    online.window("2026-03-10 14:00", "15:00", worker="priya", site="chicago", asset="kit", types=["call"])
    shown = online.why(worker="priya", type="call", end="2026-03-12")
    assert {one.rule for one in shown if one.where == "kit"} == {"ASSET"}


BED = """
[[site]]
id = "house"
code = "HSE"
name = "House"
tz = "America/Chicago"
kind = "ACCOMMODATION"
[[bed]]
id = "b9"
name = "Bed 9"
site = "house"
record_type = "RESPITE"
"""


def test_r64_a_bed_is_taken_by_nights_and_no_slot_takes_one(online: Online) -> None:
    """Beds are booked by staff: a stay is busy time of its bed, and its client can be seen meanwhile."""
    online.diary.bring(BED)
    stay = NewStay(bed="b9", client="eva", start="2026-03-09", end="2026-03-12")
    beds.book(online.diary.sessions, online.diary.act, stay)
    (taken,) = resource_busy(online.diary.sessions, Resource.BED, "b9", *TUESDAY).blocks
    assert taken.fbtype is Fbtype.BUSY
    assert online.slots(client="eva") == online.slots() == ALL
    with pytest.raises(TypeError):
        online.window("2026-03-10 14:00", "16:00", bed="b9")
    assert online.book("2026-03-10 09:00", "eva").state == "BOOKED"
    with pytest.raises(DomainError) as refused:
        beds.book(online.diary.sessions, online.diary.act, replace(stay, client="noor"))
    assert refused.value.code == "E_BED_CONFLICT"


def test_r64_a_client_who_is_booked_elsewhere_is_not_offered_the_time(online: Online) -> None:
    online.diary.add("2026-03-10 10:15", workers=["priya"], clients=["eva"], tz="America/Chicago", minutes=30)
    assert online.slots() == ALL
    assert online.slots(client="eva") == [ALL[0], ALL[2]]
    with pytest.raises(DomainError) as refused:
        online.book("2026-03-10 10:00", "eva")
    assert refused.value.code == "E_SLOT_TAKEN"


def test_r30_whoever_is_kept_from_a_client_is_not_offered_to_them(online: Online) -> None:
    with online.diary.sessions.begin() as database:
        worker, client = (
            database.query(noun).filter_by(ref=ref).one() for noun, ref in ((Worker, "mia"), (Client, "eva"))
        )
        act = online.diary.act
        database.add(BlocklistEntry(id=act.new_id(), ref="b", worker_id=worker.id, client_id=client.id))
    assert online.slots(client="eva") == []
    assert online.slots(client="liam") == ALL
    assert {one.rule for one in online.why(client="eva")} == {"NOT_ELIGIBLE"}


def test_r10_beyond_the_rows_that_were_made_nothing_is_free(online: Online) -> None:
    mia(online, "2026-03-02 15:00", rule="FREQ=WEEKLY;BYDAY=MO")
    assert online.slots() == ALL
    with online.diary.sessions.begin() as database:
        database.execute(update(Series).values(materialised_until=MONDAY + timedelta(days=1, hours=1)))
    assert online.rules_at() == {"09:00": "", "10:00": "NOT_KNOWN_YET", "11:00": "NOT_KNOWN_YET"}


def test_r64_beyond_what_was_read_of_a_repeating_event_nothing_is_free(online: Online) -> None:
    link = source(online)
    block(online, link, "2026-03-02 10:00", 30)
    with online.diary.sessions.begin() as database:
        database.execute(update(SeenItem).values(expanded_until=MONDAY + timedelta(days=1, hours=2)))
    assert online.rules_at() == {"09:00": "", "10:00": "", "11:00": "NOT_KNOWN_YET"}


def test_why_names_windows_rules_and_calendars_and_never_a_title(online: Online) -> None:
    mia(online, "2026-03-10 10:00", clients=[], kind=Kind.OTHER_EVENT, subject="Dentist")
    mia(online, "2026-03-10 11:00", subject="Grief")
    (ref,) = {one.ref for one in list_windows(online.diary.sessions, "mia")}
    found = online.why()
    assert {one.window for one in found} == {ref}
    assert all(word not in str(found) for word in ("Dentist", "Grief", "jordan", "Jordan", "C-1042"))


# --- the whole practice, and what it costs ---------------------------------------------------------------------


def test_r64_practice_wide_each_worker_in_their_own_zone(online: Online) -> None:
    online.window("2026-03-11 09:00", "10:00", worker="priya")
    found = find_slots(
        online.diary.sessions, online.diary.act,
        Search(type="therapy", start="2026-03-10", end="2026-03-12"), online.rules,
    )  # fmt: skip
    assert [(one.worker, one.start) for one in found] == [
        ("mia", "2026-03-10T09:00:00-05:00"), ("mia", "2026-03-10T10:00:00-05:00"),
        ("mia", "2026-03-10T11:00:00-05:00"), ("priya", "2026-03-11T09:00:00+10:30"),
    ]  # fmt: skip


def queries(online: Online, **search: object) -> int:
    engine = online.diary.sessions.kw["bind"]
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    online.slots(**search)  # type: ignore[arg-type]
    event.remove(engine, "before_cursor_execute", note)
    return len([one for one in seen if one.startswith(("SELECT", "WITH"))])


def test_the_number_of_queries_depends_on_nothing(online: Online) -> None:
    few = queries(online, worker=None), queries(online), queries(online, client="eva")
    for day in range(10, 20):
        mia(online, f"2026-03-{day} 08:00", 30)
        online.window(f"2026-03-{day} 13:00", "17:00", worker="priya", room="room-1")
    online.window("2026-03-12 13:00", "17:00", room="room-2")
    mia(online, "2026-03-12 07:00", 30, rule="FREQ=DAILY;COUNT=20")
    block(online, source(online), "2026-03-10 10:30", 15)
    many = queries(online, worker=None), queries(online), queries(online, client="eva")
    for was, now in zip(few, many, strict=True):
        assert was <= now <= was + 4, (few, many)  # types of windows, rooms and sites, if there are
    more = many
    for day in range(20, 29):
        mia(online, f"2026-03-{day} 08:00", 30)
        online.window(f"2026-03-{day} 13:00", "17:00", room="room-2")
    assert (queries(online, worker=None), queries(online), queries(online, client="eva")) == more
    assert max(more) <= 20
