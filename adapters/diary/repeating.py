"""Let something repeat: by a rule of staff, or one from a calendar that was confirmed (000-10, E6, E14).

What took place stays as it was: a new rule holds from the cut, or from the first occurrence that may still change.
Whether it may be followed was answered before.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.database.loading import load_session
from adapters.diary.asked import asked, cut_of, first_of, gone, series_of
from adapters.diary.conflicts import check_places, overlaps
from adapters.diary.lookup import find_session
from adapters.diary.planned import plans_of
from adapters.diary.presence import check_availability
from adapters.diary.shifts import check_shifts
from adapters.diary.staffing import check_eligibility
from adapters.diary.transaction import record, writing
from adapters.diary.views import Changed
from model.act import Act
from model.asset import Need
from model.errors import DomainError
from model.inbound import InboundChange
from model.link import EventMapping
from model.lock import locked
from model.moment import Moment, from_text, in_zone, to_text, zone
from model.recurrence import Rule, check_staff_rule, skips_months
from model.series import HORIZON, Pattern, Series, SeriesClient, SeriesWorker, starts
from model.session import Session
from sync.settings import DEFAULTS, Settings


def repeat(
    sessions: Sessions, act: Act, session: str, rule_text: str, settings: Settings = DEFAULTS
) -> Changed:
    """Turn an appointment into the first of a series, under the same UID; what is planned goes along (000-10)."""
    with writing(sessions) as database:
        row = find_session(database, session)
        if row.series_id is not None:
            raise DomainError("E_TRANSITION", "This session repeats already; move it, or add another")
        span = row.span
        rule = Rule.parse(rule_text, span.start)
        check_staff_rule(rule)
        series = _made_recurring(database, act, row, Pattern(span=span, rule=rule))
        rows = [one for one in series.occurrences if not one.frozen]
        warnings = ["MONTH_DAY_SKIPPED"] * skips_months(span.start, rule)
        warnings += _checked(database, act, rows, settings)
        record(database, act, "repeated", series_id=series.id, code=" ".join(warnings), rule=series.rule_text)
        return Changed(
            session_id=row.id, series_id=series.id, count=len(series.occurrences), warnings=tuple(warnings)
        )


def follow_rule(
    database: Database, act: Act, change: InboundChange, settings: Settings
) -> tuple[int, Sequence[str]]:
    """Repeat as the calendar said; return how many sessions that touched, and warnings."""
    if change.series_id is None:
        series = _repeating_there(database, act, change)
    elif change.code == "E14" and change.recurrence_id:
        series = _brought_back(database, act, change)
    else:
        series = _changed(database, act, change)
    database.add(series)
    database.flush()
    rows = [row for row in series.occurrences if not row.frozen]
    warnings = _checked(database, act, rows, settings)
    record(database, act, "moved", series_id=series.id, code=change.code, rule=series.rule_text)
    return len(rows), warnings


def _checked(database: Database, act: Act, rows: Sequence[Session], settings: Settings) -> list[str]:
    """What speaks against the new times refuses; what is only to be known is returned."""
    ahead = [row for row in rows if row.starts_at > act.now]
    check_eligibility(database, ahead)
    check_shifts(database, rows)
    check_places(database, rows)
    return overlaps(database, rows) + check_availability(database, ahead, settings.rules)


def _changed(database: Database, act: Act, change: InboundChange) -> Series:
    series = series_of(database, change)
    pattern = _pattern(change, series.tz)
    key = cut_of(series, change) or first_of(series, act).occurrence_key or ""
    if change.code == "E14":
        pattern = _rest(pattern, series, key)
    return series.change_from(key, pattern, act)


def _pattern(change: InboundChange, tz: str) -> Pattern:
    span = asked(change, tz=tz)
    text, dates = str(change.after.get("rule") or ""), change.after.get("rdates")
    rdates = frozenset(_date(str(date), tz) for date in dates) if isinstance(dates, list) else frozenset()
    return Pattern(span=span, rule=Rule.parse(text, span.start) if text else None, rdates=rdates)


def _date(text: str, tz: str) -> Moment:
    """A single date beside the rule: stored as the instant that names it."""
    return in_zone(from_text(text, zone("UTC")), zone(tz)) if "T" in text else from_text(text, zone(tz))


def _rest(pattern: Pattern, series: Series, key: str) -> Pattern:
    """A whole series' new rule, from one occurrence on: what came before it stays as it was."""
    since = series.span.starting(from_text(key, zone(series.tz))).starts_at
    known = starts(pattern, since + HORIZON)
    left = [text for text in known if text >= key]
    if not left:
        raise DomainError("E_RRULE", "The new rule leaves no occurrence; cancel what is left instead")
    rule = pattern.rule
    if rule is not None and rule.count is not None:
        by_rule = starts(Pattern(span=pattern.span, rule=rule), since + HORIZON)
        rule = rule.counting(rule.count - len([text for text in by_rule if text < key]))
    rdates = frozenset(date for date in pattern.rdates if to_text(date) >= key)
    return Pattern(span=pattern.span.starting(from_text(left[0], zone(series.tz))), rule=rule, rdates=rdates)


def _brought_back(database: Database, act: Act, change: InboundChange) -> Series:
    """An occurrence that was left out takes place after all."""
    series = series_of(database, change)
    key = cut_of(series, change)
    if key not in series.exdates:
        raise DomainError("E_RRULE", "The rule of the series has no such occurrence; add a session instead")
    series.exdate_text = " ".join(sorted(series.exdates - {key}))
    for row in series.make([key], act):
        row.move(asked(change, tz=series.tz))
        row.is_exception = to_text(row.span.start) != key
    return series


def _repeating_there(database: Database, act: Act, change: InboundChange) -> Series:
    session = load_session(database, change.session_id) if change.session_id else None
    if session is None:
        raise gone()
    return _made_recurring(database, act, session, _pattern(change, session.tz))


def _made_recurring(database: Database, act: Act, session: Session, pattern: Pattern) -> Series:
    """A single session becomes the first of a series, under the same UID (000-10)."""
    if session.lock:
        raise locked(session.lock, "This session cannot be changed any more")
    series = _series_like(session, pattern, act)
    plans = plans_of(database, [session.id])[session.id]
    series.services = [plan.copy(act) for plan in plans if not plan.ad_hoc]
    session.occurrence_key = to_text(series.span.start)
    session.is_exception = session.local_start != session.occurrence_key
    series.occurrences.append(session)
    series.materialise(act.now + HORIZON, act)
    database.add(series)
    database.flush()
    shown = update(EventMapping).where(EventMapping.session_id == session.id)
    database.execute(shown.values(session_id=None, series_id=series.id))
    return series


def _series_like(session: Session, pattern: Pattern, act: Act) -> Series:
    series = Series(id=act.new_id(), **session.details())
    series.pattern, series.exdate_text = pattern, ""
    series.materialised_until = act.now
    series.occurrences = []
    series.site, series.room = session.site, session.room
    series.clients = [SeriesClient(client_id=c.client_id, client=c.client) for c in session.active_clients]
    series.workers = [SeriesWorker(worker_id=w.worker_id, worker=w.worker) for w in session.active_workers]
    series.needs = [Need(asset=taken.asset, qty=taken.qty) for taken in session.assets]
    return series
