"""From a queued message to a letter: look up what holds now, and say as little of it as its template needs (H9).

What is not true any more is not sent: the session is cancelled or has begun, the reminder has another time, the client
does not want to be told. No name of anybody, no service, no subject and no reason is handed to a template.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.loading import load_session
from adapters.database.rescheduled import written
from adapters.ical.lines import Node
from adapters.ical.text import line
from adapters.ical.writer import calendar
from adapters.messages.letter import Letter
from adapters.messages.notices import lines_of
from adapters.messages.templates import Templates, Value
from model.attendance import Attendance
from model.channel import Channel
from model.details import LocationType, Status
from model.inbound import Audience
from model.message import UNASKED, Kind, Message
from model.moment import zone
from model.people import Client, Worker
from model.practice import Practice
from model.reminder import FeedbackRequest, FeedbackState, Reminder, ReminderState
from model.session import Session
from sync.event import Component, Event

LATEST = timedelta(days=3)  # what could not be sent for so long tells nobody anything any more
_NAMES = UUID("8c8be4e3-58a0-4d29-8c2b-f4ee4f1c7c5a")
_WITH_ICS = frozenset(
    {Kind.REMINDER, Kind.MOVED, Kind.BOOKING_MADE, Kind.BOOKING_MOVED, Kind.REQUEST_ACCEPTED}
)
_CHANGEABLE = frozenset({Kind.BOOKING_MADE, Kind.BOOKING_MOVED, Kind.REQUEST_ACCEPTED})
_HAPPENS = (Status.ROSTERED, Status.IN_PROGRESS)
_MOST_NOTICES = 50


class Opener(Protocol):
    """What opens a sealed link."""

    def decrypt(self, sealed: bytes) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class Office:
    """What is the same for all messages of a practice; `addresses` are those of whoever schedules or administers.

    `booking_url` is where clients ask for a link, if they may change what they booked: it has no secret in it.
    """

    templates: Templates = field(default_factory=Templates)
    domain: str = "localhost"
    addresses: Mapping[Audience, tuple[str, ...]] = field(default_factory=dict)
    public_url: str = ""
    booking_url: str = ""
    feedback_url: str = ""
    box: Callable[[], Opener] | None = None


@dataclass(frozen=True, kw_only=True)
class Void:
    """It is not to be sent, as something does not hold any more; `why` is a word for the record."""

    why: str


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What was found of a message's recipient and session."""

    message: Message
    client: Client | None
    worker: Worker | None
    session: Session | None
    practice: str


def compose(database: Database, message: Message, office: Office, *, now: datetime) -> Letter | Void:
    """The letter, or why there is none."""
    facts = _facts(database, message)
    why = _stale(database, facts, now)
    if why:
        return Void(why=why)
    to = _addresses(facts, office)
    if not to:
        return Void(why="NoAddress")
    words = office.templates.words(message.kind, message.channel, _values(database, facts, office))
    return Letter(
        message_id=message.message_id(office.domain),
        channel=message.channel,
        to=to,
        subject=words.subject,
        text=words.text,
        html=words.html,
        ics=_ics(facts, now),
    )


def _facts(database: Database, message: Message) -> _Facts:
    return _Facts(
        message=message,
        client=database.get(Client, message.client_id) if message.client_id else None,
        worker=database.get(Worker, message.worker_id) if message.worker_id else None,
        session=load_session(database, message.session_id) if message.session_id else None,
        practice=database.scalar(select(Practice.name)) or "",
    )


# --- whether it still holds -----------------------------------------------------------------------------------


def _stale(database: Database, facts: _Facts, now: datetime) -> str:
    """Why it is not to be said any more; empty where it is."""
    message = facts.message
    if now - message.not_before > LATEST or _opens_no_more(message, now):
        return "TooLate"
    if message.kind in UNASKED and message.channel not in (facts.client.channels if facts.client else ()):
        return "NotAllowed"
    if message.kind is Kind.FEEDBACK:
        return "" if _request(database, message) is not None else "NotWanted"
    if message.kind in UNASKED and not _comes(facts, now):
        return "NotComing"
    if message.kind is Kind.REMINDER and not _is_due(database, message):
        return "OtherTime"
    return "NotMoved" if message.kind is Kind.MOVED and _is_back(facts) else ""


def _opens_no_more(message: Message, now: datetime) -> bool:
    """Whether it brings a link whose time is over."""
    if message.kind is not Kind.BOOKING_LINK:
        return False
    return now - message.created_at >= timedelta(minutes=_number(message.parameters.get("minutes")))


def _comes(facts: _Facts, now: datetime) -> bool:
    """Whether the session is still to come, and the client with it."""
    session = facts.session
    if session is None or session.status not in _HAPPENS or session.starts_at <= now:
        return False
    part = session.attendance_of(facts.message.client_id) if facts.message.client_id else None
    return part is not None and part.status is not Attendance.CANCELLED


def _is_due(database: Database, message: Message) -> bool:
    reminder = database.get(Reminder, message.reminder_id) if message.reminder_id else None
    if reminder is None or reminder.state is ReminderState.VOID:
        return False
    return reminder.due_at.isoformat() == message.parameters.get("due")


