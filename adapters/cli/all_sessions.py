"""The group `session`, with the commands of every file that has some."""

from adapters.cli import cancelling, completing, editing, staffing, within  # noqa: F401 - they add their commands to it
from adapters.cli.sessions import session

__all__ = ["session"]
