"""A command loads what it needs, when it needs it: most of what a run that finds nothing costs is loading."""

import json
import subprocess
import sys
from pathlib import Path

from adapters.database.tables import metadata
from adapters.demo.radicale import Server
from tests.acceptance.conftest import office
from tests.acceptance.office import Office

__all__ = ["office"]
_RUN = """
import atexit, json, sys
from adapters.cli.entry import main
atexit.register(lambda: print("loaded", json.dumps(sorted(sys.modules))))
main(sys.argv[1:])
"""
# What judges, writes and follows changes, and the nouns that only this concerns.
WORKS = {
    "sync.steps",
    "sync.pull",
    "adapters.database.work",
    "adapters.database.flushing",
    "model.roster",
}
_STORES = """
import sys
from datetime import UTC, datetime
from uuid import uuid4
from adapters.database.engine import connect, sessions
from model.asset import Asset
assert len(Asset.metadata.tables) < 10
maker = sessions(connect(sys.argv[1]), clock=lambda: datetime.now(UTC))
with maker.begin() as database:
    database.add(Asset(id=uuid4(), ref="van", name="Van"))
print(len(Asset.metadata.tables))
"""


def _python(code: str, *words: str) -> str:
    """What a process of its own says, which has loaded nothing else."""
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _loaded(office: Office) -> set[str]:
    config = str(Path(office.folder) / "calendula.toml")
    said = _python(_RUN, "--config", config, "sync", "priya")
    return set(json.loads(said.rpartition("loaded ")[2]))


def test_a_run_that_finds_nothing_loads_nothing_that_works(
    office: Office, radicale: Server, collection: str
) -> None:
    one = ("--start", "2026-03-10 09:00", "--minutes", "50", "--worker", "priya", "--client", "noor")
    office.run("session", "add", *one)
    office.link("priya", radicale, collection)
    assert _loaded(office) >= WORKS
    _loaded(office)  # some servers show a first write once more
    assert _loaded(office) & {*WORKS, "adapters.ical.codec"} == set()


def test_whoever_stores_a_row_knows_all_that_it_refers_to(office: Office) -> None:
    assert _python(_STORES, office.database).split() == [str(len(metadata.tables))]
