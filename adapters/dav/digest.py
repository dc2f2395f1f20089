"""Stand in for the ETag of an item that the server gives none: a digest of what it holds (FAILURES B7).

It is made from what was read, kept where an ETag would be, and never sent: whoever wants to write under it reads the
item right before, and compares.
"""

import hashlib

_MARK = "digest:"


def digest_of(body: bytes) -> str:
    """Equal for equal lines: XML turns CRLF into LF, a GET does not."""
    lines = body.replace(b"\r\n", b"\n").strip(b"\n")
    return f"{_MARK}{hashlib.sha256(lines).hexdigest()}"


def is_digest(etag: str) -> bool:
    """Whether this was made here; the ETags of servers are quoted, or at least no such words."""
    return etag.startswith(_MARK)
