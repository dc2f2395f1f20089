"""Put codes into words: what somebody did in their calendar, how it was judged, and why (DOMAIN 1.6, 1.7).

Sentences for people, without a name or a title: what they say is true of every practice.
"""

from sync.context import Line

GESTURES = {
    "E1": "moved within its day",
    "E2": "moved to another day",
    "E3": "given another length",
    "E4": "one occurrence was deleted",
    "E5": "deleted",
    "E6": "this and all following moved",
    "E7": "this and all following deleted",
    "E8": "renamed",
    "E9": "a remark was written into it",
    "E10": "given another place",
    "E11": "turned into a whole day",
    "E12": "set busy or free",
    "E13": "given another status",
    "E14": "given another rule of repetition",
    "E15": "guests were invited",
    "E16": "an alarm or the like was changed",
    "E17": "a new event was made",
    "E18": "one of our events was copied",
    "E19": "moved to another calendar",
    "E20": "given another time zone",
    "E21": "too much was gone at once",
    "E22": "changed on both sides",
    "E23": "its link was changed",
    "E24": "its class, categories or resources were changed",
}

DECISIONS = {
    "APPLY": "applied",
    "KEEP": "kept in the calendar, of no concern to the practice",
    "HOLD": "held until somebody answers; the calendar shows the session as it was",
    "REFUSE": "refused; the calendar is put back",
}

REASONS = {
    "READ_ONLY_CALENDAR": "the calendar of a room, an asset or a bed only shows",
    "READ_ONLY_LINK": "this link is one-way, so the calendar only shows",
    "STALE_BASE": "the practice had changed the same thing meanwhile, and its record wins",
    "PAST_WINDOW": "it lies too far in the past",
    "SESSION_COMPLETE": "the session is complete",
    "SESSION_CANCELLED": "the session is cancelled",
    "SESSION_IN_PROGRESS": "the session is going on",
    "SD_EXTRACTED": "the record of the session was exported",
    "NOTE_SIGNED": "the note of the session is signed",
    "BILLED": "the session is billed",
    "PAID": "the session is paid",
    "TOO_LONG": "a session lasts at most 24 hours",
    "TOO_SHORT": "a session lasts at least a minute",
    "REQUEST_PENDING": "it waits for an answer in the practice: yes or no",
    "ROSTER_LOCKED": "its roster is closed to calendars; the scheduler can still change it in the practice",
    "ROSTER_SESSION": "it comes from a roster",
    "MULTI_WORKER": "other workers take part",
    "GROUP_SESSION": "several clients take part",
    "INTO_PAST": "it would lie in the past",
    "CLIENT_MOVE": "this practice decides about each move itself",
    "RECURRENCE_CHANGE": "what repeats, or how often, changes for a client",
    "CLIENT_BOOKING_DELETE": "a booking of a client is cancelled with a record, never deleted",
    "SERIES_DELETE": "bookings of a client are cancelled with a record, never deleted",
    "STATUS_OWNED": "the status is the practice's",
    "LOCATION_OWNED": "the place is the practice's",
    "CLASS_OWNED": "class, categories and resources are the practice's",
    "TITLE_OWNED": "the title is the practice's",
    "PRIVACY_ATTENDEE": "nobody may be invited to a session with a client",
    "ZONE_OWNED": "the time zone is the practice's",
    "URL_OWNED": "the link is the practice's",
    "ALL_DAY_NOT_ALLOWED": "a session with a client has a start and an end",
    "MUST_BE_BUSY": "a session with a client is always busy",
    "COPY_IS_NOT_BOOKING": "a copy books nobody; it is the worker's own event now",
    "SLOT_OVERLAP": "the worker is busy at that time",
    "CLIENT_OVERLAP": "the client is booked at that time",
    "TZ_MISMATCH": "the device wrote the time in another zone than the session's",
    "ROOM_CONFLICT": "the room is taken at that time",
    "ASSET_CONFLICT": "more of an asset would be in use than there is",
    "WORKER_UNAVAILABLE": "the worker is not available at that time",
    "OUTSIDE_SHIFT": "a session would lie outside its shift",
    "ACTIVITY_OUTSIDE": "a break or another activity of it would lie outside it",
    "WINDOW_OWNED": "an open slot is free until somebody books it",
    "PADDING_OWNED": "padding follows the session that it comes after",
    "SHIFT_OWNED": "a shift is the practice's to plan",
    "CLIENT_CONFLICT": "the client is booked elsewhere at that time",
    "E_RRULE": "no rule that a session may have says that",
    "E_LOCKED": "part of it cannot be changed any more",
    "E_END_BEFORE_START": "it would end before it begins",
    "E_TRANSITION": "nothing is left that could be changed",
    "OFFER_PENDING": "a session is offered to this worker",
    "OFFER_ACCEPTED": "a worker is interested in a session that was offered",
    "OFFER_DECLINED": "a worker is not interested in a session that was offered",
    "OFFER_ASSIGNED": "the session that was offered is this worker's now",
    "OFFER_CLOSED": "the session that was offered is not to be had any more",
    "SOURCE_STALE": "a busy source was not read for too long, so that the worker may be busy at other times, too",
    "HELD_REMINDER": "a change has been waiting for an answer",
    "HELD_ESCALATED": "a change has been waiting for an answer for long",
}

