"""Put one line of history into a sentence: who did what, from when to when, and why. Codes and times, no names.

What happened is not looked up here: a line says all that is said of it.
"""

from collections.abc import Mapping
from datetime import date, datetime

from model.journal import HistoryEntry
from sync.explain import DECISIONS, REASONS, gesture

_DID = {
    "added": "added it to the diary",
    "rostered": "rostered it: calendars show it from now on",
    "moved": "moved it",
    "rescheduled": "made another session in its place",
    "assigned": "put a worker on it",
    "unassigned": "took a worker off it",
    "offered": "offered it to workers",
    "offer-answered": "wrote down a worker's answer to the offer of it",
    "answered": "wrote down a worker's answer to it",
    "feedback-answered": "wrote down that a client has said how it was",
    "clients-changed": "changed which clients take part",
    "activities-changed": "changed its activities",
    "put-into-shift": "put it into a shift",
    "taken-out-of-shift": "took it out of its shift",
    "shown": "set it busy or free",
    "started": "started it",
    "completed": "completed it",
    "reset": "reset it to rostered",
    "exported": "exported what was delivered",
    "cancelled": "cancelled it",
    "planned": "planned a service for it",
    "unplanned": "took a service off its plan",
    "deleted": "deleted it",
    "note-signed": "signed its note",
    "note-unlocked": "unlocked its note",
    "diagnosed": "changed its diagnosis codes",
    "billed": "billed it",
    "bill-edited": "changed the services of its bill",
    "paid": "applied a payment to its bill",
    "refunded": "gave money of its bill back",
    "payment-removed": "removed a payment from its bill",
    "bill-cancelled": "cancelled its bill",
    "placed": "had it take place elsewhere",
    "modifiers-set": "set its modifiers",
    "edited": "edited what is said of it",
    "assets-changed": "changed which assets it takes along",
    "extended": "made its next occurrences",
    "bed-booked": "booked a bed",
    "bed-changed": "changed a stay",
    "bed-held": "put a stay on hold",
    "bed-back": "ended the hold of a stay",
    "bed-in": "checked somebody in",
    "bed-out": "checked somebody out",
    "bed-cancelled": "cancelled a stay",
    "imported": "imported a file",
    "availability-set": "said when a worker can be had",
    "availability-cleared": "forgot when a worker can be had",
    "leave-added": "entered leave of a worker",
    "leave-approved": "approved leave of a worker",
    "leave-removed": "removed leave of a worker",
    "sent-create": "wrote it to the calendar as a new event",
    "sent-replace": "wrote it to the calendar again",
    "sent-delete": "took it out of the calendar",
    "matched": "found the event in the calendar already, and took it for this",
    "write-loop": "wrote it too often on this day, and leaves it alone until the next",
    "write-failed": "could not write it to the calendar",
    "quarantined": "set an item of the calendar aside",
    "discarded": "has the event of a refused gesture taken out of the calendar",
    "confirmed": "confirmed the held change",
    "dismissed": "dismissed the held change",
    "rewound": "undid what runs had done to it",
    "linked": "linked a calendar",
    "unlinked": "unlinked a calendar",
    "attested": "attested a privacy level",
    "link-set": "set the link otherwise",
    "link-login": "gave the link another password",
    "link-paused": "paused the link",
    "link-resumed": "resumed the link",
    "link-checked": "checked the link",
    "feed-added": "made a feed",
    "feed-rotated": "gave a feed another address",
    "feed-removed": "ended a feed",
    "worker-leaving": "noted that a worker leaves",
    "worker-left": "ended all access of a worker",
    "token-issued": "issued a token",
    "token-revoked": "revoked a token",
}
_DETAILS = (
    "worker",
    "answer",
    "scope",
    "link",
    "change",
    "count",
    "rule",
    "added",
    "updated",
    "bad",
    "deleted",
    "stay",
    "bill",
    "feed",
    "token",
)


def sentence(row: HistoryEntry) -> str:
    """What a line of history says."""
    if row.action == "judged":
        return _judged(row.code, row.detail, who=_link(row.actor))
    more = [row.code] if row.code else []
    more += [f"{name} {row.detail[name]}" for name in _DETAILS if row.detail.get(name)]
    way = _way({"start": row.detail.get("start")}, {"start": row.detail.get("after")})
    also = f" ({', '.join(more)})" if more else ""
    return f"{_who(row.actor)} {_DID.get(row.action, row.action)}{way}{also}."


def _judged(code: str, detail: Mapping[str, object], *, who: str) -> str:
    decision, reason = str(detail.get("decision", "")), str(detail.get("reason", ""))
    because = f", because {REASONS.get(reason, reason)}" if reason else ""
    which = f" ({moment(str(rid))})" if (rid := detail.get("recurrence_id")) else ""
    way = _way(detail.get("before"), detail.get("after"))
    return f"In the calendar{who}: {gesture(code)}{which}{way}; {DECISIONS.get(decision, decision)}{because} [{code}]."


def _way(before: object, after: object) -> str:
    """From when to when, where that changed."""
    was, now = (str(one.get("start") or "") if isinstance(one, dict) else "" for one in (before, after))
    if was and now and was != now:
        return f", from {moment(was)} to {moment(now)}"
    return f", {moment(was or now)}" if was or now else ""


def moment(text: str) -> str:
    """A stored time as people write it; what is none stays as it is."""
    try:
        if "T" not in text:
            return f"{date.fromisoformat(text):%a %-d %b %Y}"
        return f"{datetime.fromisoformat(text):%a %-d %b %Y %H:%M}{'Z' if text.endswith('Z') else ''}"
    except ValueError:
        return text


def _who(actor: str) -> str:
    link = actor.partition("calendar:")[2]
    return f"The link {link}" if link else actor[:1].upper() + actor[1:] if actor == "calendula" else actor


def _link(actor: str) -> str:
    link = actor.partition("calendar:")[2]
    return f" of {link}" if link else ""
