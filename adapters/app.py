"""Wire the product: the one place that knows which part is made of which others.

Everything is made when it is asked for, and what a command does not need is not even imported. One `App`
serves many threads; the client of an account is opened for one run and closed after it.
"""

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from model.link import AuthKind, CalendarAccount, CalendarLink

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from adapters.config import Config
    from adapters.database.engine import Sessions
    from adapters.database.store import SqlStore
    from adapters.dav.http import GuardedClient, Watch
    from adapters.dav.oauth import TokenKeeper
    from adapters.diary.visits import Entrance
    from adapters.jobs import Jobs
    from adapters.links.consent import Login
    from adapters.runner import Runner
    from adapters.secrets import SecretBox
    from adapters.webcal import WebcalFile
    from sync.ports import Codec, RemoteCalendar

_HEEDED = 0.75  # of sync.stale_after_min: later, and there would be an alarm each time
_TURN_S = 0.0001  # Python's own 5 ms are as long as many servers take for a write


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The injected source of time, as a run asks for it."""

    now: Callable[[], datetime]


@dataclass
class App:
    """What one process runs on; `box` opens the key file when a secret is needed, `watch` is told of requests."""

    config: "Config"
    engine: "Engine"
    sessions: "Sessions"
    box: Callable[[], "SecretBox"]
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    watch: "Watch | None" = None
    _keepers: dict[UUID, tuple[bytes, "TokenKeeper"]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def codec(self) -> "Codec":
        from adapters.ical.codec import ICalendar

        return ICalendar()

    @cached_property
    def store(self) -> "SqlStore":
        from adapters.database.store import SqlStore

        box = self.box if self.config.retention.archive_days else None
        return SqlStore(self.engine, self.sessions, self.config.settings, clock=self.clock, box=box)

    @cached_property
    def owner(self) -> str:
        """How this process signs its leases."""
        return f"{socket.gethostname()}:{os.getpid()}:{self.new_id().hex[:8]}"

    @cached_property
    def runner(self) -> "Runner":
        """What runs links, in many threads: they take short turns, so that an answer from a server does not wait."""
        from adapters.runner import Runner

        sys.setswitchinterval(_TURN_S)
        return Runner(
            sessions=self.sessions,
            store=self.store,
            settings=self.config.settings,
            codecs=lambda: self.codec,
            clock=Clock(now=self.clock),
            new_id=self.new_id,
            calendars=self.calendar,
            owner=self.owner,
        )

    @cached_property
    def jobs(self) -> "Jobs":
        """What is done for the practice as a whole, now and then."""
        from adapters.jobs import Jobs, Means
        from adapters.links.leaving import leave_if_due
        from adapters.messages.wiring import post, told

        means = Means(
            sessions=self.sessions,
            settings=self.config.settings,
            keep=self.config.retention,
            post=post(self.config, self.sessions, clock=self.clock, box=self.box),
            told=tuple(told(self.config)),
            asks=bool(self.config.messages.feedback_url),
            tokens=self.refresh_tokens,
            leave=lambda act: leave_if_due(self, act),
        )
        return Jobs(means=means, clock=self.clock, new_id=self.new_id)

    @property
    def entrance(self) -> "Entrance":
        """Where the links lead that clients come in by."""
        from adapters.diary.visits import Entrance

        def seal(plain: bytes) -> bytes:
            return self.box().encrypt(plain)

        return Entrance(url=self.config.web.booking_url, seal=seal, rules=self.config.booking)

    def refresh_tokens(self) -> int:
        """Have an access token of each account with a consent, before a run needs it; how many there are. Where the
        provider refuses, the next run of the link says so."""
        from sqlalchemy import select

        from sync.errors import LinkError

        with self.sessions() as database:
            query = select(CalendarAccount).where(CalendarAccount.oauth_provider.is_not(None))
            accounts = database.scalars(query).all()
        fresh = 0
        for account in accounts:
            try:
                self._keeper(account)(None)
            except LinkError:
                continue
            fresh += 1
        return fresh

    @contextmanager
    def calendar(self, link: CalendarLink) -> "Iterator[RemoteCalendar]":
        """The calendar of a link, for one run in one thread."""
        if link.account.auth is AuthKind.ADDRESS:
            with self._published(link) as found:
                yield found
            return
        from adapters.dav.calendar import CalDavCalendar, Further
        from adapters.dav.profile import Profile

        profile = Profile.from_json(json.dumps(link.profile))
        account, href, page = link.account, link.href, self.config.sync.page
        further = Further(connect=lambda: self.client(account, href))
        with self.client(account, href) as client:
            calendar = CalDavCalendar(client, href, profile=profile, page=page, further=further)
            with closing(calendar):
                yield calendar

    @contextmanager
    def _published(self, link: CalendarLink) -> "Iterator[RemoteCalendar]":
        """The file behind a link that is an address."""
        from adapters.links.credentials import stored

        asked = link.profile.get("refresh_s", 0)
        with self.file(
            stored(link.account, self.box()).secret, refresh_s=asked if isinstance(asked, int) else 0
        ) as found:
            yield found

    @contextmanager
    def file(self, url: str, *, refresh_s: int = 0) -> "Iterator[WebcalFile]":
        """A published file; what its publisher asks for is heeded as long as the practice may still believe it."""
        from adapters.dav.http import GuardedClient
        from adapters.webcal import WebcalFile

        longest = timedelta(minutes=self.config.sync.stale_after_min) * _HEEDED
        with GuardedClient(
            home=url, auth=None, policy=self.config.network.policy(), watch=self.watch
        ) as client:
            yield WebcalFile(client, url, refresh_s=refresh_s, longest=longest)

    def client(self, account: CalendarAccount, url: str) -> "GuardedClient":
        """The guarded client of a stored account."""
        from adapters.dav.http import GuardedClient
        from adapters.links.credentials import auth_of, stored

        credentials = stored(account, self.box())
        keeper = self._keeper(account) if credentials.provider else None
        auth = auth_of(credentials, keeper=keeper)
        return GuardedClient(home=url, auth=auth, policy=self.config.network.policy(), watch=self.watch)

    def trial(self, login: "Login", url: str) -> "GuardedClient":
        """A guarded client with credentials that are not stored yet."""
        from adapters.dav.http import GuardedClient

        return GuardedClient(home=url, auth=login.auth, policy=self.config.network.policy())

    def _keeper(self, account: CalendarAccount) -> "TokenKeeper":
        """One keeper of access tokens an account: runs share its token until the secret is another."""
        from adapters.links.consent import keeper_of
        from adapters.links.credentials import stored

        with self._lock:
            known = self._keepers.get(account.id)
            if known is None or known[0] != account.secret:
                credentials = stored(account, self.box())
                keeper = keeper_of(credentials, self.config, store=self._rotator(account.id))
                known = self._keepers[account.id] = (account.secret, keeper)
            return known[1]

    def _rotator(self, account_id: UUID) -> Callable[[str], None]:
        """Seal a new refresh token as soon as the provider hands it out: the old one is void by then."""

        def store(refresh: str) -> None:
            sealed = self.box().encrypt(refresh)
            with self.sessions.begin() as database:
                database.get_one(CalendarAccount, account_id).secret = sealed
            _, keeper = self._keepers[account_id]
            self._keepers[account_id] = (sealed, keeper)

        return store
