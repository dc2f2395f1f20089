"""G22, G23, H6: a run at DEBUG, well or badly ended, shows no client data and no secret: log, errors, tracebacks."""

import io
import logging
import sqlite3
import threading
import traceback
import uuid
from collections.abc import Callable, Iterator

import pytest

from adapters.app import App
from adapters.config import load
from adapters.config.schema import LogSection
from adapters.database.engine import connect, sessions
from adapters.due_links import Due
from adapters.links.credentials import Credentials
from adapters.links.lookup import link_named
from adapters.logs import configure
from adapters.scheduler import Limits, Scheduler
from adapters.secrets import open_box
from model.link import AuthKind
from tests.acceptance.meddler import Meddler, answer, meddling_with
from tests.practice import Commands, phone
from tests.unit.links.conftest import NOW, url

__all__ = ["url"]

CANARIES = ("Qzclient", "Qztitle", "Qznote", "Qzsecret", "Qzhref")
TALKATIVE = ("httpx2", "httpcore2", "sqlalchemy", "sqlalchemy.engine", "caldav", "lxml")
_EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:Qzhref\r\nDTSTAMP:20260301T000000Z\r\n"
    "DTSTART:{start}\r\nSUMMARY:Qztitle\r\nDESCRIPTION:Qznote\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def restored() -> Iterator[None]:
    root, hook = logging.getLogger(), threading.excepthook
    handlers = root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in (None, *TALKATIVE)}
    yield
    root.handlers, threading.excepthook = handlers, hook
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def practice(tmp_path):
    commands = Commands(tmp_path, NOW)
    commands.set_up(extra='[log]\nlevel = "debug"\n')
    database = sqlite3.connect(tmp_path / "calendula.sqlite3")
    with database:
        database.execute(
            "UPDATE client SET name = 'Qzclient Qzclient', email = 'Qzclient', internal_id = 'Qzclient' || rowid"
        )
    database.close()
    return commands


@pytest.fixture
def meddler(radicale) -> Iterator[Meddler]:
    with meddling_with(radicale) as between:
        yield between


def hostile(kind: str) -> Callable[[bytes, Callable[[], bytes]], bytes]:
    """Answers that carry what must not be repeated."""
    page = b"<html>Qztitle Qzsecret Qzclient</html>"
    said = {
        "html": answer("200 OK", page, "Content-Type: text/html"),
        "error": answer("500 Qztitle", page),
        "refused": answer(
            "403 Forbidden", b'<error xmlns="DAV:"><Qztitle/></error>', "Content-Type: text/xml"
        ),
        "redirect": answer("302 Found", b"", "Location: https://Qzhref.example/Qztitle"),
        "malformed": answer(
            "207 Multi-Status", b"<multistatus xmlns='DAV:'>Qztitle<Qzhref>", "Content-Type: text/xml"
        ),
        "password": answer("401 Unauthorized", page),
        "patience": answer("429 Qztitle", page, "Retry-After: 1"),
        "headers": b"HTTP/1.1 200 OK\r\nQztitle\r\nQzhref: \x00\r\n\r\n",
    }
    return lambda *_: said.get(kind, b"")


def run_service(practice: Commands, said: io.StringIO) -> str:
    """One background run of the link, as `run` does it, with all libraries at their most talkative."""
    config = load(practice.config)
    engine = connect(config.database.url)
    maker = sessions(engine, clock=lambda: practice.now)
    app = App(config=config, engine=engine, sessions=maker, box=lambda: open_box(practice.folder / "calendula.key"),
              clock=lambda: practice.now, new_id=uuid.uuid4)  # fmt: skip
    log = configure(LogSection(format="json", level="debug"), stream=said)
    for name in (None, *TALKATIVE):
        logging.getLogger(name).setLevel(logging.DEBUG)
    with maker() as database:
        link = link_named(database, "mia")
    due = [Due(id=link.id, ref=link.ref, host=link.host)]
    service = Scheduler(
        runs=app.runner, due=lambda: due, jobs=lambda: (), limits=Limits(parallel=1, per_host=1), log=log
    )
    for future in service.tick():
        future.result(60)
    service.close()
    shown = ""
    try:
        app.runner.plan(link.id)
    except Exception as error:  # noqa: BLE001 - whatever it is, it shows nothing
        shown = "".join(traceback.format_exception(error))
    engine.dispose()
    return shown


@pytest.mark.parametrize(
    "kind",
    ["well", "html", "error", "refused", "redirect", "malformed", "password", "patience", "headers", "reset"],
)
def test_g23_h6_a_run_at_debug_shows_no_canary(practice, radicale, meddler, restored, url, kind):
    front = meddler.front
    practice.link(front, url.replace(radicale.home, front.home))
    start = "2026-03-10 10:00"
    practice.ok(
        "session",
        "add",
        "--worker",
        "mia",
        "--client",
        "noor",
        "--minutes",
        "50",
        "--roster",
        "--start",
        start,
    )
    with phone(radicale, url) as app:
        app.create(app.new_href("Qzhref-1"), _EVENT.format(start="20260311T100000Z").encode())
    if kind != "well":
        meddler.meddle = hostile(kind)
    said = io.StringIO()
    shown = run_service(practice, said)
    printed = [practice("sync"), practice("status"), practice("status", "--json"), practice("plan")]
    everything = said.getvalue() + shown + "".join(done.err for done in printed)
    everything += "" if kind == "well" else "".join(done.out for done in printed)
    assert [word for word in (*CANARIES, radicale.password) if word.lower() in everything.lower()] == []
    assert '"action": "run_ended"' in said.getvalue()


def test_g22_the_password_is_in_no_file_of_the_installation(practice, radicale, url):
    practice.link(radicale, url)
    practice.ok("sync")
    for file in practice.folder.iterdir():
        assert radicale.password.encode() not in file.read_bytes(), file.name


def test_g22_no_secret_is_in_what_an_object_shows_of_itself():
    assert "Qzsecret" not in repr(Credentials(user="a", auth=AuthKind.PASSWORD, secret="Qzsecret"))
