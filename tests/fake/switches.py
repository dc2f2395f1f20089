"""What the fake server can be told to do wrong, and who was seen doing it (FAILURES 4).

Each switch carries its sources: `lab:` a path in a recorded exchange, `hints:` an entry of
caldav.compatibility_hints, `issue:` a public issue thread, `source:` a public source text,
`rfc:` a section of an RFC. A test looks them up,
so that no switch can drift into what suits us. What a switch does is `store`'s, `methods`' and `trouble`'s.
"""

from dataclasses import dataclass, field, fields
from typing import TypeVar

T = TypeVar("T")


def _switch(off: T, what: str, failures: str, *sources: str) -> T:
    """A switch that is off; typed as what it holds, as `dataclasses.field` itself is."""
    found: T = field(default=off, metadata={"what": what, "failures": failures, "sources": sources})
    return found


@dataclass(kw_only=True)
class Switches:
    """All off: a server that keeps RFC 4791 and 6578. Numbers of answers count down as they are given."""

    # --- ETags
    no_etag_on_put: bool = _switch(
        False, "the answer to a PUT names no ETag", "B1",
        "issue:nextcloud/server#14103", "lab:davical.json#scheduling/I organise, local guest/ETag in answer",
    )  # fmt: skip
    weak_etag_on_put: bool = _switch(
        False, "a PUT is answered with a weak ETag, listings have a strong one", "B3", "hints:gmx#save.etag"
    )
    weak_etags: bool = _switch(
        False, "ETags are weak everywhere, and taken in If-Match with or without W/", "A26",
        "lab:cyrus.json#put/GET with compression", "lab:cyrus.json#put/that ETag as If-Match",
    )  # fmt: skip
    unquoted_etags: bool = _switch(
        False, "ETags have no quotes, and are compared as they are", "B4", "hints:robur#save.etag"
    )
    encoded_etag_on_put: bool = _switch(
        False, "a PUT names its ETag percent-encoded, and If-Match does not take that", "B4",
        "hints:bedework_5_0_0#save.etag",
    )  # fmt: skip
    no_etags: bool = _switch(False, "no item has an ETag, anywhere", "B7", "issue:twentyhq/twenty#25648")
    calendars_etag_on_get: bool = _switch(
        False, "a GET names the ETag of the calendar", "B6", "issue:forwardemail#20"
    )
    counted_etags: bool = _switch(
        False, "ETags count the writes of a href, and begin anew after a deletion", "B6",
        "lab:sogo.json#put/create ETag",
    )  # fmt: skip
    dated_etags: bool = _switch(
        False, "ETags are made of the second of the last write", "B6", "rfc:9110 8.8.1"
    )
    flaky_etags: bool = _switch(
        False, "some item has a new ETag at each look, with nothing changed", "B5", "issue:vdirsyncer#257"
    )
    # --- what is stored
    rewrites: str = _switch(
        "", '"sorts": lines in another order; "adds": CLASS where absent; "strips": X- lines and RELATED-TO go', "B2",
        "lab:radicale.json#put/body after PUT", "lab:sogo.json#put/body after PUT/added",
        "lab:radicale.json#round_trip/awkward values/body/lost", "hints:zimbra#save-load.icalendar.related-to",
    )  # fmt: skip
    splits_overrides: bool = _switch(
        False, "each override is stored as a resource of its own, beside that of its series", "B21",
        "hints:bedework_5_0_0#save-load.event.recurrences.exception",
    )  # fmt: skip
    mails_guests: bool = _switch(
        False, "guests of an event are told of each write, SCHEDULE-STATUS is stored, no ETag is named", "B32",
        "lab:davical.json#scheduling/I organise, local guest", "issue:OutlookCalDavSynchronizer#228",
    )  # fmt: skip
    # --- preconditions
    ignores_if_none_match: bool = _switch(
        False, "If-None-Match: * overwrites", "B8", "lab:sogo.json#put/If-None-Match:* on existing"
    )
    ignores_if_match: bool = _switch(
        False, "a stale If-Match deletes, and creates what is missing", "B9",
        "lab:sogo.json#delete/stale If-Match", "lab:sogo.json#put/If-Match on missing",
    )  # fmt: skip
    if_match_star_backwards: bool = _switch(
        False, "If-Match: * is refused where something is, and creates where nothing is", "B9",
        "hints:icloud#save-load.mutable.if-match-wildcard",
    )  # fmt: skip
    # --- tokens and listings
    no_sync_token: bool = _switch(
        False, "no sync-collection and no token, only a CTag", "B10", "lab:sabre.json#sync/sync-collection"
    )
    no_ctag: bool = _switch(False, "no CTag either", "B10", "hints:posteo#sync-token", "issue:planify#2398")
    token_accepts_anything: bool = _switch(
        False, "a token nobody gave out is answered with everything and no error", "B11",
        "lab:sogo.json#sync/bad tokens/garbage", "lab:davical.json#sync/bad tokens/garbage",
    )  # fmt: skip
    token_loses_deletes: bool = _switch(
        False, "deletions are missing from sync reports", "B12", "hints:bedework_5_0_0#sync-token.delete"
    )
    compares_trees: bool = _switch(
        False, "a token names a state: what came and went since is in no report, and an old state has its old token",
        "B12", "source:xandikos/store/git.py",
    )  # fmt: skip
    member_418: bool = _switch(
        False,
        "a removed member has status 418 in sync reports",
        "A20 B12",
        "hints:infomaniak#sync-token.delete",
    )
    truncates: int = _switch(
        0, "a first sync report, or one with DAV:limit, holds so many and the newest token, without 507", "B13",
        "lab:xandikos.json#sync/limit 2", "hints:stalwart#sync-token.limit.initial-sync",
    )  # fmt: skip
    pages: int = _switch(
        0, "sync reports come so many at a time, with 507 on the calendar", "B14",
        "lab:cyrus.json#sync/limit 2", "issue:sabre/dav#1248",
    )  # fmt: skip
    lag: int = _switch(
        0, "listings and reports show what stood so many requests ago", "B17",
        "hints:bedework_3_10_3#search-cache", "hints:purelymail#search-cache",
    )  # fmt: skip
    lagging_gets: bool = _switch(
        False, "with `lag`, a GET shows the same old state", "B17", "hints:bedework_5_0_0#synchronous-write"
    )
    window_days: int = _switch(
        0, "listings and reports show only events so many days from today", "B18",
        "hints:ox#search.unlimited-time-range", "hints:yahoo#search.unlimited-time-range",
    )  # fmt: skip
    comp_filter_ignored: bool = _switch(
        False, "a calendar-query answers with all that is there", "B19", "hints:infomaniak#search.comp-type"
    )
    self_in_listing: bool = _switch(
        False, "the calendar itself is a member of its sync report, with an ETag", "B29",
        "hints:icloud#sync-token.limit", "issue:calcurse#526",
    )  # fmt: skip
    empty_207: bool = _switch(
        False, "a made calendar, and each item of a multiget, has neither status nor propstat", "A21",
        "hints:bedework_5_0_0#create-calendar",
    )  # fmt: skip
    # --- hrefs
    reencodes_hrefs: bool = _switch(
        False, "hrefs are spelled another way than they were written, and differently in reports", "B27",
        "lab:sabre.json#names", "issue:vdirsyncer#745",
    )  # fmt: skip
    renames_hrefs: bool = _switch(
        False, "a new item is stored under a name of the server's own", "B26",
        "lab:sogo.json#uid_conflict/after MOVE", "issue:suitenumerique/messages#752",
    )  # fmt: skip
    partition_host: str = _switch(
        "", "hrefs are URLs of this host", "B28", "source:caldav/compatibility_hints.py icloud"
    )
    # --- UIDs
    uid_conflict: str = _switch(
        "409 named", 'status, and "named", "carddav" (the wrong namespace), "text" or "bare"', "B23",
        "lab:radicale.json#uid_conflict/same UID at a second href",
        "lab:xandikos.json#uid_conflict/same UID at a second href",
        "lab:cyrus.json#uid_conflict/same UID at a second href",
        "lab:sogo.json#uid_conflict/same UID at a second href",
        "hints:purelymail#save.no-uid-conflict", "hints:bedework_5_0_0#save.no-uid-conflict",
    )  # fmt: skip
    accepts_twins: bool = _switch(
        False,
        "one UID may stand at two hrefs",
        "B22",
        "lab:davical.json#uid_conflict/same UID at a second href",
    )
    trash_bin: bool = _switch(
        False, "the UID of a deleted event cannot be used again", "B25", "issue:nextcloud/server#30096"
    )
    # --- answers
    throttles: int = _switch(
        0, "so many answers are 429 or 503 (`throttle_status`), with Retry-After (`retry_after`)", "A16",
        "issue:vdirsyncer#733", "hints:gmx#rate-limit",
    )  # fmt: skip
    throttle_status: int = _switch(429, "how it throttles: 429 or 503", "A16", "hints:gmx#rate-limit")
    retry_after: str = _switch(
        "", 'what Retry-After says: seconds, or "date" for a date two minutes ahead', "A16",
        "issue:vdirsyncer#733",
    )  # fmt: skip
    unauthorised_after_throttling: int = _switch(
        0,
        "once it has throttled, so many answers are 401",
        "A5",
        "source:caldav/compatibility_hints.py icloud",
    )
    unauthorised: bool = _switch(
        False, "every answer is 401: the password was changed", "A4", "issue:home-assistant/core#128830"
    )
    html: int = _switch(0, "so many answers are a page to log in, with 200", "A19", "issue:norish#188")
    halves: int = _switch(0, "so many answers end in the middle", "A3", "rfc:9112 8")
    resets_before: int = _switch(
        0, "so many writes are dropped unread, without an answer", "A1 E2", "lab:sogo.json#bench/GET answers"
    )
    resets_after: int = _switch(
        0, "so many writes are done and never answered", "A2 E1", "issue:macro-inc/macro#5484"
    )
    gateway_after: int = _switch(
        0, "so many writes are done and answered with 502", "A18", "issue:simstudioai/sim#6041"
    )
    poison: str = _switch(
        "", "whatever would hand out the item with this UID is answered with 500", "A17",
        "issue:davx5-ose#393", "issue:nextcloud/server#51476",
    )  # fmt: skip


NAMES = tuple(one.name for one in fields(Switches))
