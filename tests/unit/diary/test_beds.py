"""Beds in the diary (000-24 to 000-28): conflicts on both databases, limits with a waiver, what a stay delivers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.diary import beds
from adapters.diary.beds import Edit, NewStay, Stayed
from adapters.diary.importing import import_practice
from adapters.diary.stays import Wanted, list_stays
from model.delivered import ServiceDelivered
from model.errors import DomainError
from model.journal import HistoryEntry
from model.stay import BedService
from model.waiver import Waiver
from tests.unit.diary.conftest import Diary

HOUSE = """
[[site]]
id = "house"
code = "HSE"
name = "House"
tz = "Australia/Adelaide"
kind = "ACCOMMODATION"
[[bed]]
id = "b2"
name = "Bed 2"
site = "house"
room_no = "2"
record_type = "RESPITE"
min_age = 18
max_age = 64
[[bed]]
id = "b3"
name = "Bed 3"
site = "house"
record_type = "SUPPORTED_ACCOMMODATION"
gender = "FEMALE"
emergency = true
[[bed]]
id = "b4"
name = "Bed 4"
site = "house"
status = "OUT_OF_SERVICE"
[[client]]
id = "eva"
name = "Eva Petrov"
dob = 1990-05-01
gender = "FEMALE"
[[client]]
id = "noor"
name = "Noor Haddad"
dob = 1985-05-01
gender = "FEMALE"
[[client]]
id = "old"
name = "Old Man"
dob = 1956-01-01
gender = "MALE"
[[service]]
id = "respite"
code = "01_058"
name = "Respite"
unit = "NIGHT"
rate_cents = 60000
[[service]]
id = "linen"
code = "L"
name = "Linen"
unit = "EACH"
rate_cents = 1000
[[agreement]]
id = "eva-26"
client = "eva"
start_date = 2026-01-01
end_date = 2026-03-31
[[agreement_item]]
id = "eva-26-respite"
agreement = "eva-26"
service = "respite"
rate_cents = 55050
"""
Furnish = Callable[[Diary], Diary]


@pytest.fixture
def furnish(tmp_path: Path) -> Furnish:
    def bring(diary: Diary) -> Diary:
        file = tmp_path / "house.toml"
        file.write_text(HOUSE, encoding="utf-8")
        import_practice(diary.sessions, diary.act, file)
        return diary

    return bring


@pytest.fixture
def house(diary: Diary, furnish: Furnish) -> Diary:
    return furnish(diary)


def book(diary: Diary, start: str = "2026-03-20", end: str = "2026-03-23", **other: object) -> Stayed:
    usual = {"bed": "b2", "client": "eva"}
    return beds.book(diary.sessions, diary.act, NewStay(start=start, end=end, **(usual | other)))  # type: ignore[arg-type]


def refusal(diary: Diary, *dates: str, **other: object) -> str:
    with pytest.raises(DomainError) as refused:
        book(diary, *dates, **other)
    return refused.value.code


def stays(diary: Diary, **wanted: str) -> list[tuple[str, str, str]]:
    return [(s.client, s.start, s.state) for s in list_stays(diary.sessions, Wanted(**wanted))]  # type: ignore[arg-type]


def test_000_25_e_bed_conflict_one_stay_at_a_time(either_diary: Diary, furnish: Furnish) -> None:
    diary = furnish(either_diary)
    first = book(diary)
    assert refusal(diary, "2026-03-22", "2026-03-24", client="noor") == "E_BED_CONFLICT"
    assert book(diary, "2026-03-23", "2026-03-25", client="noor").state == "BOOKED"
    assert book(diary, "2026-03-22", "2026-03-24", client="noor", bed="b3").warnings == ()

    beds.cancel(diary.sessions, diary.act, str(first.booking_id), "family came")
    assert book(diary, "2026-03-22", "2026-03-23", client="noor").state == "BOOKED"
    assert stays(diary, bed="b2", state="BOOKED") == [
        ("C-1077", "2026-03-22", "BOOKED"),
        ("C-1077", "2026-03-23", "BOOKED"),
    ]


def test_000_25_times_of_check_in_and_check_out_meet_whole_nights(house: Diary) -> None:
    book(house, "2026-03-20 14:00", "2026-03-22 10:00")
    assert refusal(house, "2026-03-22", "2026-03-23", client="noor") == "E_BED_CONFLICT"
    assert book(house, "2026-03-22 10:00", "2026-03-23 10:00", client="noor").state == "BOOKED"
    assert refusal(house, "2026-04-01", "2026-04-02 10:00") == "E_TIME"


def test_e_bed_limits_an_administrator_may_say_why(house: Diary) -> None:
    assert refusal(house, client="old") == "E_BED_LIMITS"
    assert refusal(house, client="liam") == "E_BED_LIMITS"  # when liam was born nobody has said
    assert refusal(house, client="old", override="") == "E_NOTE"
    done = book(house, client="old", override="Agreed with the house")
    assert done.warnings == ("E_BED_LIMITS",)
    with house.read() as database:
        (kept,) = database.scalars(select(Waiver)).all()
        assert (kept.booking_id, kept.code, kept.given_by) == (done.booking_id, "E_BED_LIMITS", "sam")
        codes = database.scalars(select(HistoryEntry.code).where(HistoryEntry.action == "bed-booked")).all()
        assert codes == ["E_BED_LIMITS"]


def test_e_bed_conflict_may_be_waived_too_and_both_are_kept(house: Diary) -> None:
    book(house)
    done = book(house, client="old", override="Mother and child")
    assert done.warnings == ("E_BED_CONFLICT", "E_BED_LIMITS")


def test_e_bed_closed_a_bed_out_of_service(house: Diary) -> None:
    assert refusal(house, bed="b4") == "E_BED_CLOSED"
    assert refusal(house, bed="b4", override="anyway") == "E_BED_CLOSED"


def test_000_27_a_hold_blocks_others_all_the_same(house: Diary) -> None:
    stay = str(book(house).booking_id)
    held = beds.hold(house.sessions, house.act, stay, start="2026-03-21", end="2026-03-22", reason="hospital")
    assert held.state == "ON_HOLD"
    assert refusal(house, "2026-03-21", "2026-03-22", client="noor") == "E_BED_CONFLICT"
    assert list_stays(house.sessions, Wanted())[0].holds == ("2026-03-21/2026-03-22",)
    assert beds.end_hold(house.sessions, house.act, stay, None).state == "BOOKED"


def test_000_28_edit_asks_again_for_the_bed_and_its_limits(house: Diary) -> None:
    stay = str(book(house).booking_id)
    book(house, "2026-03-24", "2026-03-26", client="noor")
    assert beds.edit(house.sessions, house.act, stay, Edit(end="2026-03-24")).end == "2026-03-24"
    for to, code in (
        (Edit(end="2026-03-25"), "E_BED_CONFLICT"),
        (Edit(bed="b4"), "E_BED_CLOSED"),
        (Edit(start="2026-03-24"), "E_END_BEFORE_START"),
    ):
        with pytest.raises(DomainError) as refused:
            beds.edit(house.sessions, house.act, stay, to)
        assert refused.value.code == code
    assert beds.edit(house.sessions, house.act, stay, Edit(bed="b3", end="2026-03-25")).warnings == ()
    old = str(book(house, "2026-04-01", "2026-04-03", client="old", override="agreed").booking_id)
    with pytest.raises(DomainError) as refused:
        beds.edit(house.sessions, house.act, old, Edit(bed="b3"))
    assert refused.value.code == "E_BED_LIMITS"


def test_000_26_us19_each_night_but_that_in_hospital_is_delivered(
    either_diary: Diary, furnish: Furnish
) -> None:
    diary = furnish(either_diary)
    stay = str(book(diary, nightly=["respite"], services=["linen:1.5"]).booking_id)
    beds.check_in(diary.sessions, diary.act, stay)
    beds.hold(diary.sessions, diary.act, stay, start="2026-03-21", end="2026-03-22", reason="hospital")
    beds.end_hold(diary.sessions, diary.act, stay, None)
    beds.edit(diary.sessions, diary.act, stay, Edit(end="2026-03-24"))
    done = beds.check_out(diary.sessions, diary.act, stay, None, override=None)
    assert (done.state, done.delivered) == ("COMPLETED", 4)
    with diary.read() as database:
        lines = database.scalars(select(ServiceDelivered).order_by(ServiceDelivered.amount_cents)).all()
        assert sorted((str(one.day), one.amount_cents) for one in lines) == [
            ("2026-03-20", 1_500),
            ("2026-03-20", 55_050),
            ("2026-03-22", 55_050),
            ("2026-03-23", 55_050),
        ]
        assert {str(one.booking_id) for one in lines} == {stay}
        assert {one.session_id for one in lines} == {None}
        agreed = database.execute(select(BedService.rate_cents, BedService.ad_hoc)).all()
        assert sorted(map(tuple, agreed)) == [(1_000, True), (55_050, False)]


def test_000_26_services_are_of_the_agreement_that_covers_the_first_night(house: Diary) -> None:
    book(house, "2026-04-01", "2026-04-02", nightly=["respite"])
    with house.read() as database:
        assert database.execute(select(BedService.rate_cents, BedService.ad_hoc)).all() == [(60_000, True)]
    assert refusal(house, "2026-05-01", "2026-05-02", nightly=["linen"]) == "E_BED_SERVICE"


def test_000_26_e_ad_hoc_off_what_was_not_agreed_is_not_delivered_in_a_stay_either(house: Diary) -> None:
    new = NewStay(bed="b2", client="eva", start="2026-03-20", end="2026-03-23", nightly=["respite"])
    stay = str(beds.book(house.sessions, house.act, new, ad_hoc=False).booking_id)
    with pytest.raises(DomainError) as off:
        beds.edit(house.sessions, house.act, stay, Edit(services=["linen"]), ad_hoc=False)
    assert off.value.code == "E_AD_HOC_OFF"
    assert list_stays(house.sessions, Wanted())[0].services == ("respite:1.00 PER_NIGHT",)
    late = NewStay(bed="b2", client="eva", start="2026-04-01", end="2026-04-02", nightly=["respite"])
    with pytest.raises(DomainError) as off:
        beds.book(house.sessions, house.act, late, ad_hoc=False)
    assert off.value.code == "E_AD_HOC_OFF"


def test_services_that_are_named_anew_replace_what_there_was(house: Diary) -> None:
    stay = str(book(house, nightly=["respite"]).booking_id)
    beds.edit(house.sessions, house.act, stay, Edit(nightly=(), services=["linen:2"]))
    assert list_stays(house.sessions, Wanted())[0].services == ("linen:2.00 FIXED_QUANTITY",)


def test_a_stay_that_ends_sooner_delivers_less_and_gives_its_bed_back(house: Diary) -> None:
    stay = str(book(house, nightly=["respite"]).booking_id)
    beds.check_in(house.sessions, house.act, stay)
    done = beds.check_out(house.sessions, house.act, stay, "2026-03-22", override=None)
    assert (done.end, done.delivered) == ("2026-03-22", 2)
    assert book(house, "2026-03-22", "2026-03-23", client="noor").state == "BOOKED"
    assert refusal(house, "2026-03-21", "2026-03-22", client="noor") == "E_BED_CONFLICT"


def test_a_stay_that_ends_later_is_asked_for_its_bed(house: Diary) -> None:
    stay = str(book(house).booking_id)
    book(house, "2026-03-23", "2026-03-25", client="noor")
    beds.check_in(house.sessions, house.act, stay)
    with pytest.raises(DomainError) as refused:
        beds.check_out(house.sessions, house.act, stay, "2026-03-24", override=None)
    assert refused.value.code == "E_BED_CONFLICT"


def test_000_01_stays_are_found_by_time_site_client_and_state(house: Diary) -> None:
    book(house)
    book(house, "2026-03-20", "2026-03-23", client="noor", bed="b3")
    assert len(stays(house, site="house")) == 2
    assert stays(house, client="noor") == [("C-1077", "2026-03-20", "BOOKED")]
    assert stays(house, start="2026-03-23") == []
    assert stays(house, end="2026-03-20") == []
    assert len(stays(house, start="2026-03-22", end="2026-03-23")) == 2
    assert stays(house, site="adelaide") == []
