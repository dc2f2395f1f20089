"""R31, 002-11: offered to those who may take it and are free; interest does not assign; one is picked, others close."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.database.loading import load_session
from adapters.diary import cancelling, offering, rescheduling
from adapters.diary.availability import set_hours
from adapters.diary.cancelling import Cancel
from adapters.diary.leave import NewLeave, add_leave
from adapters.diary.offering import OfferView, answer, expire_offers, list_offers, pick, send
from adapters.diary.rescheduling import Reschedule
from model.attendance import Assignment, SessionWorker
from model.cancellation import CancelledBy
from model.details import Kind
from model.errors import DomainError
from model.inbound import Notice
from model.offer import Offer, OfferState
from model.people import Worker
from model.session import Session
from tests.unit.diary.conftest import Diary


def open_session(diary: Diary, start: str = "2026-03-16 07:00", **other: object) -> str:
    return str(diary.add(start, **({"workers": [], "clients": ["liam"]} | other)).session_id)


def offer(diary: Diary, session: str, *workers: str, sent: bool = True) -> dict[str, OfferView]:
    made = offering.offer(diary.sessions, diary.act, session, workers, send=sent)
    return {one.worker: one for one in made}


def states(diary: Diary) -> dict[str, str]:
    return {one.worker: one.state for one in list_offers(diary.sessions, session=None, worker=None)}


def told(diary: Diary) -> list[tuple[str, str, str]]:
    """Every notice: whose offer, to whom, and what."""
    with diary.read() as database:
        query = select(Worker.ref, Notice.audience, Notice.code).join(Worker, Worker.id == Notice.worker_id)
        return sorted((ref, str(audience), code) for ref, audience, code in database.execute(query).all())


def refused(code: str):  # type: ignore[no-untyped-def]  # pytest's own type is private
    return pytest.raises(DomainError, check=lambda error: error.code == code)


def test_r31_first_interest_does_not_assign_and_one_is_picked(either_diary: Diary) -> None:
    diary = either_diary
    session = open_session(diary)
    made = offer(diary, session, "lena", "tom", "priya", "ada")
    assert {one.state for one in made.values()} == {"PENDING"}

    for worker, state in (
        ("tom", OfferState.ACCEPTED), ("lena", OfferState.ACCEPTED), ("priya", OfferState.DECLINED),
    ):  # fmt: skip
        answer(diary.sessions, diary.act, made[worker].ref, state)
    with diary.read() as database:
        row = load_session(database, UUID(session))
        assert row is not None
        assert row.workers == []

    done = pick(diary.sessions, diary.act, made["lena"].ref)
    assert (str(done.session_id), done.warnings) == (session, ())
    assert states(diary) == {"lena": "ASSIGNED", "tom": "CLOSED", "ada": "CLOSED", "priya": "DECLINED"}
    with diary.read() as database:
        row = load_session(database, UUID(session))
        assert row is not None
        assert [w.worker.ref for w in row.active_workers] == ["lena"]
    assert [one for one in told(diary) if one[2] != "OFFER_PENDING"] == [
        ("ada", "WORKER", "OFFER_CLOSED"),
        ("lena", "SCHEDULER", "OFFER_ACCEPTED"),
        ("lena", "WORKER", "OFFER_ASSIGNED"),
        ("priya", "SCHEDULER", "OFFER_DECLINED"),
        ("tom", "SCHEDULER", "OFFER_ACCEPTED"),
        ("tom", "WORKER", "OFFER_CLOSED"),
    ]


@pytest.mark.parametrize("state", [OfferState.PENDING, OfferState.DECLINED])
def test_r31_nobody_is_picked_who_is_not_interested(diary: Diary, state: OfferState) -> None:
    made = offer(diary, open_session(diary), "lena")["lena"]
    if state is OfferState.DECLINED:
        answer(diary.sessions, diary.act, made.ref, state)
    with refused("E_TRANSITION"):
        pick(diary.sessions, diary.act, made.ref)
    assert states(diary) == {"lena": state}


def test_r31_all_who_may_take_it_and_are_free_by_name(diary: Diary) -> None:
    diary.bring('[[blocklist]]\nid = "b"\nworker = "ada"\nclient = "liam"')
    diary.bring('[[worker]]\nid = "sam"\nname = "Sam Okafor"\ntz = "UTC"\ncontact_type = "OTHER"')
    diary.add("2026-03-16 07:30", workers=["priya"], clients=["noor"])
    add_leave(diary.sessions, diary.act, NewLeave(worker="mia", start="2026-03-14", end="2026-03-17"))
    assert list(offer(diary, open_session(diary))) == ["lena", "tom"]


def test_r31_the_order_is_that_of_names(diary: Diary) -> None:
    assert list(offer(diary, open_session(diary))) == ["ada", "mia", "lena", "priya", "sam", "tom"]


def test_r31_outside_their_hours_nobody_is_free(diary: Diary) -> None:
    set_hours(diary.sessions, diary.act, "lena", "MO-FR 09:00-17:00", first="2026-03-01", last=None)
    assert "lena" not in offer(diary, open_session(diary))
    assert "lena" in offer(diary, open_session(diary, "2026-03-17 09:00", clients=["eva"]))


def test_r30_whoever_is_named_is_eligible_and_free(diary: Diary) -> None:
    diary.bring('[[blocklist]]\nid = "b"\nworker = "ada"\nclient = "liam"')
    diary.add("2026-03-16 07:30", workers=["priya"], clients=["noor"])
    session = open_session(diary)
    with refused("E_WORKER_INELIGIBLE"):
        offer(diary, session, "lena", "ada")
    with refused("E_UNAVAILABLE"):
        offer(diary, session, "lena", "priya")
    assert states(diary) == {}


def test_r31_nobody_is_offered_it_twice_at_once(diary: Diary) -> None:
    session = open_session(diary, workers=["tom"])
    made = offer(diary, session, "lena")
    for worker in ("lena", "tom"):
        with refused("E_DUPLICATE_WORKER"):
            offer(diary, session, worker)
    assert "lena" not in offer(diary, session)
    answer(diary.sessions, diary.act, made["lena"].ref, OfferState.DECLINED)
    assert list(offer(diary, session, "lena")) == ["lena"]


def test_r31_where_nobody_is_free_it_is_said(diary: Diary) -> None:
    session = open_session(diary)
    offer(diary, session)
    with refused("E_UNAVAILABLE"):
        offer(diary, session)


def test_r31_whoever_cancelled_is_not_among_all_who_may(diary: Diary) -> None:
    """Tom is sick: the session that replaces his is not offered to him, nor to whoever declined it."""
    session = open_session(diary, workers=["tom"])
    how = Cancel(by=CancelledBy.WORKER, reason="worker-sick", advised="2026-03-01 05:50")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    new = str(rescheduling.reschedule(diary.sessions, diary.act, session, Reschedule()).session_id)
    with diary.sessions.begin() as database:
        lena = database.scalars(select(Worker).where(Worker.ref == "lena")).one()
        row = load_session(database, UUID(new))
        assert row is not None
        row.add_worker(lena, diary.act)
        row.workers[0].status = Assignment.DECLINED
    assert not {"tom", "lena"} & set(offer(diary, new))


def test_r31_an_offer_is_prepared_and_sent_later(diary: Diary) -> None:
    made = offer(diary, open_session(diary), "lena", sent=False)["lena"]
    assert (made.state, made.sent_at, told(diary)) == ("UNSENT", None, [])
    with refused("E_TRANSITION"):
        answer(diary.sessions, diary.act, made.ref, OfferState.ACCEPTED)
    assert send(diary.sessions, diary.act, made.ref).sent_at == diary.now
    assert told(diary) == [("lena", "WORKER", "OFFER_PENDING")]
    with refused("E_TRANSITION"):
        send(diary.sessions, diary.act, made.ref)


def test_r31_what_nobody_answered_expires_when_it_begins(diary: Diary) -> None:
    session = open_session(diary)
    made = offer(diary, session, "lena", "tom")
    other = offer(diary, open_session(diary, "2026-03-20 07:00", clients=["eva"]), "ada")["ada"]
    offer(diary, session, "priya", sent=False)
    answer(diary.sessions, diary.act, made["tom"].ref, OfferState.ACCEPTED)
    assert expire_offers(diary.sessions, diary.act) == 0

    diary.now += timedelta(days=16)
    with refused("E_TRANSITION"):
        answer(diary.sessions, diary.act, made["lena"].ref, OfferState.ACCEPTED)
    assert expire_offers(diary.sessions, diary.act) == 3
    assert states(diary) == {
        "lena": "EXPIRED", "tom": "CLOSED", "priya": "CLOSED", "ada": other.state,
    }  # fmt: skip
    with refused("E_TRANSITION"):
        offer(diary, session, "mia")


def test_r31_what_is_cancelled_is_not_offered_any_more(diary: Diary) -> None:
    session = open_session(diary, workers=["priya"])
    made = offer(diary, session, "lena", "tom")
    answer(diary.sessions, diary.act, made["tom"].ref, OfferState.ACCEPTED)
    how = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-01 08:00")
    cancelling.cancel(diary.sessions, diary.act, session, how, None)
    assert states(diary) == {"lena": "CLOSED", "tom": "CLOSED"}
    with refused("E_TRANSITION"):
        pick(diary.sessions, diary.act, made["tom"].ref)
    with refused("E_LOCKED"):
        offer(diary, session, "ada")


def test_r31_who_is_picked_is_asked_about_once_more(diary: Diary) -> None:
    """Between the answer and the choice the worker may have gone on leave."""
    session = open_session(diary)
    made = offer(diary, session, "lena")["lena"]
    answer(diary.sessions, diary.act, made.ref, OfferState.ACCEPTED)
    add_leave(diary.sessions, diary.act, NewLeave(worker="lena", start="2026-03-16"))
    with refused("E_UNAVAILABLE"):
        pick(diary.sessions, diary.act, made.ref)
    assert states(diary) == {"lena": "ACCEPTED"}


def test_r31_one_occurrence_is_given_to_whoever_took_it(diary: Diary) -> None:
    diary.add("2026-03-16 07:00", workers=["tom"], clients=["liam"], rule="FREQ=WEEKLY;COUNT=3")
    with diary.read() as database:
        second = str(database.scalars(select(Session.id).order_by(Session.starts_at)).all()[1])
    made = offer(diary, second, "lena")["lena"]
    answer(diary.sessions, diary.act, made.ref, OfferState.ACCEPTED)
    assert pick(diary.sessions, diary.act, made.ref).count == 1
    with diary.read() as database:
        lena = database.scalars(select(Worker.id).where(Worker.ref == "lena")).one()
        theirs = select(SessionWorker.session_id).where(SessionWorker.worker_id == lena)
        assert [str(one) for one in database.scalars(theirs)] == [second]


def test_r31_an_offer_goes_with_its_session(either_diary: Diary) -> None:
    diary = either_diary
    session = open_session(diary, rostered=False)
    offer(diary, session, "lena")
    cancelling.delete(diary.sessions, diary.act, session, None)
    with diary.read() as database:
        assert database.scalars(select(Offer.ref)).all() == []


def test_r31_an_own_event_is_not_offered(diary: Diary) -> None:
    event = diary.add("2026-03-16 07:00", kind=Kind.OTHER_EVENT, clients=[], subject="Run").session_id
    with refused("E_LOCKED"):
        offer(diary, str(event), "lena")


def test_e_not_found_an_offer_is_known_by_its_id(diary: Diary) -> None:
    with refused("E_NOT_FOUND"):
        pick(diary.sessions, diary.act, "nothing")
