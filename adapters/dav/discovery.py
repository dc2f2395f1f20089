"""Find a person's calendars, from an e-mail address, a domain or a URL, and make new ones.

Our own PROPFINDs all the way: credentials are sent unasked, several home sets are taken, and only what calls
itself a calendar counts (MATRIX 17, 18; FAILURES B38). Every failure is a DiscoveryProblem in plain words.
"""

import html
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx2

from adapters.dav.collection import ABSENT, Collection, multistatus
from adapters.dav.http import GuardedClient, RedirectRefused
from adapters.dav.policy import Policy, may_share_credentials, origin
from adapters.dav.problems import DiscoveryProblem, in_plain_words
from adapters.dav.service import service_url
from adapters.dav.xml import MalformedAnswer, Response, clark, mkcalendar, own_href
from sync.errors import SyncError, Unreachable
from sync.href import canonical_href

_HOPS = 3
_MADE = frozenset({200, 201, 207})  # Bedework's 207 says neither yes nor no; looking does (FAILURES A21)
_WRITES = ("D:all", "D:write", "D:write-content", "D:bind")
_ABOUT_US = ("D:resourcetype", "D:current-user-principal", "C:calendar-home-set")
_ABOUT_CALENDARS = (
    "D:resourcetype",
    "D:displayname",
    "D:current-user-privilege-set",
    "A:calendar-color",
    "C:calendar-description",
    "C:supported-calendar-component-set",
)


@dataclass(frozen=True, kw_only=True)
class FoundCalendar:
    """One calendar as its server describes it. `writable` is None where the server does not say."""

    name: str
    url: str
    colour: str
    writable: bool | None
    components: frozenset[str]
    description: str


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """What was found; `homes` are where new calendars can be made."""

    homes: tuple[str, ...]
    calendars: tuple[FoundCalendar, ...]


def discover(where: str, *, auth: httpx2.Auth | None, policy: Policy) -> Discovery:
    """Find the calendars behind what a person typed."""
    url = service_url(where.strip(), policy)
    for _ in range(_HOPS + 1):
        try:
            with GuardedClient(home=url, auth=auth, policy=policy) as client:
                return _Explorer(client).explore(url)
        except RedirectRefused as error:
            if not _same_party(url, error.location):
                raise in_plain_words(error, host=_host(url)) from error
            url = error.location
        except SyncError as error:
            raise in_plain_words(error, host=_host(url)) from error
    raise DiscoveryProblem("circle", f"{_host(url)} sends us in circles from server to server.")


def make_calendar(home: str, name: str, *, auth: httpx2.Auth | None, policy: Policy) -> FoundCalendar:
    """Make a calendar for events in a home, and describe it as the server then does."""
    url = f"{home.rstrip('/')}/{uuid.uuid4()}/"
    try:
        with GuardedClient(home=home, auth=auth, policy=policy) as client:
            headers = {"Content-Type": "application/xml; charset=utf-8"}
            reply = client.send("MKCALENDAR", url, headers=headers, body=mkcalendar(name))
            if reply.status not in _MADE:
                raise DiscoveryProblem(
                    "cannot_make",
                    f"{_host(home)} does not let us make a calendar ({reply.status}). "
                    "Make one in your calendar app, then look again.",
                )
            found = Collection(client, url).properties(*_ABOUT_CALENDARS)
            return _described(found, url)
    except SyncError as error:
        raise in_plain_words(error, host=_host(home)) from error


