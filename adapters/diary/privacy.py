"""An admin's statement that names may leave the practice: who says so, when, on what basis (DOMAIN 5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.transaction import record
from model.act import Act
from model.attestation import Attestation
from model.errors import DomainError

NEED_ATTESTATION = ("first_name", "full_name")


@dataclass(frozen=True, kw_only=True)
class Attested:
    """One statement, as it was stored."""

    level: str
    basis: str
    attested_by: str
    attested_at: datetime


def attest(sessions: Sessions, act: Act, *, level: str, basis: str) -> Attested:
    """Store the statement for a level that shows names; it is never taken back, only made again."""
    if level not in NEED_ATTESTATION:
        raise DomainError(
            "E_LEVEL_NOT_ALLOWED",
            f"Only {' and '.join(NEED_ATTESTATION)} need an attestation, not {level[:20]}",
        )
    if not basis.strip():
        raise DomainError(
            "E_LEVEL_NOT_ALLOWED", "Say on what basis: the agreement (BAA) and its date, or APP 8"
        )
    with sessions.begin() as database:
        row = Attestation(
            id=act.new_id(), level=level, basis=basis.strip(), attested_by=act.actor, attested_at=act.now
        )
        database.add(row)
        record(database, act, "attested", code=level)
        return Attested(level=level, basis=row.basis, attested_by=act.actor, attested_at=act.now)


def is_attested(database: Database, level: str) -> bool:
    """Whether a level may be used: the lower three always, the others once attested."""
    if level not in NEED_ATTESTATION:
        return True
    return database.scalar(select(Attestation.id).where(Attestation.level == level).limit(1)) is not None
