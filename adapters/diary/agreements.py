"""What clients have agreed to: the services that may be planned and charged for on a day (000-06)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database
from sqlalchemy.orm import selectinload

from model.service import AgreementItem, ServiceAgreement

Items = dict[tuple[UUID, UUID], AgreementItem]  # by client and service


def items_on(database: Database, clients: Iterable[UUID], day: date) -> Items:
    """The items of approved agreements that cover that day; of two the one of the later agreement."""
    query = select(ServiceAgreement).where(ServiceAgreement.client_id.in_(list(clients)))
    items = selectinload(ServiceAgreement.items).joinedload(AgreementItem.service, innerjoin=True)
    found: Items = {}
    for agreement in database.scalars(query.options(items).order_by(ServiceAgreement.start_date)):
        if agreement.covers(day):
            found |= {(agreement.client_id, item.service_id): item for item in agreement.items}
    return found
