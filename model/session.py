"""Sessions: one appointment of workers and clients, its states and what may be done to it.

A session keeps wall time and zone (what was agreed) and, derived from them, UTC instants (what is compared and
indexed). Occurrences of a series are sessions too, each a row of its own; what concerns the series as a whole is
`model.series`. No rule here loads rows: relationships must have been loaded by whoever calls.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from model.act import Act
from model.activity import check_inside
from model.asset import Need
from model.attendance import (
    Assignment,
    Attendance,
    SessionAsset,
    SessionClient,
    SessionWorker,
    check_clients,
)
from model.base import Base, Row
from model.cancellation import Cancellation, CancelledBy
from model.details import Details, LocationType, ShowAs, Status, Timed, check_busy, check_length
from model.errors import DomainError, no_step
from model.lock import Lock, locked
from model.modifier import TELEHEALTH_POS, Modifiers, at_place
from model.modifier import from_text as modifiers_from
from model.moment import Span
from model.people import Client, Worker
from model.practice import Room, Site
from model.service import PlannedService

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.ROSTERED, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.ROSTERED}),
    Status.ROSTERED: frozenset({Status.IN_PROGRESS, Status.COMPLETE, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.COMPLETE, Status.ROSTERED, Status.CANCELLED}),
    Status.COMPLETE: frozenset({Status.ROSTERED}),
    Status.CANCELLED: frozenset(),
}


_BY_STATUS = {
    Status.CANCELLED: Lock.SESSION_CANCELLED,
    Status.COMPLETE: Lock.SESSION_COMPLETE,
    Status.IN_PROGRESS: Lock.SESSION_IN_PROGRESS,
    Status.PENDING: Lock.REQUEST_PENDING,
}
_AT_HOME = "10"


class Session(Row, Details, Timed, Base):
    """One appointment. `occurrence_key` is its original wall start in its series, and names it for good.

    `parent_shift_id` names the shift that it lies in (`model.shift`); `adapters.database.deletions` releases it.

    `actual_starts_at` and `actual_ends_at` say when it really took place, once it was started or completed; its own
    time stays as agreed, and so does what calendars show (000-12). After what was booked online (`appointment_type_id`)
    the worker has `padding_min` more minutes taken, which nobody sees (003-08).

    `note_signed`, `money` (BILLED or PAID) and `extracted` are no columns: they say what notes, bills and exported
    records know of it, and are asked for together with the row (`adapters.database.loading`).
    """

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_starts_at_ends_at", "starts_at", "ends_at"),
        Index("ix_session_room_busy", "room_id", "ends_at", "starts_at"),
        Index("uq_session_series_id_occurrence_key", "series_id", "occurrence_key", unique=True),
        Index("ix_session_series_id_rev", "series_id", "rev"),
        Index("ix_session_rev", "rev"),
    )

    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    occurrence_key: Mapped[str | None]
    is_exception: Mapped[bool] = mapped_column(default=False)
    needs_reschedule: Mapped[bool] = mapped_column(default=False)
    overlap_warned: Mapped[bool] = mapped_column(default=False)
    overlap_acknowledged: Mapped[bool] = mapped_column(default=False)
    overlap_acknowledged_by: Mapped[str] = mapped_column(default="")
    overlap_acknowledged_at: Mapped[datetime | None]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"))
    parent_shift_id: Mapped[UUID | None] = mapped_column(index=True)
    roster_period_id: Mapped[UUID | None]  # the period that it was published with
    actual_starts_at: Mapped[datetime | None]
    actual_ends_at: Mapped[datetime | None]
    modifier_text: Mapped[str] = mapped_column(default="")
    appointment_type_id: Mapped[UUID | None]
    padding_min: Mapped[int] = mapped_column(default=0)

    note_signed: Mapped[bool | None] = query_expression(expire_on_flush=False)
    money: Mapped[str | None] = query_expression(expire_on_flush=False)
    extracted: Mapped[bool | None] = query_expression(expire_on_flush=False)

    clients: Mapped[list["SessionClient"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="SessionClient.position"
    )
    workers: Mapped[list["SessionWorker"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    cancellations: Mapped[list[Cancellation]] = relationship(lazy="raise", cascade="all, delete-orphan")
    assets: Mapped[list["SessionAsset"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    services: Mapped[list[PlannedService]] = relationship(
        lazy="raise", cascade="save-update, merge", passive_deletes="all"
    )
    site: Mapped[Site | None] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")

    def __init__(self, **values: object) -> None:
        """A new session has no note, no bill and no record yet."""
        super().__init__(**({"note_signed": False, "money": "", "extracted": False} | values))

    @property
    def locks(self) -> tuple[Lock, ...]:
        """All that keeps it as it is, what is to be lifted first in front (DOMAIN 1.7)."""
        if self.note_signed is None or self.money is None or self.extracted is None:
            raise RuntimeError("this session was loaded without its locks")
        found = {Lock(self.money)} if self.money else set()
        found |= {Lock.NOTE_SIGNED} if self.note_signed else set()
        found |= {Lock.SD_EXTRACTED} if self.extracted else set()
        found |= {_BY_STATUS[self.status]} if self.status in _BY_STATUS else set()
        return tuple(lock for lock in Lock if lock in found)

    @property
    def lock(self) -> Lock | None:
        """The lock that keeps time and place as they are; computed, never stored."""
        return next(iter(self.locks), None)

    @property
    def frozen(self) -> bool:
        """What is locked never changes with its series (R12, R13); what is going on may be cancelled."""
        return self.lock not in (None, Lock.SESSION_IN_PROGRESS)

    @property
    def follows(self) -> bool:
        """Whether it goes where its series goes: what is locked or going on stays, and what has a time of its own (R11,
        R12)."""
        return not self.is_exception and self.lock is None

    @property
    def place_of_service(self) -> str | None:
        """The two digits of where it takes place: its site's; telehealth is at the client's home unless the site says
        otherwise (004-09)."""
        pos = self.site.pos_code if self.site is not None else None
        if self.location_type is LocationType.TELEHEALTH and pos not in TELEHEALTH_POS:
            return _AT_HOME
        return pos

    @property
    def modifiers(self) -> Modifiers:
        """What was typed, and 95 where the place says telehealth (R70)."""
        return at_place(modifiers_from(self.modifier_text), self.place_of_service)

    def check_modifiers(self) -> None:
        """Refuse a place whose own modifier would be the fifth (E_MODIFIERS)."""
        _ = self.modifiers

    def become(self, status: Status) -> None:
        """Take one step of the state machine (DOMAIN 2); everything else is E_TRANSITION."""
        if status not in TRANSITIONS[self.status]:
            raise no_step("A session", self.status, status, TRANSITIONS[self.status])
        self.status = status

    def move(self, span: Span) -> None:
        """Give it another time; refused when locked (E_LOCKED)."""
        if self.lock:
            raise locked(self.lock, "This session cannot be moved")
        check_length(span)
        check_inside(self.activities, span.length)
        self._place(span)
        self.is_exception = self.series_id is not None

    def start(self, act: Act) -> None:
        """The worker begins, now; from here on no calendar moves it."""
        self.become(Status.IN_PROGRESS)
        self.actual_starts_at = act.now.replace(second=0, microsecond=0)

    def complete(
        self, act: Act, *, start: datetime | None, end: datetime | None, absent: Collection[UUID]
    ) -> None:
        """It took place: when it really did, and who came (000-12). The scheduled time stays as it is."""
        begun = start or self.actual_starts_at or self.starts_at
        if begun > act.now:
            raise DomainError(
                "E_TRANSITION",
                "A session that has not begun cannot be completed; move it, or wait for its start",
            )
        if (end or self.ends_at) <= begun:
            raise DomainError("E_END_BEFORE_START", "The actual end must be later than the actual start")
        self.become(Status.COMPLETE)
        self.actual_starts_at, self.actual_ends_at = begun, end or self.ends_at
        for attendance in self.active_clients:
            here = attendance.client_id not in absent and attendance.status is not Attendance.NO_SHOW
            attendance.status = Attendance.ATTENDED if here else Attendance.NO_SHOW

    def reset(self) -> None:
        """Back to ROSTERED, as if it had not been started or completed; who had come is asked again, but for those of
        whose absence there is a record."""
        if self.status not in (Status.IN_PROGRESS, Status.COMPLETE):
            raise DomainError(
                "E_TRANSITION",
                f"A session that is {self.status} cannot be reset; only one that was started or completed is",
            )
        self.become(Status.ROSTERED)
        self.actual_starts_at = self.actual_ends_at = None
        missed = {one.client_id for one in self.cancellations if one.no_show}
        for attendance in self.active_clients:
            attendance.portion = None
            if attendance.client_id not in missed:
                attendance.status = Attendance.BOOKED

    def show(self, show_as: ShowAs) -> None:
        """Set busy or free; a session with a client is always busy (invariant of DOMAIN 2)."""
        check_busy(kind=self.kind, show_as=show_as)
        self.show_as = show_as

    def cancel(self, cancellation: Cancellation) -> None:
        """Cancel it, for one client, one worker or as a whole; the record stays (DOMAIN, principle 2)."""
        if self.lock and self.frozen:
            raise locked(self.lock, "This session cannot be cancelled")
        cancellation.session_id = self.id
        self.cancellations.append(cancellation)
        if self._still_happens(cancellation):
            return
        self.become(Status.CANCELLED)
        self.needs_reschedule = cancellation.cancelled_by is not CancelledBy.PROVIDER or self.has_client

    def miss(self, cancellation: Cancellation) -> None:
        """A client did not come: the session stays what it is, and the record is judged like a cancellation (R5)."""
        if self.frozen and self.lock:
            raise locked(self.lock, "Nobody can be noted as absent any more")
        self._attendance(cancellation).status = Attendance.NO_SHOW
        cancellation.session_id, cancellation.no_show = self.id, True
        self.cancellations.append(cancellation)

    @property
    def can_proceed(self) -> bool:
        """Whether there is still a client and a worker (002-08)."""
        return bool(self.active_clients) and bool(self.active_workers)

    def _still_happens(self, cancellation: Cancellation) -> bool:
        """Cancel one attendance or assignment; whether somebody is left on both sides (002-08 to 002-10)."""
        if cancellation.cancelled_by is CancelledBy.CLIENT:
            self._attendance(cancellation).status = Attendance.CANCELLED
            return bool(self.active_clients)
        if cancellation.cancelled_by is CancelledBy.WORKER:
            self._assignment(cancellation).status = Assignment.CANCELLED
            return bool(self.active_workers)
        return False

    def attendance_of(self, client_id: UUID) -> "SessionClient | None":
        return next((one for one in self.clients if one.client_id == client_id), None)

    def attendance(self, client_id: UUID | None) -> "SessionClient":
        """The part of the client who was named, or of the only one (E_CLIENT_REQUIRED)."""
        if client_id is None and len(self.clients) != 1:
            raise DomainError("E_CLIENT_REQUIRED", "Say which client: this session has several or none")
        found = self.clients[0] if client_id is None else self.attendance_of(client_id)
        if found is None:
            raise DomainError(
                "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
            )
        return found

    def _attendance(self, cancellation: Cancellation) -> "SessionClient":
        active = [c for c in self.active_clients if c.status is not Attendance.NO_SHOW]
        if cancellation.client_id is None and len(active) != 1:
            raise DomainError("E_CLIENT_REQUIRED", "Say which client cancels: this session has several")
        for attendance in active:
            if cancellation.client_id in (None, attendance.client_id):
                cancellation.client_id = attendance.client_id
                return attendance
        raise DomainError(
            "E_CLIENT_REQUIRED", "That client does not take part in this session; name one who does"
        )

    def _assignment(self, cancellation: Cancellation) -> "SessionWorker":
        active = self.active_workers
        if cancellation.worker_id is None and len(active) != 1:
            raise DomainError(
                "E_WORKER_REQUIRED", "Say which worker cancels: this session has several or none"
            )
        for assignment in active:
            if cancellation.worker_id in (None, assignment.worker_id):
                cancellation.worker_id = assignment.worker_id
                return assignment
        raise DomainError("E_WORKER_REQUIRED", "That worker is not assigned to this session; name one who is")

    @property
    def active_clients(self) -> list["SessionClient"]:
        return [c for c in self.clients if c.status is not Attendance.CANCELLED]

    @property
    def active_workers(self) -> list["SessionWorker"]:
        return [w for w in self.workers if w.status not in (Assignment.CANCELLED, Assignment.DECLINED)]

    def _place(self, span: Span) -> None:
        """Workers whose time was the session's go along; own times keep their distance (DOMAIN 1.0), unless nothing
        would be left of them."""
        by = span.starts_at - self.starts_at
        grown = (span.ends_at - span.starts_at) - (self.ends_at - self.starts_at)
        if span.start != self.span.start:
            self._ask_again()
        self.span = span
        for assignment in self.workers:
            assignment.keep_within(self, assignment.starts_at + by, assignment.ends_at + by + grown)

    def _ask_again(self) -> None:
        """It begins at another time than people agreed on. Who confirmed said yes to the other one, so that is taken
        back, though DOMAIN 2 lists no such step: kept, it would promise somebody who was never asked; and a warning
        that it met something was about the other time too (004-16)."""
        for attendance in self.clients:
            attendance.unconfirm()
        if self.overlap_warned:
            self.overlap_warned = self.overlap_acknowledged = False
            self.overlap_acknowledged_by, self.overlap_acknowledged_at = "", None

    def recompute(self) -> bool:
        """Derive the instants again, as zone data may have changed; tell whether they moved (FAILURES D4)."""
        before = (self.starts_at, self.ends_at)
        self._place(self.span)
        return before != (self.starts_at, self.ends_at)

    def add_worker(self, worker: Worker, act: Act) -> None:
        self.workers.append(
            SessionWorker(
                id=act.new_id(),
                session_id=self.id,
                worker_id=worker.id,
                worker=worker,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                status=Assignment.ASSIGNED,
            )
        )

    def add_client(self, client: Client, act: Act) -> None:
        check_clients([client.id, *(one.client_id for one in self.clients)])
        self.clients.append(
            SessionClient(
                id=act.new_id(),
                session_id=self.id,
                client_id=client.id,
                client=client,
                position=len(self.clients),
                status=Attendance.BOOKED,
            )
        )

    def take(self, need: Need) -> None:
        """Take so many of an asset along (001-09)."""
        self.assets.append(
            SessionAsset(session_id=self.id, asset_id=need.asset.id, asset=need.asset, qty=need.qty)
        )
