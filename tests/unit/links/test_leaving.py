"""A worker leaves: one command ends links, feeds and tokens, and says so (FAILURES F10)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.app import App
from adapters.config import load
from adapters.database.engine import connect, sessions
from adapters.demo.radicale import Server
from adapters.diary.tokens import caller_of
from adapters.feeds.reading import Feeds
from adapters.links.leaving import leave_if_due
from adapters.secrets import open_box
from model.act import Act
from model.leaving import at_once, is_gone
from model.link import CalendarAccount, CalendarLink, LinkState
from model.people import Worker
from model.session import Session
from tests.practice import Commands, phone, remote_items
from tests.servers import client_for

ADELAIDE = ZoneInfo("Australia/Adelaide")
ADD = ("session", "add", "--worker", "priya", "--minutes", "50", "--roster", "--client", "noor")
OWN = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//x//EN\r
BEGIN:VEVENT\r
UID:own-1\r
DTSTAMP:20260301T000000Z\r
DTSTART:20260312T010000Z\r
DTEND:20260312T020000Z\r
SUMMARY:Dentist\r
END:VEVENT\r
END:VCALENDAR\r
"""


def product(practice: Commands) -> App:
    """The program on this practice, in this process."""
    config = load(practice.config)
    engine = connect(config.database.url)
    made = sessions(engine, clock=lambda: practice.now)
    box = open_box(practice.folder / config.secrets.key_file)
    return App(
        config=config, engine=engine, sessions=made, box=lambda: box, clock=lambda: practice.now, new_id=uuid4
    )


def act(practice: Commands) -> Act:
    return Act(actor="calendula", now=practice.now, new_id=uuid4)


def at_work(practice: Commands, radicale: Server, url: str) -> tuple[str, str]:
    """Priya with a link, an event of her own, a feed and a token; the secrets of these two."""
    for day in ("10", "11"):
        practice.ok(*ADD, "--start", f"2026-03-{day} 09:00")
    practice.link(radicale, url, worker="priya")
    practice.ok("sync")
    with phone(radicale, url) as hers:
        hers.create(f"{url}own-1.ics", OWN)
    practice.ok("sync")
    feed = practice.ok("feed", "add", "--worker", "priya", "--json").json["url"]
    token = practice.ok("token", "add", "--worker", "priya", "--json").json["token"]
    return feed.rpartition("/")[2].removesuffix(".ics"), token


def let_in(practice: Commands, secret: str, token: str) -> tuple[bool, bool]:
    app = product(practice)
    found = Feeds.of(app).look(secret), caller_of(app.sessions, token, practice.now)
    app.engine.dispose()
    return found[0] is not None, found[1] is not None


def test_f10_one_command_ends_links_feeds_and_tokens(practice: Commands, radicale: Server, url: str) -> None:
    secret, token = at_work(practice, radicale, url)
    assert let_in(practice, secret, token) == (True, True)
    practice.ok("feed", "add", "--worker", "tom")
    said = practice.ok("worker", "leave", "priya", "--as", "ada")
    assert "priya is unlinked: 2 events deleted there" in said.out
    assert "2 sessions after 2026-03-02 are still theirs" in said.err
    assert let_in(practice, secret, token) == (False, False)
    assert [b"Dentist" in one.body for one in remote_items(radicale, url)] == [True]
    assert [one["of"] for one in practice.ok("feed", "list", "--json").json] == ["worker:tom"]
    app = product(practice)
    with app.sessions() as database:
        worker = database.scalars(select(Worker).where(Worker.ref == "priya")).one()
        assert (worker.active, worker.leaving, worker.end_date) == (False, False, date(2026, 3, 2))
        assert database.scalars(select(CalendarAccount.secret)).all() == [b""]
        assert len(database.scalars(select(Session)).all()) == 3
    app.engine.dispose()


