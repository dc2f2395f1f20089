"""Visits: how a client comes in without an account, by a link that was mailed to them (FAILURES G15, G16, G27).

The link holds 256 random bits and opens once, soon after it was asked for. Who opens it gets 256 others, which their
browser keeps and shows until the visit ends. Of both only hashes are kept: nothing in the database opens anything.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row

MOST_AN_HOUR = 5  # links that are mailed to one client within an hour: nobody's mailbox is filled by others
KEPT = timedelta(days=1)  # after its end, so that what was asked for lately can be counted


class Visit(Row, Base):
    """One client's way in. Without a client it was asked for with an address that is nobody's, or that several have: it
    is kept like others, so that neither the answer nor its time tells which (FAILURES G15).

    `expires_at` is the end of the link, and once that was opened of the visit. `address_hash` is where it was asked
    from, for a day.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_client_id_asked_at", "client_id", "asked_at"),
        Index("ix_visit_address_hash_asked_at", "address_hash", "asked_at"),
        Index("ix_visit_expires_at", "expires_at"),
    )

    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"))
    asked_at: Mapped[datetime]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    cookie_hash: Mapped[str | None] = mapped_column(unique=True)
    ended_at: Mapped[datetime | None]
    address_hash: Mapped[str] = mapped_column(default="")