class _Explorer:
    """Walks from a URL over the principal and its home sets to the calendars."""

    def __init__(self, client: GuardedClient) -> None:
        self._client = client

    def explore(self, url: str) -> Discovery:
        start, here = self._first_answer(url)
        if start.has("D:resourcetype", "C:calendar"):
            found = next(self._ask(here, *_ABOUT_CALENDARS, depth=0))
            return Discovery(homes=(), calendars=(_described(found, here),))
        homes = self._homes(start, here)
        return Discovery(homes=homes, calendars=self._calendars(homes))

    def _first_answer(self, url: str) -> tuple[Response, str]:
        """The first DAV answer: at the URL itself, where its host says CalDAV is, or at the root."""
        failure: SyncError | None = None
        for place in dict.fromkeys([url, urljoin(url, "/.well-known/caldav"), urljoin(url, "/")]):
            try:
                for response in self._ask(place, *_ABOUT_US, depth=0):
                    if response.status in {None, 200}:
                        return response, place
            except (MalformedAnswer, _NotThere) as error:
                failure = failure or error
        if isinstance(failure, MalformedAnswer):
            raise failure
        raise DiscoveryProblem("no_caldav", f"There is no CalDAV at {url}. Check the address.") from failure

    def _homes(self, start: Response, here: str) -> tuple[str, ...]:
        principal = _hrefs(start, "D:current-user-principal", here)
        if start.has("D:current-user-principal", "D:unauthenticated"):
            raise DiscoveryProblem("wrong_password", f"{_host(here)} does not recognise this user.")
        homes = _hrefs(start, "C:calendar-home-set", here)
        for url in principal:
            try:
                for response in self._ask(url, "C:calendar-home-set", depth=0):
                    homes += _hrefs(response, "C:calendar-home-set", url)
            except _NotThere:  # some servers deny a person's own principal (FAILURES B38)
                continue
        return tuple({canonical_href(home): home for home in homes or [here]}.values())

    def _calendars(self, homes: Sequence[str]) -> tuple[FoundCalendar, ...]:
        found: dict[str, FoundCalendar] = {}
        for home in homes:
            for response in self._ask(home, *_ABOUT_CALENDARS, depth=1):
                if response.has("D:resourcetype", "C:calendar"):
                    calendar = _described(response, urljoin(home, response.href))
                    found.setdefault(canonical_href(calendar.url), calendar)
        events = [c for c in found.values() if not c.components or "VEVENT" in c.components]
        return tuple(sorted(events, key=lambda calendar: (calendar.name.lower(), calendar.url)))

    def _ask(self, url: str, *names: str, depth: int) -> Iterator[Response]:
        reply = Collection(self._client, url).propfind(url, *names, depth=depth)
        if reply.status in ABSENT or reply.status in {403, 405, 501}:
            raise _NotThere(f"The server answered {reply.status}.")
        if reply.status == 200:
            raise MalformedAnswer("The server answered with a page where CalDAV was expected.")
        return iter(multistatus(reply))


class _NotThere(Unreachable):
    """This place has nothing for us; another may."""


def _hrefs(response: Response, name: str, base: str) -> list[str]:
    element = response.found.get(clark(name))
    written = [href.text or "" for href in element.iterfind(clark("D:href"))] if element is not None else []
    return [urljoin(base, own_href(href, base)) for href in written if href.strip()]


def _described(response: Response, url: str) -> FoundCalendar:
    privileges = response.found.get(clark("D:current-user-privilege-set"))
    writable = None
    if privileges is not None:
        writable = any(privileges.find(f".//{clark(name)}") is not None for name in _WRITES)
    components = response.found.get(clark("C:supported-calendar-component-set"))
    colour = re.match(r"#[0-9a-fA-F]{6}", response.text("A:calendar-color") or "")
    name = html.unescape(response.text("D:displayname") or "")  # DAViCal escapes it twice (MATRIX 17)
    return FoundCalendar(
        name=name or urlsplit(url).path.rstrip("/").rpartition("/")[2],
        url=url,
        colour=colour[0].lower() if colour else "",
        writable=writable,
        components=frozenset(comp.get("name", "") for comp in components)
        if components is not None
        else frozenset(),
        description=response.text("C:calendar-description") or "",
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _same_party(url: str, other: str) -> bool:
    """Whether one host may send us, password and all, to another: over TLS, and not out of its own domain."""
    here, there = origin(url), origin(other)
    if there[0] != "https" and there[0] != here[0]:
        return False
    return there[1] == here[1] or there[1].endswith(f".{here[1]}") or may_share_credentials(here, there)
