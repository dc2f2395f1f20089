"""Forget where clients came from: hashes of addresses in the network count for an hour, and are kept for a day."""

from datetime import timedelta

from sqlalchemy import update

from adapters.database.engine import Sessions
from model.act import Act
from model.booking import ClientAct
from model.visit import Visit

_DAY = timedelta(days=1)


def forget_addresses(sessions: Sessions, act: Act) -> int:
    """Of what was done online, and of links that were asked for; of how many."""
    with sessions.begin() as database:
        count = 0
        for noun, at in ((ClientAct, ClientAct.at), (Visit, Visit.asked_at)):
            step = update(noun).where(at < act.now - _DAY, noun.address_hash != "").values(address_hash="")
            step = step.returning(noun.id).execution_options(synchronize_session=False)
            count += len(database.execute(step).all())
        return count
