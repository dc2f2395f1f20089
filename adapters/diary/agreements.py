"""What clients have agreed to: the services that may be planned and charged for on a day (000-06)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from adapters.database.portions import portions
from model.agreement import AgreementItem, ServiceAgreement

Items = dict[tuple[UUID, UUID], AgreementItem]  # by client and service


def items_on(database: Database, clients: Iterable[UUID], day: date) -> Items:
    """The items of approved agreements that cover that day; of two the one of the later agreement."""
    return covering(agreements_of(database, clients), day)


def agreements_of(database: Database, clients: Iterable[UUID]) -> list[ServiceAgreement]:
    """All agreements of these clients, the later ones last; a fixed number of queries."""
    items = selectinload(ServiceAgreement.items).joinedload(AgreementItem.service, innerjoin=True)
    found: list[ServiceAgreement] = []
    for some in portions(sorted(set(clients))):
        query = select(ServiceAgreement).where(ServiceAgreement.client_id.in_(some))
        found += database.scalars(query.options(items).order_by(ServiceAgreement.start_date))
    return found


def covering(agreements: Iterable[ServiceAgreement], day: date) -> Items:
    """The items of those that cover that day."""
    found: Items = {}
    for agreement in agreements:
        if agreement.covers(day):
            found |= {(agreement.client_id, item.service_id): item for item in agreement.items}
    return found
