"""The appointment types that clients can choose from (003-06 to 003-08)."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from adapters.database.engine import Sessions, reading
from adapters.diary.lookup import by_ref
from adapters.diary.transaction import record, writing
from model import appointment_type
from model.act import Act
from model.appointment_type import check_type
from model.errors import DomainError
from model.service import Service

_Noun = appointment_type.AppointmentType


@dataclass(frozen=True, kw_only=True)
class AppointmentType:
    """One appointment type as staff see it; clients are shown neither its padding nor its service."""

    ref: str
    name: str
    length_min: int
    padding_min: int = 0
    service: str | None = None
    active: bool = True


def list_types(sessions: Sessions) -> list[AppointmentType]:
    """All of them, by name."""
    with reading(sessions) as database:
        query = select(_Noun, Service.ref).join(Service, Service.id == _Noun.service_id, isouter=True)
        return [
            AppointmentType(
                ref=row.ref, name=row.name, length_min=row.length_min, padding_min=row.padding_min,
                service=service, active=row.active,
            )
            for row, service in database.execute(query.order_by(_Noun.name)).all()
        ]  # fmt: skip


def add_type(sessions: Sessions, act: Act, new: AppointmentType) -> None:
    """Add a type; its id and its name are new."""
    check_type(name=new.name, length_min=new.length_min, padding_min=new.padding_min)
    with writing(sessions) as database:
        if database.scalar(select(_Noun.id).where(or_(_Noun.ref == new.ref, _Noun.name == new.name))):
            raise DomainError(
                "E_EXISTS", f'There is an appointment type "{new.ref[:60]}" or of that name already'
            )
        service = by_ref(database, Service, new.service) if new.service else None
        database.add(
            _Noun(
                id=act.new_id(), ref=new.ref, name=new.name, length_min=new.length_min,
                padding_min=new.padding_min, service_id=service.id if service else None, active=new.active,
            )
        )  # fmt: skip
        record(database, act, "appointment-type-added")


def retire_type(sessions: Sessions, act: Act, ref: str) -> None:
    """No longer offer a type; what was booked keeps it."""
    with writing(sessions) as database:
        by_ref(database, _Noun, ref).active = False
        record(database, act, "appointment-type-retired")
