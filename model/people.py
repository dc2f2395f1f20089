"""The people: workers who see sessions in their calendars, clients who never appear there by name unasked."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from typing import Protocol
from uuid import UUID

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row
from model.channel import Channel
from model.errors import DomainError

_FIRST_NUMBER = 1001
LONGEST_NAME = 60


class Gender(StrEnum):
    """As passports say it."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    X = "X"


class ContactType(StrEnum):
    """What a worker's row stands for; only an employee can be put on a session (R30)."""

    EMPLOYEE = "EMPLOYEE"
    CONTRACTOR = "CONTRACTOR"
    OTHER = "OTHER"


class Worker(Row, Base):
    """A practitioner's row. `ref` is the practice's own id for the person ("mia"); `contracted_min` are the minutes a
    week of the contract; `shift_acceptance` what becomes of sessions that this worker does not answer in time
    (`model.acceptance`), where it is not what the practice says. `leaving`: access of theirs is still to be ended, when
    `end_date` is over."""

    __tablename__ = "worker"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    tz: Mapped[str]
    contact_type: Mapped[ContactType] = mapped_column(default=ContactType.EMPLOYEE)
    active: Mapped[bool] = mapped_column(default=True)
    start_date: Mapped[date | None] = mapped_column(Date)
    end_date: Mapped[date | None] = mapped_column(Date)
    contracted_min: Mapped[int | None]
    shift_acceptance: Mapped[str | None]
    leaving: Mapped[bool] = mapped_column(default=False)


class Client(Row, Base):
    """A client. `internal_id` ("C-1042") is the only name that leaves at level `reference`.

    `allow_email`, `allow_phone` and `allow_text` say how they want to be reminded: not at all until they have said so.
    With `allow_ics` a mail brings the session as a calendar file. `erased_at`: since then nothing here names them
    (FAILURES H7).
    """

    __tablename__ = "client"

    ref: Mapped[str] = mapped_column(unique=True)
    internal_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    tz: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    dob: Mapped[date | None] = mapped_column(Date)
    gender: Mapped[Gender | None]
    allow_email: Mapped[bool] = mapped_column(default=False)
    allow_phone: Mapped[bool] = mapped_column(default=False)
    allow_text: Mapped[bool] = mapped_column(default=False)
    allow_ics: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]

    @property
    def channels(self) -> frozenset[Channel]:
        """What they allow, and where there is an address or a number (R60)."""
        return channels_of(self)

    @property
    def initials(self) -> str:
        """Derived: the first letters of the first and the last name ("JB"; still an identifier, DOMAIN 5). Who was
        erased goes by the internal id alone."""
        if self.erased_at is not None:
            return self.internal_id
        words = self.name.split()
        return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else ""

    def erase(self, ref: str, now: datetime) -> None:
        """Let nothing here name them any more (FAILURES H7): what is left is the internal id, which bills bear, and
        `ref`, which says nothing. There is no way back."""
        self.ref, self.name, self.active, self.erased_at = ref, self.internal_id, False, now
        self.email = self.phone = self.address = ""
        self.tz = self.dob = self.gender = None
        self.allow_email = self.allow_phone = self.allow_text = self.allow_ics = False


class WorkerSite(Base):
    """A site that a worker belongs to. Who belongs to none may be at each."""

    __tablename__ = "worker_site"

    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)


class ClientSite(Base):
    """A site that a client comes to (001-10). Who is linked to none may come to each."""

    __tablename__ = "client_site"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)


def belongs(sites: Collection[UUID], site_id: UUID | None) -> bool:
    """Whether somebody of these sites may be at this one: who has none may be at each, and elsewhere is no site."""
    return site_id is None or not sites or site_id in sites


def check_site_clients(sites: Iterable[Collection[UUID]], site_id: UUID | None) -> None:
    """At a site only its own clients (001-10); `sites` are those of each."""
    if not all(belongs(theirs, site_id) for theirs in sites):
        raise DomainError(
            "E_NOT_SITE_CLIENT",
            "A client of another site cannot take part at this one; choose a client or a site that fit",
        )


def new_internal_ids(taken: Iterable[str]) -> Iterator[str]:
    """For clients who have none yet, one after another: from one more than the highest number so far (004-05)."""
    numbers = [int(known[2:]) for known in taken if known[:2] == "C-" and known[2:].isdecimal()]
    return (f"C-{number}" for number in count(max(numbers, default=_FIRST_NUMBER - 1) + 1))


def check_name(name: str) -> None:
    """A name is all that a new client needs (004-05)."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise DomainError(
            "E_CLIENT_REQUIRED", f"A new client needs a name, of at most {LONGEST_NAME} characters"
        )


class Reachable(Protocol):
    """What is known of how a client may be reached (`reminder_prefs`)."""

    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def allow_email(self) -> bool: ...
    @property
    def allow_phone(self) -> bool: ...
    @property
    def allow_text(self) -> bool: ...


def channels_of(client: Reachable) -> frozenset[Channel]:
    """What a client allows, and where there is an address or a number (R60)."""
    there = {
        Channel.EMAIL: client.allow_email and client.email,
        Channel.PHONE: client.allow_phone and client.phone,
        Channel.TEXT: client.allow_text and client.phone,
    }
    return frozenset(channel for channel, address in there.items() if address)


class BlocklistEntry(Row, Base):
    """A worker and a client, or two workers, who are not to meet in a session; whoever asked for it, it holds for both.

    One that is not `active` any more is kept, and counts for nothing.
    """

    __tablename__ = "blocklist_entry"

    ref: Mapped[str] = mapped_column(unique=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), index=True)
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("client.id"), index=True)
    other_worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("worker.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
