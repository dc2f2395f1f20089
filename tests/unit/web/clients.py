"""The practice as clients meet it in a browser: its pages on a real server, and the links that it would mail."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select

from adapters.config import Config
from adapters.config.schema import DatabaseSection, WebSection
from adapters.database.engine import connect
from adapters.database.tables import metadata
from adapters.diary.appointment_types import AppointmentType, add_type
from adapters.diary.reserved_slots import NewWindow, add_window
from adapters.secrets import KeyRing, create_key_file
from adapters.web.serving import bound
from model.booking import ClientAct
from model.message import Kind, Message
from model.people import Client
from model.session import Session
from sync.settings import BookingSettings, FeesSettings
from tests.browser import Browser
from tests.served import Served, fill, practice, running

MONDAY = datetime(2026, 3, 9, 14, tzinfo=UTC)  # 09:00 in Chicago
OPEN = BookingSettings(allow=True, allow_resched_cancel=True, cancel_reason="client-late")


@dataclass
class Pages:
    """A practice with pages. `origin` is what it is known as."""

    api: Served
    origin: str
    browsers: list[Browser] = field(default_factory=list)

    def browser(self) -> Browser:
        """A window of somebody who is nobody yet."""
        made = Browser(self.api.url, self.origin)
        self.browsers.append(made)
        return made

    def ask(self, email: str, browser: Browser | None = None) -> Browser:
        return (browser or self.browser()).go("/booking").press("Mail me a link", email=email)

    def links(self, client: str = "eva") -> list[str]:
        """The paths of the links that wait to be mailed to a client, the last one last."""
        query = select(Message.link).join(Client, Client.id == Message.client_id)
        query = query.where(Client.ref == client, Message.kind == Kind.BOOKING_LINK)
        with self.api.app.sessions() as database:
            sealed = database.scalars(query.order_by(Message.created_at, Message.rev)).all()
        box = self.api.app.box()
        return [urlsplit(box.decrypt(one).decode()).path for one in sealed if one is not None]

    def visit(self, client: str = "eva", email: str = "eva.petrov@mail.example") -> Browser:
        """A client who asked for a link and came in by it."""
        window = self.ask(email)
        window.go(self.links(client)[-1]).press("Come in")
        assert (window.status, window.heading) == (200, "Your appointments")
        return window

    def allow(self, **other: object) -> None:
        """What the practice says from now on."""
        config = self.api.app.config
        rules = replace(config.booking, **other)  # type: ignore[arg-type]
        self.api.app.config = config.model_copy(update={"booking": rules})

    def counts(self) -> dict[str, int]:
        """How many rows each table has, and the number of the last change."""
        with self.api.app.sessions() as database:
            return {
                table.name: database.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            } | {"latest": database.connection().exec_driver_sql("SELECT latest FROM revision").scalar() or 0}

    def acts(self) -> list[tuple[str, bool]]:
        """What clients did, and whether they had read the policy."""
        with self.api.app.sessions() as database:
            rows = database.scalars(select(ClientAct).order_by(ClientAct.at, ClientAct.rev))
            return [(row.action, row.policy_ack_at is not None) for row in rows]


@contextlib.contextmanager
def opened(
    database: str, folder: Path, *, empty: bool = False, origin: str = "", rules: BookingSettings = OPEN
) -> Iterator[Pages]:
    """Tuesday 10 March from 9 to 12 with Mia, seen from Monday at 9; the port is known before the practice is."""
    listener: socket.socket = bound("127.0.0.1", 0)
    known = origin or f"http://127.0.0.1:{listener.getsockname()[1]}"
    create_key_file(folder / "pages.key")
    config = Config(
        database=DatabaseSection(url=database), web=WebSection(public_url=known), booking=rules,
        fees=FeesSettings(no_show_cents=10_000),
    )  # fmt: skip
    engine = connect(database)
    made = practice(engine, config, box=KeyRing(folder / "pages.key").box)
    if empty:
        fill(made)
    made.now = MONDAY
    stock(made)
    pages = Pages(api=made, origin=known)
    with running(made.app, listener) as made.url:
        try:
            yield pages
        finally:
            for one in pages.browsers:
                one.close()
            for client in made.clients:
                client.close()
    engine.dispose()


def stock(made: Served) -> None:
    """Types of 50 minutes with 10 of padding and of 15, and a window for them."""
    sessions = made.app.sessions
    add_type(
        sessions,
        made.act,
        AppointmentType(ref="therapy", name="Psychotherapy", length_min=50, padding_min=10),
    )
    add_type(sessions, made.act, AppointmentType(ref="call", name="First call", length_min=15))
    add_window(sessions, made.act, NewWindow(worker="mia", start="2026-03-10 09:00", end="12:00"))


def session_ids(pages: Pages) -> list[UUID]:
    """Every session there is, in order of time."""
    with pages.api.app.sessions() as database:
        return list(database.scalars(select(Session.id).order_by(Session.starts_at, Session.id)))
