"""Answer the secret addresses of feeds: GET and HEAD, with what HTTP has for "nothing new" (RFC 9110, 13).

What a feed shows stands in its row: a caller's parameters are not looked at (FAILURES G13). Whatever is wrong with an
address, the answer is the one of every page that is not there. The address is a secret: nothing here logs it.
"""

import gzip
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import APIRouter, HTTPException, Request, Response

from adapters.feeds.reading import Feeds, Standing
from adapters.web.guard import HEADERS
from adapters.web.limits import Failures, address_key
from adapters.web.problems import Refused

PATH = "/feeds/{secret}.ics"
_HEADERS = HEADERS | {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'inline; filename="calendar.ics"',
    "Vary": "Accept-Encoding",
}
_TYPE = "text/calendar; charset=utf-8"
_PACKED = "-gzip"
_LEVEL = 5  # a feed is written once for each that reads it: more saves little


def router(feeds: Feeds, failures: Failures) -> APIRouter:
    """The one route; `failures` counts, by address of the network, who asks for what is not there."""
    routes = APIRouter()

    def answer(secret: str, request: Request) -> Response:
        standing = _known(feeds, failures, secret, request)
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = _HEADERS | {
            "ETag": f'"{standing.tag}{_PACKED if packed else ""}"',
            "Last-Modified": format_datetime(_second(standing.since), usegmt=True),
        }
        if _has_it(request, standing):
            return Response(status_code=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        if request.method == "HEAD":
            return _without_length(headers)
        body = feeds.write(standing)
        return Response(_pack(body) if packed else body, headers=headers, media_type=_TYPE)

    routes.add_api_route(
        PATH, answer, methods=["GET", "HEAD"], operation_id="read_feed", include_in_schema=False
    )
    return routes


def _known(feeds: Feeds, failures: Failures, secret: str, request: Request) -> Standing:
    """The feed, or the end of it. Who was let in before is let in, however often others at that address guessed."""
    who = address_key(request.client.host if request.client else "")
    now = feeds.clock().timestamp()
    if wait := failures.wait(who, secret, now):
        sentence = f"Too many wrong addresses; try again in {wait} seconds"
        raise Refused(429, "E_TOO_MANY", sentence, headers={"Retry-After": str(wait)})
    standing = feeds.look(secret)
    if standing is None:
        failures.note(who, now)
        raise HTTPException(404)
    failures.trust(secret)
    return standing


def _has_it(request: Request, standing: Standing) -> bool:
    """Whether the caller's copy is what it would get; a date only counts where there is no tag."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/").strip('"').removesuffix(_PACKED) for tag in tags.split(",")}
        return "*" in known or standing.tag in known
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and _second(standing.since) <= _aware(parsedate_to_datetime(since))
    except ValueError:
        return False


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _second(moment: datetime) -> datetime:
    """HTTP's dates know no smaller part."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _without_length(headers: dict[str, str]) -> Response:
    """What GET would say, without making what it is said of: so its length is not known."""
    response = Response(headers=headers, media_type=_TYPE)
    del response.headers["Content-Length"]
    return response


def _pack(body: bytes) -> bytes:
    """The same octets each time: a tag is a promise."""
    return gzip.compress(body, _LEVEL, mtime=0)
