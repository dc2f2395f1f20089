"""A practice set that was damaged in any way is taken whole or not at all: never half, and never with a stack trace."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from adapters.database import migrations
from adapters.database.engine import connect, reading, sessions
from adapters.database.tables import metadata
from adapters.diary.importing import ImportFailedError, import_practice
from adapters.diary.taking import Imported
from model.bill import Bill, Payment
from model.cancellation import Cancellation
from model.offer import Offer
from model.people import Client, Worker
from model.roster import BaseRoster, RosterPeriod
from model.stay import BedBooking, BedHold
from tests.practice_set import FILES, write
from tests.unit.diary.conftest import NOW, Diary

_COUNTED = {
    "worker": Worker, "client": Client, "bed_booking": BedBooking, "bed_hold": BedHold, "base_roster": BaseRoster,
    "roster_period": RosterPeriod, "cancellation": Cancellation, "bill": Bill, "payment": Payment, "offer": Offer,
}  # fmt: skip
_PIECES = (
    *(
        b"\0",
        b"\xff",
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"[[",
        b"]]",
        b"=",
        b"-",
        b"0",
        b"9999-12-31",
    ),
    *(
        b"0001-01-01",
        b"kim",
        b"true",
        b"FREQ=DAILY",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"10:00",
        b":2",
        b"; ",
        b"-1",
    ),
)


@st.composite
def _damaged(draw: st.DrawFn) -> dict[str, bytes]:
    """Files of the set with pieces put in, taken out, written over, lines moved and lines doubled."""
    files = {name: content.encode() for name, content in FILES.items()}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        files[name] = draw(_damage(files[name]))
    return files


@st.composite
def _damage(draw: st.DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, len(content)))
    to = min(at + draw(st.integers(0, 12)), len(content))
    piece = draw(st.sampled_from(_PIECES) | st.binary(max_size=4) | st.text(max_size=4).map(_encoded))
    lines = content.splitlines(keepends=True)
    line = lines[at % len(lines)] if lines else b""
    return draw(
        st.sampled_from(
            (
                content[:at] + piece + content[at:],  # put in
                content[:at] + content[to:],  # taken out
                content[:at] + piece + content[to:],  # written over
                content[:at],  # cut off
                content + line,  # a line twice
                content.replace(line, b"", 1),  # a line less
                content[:at] + line + content[at:],  # a line in the midst of another
            )
        )
    )


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "calendula.sqlite3"
    engine = connect(f"sqlite:///{file}")
    migrations.migrate(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


@settings(max_examples=100, deadline=None)
@given(files=_damaged())
def test_a_damaged_set_is_taken_whole_or_not_at_all(
    empty: Path, place: Path, files: dict[str, bytes]
) -> None:
    file, folder = place / "calendula.sqlite3", write(place / "set")
    copyfile(empty, file)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    engine = connect(f"sqlite:///{file}")
    try:
        _try(engine, folder)
    finally:
        engine.dispose()
        for left in place.glob("calendula.sqlite3*"):
            left.unlink()


def _try(engine: Engine, folder: Path) -> None:
    diary = Diary(sessions(engine, clock=lambda: NOW))
    before = _rows(engine)
    done, problems = _attempt(diary, folder)
    if problems:
        assert "refused without a word" not in problems
        assert _rows(engine) == before
    else:
        _check_whole(diary, done)


def _attempt(diary: Diary, folder: Path) -> tuple[list[Imported], tuple[str, ...]]:
    """What was taken, or what was wrong."""
    try:
        return import_practice(diary.sessions, diary.act, folder), ()
    except ImportFailedError as refused:
        return [], refused.problems or ("refused without a word",)


def _rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def _check_whole(diary: Diary, done: list[Imported]) -> None:
    """What it says that it added is there."""
    with reading(diary.sessions) as database:
        for one in done:
            if one.table in _COUNTED:
                there = database.scalar(select(func.count()).select_from(_COUNTED[one.table]))
                assert there == one.added
