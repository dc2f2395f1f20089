"""What the settings say of telling clients, as a unit of work carries it to where their reminders follow a change."""

from dataclasses import dataclass
from datetime import time, timedelta

from sync.settings import Settings

TELLING = "telling"  # where a unit of work has its `Telling`


@dataclass(frozen=True, kw_only=True)
class Telling:
    """When clients are reminded, on their own clocks, and how long is waited before they are told of a move."""

    send_at: time
    delay: timedelta


def telling_of(settings: Settings) -> Telling:
    """What the settings say of it."""
    delay = timedelta(seconds=settings.inbound.notify_delay_s)
    return Telling(send_at=time.fromisoformat(settings.reminders.send_at), delay=delay)
