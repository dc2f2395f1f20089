"""Attestations: that names may leave, who said so and on what basis (DOMAIN 5)."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from model.base import Base, Row


class Attestation(Row, Base):
    """An admin's statement that names may leave: who, when, on what basis (DOMAIN 5, BAA or APP 8)."""

    __tablename__ = "attestation"

    level: Mapped[str]
    basis: Mapped[str]
    attested_by: Mapped[str]
    attested_at: Mapped[datetime]
