"""Answers that are files: iCalendar and tables, each with its type in what OpenAPI says."""

from starlette.responses import Response


class Calendar(Response):
    """An iCalendar text (RFC 5545)."""

    media_type = "text/calendar"
    charset = "utf-8"


class Table(Response):
    """A table as comma-separated values (RFC 4180)."""

    media_type = "text/csv"
    charset = "utf-8"


def described(response: type[Response], what: str) -> dict[int | str, dict[str, object]]:
    """What OpenAPI says of such an answer."""
    content = {str(response.media_type): {"schema": {"type": "string"}}}
    return {200: {"description": what, "content": content}}
