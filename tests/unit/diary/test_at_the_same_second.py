"""Two schedulers at the same second, and a calendar meanwhile: no room, asset or bed is ever taken twice."""

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from adapters.database import migrations
from adapters.database.engine import connect, sessions
from adapters.database.loading import load_session
from adapters.diary import adding
from adapters.diary.adding import New
from adapters.diary.importing import import_practice
from model.errors import DomainError
from tests.scheduler import NOW, TIMES
from tests.unit.diary.conftest import SAMPLE, Diary
from tests.unit.diary.test_assets import ASSETS
from tests.world import World, at

ROOT = Path(__file__).parents[3]
BED = '[[bed]]\nid = "b1"\nname = "Bed 1"\nsite = "adelaide"\n'


def scheduler(database: str, worker: str, client: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.scheduler", database, worker, client],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_e_room_conflict_e_asset_conflict_e_bed_conflict_processes_at_the_same_second_book_each_time_once(
    database_url: str, tmp_path: Path
) -> None:
    engine = connect(database_url)
    migrations.migrate(engine)
    diary = Diary(sessions(engine, clock=lambda: NOW))
    assets = tmp_path / "assets.toml"
    assets.write_text(ASSETS + BED, encoding="utf-8")
    for file in (SAMPLE, assets):
        import_practice(diary.sessions, diary.act, file)
    engine.dispose()

    people = [("priya", "noor"), ("tom", "liam"), ("lena", "eva"), ("sam", "jordan")]
    running = [scheduler(database_url, *pair) for pair in people]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    lines = [line for process in running for line in process.communicate(timeout=120)[0].splitlines()]

    told = Counter(lines)
    assert sum(told.values()) == len(TIMES) * 3 * len(running), lines
    for start in TIMES:
        for what, of in (("room", "ROOM"), ("assets", "ASSET"), ("bed", "BED")):
            assert told[f"{start} {what} added"] == 1
            assert told[f"{start} {what} E_{of}_CONFLICT"] == len(running) - 1


def test_room_conflict_nobody_books_between_a_runs_question_and_its_move(database_url: str) -> None:
    world = World(database_url)
    mine = world.add_session(at(16, 8), room_id=world.room.id)
    lease = world.runner.store.take_lease(world.link_id, owner="run", run_id=world.new_id(), job="sync")
    assert lease is not None
    answers: list[str] = []

    def book() -> None:
        new = New(
            start="2026-03-16 10:00",
            minutes=60,
            workers=["priya"],
            clients=["c1"],
            room="r1",
            tz=world.tz.key,
        )
        try:
            adding.add(world.sessions, world.act(), new)
        except DomainError as refused:
            answers.append(refused.code)
        else:
            answers.append("added")

    other = threading.Thread(target=book)
    with world.runner.store.work(lease) as work:
        row = load_session(work._database, mine)
        assert row is not None
        assert work.clash([(row, at(16, 10), at(16, 11))]).hard == ()
        other.start()
        other.join(1)  # long enough to have booked, were it let in
        row.move(row.span.starting(at(16, 10)))
    other.join(30)
    assert answers == ["E_ROOM_CONFLICT"]
    world.close()
