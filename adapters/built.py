"""When this version was made: a clock that says less is wrong (FAILURES D5). Set anew with each release.

Under a clock that is years behind, nothing is due, notices are dated wrongly, and a certificate seems not to be valid
yet; under a right one that was wrong before, everything is due at once.
"""

from datetime import UTC, datetime

BUILT = datetime(2026, 1, 1, tzinfo=UTC)
