"""Publish a roster of 2,000 sessions to 30 linked calendars: what the database takes, and what is sent.

A pattern of four weeks, thirty workers with a client each, the sessions of a day end to end; every worker's calendar
is a collection of its own on a real server. The links are run as `calendula run` would run them, several at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy import event, select

from adapters.app import App
from adapters.cli.context import Here
from adapters.demo.radicale import Server
from adapters.diary import periods, publishing, rosters
from adapters.diary.rosters import Slot
from adapters.diary.validating import validate
from model.act import Act
from model.link import CalendarAccount, CalendarLink
from model.people import Client, Worker
from model.roster import WEEKDAYS, BaseRoster
from sync.run import Report
from tests.benchmarks.report import Figure
from tests.practice import Commands
from tests.servers import fresh_collection

SESSIONS, LINKS, WEEKS = 2_000, 30, 4
_FIRST_HOUR, _MINUTES = 6, 30


@dataclass
class _Roster:
    """A practice with a base roster, and how often its database and its servers were asked."""

    app: App
    links: Sequence[UUID]
    first: date
    queries: int = 0
    requests: Counter[str] = field(default_factory=Counter)

    @property
    def act(self) -> Act:
        return Act(actor="bench", now=self.app.clock(), new_id=uuid4)

    def note(self, *_: object) -> None:
        self.queries += 1

    def asked(self, _host: str, method: str, _outcome: str, _seconds: float) -> None:
        self.requests[method] += 1


def publishes(server: Server, folder: Path, *, count: int = SESSIONS, links: int = LINKS) -> Iterator[Figure]:
    """From the validated period to the last event in the last calendar."""
    with _practice(server, folder, count, links) as made:
        period = periods.create(made.app.sessions, made.act, "House", made.first)
        checked = _timed(lambda: validate(made.app.sessions, made.act, period))
        made.queries = 0
        took = _timed(lambda: publishing.publish(made.app.sessions, made.act, period))
        asked = made.queries
        made.requests.clear()
        sent = _timed(lambda: _push(made))
    yield Figure(
        what=f"Publish a roster of {count:,} sessions, in the database",
        target="",
        figure=f"{count / took:.0f} sessions/s",
        more=f"{took:.1f} s, {asked / count:.2f} statements a session; validated before in {checked:.1f} s",
    )
    yield Figure(
        what=f"The same, to {links} linked calendars",
        target="",
        figure=f"{count / sent:.0f} sessions/s",
        more=f"{sent:.1f} s on {server.name}; requests: {_said(made.requests)}",
    )


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _push(made: _Roster) -> None:
    with ThreadPoolExecutor(made.app.config.sync.parallel_links) as pool:
        reports = list(pool.map(made.app.runner.sync, made.links))
    if not all(isinstance(report, Report) and report.ok for report in reports):
        raise RuntimeError("not every run went well")


def _said(requests: Counter[str]) -> str:
    return ", ".join(f"{number:,} {method}" for method, number in requests.most_common())


@contextmanager
def _practice(server: Server, folder: Path, count: int, links: int) -> Iterator[_Roster]:
    folder.mkdir(parents=True, exist_ok=True)
    commands = Commands(folder, datetime.now(UTC))
    commands.set_up()
    with ExitStack() as stack:
        here = Here(
            clock=lambda: datetime.now(UTC), new_id=uuid4, environ={}, config_name=str(commands.config)
        )
        stack.callback(here.close)
        _people(here.app, links)
        urls = [stack.enter_context(fresh_collection(server)) for _ in range(links)]
        commands.link(server, urls[0], worker="w0")
        _link_alike(here.app, urls)
        first = _monday(here.app.clock().date())
        _base(here.app, count, links, first)
        with here.app.sessions() as database:
            made = _Roster(app=here.app, links=database.scalars(select(CalendarLink.id)).all(), first=first)
        _push(made)  # what a calendar is asked for once, is not what publishing costs
        here.app.watch = made.asked
        event.listen(here.engine, "before_cursor_execute", made.note)
        yield made


def _link_alike(app: App, urls: Sequence[str]) -> None:
    """The other workers' calendars, which are on the same server: what it does was measured with the first."""
    with app.sessions.begin() as database:
        account, first = (
            database.scalars(select(CalendarAccount)).one(),
            database.scalars(select(CalendarLink)).one(),
        )
        for number, url in enumerate(urls[1:], 1):
            owner = database.scalars(select(Worker).where(Worker.ref == f"w{number}")).one()
            own = {"id": uuid4(), "worker_id": owner.id}
            same = _copied(account) | own
            database.add(CalendarAccount(**same))
            database.flush()
            link = _copied(first) | own | {"account_id": same["id"], "ref": owner.ref, "href": url}
            database.add(CalendarLink(**link))


def _copied(row: CalendarAccount | CalendarLink) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _people(app: App, count: int) -> None:
    with app.sessions.begin() as database:
        for n in range(count):
            database.add(Worker(id=uuid4(), ref=f"w{n}", name=f"Worker {n}", tz="Australia/Adelaide"))
            database.add(Client(id=uuid4(), ref=f"c{n}", internal_id=f"X-{n}", name=f"Client {n}"))


def _monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _base(app: App, count: int, links: int, first: date) -> None:
    """The pattern in one transaction: how it is typed in is not measured."""
    act = Act(actor="bench", now=app.clock(), new_id=uuid4)
    rosters.add_base(app.sessions, act, "House", weeks=WEEKS, start=first)
    with app.sessions.begin() as database:
        base = database.scalars(select(BaseRoster)).one()
        for number in range(count):
            who, turn = number % links, number // links
            day, place = turn % (7 * WEEKS), turn // (7 * WEEKS)
            hours, minutes = divmod(_MINUTES * place, 60)
            slot = Slot(
                start=f"{_FIRST_HOUR + hours:02}:{minutes:02}",
                minutes=_MINUTES,
                workers=[f"w{who}"],
                clients=[f"c{who}"],
                site="adelaide",
            )
            where = {"base_id": base.id, "week": 1 + day // 7, "weekday": WEEKDAYS[day % 7]}
            database.add(rosters.made(database, act, slot, **where))
    rosters.finalise(app.sessions, act, "House")
