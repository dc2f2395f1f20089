"""Issue tokens for HTTP, list and revoke them, and say whose one is that was shown."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record
from model.access import SECRET_BYTES, AccessRole, ApiToken, Presented, read_token, spelled
from model.act import Act
from model.errors import DomainError
from model.people import Client, Worker

_NOBODY = ApiToken(hash=sha256(b"nobody").hexdigest(), revoked_at=datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """For whom: a worker or a client by id, or a scheduler or an administrator by name. `days`: how long it is good."""

    role: AccessRole
    person: str
    days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new token; `token` is shown this once."""

    ref: str
    role: str
    actor: str
    token: str


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """A token as it is listed: nothing of its secret."""

    ref: str
    role: str
    actor: str
    issued_by: str
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who stands at the door: as whom they act, as what, and which worker or client they are."""

    token: str
    actor: str
    role: AccessRole
    worker_id: UUID | None = None
    worker: str | None = None
    client_id: UUID | None = None
    client: str | None = None


def issue(
    sessions: Sessions,
    act: Act,
    new: NewToken,
    *,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Issued:
    """Make a token; only the hash of its secret is kept."""
    secret = urlsafe_b64encode(entropy(SECRET_BYTES)).decode().rstrip("=")
    ref = act.new_id().hex[:12]
    with sessions.begin() as database:
        row = ApiToken(
            id=act.new_id(),
            ref=ref,
            hash=Presented(ref=ref, secret=secret).hash,
            role=new.role,
            issued_by=act.actor,
            expires_at=_expiry(act, new.days),
            **_person(database, new),
        )
        database.add(row)
        record(database, act, "token-issued", token=ref, role=new.role)
        return Issued(ref=ref, role=row.role, actor=row.actor, token=spelled(ref, secret))


def list_tokens(sessions: Sessions) -> list[TokenView]:
    """All that were issued, the latest last."""
    with reading(sessions) as database:
        rows = database.scalars(select(ApiToken).order_by(ApiToken.created_at, ApiToken.ref))
        return [_view(row) for row in rows]


def revoke(sessions: Sessions, act: Act, ref: str) -> TokenView:
    """Let a token open nothing from now on."""
    with sessions.begin() as database:
        row = database.scalar(select(ApiToken).where(ApiToken.ref == ref))
        if row is None:
            raise DomainError(
                "E_NOT_FOUND", f'There is no token "{ref[:40]}"; calendula token list shows all'
            )
        row.revoke(act.now)
        record(database, act, "token-revoked", token=ref)
        return _view(row)


def caller_of(sessions: Sessions, text: str, now: datetime) -> Caller | None:
    """Whose token this is; None for any that does not open, whatever the reason, after the same work."""
    presented = read_token(text)
    if presented is None:
        return None
    with reading(sessions) as database:
        found = database.execute(_known(presented.ref)).first()
    row, worker, client = (found[0], found[1], found[2]) if found else (_NOBODY, None, None)
    if not row.opens(presented, now):
        return None
    if row.unnoted(now):
        _note_use(sessions, row.id, now)
    return Caller(
        token=row.ref,
        actor=row.actor,
        role=row.role,
        worker_id=row.worker_id,
        worker=worker,
        client_id=row.client_id,
        client=client,
    )


def _known(ref: str) -> Select[ApiToken, str, str]:
    """The token of that name; whoever left the practice has none (FAILURES F10)."""
    return (
        select(ApiToken, Worker.ref, Client.ref)
        .outerjoin(Worker, Worker.id == ApiToken.worker_id)
        .outerjoin(Client, Client.id == ApiToken.client_id)
        .where(
            ApiToken.ref == ref,
            or_(ApiToken.worker_id.is_(None), Worker.active.is_(True)),
            or_(ApiToken.client_id.is_(None), Client.active.is_(True)),
        )
    )


def _note_use(sessions: Sessions, token_id: UUID, now: datetime) -> None:
    with sessions.begin() as database:
        database.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def _person(database: Database, new: NewToken) -> dict[str, object]:
    """Whose it is; a worker acts under their id, a client under the internal one."""
    if new.role is AccessRole.PRACTITIONER:
        worker = by_ref(database, Worker, new.person)
        return {"worker_id": worker.id, "actor": worker.ref}
    if new.role is AccessRole.CLIENT:
        client = by_ref(database, Client, new.person)
        return {"client_id": client.id, "actor": client.internal_id}
    if not new.person.strip() or len(new.person) > 60:
        raise DomainError("E_TOKEN", "A token is of somebody: give a name of at most 60 characters")
    return {"actor": new.person.strip()}


def _expiry(act: Act, days: int | None) -> datetime | None:
    if days is not None and not 1 <= days <= 3650:
        raise DomainError("E_TOKEN", "A token is good for 1 to 3650 days, or until it is revoked")
    return None if days is None else act.now + timedelta(days=days)


def _view(row: ApiToken) -> TokenView:
    return TokenView(
        ref=row.ref,
        role=row.role,
        actor=row.actor,
        issued_by=row.issued_by,
        issued_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
