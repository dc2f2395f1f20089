"""Seal what must not be readable in the database: passwords, tokens, and the bodies kept for undoing.

Decides how the key is made and guarded; where it lies is the configuration's (`[secrets] key_file`). A key
file holds one key per line: the first seals, all of them open, so that a key can be replaced without losing
anything (FAILURES G22). Nothing here knows what it seals, and no message shows any of it.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretsError(Exception):
    """The key cannot be used; the message is one sentence that says what to do."""


class SecretBox:
    """Seals and opens with the keys of one key file."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._first = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, plain: bytes | str) -> bytes:
        return self._fernet.encrypt(plain.encode() if isinstance(plain, str) else plain)

    def decrypt(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SecretsError(
                "The key file does not open what is stored; restore the key file that belongs to this "
                "database, or give each link its password again with `calendula link login`."
            ) from None

    def resealed(self, sealed: bytes) -> bytes:
        """The same under the first key; what that one sealed already is returned as it is."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return self.encrypt(self.decrypt(sealed))
        return sealed


class KeyRing:
    """The box of one key file as it is now: a key that was replaced while we run is noticed at its next use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int, int], SecretBox] | None = None

    def box(self) -> SecretBox:
        """Open the file, unless it is the one that was read last."""
        try:
            found = self._path.stat()
        except OSError:
            return open_box(self._path)  # which says what is wrong
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read is None or self._read[0] != mark:
            self._read = (mark, open_box(self._path))
        return self._read[1]


def create_key_file(path: Path) -> None:
    """Make a new key, readable by its owner alone; an existing file is never overwritten."""
    _create(path, [Fernet.generate_key()])


def keep_aside(path: Path) -> Path:
    """Write the keys that are about to be replaced to a file named after them; return which."""
    keys = _keys(path)
    old = keys[1:] or keys
    aside = path.with_name(f"{path.name}.old-{hashlib.sha256(b' '.join(old)).hexdigest()[:8]}")
    _replace(aside, old)
    return aside


def add_key(path: Path) -> None:
    """Put a new key first, in front of those that are there; where there are several already, leave it be."""
    keys = _keys(path)
    if len(keys) == 1:
        _replace(path, [Fernet.generate_key(), *keys])


def keep_first_key(path: Path) -> None:
    """Forget all keys but the first."""
    _replace(path, _keys(path)[:1])


def take_back_keys(path: Path, copy: Path) -> None:
    """Let the keys that were set aside open again, behind the first."""
    _replace(path, list(dict.fromkeys([*_keys(path), *_keys(copy)])))


def _replace(path: Path, keys: Sequence[bytes]) -> None:
    """Write a key file in one step: whoever reads it, or a crash, finds either the old one or the new one."""
    beside = path.with_name(f"{path.name}.new")
    with contextlib.suppress(OSError):
        beside.unlink()  # half of one, left by a crash
    _create(beside, keys)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _create(path: Path, keys: Sequence[bytes]) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SecretsError(f"{path} exists already; it was left as it is.") from None
    except OSError as error:
        raise SecretsError(f"The key file {path} cannot be made: {error.strerror}.") from None
    with os.fdopen(handle, "wb") as file:
        file.writelines(key + b"\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())  # what it seals must not outlive it


def open_box(path: Path) -> SecretBox:
    """Read a key file that only its owner can read."""
    try:
        return SecretBox(_keys(path))
    except ValueError:
        raise SecretsError(f"{path} is not a key file; restore it from your backup.") from None


def _keys(path: Path) -> list[bytes]:
    keys = _read(path).split()
    if not keys:
        raise SecretsError(f"The key file {path} is empty; restore it from your backup.")
    return keys


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode  # of the very file that is read, not of a name
            if stat.S_IMODE(mode) & 0o077:
                raise SecretsError(f"The key file {path} can be read by others; run: chmod 600 {path}")
            return file.read()
    except FileNotFoundError:
        raise SecretsError(
            f"The key file {path} is missing; restore it from your backup, "
            "or run `calendula init` for a new one."
        ) from None
    except OSError as error:
        raise SecretsError(f"The key file {path} cannot be read: {error.strerror}.") from None
