"""Cut a calendar file at its components, before anything else is asked of them: a broken one costs only itself."""

from collections.abc import Collection, Iterable, Iterator

from adapters.ical.lines import Line, kind

_BREAKS = {"VCALENDAR", "VEVENT", "VTIMEZONE", "VTODO", "VJOURNAL", "VFREEBUSY"}


def chunks(lines: Iterable[Line], wanted: Collection[str]) -> Iterator[list[Line] | None]:
    """The lines of each component that is wanted, whole or not; None where a calendar begins."""
    chunk: list[Line] = []
    for own in lines:
        mark = own.text[:6].upper()
        if mark == b"BEGIN:" and kind(own) in _BREAKS:
            if chunk:
                yield chunk
            chunk = [own] if kind(own) in wanted else []
            if kind(own) == "VCALENDAR":
                yield None
        elif mark[:4] == b"END:" and kind(own) == "VCALENDAR" and chunk:
            yield chunk
            chunk = []
        elif chunk:
            chunk.append(own)
            if mark[:4] == b"END:" and kind(own) == kind(chunk[0]):
                yield chunk
                chunk = []
    if chunk:
        yield chunk
