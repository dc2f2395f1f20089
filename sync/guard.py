"""The mass-change guard: when too much is gone at once, nothing is believed (E21; FAILURES E6, B16).

Decides from counts alone; it runs over the whole pull before anything of it is applied.
"""

from dataclasses import dataclass

from sync.errors import LinkError
from sync.settings import SyncSettings


class MassChange(LinkError):
    """More disappeared than a person deletes in one go; the link is suspended and nothing was applied."""


@dataclass(frozen=True, kw_only=True)
class Vanished:
    """What a pull would take away: resources with clients that are gone, and how many there are in all.

    `gone_future` of `future` lie in the future; the percentage is of those.
    """

    gone: int
    gone_future: int
    future: int


def check(vanished: Vanished, settings: SyncSettings) -> None:
    """Raise `MassChange` past the limits of DOMAIN 5 (`mass_delete_*`)."""
    many = vanished.gone > settings.mass_delete_count
    share = 100 * vanished.gone_future > settings.mass_delete_percent * max(vanished.future, 1)
    if many or (share and vanished.gone_future >= settings.mass_delete_min):
        raise MassChange(
            f"{vanished.gone} events with clients are gone from the calendar at once "
            f"({vanished.gone_future} of {vanished.future} in the future); nothing was changed"
        )
