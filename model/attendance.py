"""Who and what takes part in a session: clients with an attendance, workers with an assignment, assets.

How that changes is `model.participants`'s.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.asset import Asset
from model.base import Base, Fixed, Row
from model.details import Timed
from model.errors import DomainError, no_step
from model.people import Client, Worker


class Attendance(StrEnum):
    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    ATTENDED = "ATTENDED"
    NO_SHOW = "NO_SHOW"
    CANCELLED = "CANCELLED"


_HELD = frozenset({Attendance.ATTENDED, Attendance.NO_SHOW, Attendance.CANCELLED})
ATTENDANCES: dict[Attendance, frozenset[Attendance]] = {
    Attendance.BOOKED: _HELD | {Attendance.CONFIRMED},
    Attendance.CONFIRMED: _HELD,
    Attendance.ATTENDED: frozenset(),
    Attendance.NO_SHOW: frozenset(),
    Attendance.CANCELLED: frozenset({Attendance.BOOKED}),
}


class Assignment(StrEnum):
    ASSIGNED = "ASSIGNED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"


class SessionClient(Row, Base):
    """An attendance: one client of one session, with a state of its own.

    `portion` is the percent of the primary service that the client pays, once the session is complete. `confirmed_at`:
    when the client said that they will come.
    """

    __tablename__ = "session_client"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    status: Mapped[Attendance] = mapped_column(default=Attendance.BOOKED)
    portion: Mapped[Decimal | None] = mapped_column(Fixed(2))
    confirmed_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship(lazy="raise")

    def confirm(self, act: Act) -> None:
        """The client says that they will come (DOMAIN 2); everything else than BOOKED is E_TRANSITION."""
        if self.status is not Attendance.BOOKED:
            raise no_step("An attendance", self.status, Attendance.CONFIRMED, ATTENDANCES[self.status])
        self.status, self.confirmed_at = Attendance.CONFIRMED, act.now

    def unconfirm(self) -> None:
        """What they said they would come to is not what it was; who did not say so, or did more, is left alone."""
        if self.status is Attendance.CONFIRMED:
            self.status, self.confirmed_at = Attendance.BOOKED, None


class SessionWorker(Row, Base):
    """An assignment: one worker of one session, with that worker's own instants (busy time is read here).

    `dismissed`: the practitioner deleted the grey, cancelled event; it is not shown again (002-09).
    """

    __tablename__ = "session_worker"
    __table_args__ = (
        Index("ix_session_worker_busy", "worker_id", "ends_at", "starts_at", "status", "session_id"),
        Index("ix_session_worker_session_id_worker_id", "session_id", "worker_id"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"))
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[Assignment] = mapped_column(default=Assignment.ASSIGNED)
    dismissed: Mapped[bool] = mapped_column(default=False)

    worker: Mapped[Worker] = relationship(lazy="raise")

    def keep_within(self, session: Timed, start: datetime, end: datetime) -> None:
        """Be there from `start` to `end`; all the time where that is no time of the session any more."""
        if not session.starts_at <= start < end <= session.ends_at:
            start, end = session.starts_at, session.ends_at
        self.starts_at, self.ends_at = start, end


class SessionAsset(Base):
    """So many of an asset, for as long as one session lasts."""

    __tablename__ = "session_asset"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True, index=True)
    qty: Mapped[int] = mapped_column(default=1)

    asset: Mapped[Asset] = relationship(lazy="raise")


def check_workers(workers: Iterable[UUID]) -> None:
    """Nobody is on a session twice."""
    _check_once(workers, "E_DUPLICATE_WORKER", "The same worker is named twice")


def check_clients(clients: Iterable[UUID]) -> None:
    """Nobody takes part in a session twice (000-16)."""
    _check_once(
        clients, "E_DUPLICATE_CLIENT", "A client can take part in a session only once; name each once"
    )


def _check_once(people: Iterable[UUID], code: str, sentence: str) -> None:
    ids = list(people)
    if len(set(ids)) < len(ids):
        raise DomainError(code, sentence)