# What came, and what the calendar shows where that is not taken over.
_MATTERS = {
    "E1": ("the new time", "the old time"),
    "E2": ("the new day", "the old day"),
    "E3": ("the new length", "the old length"),
    "E4": ("the deletion of one occurrence", "the occurrence"),
    "E5": ("the deletion", "the event"),
    "E6": ("the new time of this and all following", "the series as it was"),
    "E7": ("the deletion of this and all following", "the whole series"),
    "E8": ("the new title", "our title"),
    "E9": ("the remark", "our text alone"),
    "E10": ("the new place", "our place"),
    "E11": ("the whole day", "the session's time"),
    "E12": ("the change of busy or free", "what it was before"),
    "E13": ("the new status", "our status"),
    "E14": ("the new rule of repetition", "our rule"),
    "E15": ("the invitation", "no guests"),
    "E16": ("the alarm or the like", "the event without it"),
    "E17": ("the new event", "no such event"),
    "E18": ("the copy", "no such event"),
    "E19": ("the move to another calendar", "the event"),
    "E20": ("the new time zone", "our time zone"),
    "E21": ("the disappearance of so much", "what was there"),
    "E22": ("what was changed there as well", "our record"),
    "E23": ("the new link", "our link"),
    "E24": ("the new class or category", "ours"),
}
_OUTCOMES = {
    "APPLIED": "{came} was taken over.",
    "HELD": "{came} waits for an answer; until then the calendar shows {ours}, and nothing was changed here.",
    "REFUSED": "{came} was not taken over; the calendar shows {ours} again.",
    "CONFIRMED": "{came} was held, then confirmed: what the answer said was done, with a record.",
    "DISMISSED": "{came} was held, then dismissed: everything stays as it was, and the calendar shows {ours}.",
}
_SPECIAL = {
    ("E9", "APPLIED"): "The remark was kept, for the practitioner alone; nobody in the practice sees it.",
    ("E16", "APPLIED"): "The alarm or the like stays in the calendar, and is nobody else's business.",
    ("E17", "APPLIED"): "The new event became an Other Event: its time is taken, its title is its owner's.",
    ("E18", "APPLIED"): "The copy became an Other Event of the worker's own. It books nobody.",
    ("E24", "APPLIED"): "The new class or category stays in the calendar: it is no less private than ours.",
}

