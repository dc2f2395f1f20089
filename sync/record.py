"""Write down what was judged: the change itself, its line on the event, the notice, the history.

Nothing written here holds a text of anybody's: ids, codes, times and flags (DOMAIN 1.8, FAILURES H6).
"""

from uuid import UUID

from model.inbound import Audience, ChangeState, InboundChange, Notice
from model.link import EventMapping
from model.moment import to_text
from model.series import Scope, Series, pending
from model.session import Session
from sync.classify import Edit
from sync.context import Line, Run, kind_of
from sync.disclosure import ALL, Unit
from sync.event import Component, Event
from sync.judge import Decision, Verdict, takes_away
from sync.store import Work, ref_to

_STATES = {
    Decision.APPLY: ChangeState.APPLIED,
    Decision.KEEP: ChangeState.APPLIED,
    Decision.HOLD: ChangeState.HELD,
    Decision.REFUSE: ChangeState.REFUSED,
}


def log(
    run: Run,
    work: Work,
    mapping: EventMapping,
    unit: Unit | None,
    edit: Edit,
    verdict: Verdict,
    *,
    ours: Event | None = None,
) -> None:
    """Keep the change with its verdict; a held one puts its line on the event, a loud one gives a notice.

    `unit` is None where it was deleted here. `ours` is what stands here, and stays where both sides changed it.
    """
    change = _change(run, work, mapping, unit, edit, verdict, ours)
    if verdict.decision is Decision.HOLD and _held_already(work, mapping, change):
        return
    work.add(change)
    if verdict.decision is Decision.HOLD:
        mapping.waiting = _waiting(mapping, unit, edit)
    if not verdict.quiet and (verdict.decision is not Decision.APPLY or verdict.warnings or verdict.reason):
        _notify(run, work, change)
    recurrence_id = change.recurrence_id
    run.tell(
        Line(
            action="judged",
            uid=mapping.uid,
            code=edit.code,
            decision=verdict.decision.value,
            reason=verdict.reason,
            recurrence_id=recurrence_id,
            warnings=verdict.warnings,
            start=_start(edit),
            kind=kind_of(unit) if unit is not None else "",
        )
    )
    detail: dict[str, object] = {
        "decision": verdict.decision.value,
        "reason": verdict.reason,
        "recurrence_id": recurrence_id,
        "before": change.before,
        "after": change.after,
        **({"kept": change.kept} if change.kept else {}),
    }
    run.record(work, "judged", mapping=mapping, unit=unit, code=edit.code, detail=detail)


def _start(edit: Edit) -> str:
    """When it was, or where it is new, will be."""
    component = edit.before or edit.after
    return component.start.isoformat() if component is not None else ""


def _held_already(work: Work, mapping: EventMapping, change: InboundChange) -> bool:
    same = (change.code, change.recurrence_id, change.after)
    return any((held.code, held.recurrence_id, held.after) == same for held in work.held(mapping.id))


def _waiting(mapping: EventMapping, unit: Unit | None, edit: Edit) -> str:
    name = ALL
    if isinstance(unit, Series) and edit.recurrence_id is not None:
        name = unit.key_of(edit.recurrence_id)
    return " ".join(sorted({*mapping.waiting.split(), name}))


def _change(
    run: Run,
    work: Work,
    mapping: EventMapping,
    unit: Unit | None,
    edit: Edit,
    verdict: Verdict,
    ours: Event | None,
) -> InboundChange:
    ref, change_id = ref_to(unit) if unit is not None else None, run.new_id()
    both = verdict.reason == "STALE_BASE" or "STALE_BASE" in verdict.warnings
    return InboundChange(
        id=change_id,
        ref=change_id.hex[:8],
        link_id=run.link_id,
        mapping_id=mapping.id,
        run_id=run.run_id,
        session_id=_session_id(unit, edit),
        series_id=ref.id if ref is not None and ref.kind == "series" else None,
        recurrence_id=to_text(edit.recurrence_id) if edit.recurrence_id is not None else "",
        scope=edit.scope.value,
        code=edit.code,
        reason_code=verdict.reason,
        warnings=" ".join(verdict.warnings),
        before=times(edit.before, edit) | _reached(run, unit, edit),
        after=times(edit.after, edit) | _place(work, edit, verdict),
        kept=times(_stands(ours, edit), edit) if both else {},
        state=_STATES[verdict.decision],
        detected_at=run.clock.now(),
        resolved_at=None,
        resolved_by="",
    )


def _reached(run: Run, unit: Unit | None, edit: Edit) -> dict[str, object]:
    """The bookings that a deletion would take: one request lists them all (E5)."""
    if not takes_away(edit) or not isinstance(unit, Series) or edit.scope is Scope.THIS_ONLY:
        return {}
    since = unit.key_of(edit.recurrence_id) if edit.recurrence_id is not None else ""
    rows = [row for row in pending(unit.occurrences, run.clock.now()) if (row.occurrence_key or "") >= since]
    return {"occurrences": [to_text(row.span.start) for row in rows]}


def _place(work: Work, edit: Edit, verdict: Verdict) -> dict[str, object]:
    """The place that was asked for, by its id (E10)."""
    if edit.code != "E10" or edit.after is None or verdict.decision is not Decision.HOLD:
        return {}
    place = work.place_named(edit.after.location)
    if place is None:
        return {}
    found: dict[str, object] = {"site": str(place.site_id)}
    return found | {"room": str(place.room_id)} if place.room_id else found


def _stands(ours: Event | None, edit: Edit) -> Component | None:
    if ours is None:
        return None
    return ours.master if edit.recurrence_id is None else ours.occurrence(edit.recurrence_id)


def _session_id(unit: Unit | None, edit: Edit) -> UUID | None:
    if isinstance(unit, Session):
        return unit.id
    if unit is None or edit.recurrence_id is None:
        return None
    occurrence = unit.occurrence(unit.key_of(edit.recurrence_id))
    return occurrence.id if occurrence else None


def times(component: Component | None, edit: Edit) -> dict[str, object]:
    """What may be written about a change: times, rule and flags, never a text (DOMAIN 1.8)."""
    if component is None:
        return {}
    found: dict[str, object] = {"start": to_text(component.start), "end": to_text(component.end)}
    tz = getattr(getattr(component.start, "tzinfo", None), "key", "")
    if tz:
        found["tz"] = tz
    if edit.rule is not None and component is edit.after:
        found["rule"] = str(edit.rule)
    if edit.rdates and component is edit.after:
        found["rdates"] = [to_text(date) for date in sorted(edit.rdates, key=to_text)]
    if edit.names & {"status", "transparent", "classification"}:
        found |= {"status": component.status, "transparent": component.transparent}
    return found


def _notify(run: Run, work: Work, change: InboundChange) -> None:
    """An outbox row: one a session and day for the same refusal (DOMAIN 1.8). Who may have mailed a client's details
    is the administrator's concern as well (E15)."""
    day = run.clock.now().astimezone(run.tz).date().isoformat()
    code = change.reason_code or change.warnings
    session_id = change.session_id or change.series_id
    if work.noticed(session_id=session_id, code=code, day=day):
        return
    told = [Audience.WORKER, Audience.ADMIN] if code == "PRIVACY_ATTENDEE" else [Audience.WORKER]
    for audience in told:
        work.add(
            Notice(
                id=run.new_id(),
                worker_id=work.link.worker_id,
                link_id=run.link_id,
                session_id=session_id,
                change_ref=change.ref,
                audience=audience,
                code=code,
                day=day,
                sent_at=None,
            )
        )
