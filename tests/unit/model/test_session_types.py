"""What a session's type sets, what its subject is like, what staff write for themselves (001-06, 001-07, 001-14)."""

from itertools import islice
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.asset import Asset, Need, needs_after
from model.errors import DomainError
from model.particulars import Particulars, check_text, service_type_text
from model.people import LONGEST_NAME, check_name, new_internal_ids
from model.session_type import (
    COLOURS,
    LONGEST,
    SessionType,
    check_colour,
    check_duration,
    default_billable,
    default_minutes,
)
from model.subject import subject_warnings

INTAKE = SessionType(ref="intake", name="Intake", duration_min=90, billable=False, colour="teal", active=True)
PLAIN = SessionType(ref="plain", name="Plain", duration_min=None, billable=True, colour="", active=True)


@pytest.mark.parametrize(
    ("of_type", "end", "minutes", "expected"),
    [
        (INTAKE, None, None, 90),
        (INTAKE, None, 30, 30),
        (INTAKE, "11:00", None, None),
        (PLAIN, None, None, None),
        (None, None, None, None),
    ],
)
def test_001_06_a_session_lasts_as_its_type_unless_told_otherwise(
    of_type: SessionType | None, end: str | None, minutes: int | None, expected: int | None
) -> None:
    assert default_minutes(of_type, end=end, minutes=minutes) == expected


@pytest.mark.parametrize(
    ("of_type", "said", "expected"),
    [
        (INTAKE, None, False),
        (INTAKE, True, True),
        (PLAIN, None, True),
        (PLAIN, False, False),
        (None, None, True),
    ],
)
def test_001_06_it_is_billable_as_its_type_unless_told_otherwise(
    of_type: SessionType | None, said: bool | None, expected: bool
) -> None:
    assert default_billable(of_type, said) is expected


def test_001_06_a_colour_is_a_name_of_css() -> None:
    assert len(COLOURS) == 147  # those of CSS Color 3, which RFC 7986 refers to
    for colour in ("", "teal"):
        check_colour(colour)


@pytest.mark.parametrize("colour", ["#ff0000", "Teal", "teal;X-A:b", "red\nX-A:b", "rebeccapurple"])
def test_e_session_type_any_other_colour(colour: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_colour(colour)
    assert refused.value.code == "E_SESSION_TYPE"


@pytest.mark.parametrize(
    ("minutes", "fits"), [(None, True), (1, True), (LONGEST, True), (0, False), (1441, False)]
)
def test_e_session_type_it_lasts_from_a_minute_to_a_day(minutes: int | None, fits: bool) -> None:
    if fits:
        check_duration(minutes)
    else:
        with pytest.raises(DomainError):
            check_duration(minutes)


# --- subjects -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "pattern", "warned"),
    [
        ("anything", "", False),
        ("PHY review", "[A-Z]{3} .+", False),
        ("a PHY review", "[A-Z]{3} .+", True),
        ("PHY review\n", "[A-Z]{3} [a-z]+", True),
        ("", "[A-Z]{3} .+", True),
        ("", "([A-Z]{3} .+)?", False),
    ],
)
def test_001_07_subject_pattern_is_about_all_of_a_subject(subject: str, pattern: str, warned: bool) -> None:
    assert subject_warnings(subject, pattern) == ["SUBJECT_PATTERN"] * warned


# --- texts of staff -------------------------------------------------------------------------------------------

WORDS = st.text("aBé \t\n", max_size=60)


@given(st.lists(WORDS, max_size=20))
def test_001_14_service_types_are_read_back_each_once_in_order(texts: list[str]) -> None:
    kept = Particulars()
    kept.service_type_text = service_type_text(texts)
    assert list(kept.service_types) == list(dict.fromkeys(" ".join(t.split()) for t in texts if t.strip()))


def test_e_text_too_many_or_too_long() -> None:
    for texts in ([str(n) for n in range(21)], ["x" * 61]):
        with pytest.raises(DomainError) as refused:
            service_type_text(texts)
        assert refused.value.code == "E_TEXT"
    check_text("x" * 2000)
    with pytest.raises(DomainError, match="2000"):
        check_text("x" * 2001)


# --- a client by name only ------------------------------------------------------------------------------------


@given(st.sets(st.one_of(st.integers(0, 10**6).map("C-{}".format), st.text("C-01x٣", max_size=5))))
def test_004_05_a_new_internal_id_is_nobody_elses_and_above_all(taken: set[str]) -> None:
    new = next(new_internal_ids(taken))
    assert new not in taken
    numbers = [int(one[2:]) for one in taken if one[:2] == "C-" and one[2:].isdecimal()]
    assert all(int(new[2:]) > number for number in numbers)


def test_004_05_the_first_of_all_clients_is_c_1001() -> None:
    assert list(islice(new_internal_ids([]), 2)) == ["C-1001", "C-1002"]


@pytest.mark.parametrize("name", ["", "   ", "x" * (LONGEST_NAME + 1)])
def test_004_05_a_name_is_all_that_is_needed_but_needed(name: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_name(name)
    assert refused.value.code == "E_CLIENT_REQUIRED"


# --- assets ---------------------------------------------------------------------------------------------------

ASSETS = [Asset(id=UUID(int=n), ref=str(n), name=str(n), quantity=9) for n in range(5)]
SOME = st.dictionaries(st.integers(0, 4), st.integers(1, 9))


@given(SOME, SOME, st.sets(st.integers(0, 4)))
def test_001_09_what_is_taken_along_after_some_are_left_and_others_come(
    there: dict[int, int], add: dict[int, int], gone: set[int]
) -> None:
    def needs(of: dict[int, int]) -> list[Need]:
        return [Need(asset=ASSETS[n], qty=qty) for n, qty in of.items()]

    ids = {UUID(int=n) for n in gone}
    if gone & add.keys():
        with pytest.raises(DomainError):
            needs_after(needs(there), needs(add), ids)
        return
    found = {int(one.asset.ref): one.qty for one in needs_after(needs(there), needs(add), ids)}
    assert found == {n: qty for n, qty in there.items() if n not in gone} | add
