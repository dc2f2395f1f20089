"""Several workers with a link each, on each database, at a set time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, update

from adapters.database import migrations
from adapters.database.engine import connect, sessions
from adapters.diary import adding
from adapters.diary.importing import import_practice
from adapters.due_links import due_links
from model.act import Act
from model.base import Revision
from model.link import AuthKind, CalendarAccount, CalendarLink, LinkState, Mode, Role
from model.people import Worker
from tests.practice import SAMPLE

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


class Links:
    """Links of the sample's workers; each is next due in five minutes and has seen everything."""

    def __init__(self, url: str) -> None:
        self.now, self._random = NOW, Random(3)
        self.engine = connect(url)
        self.sessions = sessions(self.engine, clock=lambda: self.now)
        migrations.migrate(self.engine)
        import_practice(self.sessions, self.act, SAMPLE)

    @property
    def act(self) -> Act:
        return Act(actor="sam", now=self.now, new_id=self.new_id)

    def new_id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def add(self, worker: str, host: str = "one.example", **other: object) -> UUID:
        with self.sessions.begin() as database:
            owner = database.scalars(select(Worker).where(Worker.ref == worker)).one()
            account = CalendarAccount(
                id=self.new_id(), worker_id=owner.id, server="", user="", auth=AuthKind.PASSWORD, secret=b""
            )
            database.add(account)
            database.flush()
            usual: dict[str, object] = {
                "ref": worker, "href": f"https://{host}/{worker}/", "state": LinkState.ACTIVE, "next_run_at": LATER,
                "pull_s": 300, "seen_rev": database.scalars(select(Revision.latest)).one(),
                "role": Role.WORK,
            }  # fmt: skip
            link = CalendarLink(
                id=self.new_id(), worker_id=owner.id, account_id=account.id, tz=owner.tz,
                mode=Mode.TWO_WAY, privacy_level="reference", cancelled_display="mark", profile={},
                **(usual | other),
            )  # fmt: skip
            database.add(link)
            return link.id

    def set(self, link: UUID, **values: object) -> None:
        with self.sessions.begin() as database:
            database.execute(update(CalendarLink).where(CalendarLink.id == link).values(**values))

    def row(self, link: UUID) -> CalendarLink:
        with self.sessions() as database:
            return database.get_one(CalendarLink, link)

    def add_session(self, worker: str, **other: object) -> None:
        new = adding.New(
            start="2026-03-10 10:00", minutes=50, workers=[worker], clients=["noor"], rostered=True, **other
        )  # type: ignore[arg-type]
        adding.add(self.sessions, self.act, new)

    def due(self) -> list[str]:
        return [link.ref for link in due_links(self.sessions, now=self.now)]


@pytest.fixture
def links(database_url: str) -> Iterator[Links]:
    made = Links(database_url)
    yield made
    made.engine.dispose()
