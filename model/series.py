"""Series: one agreement that repeats, and the three scopes of changing it (R11-R13).

The rule, the excluded starts and the pattern live here; each occurrence is a session row of its own, made
ahead by `materialise`. History is never rewritten: a change that would touch the past ends this series and
begins another. Occurrences are matched by their order in the rule, so that each keeps its identity, its
clients and its cancellations when the rule moves. Nothing here loads rows or looks at a clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.act import Act
from model.activity import check_inside
from model.asset import Asset, Need
from model.base import Base, Row
from model.details import Details, Status, Timed, check_length
from model.errors import DomainError
from model.moment import (
    WEEKDAYS,
    Moment,
    Span,
    from_text,
    in_zone,
    instant,
    key,
    shift,
    to_text,
    wall_distance,
    zone,
)
from model.people import Client, Worker
from model.practice import Room, Site
from model.recurrence import Rule, expand
from model.service import PlannedService
from model.session import Session

HORIZON = timedelta(days=396)  # 13 months (R10)


class Scope(StrEnum):
    """How far a change of one occurrence reaches (000-11)."""

    THIS_ONLY = "THIS_ONLY"
    THIS_AND_FOLLOWING = "THIS_AND_FOLLOWING"
    ALL_IN_SERIES = "ALL_IN_SERIES"


class SeriesClient(Base):
    """A client of every occurrence to come."""

    __tablename__ = "series_client"

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), primary_key=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"), primary_key=True)
    client: Mapped[Client] = relationship(lazy="raise")


class SeriesWorker(Base):
    """A worker of every occurrence to come."""

    __tablename__ = "series_worker"

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), primary_key=True)
    worker_id: Mapped[UUID] = mapped_column(ForeignKey("worker.id"), primary_key=True, index=True)
    worker: Mapped[Worker] = relationship(lazy="raise")


class SeriesAsset(Base):
    """So many of an asset, for every occurrence to come."""

    __tablename__ = "series_asset"

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), primary_key=True)
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("asset.id"), primary_key=True, index=True)
    qty: Mapped[int] = mapped_column(default=1)
    asset: Mapped[Asset] = relationship(lazy="raise")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Where a series starts and how it repeats."""

    span: Span
    rule: Rule | None
    rdates: frozenset[Moment] = frozenset()


