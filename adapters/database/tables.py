"""All tables of all nouns: importing the nouns is what declares them."""

from model import (
    archive,
    busy,
    cancellation,
    journal,
    link,
    people,
    practice,
    roster,
    series,
    service,
    session,
)
from model.base import Base

NOUNS = (archive, busy, cancellation, journal, link, people, practice, roster, series, service, session)
metadata = Base.metadata
