"""Locks: why a session cannot be changed just now, and who can lift that (DOMAIN 1.7).

They are computed from what there is (states, notes, bills, exported records), never stored, and hold on every
channel alike. Several may hold at once; the one that has to be lifted first is the one that is named.
"""

from enum import StrEnum

from model.errors import DomainError


class Lock(StrEnum):
    SD_EXTRACTED = "SD_EXTRACTED"
    SESSION_CANCELLED = "SESSION_CANCELLED"
    PAID = "PAID"
    BILLED = "BILLED"
    NOTE_SIGNED = "NOTE_SIGNED"
    SESSION_COMPLETE = "SESSION_COMPLETE"
    SESSION_IN_PROGRESS = "SESSION_IN_PROGRESS"
    REQUEST_PENDING = "REQUEST_PENDING"


_WAY_OUT = {
    Lock.SD_EXTRACTED: "its record was exported; correct it where claims are made",
    Lock.SESSION_CANCELLED: "it is cancelled; add a new session instead",
    Lock.PAID: "it is paid; refund or remove the payment, then cancel the bill",
    Lock.BILLED: "it is billed; cancel the bill first",
    Lock.NOTE_SIGNED: "its note is signed; unlock the note first",
    Lock.SESSION_COMPLETE: "it is complete; reset it first",
    Lock.SESSION_IN_PROGRESS: "it is going on; complete it first",
    Lock.REQUEST_PENDING: "it is a request; accept or decline it: calendula booking list",
}


def locked(lock: str, what: str) -> DomainError:
    """What to raise where a lock forbids something: it names the lock and the way out."""
    return DomainError("E_LOCKED", f"{what}: {lock} ({_WAY_OUT[Lock(lock)]})")