class Series(Row, Details, Timed, Base):
    """The pattern of its occurrences. `exdates` and `rdates` are wall starts in the series' zone, as text."""

    __tablename__ = "series"
    __table_args__ = (Index("ix_series_rev", "rev"),)

    rule_text: Mapped[str]
    rdate_text: Mapped[str] = mapped_column(default="")
    exdate_text: Mapped[str] = mapped_column(default="")
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id", ondelete="SET NULL"))
    materialised_until: Mapped[datetime] = mapped_column(index=True)

    occurrences: Mapped[list[Session]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by=Session.starts_at
    )
    clients: Mapped[list[SeriesClient]] = relationship(lazy="raise", cascade="all, delete-orphan")
    workers: Mapped[list[SeriesWorker]] = relationship(lazy="raise", cascade="all, delete-orphan")
    assets: Mapped[list[SeriesAsset]] = relationship(lazy="raise", cascade="all, delete-orphan")
    services: Mapped[list[PlannedService]] = relationship(
        lazy="raise", cascade="save-update, merge", passive_deletes="all"
    )
    site: Mapped[Site | None] = relationship(lazy="raise")
    room: Mapped[Room | None] = relationship(lazy="raise")

    # --- what repeats ------------------------------------------------------------------------------------

    @property
    def rule(self) -> Rule | None:
        return Rule.parse(self.rule_text, self.span.start) if self.rule_text else None

    @property
    def rdates(self) -> frozenset[Moment]:
        tz = zone(self.tz)
        return frozenset(from_text(text, tz) for text in self.rdate_text.split())

    @property
    def exdates(self) -> frozenset[str]:
        return frozenset(self.exdate_text.split())

    @property
    def pattern(self) -> Pattern:
        return Pattern(span=self.span, rule=self.rule, rdates=self.rdates)

    @pattern.setter
    def pattern(self, pattern: Pattern) -> None:
        self.span = pattern.span
        self.rule_text = str(pattern.rule) if pattern.rule else ""
        tz = pattern.span.tz
        self.rdate_text = " ".join(sorted(to_text(in_zone(m, tz)) for m in pattern.rdates))

    def key_of(self, recurrence_id: Moment) -> str:
        """An occurrence's key from a RECURRENCE-ID: its original wall start in the series' zone."""
        return to_text(in_zone(recurrence_id, zone(self.tz)))

    def recurrence_id(self, occurrence_key: str) -> Moment:
        """The `model.moment.key` that names an occurrence on the wire."""
        return key(from_text(occurrence_key, zone(self.tz)))

    def originals(self, until: datetime) -> list[str]:
        """Every start the rule gives before `until`, excluded ones too, in order."""
        return starts(self.pattern, until)

    def occurrence(self, occurrence_key: str) -> Session | None:
        return next((o for o in self.occurrences if o.occurrence_key == occurrence_key), None)

    # --- rows --------------------------------------------------------------------------------------------

    def materialise(self, until: datetime, act: Act) -> list[Session]:
        """Make the missing rows before `until`; those that exist, or are excluded, stay as they are."""
        made = self.make([text for text in self.originals(until) if text not in self.exdates], act)
        self.materialised_until = max(until, self.materialised_until or until)
        return made

    def make(self, occurrence_keys: Iterable[str], act: Act) -> list[Session]:
        """Make rows for those keys that have none yet."""
        known = {o.occurrence_key for o in self.occurrences}
        made = [self._row(text, act) for text in occurrence_keys if text not in known]
        self.occurrences.extend(made)
        return made

    def original(self, occurrence: Session) -> Moment:
        """When the rule put an occurrence, in wall time."""
        return from_text(occurrence.occurrence_key or self.local_start, zone(self.tz))

    def _row(self, occurrence_key: str, act: Act) -> Session:
        row = Session(id=act.new_id(), series_id=self.id, occurrence_key=occurrence_key, **self.details())
        row.clients, row.workers, row.cancellations, row.assets = [], [], [], []
        row.is_exception = row.needs_reschedule = row.overlap_acknowledged = False
        for name in ("site", "room"):  # known by its id alone where the series was made just now
            place = getattr(self, name)
            if place is not None or getattr(self, f"{name}_id") is None:
                setattr(row, name, place)
        row.span = self.span.starting(from_text(occurrence_key, zone(self.tz)))
        for attending in self.clients:
            row.add_client(attending.client, act)
        for assigned in self.workers:
            row.add_worker(assigned.worker, act)
        for need in self.needs:
            row.take(need)
        row.services = [plan.copy(act) for plan in self.services]
        return row

    @property
    def needs(self) -> list[Need]:
        """The assets that each occurrence takes."""
        return [Need(asset=taken.asset, qty=taken.qty) for taken in self.assets]

    @needs.setter
    def needs(self, needs: Iterable[Need]) -> None:
        self.assets = [SeriesAsset(asset_id=need.asset.id, asset=need.asset, qty=need.qty) for need in needs]

    def exclude(self, occurrence_key: str) -> None:
        """Take one start out without a record; only for what may be deleted (drafts, Other Events)."""
        self.exdate_text = " ".join(sorted(self.exdates | {occurrence_key}))
        self.occurrences[:] = [o for o in self.occurrences if o.occurrence_key != occurrence_key]

    # --- the three scopes --------------------------------------------------------------------------------

    def first_changeable(self, now: datetime) -> Session | None:
        """The first occurrence that is neither past nor frozen nor locked (R13)."""
        return next((o for o in self.occurrences if o.starts_at > now and not o.lock), None)

    def change_from(self, occurrence_key: str, pattern: Pattern, act: Act) -> "Series":
        """R12, R13: from one occurrence on, follow `pattern`; return the series that does.

        With nothing before the cut, this series itself changes; else it ends there and a new one begins.
        Everything that may refuse is asked before anything is changed.
        """
        check_length(pattern.span)
        old = self.originals(self._made_until)
        if occurrence_key not in old:
            raise DomainError("E_RRULE", "The series' rule has no such occurrence; name one that it has")
        old = old[old.index(occurrence_key) :]
        renamed = dict(zip(old, starts(pattern, self._made_until + HORIZON), strict=False))
        tail = {text: row for row in self.occurrences if (text := row.occurrence_key) and text in set(old)}
        _check_nothing_lost(row for text, row in tail.items() if text not in renamed)
        for activities in (self.activities, *(row.activities for row in tail.values() if row.follows)):
            check_inside(activities, pattern.span.length)
        excluded = self.exdates & set(old)
        follower = self if old[0] == to_text(self.span.start) else self._follower(pattern, act)
        if follower is not self:
            self.end_before(occurrence_key)
        follower.pattern = pattern
        follower.exdate_text = " ".join(sorted(renamed[text] for text in excluded if text in renamed))
        follower._carry(tail, renamed)
        follower.materialise(follower.materialised_until, act)
        return follower

    @property
    def _made_until(self) -> datetime:
        """Up to where there are rows: a series that moved to later days carried some beyond its horizon."""
        last = max((o.occurrence_key for o in self.occurrences if o.occurrence_key), default=None)
        if last is None:
            return self.materialised_until
        tz = zone(self.tz)
        return max(self.materialised_until, instant(from_text(last, tz), tz) + timedelta(seconds=1))

    def _follower(self, pattern: Pattern, act: Act) -> "Series":
        made = Series(id=act.new_id(), split_from_id=self.id, **self.details())
        made.pattern = pattern
        made.exdate_text = ""
        made.materialised_until = self.materialised_until
        made.occurrences = []
        made.site, made.room = self.site, self.room
        made.clients = [SeriesClient(client_id=c.client_id, client=c.client) for c in self.clients]
        made.workers = [SeriesWorker(worker_id=w.worker_id, worker=w.worker) for w in self.workers]
        made.needs = self.needs
        made.services = [plan.copy(act) for plan in self.services]
        return made

    def _carry(self, rows: Mapping[str, Session], renamed: Mapping[str, str]) -> None:
        """Take rows over under new names; exceptions and locked rows keep their own times (R11, R12)."""
        mine = [o for o in self.occurrences if o.occurrence_key not in rows]
        taken = []
        for old_key, row in sorted(rows.items()):
            if old_key not in renamed:
                continue
            row.series_id, row.occurrence_key = self.id, renamed[old_key]
            if row.follows:
                row._place(self.span.starting(from_text(renamed[old_key], zone(self.tz))))
            else:
                row.is_exception = True
            taken.append(row)
        self.occurrences[:] = mine + taken

    def end_before(self, occurrence_key: str) -> list[Session]:
        """End the series just before one occurrence; return the rows that fall out of it."""
        at = from_text(occurrence_key, zone(self.tz))
        rule = self.rule
        if rule is not None:
            self.rule_text = str(rule.ending(just_before(at)))
        self.rdate_text = " ".join(t for t in self.rdate_text.split() if t < occurrence_key)
        fallen = [o for o in self.occurrences if (o.occurrence_key or "") >= occurrence_key]
        self.occurrences[:] = [o for o in self.occurrences if o not in fallen]
        self.exdate_text = " ".join(sorted(t for t in self.exdates if t < occurrence_key))
        return fallen

    def stop_extending(self) -> None:
        """End an open rule with the last row there is, so that no job adds to what was cancelled."""
        rule = self.rule
        if rule is not None and rule.endless and self.occurrences:
            last = max(o.occurrence_key or "" for o in self.occurrences)
            self.rule_text = str(rule.ending(key(from_text(last, zone(self.tz)))))


