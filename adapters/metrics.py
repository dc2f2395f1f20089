"""Count what a service does, and say how its links are doing, in the words of Prometheus.

Labels are names of links and hosts, and words of ours from an allow-list: never a person, a title, a UID or an
address (FAILURES H6, E25). What is true of all processes (freshness, queues) is read from the database at each
scrape, in a fixed number of queries; what this process did is counted as it happens.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.links.overview import loops
from model.inbound import ChangeState, InboundChange
from model.link import CalendarHost, CalendarLink, EventMapping, LinkState, MappingState, SeenItem
from sync.run import Report

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_METHODS = frozenset({"GET", "PUT", "DELETE", "PROPFIND", "REPORT", "OPTIONS", "HEAD", "MKCALENDAR", "POST"})


class Metrics:
    """Everything that is counted, and the page that shows it."""

    def __init__(
        self, *, sessions: Sessions, clock: Callable[[], datetime], item_writes: int, stale_after: timedelta
    ) -> None:
        self._sessions, self._clock, self._stale_after = sessions, clock, stale_after
        self._registry = CollectorRegistry()
        self._runs = Counter("calendula_runs", "Runs of this process.", ["result"], registry=self._registry)
        self._actions = Counter(
            "calendula_actions", "What runs did.", ["action", "verdict"], registry=self._registry
        )
        self._requests = Histogram(
            "calendula_request_seconds", "Requests to calendar servers.", ["host", "method", "outcome"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_Rows(sessions, clock, item_writes, stale_after))

    def note_request(self, host: str, method: str, outcome: str, seconds: float) -> None:
        """One request to a server is over."""
        word = method if method in _METHODS else "other"
        self._requests.labels(host=host, method=word, outcome=outcome).observe(seconds)

    def note_run(self, report: Report) -> None:
        """One run is over."""
        result = type(report.error).__name__ if report.error else "stopped" if report.stopped else "ok"
        self._runs.labels(result=result).inc()
        for name, number in report.counts.items():
            action, _, verdict = name.partition(".")
            self._actions.labels(action=_word(action), verdict=_word(verdict)).inc(number)

    def page(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)

    def links(self) -> tuple[int, int, int]:
        """How many links there are, how many of them are late, and how many are busy sources not read for too long."""
        now = self._clock()
        with reading(self._sessions) as database:
            links = _living(database)
        stale = sum(link.is_stale(now, self._stale_after) for link in links)
        return len(links), sum(link.is_late(now) for link in links), stale


class _Rows(Collector):
    """What the database says, at each scrape."""

    def __init__(
        self, sessions: Sessions, clock: Callable[[], datetime], item_writes: int, stale_after: timedelta
    ) -> None:
        self._sessions, self._clock, self._item_writes = sessions, clock, item_writes
        self._stale_after = stale_after

    def describe(self) -> list[Metric]:
        return []  # so that registering it asks no database

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        with reading(self._sessions) as database:
            links = _living(database)
            yield from _freshness(links, now)
            yield _staleness(links, now, self._stale_after)
            for name, text, query in _queues(now, self._item_writes):
                yield _by_link(database, links, name, text, query)
            yield _hosts(database, now)


def _living(database: Database) -> list[CalendarLink]:
    query = select(CalendarLink).where(CalendarLink.state != LinkState.UNLINKED).order_by(CalendarLink.ref)
    return list(database.scalars(query))


def _freshness(links: list[CalendarLink], now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily("calendula_link_age_seconds", "Time since the last good run.", labels=["link"])
    promise = GaugeMetricFamily("calendula_link_promise_seconds", "The cadence.", labels=["link"])
    late = GaugeMetricFamily("calendula_link_late", "The cadence passed twice.", labels=["link"])
    states = GaugeMetricFamily("calendula_links", "Links by state.", labels=["state"])
    for link in links:
        age.add_metric([link.ref], link.age(now).total_seconds())
        promise.add_metric([link.ref], link.promise.total_seconds())
        late.add_metric([link.ref], float(link.is_late(now)))
    for state in LinkState:
        states.add_metric([state.value], sum(link.state is state for link in links))
    yield from (age, promise, late, states)


def _staleness(links: list[CalendarLink], now: datetime, after: timedelta) -> Metric:
    stale = GaugeMetricFamily(
        "calendula_source_stale", "A busy source, not read for too long.", labels=["link"]
    )
    for link in links:
        if link.only_read:
            stale.add_metric([link.ref], float(link.is_stale(now, after)))
    return stale


def _queues(now: datetime, item_writes: int) -> Iterator[tuple[str, str, "Select[UUID, int]"]]:
    def counted(link: ColumnElement[UUID], *where: ColumnElement[bool]) -> "Select[UUID, int]":
        return select(link, func.count()).where(*where).group_by(link)

    held = counted(InboundChange.link_id.expression, InboundChange.state == ChangeState.HELD)
    aside = counted(SeenItem.link_id.expression, SeenItem.reason != "")
    refused = counted(EventMapping.link_id.expression, EventMapping.state == MappingState.REFUSED)
    looping = counted(EventMapping.link_id.expression, *loops(now, item_writes))
    yield "calendula_changes_held", "Changes that wait for an answer.", held
    yield "calendula_items_quarantined", "Items that were set aside.", aside
    yield "calendula_writes_refused", "Events the server would not take.", refused
    yield "calendula_events_looping", "Events written too often today.", looping


def _by_link(
    database: Database, links: list[CalendarLink], name: str, text: str, query: "Select[UUID, int]"
) -> Metric:
    found = {row[0]: row[1] for row in database.execute(query)}
    metric = GaugeMetricFamily(name, text, labels=["link"])
    for link in links:
        metric.add_metric([link.ref], found.get(link.id, 0))
    return metric


def _hosts(database: Database, now: datetime) -> Metric:
    metric = GaugeMetricFamily("calendula_host_resting", "Left alone just now.", labels=["host"])
    for host in database.scalars(select(CalendarHost).order_by(CalendarHost.name)):
        until = [at for at in (host.wait_until, host.open_until) if at is not None]
        metric.add_metric([host.name], float(max(until, default=now) > now))
    return metric


def _word(text: str) -> str:
    """A word of ours; whatever else it may be is not shown."""
    return text if not text or _WORD.fullmatch(text) else "other"
