"""E11: two and eight workers, threads and processes, on one link and on many: everything is written exactly once."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.database.store import SqlStore
from adapters.runner import Runner
from sync.run import Report
from tests.acceptance.meddler import Forward, meddling_with
from tests.practice import Commands, remote_items
from tests.servers import fresh_collection
from tests.world import ADELAIDE, World

MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ADELAIDE)
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("workers", [2, 8])
def test_e11_threads_on_one_link_write_everything_once(database_url, workers):
    world = World(database_url)
    for day in range(12):
        world.add_session(MONDAY + timedelta(days=day))
    errors: list[BaseException] = []
    ready = threading.Barrier(workers)

    def work(name: str) -> None:
        store = SqlStore(world.engine, world.sessions, world.settings, clock=world.clock.now)
        runner = Runner(
            sessions=world.sessions, store=store, settings=world.settings,
            codecs=lambda: world.codec, clock=world.clock, new_id=world.new_id,
            calendars=world.open_calendar, owner=name,
        )  # fmt: skip
        ready.wait(30)
        try:
            for _ in range(4):
                done = runner.sync(world.link_id, background=True)
                assert not isinstance(done, Report) or done.ok, done.error
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"thread-{n}",)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    world.settle()
    assert len(world.server.items) == 12
    assert set(Counter(world.server.history).values()) == {1}  # each href was written once
    world.close()


@pytest.mark.parametrize("workers", [2, 8])
def test_e11_processes_on_many_links_write_everything_once(database_url, radicale, tmp_path, workers):
    practice = Commands(tmp_path, datetime(2026, 3, 2, tzinfo=UTC))
    practice.set_up(database=database_url)
    puts: list[bytes] = []

    def keep(request: bytes, forward: Forward) -> bytes:
        puts.extend([request.split(b" ")[1]] if request.startswith(b"PUT") else [])
        return forward()

    with (
        meddling_with(radicale) as meddler,
        fresh_collection(radicale) as one,
        fresh_collection(radicale) as two,
        fresh_collection(radicale) as three,
    ):
        shown = [url.replace(radicale.home, meddler.front.home) for url in (one, two, three)]
        for worker, url in zip(("mia", "tom", "priya"), shown, strict=True):
            practice.link(meddler.front, url, worker=worker)
            for day in range(10, 14):
                start = f"2026-03-{day} 10:00"
                who = ("--worker", worker, "--client", "noor", "--minutes", "50", "--roster")
                practice.ok("session", "add", *who, "--start", start)
        meddler.meddle = keep
        command = [sys.executable, "-m", "tests.entry", "--config", str(practice.config), "sync", "--all"]
        environ = os.environ | {"PYTHONPATH": str(ROOT), "CALENDULA_TEST_NOW": practice.now.isoformat()}
        running = [
            subprocess.Popen(
                command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            for _ in range(workers)
        ]
        said = [process.communicate(timeout=180)[0] for process in running]
        assert not any("unexpected" in text or "DATABASE" in text for text in said), said
        meddler.calm_down()
        practice.later(minutes=5)
        assert practice.ok("sync", "--all").out.count("nothing to do") == 3
        assert [len(remote_items(radicale, url)) for url in (one, two, three)] == [4, 4, 4]
    assert (len(puts), len(set(puts))) == (12, 12)
