"""The secret in a feed's address: 256 random bits, of which only a hash is kept (FAILURES G12)."""

import hmac
import secrets
from hashlib import sha256

_BYTES = 32


def new_secret() -> str:
    """Text for an address; shown once, and then forgotten."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """What is stored. Of 256 random bits nothing can be guessed, so no salt and no slow hash is needed."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(stored: str, found: str) -> bool:
    """Compare two hashes in a time that tells nothing."""
    return hmac.compare_digest(stored.encode(), found.encode())
