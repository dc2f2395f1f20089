"""All tables of all nouns: importing the nouns is what declares them."""

from model import (  # noqa: F401 - each declares its tables
    archive,
    asset,
    attendance,
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
    session_type,
    slot_service,
    travel,
    waiver,
)
from model.base import Base

metadata = Base.metadata
