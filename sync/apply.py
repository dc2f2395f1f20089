"""Carry a judged edit out on a session with a client: only what `judge` allowed, by the model's own rules.

Other Events are `adopt`'s. Nothing here decides whether an edit may happen.
"""

from model.act import Act
from model.errors import DomainError
from model.moment import Moment, Span, from_text, in_zone, is_all_day, shift, wall_distance, zone
from model.series import Pattern, Scope, Series, shifted
from model.session import Session
from sync.classify import Edit
from sync.disclosure import Unit
from sync.event import Component, Event


def touched(unit: Unit, edit: Edit, act: Act) -> Session | None:
    """The session an edit is about: the single one, the occurrence, or the first that may still change.

    An occurrence beyond the rows made so far is made now.
    """
    if isinstance(unit, Session):
        return unit
    if edit.recurrence_id is not None:
        return _occurrence(unit, edit.recurrence_id, act)
    return unit.first_changeable(act.now) or (unit.occurrences[-1] if unit.occurrences else None)


def _occurrence(series: Series, recurrence_id: Moment, act: Act) -> Session | None:
    if is_all_day(recurrence_id) != series.all_day:
        return None
    text = series.key_of(recurrence_id)
    found = series.occurrence(text)
    if found is None and text not in series.exdates:
        beyond = series.span.starting(from_text(text, zone(series.tz))).ends_at
        if beyond > series.materialised_until:
            series.materialise(beyond, act)
            found = series.occurrence(text)
    return found


def move(unit: Unit, edit: Edit, act: Act) -> Unit:
    """E1, E2, E3 with the scope they came with; return the unit that shows the moved time."""
    session = touched(unit, edit, act)
    span = destination(unit, edit, session)
    if session is None or span is None:
        raise DomainError("E_TRANSITION", "Nothing is left that could be moved; dismiss this change")
    if isinstance(unit, Session) or edit.scope is Scope.THIS_ONLY or session.occurrence_key is None:
        session.move(span)
        return unit
    return unit.change_from(session.occurrence_key, shifted(unit, session.occurrence_key, span), act)


def destination(unit: Unit, edit: Edit, session: Session | None) -> Span | None:
    """Where an edit would bring the session it touches.

    A whole series was moved by its first start: the one that may still change moves as far (R13).
    """
    if session is None or edit.after is None:
        return None
    span = _span(edit.after, session)
    if isinstance(unit, Session) or edit.scope is not Scope.ALL_IN_SERIES or edit.before is None:
        return span
    if span.all_day != edit.before.all_day:
        return span
    by = wall_distance(in_zone(edit.before.start, span.tz), span.start)
    return span.starting(shift(unit.original(session), by))


def follow(series: Series, recurrence_id: Moment, component: Component, act: Act) -> Series:
    """RANGE=THISANDFUTURE on an Other Event: from there on it is another series (E6 a)."""
    first = touched(series, Edit(code="E6", recurrence_id=recurrence_id), act)
    if first is None or first.occurrence_key is None:
        raise DomainError("E_RRULE", "The series has no such occurrence; dismiss this change")
    pattern = shifted(series, first.occurrence_key, _span(component, first))
    return series.change_from(first.occurrence_key, pattern, act)


def split(series: Series, cut: Moment, tail: Event, rule_left: Event, act: Act) -> Series:
    """E6 b: the series ends where the client cut it, and goes on as the new event says (R12)."""
    if tail.master is None:
        raise DomainError("E_RRULE", "The new event has no start; dismiss this change")
    pattern = Pattern(span=tail.master.span(zone(series.tz)), rule=tail.rule, rdates=tail.rdates)
    follower = series.change_from(series.key_of(cut), pattern, act)
    if follower is not series and rule_left.rule is not None:
        series.rule_text = str(rule_left.rule)  # the client's own UNTIL, so that nothing is to be pushed
    return follower


def _span(component: Component, session: Session) -> Span:
    """The new time on the session's own wall clock: its zone is ours, whatever the client wrote (E20)."""
    tz = zone(session.tz)
    return Span(start=in_zone(component.start, tz), end=in_zone(component.end, tz), tz=tz)
