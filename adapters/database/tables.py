"""All tables of all nouns: importing the nouns is what declares them."""

from model import archive, cancellation, journal, link, people, practice, series, session
from model.base import Base

NOUNS = (archive, cancellation, journal, link, people, practice, series, session)
metadata = Base.metadata
