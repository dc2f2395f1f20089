"""Go on with publishing where it was cut off (R53), so that no period stays half on the schedule."""

from sqlalchemy import exists, select

from adapters.database.engine import Sessions, reading
from adapters.diary.publishing import publish
from model.act import Act
from model.errors import DomainError
from model.roster import PeriodState, RosterPeriod, RosterSlot
from sync.settings import Settings


def publish_unfinished(sessions: Sessions, act: Act, settings: Settings) -> int:
    """Publish the rest of each period of which something is published; return how many sessions that made.

    What a rule refuses now waits for the scheduler, who began it.
    """
    begun = exists().where(RosterSlot.period_id == RosterPeriod.id, RosterSlot.published)
    with reading(sessions) as database:
        query = select(RosterPeriod.id).where(RosterPeriod.state == PeriodState.VALIDATED, begun)
        ids = database.scalars(query.order_by(RosterPeriod.id)).all()
    made = 0
    for one in ids:
        try:
            made += publish(sessions, act, str(one), settings).made
        except DomainError:
            continue
    return made
