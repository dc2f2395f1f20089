"""Who may come in over HTTP: tokens of people, and what each stands for.

A token is `cal_NAME_SECRET`: the name finds the row, the secret is 256 random bits of which only the hash is kept. So
it is shown once, and nothing in the database opens anything. What each role may do is `adapters.web.policy`'s.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row
from model.errors import DomainError

SECRET_BYTES = 32
_MARK = "cal"
_SEEN_EVERY = timedelta(minutes=5)  # noted no more often: reading is not to become writing


class AccessRole(StrEnum):
    """What somebody is to the practice (DOMAIN, roles)."""

    PRACTITIONER = "PRACTITIONER"
    SCHEDULER = "SCHEDULER"
    ADMIN = "ADMIN"
    CLIENT = "CLIENT"


@dataclass(frozen=True, kw_only=True)
class Presented:
    """What somebody showed at the door, taken apart; `secret` is never stored, shown or logged."""

    ref: str
    secret: str

    @property
    def hash(self) -> str:
        return sha256(self.secret.encode()).hexdigest()


class ApiToken(Row, Base):
    """A person's way in. `actor` is who everything done with it is done by; a practitioner's is of a worker, a client's
    of a client.
    """

    __tablename__ = "api_token"

    ref: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str]
    role: Mapped[AccessRole]
    actor: Mapped[str]
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("worker.id"), index=True)
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"), index=True)
    issued_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    def opens(self, presented: Presented, now: datetime) -> bool:
        """Whether this is the token, and still good; the comparison takes as long for any secret (FAILURES G15)."""
        same = hmac.compare_digest(self.hash, presented.hash)
        return same and self.valid(now)

    def valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def revoke(self, now: datetime) -> None:
        """For good: another one is issued instead."""
        if self.revoked_at is not None:
            raise DomainError("E_TRANSITION", f"The token {self.ref} was revoked already; add another one")
        self.revoked_at = now

    def unnoted(self, now: datetime) -> bool:
        """Whether its use is to be noted: not each time, every few minutes."""
        return self.last_used_at is None or now - self.last_used_at >= _SEEN_EVERY


def spelled(ref: str, secret: str) -> str:
    """The text that its owner keeps."""
    return f"{_MARK}_{ref}_{secret}"


def read_token(text: str) -> Presented | None:
    """Take apart what was shown; None for what cannot be a token."""
    mark, _, rest = text.partition("_")
    ref, _, secret = rest.partition("_")
    if mark != _MARK or not ref.isalnum() or not ref.isascii() or not 40 <= len(secret) <= 60:
        return None
    return Presented(ref=ref, secret=secret)
