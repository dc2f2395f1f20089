"""Seal what must not be readable in the database: passwords, tokens, and the bodies kept for undoing.

Decides how the key is made and guarded; where it lies is the configuration's (`[secrets] key_file`). A key
file holds one key per line: the first seals, all of them open, so that a key can be replaced without losing
anything (FAILURES G22). Nothing here knows what it seals, and no message shows any of it.
"""

import os
import stat
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretsError(Exception):
    """The key cannot be used; the message is one sentence that says what to do."""


class SecretBox:
    """Seals and opens with the keys of one key file."""

    def __init__(self, keys: list[bytes]) -> None:
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


def create_key_file(path: Path) -> None:
    """Make a new key, readable by its owner alone; an existing file is never overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SecretsError(f"{path} exists already; it was left as it is.") from None
    except OSError as error:
        raise SecretsError(f"The key file {path} cannot be made: {error.strerror}.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())  # what it seals must not outlive it


def open_box(path: Path) -> SecretBox:
    """Read a key file that only its owner can read."""
    keys = _read(path).split()
    if not keys:
        raise SecretsError(f"The key file {path} is empty; restore it from your backup.")
    try:
        return SecretBox(keys)
    except ValueError:
        raise SecretsError(f"{path} is not a key file; restore it from your backup.") from None


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
