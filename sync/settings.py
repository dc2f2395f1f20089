"""What a practice may decide about syncing, with DOMAIN 5's defaults and what is allowed.

Values only: files and environment are `adapters.config`'s, which reads the bounds from the metadata here.
"""

from dataclasses import dataclass, field
from typing import Literal

Violated = Literal[
    "AVAILABILITY", "WORKER_OVERLAP", "CLIENT_OVERLAP", "CONTRACTED_HOURS", "ASSOCIATION", "BLOCKLIST", "UNASSIGNED",
    "WORKER_STATUS", "CLIENT_STATUS", "AGREEMENT",
]  # fmt: skip
Level = Literal["busy", "reference", "initials", "first_name", "full_name"]
LEVELS: tuple[Level, ...] = ("busy", "reference", "initials", "first_name", "full_name")


def _whole(default: int, *, least: int, most: int) -> int:
    """A whole number in bounds; typed as what the field holds, as `dataclasses.field` itself is."""
    found: int = field(default=default, metadata={"ge": least, "le": most})
    return found


def _text(default: str, *, pattern: str, allowed: str) -> str:
    """Text of one shape; `allowed` says in words which."""
    found: str = field(default=default, metadata={"pattern": pattern, "description": allowed})
    return found


@dataclass(frozen=True, kw_only=True)
class PrivacySettings:
    """What may leave at all (DOMAIN 5); `public_url` is the base of deep links, empty: none are written."""

    default: Level = "reference"
    maximum: Level = "initials"
    include_conference: bool = True
    share_client_address: bool = False
    include_employee_message: bool = False
    show_activities: bool = True
    public_url: str = _text("", pattern=r"^(https://\S+)?$", allowed="an https:// address, or empty")


@dataclass(frozen=True, kw_only=True)
class SyncSettings:
    """Cadence in seconds, window and limits in days, counts and percent."""

    pull_s: int = _whole(300, least=30, most=86_400)
    push_s: int = _whole(60, least=1, most=86_400)
    reconcile: str = _text(
        "02:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", allowed="a time of day in UTC, like 02:30"
    )
    past_days: int = _whole(30, least=0, most=3_650)
    future_days: int = _whole(365, least=1, most=395)
    inbound_past_days: int = _whole(14, least=0, most=3_650)
    mass_delete_count: int = _whole(10, least=1, most=100_000)
    mass_delete_percent: int = _whole(20, least=1, most=100)
    mass_delete_min: int = _whole(3, least=1, most=100_000)
    cancelled_display: Literal["mark", "remove"] = "mark"
    mark_completed: bool = False
    push_drafts: bool = False
    emit_attendees: bool = False
    push_offers: bool = False
    lease_s: int = _whole(90, least=15, most=3_600)
    parallel_links: int = _whole(16, least=1, most=64)
    per_host: int = _whole(4, least=1, most=16)
    breaker_failures: int = _whole(5, least=1, most=1_000)
    run_s: int = _whole(600, least=10, most=86_400)
    run_mib: int = _whole(256, least=1, most=100_000)
    item_writes: int = _whole(30, least=3, most=10_000)
    page: int = _whole(100, least=1, most=500)
    stale_after_min: int = _whole(60, least=1, most=10_080)


@dataclass(frozen=True, kw_only=True)
class InboundSettings:
    """How edits from outside are judged (DOMAIN 1.6); `client_delete` knows no `apply`.

    `longest_min`: what is made longer is too long. A held change is spoken of again after `held_remind_h` hours,
    and brought before the scheduler after `held_escalate_h`. Who is told of what happened is told once it was quiet for
    `notify_delay_s` seconds.
    """

    client_move: Literal["apply", "hold", "refuse"] = "apply"
    client_delete: Literal["hold", "refuse"] = "hold"
    group: Literal["apply", "hold", "refuse"] = "hold"
    roster: Literal["apply", "hold", "refuse"] = "hold"
    longest_min: int = _whole(1_440, least=1, most=10_080)
    notify_delay_s: int = _whole(180, least=0, most=3_600)
    held_remind_h: int = _whole(24, least=1, most=8_760)
    held_escalate_h: int = _whole(48, least=1, most=8_760)


