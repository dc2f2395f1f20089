"""A message with its words, ready to go: to one address, by one channel. And what may become of sending it."""

from dataclasses import dataclass, field
from typing import Protocol

from model.channel import Channel


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`message_id` is the same at each attempt. `html` and `ics` go by mail only, where there are any."""

    message_id: str
    channel: Channel
    to: tuple[str, ...] = field(repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    ics: bytes = field(default=b"", repr=False)


class SendingError(Exception):
    """It was not sent, or nobody knows whether: it is tried again. Its text names nobody."""

    for_good = False


class Undeliverable(SendingError):
    """It never will be: nobody lives there, or it may not be written like that."""

    for_good = True


class Carrier(Protocol):
    """What takes letters of one kind away."""

    def send(self, letter: Letter) -> None:
        """Return once somebody else is responsible for it; else SendingError."""
        ...
