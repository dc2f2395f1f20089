"""What leaves of a session on one link: each property is built from the allow-list of the link's effective level.

The only place that decides it (DOMAIN 5), never by leaving things out of a record. Which sessions and occurrences are
shown at all is `projection`'s. Pure: no clock, database or socket. Texts in the practitioner's own Other Events are
theirs already; they go back only to the calendar they came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from model.details import TENTATIVE, Kind, LocationType, ShowAs, Source, Status, WorkType
from model.moment import Span
from model.people import Client
from model.series import Series
from model.session import Session
from sync.activity_lines import activity_lines
from sync.event import Component
from sync.event import Status as EventStatus
from sync.labels import colour_of, taken_by
from sync.settings import LEVELS, Level, PrivacySettings

Unit = Session | Series
WAITING_LINE = "Change waiting: confirm in the app"
ALL = "*"
HOP = "HOP"
_CATEGORY = {
    Kind.CLIENT_SESSION: "Client session",
    Kind.CLIENT_CONTACT: "Client contact",
    Kind.COLLATERAL_CONTACT: "Collateral contact",
    Kind.OTHER_EVENT: "Other event",
    Kind.SHIFT: "Shift",
}
_MOST_INITIALS = 5
_CANCELLED = "Cancelled – "
_QUIET_LOCKS = ("SESSION_CANCELLED", "SESSION_IN_PROGRESS", "SESSION_COMPLETE")


@dataclass(frozen=True, kw_only=True)
class View:
    """Through whose eyes: the worker, the effective level, and how the link wants cancelled sessions shown.

    `mark_completed`: what is complete is shown as such. `note` is the practitioner's own remark on this event (E9);
    `waiting` names occurrence keys with a held change, or holds "*"; `related_to` is the UID of what this session
    replaces. `away`: an event of the practitioner's own is shown in another calendar than the one it came from.
    `inside`: it is a file for use in the practice; `emit_attendees`: rooms and assets are named beside people.
    `published`: it is a feed, which whoever knows its address may read; what a practitioner wrote in a calendar of
    their own is then shown as everything else is, by the level.
    """

    worker_id: UUID
    level: Level
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    mark_cancelled: bool = True
    mark_completed: bool = False
    push_drafts: bool = False
    note: str = ""
    waiting: frozenset[str] = frozenset()
    related_to: str = ""
    away: bool = False
    inside: bool = False
    emit_attendees: bool = False
    published: bool = False


def effective_level(wanted: Level, maximum: Level) -> Level:
    """The lower of the link's level and the practice's maximum (DOMAIN 5)."""
    return min(wanted, maximum, key=LEVELS.index)


def component(unit: Unit, span: Span, view: View, *, cancelled: bool, waiting: bool) -> Component:
    """One event, with what this view may know of it."""
    title, labelled = _title(unit, view), _labelled(unit, view)
    return Component(
        start=span.start,
        end=span.end,
        summary=f"{_CANCELLED}{title}" if cancelled and _prefixes(unit, view) else title,
        description=_description(unit, view, waiting=waiting),
        location=_location(unit, view),
        url=_url(unit, view),
        conference=unit.url if unit.has_client and _may_join(view) else "",
        status=_status(unit, cancelled=cancelled),
        transparent=cancelled or unit.show_as is ShowAs.FREE,
        classification=_classification(unit, view),
        resources=_resources(unit, view),
        taken=taken_by(unit) if view.emit_attendees and labelled and not cancelled else frozenset(),
        colour=colour_of(unit, may=_may(view, "reference")),
        categories=_categories(unit, view) if labelled else frozenset(),
        related_to=view.related_to,
        marks=_marks(unit, view, cancelled=cancelled) if labelled else _hop(view),
    )


def request(session: Session, view: View) -> Component:
    """What a worker is asked to take: when and where, and nobody's name (002-11)."""
    named = _may(view, "reference")
    return Component(
        start=session.span.start,
        end=session.span.end,
        summary="Request" if named else "Busy",
        location=_site(session, view) if named else "",
        url=_deep_link(session, view),
        status="TENTATIVE",
        classification=_classification(session, view),
        categories=frozenset({"Request"}) if named else frozenset(),
        marks={"KIND": "REQUEST", "STATE": "PENDING"} if named else {},
    )


def padding(session: Session, span: Span, view: View) -> Component:
    """The time after a session that is its worker's own, and of whom is not said (003-08)."""
    named = _may(view, "reference")
    return Component(
        start=span.start,
        end=span.end,
        summary="Padding" if named else "Busy",
        classification=_classification(session, view),
        marks={"KIND": "PADDING"} if named else {},
    )


