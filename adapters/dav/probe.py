"""Measure what a calendar really does: write one test event, read it, try its preconditions, remove it.

Everything is done to one random href of our own, far in the future, without guests, and cleaned up whatever
happens. What comes out is a `Profile` and sentences for whoever links the calendar. At most 11 requests.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.dav.collection import ABSENT, Collection
from adapters.dav.http import GuardedClient
from adapters.dav.profile import Profile
from adapters.dav.reading import Reader
from adapters.dav.writing import Writer
from adapters.dav.xml import sync_report
from model.recurrence import Rule
from sync.errors import SyncError, Unreadable
from sync.event import Component, Event
from sync.ports import Codec, Item

SUMMARY = "Calendula test event"
_STALE = '"calendula-stale"'
_ZONE = ZoneInfo("Europe/Berlin")
_PUT = {"Content-Type": "text/calendar; charset=utf-8"}


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the probe learned; `sentences` say it for people, one per thing worth knowing."""

    profile: Profile
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Trial:
    """The test event at work: where it is, what was sent, and with what."""

    collection: Collection
    href: str
    body: bytes

    def write(self, method: str, condition: dict[str, str]) -> bool:
        """Try one conditional write; say whether the server went through with it."""
        put = method == "PUT"
        reply = self.collection.client.send(
            method,
            self.collection.url_of(self.href),
            headers={**condition, **(_PUT if put else {})},
            body=self.body if put else None,
        )
        return reply.status < 300


def probe(client: GuardedClient, url: str, *, codec: Codec, now: datetime) -> Findings:
    """Write, read and delete one event in the calendar at `url`; raise `sync.errors` where that fails."""
    collection = Collection(client, url)
    token = collection.properties("D:sync-token").text("D:sync-token")
    event = sample_event(str(uuid.uuid4()), year=now.year + 10)
    href = f"{collection.path}{uuid.uuid4()}.ics"
    trial = _Trial(collection=collection, href=href, body=codec.write(event, now=now))
    try:
        profile = _measure(trial, codec, token)
    except BaseException:
        _clean_up(trial)
        raise
    left = () if _clean_up(trial) else (f'The event "{SUMMARY}" could not be removed; please delete it.',)
    return Findings(profile=profile, sentences=(*_in_words(profile), *left))


def sample_event(uid: str, *, year: int) -> Event:
    """A series with all that sessions use: an exception, a moved occurrence, our mark, categories, a URL."""
    start = datetime(year, 3, 5, 9, 0, tzinfo=_ZONE)
    weeks = [start + timedelta(weeks=n) for n in range(4)]
    master = Component(
        start=start,
        end=start + timedelta(minutes=50),
        summary=SUMMARY,
        url="https://calendula.invalid/test",
        categories=frozenset({"Calendula"}),
        marks={"MARK": "test"},
    )
    later = weeks[2] + timedelta(hours=2)
    moved = replace(master, start=later, end=later + timedelta(minutes=50))
    return Event(
        uid=uid,
        master=master,
        rule=Rule.parse("FREQ=WEEKLY;COUNT=4", start),
        exdates=frozenset({weeks[1].astimezone(UTC)}),
        overrides={weeks[2].astimezone(UTC): moved},
    )


def _measure(trial: _Trial, codec: Codec, token: str | None) -> Profile:
    reader = Reader(trial.collection, page=1)
    told = Writer(trial.collection, Profile(), reader).create(trial.href, trial.body)
    stored = next(reader.fetch([trial.href]))
    return Profile(
        sync_collection=token is not None and _reports(trial, token),
        etag_on_put=isinstance(stored, Item) and told is not None and told == stored.etag,
        keeps_bodies=isinstance(stored, Item) and _same_meaning(codec, trial.body, stored.body),
        honours_if_none_match=not trial.write("PUT", {"If-None-Match": "*"}),
        honours_if_match=_honours_if_match(trial),
    )


def _honours_if_match(trial: _Trial) -> bool:
    """A stale ETag must stop a PUT and a DELETE, and nothing may be created under one (SOGo)."""
    if trial.write("PUT", {"If-Match": _STALE}) or trial.write("DELETE", {"If-Match": _STALE}):
        return False
    trial.write("DELETE", {})
    return not trial.write("PUT", {"If-Match": _STALE})


def _reports(trial: _Trial, token: str) -> bool:
    """Whether a sync report really names the event that was just written."""
    reply = trial.collection.report(sync_report(token), depth=0)
    if reply.status != 207:
        return False
    name = trial.href.rpartition("/")[2]
    return any(response.href.endswith(name) for response in trial.collection.answers(reply))


def _same_meaning(codec: Codec, sent: bytes, stored: bytes) -> bool:
    try:
        ours, theirs = codec.read(sent, tz=_ZONE), codec.read(stored, tz=_ZONE)
    except Unreadable:
        return False
    return ours is not None and theirs is not None and ours.event == theirs.event


def _clean_up(trial: _Trial) -> bool:
    """Remove the test event; say whether it is certainly gone."""
    try:
        reply = trial.collection.client.send("DELETE", trial.collection.url_of(trial.href))
    except SyncError:
        return False
    return reply.status < 300 or reply.status in ABSENT


def _in_words(profile: Profile) -> tuple[str, ...]:
    notes = {
        "sync_collection": "The server cannot say what changed; Calendula compares whole listings instead.",
        "keeps_bodies": "The server rewrites events; Calendula reads them back after writing.",
        "honours_if_none_match": "The server does not protect events from being overwritten; "
        "Calendula looks before each write.",
        "honours_if_match": "The server accepts outdated changes; Calendula looks before each write.",
    }
    said = tuple(sentence for name, sentence in notes.items() if not getattr(profile, name))
    return ("A test event was written, read and removed.", *said)
