"""All tables of all nouns: importing the nouns is what declares them."""

from model import (
    archive,
    asset,
    availability,
    bed,
    bill,
    busy,
    cancellation,
    journal,
    link,
    note,
    offer,
    people,
    practice,
    roster,
    series,
    service,
    session,
    slot_service,
    travel,
    waiver,
)
from model.base import Base

NOUNS = (
    archive,
    asset,
    availability,
    bed,
    bill,
    busy,
    cancellation,
    journal,
    link,
    note,
    offer,
    people,
    practice,
    roster,
    series,
    service,
    session,
    slot_service,
    travel,
    waiver,
)
metadata = Base.metadata
