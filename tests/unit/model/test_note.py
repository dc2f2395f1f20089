"""Notes are drafts, signed, and drafts again (DOMAIN 2; 004-22, 004-23, 004-28)."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from model.act import Act
from model.errors import DomainError
from model.note import Note, NoteState

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


def by(actor: str) -> Act:
    return Act(actor=actor, now=NOW, new_id=uuid4)


def a_note(*, signed_by: str = "") -> Note:
    note = Note(id=uuid4(), session_id=uuid4(), signed_by="", diagnosis_text="")
    if signed_by:
        note.sign(by(signed_by))
    return note


def test_004_28_a_signed_note_says_who_signed_it_and_when() -> None:
    note = a_note(signed_by="mia")
    assert (note.state, note.signed_by, note.signed_at) == (NoteState.SIGNED, "mia", NOW)


@pytest.mark.parametrize("who", ["mia", "ada"])
def test_004_28_the_signer_and_an_admin_unlock_it(who: str) -> None:
    note = a_note(signed_by="mia")
    note.unlock(by(who), admins={"ada"})
    assert (note.state, note.signed_by) == (NoteState.DRAFT, "")


def test_004_28_nobody_else_unlocks_it() -> None:
    note = a_note(signed_by="mia")
    with pytest.raises(DomainError, match="NOTE_SIGNED") as refused:
        note.unlock(by("priya"), admins={"ada"})
    assert (refused.value.code, note.state) == ("E_LOCKED", NoteState.SIGNED)


def test_e_transition_a_signed_note_is_not_signed_again() -> None:
    with pytest.raises(DomainError) as refused:
        a_note(signed_by="mia").sign(by("ada"))
    assert refused.value.code == "E_TRANSITION"


def test_e_transition_a_draft_is_not_unlocked() -> None:
    with pytest.raises(DomainError) as refused:
        a_note().unlock(by("ada"), admins={"ada"})
    assert refused.value.code == "E_TRANSITION"


def test_004_23_the_diagnosis_changes_only_after_the_note_was_unlocked() -> None:
    note = a_note()
    note.diagnose(["f41.1", "F32.9", "F41.1"])
    note.sign(by("mia"))
    with pytest.raises(DomainError, match="NOTE_SIGNED") as refused:
        note.diagnose(["F33.0"])
    assert (refused.value.code, note.diagnosis) == ("E_LOCKED", ("F41.1", "F32.9"))
    note.unlock(by("mia"), admins=())
    note.diagnose(["F33.0"])
    assert note.diagnosis == ("F33.0",)


@pytest.mark.parametrize("codes", [["anxiety"], ["F4"], ["F41.1."], [f"F{n}.1" for n in range(10, 23)]])
def test_e_diagnosis_what_is_no_code_of_icd_10_or_one_too_many(codes: list[str]) -> None:
    note = a_note()
    with pytest.raises(DomainError) as refused:
        note.diagnose(codes)
    assert (refused.value.code, note.diagnosis) == ("E_DIAGNOSIS", ())
