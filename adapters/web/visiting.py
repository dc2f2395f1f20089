"""Who comes to the pages for clients, and whether what they send was sent from there (FAILURES G16, G27).

Looking needs the cookie of a visit; doing needs besides a form of that very visit, and a browser that does not say that
the form was another site's. Where a page leads stands in our configuration, never in what was asked for.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, cast
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse

from adapters.app import App
from adapters.database.engine import Sessions
from adapters.diary.client_acts import Caller
from adapters.diary.visits import Visitor, visitor_of
from adapters.web.limits import Bucket, Failures, address_key
from adapters.web.problems import Refused
from model.act import Act
from model.errors import DomainError
from sync.settings import BookingSettings, Settings

COOKIE = "calendula_visit"
_MEANT = {"https": ":443", "http": ":80"}
_MOST_FIELDS = 20
_LONGEST = 1_000
_SAME = (None, "same-origin", "none")  # what a browser says of a form of ours; older ones say nothing


@dataclass(frozen=True, kw_only=True)
class Front:
    """The practice as clients meet it: where its pages lie, and how often somebody may come."""

    app: App
    asked: Bucket
    failures: Failures

    @property
    def sessions(self) -> Sessions:
        return self.app.sessions

    @property
    def settings(self) -> Settings:
        return self.app.config.settings

    @property
    def rules(self) -> BookingSettings:
        return self.app.config.booking

    @property
    def base(self) -> str:
        """The path of the pages, as browsers know it."""
        return urlsplit(self.app.config.web.booking_url).path or "/booking"

    @property
    def origin(self) -> str:
        """As browsers say it of our forms: without the port that is meant anyway (RFC 6454, 6.2)."""
        at = urlsplit(self.app.config.web.public_url.lower())
        return f"{at.scheme}://{at.netloc.removesuffix(_MEANT.get(at.scheme, ''))}"

    @property
    def secure(self) -> bool:
        """Whether browsers are to send the cookie by TLS alone: wherever there is TLS."""
        return self.origin.startswith("https:")

    def act(self, actor: str = "client") -> Act:
        return Act(actor=actor, now=self.app.clock(), new_id=self.app.new_id)

    def go(self, path: str) -> RedirectResponse:
        """To a page of ours, after something was done."""
        return RedirectResponse(f"{self.base}{path}", 303)


@dataclass(frozen=True, kw_only=True)
class Visiting:
    """A client who is here, and what they may look at."""

    front: Front
    who: Visitor
    address: str
    form_token: str

    @property
    def sessions(self) -> Sessions:
        return self.front.sessions

    def act(self) -> Act:
        """What a client does is done under their internal id, as with a token."""
        return self.front.act(self.who.internal_id)

    @property
    def page(self) -> dict[str, object]:
        """What every page of a visit has."""
        return {"base": self.front.base, "form_token": self.form_token, "visiting": True}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A form of this visit's own."""

    visiting: Visiting
    fields: Mapping[str, str]

    @property
    def caller(self) -> Caller:
        """The client, as the rules of online booking know one."""
        return Caller(
            client=self.visiting.who.client,
            acknowledged=self.fields.get("acknowledged") == "yes",
            key=self.fields.get("key", "")[:64],
            address=self.visiting.address,
        )


def front(request: Request) -> Front:
    """The practice, if its pages are open: else there is nothing here."""
    found = cast("Front", cast("FastAPI", request.app).state.front)
    if not (found.rules.allow and found.app.config.web.public_url):
        raise Refused(404, "E_BOOKING_OFF", "Online booking is not offered here; ask the practice")
    return found


AtFront = Annotated[Front, Depends(front)]


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form: few, short, and nothing that is no text."""
    said = (await request.body()).decode("utf-8", "replace")
    try:
        found = parse_qsl(said, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(422, "E_REQUEST", "That form cannot be read; go back, and send it again") from None
    return {name: text(value) for name, value in found}


Fields = Annotated[dict[str, str], Depends(fields)]


def text(value: str) -> str:
    """What somebody typed, as far as it can be looked for: without it a database refuses more than it has to."""
    return value.strip()[:_LONGEST] if value.isprintable() else ""


def from_here(request: Request, at: AtFront) -> None:
    """Refuse what a browser says that another site's page has sent."""
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site") not in _SAME or (
        origin is not None and origin.lower() != at.origin
    ):
        raise Refused(
            403, "E_FORBIDDEN", "That was not sent from our page; open it, and try again from there"
        )


def visiting(request: Request, at: AtFront) -> Visiting:
    """Who shows the cookie of a visit that goes on; each may look at only so much in a minute (FAILURES G26)."""
    shown = request.cookies.get(COOKIE, "")
    found = visitor_of(at.sessions, shown, at.app.clock()) if shown else None
    if found is None:
        raise Refused(403, "E_TOKEN", "Your visit has ended, or has not begun; ask for a link")
    request.scope["calendula.token"] = f"visit {found.visit_id}"  # so the log says who saw what (FAILURES H8)
    if wait := at.asked.take(f"visit {found.visit_id}", at.app.clock().timestamp()):
        raise too_many(wait)
    return Visiting(front=at, who=found, address=address_of(request), form_token=form_token(shown))


AtVisit = Annotated[Visiting, Depends(visiting)]


def sent(_: Annotated[None, Depends(from_here)], at: AtVisit, told: Fields) -> Sent:
    """What a visitor sent, from a page of this visit."""
    if not hmac.compare_digest(told.get("form_token", "").encode(), at.form_token.encode()):
        raise Refused(
            403, "E_FORBIDDEN", "That form is not of this visit; open the page again, and try once more"
        )
    return Sent(visiting=at, fields=told)


AtForm = Annotated[Sent, Depends(sent)]


def form_token(shown: str) -> str:
    """Of each visit its own, and nothing that can be made without the cookie."""
    return hmac.new(shown.encode("utf-8", "surrogatepass"), b"forms of this visit", sha256).hexdigest()


def address_of(request: Request) -> str:
    return address_key(request.client.host if request.client else "")


def too_many(wait: int) -> Refused:
    headers = {"Retry-After": str(wait)}
    return Refused(
        429, "E_TOO_MANY", f"That is too much at once; try again in {wait} seconds", headers=headers
    )


def session_id(value: str) -> UUID:
    """The whole id of a session: a beginning of one could name somebody else's."""
    try:
        return UUID(value)
    except ValueError:
        raise DomainError("E_NOT_FOUND", "There is no such appointment; choose one from your list") from None


def start_of(value: str, act: Act, rules: BookingSettings) -> datetime:
    """A time as our pages write it, and near enough to be one that was offered."""
    try:
        found = datetime.fromisoformat(value)
        near = abs(found.astimezone(UTC) - act.now) < timedelta(days=rules.how_far_days + 3)
    except (ValueError, OverflowError):
        near = False
    if not near or found.tzinfo is None:
        raise DomainError("E_SLOT_TAKEN", "That time cannot be booked; choose one of those that are offered")
    return found