def open_slot(span: Span, level: Level, *, note: str) -> Component:
    """A window in which clients can book, until somebody does (003-10): free, and of nobody."""
    named = LEVELS.index(level) >= LEVELS.index("reference")
    return Component(
        start=span.start,
        end=span.end,
        summary="Open slot" if named else "Busy",
        description=note,
        transparent=True,
        classification="PRIVATE" if named else "CONFIDENTIAL",
        marks={"KIND": "OPEN-SLOT"} if named else {},
    )


def busy_time(span: Span, title: str, *, tentative: bool) -> Component:
    """Time that somebody, or something, is taken (H5): a fixed title, and no more."""
    return Component(
        start=span.start,
        end=span.end,
        summary=title,
        status="TENTATIVE" if tentative else "CONFIRMED",
        classification="CONFIDENTIAL",
    )


def _may(view: View, least: Level) -> bool:
    """Whether what a level shows is shown: each shows what those below it do."""
    return LEVELS.index(view.level) >= LEVELS.index(least)


def _labelled(unit: Unit, view: View) -> bool:
    """Whether our own labels are written: never on an event that the practitioner made."""
    return _may(view, "reference") and unit.source is not Source.CALENDAR


def _classification(unit: Unit, view: View) -> str:
    """A hint only (FAILURES H2); the practitioner's own events keep the one they have."""
    if unit.source is Source.CALENDAR and not view.published:
        return "PUBLIC"
    return "PRIVATE" if _may(view, "reference") else "CONFIDENTIAL"


def _may_join(view: View) -> bool:
    return _may(view, "reference") and view.privacy.include_conference


def _url(unit: Unit, view: View) -> str:
    """An opaque deep link to the record; an Other Event keeps the link that its owner gave it."""
    if unit.kind is Kind.OTHER_EVENT:
        return unit.url if _own_words(unit, view) else ""
    return _deep_link(unit, view)


def _status(unit: Unit, *, cancelled: bool) -> EventStatus:
    if cancelled:
        return "CANCELLED"
    return "TENTATIVE" if unit.status in TENTATIVE or unit.tentative else "CONFIRMED"


def _prefixes(unit: Unit, view: View) -> bool:
    """The practitioner's own event keeps its own words even when cancelled."""
    return unit.has_client or not _own_words(unit, view)


def _own_words(unit: Unit, view: View) -> bool:
    """Whether an Other Event's texts may be shown: to its owner from `reference` on, and always back to
    the calendar that they came from (004-20)."""
    back = unit.source is Source.CALENDAR and not view.published
    return unit.kind is Kind.OTHER_EVENT and (back or _may(view, "reference"))


def _title(unit: Unit, view: View) -> str:
    if unit.kind is Kind.OTHER_EVENT:
        return unit.subject if _own_words(unit, view) else "Busy"
    if not _may(view, "reference"):
        return "Busy"
    if unit.kind is Kind.SHIFT:
        return "Shift"  # at every level: what it is for is not in it, nor what lies in it
    if unit.work_type is WorkType.GROUP:
        return _group_title(unit, view)
    return _client_title(unit, view)


def _client_title(unit: Unit, view: View) -> str:
    noun = "Session" if unit.kind is Kind.CLIENT_SESSION else "Contact"
    client = next(iter(_clients(unit)), None)
    if client is None:
        return noun
    if view.level == "full_name":
        return f"{client.name} – {unit.subject}" if unit.subject else client.name
    return f"{noun} {_called(client, view.level)}"


def _called(client: Client, level: Level) -> str:
    return {"reference": client.internal_id, "initials": client.initials}.get(level, client.first_name)


def is_title_of_ours(title: str, clients: Sequence[Client], level: Level) -> bool:
    """Whether a title is one that we give to what we show of these clients (E18)."""
    plain = title.removeprefix(_CANCELLED)
    if level == "full_name":
        return any(plain == c.name or plain.startswith(f"{c.name} – ") for c in clients)
    if plain.startswith("Group "):
        return level == "reference" and plain.removeprefix("Group · ").isdecimal()
    return any(
        plain in (f"Session {name}", f"Contact {name}") for name in (_called(c, level) for c in clients)
    )


def _group_title(unit: Unit, view: View) -> str:
    clients = _clients(unit)
    if view.level == "reference":
        return f"Group · {len(clients)}"
    shown = ", ".join(c.initials for c in clients[:_MOST_INITIALS])
    more = len(clients) - _MOST_INITIALS
    return f"Group {shown} +{more}" if more > 0 else f"Group {shown}"


