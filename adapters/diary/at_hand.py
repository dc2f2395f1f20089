"""What has to be known of sessions to complete them, read for all of them at once: plans, agreements, travel rates."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.portions import portions
from adapters.diary.agreements import Items, agreements_of, covering
from adapters.diary.planned import plans_of
from adapters.diary.planning import day_of
from model.agreement import ServiceAgreement
from model.delivered import Delivered, ServiceDelivered
from model.service import PlannedService
from model.session import Session
from model.travel import Terms, TravelRate


@dataclass(frozen=True, kw_only=True)
class AtHand:
    """Plans by session, agreements by client; `charged`: by session, who cancelled and has a line for it."""

    plans: Mapping[UUID, Sequence[PlannedService]]
    agreements: Mapping[UUID, Sequence[ServiceAgreement]]
    charged: Mapping[UUID, Collection[UUID]]
    rates: Sequence[Terms]

    def agreed(self, row: Session, clients: Collection[UUID]) -> Items:
        """What these clients have agreed to for the day of that session."""
        theirs = [one for client in clients for one in self.agreements.get(client, ())]
        return covering(theirs, day_of(row))


def read_at_hand(database: Database, rows: Sequence[Session]) -> AtHand:
    """A fixed number of queries, however many sessions there are."""
    agreements: defaultdict[UUID, list[ServiceAgreement]] = defaultdict(list)
    for agreement in agreements_of(database, {one.client_id for row in rows for one in row.clients}):
        agreements[agreement.client_id].append(agreement)
    return AtHand(
        plans=plans_of(database, [row.id for row in rows if row.bills]),
        agreements=agreements,
        charged=_charged(database, [row.id for row in rows]),
        rates=[rate.terms for rate in database.scalars(select(TravelRate))],
    )


def _charged(database: Database, sessions: Sequence[UUID]) -> Mapping[UUID, Collection[UUID]]:
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    columns = ServiceDelivered.session_id, ServiceDelivered.client_id
    for some in portions(sessions):
        mine = ServiceDelivered.session_id.in_(some), ServiceDelivered.kind == Delivered.CANCELLATION
        for session_id, client_id in database.execute(select(*columns).where(*mine)):
            assert session_id is not None  # noqa: S101 - it was asked for by it
            found[session_id].add(client_id)
    return found
