"""A short random history of both sides: whatever was done, in the end both show the same (I1, I2, I5)."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone, Resource, master, overrides

_GESTURES = 40
_WINDOW = ("2026-03-01", "2026-07-01")
_ADELAIDE = ZoneInfo("Australia/Adelaide")


@dataclass
class History:
    """Two people at work: Sam in the office, Priya on her phone. Nothing is ever done at the same minute twice."""

    office: Office
    phone: Phone
    dice: random.Random
    told: list[str] = field(default_factory=list)
    _slots: int = 0

    def take_a_turn(self) -> None:
        gestures: list[Callable[[], None]] = [
            self.add_session, self.add_series, self.move_here, self.cancel_here, self.add_event_here,
            self.move_there, self.move_there, self.move_occurrence_there, self.delete_occurrence_there,
            self.delete_there, self.event_there, self.free_there, self.rename_there, self.alarm_there,
            self.sync, self.sync,
        ]  # fmt: skip
        gesture = self.dice.choice(gestures)
        self.told.append(gesture.__name__)
        self.office.later(minutes=7)
        gesture()

    def sync(self) -> None:
        self.office.sync()

    # --- in the office --------------------------------------------------------------------------------------

    def add_session(self) -> None:
        self._add()

    def add_series(self) -> None:
        self._add("--rule", f"FREQ={self.dice.choice(['WEEKLY', 'DAILY;INTERVAL=3'])};COUNT=4")

    def move_here(self) -> None:
        if row := self._row():
            scope = ("--scope", "this") if row["series_id"] else ()
            self.office.run("session", "move", row["id"], "--start", f"{self._slot():%Y-%m-%d %H:%M}", *scope)

    def cancel_here(self) -> None:
        if row := self._row():
            scope = ("--scope", self.dice.choice(["this", "following"])) if row["series_id"] else ()
            how = ("--by", "worker", "--reason", "worker-sick", "--advised", "2026-03-02 08:00")
            self.office.run("session", "cancel", row["id"], *how, *scope)

    def add_event_here(self) -> None:
        start = f"{self._slot():%Y-%m-%d %H:%M}"
        self.office.run("event", "add", "priya", "Admin time", "--start", start, "--minutes", "30")

    def _add(self, *options: str) -> None:
        self.office.run(
            "session", "add", "--start", f"{self._slot():%Y-%m-%d %H:%M}", "--minutes", "50", "--worker", "priya",
            "--client", self.dice.choice(["noor", "eva", "liam"]), "--site", "adelaide", "--roster", *options,
        )  # fmt: skip

    def _row(self) -> dict[str, Any] | None:
        rows = [one for one in self.office.sessions("priya") if one["status"] == "ROSTERED"]
        return self.dice.choice(rows) if rows else None

    # --- on the phone ---------------------------------------------------------------------------------------

    def move_there(self) -> None:
        if one := self._resource(lambda r: not master(r).lines("RRULE")):
            self.phone.drag(one.uid, *self._wall(self._slot()))

    def move_occurrence_there(self) -> None:
        if one := self._resource(lambda r: bool(master(r).lines("RRULE"))):
            self.phone.drag_occurrence(one.uid, self._occurrence(one), *self._wall(self._slot()))

    def delete_occurrence_there(self) -> None:
        if one := self._resource(lambda r: bool(master(r).lines("RRULE"))):
            self.phone.delete_occurrence(one.uid, self._occurrence(one))

    def delete_there(self) -> None:
        if one := self._resource():
            self.phone.delete(one.uid)

    def event_there(self) -> None:
        start, end = self._wall(self._slot())
        rule = ["RRULE:FREQ=WEEKLY;COUNT=3"] if self.dice.random() < 0.4 else []
        self.phone.new_event("Own time", start, end, *rule, tz="Australia/Adelaide")

    def free_there(self) -> None:
        if one := self._resource():
            self.phone.set(one.uid, "TRANSP:TRANSPARENT")

    def rename_there(self) -> None:
        if one := self._resource():
            self.phone.set(one.uid, "SUMMARY:Something else")

    def alarm_there(self) -> None:
        if one := self._resource():
            self.phone.add_alarm(one.uid)

    def _resource(self, fits: Callable[[Resource], bool] = lambda _: True) -> Resource | None:
        found = sorted(
            (r for r in self.phone.resources() if fits(r)), key=lambda r: master(r).value("DTSTART")
        )
        return self.dice.choice(found) if found else None

    def _occurrence(self, one: Resource) -> str:
        """The original wall time of an occurrence that still is where its rule put it."""
        moved = {part.value("RECURRENCE-ID") for part in overrides(one.calendar)}
        shown = self.phone.starts(*_WINDOW, uid=one.uid)
        walls = [datetime.fromisoformat(at + "+00:00").astimezone(_ADELAIDE) for at in shown]
        spelled = [f"{wall:%Y%m%dT%H%M%S}" for wall in walls]
        first = master(one).value("DTSTART")
        return self.dice.choice(
            [text for text in spelled if text[8:] == first[8:] and text not in moved] or [first]
        )

    def _wall(self, at: datetime) -> tuple[str, str]:
        return f"{at:%Y%m%dT%H%M%S}", f"{at + timedelta(minutes=50):%Y%m%dT%H%M%S}"

    def _slot(self) -> datetime:
        """A time that nothing else begins at: the next day, and a minute of its own."""
        self._slots += 1
        day = date(2026, 3, 16) + timedelta(days=self._slots % 60)
        return datetime(day.year, day.month, day.day, 9 + self._slots % 7, self._slots % 60, tzinfo=_ADELAIDE)


def test_a_random_history_ends_with_both_sides_equal(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.at("2026-03-09T09:00+10:30")
    office.link("priya", caldav_server, collection_url)
    history = History(office, phone, random.Random(20260309))
    for _ in range(_GESTURES):
        history.take_a_turn()
    office.settle()

    assert _shown(phone) == _kept(office), history.told
    assert len(phone.uids()) == len(set(phone.uids())) == office.status()["events"]
    assert office.run("plan").strip() == "Nothing to do."
    stood = [one.body for one in phone.resources()]
    office.later(days=1)
    assert office.sync()["lines"] == []
    assert [one.body for one in phone.resources()] == stood


def _shown(phone: Phone) -> list[tuple[str, str]]:
    """What the calendar shows and does not call cancelled."""
    return [(at, title) for at, title in phone.shows(*_WINDOW) if not title.startswith("Cancelled")]


def _kept(office: Office) -> list[tuple[str, str]]:
    """The same by the practice's record."""
    rows = [one for one in office.sessions("priya") if one["status"] == "ROSTERED"]
    kept = [(_utc(one["start"]), "Session " + ", ".join(one["clients"])) for one in rows]
    events = office.ask("event", "list", "priya", *_WINDOW)
    return sorted(kept + [(_utc(one["start"]), one["summary"]) for one in events])


def _utc(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M}"
