"""The demo's stage: a temporary folder with a fresh database and key, a calendar server, and one link.

Nothing of an installation is touched: the configuration is made here, and neither file nor environment is read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from adapters.app import App
from adapters.config.schema import Config, DatabaseSection, NetworkSection, SecretsSection
from adapters.database.engine import connect, sessions
from adapters.database.migrations import migrate
from adapters.demo.dates import Calendar
from adapters.demo.phone import Phone
from adapters.demo.radicale import Server
from adapters.diary.importing import import_practice
from adapters.diary.taking import Imported
from adapters.links.adding import Linked, NewLink, add_link
from adapters.links.consent import Login
from adapters.links.credentials import Credentials
from adapters.links.finding import Wanted
from adapters.secrets import create_key_file, open_box
from model.act import Act
from model.link import AuthKind, CalendarLink, Mode

PRACTICE = Path(__file__).with_name("practice.toml")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the story is told with."""

    app: App
    server: Server
    calendar: Calendar

    def act(self) -> Act:
        return Act(actor="demo", now=self.app.clock(), new_id=self.app.new_id)

    def import_people(self) -> list[Imported]:
        return import_practice(self.app.sessions, self.act(), PRACTICE)

    def link(self, worker: str) -> Linked:
        """Make a calendar on the server, try it out, and link it to the practitioner."""
        new = NewLink(
            worker=worker,
            wanted=Wanted(where=self.server.url, make="Work"),
            mode=Mode.TWO_WAY,
            level="reference",
            display="mark",
        )
        credentials = Credentials(user=self.server.user, auth=AuthKind.PASSWORD, secret=self.server.password)
        return add_link(self.app, self.act(), new, Login(credentials, self.app.config))

    def link_id(self) -> UUID:
        with self.app.sessions() as database:
            return database.scalars(select(CalendarLink.id)).one()

    def phone(self, calendar: str) -> Phone:
        return Phone(calendar, user=self.server.user, password=self.server.password)

    def close(self) -> None:
        self.app.engine.dispose()


def build(
    folder: Path,
    server: Server,
    calendar: Calendar,
    *,
    clock: Callable[[], datetime],
    new_id: Callable[[], UUID],
) -> Stage:
    """Make key and database in `folder` and wire the product on them."""
    key = folder / "demo.key"
    create_key_file(key)
    config = (
        Config.model_construct(  # as it stands: a variable meant for a real installation must not lead there
            database=DatabaseSection(url=f"sqlite:///{folder / 'demo.sqlite3'}"),
            secrets=SecretsSection(key_file=str(key)),
            network=NetworkSection(allow_plain_hosts=("127.0.0.1",), allow_private_hosts=("127.0.0.1",)),
        )
    )
    engine = connect(config.database.url)
    migrate(engine)
    app = App(
        config=config,
        engine=engine,
        sessions=sessions(engine, clock=clock),
        box=lambda: open_box(key),
        clock=clock,
        new_id=new_id,
    )
    return Stage(app=app, server=server, calendar=calendar)