def _check_nothing_lost(dropped: Iterable[Session]) -> None:
    """A new rule may leave out drafts and Other Events, never a record or a booking (DOMAIN, principle 2)."""
    for row in dropped:
        if row.frozen:
            raise DomainError(
                "E_LOCKED",
                "The new rule would drop an occurrence that is kept as a record; change it from a later one on",
            )
        if row.of_practice and row.status is not Status.DRAFT:
            raise DomainError("E_RRULE", "The new rule would drop booked sessions; cancel those first")


def starts(pattern: Pattern, until: datetime, *, since: datetime | None = None) -> list[str]:
    """The wall starts of a pattern before `until` (and not before `since`), as occurrence keys."""
    span = pattern.span
    since = max(since or span.starts_at, span.starts_at)
    found = expand(span.start, pattern.rule, pattern.rdates, span.tz, since=since, until=until)
    return [to_text(moment) for moment in found]


def just_before(moment: Moment) -> Moment:
    """The UNTIL that still excludes `moment` (as real clients write it)."""
    if isinstance(moment, datetime):
        return key(moment - timedelta(seconds=1))
    return moment - timedelta(days=1)


def shifted(series: Series, occurrence_key: str, span: Span) -> Pattern:
    """The rest of a series from one occurrence on, moved so that this one falls on `span` (R12)."""
    return rest_of(series.pattern, occurrence_key, span)


