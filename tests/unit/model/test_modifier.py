"""Modifiers: at most four, and 95 by itself where the place says telehealth (004-07, R70)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DomainError
from model.modifier import Modifier, Modifiers, at_place, from_text, to_text, typed

CODES = st.lists(st.sampled_from(["95", "GT", "HO", "25", "59", "U1"]), max_size=4, unique=True)
PLACES = st.sampled_from([None, "02", "10", "11", "12"])


def codes(modifiers: Modifiers) -> list[str]:
    return [one.code for one in modifiers]


@pytest.mark.parametrize("pos", ["02", "10"])
def test_004_07_r70_telehealth_adds_95_and_marks_it_automatic(pos: str) -> None:
    assert at_place(typed(["GT"]), pos) == (Modifier("GT"), Modifier("95", automatic=True))


def test_r70_another_place_removes_it_again() -> None:
    assert at_place(at_place((), "10"), "11") == ()


def test_r70_a_95_typed_by_hand_is_not_added_twice_and_stays() -> None:
    assert at_place(at_place(typed(["95"]), "10"), "11") == typed(["95"])


@pytest.mark.parametrize("given_codes", [["GT", "HO", "25", "59", "U1"], ["GTX"], ["?!"]])
def test_004_07_e_modifiers_a_fifth_or_what_is_none(given_codes: list[str]) -> None:
    with pytest.raises(DomainError) as refused:
        typed(given_codes)
    assert refused.value.code == "E_MODIFIERS"


def test_e_modifiers_telehealth_would_be_the_fifth() -> None:
    with pytest.raises(DomainError) as refused:
        at_place(typed(["GT", "HO", "25", "59"]), "02")
    assert refused.value.code == "E_MODIFIERS"


@settings(deadline=None)
@given(CODES.filter(lambda found: "95" in found or len(found) < 4), st.lists(PLACES, max_size=6), PLACES)
def test_r70_only_the_last_place_counts(found: list[str], before: list[str | None], last: str | None) -> None:
    modifiers = typed(found)
    for pos in before:
        modifiers = at_place(modifiers, pos)
    assert at_place(modifiers, last) == at_place(typed(found), last)
    assert [one for one in modifiers if not one.automatic] == list(typed(found))


@settings(deadline=None)
@given(CODES.filter(lambda found: len(found) < 4), PLACES)
def test_r70_they_are_read_back_as_they_were_written(found: list[str], pos: str | None) -> None:
    modifiers = at_place(typed(found), pos)
    assert from_text(to_text(modifiers)) == modifiers
