"""Decide what our HTTP client may do: which schemes, hosts and addresses, how long, how much.

Pure rules, without a socket. The defaults are those of a public calendar service; whoever runs a server
inside their own network names it (FAILURES G1-G4).
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sync.errors import Unreachable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MIB = 1024 * 1024

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# iCloud keeps each account on a partition host (p12-caldav.icloud.com) and names it in hrefs (FAILURES B28).
_ONE_PARTY = ("icloud.com",)


class AddressNotAllowed(Unreachable):
    """The URL itself is one we do not send a request to."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What may be connected to, and the limits of one request.

    `plain_hosts` may be spoken to without TLS. `private` names hosts, addresses or networks that are allowed
    although they are private, loopback or link-local. `ca_file` adds a certificate authority of one's own.
    """

    plain_hosts: frozenset[str] = frozenset()
    private: tuple[str, ...] = ()
    ca_file: str | None = None
    connect_seconds: float = 10
    read_seconds: float = 60
    total_seconds: float = 180
    write_seconds: float = 60
    multistatus_bytes: int = 32 * MIB
    item_bytes: int = 5 * MIB

    def allows_address(self, host: str, address: Address) -> bool:
        """Whether this address, found under this name, may be connected to."""
        meant = _meant(address)
        if meant.is_global and not meant.is_multicast:
            return True
        return host.lower() in self.private or any(_covers(entry, meant) for entry in self.private)

    def check_url(self, url: str) -> SplitResult:
        """Take a URL apart; refuse what must not be sent (control characters, plain HTTP, user info)."""
        if " " in url or has_controls(url):
            raise AddressNotAllowed("The address contains a space or a control character.")
        parts = _split(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise AddressNotAllowed(f"{url} is not an https:// address.")
        if parts.username is not None or parts.password is not None:
            raise AddressNotAllowed("The address must not contain a user name or password.")
        if parts.scheme == "http" and parts.hostname not in self.plain_hosts:
            raise AddressNotAllowed(
                f"{parts.hostname} is addressed without encryption (http). Use https, "
                "or name the host in the configuration: network.allow_plain_hosts."
            )
        return parts


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def has_controls(text: str) -> bool:
    """Whether a URL or header made of this could be two lines of a request (FAILURES G10)."""
    return _CONTROL.search(text) is not None


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only wraps it (mapped, 6to4, NAT64), else the address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _covers(entry: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:  # a host name
        return False


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise AddressNotAllowed(f"{url} is not a web address.") from error
    return parts


Origin = tuple[str, str, int]


def origin(url: str) -> Origin:
    """Scheme, host and port: what credentials are bound to (FAILURES G3)."""
    parts = urlsplit(url)
    default = 443 if parts.scheme == "https" else 80
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def may_share_credentials(home: Origin, other: Origin) -> bool:
    """Whether a password given for `home` may be shown to `other`."""
    if home == other:
        return True
    return home[0] == other[0] == "https" and any(
        _within(home[1], name) and _within(other[1], name) for name in _ONE_PARTY
    )


def _within(host: str, name: str) -> bool:
    return host == name or host.endswith(f".{name}")
