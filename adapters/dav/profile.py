"""What one calendar server has been seen to do: measured by `adapters.dav.probe`, kept with the link.

The defaults are those of a server that keeps the RFCs and rewrites what it stores, as four of six do. Every
switch changes what is sent, or how it is judged what came back (tests/contract/test_profile_switches.py holds that);
what changes nothing is not here but on the card (`adapters.dav.fitness`).
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache

MOST_CONNECTIONS = 4
_HOURLY = timedelta(hours=1)


class Multiget(StrEnum):
    """What becomes of an item that is asked for and is not there (MATRIX 9)."""

    NAMED = "named"
    LEFT_OUT = "left out"
    FAILS = "fails"  # the whole request, with a 404 (sabre/dav 1.8)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Each field is what may be relied on.

    `sync_collection`: RFC 6578 tokens are used. `honest_tokens`: a token that means nothing is refused; where
    not, what tokens may have lost is found by a listing every hour. `ctag`: it changes with each write.
    `etag_on_put`, `etag_on_get`: the answer to PUT, to GET, names the ETag that listings name. `moving_etags`:
    each edit gives another one; where not, what is named as changed is always read, and everything every hour.
    `keeps_bodies`: what is read back means what was sent. `keeps_stamps`: DTSTAMP, LAST-MODIFIED and SEQUENCE stay
    as they are written, so that another one shows an edit. `honours_if_none_match`, `honours_if_match`:
    preconditions are obeyed; where not, we look right before we write (MATRIX 3). `multiget`: how it says that an
    item is not there. `connections`: how many may be tried at once; whether they are worth it is measured in each
    run.
    """

    sync_collection: bool = True
    honest_tokens: bool = True
    ctag: bool = True
    etag_on_put: bool = True
    etag_on_get: bool = True
    moving_etags: bool = True
    keeps_bodies: bool = False
    keeps_stamps: bool = True
    honours_if_none_match: bool = True
    honours_if_match: bool = True
    multiget: Multiget = Multiget.NAMED
    connections: int = MOST_CONNECTIONS

    @property
    def list_every(self) -> timedelta | None:
        """How often everything is listed besides the daily reconciliation; None: never (MATRIX 5, 6; FAILURES B6)."""
        misses = (self.sync_collection and not self.honest_tokens) or not self.moving_etags
        return _HOURLY if misses else None

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Profile":
        """Read a stored profile; names and values of another version are ignored."""
        return _read(text)


@lru_cache(maxsize=128)
def _read(text: str) -> Profile:
    """Kept, as links on servers of one kind have the same, and each run asks for it."""
    stored, usual = json.loads(text), Profile()
    known = {field.name: getattr(usual, field.name) for field in fields(Profile)}
    read = {name: _as(stored[name], default) for name, default in known.items() if name in stored}
    return Profile(**{**known, **read})


def _as(value: object, default: bool | int | Multiget) -> bool | int | Multiget:
    """A stored value as its switch holds it; the default where it is none of those."""
    if isinstance(default, Multiget):
        return next((one for one in Multiget if one == value), default)
    if isinstance(default, bool) or not isinstance(value, int):
        return bool(value) if isinstance(default, bool) else default
    return min(max(value, 1), MOST_CONNECTIONS)


class Known:
    """The profile in use, corrected as soon as the server's answers contradict it.

    `crowded`: several connections are at work, so trouble may come from that (MATRIX 14, 15).
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = self.stored = profile
        self.crowded = False

    def correct(self, **switches: bool | int | Multiget) -> None:
        self.profile = replace(self.profile, **switches)  # type: ignore[arg-type]

    def trouble(self) -> None:
        """The server failed at a request; where several were under way, from now on one at a time."""
        if self.crowded:
            self.correct(connections=1)

    @property
    def corrections(self) -> dict[str, object]:
        """The switches that are not what was stored."""
        if self.profile is self.stored:
            return {}
        before, now = asdict(self.stored), asdict(self.profile)
        return {name: now[name] for name in now if now[name] != before[name]}
