"""The group `session`, with the commands of every file that has some."""

from adapters.cli import (  # noqa: F401 - they add their commands to it
    cancelling,
    completing,
    editing,
    knowing,
    staffing,
    within,
)
from adapters.cli.sessions import session

__all__ = ["session"]
