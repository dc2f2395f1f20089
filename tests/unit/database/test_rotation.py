"""G22, `key rotate`: all secrets are sealed anew, and wherever it dies everything still opens."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, event, select

from adapters import rotation
from adapters.database import migrations
from adapters.database.engine import Sessions, connect, sessions
from adapters.database.tables import metadata
from adapters.rotation import Rotated, rotate, sealed_columns
from adapters.secrets import KeyRing, SecretBox, create_key_file, open_box
from model.link import AuthKind, CalendarAccount
from model.people import Worker

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MANY = 9  # with pages of four: more than two


class Died(BaseException):
    """The process ends here."""


class Office:
    """Accounts with a sealed password each, and one that has none."""

    def __init__(self, url: str, folder: Path) -> None:
        self.key_file = folder / "calendula.key"
        create_key_file(self.key_file)
        self.engine = connect(url)
        migrations.migrate(self.engine)
        self.sessions: Sessions = sessions(self.engine, clock=lambda: NOW)
        box = open_box(self.key_file)
        with self.sessions.begin() as database:
            database.add(Worker(id=UUID(int=1), ref="mia", name="Mia", tz="UTC"))
            database.flush()
            database.add_all(self.account(n, box.encrypt(f"password {n}")) for n in range(1, MANY + 1))
            database.add(self.account(MANY + 1, b""))

    def account(self, number: int, secret: bytes) -> CalendarAccount:
        return CalendarAccount(
            id=UUID(int=number), worker_id=UUID(int=1), server="", user="", auth=AuthKind.PASSWORD, secret=secret
        )  # fmt: skip

    def rotate(self) -> Rotated:
        return rotate(self.sessions, self.key_file)

    def secrets(self) -> list[bytes]:
        with self.sessions() as database:
            return list(database.scalars(select(CalendarAccount.secret).order_by(CalendarAccount.id)))

    def opened(self, box: SecretBox) -> list[str]:
        return [box.decrypt(sealed).decode() for sealed in self.secrets() if sealed]


PASSWORDS = [f"password {n}" for n in range(1, MANY + 1)]


@pytest.fixture
def office(database_url, tmp_path, monkeypatch):
    monkeypatch.setattr(rotation, "_PAGE", 4)
    made = Office(database_url, tmp_path)
    yield made
    made.engine.dispose()


def keys_in(path: Path) -> list[bytes]:
    return path.read_bytes().split()


def test_g22_all_secrets_are_sealed_anew_and_the_old_key_opens_none_of_them(office):
    old, before = keys_in(office.key_file), office.secrets()
    done = office.rotate()
    assert (done.sealed, done.lost) == (MANY, 0)
    (new,) = keys_in(office.key_file)
    assert new not in old
    assert office.opened(SecretBox([new])) == PASSWORDS
    assert set(office.secrets()) & set(before) == {b""}
    assert keys_in(done.aside) == old
    assert stat.S_IMODE(done.aside.stat().st_mode) == stat.S_IMODE(office.key_file.stat().st_mode) == 0o600


class Mortal:
    """Ends the process at the n-th step that leaves something behind: a file, a rename, a commit."""

    def __init__(self, office: Office, patch: pytest.MonkeyPatch) -> None:
        self.left = -1
        for name in ("open", "rename", "replace", "unlink", "fsync"):
            patch.setattr(os, name, self._before(getattr(os, name)))
        event.listen(office.engine, "commit", lambda _: self.step())

    def _before(self, act: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **other: object) -> object:
            self.step()
            return act(*args, **other)

        return counted

    def step(self) -> None:
        if self.left == 0:
            self.left = -1
            raise Died
        self.left -= 1


def test_g22_wherever_it_dies_everything_opens_and_the_next_one_ends_it(office, monkeypatch):
    mortal = Mortal(office, monkeypatch)
    for step in range(100):
        if dies(office, mortal, step):
            assert office.opened(open_box(office.key_file)) == PASSWORDS
            dies(office, mortal, step // 2)
            assert office.opened(open_box(office.key_file)) == PASSWORDS
            office.rotate()
        assert len(keys_in(office.key_file)) == 1
        assert office.opened(open_box(office.key_file)) == PASSWORDS
        if mortal.left >= 0:
            break
    assert step > 15


def dies(office: Office, mortal: Mortal, step: int) -> bool:
    """Rotate, but for dying at that step; say whether it came so far."""
    mortal.left = step
    try:
        office.rotate()
    except Died:
        return True
    return False


def test_g22_a_running_service_notices_the_new_key(office):
    ring = KeyRing(office.key_file)
    assert office.opened(ring.box()) == PASSWORDS
    office.rotate()
    assert office.opened(ring.box()) == PASSWORDS
    assert ring.box() is ring.box()


def test_g22_what_was_sealed_with_the_old_key_at_the_last_moment_is_not_lost(office, monkeypatch):
    """A service that opened the key file before stores a new token just when the old key leaves it."""
    late, forget = open_box(office.key_file), rotation.keep_first_key
    left = iter([1])

    def forget_late(path: Path) -> None:
        forget(path)
        if next(left, 0):
            with office.sessions.begin() as database:
                database.get_one(CalendarAccount, UUID(int=3)).secret = late.encrypt("a token")

    monkeypatch.setattr(rotation, "keep_first_key", forget_late)
    office.rotate()
    assert "a token" in office.opened(open_box(office.key_file))
    assert len(keys_in(office.key_file)) == 1


def test_g22_what_no_key_opens_is_counted_and_left(office, tmp_path):
    create_key_file(tmp_path / "lost.key")
    stranger = open_box(tmp_path / "lost.key").encrypt("gone")
    with office.sessions.begin() as database:
        database.get_one(CalendarAccount, UUID(int=1)).secret = stranger
    done = office.rotate()
    assert (done.sealed, done.lost) == (MANY - 1, 1)
    assert office.secrets()[0] == stranger


def test_g22_every_column_of_bytes_is_sealed_or_known_to_need_no_seal():
    plain = {"event_mapping.base_ical", "event_mapping.pushed_ical", "intent.body", "intent.projected"}
    plain |= {"feed_part.octets"}  # of sessions that stand beside it, and less than they say
    binary = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary - plain == {f"{table.name}.{column.name}" for table, column in sealed_columns()}
