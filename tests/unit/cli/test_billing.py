"""Notes and bills at the command line: what is said, how it ends, and what `--json` holds."""

import pytest

from tests.unit.cli.conftest import Command

_WHO = ("--minutes", "50", "--worker", "mia", "--client", "jordan", "--roster")
_THERAPY = ("--service", "psychotherapy", "--amount", "150")


@pytest.fixture
def session(practice: Command) -> str:
    added = practice("session", "add", "--start", "2026-02-24 10:00", *_WHO, "--json").json()
    return str(added["session_id"])[:8]


def test_a_note_is_signed_unlocked_and_diagnosed(practice: Command, session: str) -> None:
    assert practice("note", "sign", session, "--as", "mia").out == f"Signed the note of {session}\n"
    refused = practice("note", "diagnose", session, "F41.1", "--as", "mia")
    assert (refused.code, refused.err) == (
        1,
        "Error: The diagnosis cannot be changed: NOTE_SIGNED (its note is signed; unlock the note first) (E_LOCKED)\n",
    )
    assert practice("note", "unlock", session, "--as", "tom").code == 1
    assert practice("note", "unlock", session, "--as", "mia").out == f"Unlocked the note of {session}\n"
    done = practice("note", "diagnose", session, "F41.1", "F32.9", "--json").json()
    assert (done["state"], done["diagnosis"]) == ("DRAFT", ["F41.1", "F32.9"])
    assert practice("note", "diagnose", session).code == 0
    assert practice("session", "show", session, "--json").json()["diagnosis"] == []


def test_004_28_an_admin_unlocks_what_another_signed(
    practice: Command, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice("note", "sign", session, "--as", "mia")
    monkeypatch.setenv("CALENDULA_ROLES__ADMINS", "ada,sam")
    assert practice("note", "unlock", session, "--as", "ada").code == 0


def test_a_bill_is_made_edited_paid_refunded_and_cancelled(practice: Command, session: str) -> None:
    made = practice("bill", "make", session, *_THERAPY)
    assert made.out == "Made B-1001 for C-1042: BILLED, total 150.00, paid 0.00, due 150.00\n"
    edited = practice(
        "bill", "edit-services", "B-1001", "--line", "1", "--amount", "140.50", "--modifier", "GT"
    )
    assert edited.out == "Changed B-1001 for C-1042: BILLED, total 140.50, paid 0.00, due 140.50\n"
    practice("bill", "edit-services", "b-1001", "--service", "physio", "--amount", "10")
    assert "total 140.50" in practice("bill", "edit-services", "B-1001", "--line", "2", "--drop").out
    assert "paid 40.00, due 100.50" in practice("bill", "pay", "B-1001", "--amount", "40").out
    assert "due 0.00" in practice("bill", "pay", "B-1001", "--as", "sam").out
    assert practice("bill", "remove-payment", "B-1001", "--payment", "2").code == 0
    refused = practice("bill", "cancel", "B-1001")
    assert (refused.code, "refund or remove the payment first (E_TRANSITION)" in refused.err) == (1, True)
    assert "BILLED, total 140.50, paid 0.00" in practice("bill", "refund", "B-1001").out
    shown = practice("bill", "show", "B-1001").out.splitlines()
    assert shown[1] == f"line 1: {session} 2026-02-24 10:00 psychotherapy [GT] 140.50"
    assert shown[3].endswith("PAYMENT 100.50 by sam, removed")
    assert practice("bill", "cancel", "B-1001").out.startswith("Cancelled B-1001 for C-1042: CANCELLED")


def test_bills_are_listed_and_claimed(practice: Command, session: str) -> None:
    assert practice("bill", "list").out == "No bills.\n"
    practice("bill", "make", session, *_THERAPY)
    heads, row = practice("bill", "list", "--client", "jordan", "--state", "billed").out.splitlines()
    assert heads.split() == ["bill", "client", "state", "made", "total", "paid", "due"]
    assert row.split() == ["B-1001", "C-1042", "BILLED", "2026-03-01", "150.00", "0.00", "150.00"]
    assert practice("bill", "list", "--state", "paid", "--json").json() == []
    assert practice("bill", "superbill", "B-1001").out == "Nothing of this bill can be claimed.\n"


@pytest.mark.parametrize("amount", ["1,50", "-1", "NaN", "a lot", "1.234"])
def test_an_amount_is_written_as_people_write_it(practice: Command, session: str, amount: str) -> None:
    done = practice("bill", "make", session, "--service", "physio", "--amount", amount)
    assert (done.code, "E_AMOUNT" in done.err) == (1, True)


def test_session_show_says_what_holds_it_and_where_its_money_stands(practice: Command, session: str) -> None:
    before = practice("session", "show", session, "--json").json()
    assert (before["lock"], before["note"], before["billing"], before["not_billable_yet"]) == (
        None,
        "",
        [],
        True,
    )
    practice("note", "sign", session, "--as", "mia")
    practice("bill", "make", session, *_THERAPY)
    shown = practice("session", "show", session, "--json").json()
    assert (shown["lock"], shown["locks"]) == ("BILLED", ["BILLED", "NOTE_SIGNED"])
    assert shown["billing"] == [{"client": "C-1042", "state": "BILLED", "bill": "B-1001"}]


def test_e_confirm_deleting_what_was_rostered_wants_to_be_allowed_and_said_twice(
    practice: Command, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "cancel it instead (E_LOCKED)" in practice("session", "delete", session, "--yes").err
    monkeypatch.setenv("CALENDULA_RULES__ALLOW_DELETE_ROSTERED", "true")
    asked = practice("session", "delete", session)
    assert (asked.code, "C-1042" in asked.err, "(E_CONFIRM)" in asked.err) == (1, True, True)
    assert practice("session", "delete", session, "--yes").out == f"Deleted {session}\n"


def test_a_place_brings_its_modifier_along(practice: Command, session: str) -> None:
    placed = practice("session", "place", session, "--location-type", "telehealth")
    assert placed.out == f"Placed {session}\n"
    assert practice("session", "modifiers", session, "GT").out == f"Set the modifiers of {session}\n"
    assert practice("session", "show", session, "--json").json()["modifiers"] == ["GT", "95"]
    assert "modifier" in practice("session", "modifiers", session, "TOOLONG").err
