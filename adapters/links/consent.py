"""Credentials that were just given: on trial until they are stored, and renewed by an identity provider."""

from collections.abc import Callable
from dataclasses import replace

from adapters.config import Config
from adapters.dav.oauth import Provider, TokenKeeper
from adapters.links.credentials import Credentials, auth_of
from model.errors import DomainError


class Login:
    """Credentials on trial, before anything is stored: one `auth` for all requests.

    A provider may replace its refresh token at the first use, so `credentials` are those to be stored.
    """

    def __init__(self, credentials: Credentials, config: Config) -> None:
        self.credentials = credentials
        keeper = keeper_of(credentials, config, store=self._replace) if credentials.provider else None
        self.auth = auth_of(credentials, keeper=keeper)

    def _replace(self, refresh: str) -> None:
        self.credentials = replace(self.credentials, secret=refresh)


def keeper_of(credentials: Credentials, config: Config, *, store: Callable[[str], None]) -> TokenKeeper:
    """Make what turns a refresh token into access tokens."""
    provider = provider_named(credentials.provider or "", config)
    return TokenKeeper(provider, credentials.secret, policy=config.network.policy(), store=store)


def provider_named(name: str, config: Config) -> Provider:
    """An identity provider, as it is configured."""
    section = getattr(config.oauth, name, None) if name.isidentifier() else None
    if section is None:
        raise DomainError("E_OAUTH", f'"{name[:30]}" is no known provider; known: google')
    if not section.client_id:
        raise DomainError("E_OAUTH", f"Set [oauth.{name}] client_id in the configuration first")
    return Provider(
        token_url=section.token_url,
        authorise_url=section.authorize_url,
        device_url=section.device_url or None,
        client_id=section.client_id,
        client_secret=section.client_secret,
        scope=section.scope,
    )