_ACTIONS = {
    "create": "sent: a new event",
    "replace": "sent: a change",
    "delete": "sent: a deletion",
    "recovered": "an earlier write had arrived; nothing was sent again",
    "unsent": "an earlier write had not arrived; it is decided anew",
    "unsettled": "a write of an earlier run whose outcome is not known yet",
    "matched": "it was there already; from now on it is the event of what it shows, and nothing is sent twice",
    "looping": "written too often today: something there undoes what we write; left alone until tomorrow",
    "undecided": "a series was cut short there; the next run decides, once it is known what follows",
    "vanished": "gone from the calendar",
    "went-back": "as it was before, in the calendar",
    "busy": "this takes time now",
    "free": "this takes no time any more",
}
_FAILURES = {
    "RemoteChanged": "the event had just been changed there; looked at again",
    "RemoteGone": "the event is not there any more; looked at again",
    "UidTaken": "the server has this event elsewhere already; looked at again",
    "OutcomeUnknown": "no answer came; it will be read back before anything is sent again",
    "Refused": "the server would not take it; tried again when the session changes, and daily",
}
_QUARANTINED = {
    "TWIN_UID": "it has the UID of another event there",
    "UID_CHANGED": "it took the place of one of our events",
    "UID_OF_A_DELETED_EVENT": "it has the UID of an event that was deleted",
    "BROUGHT_BACK": "another program brings our own event back under another name",
    "NO_EVENT": "it holds no event",
    "OURS_BUT_UNKNOWN": "we wrote it after the backup that this database was restored from",
}
_UNDONE = {
    "": "nothing is to be written there",
    "CREATE": "put back into the calendar as it was",
    "REPLACE": "written to the calendar as it was",
    "DELETE": "taken out of the calendar",
    "FORGET": "forgotten here; it stays in the calendar",
}
_LEFT = {
    "CHANGED_AGAIN": "a later run changed it again; rewind that one first, or all since",
    "CHANGED_THERE": "it was changed in the calendar since",
    "CHANGED_HERE": "it was changed here since",
    "DELETED_HERE": "what it showed is deleted here",
    "NOT_HANDED_OUT": "the server did not hand it out",
}


def said(line: Line) -> str:
    """One thing that a run did, or would do."""
    if line.action == "judged":
        return judged(line.code, line.decision, line.reason, line.warnings)
    if line.action == "failed":
        return f"not written: {_FAILURES.get(line.reason, line.reason)}"
    if line.action == "quarantined":
        return f"set aside, the rest goes on: {_QUARANTINED.get(line.reason, line.reason)}"
    if line.action == "rewind":
        return rewound(line)
    if line.action == "unfetched":
        return f"the server did not hand it out: {line.reason}"
    return _ACTIONS.get(line.action, line.action)


def judged(code: str, decision: str, reason: str, warnings: tuple[str, ...] = ()) -> str:
    """A gesture, what became of it, and why."""
    because = f", because {REASONS.get(reason, reason)}" if reason else ""
    also = f" (but {', '.join(REASONS.get(word, word) for word in warnings)})" if warnings else ""
    return f"came back: {gesture(code)}: {DECISIONS.get(decision, decision.lower())}{because}{also} [{code}]"


def rewound(line: Line) -> str:
    """What becomes of one thing in a rewind, and what the next run will make of it."""
    if line.decision == "REFUSE":
        return f"left as it is: {_LEFT.get(line.reason, line.reason)}"
    taken = (
        "it is taken in again" if line.code == "FORGET" else "it is sent again, as the practice still says so"
    )
    return _UNDONE.get(line.code, line.code) + (f"; once the link goes on, {taken}" if line.warnings else "")


def gesture(code: str) -> str:
    """What somebody did in their calendar."""
    return GESTURES.get(code, code)


def reason(code: str) -> str:
    """Why something was held or refused."""
    return REASONS.get(code, code)


def outcome(code: str, state: str, why: str = "") -> str:
    """What became of a change, as a sentence: of every code and every state."""
    if why == "SESSION_CANCELLED" and state == "APPLIED":
        return (
            "The event of a cancelled session was deleted; it is not shown again, and nothing else happens."
        )
    if (special := _SPECIAL.get((code, state))) is not None:
        return special
    came, ours = _MATTERS[code]
    said = _OUTCOMES[state].format(came=came, ours=ours)
    return said[0].upper() + said[1:]
