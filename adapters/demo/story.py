"""The story that `calendula demo` tells: a practice plans, a practitioner's phone answers, both end in step.

Each step is done for real and shown. What each sync has to bring is checked on the way: a demo that only looks
right proves nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from adapters.demo import gestures
from adapters.demo.comparison import Compared, compare
from adapters.demo.dates import WEEKS
from adapters.demo.phone import Phone
from adapters.demo.screen import Screen, described, when
from adapters.demo.stage import Stage
from adapters.diary.adding import New, add
from adapters.diary.cancelling import Cancel, cancel
from adapters.diary.changing import Move, move
from adapters.diary.listing import Window, list_sessions
from adapters.diary.views import Changed
from model.cancellation import CancelledBy
from model.details import Kind, ShowAs
from model.series import Scope
from sync.context import Line
from sync.explain import DECISIONS, gesture, reason, said
from sync.run import Report

_MINUTES = 50
_CANCELLED, _DELETED, _DRAGGED, _MOVED, _CUT = 1, 2, 3, 4, 6  # numbers of Tuesdays, from 0
_STYLES = {"APPLY": "green", "KEEP": "green", "HOLD": "yellow", "REFUSE": "red"}


class DemoError(Exception):
    """The story did not go as it should; the message says where."""


class Story:
    """One telling of it, on one stage; `url` is the linked calendar's, once there is a link."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage, self._screen = stage, screen
        self.url, self._title = "", ""

    def tell(self) -> None:
        """Everything up to the comparison."""
        self._plan()
        self._link()
        self._screen.step("Sync: everything goes out")
        self._sync({("create", "")}, sent=3)
        self._edit_on_the_phone()
        self._screen.step("Sync: the phone's edits come back and are judged")
        self._sync({("E1", "APPLY"), ("E4", "HOLD"), ("E17", "APPLY")})
        self._split_on_the_phone()
        self._screen.step("Sync: once more")
        self._sync({("E12", "APPLY"), ("E6", "APPLY")})

    def compare(self) -> Compared:
        """Read everything there anew and compare it with what should be there."""
        self._screen.step("Compare: every event is read from the server again")
        stage = self._stage
        with self.phone() as phone:
            resources = phone.resources()
        found = compare(stage.app, stage.link_id(), resources)
        texts = "".join(one.text for one in resources)
        lost = [
            f"a line of the phone's alarm: {line}"
            for line in gestures.ALARM.splitlines()
            if line not in texts
        ]
        for one in sorted(resources, key=lambda resource: resource.title):
            self._screen.row("=", "", one.title, self._described(one.text))
        return Compared(sessions=found.sessions, events=found.events, differences=(*found.differences, *lost))

    def phone(self) -> Phone:
        """A phone that has just been switched on."""
        return self._stage.phone(self.url)

    # --- the practice ----------------------------------------------------------------------------------------

    def _plan(self) -> None:
        screen, cast, days = self._screen, self._stage.calendar.cast, self._stage.calendar
        screen.step("The practice, in a fresh database")
        counts = {one.table: one.added for one in self._stage.import_people()}
        screen.say(f"{counts['worker']} workers, {counts['client']} clients, {counts['site']} sites")
        series = self._add(days.tuesday(0), rule=f"FREQ=WEEKLY;COUNT={WEEKS}", client=cast.client)
        self._told("+", "series", _name(cast.client), f"{when(days.tuesday(0))}, weekly, {WEEKS} times")
        screen.row("", "", "", f"(the clocks change on {when(days.change)}: it stays at 10:00)")
        self._add(days.tuesday(0, 14, later=1), client=cast.other_client)
        self._told("+", "session", _name(cast.other_client), f"{when(days.tuesday(0, 14, later=1))}, one-off")
        self._cancel(series)
        self._move(series)
        self._other_event(days.tuesday(0, 12, later=3))

    def _told(self, sign: str, word: str, what: str, text: str) -> None:
        self._screen.row(sign, word, what, text)

    def _add(self, start: datetime, *, client: str, rule: str | None = None) -> Changed:
        cast = self._stage.calendar.cast
        new = New(
            start=_typed(start),
            minutes=_MINUTES,
            rule=rule,
            workers=[cast.worker],
            clients=[client],
            site=cast.site,
            room=cast.room,
            rostered=True,
        )
        return add(self._stage.app.sessions, self._stage.act(), new)

    def _cancel(self, series: Changed) -> None:
        how = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised=self._stage.app.clock().isoformat())
        self._change(series, _CANCELLED, how)
        at = self._stage.calendar.tuesday(_CANCELLED)
        self._told(
            "x", "cancelled", _name(self._stage.calendar.cast.client), f"{when(at)}, by the client: unwell"
        )

    def _move(self, series: Changed) -> None:
        to = self._stage.calendar.tuesday(_MOVED, 11, later=1)
        self._change(series, _MOVED, Move(start=_typed(to)))
        at = self._stage.calendar.tuesday(_MOVED)
        self._told("~", "moved", _name(self._stage.calendar.cast.client), f"{when(at)} to {when(to)}")

    def _change(self, series: Changed, number: int, how: Cancel | Move) -> None:
        """Cancel or move one occurrence."""
        app, act, start = self._stage.app, self._stage.act(), self._stage.calendar.tuesday(number)
        rows = list_sessions(app.sessions, Window())
        row = next(
            one
            for one in rows
            if one.series_id == series.series_id and datetime.fromisoformat(one.start) == start
        )
        if isinstance(how, Cancel):
            cancel(app.sessions, act, row.id.hex, how, Scope.THIS_ONLY)
        else:
            move(app.sessions, act, row.id.hex, how, Scope.THIS_ONLY)

    def _other_event(self, start: datetime) -> None:
        new = New(
            start=_typed(start),
            minutes=60,
            kind=Kind.OTHER_EVENT,
            workers=[self._stage.calendar.cast.worker],
            subject="Reading hour",
            show_as=ShowAs.FREE,
            rostered=True,
        )
        add(self._stage.app.sessions, self._stage.act(), new)
        self._told("+", "event", "Reading hour", f"{when(start)}, set to free")

    def _link(self) -> None:
        cast = self._stage.calendar.cast
        self._screen.step(f"The link: {cast.name}'s calendar, two-way, level reference")
        linked = self._stage.link(cast.worker)
        self.url = linked.url
        for sentence in linked.sentences:
            self._screen.say(sentence)

    # --- the phone -------------------------------------------------------------------------------------------

    def _edit_on_the_phone(self) -> None:
        """Four gestures, each a write of its own, as apps do it."""
        days, now = self._stage.calendar, self._stage.app.clock()
        self._screen.step("On the phone: a plain CalDAV client, without any Calendula code")
        with self.phone() as phone:
            self._title = title = next(one.title for one in phone.resources() if gestures.repeats(one.text))
            at, to = days.tuesday(_DRAGGED), days.tuesday(_DRAGGED, 15)
            one = phone.titled(title)
            phone.save(one, gestures.drag(one.text, at, to, minutes=_MINUTES, now=now))
            self._told("*", "drags", title, f"{when(at)} to {when(to)}")
            one = phone.titled(title)
            phone.save(one, gestures.delete(one.text, days.tuesday(_DELETED), now=now))
            self._told("*", "deletes", title, when(days.tuesday(_DELETED)))
            one = phone.titled(title)
            phone.save(one, gestures.add_alarm(one.text, now=now))
            self._told("*", "alarm", title, "15 minutes before")
            at = days.tuesday(1, 16, later=2)
            phone.add(gestures.dentist(one.text, at, uid=str(uuid4()).upper(), minutes=60, now=now))
            self._told("*", "adds", "Dentist", when(at))

    def _split_on_the_phone(self) -> None:
        days, now = self._stage.calendar, self._stage.app.clock()
        at, to = days.tuesday(_CUT), days.tuesday(_CUT, 9, later=2)
        self._screen.step("On the phone again")
        with self.phone() as phone:
            one = phone.titled("Dentist")
            phone.save(one, gestures.set_free(one.text, now=now))
            self._told("*", "sets free", "Dentist", "")
            one = phone.titled(self._title)
            cut = gestures.Cut(at=at, to=to, minutes=_MINUTES, left=WEEKS - _CUT)
            old, new = gestures.split(one.text, cut, uid=str(uuid4()).upper(), now=now)
            phone.save(one, old)
            phone.add(new)
            self._told("*", "splits", self._title, f"from {when(at)} on: {when(to)}, weekly")
            self._screen.row("", "", "", "(the old series gets an UNTIL, a new one a new UID)")

    # --- syncing ---------------------------------------------------------------------------------------------

    def _sync(self, expected: set[tuple[str, str]], *, sent: int | None = None) -> None:
        """One run, shown line by line; what had to come of it must be in it."""
        report = self._stage.app.runner.sync(self._stage.link_id())
        if not isinstance(report, Report):
            raise DemoError(f"the link could not be run: {report.reason}")
        with self.phone() as phone:
            texts = {one.uid: one.text for one in phone.resources()}
        for line in report.lines:
            self._show(line, texts.get(line.uid, ""))
        if report.error is not None:
            raise DemoError(f"the run failed: {report.error}")
        _check(report.lines, expected, sent)

    def _show(self, line: Line, text: str) -> None:
        title = next((one[8:].strip() for one in text.splitlines() if one.startswith("SUMMARY:")), "")
        if line.action != "judged":
            self._screen.row(
                "->", "sent", title, f"{said(line).removeprefix('sent: ')}: {self._described(text)}"
            )
            return
        where = f"{self._occurrence(line)}: " if line.recurrence_id else ""
        self._screen.row("<-", line.code, title, f"{where}{gesture(line.code)}", style=_STYLES[line.decision])
        because = f", because {reason(line.reason)}" if line.reason else ""
        self._screen.row("", "", "", f"{DECISIONS[line.decision]}{because}", style=_STYLES[line.decision])

    def _occurrence(self, line: Line) -> str:
        at = datetime.fromisoformat(line.recurrence_id).replace(tzinfo=UTC)
        return when(at.astimezone(self._stage.calendar.tz))

    def _described(self, text: str) -> str:
        reading = self._stage.app.codec.read(text.encode(), tz=ZoneInfo("UTC")) if text else None
        return described(reading.event) if reading else ""


def _name(ref: str) -> str:
    return ref.capitalize()


def _typed(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _check(lines: Sequence[Line], expected: set[tuple[str, str]], sent: int | None) -> None:
    found = {(line.code or line.action, line.decision) for line in lines}
    if missing := expected - found:
        words = ", ".join(f"{code} {decision}".strip() for code, decision in sorted(missing))
        raise DemoError(f"the run should have brought, and did not: {words}")
    if sent is not None and len(lines) != sent:
        raise DemoError(f"the run should have sent {sent} events, but did {len(lines)} things")
