"""Write down what was judged: the change itself, its line on the event, the notice, the history.

Nothing written here holds a text of anybody's: ids, codes, times and flags (DOMAIN 1.8, FAILURES H6).
"""

from uuid import UUID

from model.journal import ChangeState, InboundChange, Notice
from model.link import EventMapping
from model.moment import to_text
from model.series import Series, pending
from model.session import Session
from sync.classify import Edit
from sync.context import Line, Run, kind_of
from sync.event import Component
from sync.judge import Decision, Verdict
from sync.projection import ALL, Unit
from sync.store import Work, ref_to

_STATES = {
    Decision.APPLY: ChangeState.APPLIED,
    Decision.KEEP: ChangeState.APPLIED,
    Decision.HOLD: ChangeState.HELD,
    Decision.REFUSE: ChangeState.REFUSED,
}


def log(run: Run, work: Work, mapping: EventMapping, unit: Unit, edit: Edit, verdict: Verdict) -> None:
    """Keep the change with its verdict; a held one puts its line on the event, a loud one gives a notice."""
    if verdict.decision is Decision.HOLD and _held_already(work, mapping, edit):
        return
    change = _change(run, mapping, unit, edit, verdict)
    work.add(change)
    if verdict.decision is Decision.HOLD:
        mapping.waiting = _waiting(mapping, unit, edit)
    if not verdict.quiet and (verdict.decision is not Decision.APPLY or verdict.warnings):
        _notify(run, work, unit, change)
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
            kind=kind_of(unit),
        )
    )
    detail: dict[str, object] = {
        "decision": verdict.decision.value,
        "reason": verdict.reason,
        "recurrence_id": recurrence_id,
        "before": change.before,
        "after": change.after,
    }
    run.record(work, "judged", mapping=mapping, unit=unit, code=edit.code, detail=detail)


def _start(edit: Edit) -> str:
    """When it was, or where it is new, will be."""
    component = edit.before or edit.after
    return component.start.isoformat() if component is not None else ""


def _held_already(work: Work, mapping: EventMapping, edit: Edit) -> bool:
    name = to_text(edit.recurrence_id) if edit.recurrence_id is not None else ""
    after = times(edit.after, edit)
    return any(
        c.code == edit.code and c.recurrence_id == name and c.after == after for c in work.held(mapping.id)
    )


def _waiting(mapping: EventMapping, unit: Unit, edit: Edit) -> str:
    name = ALL
    if isinstance(unit, Series) and edit.recurrence_id is not None:
        name = unit.key_of(edit.recurrence_id)
    return " ".join(sorted({*mapping.waiting.split(), name}))


def _change(run: Run, mapping: EventMapping, unit: Unit, edit: Edit, verdict: Verdict) -> InboundChange:
    ref, change_id = ref_to(unit), run.new_id()
    before = times(edit.before, edit)
    if edit.code == "E5" and isinstance(unit, Series):
        before["occurrences"] = [to_text(o.span.start) for o in pending(unit.occurrences, run.clock.now())]
    return InboundChange(
        id=change_id,
        ref=change_id.hex[:8],
        link_id=run.link_id,
        mapping_id=mapping.id,
        run_id=run.run_id,
        session_id=_session_id(unit, edit),
        series_id=ref.id if ref.kind == "series" else None,
        recurrence_id=to_text(edit.recurrence_id) if edit.recurrence_id is not None else "",
        scope=edit.scope.value,
        code=edit.code,
        reason_code=verdict.reason,
        warnings=" ".join(verdict.warnings),
        before=before,
        after=times(edit.after, edit),
        state=_STATES[verdict.decision],
        detected_at=run.clock.now(),
        resolved_at=None,
        resolved_by="",
    )


def _session_id(unit: Unit, edit: Edit) -> UUID | None:
    if isinstance(unit, Session):
        return unit.id
    if edit.recurrence_id is None:
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
    if edit.names & {"status", "transparent", "classification"}:
        found |= {"status": component.status, "transparent": component.transparent}
    return found


def _notify(run: Run, work: Work, unit: Unit, change: InboundChange) -> None:
    """An outbox row: one a session and day for the same refusal (DOMAIN 1.8)."""
    day = run.clock.now().astimezone(run.tz).date().isoformat()
    code = change.reason_code or change.warnings
    session_id = change.session_id or unit.id
    if work.noticed(session_id=session_id, code=code, day=day):
        return
    work.add(
        Notice(
            id=run.new_id(),
            worker_id=work.link.worker_id,
            link_id=run.link_id,
            session_id=session_id,
            change_ref=change.ref,
            code=code,
            day=day,
            sent_at=None,
        )
    )
