"""All tables of all nouns: importing the nouns is what declares them."""

from model import (
    archive,
    availability,
    busy,
    cancellation,
    journal,
    link,
    offer,
    people,
    practice,
    series,
    service,
    session,
)
from model.base import Base

NOUNS = (
    archive,
    availability,
    busy,
    cancellation,
    journal,
    link,
    offer,
    people,
    practice,
    series,
    service,
    session,
)
metadata = Base.metadata
