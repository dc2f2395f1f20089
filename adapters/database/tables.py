"""All tables of all nouns: importing the nouns is what declares them."""

from model import (  # noqa: F401 - each declares its tables
    access,
    appointment_type,
    archive,
    asset,
    attendance,
    availability,
    bed,
    bill,
    booking,
    busy,
    cancellation,
    feed,
    journal,
    link,
    message,
    note,
    offer,
    people,
    practice,
    reminder,
    reserved_slot,
    roster,
    series,
    service,
    session,
    session_type,
    slot_service,
    travel,
    visit,
    waiver,
)
from model.base import Base

metadata = Base.metadata
