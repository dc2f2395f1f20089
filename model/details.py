"""What a session is about and when: the same for one session, and for a series as the pattern of its occurrences.

Rules about how these things fit together stand here too; who takes part is `model.attendance`'s, and what becomes of a
session in its life is `model.session`'s.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.activity import WithActivities
from model.errors import DomainError
from model.moment import Span, from_text, to_text, zone
from model.particulars import Particulars


class Kind(StrEnum):
    CLIENT_SESSION = "CLIENT_SESSION"
    CLIENT_CONTACT = "CLIENT_CONTACT"
    COLLATERAL_CONTACT = "COLLATERAL_CONTACT"
    OTHER_EVENT = "OTHER_EVENT"
    SHIFT = "SHIFT"


class WorkType(StrEnum):
    APPOINTMENT = "APPOINTMENT"
    GROUP = "GROUP"


class Status(StrEnum):
    DRAFT = "DRAFT"
    PENDING = "PENDING"
    ROSTERED = "ROSTERED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"


TENTATIVE = frozenset({Status.DRAFT, Status.PENDING})  # what takes its time, and may yet not take place


class ShowAs(StrEnum):
    BUSY = "BUSY"
    FREE = "FREE"


class Source(StrEnum):
    STAFF = "STAFF"
    ONLINE = "ONLINE"
    CALENDAR = "CALENDAR"
    ROSTER = "ROSTER"


class LocationType(StrEnum):
    SITE = "SITE"
    CLIENT_ADDRESS = "CLIENT_ADDRESS"
    WORKER_OFFICE = "WORKER_OFFICE"
    TELEHEALTH = "TELEHEALTH"
    OTHER = "OTHER"


class Details(WithActivities, Particulars):
    """What a session is about; a series holds the same as the pattern of its occurrences.

    `location` and `description` are free text of an Other Event; a client session's place is its
    `location_type` with site, room or address. `tentative` is an Other Event marked so in a calendar,
    `import_uid` its UID in the file that it was imported from. What is not `billable` has no services.
    """

    kind: Mapped[Kind]
    work_type: Mapped[WorkType] = mapped_column(default=WorkType.APPOINTMENT)
    status: Mapped[Status] = mapped_column(default=Status.DRAFT)
    source: Mapped[Source] = mapped_column(default=Source.STAFF)
    subject: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    location_type: Mapped[LocationType | None]
    address: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    medium: Mapped[str | None]
    contact_with: Mapped[str | None]
    employee_message: Mapped[str] = mapped_column(default="")
    show_as: Mapped[ShowAs] = mapped_column(default=ShowAs.BUSY)
    tentative: Mapped[bool] = mapped_column(default=False)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("room.id"))
    region_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.id"))
    billable: Mapped[bool] = mapped_column(default=True)
    import_uid: Mapped[str | None] = mapped_column(index=True)

    DETAIL_NAMES = (
        "kind", "work_type", "status", "source", "subject", "description", "location", "location_type",
        "address", "url", "medium", "contact_with", "employee_message", "show_as", "tentative", "site_id",
        "room_id", "region_id", "billable", "activity_text", *Particulars.PARTICULAR_NAMES,
    )  # fmt: skip

    def details(self) -> dict[str, object]:
        """All of it, to hand to a new row."""
        return {name: getattr(self, name) for name in self.DETAIL_NAMES}

    @property
    def has_client(self) -> bool:
        """Everything but an Other Event and a shift concerns a client."""
        return self.kind not in (Kind.OTHER_EVENT, Kind.SHIFT)

    @property
    def of_practice(self) -> bool:
        """Everything but an Other Event is the practice's, and is never deleted from outside (DOMAIN 1)."""
        return self.kind is not Kind.OTHER_EVENT

    @property
    def bills(self) -> bool:
        """Whether it may ever be charged for: contacts and Other Events are not (R72), nor what is non-billable."""
        return self.kind is Kind.CLIENT_SESSION and self.billable


class Timed:
    """Wall time and zone as agreed, with the derived instants beside it; set only through `span`."""

    tz: Mapped[str]
    local_start: Mapped[str]
    local_end: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    @property
    def span(self) -> Span:
        tz = zone(self.tz)
        return Span(start=from_text(self.local_start, tz), end=from_text(self.local_end, tz), tz=tz)

    @span.setter
    def span(self, span: Span) -> None:
        for name, value in timed(span).items():
            setattr(self, name, value)

    @property
    def all_day(self) -> bool:
        return "T" not in self.local_start

    @property
    def minutes(self) -> int:
        """How long it is to last."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def timed(span: Span) -> dict[str, object]:
    """The columns of `Timed` for a span."""
    return {
        "tz": span.tz.key,
        "local_start": to_text(span.start),
        "local_end": to_text(span.end),
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
    }


def check_length(span: Span) -> None:
    """A session lasts at least a minute (E3); only foreign events may have no length (FAILURES C17)."""
    if span.length < timedelta(minutes=1):
        raise DomainError("E_END_BEFORE_START", "The end must be later than the start, by a minute at least")


def check_participants(*, kind: Kind, work_type: WorkType, clients: int) -> None:
    """APPOINTMENT has exactly one client, GROUP one or more, an Other Event or a shift none (DOMAIN 2, invariants)."""
    if kind in (Kind.OTHER_EVENT, Kind.SHIFT):
        if clients:
            raise DomainError(
                "E_CLIENT_REQUIRED", "An Other Event or a shift has no client; add a session instead"
            )
    elif clients == 0:
        raise DomainError("E_CLIENT_REQUIRED", "Name the client of this session")
    elif work_type is WorkType.APPOINTMENT and clients > 1:
        raise DomainError(
            "E_DUPLICATE_CLIENT", "An appointment has exactly one client; use the work type GROUP"
        )


def check_busy(*, kind: Kind, show_as: ShowAs) -> None:
    """What concerns a client, or a shift, blocks time (DOMAIN 2, invariants)."""
    if kind is not Kind.OTHER_EVENT and show_as is ShowAs.FREE:
        raise DomainError(
            "MUST_BE_BUSY", "A session with a client is always busy; only Other Events can be free"
        )


def check_place(*, kind: Kind, location_type: LocationType | None, site: bool, address: str) -> None:
    """A place of type SITE needs a site, OTHER an address (000-03)."""
    if location_type is LocationType.SITE and not site:
        raise DomainError("E_SITE_REQUIRED", "A session at a site needs the site; name it")
    if kind is not Kind.OTHER_EVENT and location_type is LocationType.OTHER and not address:
        raise DomainError("E_SITE_REQUIRED", "A session at another place needs its address; give it")
