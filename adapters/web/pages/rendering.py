"""Make a page from its template: everything that is filled in is escaped, and no page holds or loads a script.

A page may load our stylesheet and send its forms to us, nothing else; nobody may show it inside a page of theirs, so
there is no window to send messages to or from (FAILURES G21).
"""

from datetime import datetime
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.web.guard import HEADERS

_FOLDER = Path(__file__).parent
PAGE_HEADERS = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
    # Never a path, as that of a link is a secret, and a proxy's log may keep it; with less than the origin, browsers do
    # not say where a form comes from (Fetch, "append a request Origin header").
    "Referrer-Policy": "strict-origin",
}


def page(name: str, values: dict[str, object], *, status: int = 200) -> HTMLResponse:
    """One page; a value that its template needs and that is missing is an error, not a gap."""
    body = _environment().get_template(f"{name}.html").render(values)
    return HTMLResponse(body, status, headers=PAGE_HEADERS)


@cache
def stylesheet() -> bytes:
    return (_FOLDER / "static" / "style.css").read_bytes()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=_day, time=_time)
    return made


def _day(moment: datetime) -> str:
    return f"{moment:%A %-d %B %Y}"


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M}"
