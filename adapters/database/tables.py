"""All tables of all nouns: importing the nouns is what declares them."""

from model import (
    archive,
    bill,
    busy,
    cancellation,
    journal,
    link,
    note,
    people,
    practice,
    series,
    service,
    session,
)
from model.base import Base

NOUNS = (archive, bill, busy, cancellation, journal, link, note, people, practice, series, service, session)
metadata = Base.metadata
