"""Find out where a domain keeps its calendars (RFC 6764), with the caldav library over our own HTTP client.

caldav looks up SRV, TXT and `/.well-known/caldav` and refuses answers that lead out of the domain. What it
fetches goes through the guarded client, and it is imported only here, only when a domain is looked up
(docs/decisions/0001-caldav-library.md).
"""

import importlib
import logging
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from adapters.dav.http import GuardedClient
from adapters.dav.policy import Policy
from adapters.dav.problems import DiscoveryProblem, in_plain_words
from sync.errors import NotAuthorised, SyncError

_ONE_AT_A_TIME = threading.Lock()  # the library keeps its session in a module
# Providers whose domain says nothing about their CalDAV server, or says it to browsers only.
_KNOWN = {
    "icloud.com": "https://caldav.icloud.com/",
    "me.com": "https://caldav.icloud.com/",
    "mac.com": "https://caldav.icloud.com/",
    "gmail.com": "https://apidata.googleusercontent.com/caldav/v2/{address}/user",
    "googlemail.com": "https://apidata.googleusercontent.com/caldav/v2/{address}/user",
    "fastmail.com": "https://caldav.fastmail.com/",
    "yahoo.com": "https://caldav.calendar.yahoo.com/",
}


def service_url(where: str, policy: Policy) -> str:
    """The URL to begin at, for what a person typed: a server's URL, a domain, or an e-mail address."""
    if "://" in where:
        return _readable(where)
    domain = where.rpartition("@")[2].strip().lower()
    if domain in _KNOWN:
        return _KNOWN[domain].format(address=where.strip())
    found = _look_up(domain, policy)
    if found is None:
        raise DiscoveryProblem(
            "no_caldav",
            f"{domain} names no calendar server. Enter the address of the calendar server instead.",
        )
    return found


def _readable(url: str) -> str:
    """What nobody can take apart, like "https://[::1", cannot be asked either."""
    try:
        urlsplit(url)
    except ValueError as error:
        raise DiscoveryProblem("address", f"{url[:80]} is not a web address.") from error
    return url


def _look_up(domain: str, policy: Policy) -> str | None:
    discovery = importlib.import_module("caldav.discovery")
    logging.getLogger("caldav").setLevel(logging.ERROR)  # it logs addresses and bodies (LIBRARIES 3)
    session = _GuardedSession(policy)
    with _ONE_AT_A_TIME:
        vars(discovery)["requests"] = session
        info = discovery.discover_caldav(domain)
    if info is not None:
        return str(info.url)
    if session.failure is not None:
        raise in_plain_words(session.failure, host=domain)
    return None


class _RequestFailed(Exception):
    """What caldav takes for a failed request, and forgives."""


@dataclass(frozen=True)
class _Answer:
    status_code: int
    headers: httpx2.Headers


class _GuardedSession:
    """What caldav's discovery uses of an HTTP library, over the guarded client and without credentials."""

    class exceptions:  # noqa: N801 - a module in the library this stands in for
        RequestException = _RequestFailed

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.failure: SyncError | None = None

    def get(self, url: str, **_: object) -> _Answer:
        try:
            with GuardedClient(home=url, auth=None, policy=self._policy) as client:
                reply = client.send("GET", url, follow=False)
        except NotAuthorised:
            return _Answer(200, httpx2.Headers())  # it is there, and wants to know who asks
        except SyncError as error:
            self.failure = error
            raise _RequestFailed from error
        return _Answer(reply.status, reply.headers)
