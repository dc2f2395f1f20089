"""Write sessions as one iCalendar file for use in the practice: a client's calendar, say (000-01).

It says as much as a list does: clients by their internal ids, nothing of services or reasons.
"""

from uuid import NAMESPACE_OID, uuid5

from adapters.database.engine import Sessions, reading
from adapters.diary.listing import Window, find_sessions
from adapters.ical.writer import calendars
from model.act import Act
from sync.projection import in_practice
from sync.settings import PrivacySettings


def export_sessions(sessions: Sessions, act: Act, window: Window, privacy: PrivacySettings) -> bytes:
    """Each session as an event of its own; its UID is always the same, and says nothing of our own ids."""
    with reading(sessions) as database:
        rows = find_sessions(database, window)
        events = [in_practice(row, str(uuid5(NAMESPACE_OID, str(row.id))), privacy) for row in rows]
        return bytes(calendars(events, now=act.now))
