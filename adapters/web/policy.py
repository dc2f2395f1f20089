"""Who may do what over HTTP, and with whose objects: one table, looked at for every request (FAILURES G14).

A route is known by its operation id. One that has no line here is refused to everybody, and a test asks for its line.
What lies in a path (`/sessions/{session}`) is somebody's: `OWNED` says whose, and a role that may only reach its own
is told of anything else that it does not exist.
"""

from collections.abc import Mapping
from enum import StrEnum

from model.access import AccessRole


class Reach(StrEnum):
    """Whose objects: of everybody, or those that are the caller's."""

    ALL = "ALL"
    OWN = "OWN"


Line = dict[AccessRole, Reach]
_ADMIN: Line = {AccessRole.ADMIN: Reach.ALL}
_OFFICE: Line = _ADMIN | {AccessRole.SCHEDULER: Reach.ALL}
_STAFF: Line = _OFFICE | {AccessRole.PRACTITIONER: Reach.OWN}
_ALL_STAFF: Line = _OFFICE | {AccessRole.PRACTITIONER: Reach.ALL}
_OWNER: Line = _ADMIN | {AccessRole.PRACTITIONER: Reach.OWN}
_CLIENT: Line = {AccessRole.CLIENT: Reach.OWN}
_ANYBODY: Line = dict.fromkeys(AccessRole, Reach.OWN)

OPEN = frozenset({"healthz"})  # asked without a token
POLICY: Mapping[str, Line] = {
    "show_me": _ANYBODY,
}
