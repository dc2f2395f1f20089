"""Hand lines to billing: a CSV file of what was not exported before, after which those lines are final.

The file and the marks are one step: the file is on the disk before the marks are committed, and goes again if they are
not. What a file says counts only once the command has said so.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import Row
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.delivered import lines
from adapters.diary.planned import plans_of
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from adapters.spreadsheet import table
from model.act import Act
from model.delivered import Delivered, DeliveredState, ServiceDelivered
from model.errors import DomainError
from model.moment import in_zone
from model.money import in_dollars
from model.people import Client
from model.service import Service, Unit
from model.session import Session
from model.stay import BedBooking

_Found = Row[ServiceDelivered, Client, str | None, Service, Session | None, BedBooking | None]
COLUMNS = (
    "line", "session", "date", "start", "end", "client", "worker", "service", "code", "unit", "kind", "claim_type",
    "reason_code", "quantity", "rate", "amount",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Extract:
    """Lines as a table: how many, and its text."""

    count: int
    text: str


def export_services(sessions: Sessions, act: Act, file: Path) -> int:
    """Write every line that was not exported yet, and mark it; return how many. Without any there is no file."""
    with writing(sessions) as database:
        found = _mark(database, act)
        if not found.count:
            return 0
        descriptor = _create(file)
        with _gone_on_failure(file):
            _write(descriptor, found.text, file)
            database.commit()
    return found.count


def extract_services(sessions: Sessions, act: Act) -> Extract:
    """The same for who is not at this machine's disk: the table is the answer."""
    with writing(sessions) as database:
        return _mark(database, act)


def services_table(database: Database) -> Extract:
    """What would be exported now; nothing is marked."""
    return _extract(database, _unexported(database))


def _mark(database: Database, act: Act) -> Extract:
    """Make the table; from now on its lines are final."""
    found = _unexported(database)
    done = _extract(database, found)
    for line, *_ in found:
        line.state = DeliveredState.EXTRACTED
    if found:
        record(database, act, "exported", count=len(found))
    database.flush()
    return done


def _unexported(database: Database) -> Sequence[_Found]:
    return database.execute(lines().where(ServiceDelivered.state == DeliveredState.CREATED)).all()


def _extract(database: Database, found: Sequence[_Found]) -> Extract:
    claims = _claim_types(database, {line.session_id for line, *_ in found if line.session_id})
    return Extract(count=len(found), text=table(COLUMNS, [_cells(*row, claims) for row in found]))


def _claim_types(
    database: Database, session_ids: Iterable[UUID]
) -> dict[tuple[UUID | None, UUID, UUID], str]:
    """How each service is claimed, by session, service and client, as it was planned."""
    return {
        (session_id, plan.service_id, client.client_id): plan.claim_type
        for session_id, plans in plans_of(database, sorted(session_ids)).items()
        for plan in plans
        for client in plan.clients
    }


def _cells(
    line: ServiceDelivered,
    client: Client,
    worker: str | None,
    service: Service,
    session: Session | None,
    stay: BedBooking | None,
    claims: dict[tuple[UUID | None, UUID, UUID], str],
) -> Sequence[object]:
    """One row of the file, in the order of `COLUMNS`: of a session, or of a night or service of a stay in a bed."""
    whole = session or stay
    if whole is None:
        raise ValueError("a line belongs to a session or to a stay")
    start, end = (written(in_zone(moment, whole.span.tz)) for moment in (whole.span.start, whole.span.end))
    claim = claims.get((line.session_id, line.service_id, line.client_id), "")
    day = line.day.isoformat() if line.day else start[:10]
    return (
        line.id, whole.id, day, start, end, client.internal_id, worker or "", service.ref, service.code,
        _unit(line, service), line.kind.value, claim, line.reason_code, f"{line.quantity:.2f}",
        in_dollars(line.rate_cents), in_dollars(line.amount_cents),
    )  # fmt: skip


def _unit(line: ServiceDelivered, service: Service) -> str:
    """Travel time is in hours, costs are each one dollar, whatever the service is paid by."""
    if line.kind in (Delivered.TRAVEL_COST, Delivered.TRANSPORT_COST):
        return Unit.EACH
    return Unit.HOUR if line.kind is Delivered.TRAVEL_TIME else service.unit


@contextmanager
def _gone_on_failure(file: Path) -> Iterator[None]:
    """Whatever breaks off from here on leaves no file."""
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _create(file: Path) -> int:
    """A file that was not there, for its owner's eyes only: what is there already is never overwritten."""
    try:
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise DomainError("E_FILE", f"{file} is there already; name another file") from error
    except OSError as error:
        raise _unwritable(file, error) from error


def _write(descriptor: int, text: str, file: Path) -> None:
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> DomainError:
    return DomainError("E_FILE", f"{file} cannot be written: {error.strerror}")
