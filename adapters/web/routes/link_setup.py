"""Set calendar links up, change and end them. A password comes in with a request, and never goes out again.

A provider's consent needs its owner's browser: that is the command line's (`calendula link add --oauth`).
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters.links import changing
from adapters.links.adding import Linked, add_link
from adapters.links.adding import NewLink as Wish
from adapters.links.changing import Settings, Shown
from adapters.links.consent import Login
from adapters.links.credentials import Credentials
from adapters.links.finding import Wanted, find
from adapters.links.removing import Removed, remove, would_remove
from adapters.links.subscribing import Subscribed, subscribe
from adapters.web.desk import At, Desk
from adapters.web.etags import IfMatch, confirmed, digest
from adapters.web.wire import Body, Ref, Text
from model.link import AuthKind, Mode, Role
from sync.settings import Level

router = APIRouter(tags=["links"])


def _readable(text: str) -> str:
    """What nobody can take apart as an address is refused before it is looked at (ValueError)."""
    urlsplit(text)
    return text


def _readable_secret(text: SecretStr) -> SecretStr:
    _readable(text.get_secret_value())
    return text


Secret = Annotated[SecretStr, Field(max_length=4_000)]
SecretAddress = Annotated[Secret, AfterValidator(_readable_secret)]
Address = Annotated[
    Text, Field(min_length=1, examples=["https://cloud.example.org"]), AfterValidator(_readable)
]
Events = Annotated[
    Literal["delete", "keep"],
    Query(description="What the practice put there: delete it, or leave all as it is.", examples=["keep"]),
]


class Account(Body):
    """Who logs in: a user with a password, or with `bearer` a token."""

    user: Text = ""
    secret: Secret
    bearer: bool = False

    def login(self, at: Desk, user: str | None = None) -> Login:
        auth = AuthKind.BEARER if self.bearer else AuthKind.PASSWORD
        found = Credentials(user=user or self.user, auth=auth, secret=self.secret.get_secret_value())
        return Login(found, at.config)


class Looking(Account):
    """Where to look: an e-mail address, a domain or a URL."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"where": "https://cloud.example.org", "user": "mia", "secret": "a password"}]
        }
    )

    where: Address


class NewLink(Account):
    """Which calendar, and how it is used: `calendar` is one that is there, `make` a new one's name.

    With the role BUSY_SOURCE it is only read. With RESOURCE it shows when what `of` names is taken, like room:gym.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "where": "https://cloud.example.org",
                    "user": "mia",
                    "secret": "a password",
                    "calendar": "Work",
                    "mode": "TWO_WAY",
                }
            ]
        }
    )

    where: Address
    calendar: Address | None = None
    make: Text | None = None
    role: Role = Role.WORK
    of: Ref | None = None
    mode: Mode = Mode.ONE_WAY
    level: Level | None = None
    display: Literal["mark", "remove"] | None = None
    name: Ref | None = None

    def wish(self, at: Desk, worker: str) -> Wish:
        """What shows no sessions says no more than that time is taken."""
        read, work = self.role is Role.BUSY_SOURCE, self.role is Role.WORK
        return Wish(
            worker=worker,
            wanted=Wanted(where=self.where, calendar=self.calendar, make=self.make, only_read=read),
            role=self.role,
            of=self.of,
            mode=self.mode if work else Mode.ONE_WAY,
            level=(self.level or at.config.privacy.default) if work else "busy",
            display=self.display or at.config.sync.cancelled_display,
            ref=self.name,
        )


class NewSource(Body):
    """The secret address of a published calendar; it is kept like a password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://calendar.example.org/private-3f2a/basic.ics"}]}
    )

    url: SecretAddress
    name: Ref | None = None


class LinkEdit(Body):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "busy"}]})

    level: Level | None = None
    mode: Mode | None = None
    display: Literal["mark", "remove"] | None = None
    every_s: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class NewLogin(Account):
    """Another password; without a user, the one it has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"secret": "another password"}]})


class There(BaseModel):
    """A calendar that was found; `writable` is null where its server does not say."""

    name: str = Field(examples=["Work"])
    url: str = Field(examples=["https://cloud.example.org/cal/mia/work/"])
    colour: str = Field(examples=["#336699"])
    writable: bool | None


@router.post(
    "/calendars/discover", operation_id="discover_calendars", summary="The calendars behind an address"
)
def discover(at: At, what: Looking) -> list[There]:
    """Nothing is stored."""
    found = find(what.where, what.login(at), at.config.network.policy())
    return [
        There(name=one.name, url=one.url, colour=one.colour, writable=one.writable) for one in found.calendars
    ]


@router.post("/workers/{worker}/links", operation_id="add_link", summary="Link a calendar", status_code=201)
def add(at: At, worker: Ref, new: NewLink) -> Linked:
    """It is tried out with test events before anything is stored; what is only read, by reading."""
    if new.role is Role.RESOURCE:
        at.only_for_all()
    return add_link(at.app, at.act(), new.wish(at, worker), new.login(at))


@router.post(
    "/workers/{worker}/subscriptions",
    operation_id="subscribe_link",
    summary="Link a published calendar as a busy source",
    status_code=201,
)
def add_source(at: At, worker: Ref, new: NewSource) -> Subscribed:
    """It is only read; of its events times alone are kept."""
    return subscribe(at.app, at.act(), worker, new.url.get_secret_value(), new.name)


@router.patch("/links/{link}", operation_id="set_link", summary="Change its level, mode, display or cadence")
def set_(at: At, link: Ref, to: LinkEdit) -> Shown:
    """Another level or display has everything shown anew."""
    wanted = Settings(level=to.level, mode=to.mode, display=to.display, every_s=to.every_s)
    return changing.set_link(at.sessions, at.act(), link, wanted, at.config.privacy)


@router.put("/links/{link}/login", operation_id="log_in_link", summary="Give it another password")
def log_in(at: At, link: Ref, to: NewLogin) -> Shown:
    """Once it has opened the calendar; nothing else is lost."""
    user = to.user or changing.user_of(at.sessions, link)
    return changing.log_in(at.app, at.act(), link, to.login(at, user))


@router.get("/links/{link}/removal", operation_id="preview_removal", summary="What ending it would do there")
def preview(at: At, link: Ref, response: Response, events: Events) -> Removed:
    """How many events would be deleted and left. Its ETag confirms it."""
    found = would_remove(at.sessions, link, delete_events=events == "delete")
    response.headers["ETag"] = digest(found)
    return found


@router.delete("/links/{link}", operation_id="remove_link", summary="End it, and forget its password")
def end(at: At, link: Ref, events: Events, if_match: IfMatch = None) -> Removed:
    """Sessions are never changed; the practitioner's own events stay."""
    delete = events == "delete"
    confirmed(if_match, digest(would_remove(at.sessions, link, delete_events=delete)))
    return remove(at.app, at.act(), link, delete_events=delete)