def test_h8_who_ended_the_access_of_whom_is_written_down(
    practice: Commands, radicale: Server, url: str
) -> None:
    at_work(practice, radicale, url)
    practice.ok("worker", "leave", "priya", "--as", "ada")
    told = {one["action"]: one for one in practice.ok("history", "--json").json if one["actor"] == "ada"}
    assert {"worker-left", "feed-removed", "unlinked"} <= told.keys()
    detail = told["worker-left"]["detail"]
    assert detail == {"worker": "priya", "day": "2026-03-02", "links": 1, "feeds": 1, "tokens": 1}


def test_a_preview_changes_nothing(practice: Commands, radicale: Server, url: str) -> None:
    secret, token = at_work(practice, radicale, url)
    before = len(remote_items(radicale, url))
    said = practice.ok("worker", "leave", "priya", "--on", "2026-03-10", "--preview", "--json").json["access"]
    assert said["links"] == {"priya": 2}
    assert said["feeds"] == ["priya"]
    assert len(said["tokens"]) == 1
    assert said["sessions"] == 1
    assert let_in(practice, secret, token) == (True, True)
    assert len(remote_items(radicale, url)) == before


def test_with_a_day_to_come_it_happens_when_that_is_over(
    practice: Commands, radicale: Server, url: str
) -> None:
    secret, token = at_work(practice, radicale, url)
    practice.ok("worker", "leave", "priya", "--on", "2026-03-05")
    app = product(practice)
    assert leave_if_due(app, act(practice)) == 0
    assert let_in(practice, secret, token) == (True, True)
    refused = practice(*ADD, "--start", "2026-03-06 09:00")
    assert (refused.code, "E_WORKER_INELIGIBLE" in refused.err) == (1, True)
    practice.now = datetime(2026, 3, 5, 13, 29, tzinfo=UTC)  # 23:59 in Adelaide
    assert leave_if_due(app, act(practice)) == 0
    practice.later(minutes=1)
    assert leave_if_due(app, act(practice)) == 1
    assert let_in(practice, secret, token) == (False, False)
    assert len(remote_items(radicale, url)) == 1
    assert leave_if_due(app, act(practice)) == 0
    app.engine.dispose()


def test_f10_doors_close_even_where_a_calendar_cannot_be_reached(
    practice: Commands, radicale: Server, url: str
) -> None:
    secret, token = at_work(practice, radicale, url)
    app = product(practice)
    with app.sessions.begin() as database:
        database.scalars(select(CalendarLink)).one().href = url.replace(str(_port(radicale)), "1")
    done = practice("worker", "leave", "priya")
    assert done.code == 1
    assert "priya could not be emptied (Unreachable); it rests" in done.err
    assert let_in(practice, secret, token) == (False, False)
    with app.sessions.begin() as database:
        link = database.scalars(select(CalendarLink)).one()
        assert link.state is LinkState.PAUSED
        link.href = url
    assert leave_if_due(app, act(practice)) == 1
    assert len(remote_items(radicale, url)) == 1
    with app.sessions() as database:
        assert database.scalars(select(CalendarLink.state)).all() == [LinkState.UNLINKED]
    app.engine.dispose()


def _port(server: Server) -> int:
    return int(server.url.rsplit(":", 1)[1].strip("/"))


def test_a_calendar_that_is_gone_does_not_keep_the_password(
    practice: Commands, radicale: Server, url: str
) -> None:
    at_work(practice, radicale, url)
    with client_for(radicale) as hers:
        hers.send("DELETE", url)
    said = practice.ok("worker", "leave", "priya")
    assert "priya is unlinked, but cannot be entered any more" in said.err + said.out


@given(end=st.dates(date(2026, 1, 1), date(2026, 12, 31)), hours=st.integers(0, 24 * 365))
def test_nobody_is_gone_before_their_last_day_is_over_where_they_work(end: date, hours: int) -> None:
    worker = Worker(ref="x", name="x", tz="Australia/Adelaide", end_date=end)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    assert is_gone(worker, now) != (now.astimezone(ADELAIDE).date() <= end)
    assert at_once(end, worker, now) or not is_gone(worker, now)
