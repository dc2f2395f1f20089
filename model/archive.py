"""What runs changed, as it was before: what `rewind` undoes from, for thirty days.

`before` is sealed with the key outside the database; here is only its envelope. What is new has no before.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from model.base import SEALED, Base


class ArchiveEntry(Base):
    """One event, one group of units, or all new single sessions of one transaction of a run. `number` orders them.

    With a `mapping_id` it is about the event in the calendar, else about the units here ("session:ID series:ID").
    `before` is what was there, sealed; `after` tells whether what came is still as it was: a hash of the body, or
    of each unit, or the `rev` of what is new. `etag` is what the event had before: a server that
    shows it again went back in time.
    """

    __tablename__ = "archive"
    __table_args__ = (
        Index("ix_archive_link_id_run_id", "link_id", "run_id"),
        Index("ix_archive_mapping_id", "mapping_id"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("calendar_link.id"))
    run_id: Mapped[UUID]
    at: Mapped[datetime]
    mapping_id: Mapped[UUID | None]
    uid: Mapped[str] = mapped_column(default="")
    action: Mapped[str]
    units: Mapped[str] = mapped_column(default="")
    etag: Mapped[str | None]
    before: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    after: Mapped[str] = mapped_column(default="")
