"""Rosters: the regular pattern of a house or team, and the periods that are made from it (DOMAIN 001-01, 001-02).

A base roster has weeks and weekdays, no dates. A period is a copy of it with dates, which then goes its own way
(R51). Neither is a session: only publishing makes sessions, and only those are shown, block time and are judged.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.activity import WithActivities
from model.asset import Asset
from model.base import Base, Json, Row
from model.details import Kind, WorkType
from model.errors import DomainError, no_step
from model.moment import WEEKDAYS, Span, settle
from model.people import Client, Worker
from model.session import Session
from model.slot_service import RosterSlotService

WEEKS = (1, 2, 4)


class RosterState(StrEnum):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class PeriodState(StrEnum):
    PLANNED = "PLANNED"
    VALIDATED = "VALIDATED"
    PUBLISHED = "PUBLISHED"


class BaseRoster(Row, Base):
    """One version of a regular pattern of `weeks`; periods begin whole patterns after `start_date`, and each may cost
    its budget."""

    __tablename__ = "base_roster"
    __table_args__ = (Index("uq_base_roster_name_version", "name", "version", unique=True),)

    name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    weeks: Mapped[int]
    start_date: Mapped[date] = mapped_column(Date)
    tz: Mapped[str]
    state: Mapped[RosterState] = mapped_column(default=RosterState.DRAFT)
    budget_cents: Mapped[int | None]

    slots: Mapped[list["RosterSlot"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="RosterSlot.id"
    )

    def become(self, state: RosterState) -> None:
        """DRAFT to ACTIVE to INACTIVE; everything else is E_TRANSITION."""
        steps = {RosterState.DRAFT: RosterState.ACTIVE, RosterState.ACTIVE: RosterState.INACTIVE}
        if steps.get(self.state) is not state:
            ways = [steps[self.state]] if self.state in steps else []
            raise no_step("A base roster", self.state, state, ways)
        self.state = state

    def check_editable(self) -> None:
        """Only a draft is changed; what periods are made from stays as it is (R51)."""
        if self.state is not RosterState.DRAFT:
            raise DomainError("E_TRANSITION", f"This version is {self.state}; make a draft of it first")

    def end_of(self, start: date) -> date:
        """The last day of a period that begins on `start`; it has to fit the pattern (E_PERIOD_ALIGN, R50)."""
        if self.state is not RosterState.ACTIVE:
            raise DomainError(
                "E_TRANSITION",
                f"Periods are made from active base rosters, and this is {self.state}; finalise a draft first",
            )
        if start < self.start_date or (start - self.start_date).days % (7 * self.weeks):
            day, since = WEEKDAYS[self.start_date.weekday()], self.start_date.isoformat()
            raise DomainError(
                "E_PERIOD_ALIGN",
                f"A period of this base begins on a {day}, a multiple of {self.weeks} weeks after {since}",
            )
        return start + timedelta(days=7 * self.weeks - 1)


class RosterPeriod(Row, Base):
    """The sessions of some weeks while they are planned. `violations` are those of the last validation; the budget is
    its base's, unless it was given its own."""

    __tablename__ = "roster_period"

    base_id: Mapped[UUID] = mapped_column(ForeignKey("base_roster.id"), index=True)
    start_date: Mapped[date] = mapped_column(Date)
    end_date: Mapped[date] = mapped_column(Date)
    state: Mapped[PeriodState] = mapped_column(default=PeriodState.PLANNED)
    violations: Mapped[Json] = mapped_column(default=dict)
    budget_cents: Mapped[int | None]

    base: Mapped[BaseRoster] = relationship(lazy="raise")
    slots: Mapped[list["RosterSlot"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="RosterSlot.day"
    )

    def edited(self) -> None:
        """Any edit asks for a new validation; what is published is changed on the live schedule alone (R54)."""
        if self.state is PeriodState.PUBLISHED:
            raise DomainError("E_TRANSITION", "This period is published; change its sessions themselves")
        self.state = PeriodState.PLANNED

    def validated(self, violations: list[dict[str, str]]) -> None:
        if self.state is PeriodState.PUBLISHED:
            raise DomainError("E_TRANSITION", "This period is published, so change its sessions themselves")
        self.violations, self.state = {"found": violations}, PeriodState.VALIDATED

    def check_publishable(self, block_on: frozenset[str]) -> None:
        """Validated, and without what the practice does not let pass (E_NOT_VALIDATED, R52)."""
        if self.state is PeriodState.PLANNED:
            raise DomainError("E_NOT_VALIDATED", "Validate this period first, since its last change")
        found = self.violations.get("found")
        broken = (
            {str(one["rule"]) for one in found if isinstance(one, dict)} if isinstance(found, list) else set()
        )
        if broken & block_on:
            rules = ", ".join(sorted(broken & block_on))
            raise DomainError(
                "E_NOT_VALIDATED",
                f"This practice publishes nothing that violates: {rules}; change those sessions first",
            )

    def check_day(self, day: date) -> None:
        """What is planned for a period lies within it (invariant of DOMAIN 2)."""
        if not self.has(day):
            raise DomainError(
                "E_PERIOD_ALIGN",
                f"This period goes from {self.start_date} to {self.end_date}; choose a day of it",
            )

    def has(self, day: date) -> bool:
        """Whether a day is one of its own."""
        return self.start_date <= day <= self.end_date


class RosterSlot(Row, WithActivities, Base):
    """A session to be: of a base roster in a `week` on a `weekday`, or of a period on a `day`; times are wall times.

    `session_id` is what it became when it was published.
    """

    __tablename__ = "roster_slot"

    base_id: Mapped[UUID | None] = mapped_column(ForeignKey("base_roster.id", ondelete="CASCADE"), index=True)
    period_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("roster_period.id", ondelete="CASCADE"), index=True
    )
    week: Mapped[int | None]
    weekday: Mapped[str | None]
    day: Mapped[date | None] = mapped_column(Date)
    start: Mapped[str]
    minutes: Mapped[int]
    kind: Mapped[Kind] = mapped_column(default=Kind.CLIENT_SESSION)
    work_type: Mapped[WorkType] = mapped_column(default=WorkType.APPOINTMENT)
    subject: Mapped[str] = mapped_column(default="")
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"), index=True)
    published: Mapped[bool] = mapped_column(default=False)

    workers: Mapped[list["RosterSlotWorker"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    clients: Mapped[list["RosterSlotClient"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    assets: Mapped[list["RosterSlotAsset"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    services: Mapped[list[RosterSlotService]] = relationship(lazy="raise", cascade="all, delete-orphan")

    def span(self, tz: ZoneInfo) -> Span:
        """When it is; only what has a day has one."""
        if self.day is None:
            raise ValueError("what a base roster says has no date")
        start = settle(datetime.combine(self.day, time.fromisoformat(self.start), tz))
        return Span(start=start, end=settle(start + timedelta(minutes=self.minutes)), tz=tz)

    def copied(self, act: Act, **where: object) -> "RosterSlot":
        """The same, elsewhere; a snapshot that never follows this one (R51)."""
        same = ("start", "minutes", "kind", "work_type", "subject", "site_id", "room_id", "activity_text")
        slot = RosterSlot(id=act.new_id(), **{name: getattr(self, name) for name in same}, **where)
        slot.published = False
        slot.workers = [RosterSlotWorker(worker_id=one.worker_id) for one in self.workers]
        slot.clients = [RosterSlotClient(client_id=one.client_id) for one in self.clients]
        slot.assets = [RosterSlotAsset(asset_id=one.asset_id, qty=one.qty) for one in self.assets]
        slot.services = [one.copied(act) for one in self.services]
        return slot

    def dated(self, act: Act, period: RosterPeriod) -> "RosterSlot":
        """What a base's slot becomes in a period (R50)."""
        days = (WEEKDAYS.index(self.weekday or "MO") - period.start_date.weekday()) % 7
        day = period.start_date + timedelta(days=7 * ((self.week or 1) - 1) + days)
        return self.copied(act, period_id=period.id, day=day)


class RosterSlotWorker(Base):
    """A worker of a planned session."""

    __tablename__ = "roster_slot_worker"

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("roster_slot.id", ondelete="CASCADE"), primary_key=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), primary_key=True)

    worker: Mapped[Worker] = relationship(lazy="raise")


class RosterSlotClient(Base):
    """A client of a planned session."""

    __tablename__ = "roster_slot_client"

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("roster_slot.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)

    client: Mapped[Client] = relationship(lazy="raise")


class RosterSlotAsset(Base):
    """An asset that a planned session takes along, and how many of it."""

    __tablename__ = "roster_slot_asset"

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("roster_slot.id", ondelete="CASCADE"), primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    qty: Mapped[int] = mapped_column(default=1)

    asset: Mapped[Asset] = relationship(lazy="raise")


def closed_to_calendars(session: Session, *, lock_published: bool, payroll_until: str) -> bool:
    """ROSTER_LOCKED (DOMAIN 1.7): no calendar changes what a published period holds, where the practice says so, or
    once payroll has closed the day that it begins on ("2026-03-15"). On the live schedule it is changed as ever (R54).
    """
    published = session.roster_period_id is not None
    return published and (lock_published or session.local_start[:10] <= payroll_until)


def check_pattern(*, weeks: int, week: int = 1, weekday: str = "MO") -> None:
    """One, two or four weeks, and a day in one of them (R50)."""
    if weeks not in WEEKS:
        raise DomainError("E_ROSTER", "A base roster has 1, 2 or 4 weeks")
    if not 1 <= week <= weeks or weekday not in WEEKDAYS:
        raise DomainError("E_ROSTER", f"Name a week from 1 to {weeks} and a day: {', '.join(WEEKDAYS)}")
