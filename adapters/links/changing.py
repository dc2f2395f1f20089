"""Look after a link: another password, other settings, a rest, a check. Sessions are never touched here."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from adapters.app import App
from adapters.database.engine import Sessions, reading
from adapters.dav.fitness import Card
from adapters.diary.transaction import record
from adapters.links.consent import Login
from adapters.links.credentials import stored
from adapters.links.levels import check_level
from adapters.links.lookup import link_named
from adapters.links.subscribing import card_of
from adapters.links.trying import try_out
from model.act import Act
from model.errors import DomainError
from model.link import AuthKind, CalendarLink, LinkState, Mode, Role
from sync.guard import ACCEPT, RESTORE, Answer
from sync.settings import PrivacySettings

_SAID_ON_RESUME = {
    RESTORE: "The next run puts back what is missing in the calendar.",
    ACCEPT: "The next run takes the calendar as it is: Other Events that are gone there go here too; of sessions "
    "with clients nothing is deleted, each waits for your answer (calendula changes list).",
}
LEAST_S, MOST_S = 30, 86_400


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is to change; None: stays as it is."""

    level: str | None = None
    mode: Mode | None = None
    display: str | None = None
    every_s: int | None = None

    def changes(self) -> dict[str, object]:
        """By the link's own names."""
        named = {
            "privacy_level": self.level,
            "mode": self.mode,
            "cancelled_display": self.display,
            "pull_s": self.every_s,
        }
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a link is like after a change: its state, and what there is to say."""

    ref: str
    state: str
    sentences: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A link, and the fitness card of its calendar; `corrected` is what runs had found out since the last check."""

    ref: str
    state: str
    card: Card
    corrected: dict[str, object]


def set_link(sessions: Sessions, act: Act, ref: str, to: Settings, privacy: PrivacySettings) -> Shown:
    """Change how a calendar is shown; another level or display has everything projected again."""
    with sessions.begin() as database:
        link = link_named(database, ref)
        if link.only_read and to.changes().keys() - {"pull_s"}:
            raise DomainError("E_BUSY_SOURCE", f"{link.ref} is only read: only --every can be set there")
        if link.mirrors and to.changes().keys() - {"pull_s"}:
            raise DomainError(
                "E_RESOURCE", f"{link.ref} only shows when something is taken: only --every can be set"
            )
        if to.level is not None:
            check_level(database, to.level, privacy)
        if to.every_s is not None and not LEAST_S <= to.every_s <= MOST_S:
            raise DomainError("E_CADENCE", f"A calendar is looked at every {LEAST_S} to {MOST_S} seconds")
        for name, value in to.changes().items():
            setattr(link, name, value)
        if to.level is not None or to.display is not None:
            link.seen_rev = 0
        _soon(link, act.now)
        record(database, act, "link-set", link=link.ref, changed=to.changes())
        return Shown(ref=link.ref, state=link.state)


def log_in(app: App, act: Act, ref: str, login: Login) -> Shown:
    """Replace the password or consent, once it has opened the calendar; nothing else is lost."""
    with reading(app.sessions) as database:
        link = link_named(database, ref)
    if link.account.auth is AuthKind.ADDRESS:
        raise DomainError(
            "E_BUSY_SOURCE", f"{link.ref} is an address; remove it, and subscribe to the new one instead"
        )
    card = try_out(app, act, link, app.trial(login, link.href))
    with app.sessions.begin() as database:
        link = link_named(database, ref)
        account, found = link.account, login.credentials
        account.user, account.auth, account.oauth_provider = found.user, found.auth, found.provider
        account.secret = app.box().encrypt(found.secret)
        _learn(link, card)
        if link.state in (LinkState.NEEDS_REAUTH, LinkState.ERROR):
            link.become(LinkState.ACTIVE)
        _soon(link, act.now)
        record(database, act, "link-login", link=link.ref)
        return Shown(ref=link.ref, state=link.state, sentences=card.sentences)


def role_of(sessions: Sessions, ref: str) -> Role:
    """What a link is for."""
    with reading(sessions) as database:
        return link_named(database, ref).role


def user_of(sessions: Sessions, ref: str) -> str:
    """The log-in name that a link has now."""
    with reading(sessions) as database:
        return link_named(database, ref).account.user


def pause(sessions: Sessions, act: Act, ref: str) -> Shown:
    """Let a link rest; a run in progress ends by itself."""
    with sessions.begin() as database:
        link = link_named(database, ref)
        link.become(LinkState.PAUSED, act.actor)
        record(database, act, "link-paused", link=link.ref)
        return Shown(ref=link.ref, state=link.state)


def resume(sessions: Sessions, act: Act, ref: str, answer: str = "") -> Shown:
    """Go on; after a suspension the answer says who is right. Without one, what is missing there is put back."""
    with sessions.begin() as database:
        link = link_named(database, ref)
        if link.state is LinkState.NEEDS_REAUTH:
            raise DomainError(
                "E_TRANSITION", f"It needs a new password first: calendula link login {link.ref}"
            )
        suspended = link.state is LinkState.SUSPENDED
        if answer and not suspended:
            raise DomainError("E_TRANSITION", "Only a suspended link asks who is right; resume it without")
        if link.only_read and answer == RESTORE:
            raise DomainError(
                "E_BUSY_SOURCE",
                f"{link.ref} is only read, nothing is put back there; --accept takes it as it is",
            )
        given = _given(link, answer) if suspended else Answer()
        if suspended:
            link.sync_token = link.ctag = None  # everything is looked at again
            link.seen_rev = 0 if given.overwriting else link.seen_rev
        link.become(LinkState.ACTIVE, str(given))
        _soon(link, act.now)
        record(database, act, "link-resumed", link=link.ref, code=given.answer)
        said = (_SAID_ON_RESUME[given.answer],) if given.answer and not link.only_read else ()
        return Shown(ref=link.ref, state=link.state, sentences=said)


def _given(link: CalendarLink, answer: str) -> Answer:
    """How a suspension is answered; to a busy source nothing is put back, so that without a word it is just tried."""
    if link.only_read and not answer:
        return Answer()
    return Answer(answer=answer or RESTORE, why=link.state_reason)


def check(app: App, act: Act, ref: str) -> Checked:
    """Try a link's calendar out again, and keep what was learned about its server."""
    with reading(app.sessions) as database:
        link = link_named(database, ref)
    card = _card(app, act, link)
    with app.sessions.begin() as database:
        link = link_named(database, ref)
        corrected = link.corrected
        if link.account.auth is not AuthKind.ADDRESS:
            _learn(link, card)
        record(database, act, "link-checked", link=link.ref)
        return Checked(ref=link.ref, state=link.state, card=card, corrected=corrected)


def _card(app: App, act: Act, link: CalendarLink) -> Card:
    if link.account.auth is AuthKind.ADDRESS:
        return card_of(app, stored(link.account, app.box()).secret)
    return try_out(app, act, link, app.client(link.account, link.href))


def _learn(link: CalendarLink, card: Card) -> None:
    """What was just seen goes before what runs had found out."""
    link.profile, link.corrected = json.loads(card.profile.to_json()), {}


def _soon(link: CalendarLink, now: datetime) -> None:
    """Have the change noticed now, not after a back-off."""
    link.failures, link.next_run_at = 0, now
