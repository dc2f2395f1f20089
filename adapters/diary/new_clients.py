"""Make clients of whom only a name is known, while a session with them is added (004-05).

Each has an internal id at once, which is all that may leave. Until somebody enters how to reach them, nothing is sent
to them.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.diary.transaction import record
from model.act import Act
from model.people import Client, check_name, new_internal_ids


def by_name_only(database: Database, act: Act, names: Sequence[str]) -> list[Client]:
    """A new client for each name; the practice's own id is the internal one, until it is imported under another."""
    made: list[Client] = []
    for name in names:
        check_name(name)
        taken = [text for row in database.execute(select(Client.internal_id, Client.ref)) for text in row]
        internal_id = next(new_internal_ids(taken))
        client = Client(
            id=act.new_id(), ref=internal_id, internal_id=internal_id, name=" ".join(name.split())
        )
        database.add(client)
        database.flush()
        record(database, act, "client-added", client=internal_id)
        made.append(client)
    return made
