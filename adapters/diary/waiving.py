"""Refuse what rules refuse, unless an administrator says why it shall be so all the same (DOMAIN 4)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session as Database

from model.act import Act
from model.errors import DomainError
from model.waiver import waiver


def refuse_or_waive(
    database: Database,
    act: Act,
    refusals: Sequence[DomainError],
    note: str | None,
    *,
    session_id: UUID | None = None,
    series_id: UUID | None = None,
    booking_id: UUID | None = None,
) -> list[str]:
    """Raise the first refusal; with a note keep a waiver of each instead, and return their codes as warnings."""
    if refusals and note is None:
        raise refusals[0]
    codes = list(dict.fromkeys(refusal.code for refusal in refusals))
    for code in codes:
        about = {"session_id": session_id, "series_id": series_id, "booking_id": booking_id}
        database.add(waiver(act, code=code, note=note or "", **about))
    return codes
