"""E15: a busy source that is not read raises an alarm, and nobody takes its worker for free (DOMAIN 4)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import event, select

from adapters.diary.sources import Stale, stale_sources
from adapters.diary.warning import warn_of_stale
from adapters.jobs import Jobs, Means
from model.inbound import Audience, Notice
from model.link import CalendarLink, LinkState, Role
from model.people import Worker
from tests.unit.scheduling.conftest import NOW

HOUR = timedelta(minutes=60)


def source(links, worker: str, **other: object) -> UUID:
    return links.add(
        worker, **({"role": Role.BUSY_SOURCE, "ref": f"{worker}-busy", "last_ok_at": NOW} | other)
    )


def stale(links) -> dict[str, list[Stale]]:
    with links.sessions() as database:
        names = {row.id: row.ref for row in database.scalars(select(Worker))}
        found = stale_sources(database, set(names), now=links.now, after=HOUR)
    return {names[worker]: rows for worker, rows in found.items()}


def test_e15_each_worker_with_a_source_that_was_not_read_for_an_hour_is_named(links) -> None:
    source(links, "mia")
    source(links, "tom", last_ok_at=None)
    source(links, "lena", state=LinkState.PAUSED)
    source(links, "priya", state=LinkState.UNLINKED)
    links.add("sam")  # where sessions are shown, and nothing is only read
    links.now = NOW + HOUR
    assert stale(links) == {"tom": [Stale(link="tom-busy", last_read=None)]}
    links.now += timedelta(seconds=1)
    assert stale(links) == {
        "mia": [Stale(link="mia-busy", last_read=NOW)],
        "tom": [Stale(link="tom-busy", last_read=None)],
        "lena": [Stale(link="lena-busy", last_read=NOW)],
    }


def test_it_is_one_query_for_any_number_of_workers(links) -> None:
    for worker in ("mia", "tom", "lena"):
        source(links, worker)
    links.now = NOW + 2 * HOUR
    asked: list[str] = []
    with links.sessions() as database:
        workers = set(database.scalars(select(Worker.id)))
        event.listen(links.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
        assert len(stale_sources(database, workers, now=links.now, after=HOUR)) == 3
    assert len(asked) == 1


def test_e15_the_administrator_is_told_once_a_day_and_again_when_it_stops_anew(links) -> None:
    link = source(links, "mia")

    def told() -> int:
        return warn_of_stale(links.sessions, links.act, after=HOUR)

    assert told() == 0
    links.now = NOW + HOUR + timedelta(minutes=1)
    assert (told(), told()) == (1, 0)
    links.now += timedelta(hours=2)
    assert told() == 0
    links.set(link, last_ok_at=links.now)
    links.now += timedelta(hours=2)
    assert (told(), told()) == (1, 0)
    links.now += timedelta(days=1)
    assert told() == 1
    with links.sessions() as database:
        notices = list(database.scalars(select(Notice)))
    assert {(one.audience, one.code, one.link_id) for one in notices} == {
        (Audience.ADMIN, "SOURCE_STALE", link)
    }


def test_one_that_was_linked_just_now_is_no_alarm_yet(links) -> None:
    source(links, "mia", last_ok_at=None)
    links.now = NOW + timedelta(minutes=30)
    assert warn_of_stale(links.sessions, links.act, after=HOUR) == 0
    links.now = NOW + timedelta(minutes=61)
    assert warn_of_stale(links.sessions, links.act, after=HOUR) == 1


def test_the_service_does_it_every_five_minutes(links) -> None:
    source(links, "mia")
    jobs = Jobs(means=Means(sessions=links.sessions), clock=lambda: links.now, new_id=links.new_id)
    links.now = NOW + timedelta(minutes=59)
    assert jobs.do("sources") == 0
    links.now += timedelta(minutes=4)
    assert jobs.do("sources") is None
    links.now += timedelta(minutes=1)
    assert jobs.do("sources") == 1


def test_a_link_to_be_stale_is_one_that_is_only_read() -> None:
    assert not CalendarLink(role=Role.WORK, last_ok_at=None).is_stale(NOW, HOUR)
