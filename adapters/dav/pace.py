"""Decide how many connections to use at once. Pure: it is told how long things took, and reads no clock.

Begin with one. After each round of work that was measured, double while that makes the whole at least a quarter
faster; the first time it does not, go back by one step and stay there. So a server that is not faster for it
is asked in parallel for one round and never again, and nothing is ever more than one round slower.
"""

_GAIN = 1.25


class Pace:
    """How many connections the next round may use. `size` is how many tasks make a round."""

    def __init__(self, *, size: int) -> None:
        self.size, self.connections = size, 1
        self._best: float | None = None
        self._settled = False

    def measured(self, *, tasks: int, seconds: float) -> None:
        """A round is over. A short one, or one too quick for the clock, says nothing."""
        if self._settled or tasks < self.size or seconds <= 0:
            return
        rate = tasks / seconds
        if self._best is None or rate >= self._best * _GAIN:
            self._best = rate
            self.connections *= 2
        else:
            self.connections //= 2
            self._settled = True
