"""Whether a link may use a privacy level: the practice's maximum, and an attestation where names leave."""

from sqlalchemy.orm import Session as Database

from adapters.diary.privacy import is_attested
from model.errors import DomainError
from sync.settings import LEVELS, PrivacySettings


def check_level(database: Database, level: str, privacy: PrivacySettings) -> None:
    """Refuse in one sentence what DOMAIN 5 does not allow (E_LEVEL_NOT_ALLOWED)."""
    known = {name: number for number, name in enumerate(LEVELS)}
    if level not in known:
        raise DomainError("E_LEVEL_NOT_ALLOWED", f"The privacy levels are {', '.join(LEVELS)}")
    if known[level] > known[privacy.maximum]:
        raise DomainError(
            "E_LEVEL_NOT_ALLOWED",
            f"This practice allows at most {privacy.maximum}; an admin raises [privacy] maximum",
        )
    if not is_attested(database, level):
        raise DomainError(
            "E_LEVEL_NOT_ALLOWED", f"An admin attests {level} first: calendula privacy attest {level}"
        )
