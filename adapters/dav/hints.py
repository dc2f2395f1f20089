"""Guess what a server does from what is known about its kind: the caldav library's `compatibility_hints`.

A hint is a first guess. What the probe sees goes before it; where the probe cannot see (tokens that lose changes
now and then, a limit on requests), the hint decides. The library is imported here only, and only when a calendar
is tried out (docs/decisions/0001-caldav-library.md).
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

# The library's words: what it calls supported, and what it calls not. "unknown" is neither.
_YES, _NO = frozenset({"full", "quirk"}), frozenset({"unsupported", "broken", "fragile", "ungraceful"})
# A token is refused with an error of whatever kind: that is all we need.
_REFUSED = _YES | {"ungraceful"}


class Seen(StrEnum):
    """What a server does, as seen or as guessed."""

    YES = "yes"
    NO = "no"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What tells one kind of server from another: its URL, the headers of an answer, a sync token."""

    url: str
    headers: Mapping[str, str]
    token: str = ""


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What is known about one kind of server; `kind` is the library's name for it, empty: not recognised.

    `guesses` are by the codes of `adapters.dav.fitness`. `losing_tokens`: its sync tokens are known to lose
    changes. `rate_limited`: it is known to turn away who asks too often.
    """

    kind: str = ""
    guesses: Mapping[str, Seen] = field(default_factory=dict)
    losing_tokens: bool = False
    rate_limited: bool = False


def hints_for(traces: Traces) -> Hints:
    """What the library knows about the kind of server that left these traces."""
    library = importlib.import_module("caldav.compatibility_hints")
    profiles = {name: profile for name, profile in vars(library).items() if isinstance(profile, dict)}
    kind = _by_host(traces, profiles) or recognised(traces)
    if kind not in profiles:
        return Hints()
    features = library.FeatureSet(profiles[kind])

    def support(feature: str) -> str:
        return str(features.is_supported(feature, str))

    return Hints(
        kind=kind,
        guesses=_guesses(support),
        losing_tokens=support("sync-token") == "fragile",
        rate_limited=bool(features.is_supported("rate-limit", dict).get("enable")),
    )


def recognised(traces: Traces) -> str:
    """The kind of a server by what its answers give away; empty where they do not."""
    server = traces.headers.get("server", "").lower()
    signs = {
        "davical": "x-davical-version" in traces.headers,
        "cyrus": server.startswith("cyrus-http"),
        "sogo": "sope" in server,
        "ccs": server.startswith("calendarserver/"),
        "radicale": traces.token.startswith("http://radicale.org/ns/sync/"),
        "nextcloud": "/remote.php/dav" in traces.url,
        "baikal": "x-sabre-version" in traces.headers or traces.token.startswith("http://sabre.io/ns/sync/"),
        "xandikos": "aiohttp" in server and "add-member" in traces.headers.get("dav", ""),
    }
    return next((kind for kind, seen in signs.items() if seen), "")


def _by_host(traces: Traces, profiles: Mapping[str, Mapping[str, object]]) -> str:
    """A service that the library knows by its domain."""
    host = (urlsplit(traces.url).hostname or "").lower()
    for name, profile in profiles.items():
        place = profile.get("auto-connect.url")
        domain = str(place.get("domain", "")).partition(":")[0] if isinstance(place, dict) else ""
        if domain not in {"", "localhost"} and (host == domain or host.endswith(f".{domain}")):
            return name
    return ""


def _guesses(support: Callable[[str], str]) -> dict[str, Seen]:
    """The library's features in our words."""
    same = {
        "etag_on_put": "save.etag",
        "if_none_match": "save.if-none-match",
        "sync_collection": "sync-token",
        "sync_deletions": "sync-token.delete",
        "sync_paging": "sync-token.limit",
        "zones": "save-load.event.timezone",
        "overrides": "save-load.event.recurrences.exception.reschedule",
    }
    found = {code: _seen(support(feature), _YES) for code, feature in same.items()}
    found["sync_collection"] = _seen(support("sync-token"), _YES | {"fragile"})
    found["sync_deletions"] = _seen(support("sync-token.delete"), _YES | {"fragile"})
    found["sync_refuses"] = _seen(support("sync-token.invalid-token"), _REFUSED)
    found["uid_unique"] = _seen(support("save.no-uid-conflict"), _REFUSED)
    invites = _seen(support("scheduling.auto-schedule"), _YES)
    found["invites_nobody"] = {Seen.YES: Seen.NO, Seen.NO: Seen.YES}.get(invites, invites)
    return {code: seen for code, seen in found.items() if seen is not Seen.NOT_TRIED}


def _seen(support: str, yes: frozenset[str]) -> Seen:
    if support in yes:
        return Seen.YES
    return Seen.NO if support in _NO else Seen.NOT_TRIED
