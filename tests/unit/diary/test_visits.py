"""Visits of clients on each database: opened once whoever hurries, forgotten in time (FAILURES E26, G16, G27)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from adapters.config.schema import RetentionSection
from adapters.database.purging import purge
from adapters.diary.addresses import forget_addresses
from adapters.diary.visits import Entrance, ask, end, enter, opens, visitor_of
from adapters.jobs import Jobs, Means
from model.journal import HistoryEntry
from model.message import Message
from model.visit import Visit
from sync.settings import BookingSettings
from tests.unit.diary.conftest import Diary
from tests.unit.diary.online import MONDAY

RULES = BookingSettings(allow=True)
EVA = "eva.petrov@mail.example"
BOX = Fernet(Fernet.generate_key())
AT = Entrance(url="https://practice.example/booking", seal=BOX.encrypt, rules=RULES)


@pytest.fixture
def practice(either_diary: Diary) -> Diary:
    either_diary.now = MONDAY
    return either_diary


def link(diary: Diary, email: str = EVA) -> str:
    """Ask, and read what would be mailed; the secret of it."""
    ask(diary.sessions, diary.act, email, "192.0.2.7", AT)
    with diary.read() as database:
        sealed = database.scalars(
            select(Message.link).order_by(Message.created_at.desc(), Message.rev.desc())
        ).first()
    assert sealed is not None
    return BOX.decrypt(sealed).decode().rpartition("/in/")[2]


def visits(diary: Diary) -> int:
    with diary.read() as database:
        return database.scalar(select(func.count()).select_from(Visit)) or 0


def test_g27_of_many_at_once_one_comes_in_on_each_database(practice: Diary) -> None:
    secret = link(practice)
    acts = [practice.act for _ in range(8)]
    with ThreadPoolExecutor(8) as many:
        shown = list(many.map(lambda act: enter(practice.sessions, act, secret, RULES), acts))
    (cookie,) = [one for one in shown if one is not None]
    found = visitor_of(practice.sessions, cookie, practice.now)
    assert found is not None
    assert (found.client, found.internal_id) == ("eva", "C-1101")
    assert not opens(practice.sessions, secret, practice.now)
    with practice.read() as database:
        opened = database.scalars(select(HistoryEntry).where(HistoryEntry.action == "visit-opened")).all()
    assert [one.actor for one in opened] == ["C-1101"]


def test_g15_a_link_is_no_cookie_and_a_cookie_is_no_link(practice: Diary) -> None:
    secret = link(practice)
    assert visitor_of(practice.sessions, secret, practice.now) is None
    cookie = enter(practice.sessions, practice.act, secret, RULES)
    assert cookie is not None
    assert enter(practice.sessions, practice.act, cookie, RULES) is None
    for wrong in ("", cookie[:-1], secret, "\ud800", "\x00"):
        assert visitor_of(practice.sessions, wrong, practice.now) is None
        assert enter(practice.sessions, practice.act, wrong, RULES) is None


def test_what_has_ended_opens_nothing(practice: Diary) -> None:
    cookie = enter(practice.sessions, practice.act, link(practice), RULES)
    assert cookie is not None
    found = visitor_of(practice.sessions, cookie, practice.now)
    assert found is not None
    end(practice.sessions, practice.act, found.visit_id)
    assert visitor_of(practice.sessions, cookie, practice.now) is None


def test_e26_visits_go_a_day_after_their_end(practice: Diary) -> None:
    link(practice)
    ask(practice.sessions, practice.act, "nobody@mail.example", "192.0.2.7", AT)
    assert visits(practice) == 2
    practice.now += timedelta(days=1, minutes=29)
    purge(practice.sessions, RetentionSection(), now=practice.now)
    assert visits(practice) == 2
    practice.now += timedelta(minutes=2)
    purge(practice.sessions, RetentionSection(), now=practice.now)
    assert visits(practice) == 0


def test_g16_where_links_were_asked_for_from_is_forgotten_after_a_day(practice: Diary) -> None:
    def kept() -> list[bool]:
        with practice.read() as database:
            return [bool(one) for one in database.scalars(select(Visit.address_hash))]

    link(practice)
    practice.now += timedelta(days=1)
    assert (forget_addresses(practice.sessions, practice.act), kept()) == (0, [True])
    practice.now += timedelta(seconds=1)
    means = Means(sessions=practice.sessions)
    Jobs(means=means, clock=lambda: practice.now, new_id=practice.act.new_id).do("requests")
    assert kept() == [False]
