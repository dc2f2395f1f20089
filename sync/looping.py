"""Notice two programs that undo each other's work: a budget of writes per event and day (FAILURES E9).

Each change of ours to an event counts, whoever caused it. What is over the budget is left as it stands there,
told once, and taken up again the next day (UTC). Deletions and first writes are free: they end by themselves.
"""

from model.link import EventMapping, MappingState
from sync.context import Line, Run
from sync.store import Work

CODE = "WRITE_LOOP"


def spent(run: Run, work: Work, mapping: EventMapping) -> bool:
    """Count one more write of this event; True: it had too many today, and is not to be written."""
    today, most = run.clock.now().date().isoformat(), run.settings.sync.item_writes
    if mapping.writes_day != today:
        mapping.writes, mapping.writes_day = 0, today
    before, mapping.writes = mapping.writes, min(mapping.writes, most) + 1
    if before < most:
        return False
    mapping.state = MappingState.DIRTY
    if before == most or run.dry:
        run.tell(Line(action="looping", uid=mapping.uid, reason=CODE))
        run.record(work, "write-loop", mapping=mapping, code=CODE)
    return True
