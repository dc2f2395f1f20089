"""Which IANA zone a TZID means, without any memory that one calendar could leave for another.

An IANA name means IANA, whatever VTIMEZONE stands beside it (FAILURES C24). Any other name is settled by the
object's own VTIMEZONE: the first candidate whose clocks agree with it around the event wins; Windows names
or X-LIC-LOCATION only say whom to ask first (C22, C23). Nothing here is shared between objects but pure
answers (LIBRARIES, icalendar trap 1), so the same TZID may mean two things in two calendars.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from adapters.ical.definitions import Definition, DefinitionError, Timeline, read_definition
from adapters.ical.lines import LineError, Node

UTC_ZONE = ZoneInfo("UTC")
_IANA = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{1,31}(?:/[A-Za-z0-9_+-]{1,31}){1,2}")
_PREFIXES = ("posix/", "right/")
# Names without an area are links of old; our rows keep the name that says where.
_SHORT = {
    "cet": "Europe/Brussels", "cst6cdt": "America/Chicago", "cuba": "America/Havana",
    "eet": "Europe/Athens", "egypt": "Africa/Cairo", "eire": "Europe/Dublin",
    "est": "America/Panama", "est5edt": "America/New_York", "gb": "Europe/London",
    "gb-eire": "Europe/London", "gmt": "Etc/GMT", "gmt+0": "Etc/GMT", "gmt-0": "Etc/GMT",
    "gmt0": "Etc/GMT", "greenwich": "Etc/GMT", "hongkong": "Asia/Hong_Kong",
    "hst": "Pacific/Honolulu", "iceland": "Atlantic/Reykjavik", "iran": "Asia/Tehran",
    "israel": "Asia/Jerusalem", "jamaica": "America/Jamaica", "japan": "Asia/Tokyo",
    "kwajalein": "Pacific/Kwajalein", "libya": "Africa/Tripoli", "met": "Europe/Brussels",
    "mst": "America/Phoenix", "mst7mdt": "America/Denver", "navajo": "America/Denver",
    "nz": "Pacific/Auckland", "nz-chat": "Pacific/Chatham", "poland": "Europe/Warsaw",
    "portugal": "Europe/Lisbon", "prc": "Asia/Shanghai", "pst8pdt": "America/Los_Angeles",
    "roc": "Asia/Taipei", "rok": "Asia/Seoul", "singapore": "Asia/Singapore",
    "turkey": "Europe/Istanbul", "uct": "UTC", "utc": "UTC", "universal": "UTC",
    "w-su": "Europe/Moscow", "wet": "Europe/Lisbon", "zulu": "UTC", "z": "UTC",
}  # fmt: skip
# One well-known place for each set of clocks in use.
_CANDIDATES = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Dublin", "Europe/Lisbon",
    "Europe/Moscow", "Europe/Istanbul", "Europe/Chisinau", "America/New_York", "America/Chicago",
    "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
    "Pacific/Honolulu", "America/Halifax", "America/St_Johns", "America/Sao_Paulo",
    "America/Santiago", "America/Asuncion", "America/Havana", "America/Mexico_City",
    "America/Bogota", "America/Caracas", "Australia/Adelaide", "Australia/Sydney",
    "Australia/Brisbane", "Australia/Darwin", "Australia/Perth", "Australia/Lord_Howe",
    "Australia/Eucla", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Norfolk", "Pacific/Apia",
    "Pacific/Marquesas", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Kabul",
    "Asia/Tehran", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Tokyo", "Asia/Jerusalem", "Asia/Beirut", "Asia/Gaza", "Africa/Johannesburg",
    "Africa/Lagos", "Africa/Nairobi", "Africa/Cairo", "Africa/Casablanca", "Atlantic/Azores",
    "Atlantic/Cape_Verde", "America/Nuuk", "America/Miquelon", "Atlantic/Reykjavik",
)  # fmt: skip


class Zones:
    """The zones of one calendar object; `tz` is asked first where several would do."""

    def __init__(self, definitions: list[Node], tz: ZoneInfo) -> None:
        self._tz = tz
        self._nodes = {_tzid(node): node for node in reversed(definitions)}
        self._found: dict[str, ZoneInfo | None] = {}

    def resolve(self, tzid: str, *, year: int, number: int) -> ZoneInfo | None:
        """The zone that `tzid` means around `year`; None where nothing says what it means."""
        tzid = tzid.strip().strip('"').strip()
        if tzid not in self._found:
            self._found[tzid] = iana(tzid) or self._custom(tzid, year, number)
        return self._found[tzid]

    def _custom(self, tzid: str, year: int, number: int) -> ZoneInfo | None:
        node = self._nodes.get(tzid)
        hints = [zone for zone in (windows(tzid), _location(node)) if zone]
        if node is None:
            return hints[0] if hints else None
        try:
            found = match(read_definition(node), (*hints, self._tz), year)
        except DefinitionError as error:
            if hints:
                return hints[0]
            raise LineError(number, f"its VTIMEZONE at line {node.number} is refused: {error}") from error
        if found is None and not hints:
            raise LineError(
                number, f"its VTIMEZONE at line {node.number} is like no zone of the IANA database"
            )
        return found or hints[0]


def _tzid(node: Node) -> str:
    lines = node.lines().get("TZID")
    return lines[0].value.strip().strip('"').strip() if lines else ""


def _location(node: Node | None) -> ZoneInfo | None:
    lines = node.lines().get("X-LIC-LOCATION") if node else None
    return iana(lines[0].value.strip()) if lines else None


@lru_cache(maxsize=1024)
def iana(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, in any case, behind any prefix (`/example.org/20260101/Europe/Berlin`)."""
    if not name or len(name) > 200:
        return None
    if _IANA.fullmatch(name) and not name.startswith(_PREFIXES):
        found = _load(name)
        if found:
            return found
    parts = name.split("/")
    known = _known()
    for at in range(len(parts)):
        proper = known.get("/".join(parts[at:]).lower())
        if proper:
            return _load(proper)
    return None


