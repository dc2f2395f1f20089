"""What one calendar server has been seen to do; measured by `adapters.dav.probe`, kept with the link.

The defaults are those of a server that keeps the RFCs and rewrites what it stores, as four of six do.
"""

import json
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Each field is what may be relied on.

    `sync_collection`: RFC 6578 tokens are used. `etag_on_put`: the answer to PUT names the ETag that later
    listings name. `keeps_bodies`: what is read back means what was sent. `honours_if_none_match`,
    `honours_if_match`: preconditions are obeyed; where not, we look right before we write (MATRIX 3).
    """

    sync_collection: bool = True
    etag_on_put: bool = True
    keeps_bodies: bool = False
    honours_if_none_match: bool = True
    honours_if_match: bool = True

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Profile":
        """Read a stored profile; names from another version are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: bool(value) for name, value in json.loads(text).items() if name in known})