@dataclass(frozen=True, kw_only=True)
class RulesSettings:
    """How strictly a practice keeps its own rules (DOMAIN 3).

    Of a short notice cancellation under the NDIS `ndis_percent` of the agreed fee is charged (R2). A roster period that
    violates one of `block_on` is not published (R52). `worker_availability` says whether leave and weekly hours prevent
    that a worker is booked, or only warn. `subject_pattern` is a regular expression that all of a subject shall match
    (001-07); empty: none. With `lock_published` no calendar changes what a roster made; else what
    begins up to `payroll_until` is closed to them (ROSTER_LOCKED). Workers accept or decline sessions up to
    `shift_acceptance_days` before, and `shift_acceptance` is what happens then to who did not.
    """

    ndis_percent: int = _whole(100, least=0, most=100)
    allow_delete_rostered: bool = False
    block_on: tuple[Violated, ...] = ()
    worker_availability: Literal["prevent", "allow"] = "prevent"
    ad_hoc_services: bool = True
    apportionment: bool = True
    subject_pattern: str = ""
    shift_acceptance_days: str = _text(
        "", pattern=r"^(\d{1,2})?$", allowed="a number of days from 0 to 99, or empty: nobody is asked"
    )
    shift_acceptance: Literal["accept", "none", "decline"] = "none"
    lock_published: bool = False
    payroll_until: str = _text(
        "", pattern=r"^(\d{4}-\d\d-\d\d)?$", allowed="the last day that payroll has closed, like 2026-03-15"
    )


@dataclass(frozen=True, kw_only=True)
class RemindersSettings:
    """At what time of the day clients are reminded, on their own clocks (R61)."""

    send_at: str = _text(
        "09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", allowed="a time of the day like 09:00"
    )


@dataclass(frozen=True, kw_only=True)
class FeesSettings:
    """What the practice charges of its own accord, in cents (R65)."""

    no_show_cents: int = _whole(0, least=0, most=100_000_000)


@dataclass(frozen=True, kw_only=True)
class BookingSettings:
    """What clients may do online (003-*, R63, R64); without `allow` nothing.

    A booking begins at least `cutoff_min` minutes ahead, and at most `how_far_days` days. `slot_step_min`: how far
    apart starts are; 0: by length and padding. `tentative_blocks`: what is tentative in a worker's own calendars
    takes time too, and `all_day_blocks` whether what is all-day there does: as its TRANSP says, or always, or never.
    With `padding_display` "event" a worker's own calendars show the padding after a session as an event of its own.
    `open_slot_display` does the same for the windows that they reserved, as "Open slot".
    `policy_text` is read and acknowledged by whoever books, moves or cancels; later than
    `enforce_window_hours` before (0: never too late) only the practice does. `cancel_reason` is what clients'
    cancellations get as a reason, unless they choose one. A client holds at most `client_open` appointments and
    requests to come, and does at most `client_hour` things within an hour, an address at most `address_hour`
    (FAILURES G16, G26). A mailed link opens for `link_min` minutes, and the visit lasts as long.
    """

    allow: bool = False
    allow_resched_cancel: bool = False
    notify_email: bool = True
    cutoff_min: int = _whole(1_440, least=0, most=525_600)
    how_far_days: int = _whole(30, least=1, most=365)
    policy_text: str = ""
    mode: Literal["instant", "request"] = "instant"
    slot_step_min: int = _whole(0, least=0, most=1_440)
    padding_display: Literal["none", "event"] = "none"
    open_slot_display: Literal["none", "event"] = "none"
    tentative_blocks: bool = True
    all_day_blocks: Literal["by_transp", "always", "never"] = "by_transp"
    enforce_window_hours: int = _whole(0, least=0, most=8_760)
    cancel_reason: str = ""
    client_open: int = _whole(10, least=1, most=1_000)
    client_hour: int = _whole(20, least=1, most=10_000)
    address_hour: int = _whole(60, least=1, most=100_000)
    link_min: int = _whole(30, least=5, most=240)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All of it, as one value handed to a run."""

    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    inbound: InboundSettings = field(default_factory=InboundSettings)
    rules: RulesSettings = field(default_factory=RulesSettings)
    fees: FeesSettings = field(default_factory=FeesSettings)
    booking: BookingSettings = field(default_factory=BookingSettings)
    reminders: RemindersSettings = field(default_factory=RemindersSettings)


DEFAULTS = Settings()
