"""US7 (DOMAIN 6): a session that was billed and paid is free again once the money is undone, step by step."""

from typing import Any

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

_RULES = """
[rules]
allow_delete_rostered = true
[roles]
admins = ["ada"]
"""
_WINDOW = ("2026-03-01", "2026-04-01")
_OLD, _NEW = "20260304T100000", "20260304T113000"


def _do(office: Office, *command: str) -> Any:
    """The next step of the story, a minute later."""
    office.later(minutes=1)
    return office.ask(*command)


def _refused(office: Office, *command: str) -> str:
    """What a command says that may not do that now."""
    done = office.attempt(*command)
    assert done.code == 1, done
    return done.err


def _refused_there(office: Office, phone: Phone, uid: str) -> str:
    """Delete it on the phone: it comes back, and the reason is recorded."""
    before, known = phone.shows(*_WINDOW), len(office.judged())
    phone.delete(uid)
    office.settle()
    assert phone.shows(*_WINDOW) == before
    ((_, state, reason),) = office.judged()[known:]
    assert state == "REFUSED"
    return reason


def _marked(phone: Phone, uid: str) -> str:
    return phone.master(uid).value("X-CALENDULA-LOCK")


def test_us7_undo_the_money_first(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.configure(_RULES)
    office.at("2026-03-03T08:00-06:00")
    office.link("mia", caldav_server, collection_url)
    who = ("--minutes", "50", "--worker", "mia", "--client", "jordan", "--roster")
    session = office.ask("session", "add", "--start", "2026-03-04 10:00", *who)["session_id"]
    office.settle()
    office.at("2026-03-06T09:00-06:00")
    (uid,) = phone.uids()
    delete = ("session", "delete", session, "--yes", "--as", "mia")
    bill = _do(office, "bill", "make", session, "--service", "psychotherapy", "--amount", "150")["ref"]
    _do(office, "note", "sign", session, "--as", "mia")

    # Editing bill services while unpaid works, whatever else is locked.
    edited = _do(office, "bill", "edit-services", bill, "--line", "1", "--amount", "145")
    assert edited["total_cents"] == 14_500
    _do(office, "bill", "edit-services", bill, "--line", "1", "--amount", "150.00")

    # Paid: neither the phone nor the diary takes it away.
    _do(office, "bill", "pay", bill)
    office.settle()
    assert _marked(phone, uid) == "TRUE"
    assert "PAID (it is paid; refund or remove the payment" in _refused(office, *delete)
    assert _refused_there(office, phone, uid) == "PAID"
    assert "E_LOCKED" in _refused(office, "bill", "edit-services", bill, "--line", "1", "--amount", "1")
    assert "E_TRANSITION" in _refused(office, "bill", "cancel", bill)

    # Refunded: still billed.
    _do(office, "bill", "refund", bill)
    assert "BILLED (it is billed; cancel the bill first)" in _refused(office, *delete)
    assert _refused_there(office, phone, uid) == "BILLED"
    assert _do(office, "bill", "edit-services", bill, "--line", "1", "--amount", "140")["due_cents"] == 14_000

    # The bill is cancelled: the note still holds it, and only who signed it or an administrator unlocks that.
    _do(office, "bill", "cancel", bill)
    assert "NOTE_SIGNED (its note is signed; unlock the note first)" in _refused(office, *delete)
    assert _refused_there(office, phone, uid) == "NOTE_SIGNED"
    assert "E_LOCKED" in _refused(office, "note", "diagnose", session, "F41.1", "--as", "mia")
    assert "E_LOCKED" in _refused(office, "note", "unlock", session, "--as", "priya")
    _do(office, "note", "unlock", session, "--as", "ada")
    _do(office, "note", "diagnose", session, "F41.1", "--as", "mia")
    office.settle()
    assert _marked(phone, uid) == ""

    # Free again: it is moved on the phone, and then deleted in the diary.
    phone.drag(uid, _NEW, "20260304T122000")
    office.settle()
    assert office.judged()[-1][:2] == ("E1", "APPLIED")
    assert office.starts("mia") == ["2026-03-04T11:30"]
    _do(office, *delete)
    office.settle()
    assert (phone.uids(), office.sessions("mia")) == ([], [])

    # The audit shows each step, in order.
    told = [
        (one["actor"], one["action"]) for one in office.ask("history", session) if one["action"] in _AUDITED
    ]
    assert [action for _, action in told] == list(_AUDITED_IN_ORDER)
    assert ("ada", "note-unlocked") in told
    assert [one["state"] for one in office.ask("bill", "list")] == ["CANCELLED"]


_AUDITED_IN_ORDER = (
    *(
        "billed",
        "note-signed",
        "bill-edited",
        "bill-edited",
        "paid",
        "refunded",
        "bill-edited",
        "bill-cancelled",
    ),
    *("note-unlocked", "diagnosed", "deleted"),
)
_AUDITED = frozenset(_AUDITED_IN_ORDER)


def test_us7_a_payment_entered_by_mistake_is_removed(office: Office) -> None:
    office.at("2026-03-06T09:00-06:00")
    who = ("--minutes", "50", "--worker", "mia", "--client", "jordan", "--roster")
    session = office.ask("session", "add", "--start", "2026-03-04 10:00", *who)["session_id"]
    bill = office.ask("bill", "make", session, "--service", "psychotherapy", "--amount", "150")["ref"]
    office.run("bill", "pay", bill, "--amount", "150", "--as", "mia")
    office.run("bill", "remove-payment", bill, "--payment", "1", "--as", "mia")
    shown = office.ask("bill", "show", bill)
    assert (shown["state"], shown["paid_cents"], shown["payments"][0]["removed"]) == ("BILLED", 0, True)
    assert office.ask("session", "show", session)["lock"] == "BILLED"
    office.run("bill", "cancel", bill)
    assert office.ask("session", "show", session)["lock"] is None
