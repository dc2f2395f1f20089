"""Decide from one look whether a run has anything to do at all; most have not.

Nothing is opened or written for it here: where nothing waits on our side, a look that brings nothing is the whole run.
Where it brings something, the steps of a run go on from this very look.
"""

from sync.context import Run


def stays_quiet(run: Run) -> bool:
    """Look there, if all is quiet here; whether it is quiet there too."""
    if run.quiet is None or run.dry or run.full or run.listing:
        run.begin()
        return False
    position = run.quiet.position
    look = run.calendar.look(position)
    if look.etags or look.gone or look.complete or look.position != position:
        run.looked = look
        run.begin()
        return False
    return True
