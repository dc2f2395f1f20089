"""E25: what a service says about itself on its port: freshness against a promise, counts, latencies, queues."""

import json
import urllib.error
import urllib.request
from datetime import timedelta
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.metrics import Metrics
from adapters.monitor import listening
from model.inbound import ChangeState, InboundChange
from model.link import CalendarHost, EventMapping, LinkState, MappingState, Role, SeenItem
from sync.errors import Throttled
from sync.run import Report
from tests.unit.scheduling.conftest import NOW

CANARY = "Jordan Blake"


class Watched:
    """A service's port, as a monitoring asks it."""

    def __init__(self, links) -> None:
        self.metrics = Metrics(
            sessions=links.sessions,
            clock=lambda: links.now,
            item_writes=30,
            stale_after=timedelta(minutes=60),
        )
        self.tick_age_s = 0.0

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def samples(self) -> dict[tuple[str, ...], float]:
        """Name and label values of each sample."""
        status, text = self.ask("/metrics")
        assert status == 200
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def watched(links):
    made = Watched(links)
    with listening(0, made.metrics, tick_age_s=lambda: made.tick_age_s) as made.port:
        yield made


def health(watched: Watched) -> tuple[int, dict[str, object]]:
    status, text = watched.ask("/healthz")
    return status, json.loads(text)


def test_e25_a_link_is_late_when_its_cadence_passed_twice(links, watched):
    links.add("mia", pull_s=60, last_ok_at=NOW)
    links.add("tom", pull_s=600, last_ok_at=NOW)
    links.add("lena", pull_s=60, last_ok_at=NOW, state=LinkState.PAUSED)
    links.add("sam", pull_s=60, last_ok_at=NOW, state=LinkState.UNLINKED)
    links.now = NOW + timedelta(seconds=120)
    assert health(watched) == (
        200,
        {"late": 0, "links": 3, "stale_sources": 0, "status": "ok", "tick_age_s": 0},
    )
    links.now += timedelta(seconds=1)
    assert health(watched)[1]["late"] == 1
    found = watched.samples()
    assert found["calendula_link_age_seconds", "mia"] == 121
    assert found["calendula_link_promise_seconds", "tom"] == 600
    late = {name: found["calendula_link_late", name] for name in ("mia", "tom", "lena")}
    assert late == {"mia": 1, "tom": 0, "lena": 0}
    assert (found["calendula_links", "ACTIVE"], found["calendula_links", "PAUSED"]) == (2, 1)


def test_e15_a_busy_source_that_is_not_read_is_counted_and_named(links, watched):
    links.add("mia", role=Role.BUSY_SOURCE, pull_s=7200, last_ok_at=NOW)
    links.add("tom", pull_s=7200, last_ok_at=NOW)
    links.now = NOW + timedelta(minutes=60)
    assert health(watched)[1]["stale_sources"] == 0
    assert watched.samples()["calendula_source_stale", "mia"] == 0
    links.now += timedelta(seconds=1)
    assert health(watched) == (
        200,
        {"late": 0, "links": 2, "stale_sources": 1, "status": "ok", "tick_age_s": 0},
    )
    found = watched.samples()
    assert found["calendula_source_stale", "mia"] == 1
    assert ("calendula_source_stale", "tom") not in found


def test_e25_a_link_that_never_went_well_is_late_two_cadences_after_it_was_made(links, watched):
    links.add("mia", pull_s=60)
    assert health(watched)[1]["late"] == 0
    links.now = NOW + timedelta(seconds=121)
    assert health(watched)[1]["late"] == 1


def test_e25_a_service_that_hangs_or_lost_its_database_is_not_healthy(links, watched):
    watched.tick_age_s = 61
    assert health(watched)[0] == 503
    watched.tick_age_s = 1
    assert health(watched)[0] == 200
    links.sessions.configure(bind=_gone(links))
    status, found = health(watched)
    assert (status, found["status"]) == (503, "no database")
    assert watched.ask("/metrics")[0] == 503


def _gone(links):
    from adapters.database.engine import connect  # noqa: PLC0415

    if links.engine.dialect.name == "sqlite":
        return connect("sqlite:////nowhere/at/all.sqlite3")
    return connect("postgresql+psycopg://nobody@/none?host=/nowhere")


def test_queues_are_counted_by_link(links, watched):
    link = links.add("mia", last_ok_at=NOW)
    with links.sessions.begin() as database:
        common = {"link_id": link, "href": f"/{CANARY}.ics"}
        database.add(SeenItem(id=uuid4(), href_key="a", etag=None, reason="NO_EVENT", **common))
        database.add(SeenItem(id=uuid4(), href_key="b", etag=None, reason="", **common))
        for n, (state, writes) in enumerate(
            [
                (MappingState.REFUSED, 0),
                (MappingState.DIRTY, 31),
                (MappingState.DIRTY, 30),
                (MappingState.SYNCED, 31),
            ]
        ):
            database.add(EventMapping(
                id=uuid4(), uid=f"{CANARY}-{n}", href_key=f"m{n}", etag=None, base_ical=None, pushed_ical=None,
                session_id=None, series_id=None, state=state, writes=writes, writes_day="2026-03-02", **common,
            ))  # fmt: skip
        for n, state in enumerate([ChangeState.HELD, ChangeState.HELD, ChangeState.APPLIED]):
            database.add(InboundChange(
                id=uuid4(), ref=f"r{n}", link_id=link, mapping_id=None, run_id=uuid4(), session_id=None, series_id=None,
                code="E1", state=state, detected_at=NOW, resolved_at=None,
            ))  # fmt: skip
        database.add(
            CalendarHost(id=uuid4(), name="one.example", wait_until=NOW + timedelta(1), open_until=None)
        )
    found = watched.samples()
    queues = ("changes_held", "items_quarantined", "writes_refused", "events_looping")
    assert [found[f"calendula_{name}", "mia"] for name in queues] == [2, 1, 1, 1]
    assert found["calendula_host_resting", "one.example"] == 1
    assert CANARY not in watched.ask("/metrics")[1]


def test_runs_actions_verdicts_and_latencies_are_counted(links, watched):
    watched.metrics.note_run(Report(lines=(), counts={"create": 2, "judged.hold": 1, "fetched": 7}))
    watched.metrics.note_run(
        Report(lines=(), counts={"create": 1}, error=Throttled("wait", retry_after=None))
    )
    watched.metrics.note_run(Report(lines=(), counts={f"a {CANARY}.b/{CANARY}": 1}))
    watched.metrics.note_request("one.example", "PUT", "2xx", 0.3)
    watched.metrics.note_request("one.example", CANARY, "lost", 61)
    found = watched.samples()
    assert found["calendula_actions_total", "create", ""] == 3
    assert found["calendula_actions_total", "judged", "hold"] == 1
    assert (found["calendula_runs_total", "ok"], found["calendula_runs_total", "Throttled"]) == (2, 1)
    assert found["calendula_request_seconds_count", "one.example", "PUT", "2xx"] == 1
    assert found["calendula_request_seconds_bucket", "one.example", "60.0", "other", "lost"] == 0
    assert CANARY not in watched.ask("/metrics")[1]


@pytest.mark.parametrize("path", ["/", "/metrics/../etc/passwd", "/healthz/x"])
def test_there_is_nothing_else_on_the_port(watched, path):
    assert watched.ask(path)[0] == 404


def test_it_listens_on_loopback_only(watched):
    import socket  # noqa: PLC0415

    name = socket.gethostbyname(socket.gethostname())
    if name.startswith("127."):
        pytest.skip("this machine has no other address of its own")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((name, watched.port), timeout=2)
