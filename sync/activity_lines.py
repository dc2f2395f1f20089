"""Say what a worker does in parts of a session, for their own calendar (001-13, DOMAIN 5): what and when, never whether
it is paid, and nothing of anybody else's."""

from uuid import UUID

from model.activity import SessionActivity
from model.moment import zone
from model.series import Series
from model.session import Session


def activity_lines(unit: Session | Series, worker_id: UUID) -> list[str]:
    """A line for each, like "Break 11:00-11:30", by the session's clock and in order of time."""
    return [_line(one, unit) for one in unit.activities if one.worker_id == worker_id]


def _line(one: SessionActivity, unit: Session | Series) -> str:
    begin, end = (moment.astimezone(zone(unit.tz)) for moment in one.span(unit.starts_at))
    words = one.type.replace("_", " ").capitalize()
    return f"{words} {begin:%H:%M}-{end:%H:%M}"
