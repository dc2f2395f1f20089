"""The mass-change guard: when a calendar is not what it was, nothing of it is believed (E21; FAILURES E6, B16, F2).

Decides from counts alone; it runs over the whole pull before anything of it is applied. What was counted, and
how it is shown to people, is `suspicion`'s.
"""

from dataclasses import dataclass
from typing import Self

from sync.errors import CalendarMissing, LinkError
from sync.settings import SyncSettings

RESTORE, ACCEPT = "RESTORE", "ACCEPT"


class MassChange(LinkError):
    """More disappeared than a person deletes in one go; the link is suspended and nothing was applied."""

    reason = "MASS_CHANGE"


class WentBack(MassChange):
    """The server shows what it had before: it was restored from a backup (FAILURES B16)."""

    reason = "SERVER_RESTORED"


class Replaced(CalendarMissing):
    """Nothing that we know is there any more, but other events are: it is another calendar (FAILURES F2)."""


@dataclass(frozen=True, kw_only=True)
class Vanished:
    """What a pull would take away: resources with clients that are gone, and how many there are in all.

    `gone_future` of `future` lie in the future; the percentage is of those. `known` counts all resources that
    should be there, where the whole calendar was listed, and `left` what is there: `strange` of it never seen.
    `went_back` are resources that are what they were before our last write or reading. In a busy source what counts is
    `what` takes time.
    """

    gone: int
    gone_future: int
    future: int
    known: int = 0
    all_gone: bool = False
    left: int = 0
    went_back: int = 0
    what: str = "events with clients"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a person answered a suspension, for the next run: `why` it was suspended. Empty: nothing was asked."""

    answer: str = ""
    why: str = ""

    @classmethod
    def read(cls, state_reason: str) -> Self:
        """From what the link keeps, like "RESTORE MASS_CHANGE"."""
        answer, _, why = state_reason.partition(" ")
        return cls(answer=answer, why=why) if answer in (RESTORE, ACCEPT) else cls()

    def __str__(self) -> str:
        return f"{self.answer} {self.why}".strip()

    @property
    def restoring(self) -> bool:
        """What is gone there is put back, unasked."""
        return self.answer == RESTORE

    @property
    def overwriting(self) -> bool:
        """What is different there is put back too: one of the two sides is older than it was."""
        return self.restoring and self.why in ("SERVER_RESTORED", "DATABASE_RESTORED")

    @property
    def forgetful(self) -> bool:
        """Our own database may not know what we wrote ourselves (FAILURES E20)."""
        return self.why == "DATABASE_RESTORED"


def check(vanished: Vanished, settings: SyncSettings) -> None:
    """Raise where a pull cannot be believed: past the limits of DOMAIN 5 (`mass_delete_*`)."""
    if vanished.went_back >= settings.mass_delete_min:
        raise WentBack(
            f"{vanished.went_back} events are again what they were before; the server seems to be restored "
            "from a backup; nothing was changed"
        )
    if vanished.all_gone and vanished.known >= settings.mass_delete_min:
        if vanished.left:
            raise Replaced(
                f"None of {vanished.known} known events is there, but {vanished.left} others are: it seems to be "
                "another calendar; nothing was changed"
            )
        raise MassChange(
            f"The calendar is empty, and {vanished.known} events were there; nothing was changed"
        )
    many = vanished.gone > settings.mass_delete_count
    share = 100 * vanished.gone_future > settings.mass_delete_percent * max(vanished.future, 1)
    if many or (share and vanished.gone_future >= settings.mass_delete_min):
        raise MassChange(
            f"{vanished.gone} {vanished.what} are gone from the calendar at once "
            f"({vanished.gone_future} of {vanished.future} in the future); nothing was changed"
        )
