"""The steps of a run that has something to do (DESIGN, one run of one link); loaded with the first that has.

Recover, look, judge, guard, act, remember; then once more if something changed under us.
"""

from sync.busy_source import read_busy
from sync.context import Run
from sync.mirror import mirror
from sync.pull import pull
from sync.push import push
from sync.recover import recover

_ROUNDS = 3


def carry_out(run: Run) -> None:
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
