"""All tables of all nouns: importing the nouns is what declares them."""

from model import (
    archive,
    busy,
    cancellation,
    journal,
    link,
    people,
    practice,
    series,
    service,
    session,
    travel,
)
from model.base import Base

NOUNS = (archive, busy, cancellation, journal, link, people, practice, series, service, session, travel)
metadata = Base.metadata