def _is_back(facts: _Facts) -> bool:
    session = facts.session
    return session is not None and facts.message.parameters["was"] == written(session.local_start, session.tz)


def _request(database: Database, message: Message) -> FeedbackRequest | None:
    found = database.get(FeedbackRequest, UUID(str(message.parameters["request"])))
    return found if found is not None and found.state is FeedbackState.RECORDED else None


# --- to whom --------------------------------------------------------------------------------------------------


def _addresses(facts: _Facts, office: Office) -> tuple[str, ...]:
    if facts.client is not None:
        one = facts.client.email if facts.message.channel is Channel.EMAIL else facts.client.phone
        return (one.strip(),) if one.strip() else ()
    if facts.worker is not None:
        return (facts.worker.email.strip(),) if facts.worker.email.strip() else ()
    return office.addresses.get(facts.message.audience, ()) if facts.message.audience else ()


# --- what is said ---------------------------------------------------------------------------------------------


def _values(database: Database, facts: _Facts, office: Office) -> dict[str, Value]:
    """All that any template may say."""
    message, said = facts.message, facts.message.parameters
    day, time = _when(facts)
    lines = lines_of(database, message) if message.kind is Kind.NOTICES else []
    return {
        "practice": facts.practice,
        "day": day,
        "time": time,
        "place": _place(facts.session),
        "online": _online(facts),
        "instructions": facts.session.instructions if facts.session and facts.client else "",
        "reference": str(message.session_id)[:8] if message.session_id and facts.worker else "",
        "link": _link(facts, office),
        "was": _was(str(said.get("was", ""))),
        "count": _number(said.get("count", 1)),
        "minutes": _number(said.get("minutes", 0)),
        "words": str(said.get("words", "")),
        "notices": tuple(lines[:_MOST_NOTICES]),
        "more": max(len(lines) - _MOST_NOTICES, 0),
    }


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _when(facts: _Facts) -> tuple[str, str]:
    """Day and time: on the clock of where it takes place, or online on the client's; its zone where these differ."""
    session, said = facts.session, facts.message.parameters
    if session is None:
        at = _typed(said)
        return (f"{at:%a %-d %b %Y}", f"{at:%H:%M}") if at else ("", "")
    theirs = facts.client.tz if facts.client and facts.client.tz else session.tz
    online = session.location_type is LocationType.TELEHEALTH
    begins = session.starts_at.astimezone(zone(theirs if online else session.tz))
    name = f" {begins:%Z}" if theirs != session.tz else ""
    return f"{begins:%a %-d %b %Y}", f"{begins:%H:%M}{name}"


def _typed(said: Mapping[str, object]) -> datetime | None:
    """When a request is for, which has no session yet."""
    start, tz = said.get("start"), said.get("tz")
    return datetime.fromisoformat(str(start)).replace(tzinfo=zone(str(tz))) if start and tz else None


def _was(text: str) -> str:
    start, _, _ = text.partition(" ")
    return f"{datetime.fromisoformat(start):%a %-d %b %Y, %H:%M}" if start else ""


def _place(session: Session | None) -> str:
    """The code of a site, never an address."""
    if session is None:
        return ""
    if session.location_type is LocationType.TELEHEALTH:
        return "online"
    return session.site.code if session.site else ""


def _online(facts: _Facts) -> str:
    """Where to join, for clients; nothing that is no web address (FAILURES G17)."""
    session = facts.session
    if session is None or facts.client is None or session.location_type is not LocationType.TELEHEALTH:
        return ""
    return session.url if session.url.startswith("https://") else ""


def _link(facts: _Facts, office: Office) -> str:
    message = facts.message
    if message.link is not None and office.box is not None:
        return office.box().decrypt(message.link).decode()
    if message.kind is Kind.FEEDBACK and office.feedback_url:
        return f"{office.feedback_url}?{urlencode({'request': str(message.parameters['request'])})}"
    if message.kind in _CHANGEABLE and facts.client is not None:
        return office.booking_url
    return f"{office.public_url}/changes" if message.kind is Kind.NOTICES and office.public_url else ""


def _ics(facts: _Facts, now: datetime) -> bytes:
    """The session as a calendar file, for who agreed to that: nobody is invited (RFC 5546, 3.2.1)."""
    client, session, message = facts.client, facts.session, facts.message
    if client is None or session is None or not client.allow_ics or message.kind not in _WITH_ICS:
        return b""
    master = Component(
        start=session.span.start,
        end=session.span.end,
        summary=facts.practice,
        location=_place(session),
        url=_online(facts),
    )
    uid = str(uuid5(_NAMES, f"{session.id} {client.id}"))
    node = calendar(Event(uid=uid, master=master, sequence=session.rev), now=now)
    return bytes(_published(node))


def _published(node: Node) -> Node:
    """METHOD stands before the components."""
    at = next(at for at, item in enumerate(node.items) if isinstance(item, Node))
    node.items.insert(at, line("METHOD", "PUBLISH"))
    return node