@lru_cache(maxsize=256)
def windows(name: str) -> ZoneInfo | None:
    """The zone of a Windows name ("W. Europe Standard Time"; Exchange adds " 1" to copies)."""
    # Only foreign objects need this table, and icalendar is slow to import.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

    found = WINDOWS_TO_OLSON.get(re.sub(r" \d+$", "", name))
    return iana(found) if found else None


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    names = {name.lower(): name for name in available_timezones() if "/" in name}
    return names | _SHORT


def _load(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder ("America/Argentina"), an odd name, no such zone
        return None


def match(definition: Definition, first: tuple[ZoneInfo, ...], year: int) -> ZoneInfo | None:
    """The first zone whose clocks agree with the definition in the years around `year`."""
    timeline = definition.timeline(year - 1, year + 1)
    offsets = set(timeline.after)
    names = dict.fromkeys((*(zone.key for zone in first), *_CANDIDATES))
    for name in names:
        zone = ZoneInfo(name)
        if _agrees(zone, timeline, year):
            return zone
    if len(offsets) == 1 and set(timeline.before) == offsets:
        return _fixed(offsets.pop())
    return None


def _agrees(zone: ZoneInfo, timeline: Timeline, year: int) -> bool:
    """Compare at month beginnings and around the onsets of the year and the next."""
    begin, end = datetime(year, 1, 1), datetime(year + 2, 1, 1)  # noqa: DTZ001 UTC without saying so
    moments = [datetime(y, month, 2) for y in (year, year + 1) for month in range(1, 13)]  # noqa: DTZ001
    second = timedelta(seconds=1)
    onsets = [onset for onset in timeline.onsets if begin <= onset < end]
    moments += [at for onset in onsets for at in (onset - second, onset)]
    return all(_offset(zone, at) == timeline.offset(at) for at in moments)


def _offset(zone: ZoneInfo, utc: datetime) -> timedelta | None:
    return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset()


def _fixed(offset: timedelta) -> ZoneInfo | None:
    hours, rest = divmod(int(offset.total_seconds()), 3600)
    if rest or not -12 <= hours <= 14:
        return None
    return ZoneInfo(f"Etc/GMT{-hours:+d}") if hours else ZoneInfo("Etc/GMT")
