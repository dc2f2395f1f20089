"""One run of one link, from its first look to what it leaves behind (DESIGN, one run of one link).

Nothing to do? Else its `steps` are carried out. What ends a run early is one of `sync.errors.LinkError`, and decides
the link's state; an item's error never does.
"""

from dataclasses import dataclass

from model.link import LinkState
from sync.context import Line, Run
from sync.errors import CalendarMissing, LinkError, NotAuthorised, Stopped
from sync.guard import MassChange
from sync.quiet import stays_quiet


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
        from sync.steps import carry_out  # most runs come no further

        carry_out(run)
    except LinkError as problem:
        error = problem
    except Stopped:
        stopped = True
    return Report(lines=tuple(run.lines), counts=dict(run.counts), error=error, stopped=stopped)


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