def rest_of(pattern: Pattern, occurrence_key: str, span: Span) -> Pattern:
    """What a pattern is from one start on, when that one falls on `span`.

    Weekdays and single dates move along; COUNT becomes the remainder; UNTIL moves with the last occurrence.
    """
    tz = pattern.span.tz
    old = from_text(occurrence_key, tz)
    distance = wall_distance(old, span.start)
    dates = frozenset(shift(date, distance) for date in pattern.rdates if to_text(date) > occurrence_key)
    rule = pattern.rule
    if rule is None:
        return Pattern(span=span, rule=None, rdates=dates)
    by_rule = starts(Pattern(span=pattern.span, rule=rule), instant(old, tz) + timedelta(seconds=1))
    if occurrence_key not in by_rule:
        raise DomainError(
            "E_RRULE",
            "This date was added to the series; its rule cannot go on from there; choose --scope this",
        )
    if rule.count is not None:
        rule = rule.counting(rule.count - by_rule.index(occurrence_key))
    elif rule.until is not None:
        rule = rule.ending(key(shift(in_zone(rule.until, tz), distance)))
    return Pattern(span=span, rule=_turned(rule, days=(_day(span.start) - _day(old)).days), rdates=dates)


def _turned(rule: Rule, *, days: int) -> Rule:
    """Turn plain weekdays by as many days as the series moved."""
    if days % 7 == 0 and dict(rule.by).get("BYMONTHDAY") is None:
        return rule
    by = []
    for name, values in rule.by:
        if name == "BYDAY" and all(v in WEEKDAYS for v in values):
            by.append((name, tuple(sorted(WEEKDAYS[(WEEKDAYS.index(v) + days) % 7] for v in values))))
        elif rule.freq in ("MONTHLY", "YEARLY") and days:
            raise DomainError(
                "E_RRULE",
                "Moving a monthly series to another day needs a new rule; end this one and add another",
            )
        else:
            by.append((name, values))
    wkst = WEEKDAYS[(WEEKDAYS.index(rule.wkst) + days) % 7] if rule.interval > 1 else rule.wkst
    return replace(rule, by=tuple(by), wkst=wkst)  # with every other week, the week turns along


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def pending(occurrences: Iterable[Session], now: datetime) -> list[Session]:
    """The future occurrences that are rostered: what a deletion from outside would really mean (E5)."""
    return [o for o in occurrences if o.starts_at > now and o.status is Status.ROSTERED]
