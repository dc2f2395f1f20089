"""Turn an error into sentences on stderr and an exit code: what is wrong, and what to do about it.

A traceback is shown only when it is asked for (--debug, CALENDULA_DEBUG=1). Libraries are looked up among
those that are loaded: an error of one that is not cannot have happened.
"""

import os
import sys
import traceback
from collections.abc import Iterable

from model.errors import DomainError
from sync.errors import SyncError

# Classes whose message is a whole sentence, by name: importing them here would load what they belong to.
_PLAIN = ("SchemaError", "SecretsError", "BackupError", "DiscoveryProblem", "PasswordFileError")
_LISTS = ("ConfigError", "ImportFailedError")
_DATABASE = (
    ("locked", "The database is busy with another command; try again in a moment"),
    ("lock timeout", "The database is busy with another command; try again in a moment"),
    ("is full", "The disk is full; nothing was stored"),
    ("no space left", "The disk is full; nothing was stored"),
    ("unable to open", "The database file cannot be opened; check [database] url and who may read it"),
    ("readonly", "The database file cannot be written by this user"),
    ("read-only", "The database cannot be written"),
    ("not a database", "The database file is damaged or no database; restore it from a backup"),
    ("malformed", "The database file is damaged; restore it from a backup"),
    ("disk i/o", "The database file cannot be read or written; check the disk"),
    ("no such table", "The database has no tables yet; run: calendula init"),
    ('relation "', "The database has no tables yet; run: calendula init"),
    ("password authentication", "The database server refuses the user or password in [database] url"),
    (
        "no password supplied",
        "The database server wants a password; put it into a pgpass file or [database] url",
    ),
    ("does not exist", "The database named in [database] url does not exist; create it first"),
    ("connect", "The database server cannot be reached; check [database] url and whether it runs"),
)


def explain(error: Exception, *, debug: bool) -> int:
    """Say what happened; return the exit code."""
    if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if debug or os.environ.get("CALENDULA_DEBUG") == "1":
        traceback.print_exception(error)
    for line in _sentences(error):
        sys.stderr.write(f"Error: {line}\n")
    return 1


def _sentences(error: Exception) -> Iterable[str]:
    name = type(error).__name__
    if isinstance(error, DomainError):
        return [f"{error.message} ({error.code})"]
    if name in _LISTS:
        return [str(problem) for problem in getattr(error, "problems", ())]
    if name in _PLAIN:
        return [str(error)]
    if isinstance(error, SyncError):
        return [f"{error} ({name})"]
    return [_database_sentence(error) or _system_sentence(error) or _unexpected(name)]


def _database_sentence(error: Exception) -> str | None:
    library = sys.modules.get("sqlalchemy.exc")
    if library is None or not isinstance(error, library.SQLAlchemyError):
        return None
    said = str(getattr(error, "orig", error)).lower()
    return next((f"{sentence} (DATABASE)" for word, sentence in _DATABASE if word in said), None)


def _system_sentence(error: Exception) -> str | None:
    if not isinstance(error, OSError) or not error.strerror:
        return None
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _unexpected(name: str) -> str:
    return f"Something unexpected happened ({name}); run it again with --debug to see where"
