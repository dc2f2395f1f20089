"""Online booking for tests of the diary: Mia's windows, a type of 50 minutes with 10 of padding, and short calls."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adapters.diary.appointment_types import AppointmentType, add_type
from adapters.diary.booking import Booked, Booking, book
from adapters.diary.client_acts import Caller
from adapters.diary.reserved_slots import NewWindow, add_window
from adapters.diary.slots import Explained, Search, explain_slots, find_slots
from sync.settings import BookingSettings, Settings
from tests.unit.diary.conftest import Diary

MONDAY = datetime(2026, 3, 9, 14, tzinfo=UTC)  # 09:00 in Chicago
TUESDAY = ("2026-03-10", "2026-03-11")
OPEN = BookingSettings(allow=True, allow_resched_cancel=True)


@dataclass
class Online:
    """What clients can do at this practice, and its staff for them."""

    diary: Diary
    rules: BookingSettings = OPEN

    @property
    def settings(self) -> Settings:
        return Settings(booking=self.rules)

    def allow(self, **other: object) -> None:
        self.rules = replace(self.rules, **other)  # type: ignore[arg-type]

    def window(self, start: str, end: str, worker: str = "mia", **other: object) -> str:
        new = NewWindow(worker=worker, start=start, end=end, **other)  # type: ignore[arg-type]
        return add_window(self.diary.sessions, self.diary.act, new)

    def slots(self, start: str = TUESDAY[0], end: str = TUESDAY[1], **other: object) -> list[str]:
        """The starts that can be booked with Mia."""
        wanted = {"type": "therapy", "worker": "mia", "start": start, "end": end} | other
        found = find_slots(self.diary.sessions, self.diary.act, Search(**wanted), self.rules)  # type: ignore[arg-type]
        return [one.start[5:16].replace("T", " ") for one in found]

    def why(self, start: str = TUESDAY[0], end: str = TUESDAY[1], **other: object) -> list[Explained]:
        wanted = {"type": "therapy", "worker": "mia", "start": start, "end": end} | other
        return explain_slots(self.diary.sessions, self.diary.act, Search(**wanted), self.rules)  # type: ignore[arg-type]

    def rules_at(self, **other: object) -> dict[str, str]:
        """By start on Tuesday: the rule that speaks against it, empty where it is free."""
        return {one.start[11:16]: one.rule for one in self.why(**other)}

    def book(
        self,
        start: str = "2026-03-10 09:00",
        client: str = "eva",
        *,
        of_type: str = "therapy",
        **caller: object,
    ) -> Booked:
        what = Booking(worker="mia", type=of_type, start=start)
        by = Caller(client=client, **caller)  # type: ignore[arg-type]
        return book(self.diary.sessions, self.diary.act, what, by, self.settings)


def opened(diary: Diary) -> Online:
    """Tuesday 10 March from 9 to 12, seen from Monday at 9."""
    diary.now = MONDAY
    online = Online(diary)
    therapy = AppointmentType(ref="therapy", name="Psychotherapy", length_min=50, padding_min=10)
    add_type(diary.sessions, diary.act, therapy)
    call = AppointmentType(ref="call", name="First call", length_min=15)
    add_type(diary.sessions, diary.act, call)
    online.window("2026-03-10 09:00", "12:00")
    return online
