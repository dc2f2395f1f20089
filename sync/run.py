"""One run of one link, on one page (DESIGN, one run of one link).

Nothing to do? Else recover, look, judge, guard, act, remember; then once more if something changed under us. What
ends a run early is one of `sync.errors.LinkError`, and decides the link's state; an item's error never does.
"""

from dataclasses import dataclass

from model.link import LinkState
from sync.busy_source import read_busy
from sync.context import Line, Run
from sync.errors import CalendarMissing, LinkError, NotAuthorised, Stopped
from sync.guard import MassChange
from sync.mirror import mirror
from sync.pull import pull
from sync.push import push
from sync.quiet import stays_quiet
from sync.recover import recover

_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Report:
    """How a run ended: what it did, and the error that ended it, if any. `stopped`: there is more to do; `quiet`: one
    look was all, and nothing was to be done.
    """

    lines: tuple[Line, ...]
    counts: dict[str, int]
    error: LinkError | None = None
    stopped: bool = False
    quiet: bool = False

    @property
    def ok(self) -> bool:
        return self.error is None

    @property
    def writes(self) -> int:
        """How many writes were sent, or would be."""
        return sum(self.counts.get(verb, 0) for verb in ("create", "replace", "delete"))


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What a run leaves on its link; no state: the link stays what it is and backs off."""

    state: LinkState | None
    reason: str = ""
    error: LinkError | None = None


def run_link(run: Run) -> Report:
    """Carry out one run; never raises a `LinkError`, but reports it."""
    error: LinkError | None = None
    stopped = False
    try:
        if stays_quiet(run):
            return Report(lines=(), counts={}, quiet=True)
        _carry_out(run)
    except LinkError as problem:
        error = problem
    except Stopped:
        stopped = True
    return Report(lines=tuple(run.lines), counts=dict(run.counts), error=error, stopped=stopped)


def _carry_out(run: Run) -> None:
    """A busy source is read, and that is all; otherwise once more where something changed under us."""
    if run.only_read:
        read_busy(run)
        return
    for _ in range(1 if run.dry else _ROUNDS):
        recover(run)
        if run.mirrors:
            if not mirror(run):
                return
            continue
        pull(run)
        if not push(run):
            return


def ending(report: Report) -> Ending:
    """What the link's state becomes (DOMAIN 2, CalendarLink)."""
    error = report.error
    if error is None:
        return Ending(state=LinkState.ACTIVE)
    if isinstance(error, NotAuthorised):
        return Ending(state=LinkState.NEEDS_REAUTH, reason="NEEDS_REAUTH", error=error)
    if isinstance(error, CalendarMissing):
        return Ending(state=LinkState.SUSPENDED, reason="CALENDAR_MISSING", error=error)
    if isinstance(error, MassChange):
        return Ending(state=LinkState.SUSPENDED, reason=error.reason, error=error)
    return Ending(state=None, reason=type(error).__name__, error=error)
