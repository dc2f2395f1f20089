"""What clients do online is done once, not too often, and with the policy read; and it is written down (003-09).

A key names one attempt: whoever sends it again is told the same again, and nothing is done a second time. Limits hold
for each client and for each address by itself, so that one who meets them locks nobody else out (FAILURES G16, G26).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Database

from model.act import Act
from model.attendance import Attendance, SessionClient
from model.base import Json
from model.booking import ClientAct, check_acknowledged, hashed
from model.details import Source, Status
from model.errors import DomainError
from model.people import Client
from model.session import Session
from sync.settings import BookingSettings

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Which client does it, whether the policy was read, which attempt it is, and from where; staff who book for a
    client have neither key nor address."""

    client: str
    acknowledged: bool = False
    key: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One thing that a client wants done: `body` is all that was asked for, and its `action`."""

    client: Client
    caller: Caller
    body: Mapping[str, object]

    @property
    def action(self) -> str:
        return str(self.body["action"])

    @property
    def key_hash(self) -> str | None:
        return hashed(f"{self.client.id} {self.caller.key}") if self.caller.key else None

    @property
    def body_hash(self) -> str:
        return hashed(json.dumps(dict(self.body), sort_keys=True, default=str))


def told_before(database: Database, attempt: Attempt) -> Json | None:
    """What this attempt was answered, if it was made already; the same key for something else is refused."""
    if attempt.key_hash is None:
        return None
    known = database.scalar(select(ClientAct).where(ClientAct.key_hash == attempt.key_hash))
    if known is None:
        return None
    if known.body_hash != attempt.body_hash:
        raise DomainError(
            "E_KEY_REUSED", "That key was used for something else; use a new one for each attempt"
        )
    return known.answer


def check_caller(database: Database, act: Act, attempt: Attempt, settings: BookingSettings) -> None:
    """The policy was read (E_POLICY_ACK), and neither this client nor this address asks too much (E_TOO_MANY)."""
    check_acknowledged(settings.policy_text, acknowledged=attempt.caller.acknowledged)
    if not attempt.client.active:
        raise DomainError("E_CLIENT_REQUIRED", "That client is not active; the practice has to book")
    lately = ClientAct.at > act.now - _HOUR
    mine = select(func.count()).where(ClientAct.client_id == attempt.client.id, lately)
    if (database.scalar(mine) or 0) >= settings.client_hour:
        raise _too_many()
    if attempt.caller.address:
        there = select(func.count()).where(ClientAct.address_hash == hashed(attempt.caller.address), lately)
        if (database.scalar(there) or 0) >= settings.address_hour:
            raise _too_many()


def check_open(database: Database, act: Act, client: Client, settings: BookingSettings) -> None:
    """How much of the practice's time one client may hold by online booking (FAILURES G26)."""
    held = (
        select(func.count())
        .select_from(SessionClient)
        .join(Session, Session.id == SessionClient.session_id)
        .where(SessionClient.client_id == client.id, SessionClient.status != Attendance.CANCELLED)
        .where(Session.source == Source.ONLINE, Session.starts_at > act.now)
        .where(Session.status.in_([Status.PENDING, Status.ROSTERED]))
    )
    if (database.scalar(held) or 0) >= settings.client_open:
        raise DomainError(
            "E_TOO_MANY", f"{settings.client_open} appointments are booked already; ask the practice"
        )


def write_down(
    database: Database,
    act: Act,
    attempt: Attempt,
    settings: BookingSettings,
    *,
    session_id: UUID | None,
    answer: Json,
) -> ClientAct:
    """That it was done, when the policy was acknowledged, and what was answered."""
    read = attempt.caller.acknowledged and bool(settings.policy_text.strip())
    done = ClientAct(
        id=act.new_id(), client_id=attempt.client.id, session_id=session_id, action=attempt.action, at=act.now,
        policy_ack_at=act.now if read else None, key_hash=attempt.key_hash, body_hash=attempt.body_hash,
        address_hash=hashed(attempt.caller.address), answer=answer,
    )  # fmt: skip
    database.add(done)
    return done


def _too_many() -> DomainError:
    return DomainError("E_TOO_MANY", "That is too much within an hour; try again later, or ask the practice")
