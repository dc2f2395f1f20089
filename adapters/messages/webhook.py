"""Texts and calls: handed to a provider's gateway as signed JSON, over the same guarded HTTP as the calendars.

The signature covers the time and the body, so that nobody can make one up or send an old one again; the key of a
message is in it, so that the gateway can tell a second attempt from a second message.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.dav.http import GuardedClient
from adapters.dav.policy import Policy
from adapters.messages.letter import Letter, SendingError, Undeliverable
from sync.errors import LinkError

_LATER = frozenset({408, 425, 429})


class GatewayError(SendingError):
    """The gateway was not reached, or did not take it for now."""


class GatewayRefused(Undeliverable):
    """The gateway will not take this message, ever."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A gateway, and the secret it knows us by."""

    url: str
    secret: str = field(repr=False)
    policy: Policy
    clock: Callable[[], datetime]

    def send(self, letter: Letter) -> None:
        """POST it; any 2xx is a yes. Redirects are not followed: a number goes nowhere else."""
        body = json.dumps(
            {
                "id": letter.message_id.strip("<>").partition("@")[0],
                "channel": letter.channel.lower(),
                "to": letter.to[0],
                "text": letter.text,
            }
        ).encode()
        try:
            with GuardedClient(home=self.url, auth=None, policy=self.policy) as client:
                reply = client.send(
                    "POST", self.url, headers=self._headers(letter, body), body=body, follow=False
                )
        except LinkError:
            raise GatewayError("The gateway cannot be reached, or refuses us.") from None
        if 400 <= reply.status < 500 and reply.status not in _LATER:
            raise GatewayRefused("The gateway refuses this message.")
        if not 200 <= reply.status < 300:
            raise GatewayError("The gateway does not take the message now.")

    def _headers(self, letter: Letter, body: bytes) -> dict[str, str]:
        at = str(int(self.clock().timestamp()))
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": letter.message_id.strip("<>").partition("@")[0],
            "X-Calendula-Time": at,
            "X-Calendula-Signature": signature(self.secret, at, body),
        }


def signature(secret: str, at: str, body: bytes) -> str:
    """What the gateway computes, too, and compares."""
    digest = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"
