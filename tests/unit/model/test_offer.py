"""R31: the states of an offer, and nothing else (DOMAIN 2)."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest

from model.act import Act
from model.errors import DomainError
from model.offer import OFFERS, OPEN, Offer, OfferState

ACT = Act(actor="sam", now=datetime(2026, 3, 16, tzinfo=UTC), new_id=uuid4)


def an_offer(state: OfferState) -> Offer:
    made = Offer(id=uuid4(), ref="o", session_id=uuid4(), worker_id=uuid4(), state=state)
    made.sent_at = made.answered_at = None
    return made


@pytest.mark.parametrize(("before", "after"), list(product(OfferState, OfferState)))
def test_r31_a_step_that_is_not_in_the_table_is_refused(before: OfferState, after: OfferState) -> None:
    offer = an_offer(before)
    if after in OFFERS[before]:
        offer.become(after, ACT)
        assert offer.state is after
        return
    with pytest.raises(DomainError) as refused:
        offer.become(after, ACT)
    assert refused.value.code == "E_TRANSITION"
    assert offer.state is before


def test_r31_only_who_is_interested_can_be_assigned() -> None:
    assert [state for state in OfferState if OfferState.ASSIGNED in OFFERS[state]] == [OfferState.ACCEPTED]


def test_r31_when_it_was_sent_and_answered_is_remembered() -> None:
    offer = an_offer(OfferState.UNSENT)
    offer.become(OfferState.PENDING, ACT)
    assert (offer.sent_at, offer.answered_at) == (ACT.now, None)
    offer.become(OfferState.ACCEPTED, ACT)
    assert offer.answered_at == ACT.now


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OfferState.UNSENT, OfferState.CLOSED),
        (OfferState.PENDING, OfferState.EXPIRED),
        (OfferState.ACCEPTED, OfferState.CLOSED),
    ],
)
def test_r31_an_offer_of_what_has_begun_is_over(before: OfferState, after: OfferState) -> None:
    assert before in OPEN
    offer = an_offer(before)
    offer.end(ACT)
    assert offer.state is after
    assert offer.state not in OPEN
