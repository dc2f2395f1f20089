"""Hand lines to billing: a CSV file of what was not exported before, after which those lines are final.

The file and the marks are one step: the file is on the disk before the marks are committed, and goes again if they are
not. What a file says counts only once the command has said so.
"""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.delivered import lines
from adapters.diary.planned import plans_of
from adapters.diary.transaction import record, writing
from adapters.diary.views import written
from model.act import Act
from model.bed import BedBooking
from model.errors import DomainError
from model.moment import in_zone
from model.money import in_dollars
from model.people import Client
from model.service import Delivered, DeliveredState, Service, ServiceDelivered, Unit
from model.session import Session

COLUMNS = (
    "line", "session", "date", "start", "end", "client", "worker", "service", "code", "unit", "kind", "claim_type",
    "reason_code", "quantity", "rate", "amount",
)  # fmt: skip


def export_services(sessions: Sessions, act: Act, file: Path) -> int:
    """Write every line that was not exported yet, and mark it; return how many. Without any there is no file."""
    with writing(sessions) as database:
        found = list(database.execute(lines().where(ServiceDelivered.state == DeliveredState.CREATED)))
        if not found:
            return 0
        claims = _claim_types(database, {line.session_id for line, *_ in found if line.session_id})
        rows = [_cells(*row, claims) for row in found]
        for line, *_ in found:
            line.state = DeliveredState.EXTRACTED
        record(database, act, "exported", count=len(found))
        database.flush()
        descriptor = _create(file)
        with _gone_on_failure(file):
            _write(descriptor, rows, file)
            database.commit()
    return len(rows)


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


def _write(descriptor: int, rows: Iterable[Sequence[object]], file: Path) -> None:
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows)
            text.flush()
            os.fsync(text.fileno())
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> DomainError:
    return DomainError("E_FILE", f"{file} cannot be written: {error.strerror}")
