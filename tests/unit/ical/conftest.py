"""Files by their quirk, and one codec."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.ical import ICalendar
from sync.ports import Reading

DATA = Path(__file__).parents[2] / "data"
ADELAIDE = ZoneInfo("Australia/Adelaide")


@pytest.fixture
def body() -> Callable[[str], bytes]:
    return lambda name: (DATA / f"{name}.ics").read_bytes()


@pytest.fixture
def read(body) -> Callable[[str], Reading]:
    def reading(name: str) -> Reading:
        found = ICalendar().read(body(name), tz=ADELAIDE, href="/cal/item.ics")
        assert found is not None
        return found

    return reading