def _clients(unit: Unit) -> list[Client]:
    if isinstance(unit, Session):
        return [c.client for c in (unit.active_clients or unit.clients)]
    return [c.client for c in unit.clients]


def _location(unit: Unit, view: View) -> str:
    if unit.kind is Kind.OTHER_EVENT:
        return unit.location if _own_words(unit, view) else ""
    if not _may(view, "reference"):
        return ""
    if unit.location_type is LocationType.TELEHEALTH:
        return "Telehealth"
    if unit.site is not None:
        return _site(unit, view)
    if unit.location_type is LocationType.CLIENT_ADDRESS and view.level == "full_name":
        return unit.address if view.privacy.share_client_address else ""
    return ""


def _site(unit: Unit, view: View) -> str:
    """Where it is: by the site's code, from `initials` on by its name and the room."""
    if unit.site is None or not _may(view, "initials"):
        return unit.site.code if unit.site else ""
    return f"{unit.site.name}, {unit.room.name}" if unit.room else unit.site.name


def _resources(unit: Unit, view: View) -> frozenset[str]:
    """The assets by name, from the level on that names the place; how many of one there are is said once."""
    if not unit.has_client or not (view.inside or _may(view, "initials")):
        return frozenset()
    taken = ((one.asset.name, one.qty) for one in unit.assets)
    return frozenset(f"{qty} {name}" if qty > 1 else name for name, qty in taken)


def _description(unit: Unit, view: View, *, waiting: bool) -> str:
    """Our block, then the practitioner's own words. The waiting line is fixed and allowed at every level."""
    if unit.kind is Kind.OTHER_EVENT:
        return unit.description if _own_words(unit, view) else ""
    block = _block(unit, view)
    lines = ([WAITING_LINE] if waiting else []) + block
    return "\n".join(lines + ([view.note] if view.note else []))


def _block(unit: Unit, view: View) -> list[str]:
    if not _may(view, "reference"):
        return []
    lines = [link] if (link := _deep_link(unit, view)) else []
    if unit.url and _may_join(view):
        lines.append(f"Join: {unit.url}")
    if _may(view, "initials") and view.privacy.show_activities:
        lines += activity_lines(unit, view.worker_id)
    if _may(view, "first_name") and view.privacy.include_employee_message and unit.employee_message:
        lines.append(unit.employee_message)
    return lines


def remark(description: str, block: str) -> str:
    """The practitioner's own words in a description: every line that is not one of ours (E9)."""
    ours = {line.strip() for line in block.splitlines()} | {WAITING_LINE}
    return "\n".join(line for line in description.splitlines() if line.strip() not in ours).strip()


def _deep_link(unit: Unit, view: View) -> str:
    """An opaque link to the record."""
    base = view.privacy.public_url.rstrip("/")
    return f"{base}/s/{unit.id.hex}" if base and _may(view, "reference") else ""


def tagged(unit: Unit, view: View) -> bool:
    """Whether it says that it is complete: else a long series would collect an override a week (DOMAIN 1.0)."""
    return unit.status is Status.COMPLETE and view.mark_completed and _labelled(unit, view)


def _categories(unit: Unit, view: View) -> frozenset[str]:
    found = {_CATEGORY[unit.kind]}
    if unit.work_type is WorkType.GROUP:
        found.add("Group")
    if unit.location_type is LocationType.TELEHEALTH:
        found.add("Telehealth")
    if tagged(unit, view):
        found.add("Completed")
    return frozenset(found)


def _marks(unit: Unit, view: View, *, cancelled: bool) -> dict[str, str]:
    state = Status.CANCELLED if cancelled else _state(unit, view)
    found = {"KIND": unit.kind.value.replace("_", "-"), "STATE": state.value.replace("_", "-")}
    if isinstance(unit, Session) and unit.lock and (tagged(unit, view) or unit.lock not in _QUIET_LOCKS):
        found["LOCK"] = "TRUE"
    return found


def _state(unit: Unit, view: View) -> Status:
    """What takes place, or has, goes on looking as it was agreed: starting and completing write nothing (000-12)."""
    quiet = unit.status in (Status.IN_PROGRESS, Status.COMPLETE) and not tagged(unit, view)
    return Status.ROSTERED if quiet else unit.status


def _hop(view: View) -> dict[str, str]:
    """Our copy of a practitioner's own event says that it is one, so that it comes back from nowhere (E10)."""
    return {HOP: "1"} if view.away and _may(view, "reference") else {}


def without_note(view: View) -> View:
    """The same view without the practitioner's remark: what our own block alone would be."""
    return replace(view, note="")
