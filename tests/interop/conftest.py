"""Fixtures of the interop stories: those of the acceptance tests, and a look at what we read and wrote."""

import pytest

from adapters.dav import calendar
from tests.acceptance.conftest import office, phone
from tests.interop.recording import RecordingCalendar, Traffic

__all__ = ["office", "phone", "traffic"]


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """What our side reads and writes from now on, byte by byte."""
    seen = Traffic()

    class Recording(RecordingCalendar):
        traffic = seen

    monkeypatch.setattr(calendar, "CalDavCalendar", Recording)
    return seen
