"""Choose the calendar to link: what a server offers, one of it by URL or by name, or a new one."""

from dataclasses import dataclass

from adapters.dav.discovery import Discovery, FoundCalendar, discover, make_calendar
from adapters.dav.policy import Policy
from adapters.dav.problems import DiscoveryProblem
from adapters.links.consent import Login
from sync.href import canonical_href


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which calendar: `where` is an address to begin at; then one there (URL or name), or a new one.

    `only_read`: it need not be one that can be written.
    """

    where: str
    calendar: str | None = None
    make: str | None = None
    only_read: bool = False


def find(where: str, login: Login, policy: Policy) -> Discovery:
    """What an e-mail address, domain or URL leads to."""
    return discover(where, auth=login.auth, policy=policy)


def choose(wanted: Wanted, login: Login, policy: Policy) -> FoundCalendar:
    """The one calendar that is wanted; it can be written where that is needed, as far as the server says."""
    found = _made(wanted, login, policy) if wanted.make else _found(wanted, login, policy)
    if found.writable is False and not wanted.only_read:
        raise DiscoveryProblem("read_only", f'The calendar "{found.name}" is read-only for this user.')
    return found


def _found(wanted: Wanted, login: Login, policy: Policy) -> FoundCalendar:
    name = wanted.calendar or ""
    calendars = find(name if "://" in name else wanted.where, login, policy).calendars
    key = canonical_href(name).rstrip("/")
    fitting = [c for c in calendars if name == c.name or canonical_href(c.url).rstrip("/") == key]
    if len(fitting) != 1:
        problem = "Several calendars have that name; give the URL" if fitting else "There is no such calendar"
        raise DiscoveryProblem("no_calendar", f"{problem}: calendula link discover lists them.")
    return fitting[0]


def _made(wanted: Wanted, login: Login, policy: Policy) -> FoundCalendar:
    homes = find(wanted.where, login, policy).homes
    if not homes:
        raise DiscoveryProblem("no_home", "That is one calendar; give the server's address to make another.")
    return make_calendar(homes[0], wanted.make or "", auth=login.auth, policy=policy)
