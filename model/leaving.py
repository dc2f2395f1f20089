"""A worker leaves: from which moment on nothing of the practice is open to them any more (FAILURES F10)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from model.people import Worker


def is_gone(worker: Worker, now: datetime) -> bool:
    """Whether their last day is over, on the clock where they work."""
    return worker.end_date is not None and now.astimezone(ZoneInfo(worker.tz)).date() > worker.end_date


def at_once(last_day: date, worker: Worker, now: datetime) -> bool:
    """Whether the doors are closed now: today is told when it is meant, only a later day is waited for."""
    return last_day <= now.astimezone(ZoneInfo(worker.tz)).date()
