"""What can go wrong between us and a calendar server: one class per thing a caller can do about it.

    SyncError
    ├── LinkError           this run ends; the link's state says why
    │   ├── NotAuthorised       401: ask the person for a new password (NEEDS_REAUTH)
    │   ├── CalendarMissing     the collection is gone or replaced (SUSPENDED)
    │   ├── Throttled           wait at least `retry_after`
    │   │   └── RefusedWhileThrottled   a 401 soon after that: it says nothing about the password
    │   ├── Unreachable         nothing usable came back; nothing is known to have changed
    │   └── LeaseLost           another worker holds the link now
    └── ItemError           this item fails; the others go on
        ├── RemoteChanged       412: somebody wrote it first; look again
        ├── RemoteGone          404: the item is not there
        ├── UidTaken            the server holds this UID elsewhere (`href` where told)
        ├── OutcomeUnknown      the write may have happened: read back, never send again blindly
        ├── Refused             the server will not take this item
        └── Unreadable          what came back is not an event we can understand

Messages carry hrefs, status codes and reasons: never bodies, titles or credentials (FAILURES G23, H6).
"""

from datetime import timedelta


class SyncError(Exception):
    """Anything a run may have to deal with."""


class Stopped(SyncError):
    """The run was asked to end; all that it had done is settled, and the next one goes on from there."""


class LinkError(SyncError):
    """The run of this link cannot go on."""


class NotAuthorised(LinkError):
    """The server refuses the credentials."""


class CalendarMissing(LinkError):
    """The calendar itself is not there (never to be read as "empty", FAILURES A9)."""


class Throttled(LinkError):
    """The server asks us to wait; `retry_after` is a floor, `None` where it names no time."""

    def __init__(self, message: str, *, retry_after: timedelta | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedWhileThrottled(Throttled):
    """401 soon after the server asked us to wait: iCloud goes on with these for a while (FAILURES A5)."""


class Unreachable(LinkError):
    """No usable answer: network, TLS, gateway page, HTML instead of XML, cut-off body."""


class LeaseLost(LinkError):
    """Another worker took this link over; whatever we still wanted to write is not ours to write."""


class ItemError(SyncError):
    """One item failed; `href` names it."""

    def __init__(self, message: str, *, href: str) -> None:
        super().__init__(message)
        self.href = href


class RemoteChanged(ItemError):
    """Someone else wrote the item after we read it."""


class RemoteGone(ItemError):
    """The item is not there any more."""


class UidTaken(ItemError):
    """The server already has this UID; `other` is the href that holds it, where the server says so."""

    def __init__(self, message: str, *, href: str, other: str | None) -> None:
        super().__init__(message, href=href)
        self.other = other


class OutcomeUnknown(ItemError):
    """A write was sent and no answer came: it may or may not have happened."""


class Refused(ItemError):
    """The server refuses this item for a reason of its own; `status` is its HTTP status."""

    def __init__(self, message: str, *, href: str, status: int) -> None:
        super().__init__(message, href=href)
        self.status = status


class Unreadable(ItemError):
    """The bytes are not an event we can understand; the message says which line and why."""
