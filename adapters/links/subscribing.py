"""Link a published calendar, an .ics file behind a URL, as a busy source: read once, and stored when that went well.

The address is kept sealed, like a password; what is shown of it is its server and a hash.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.app import App
from adapters.dav.discovery import FoundCalendar
from adapters.dav.fitness import Card
from adapters.dav.problems import in_plain_words
from adapters.dav.profile import Profile
from adapters.links.adding import NewLink, check_free, check_new, store_link
from adapters.links.credentials import Credentials
from adapters.links.finding import Wanted
from adapters.webcal import address, public_name
from model.act import Act
from model.link import AuthKind, Mode, Role
from sync.errors import SyncError


@dataclass(frozen=True, kw_only=True)
class Subscribed:
    """The new link, and how many events and times the file holds."""

    ref: str
    host: str
    events: int


def subscribe(app: App, act: Act, worker: str, typed: str, ref: str | None) -> Subscribed:
    """Read the file, then store the link."""
    url = address(typed)
    shown, host = public_name(url), urlsplit(url).hostname or ""
    new = NewLink(
        worker=worker, wanted=Wanted(where=host, only_read=True), mode=Mode.ONE_WAY, level="busy",
        display=app.config.sync.cancelled_display, role=Role.BUSY_SOURCE, ref=ref,
    )  # fmt: skip
    with app.sessions.begin() as database:
        check_new(database, new, app)
        check_free(database, new, shown)
    events = read_once(app, url)
    calendar = FoundCalendar(
        name=host, url=shown, colour="", writable=False, components=frozenset({"VEVENT"}), description=""
    )
    found = Credentials(user="", auth=AuthKind.ADDRESS, secret=url)
    with app.sessions.begin() as database:
        check_free(database, new, shown)
        link = store_link(database, act, new, found, calendar, {}, app)
        return Subscribed(ref=link.ref, host=host, events=events)


def read_once(app: App, url: str) -> int:
    """How much is in the file; in plain words what stands in the way."""
    try:
        with app.file(url) as file:
            return len(file.list_all().etags)
    except SyncError as error:
        raise in_plain_words(error, host=urlsplit(url).hostname or "The address") from error


def card_of(app: App, url: str) -> Card:
    """What there is to say of a file's server: that it hands the file out."""
    read_once(app, url)
    return Card(server="", rows=(), profile=Profile(), requests=1, only_read=True)
