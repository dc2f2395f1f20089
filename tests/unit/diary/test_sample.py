"""The made-up practice: of the promised size, in nobody's way, the same for each seed, and taken by both databases."""

import gc
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import selectinload

from adapters.database import migrations
from adapters.database.engine import connect, sessions
from adapters.diary.importing import import_practice
from adapters.diary.tables import TABLES
from adapters.sample.book import Book, Slot
from adapters.sample.generate import generate
from adapters.sample.words import FIRST, LAST
from adapters.sample.writing import write_sample
from model.asset import Asset
from model.bill import Bill, BillState
from model.cancellation import Cancellation, CancelledBy
from model.capacity import Taken, too_many
from model.delivered import ServiceDelivered
from model.details import Kind, Source, Status, WorkType
from model.errors import DomainError
from model.note import Note, NoteState
from model.offer import Offer, OfferState
from model.people import Client, Worker
from model.practice import Room, Site
from model.roster import PeriodState, RosterPeriod
from model.series import Series
from model.service import PlannedService
from model.session import Session
from model.stay import BedBooking, BedHold
from tests.unit.diary.conftest import NOW, Diary

START = date(2026, 3, 4)
MONDAY = date(2026, 3, 2)
TODAY = date(2026, 3, 18)  # in the third week
_MOST_QUERIES = (
    6_500  # bills, cancellations and stays are judged one by one; all else costs a number of its own
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sample_has_the_promised_size(seed: int) -> None:
    tables = generate(seed, START, TODAY).tables
    assert [len(tables[name]) for name in ("worker", "client", "site", "bed")] == [30, 200, 6, 8]
    assert {row["tz"] for row in tables["site"]} == {"Australia/Adelaide", "Australia/Perth"}
    assert set(tables) == set(TABLES)
    names = [row["name"] for table in ("worker", "client") for row in tables[table]]
    assert len(set(names)) == 230
    assert all(str(name).split(" ", 1)[0] in FIRST and str(name).split(" ", 1)[1] in LAST for name in names)


def test_the_same_seed_and_week_make_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed, day in (("a", 5, START), ("b", 5, MONDAY), ("c", 6, START)):
        write_sample(tmp_path / name, seed, day, TODAY)
    first, same, other = (
        {file.name: file.read_bytes() for file in (tmp_path / name).glob("*.csv")} for name in "abc"
    )
    assert first == same
    assert first["session.csv"] != other["session.csv"]


def test_a_sample_is_never_written_over_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(DomainError, match="not an empty folder"):
        write_sample(tmp_path, 1, START, TODAY)
    with pytest.raises(DomainError, match="from 1971 to 2198"):
        write_sample(tmp_path / "new", 1, date(1, 1, 1), TODAY)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_a_book_gives_nobody_two_places_at_a_time() -> None:
    book, nine = Book(), Slot(weeks=(0, 1), weekday=0, start=540, end=600)
    book.take(["ann"], nine)
    assert not book.is_free("ann", Slot(weeks=(1,), weekday=0, start=599, end=610))
    assert book.is_free("ann", Slot(weeks=(1,), weekday=0, start=600, end=610))
    assert book.is_free("ann", Slot(weeks=(2,), weekday=0, start=540, end=600))
    with pytest.raises(ValueError, match="ann is taken"):
        book.take(["ann"], nine)


@pytest.fixture
def unhurried() -> Iterator[None]:
    """As the command line does: making a hundred thousand objects is no reason to look for garbage."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000)
    yield
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("unhurried")
def test_both_databases_take_the_sample_and_all_rules_hold_in_it(database_url: str, tmp_path: Path) -> None:
    """One test, since taking it in is what costs: counts, density, no clash, few queries, and the same again."""
    engine = connect(database_url)
    migrations.migrate(engine)
    diary, queries = Diary(sessions(engine, clock=lambda: NOW)), Counter[str]()
    event.listen(engine, "before_cursor_execute", lambda *_: queries.update(["all"]))
    written = write_sample(tmp_path / "sample", 1, START, TODAY)
    diary.now = datetime.combine(TODAY, time(), UTC)

    done = import_practice(diary.sessions, diary.act, tmp_path / "sample")

    assert {one.table: one.added for one in done} == written
    assert [one for one in done if one.warnings] == []
    assert queries["all"] < _MOST_QUERIES
    _check_density(diary)
    _check_nothing_clashes(diary)
    _check_variety(diary)
    _check_past(diary)
    again = import_practice(diary.sessions, diary.act, tmp_path / "sample")
    assert sum(one.added for one in again) == 0
    engine.dispose()


def _check_density(diary: Diary) -> None:
    """Some 20 to 30 sessions a week for everybody who is at work, over ten published weeks."""
    with diary.read() as database:
        query = select(Session).where(Session.kind != Kind.OTHER_EVENT).options(selectinload(Session.workers))
        rows = database.scalars(query).all()
        names = {row[0]: row[1] for row in database.execute(select(Worker.id, Worker.ref))}
    weeks: Counter[tuple[UUID, int]] = Counter()
    for row in rows:
        day = date.fromisoformat(row.local_start[:10])
        assert MONDAY <= day < MONDAY + timedelta(weeks=12)
        weeks.update((one.worker_id, (day - MONDAY).days // 7) for one in row.workers)
    means = {names[who]: 0.0 for who in names}
    for (who, week), count in weeks.items():
        if week < 10:
            means[names[who]] += count / (10 if who not in _away(weeks, who) else 9)
    assert len(means) == 30
    assert all(17 <= mean <= 30 for mean in means.values()), means
    assert sum(means.values()) / 30 >= 20
    assert 6_500 < len(rows) < 9_000


def _away(weeks: Counter[tuple[UUID, int]], who: UUID) -> set[UUID]:
    return {who} if any(weeks[who, week] == 0 for week in range(10)) else set()


def _check_nothing_clashes(diary: Diary) -> None:
    """Nobody and nothing is taken twice, except assets of which there are several."""
    with diary.read() as database:
        parts = (selectinload(Session.workers), selectinload(Session.clients), selectinload(Session.assets))
        rows = database.scalars(select(Session).options(*parts)).all()
        stays = database.scalars(select(BedBooking)).all()
        there_are = {row[0]: row[1] for row in database.execute(select(Asset.id, Asset.quantity))}
        there_are |= {row[0]: row[1] for row in database.execute(select(Room.id, Room.capacity))}
    taken = [Taken(row.room_id, row.starts_at, row.ends_at) for row in rows if row.room_id]
    at_work = [
        (Kind.SHIFT is row.kind, Taken(w.worker_id, w.starts_at, w.ends_at))
        for row in rows
        for w in row.workers
    ]
    assert too_many([one for in_shift, one in at_work if in_shift], [], {}) == []
    taken += [one for in_shift, one in at_work if not in_shift]
    taken += [Taken(c.client_id, row.starts_at, row.ends_at) for row in rows for c in row.clients]
    taken += [Taken(a.asset_id, row.starts_at, row.ends_at, a.qty) for row in rows for a in row.assets]
    taken += [Taken(stay.bed_id, stay.starts_at, stay.ends_at) for stay in stays]
    assert len(stays) > 80
    assert too_many(taken, [], there_are) == []


def _check_past(diary: Diary) -> None:
    """Of the two weeks that are over nothing with a service is left as it was planned, unless nobody came."""
    with diary.read() as database:
        query = select(Session).where(Session.local_start < "2026-03-16", Session.source == Source.STAFF)
        held = database.scalars(query.where(Session.kind == Kind.CLIENT_SESSION)).all()
        by = Counter(database.scalars(select(Cancellation.cancelled_by)))
        missed = database.scalar(select(func.count()).where(Cancellation.no_show)) or 0
        lines = database.scalars(select(ServiceDelivered.amount_cents)).all()
        notes = Counter(note.state for note in database.scalars(select(Note)))
        bills = Counter(database.scalars(select(Bill.state)))
        offers = set(database.scalars(select(Offer.state)))
    states = Counter(row.status for row in held)
    assert states[Status.COMPLETE] > 800
    assert states[Status.CANCELLED] > 40
    assert states[Status.COMPLETE] + states[Status.CANCELLED] < len(held)
    assert states[Status.COMPLETE] + states[Status.CANCELLED] + missed >= len(held)
    assert set(by) == set(CancelledBy)
    assert missed > 10
    assert len(lines) > 800
    assert min(lines) > 0
    assert notes[NoteState.SIGNED] > notes[NoteState.DRAFT] > 20
    assert bills[BillState.PAID] > bills[BillState.BILLED] > 0
    assert offers == {OfferState.ACCEPTED}


def test_what_has_not_been_yet_has_not_happened_and_nothing_else_depends_on_it() -> None:
    past, one, none = (generate(1, START, TODAY - timedelta(days=days)).tables for days in (0, 7, 14))
    assert len(past["completion"]) > len(one["completion"]) > 300
    assert "completion" not in none
    assert "cancellation" not in none
    assert all(past[name] == none[name] for name in ("session", "planned_service", "agreement_item"))


def _check_variety(diary: Diary) -> None:
    with diary.read() as database:
        kinds = database.scalars(select(Session.kind).distinct())
        groups = select(func.count()).where(Session.work_type == WorkType.GROUP)
        states = Counter(database.scalars(select(RosterPeriod.state)))
        assert set(kinds) == set(Kind)
        assert database.scalar(groups) == 5 * 12
        assert states == {PeriodState.PUBLISHED: 25, PeriodState.PLANNED: 5}
        assert (database.scalar(select(func.count()).select_from(Series)) or 0) > 500
        plans = database.scalars(select(PlannedService.ratio).where(PlannedService.session_id.is_not(None)))
        assert set(plans) == {1, 4}
        assert database.scalar(select(func.count()).where(Session.parent_shift_id.is_not(None))) == 5
        assert (database.scalar(select(func.count()).where(PlannedService.ad_hoc)) or 0) > 20
        assert (database.scalar(select(func.count()).select_from(BedHold)) or 0) > 2
        assert database.scalar(select(func.count()).select_from(Client)) == 200
        assert database.scalar(select(func.count()).select_from(Site)) == 6
