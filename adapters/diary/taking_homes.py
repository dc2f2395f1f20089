"""Take in which sites the workers and clients of a practice set belong to: `site` is one, `sites` are several."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from adapters.diary.entries import Entry
from adapters.diary.tables import Columns
from model.people import ClientSite, WorkerSite

_NOUNS = {"client": ClientSite, "worker": WorkerSite}
_KEYS = ("site", "sites")


def without_homes(table: str, columns: Columns) -> Columns:
    """What is left of an entry's columns once its sites are taken elsewhere."""
    return {name: value for name, value in columns.items() if table not in _NOUNS or name not in _KEYS}


def take_homes(
    database: Database,
    table: str,
    entries: list[Entry],
    people: Mapping[str, UUID],
    sites: Mapping[str, UUID],
) -> None:
    """Let people belong where the entries say, and nowhere else; an entry that says nothing leaves it as it is."""
    noun = _NOUNS.get(table)
    told = [entry for entry in entries if any(key in entry.columns for key in _KEYS)]
    if noun is None or not told:
        return
    column = noun.__table__.c[f"{table}_id"]
    for some in portions([people[entry.ref] for entry in told]):
        database.execute(delete(noun).where(column.in_(some)))
    for entry in told:
        person = people[entry.ref]
        named = entry.texts("sites") or [one for one in [entry.optional("site")] if one]
        homes = {sites[name] for name in named}
        database.add_all(noun(**{f"{table}_id": person, "site_id": home}) for home in homes)
    database.flush()
