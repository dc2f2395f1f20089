"""The group `session`, with the commands of every file that has some."""

from adapters.cli import cancelling  # noqa: F401 - it adds its commands to the group
from adapters.cli.sessions import session

__all__ = ["session"]
