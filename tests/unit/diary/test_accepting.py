"""Shift acceptance: what workers did not answer in time (DOMAIN 2, SessionWorker)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.diary import assigning
from adapters.diary.accepting import accept_at_limit
from adapters.jobs import Jobs, Means
from model.attendance import Assignment, SessionWorker
from model.errors import DomainError
from model.inbound import Audience, Notice
from model.journal import HistoryEntry
from model.people import Worker
from sync.settings import RulesSettings, Settings
from tests.unit.diary.conftest import NOW, Diary

# Tue 10 March 10:00 in Adelaide; two days before is 8 March 10:00.
LIMIT = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)


def rules(at_limit: str = "decline", days: str = "2") -> RulesSettings:
    return RulesSettings(shift_acceptance=at_limit, shift_acceptance_days=days)  # type: ignore[arg-type]


def add(diary: Diary, **other: object) -> str:
    return str(diary.add("2026-03-10 10:00", workers=["tom"], **other).session_id)


def settle(diary: Diary, how: RulesSettings, *, since: datetime | None = None) -> int:
    return accept_at_limit(diary.sessions, diary.act, how, since=since or diary.now - timedelta(minutes=15))


def statuses(diary: Diary) -> list[Assignment]:
    with diary.read() as database:
        return list(database.scalars(select(SessionWorker.status).order_by(SessionWorker.starts_at)))


def answer(diary: Diary, session: str, status: Assignment, how: RulesSettings) -> None:
    assigning.answer(diary.sessions, diary.act, session, "tom", status, None, Settings(rules=how))


@pytest.mark.parametrize(
    ("at_limit", "became"), [("accept", Assignment.ACCEPTED), ("decline", Assignment.DECLINED)]
)
def test_at_the_limit_what_nobody_answered_becomes_what_the_practice_says(
    either_diary: Diary, at_limit: str, became: Assignment
) -> None:
    diary = either_diary
    add(diary)
    diary.now = LIMIT - timedelta(seconds=1)
    assert (settle(diary, rules(at_limit)), statuses(diary)) == (0, [Assignment.ASSIGNED])
    diary.now = LIMIT
    assert (settle(diary, rules(at_limit)), statuses(diary)) == (1, [became])
    assert settle(diary, rules(at_limit)) == 0


@pytest.mark.parametrize("how", [rules("none"), rules("decline", days="")])
def test_without_a_limit_or_with_none_nothing_becomes_of_it(diary: Diary, how: RulesSettings) -> None:
    add(diary)
    diary.now = LIMIT
    assert (settle(diary, how), statuses(diary)) == (0, [Assignment.ASSIGNED])


def test_unassigned_what_is_declined_has_nobody_and_the_scheduler_is_told(diary: Diary) -> None:
    add(diary)
    diary.add("2026-03-10 12:00", workers=["tom", "lena"], clients=["eva"])
    diary.now = LIMIT + timedelta(hours=2)
    assert settle(diary, rules()) == 3
    with diary.read() as database:
        told = [(one.code, one.audience) for one in database.scalars(select(Notice))]
        said = [
            (one.action, one.code)
            for one in database.scalars(select(HistoryEntry).where(HistoryEntry.action == "answered"))
        ]
    assert told == [("UNASSIGNED", Audience.SCHEDULER)] * 2
    assert sorted(said) == [("answered", ""), ("answered", "UNASSIGNED"), ("answered", "UNASSIGNED")]


def test_what_was_answered_stays_and_drafts_are_not_asked_about(diary: Diary) -> None:
    session = add(diary)
    diary.add("2026-03-10 14:00", workers=["tom"], clients=["eva"], rostered=False)
    answer(diary, session, Assignment.ACCEPTED, rules())
    diary.now = LIMIT + timedelta(hours=6)
    assert (settle(diary, rules()), statuses(diary)) == (0, [Assignment.ACCEPTED, Assignment.ASSIGNED])


def test_a_worker_of_their_own_kind_is_asked_before_the_practice(diary: Diary) -> None:
    diary.bring("""
[[worker]]
id = "tom"
name = "Tom Nguyen"
tz = "Australia/Adelaide"
shift_acceptance = "ACCEPT"
""")
    add(diary)
    diary.now = LIMIT
    assert (settle(diary, rules("none")), statuses(diary)) == (1, [Assignment.ACCEPTED])
    with diary.read() as database:
        assert database.scalars(select(Worker.shift_acceptance).where(Worker.ref == "tom")).one() == "ACCEPT"


def test_an_answer_after_the_limit_is_refused(diary: Diary) -> None:
    session = add(diary)
    diary.now = LIMIT
    with pytest.raises(DomainError) as late:
        answer(diary, session, Assignment.ACCEPTED, rules("none"))
    assert late.value.code == "E_TRANSITION"
    answer(diary, session, Assignment.DECLINED, rules("none", days="1"))
    assert statuses(diary) == [Assignment.DECLINED]


def test_with_0_days_there_is_time_until_the_start(diary: Diary) -> None:
    session = add(diary)
    diary.now = LIMIT + timedelta(days=2) - timedelta(minutes=1)
    assert settle(diary, rules(days="0")) == 0
    answer(diary, session, Assignment.ACCEPTED, rules(days="0"))


def test_what_was_due_long_before_stays_as_it_is(diary: Diary) -> None:
    """The limit was set when this one had passed already."""
    add(diary)
    diary.now = LIMIT + timedelta(days=1, minutes=20)
    assert (settle(diary, rules()), statuses(diary)) == (0, [Assignment.ASSIGNED])
    assert settle(diary, rules(), since=LIMIT) == 1


def test_the_job_makes_up_for_a_weekend_in_which_nothing_ran(diary: Diary) -> None:
    means = Means(sessions=diary.sessions, settings=Settings(rules=rules()))
    jobs = Jobs(means=means, clock=lambda: diary.now, new_id=diary.act.new_id)
    assert jobs.do("acceptance") == 0
    add(diary)
    diary.now = NOW + timedelta(minutes=14)
    assert jobs.do("acceptance") is None
    diary.now = LIMIT + timedelta(days=1, hours=12)
    assert (jobs.do("acceptance"), statuses(diary)) == (1, [Assignment.DECLINED])
