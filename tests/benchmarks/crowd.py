"""A practice with thousands of links, written straight into the database: what the scheduler is measured on.

Each worker has one link to a calendar of their own on a fake server, and has seen everything; as if all had been
linked and run long ago, at the usual cadence, spread evenly over it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, select, update

from adapters.app import App
from adapters.cli.context import Here
from adapters.database.engine import reading
from adapters.dav.profile import Profile
from model.base import Revision
from model.link import AuthKind, CalendarAccount, CalendarLink, LinkState, Mode, Role
from model.people import Worker
from tests.benchmarks.fakes import address
from tests.fake.server import PASSWORD
from tests.practice import Commands

HOSTS = 20
CADENCE = timedelta(seconds=300)
TOKEN = "http://fake.invalid/sync/0-0"


@dataclass
class Crowd:
    """The practice, and how fresh its links are."""

    app: App
    engine: Engine
    config: Path

    def spread(self, now: datetime) -> None:
        """Every link ran well within the last cadence, and is due again one cadence later."""
        with self.app.sessions.begin() as database:
            links = list(database.scalars(select(CalendarLink.id).order_by(CalendarLink.ref)))
            rows = [
                {"id": link, "last_ok_at": at, "next_run_at": at + CADENCE}
                for number, link in enumerate(links)
                for at in [now - CADENCE * (number / len(links))]
            ]
            database.execute(update(CalendarLink), rows)

    def all_due(self, now: datetime) -> None:
        """Every link is due at once."""
        with self.app.sessions.begin() as database:
            database.execute(update(CalendarLink).values(next_run_at=now))

    def ages(self, *, port: int | None = None) -> list[float]:
        """How many seconds ago each link was last known to be in step, sorted; those on one port only."""
        now = self.app.clock()
        query = select(CalendarLink.last_ok_at).where(CalendarLink.last_ok_at.is_not(None))
        if port is not None:
            query = query.where(CalendarLink.host.endswith(f":{port}"))
        with reading(self.app.sessions) as database:
            return sorted((now - at).total_seconds() for at in database.scalars(query) if at is not None)


@contextmanager
def crowd(
    folder: Path, count: int, url: Callable[[int], str], *, hosts: int = HOSTS, extra: str = ""
) -> Iterator[Crowd]:
    """Set one up in `folder`; the calendar of each link is at its `url`."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = Commands(folder, datetime.now(UTC))
    plain = ", ".join(f'"{address(host)}"' for host in range(hosts))
    commands.set_up(extra=extra)
    text = commands.config.read_text().replace("allow_plain_hosts = [", f"allow_plain_hosts = [{plain}, ")
    commands.config.write_text(text)
    here = Here(clock=lambda: datetime.now(UTC), new_id=uuid4, environ={}, config_name=str(commands.config))
    try:
        made = Crowd(app=here.app, engine=here.engine, config=commands.config)
        _fill(made.app, count, url)
        yield made
    finally:
        here.close()


def _fill(app: App, count: int, url: Callable[[int], str]) -> None:
    now, sealed = app.clock(), app.box().encrypt(PASSWORD)
    usual = {"created_at": now, "updated_at": now, "rev": 0}
    workers: list[UUID] = [uuid4() for _ in range(count)]
    with app.sessions.begin() as database:
        seen = database.scalars(select(Revision.latest)).one()
        database.execute(
            insert(Worker),
            [{**usual, "id": one, "ref": f"w{n}", "name": f"Worker {n}", "tz": "Australia/Adelaide"}
             for n, one in enumerate(workers)],
        )  # fmt: skip
        database.execute(
            insert(CalendarAccount),
            [{**usual, "id": one, "worker_id": one, "server": url(n), "user": f"user-{n}",
              "auth": AuthKind.PASSWORD, "secret": sealed, "oauth_provider": None}
             for n, one in enumerate(workers)],
        )  # fmt: skip
        database.execute(
            insert(CalendarLink), [usual | _link(n, one, url(n), now, seen) for n, one in enumerate(workers)]
        )


def _link(number: int, worker: UUID, url: str, now: datetime, seen: int) -> dict[str, object]:
    return {
        "id": worker, "ref": f"link-{number:05}", "worker_id": worker, "account_id": worker, "href": url,
        "host": url.split("/")[2], "tz": "Australia/Adelaide", "role": Role.WORK, "mode": Mode.TWO_WAY,
        "privacy_level": "reference", "cancelled_display": "mark", "pull_s": int(CADENCE.total_seconds()),
        "profile": asdict(Profile(keeps_bodies=True)), "state": LinkState.ACTIVE, "sync_token": TOKEN, "seen_rev": seen,
        "reconciled_at": now, "listed_at": now, "last_ok_at": now, "next_run_at": now + CADENCE,
    }  # fmt: skip
