"""What a calendar server wants to see: made into requests' credentials here, and nowhere kept in the open."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2

from adapters.dav.auth import BearerAuth, PasswordAuth
from adapters.secrets import SecretBox
from model.link import AuthKind, CalendarAccount
from sync.errors import NotAuthorised

TokenSource = Callable[[str | None], str]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A log-in: `secret` is a password, a bearer token, or the refresh token of `provider`'s consent."""

    user: str
    auth: AuthKind
    secret: str = field(repr=False)
    provider: str | None = None


def stored(account: CalendarAccount, box: SecretBox) -> Credentials:
    """Open what is sealed in the database."""
    if not account.secret:
        raise NotAuthorised("No password is stored for this link; run: calendula link login")
    return Credentials(
        user=account.user,
        auth=account.auth,
        secret=box.decrypt(account.secret).decode(),
        provider=account.oauth_provider,
    )


def auth_of(credentials: Credentials, *, keeper: TokenSource | None = None) -> httpx2.Auth:
    """What each request carries; a consent needs the keeper of its access tokens."""
    if credentials.auth is AuthKind.PASSWORD:
        return PasswordAuth(credentials.user, credentials.secret)
    if keeper is not None:
        return BearerAuth(keeper)
    return BearerAuth(lambda _: credentials.secret)
