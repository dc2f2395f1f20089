"""The warning that a worker of a session is busy then already, and who said that they know (004-16).

It never hinders anything. A group by same slot is made of such sessions, so the warning may be ignored; who did so,
and when, is kept with the session. It is about one time: another start, or another warning, asks anew.
"""

from model.act import Act
from model.errors import DomainError
from model.session import Session


def warn(session: Session, *, met: bool, known_to: Act | None = None) -> None:
    """Keep whether it met something when it was put where it is; `known_to` whoever said at once that they know."""
    if not met and not session.overlap_warned:
        return  # as almost always: nothing of the row changes
    session.overlap_warned = met
    session.overlap_acknowledged = False
    session.overlap_acknowledged_by, session.overlap_acknowledged_at = "", None
    if met and known_to is not None:
        acknowledge(session, known_to)


def acknowledge(session: Session, act: Act) -> None:
    """Somebody knows of it and leaves it as it is; the first who said so stays the one who did."""
    if not session.overlap_warned:
        raise DomainError(
            "E_TRANSITION",
            "Nothing was warned of here that could be acknowledged; session list shows what was",
        )
    if not session.overlap_acknowledged:
        session.overlap_acknowledged = True
        session.overlap_acknowledged_by, session.overlap_acknowledged_at = act.actor, act.now
