"""Half an hour of both sides at random, on a fast clock: whatever was done, in the end both show the same (I1, I2, I5).

The service does in it what it does in half an hour: it looks when the link is due, every five minutes and after each
change here; between its looks anything may have happened there. CALENDULA_HALF_HOURS=20 plays more of them on each
server, CALENDULA_SEED=7 others.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from adapters.database.engine import Sessions, connect, sessions
from adapters.demo.radicale import Server
from adapters.due_links import due_links
from tests.acceptance.office import Office
from tests.phone import Phone, Resource, master, overrides

_HALF_AN_HOUR = timedelta(minutes=30)
_WINDOW = ("2026-03-01", "2026-07-01")
_ADELAIDE = ZoneInfo("Australia/Adelaide")
SEED = int(os.environ.get("CALENDULA_SEED", "20260309"))
SEEDS = range(SEED, SEED + int(os.environ.get("CALENDULA_HALF_HOURS", "1")))
Shown = tuple[str, str, str, str]


@dataclass
class History:
    """Two people at work: Sam in the office, Priya on her phone. Nothing is ever done at the same minute twice."""

    office: Office
    phone: Phone
    dice: random.Random
    sessions: Sessions
    told: list[str] = field(default_factory=list)
    looks: int = 0
    _slots: int = 0

    def play(self) -> None:
        ends = self.office.now + _HALF_AN_HOUR
        while self.office.now < ends:
            self.office.later(seconds=self.dice.randint(5, 85))
            self.look_if_due()
            self.take_a_turn()
            self.look_if_due()

    def look_if_due(self) -> None:
        """What `calendula run` does at this moment."""
        if due_links(self.sessions, now=self.office.now):
            self.told.append("look")
            self.looks += 1
            self.office.sync()

    def take_a_turn(self) -> None:
        gestures: list[Callable[[], None]] = [
            self.add_session, self.add_series, self.move_here, self.cancel_here, self.add_event_here,
            self.free_here, self.delete_event_here, self.answer_here,
            self.move_there, self.move_there, self.lengthen_there, self.move_occurrence_there,
            self.delete_occurrence_there, self.delete_there, self.split_there, self.cut_there, self.event_there,
            self.free_there, self.rename_there, self.remark_there, self.alarm_there, self.cancel_there,
        ]  # fmt: skip
        gesture = self.dice.choice(gestures)
        self.told.append(gesture.__name__)
        gesture()

    # --- in the office --------------------------------------------------------------------------------------

    def add_session(self) -> None:
        self._add()

    def add_series(self) -> None:
        self._add("--rule", f"FREQ={self.dice.choice(['WEEKLY', 'DAILY;INTERVAL=3'])};COUNT=4")

    def move_here(self) -> None:
        if row := self._row():
            scope = ("--scope", self.dice.choice(["this", "following"])) if row["series_id"] else ()
            self.office.run("session", "move", row["id"], "--start", f"{self._slot():%Y-%m-%d %H:%M}", *scope)

    def cancel_here(self) -> None:
        if row := self._row():
            scope = ("--scope", self.dice.choice(["this", "following"])) if row["series_id"] else ()
            how = ("--by", "worker", "--reason", "worker-sick", "--advised", "2026-03-02 08:00")
            self.office.run("session", "cancel", row["id"], *how, *scope)

    def add_event_here(self) -> None:
        start = f"{self._slot():%Y-%m-%d %H:%M}"
        self.office.run("event", "add", "priya", "Admin time", "--start", start, "--minutes", "30")

    def free_here(self) -> None:
        if one := self._event():
            self.office.run("event", "set", one["id"], self.dice.choice(["busy", "free"]), *self._scope(one))

    def delete_event_here(self) -> None:
        if one := self._event():
            self.office.run("event", "delete", one["id"], *self._scope(one))

    def answer_here(self) -> None:
        """The oldest held change is dismissed, or a deletion is meant: the worker cancels."""
        held = [one for one in self.office.ask("changes", "list") if one["state"] == "HELD"]
        if not held:
            return
        how = ("--as-worker", "--reason", "worker-sick", "--advised", "2026-03-02 08:00")
        if held[0]["code"] in ("E4", "E5") and self.dice.random() < 0.5:
            done = self.office.attempt("changes", "confirm", held[0]["ref"], *how)
            assert done.code == 0 or "(E_" in done.err, done  # what it is about may have changed meanwhile
        else:
            self.office.run("changes", "dismiss", held[0]["ref"])

    def _event(self) -> dict[str, Any] | None:
        listed = self.office.ask("event", "list", "priya", *_WINDOW)
        events = [one for one in listed if one["status"] != "CANCELLED"]
        return self.dice.choice(events) if events else None

    def _scope(self, event: dict[str, Any]) -> tuple[str, ...]:
        return ("--scope", self.dice.choice(["this", "following"])) if event["recurrence_id"] else ()

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

    def lengthen_there(self) -> None:
        if one := self._resource(lambda r: not master(r).lines("RRULE")):
            start = master(one).value("DTSTART")
            if "T" in start:
                end = datetime.strptime(start[:15], "%Y%m%dT%H%M%S") + timedelta(minutes=75)  # noqa: DTZ007 - wall time
                self.phone.set(one.uid, _retimed(one, "DTEND", f"{end:%Y%m%dT%H%M%S}"))

    def split_there(self) -> None:
        """This and all future, an hour later."""
        if (one := self._resource(_counted)) and (cut := self._cut(one)):
            wall, left = cut
            rule = ";".join(
                f"COUNT={left}" if part.startswith("COUNT=") else part
                for part in master(one).value("RRULE").split(";")
            )
            start, end = self._wall(wall + timedelta(hours=1))
            self.phone.split(one.uid, until=_just_before(wall), start=start, end=end, rule=rule)

    def cut_there(self) -> None:
        if (one := self._resource(_counted)) and (cut := self._cut(one)):
            self.phone.cut(one.uid, _just_before(cut[0]))

    def _cut(self, one: Resource) -> tuple[datetime, int] | None:
        """An occurrence after the first, by its own wall time, and how many there are from it on."""
        rule = dict(part.split("=") for part in master(one).value("RRULE").split(";"))
        first = datetime.strptime(master(one).value("DTSTART")[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007
        count, step = int(rule["COUNT"]), 7 if rule["FREQ"] == "WEEKLY" else int(rule.get("INTERVAL", "1"))
        if count < 2:
            return None
        nth = self.dice.randint(1, count - 1)
        return first.replace(tzinfo=_ADELAIDE) + timedelta(days=nth * step), count - nth

    def remark_there(self) -> None:
        if one := self._resource():
            self.phone.set(one.uid, f"DESCRIPTION:{master(one).value('DESCRIPTION')} remark")

    def cancel_there(self) -> None:
        if one := self._resource():
            self.phone.set(one.uid, "STATUS:CANCELLED")

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


def _counted(one: Resource) -> bool:
    return "COUNT=" in master(one).value("RRULE")


def _just_before(wall: datetime) -> str:
    return f"{wall.astimezone(UTC) - timedelta(seconds=1):%Y%m%dT%H%M%SZ}"


def _retimed(one: Resource, name: str, wall: str) -> str:
    event = master(one)
    event.retime(name, wall)
    return event.lines(name)[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_half_an_hour_at_random_ends_with_both_sides_equal(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, seed: int
) -> None:
    office.at("2026-03-09T09:00+10:30")
    office.link("priya", caldav_server, collection_url)
    random.seed(seed)  # the cadence has some jitter
    engine = connect(office.database)
    history = History(office, phone, random.Random(seed), sessions(engine, clock=lambda: office.now))
    history.play()
    engine.dispose()
    office.settle()

    assert history.looks >= 6, history.told
    assert _shown(phone) == _kept(office), history.told
    assert len(phone.uids()) == len(set(phone.uids())) == office.status()["events"]
    assert office.run("plan").strip() == "Nothing to do."
    stood = [one.body for one in phone.resources()]
    office.later(days=1)
    assert office.sync()["lines"] == []
    assert [one.body for one in phone.resources()] == stood


def _shown(phone: Phone) -> list[Shown]:
    """What the calendar shows and does not call cancelled: when, as what, and whether it takes time."""
    found = []
    for one in phone.resources():
        calendar = icalendar.Calendar.from_ical(one.body)
        for event in recurring_ical_events.of(calendar).between(*map(date.fromisoformat, _WINDOW)):
            if str(event.get("STATUS", "")) != "CANCELLED":
                times = _utc(event.start), _utc(event.end)
                found.append((*times, str(event.get("SUMMARY", "")), str(event.get("TRANSP", "OPAQUE"))))
    return sorted(found)


def _kept(office: Office) -> list[Shown]:
    """The same by the practice's record."""
    kept = [
        (*_times(one), "Session " + ", ".join(one["clients"]), "OPAQUE")
        for one in office.sessions("priya")
        if one["status"] == "ROSTERED"
    ]
    events = office.ask("event", "list", "priya", *_WINDOW)
    kept += [(*_times(one), one["summary"], one["transp"]) for one in events if one["status"] != "CANCELLED"]
    return sorted(kept)


def _times(one: dict[str, Any]) -> tuple[str, str]:
    return _utc(datetime.fromisoformat(one["start"])), _utc(datetime.fromisoformat(one["end"]))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
