"""The group `session`, with the commands of every file that has some."""

from adapters.cli import cancelling, within  # noqa: F401 - they add their commands to the group
from adapters.cli.sessions import session

__all__ = ["session"]
