"""Find out what a calendar really does: write test events, read them, try what may go wrong, remove them.

Everything is done to random hrefs of our own, far in the future, without a real guest, one request at a
time, and cleaned up whatever happens. What comes out is a `Card`; what follows from it is decided there. About
30 requests.
"""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from adapters.dav.collection import ABSENT, Collection
from adapters.dav.fitness import Answer, Card, card
from adapters.dav.hints import Hints, Seen, Traces, hints_for
from adapters.dav.http import GuardedClient
from adapters.dav.listing import Listing
from adapters.dav.profile import Known, Multiget, Profile
from adapters.dav.reading import Reader
from adapters.dav.sample import COMMAS, EDITED, NOBODY, PLAIN, ZONE, invitation, plain_body, sample_body
from adapters.dav.writing import Writer
from adapters.dav.xml import sync_report
from model.moment import start_zone
from sync.errors import SyncError, Unreachable, Unreadable
from sync.event import Event
from sync.ports import Codec, Item

_STALE = {"If-Match": '"calendula-stale"'}
_PUT = {"Content-Type": "text/calendar; charset=utf-8"}
_UNKNOWN_TOKEN = "calendula-never-issued"  # noqa: S105 - a sync token, no secret
_SCHEDULES = re.compile(r"\bcalendar-(?:auto-)?schedule\b")  # RFC 6638, 2, and its drafts
_YES = Answer(seen=Seen.YES)
_MOST_PARTS = 3
_MULTIGET = {
    Multiget.NAMED: _YES,
    Multiget.LEFT_OUT: Answer(seen=Seen.NO, detail="it is left out of the answer"),
    Multiget.FAILS: Answer(seen=Seen.NO, detail="it makes the whole answer fail"),
}


def probe(client: GuardedClient, url: str, *, codec: Codec, now: datetime) -> Card:
    """Try the calendar at `url` out; raise `sync.errors` where not even writing and reading work."""
    before = client.requests.total()
    trial = _Trial(Collection(client, url), codec, now)
    try:
        hints = trial.run()
    except BaseException:
        trial.clean_up()
        raise
    left = not trial.clean_up()
    spent = client.requests.total() - before
    return card(trial.answers, trial.known.profile.multiget, hints, requests=spent, left=left)


def probe_reading(client: GuardedClient, url: str, *, codec: Codec, now: datetime) -> Card:
    """Try what can be tried by reading alone, on a calendar that nothing is written to; about five requests."""
    before = client.requests.total()
    trial = _Trial(Collection(client, url), codec, now)
    hints = trial.read()
    spent = client.requests.total() - before
    return card(
        trial.answers, trial.known.profile.multiget, hints, requests=spent, left=False, only_read=True
    )


@dataclass
class _Trial:
    """The test events at work. `there` are the hrefs at which one may stand right now, `headers` what answers carry."""

    collection: Collection
    codec: Codec
    now: datetime
    answers: dict[str, Answer] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = Known(Profile())
        self.reader = Reader(self.collection, page=2, known=self.known)
        self.listing = Listing(self.collection, known=self.known)
        self.href, self.second, self.twin = (self._new_href() for _ in range(3))
        self.uid = str(uuid.uuid4())
        self.body = sample_body(self.codec, self.uid, now=self.now)

    def run(self) -> Hints:
        """All of it, in an order in which each step finds what it needs."""
        options = self.collection.client.send("OPTIONS", self.collection.url)
        self.headers |= options.headers
        announced = self.headers.get("dav", "")
        token, ctag = self._token(), self._ctag()
        self._write_and_read()
        written = self._ctag()
        self._etags(str(uuid.uuid4()))
        after = self._changes(token)
        self._pages(token)
        self._preconditions()
        self._twin_uid()
        self._deletions(after)
        self._stale_tokens(token)
        self._note_ctag([ctag, written, self._ctag()])
        self._guests(announced)
        traces = {**self.headers, "dav": announced}
        return hints_for(Traces(url=self.collection.url, headers=traces, token=token or ""))

    def read(self) -> Hints:
        """What reading alone can show; the rest is as hinted, or found out by the runs."""
        self.headers |= self.collection.client.send("OPTIONS", self.collection.url).headers
        listed = sorted(self.listing.everything().etags)
        token = self._token()
        if token is not None:
            self.answers["sync_collection"] = _YES
        if listed:
            list(self.reader.fetch([listed[0], self._new_href()]))
            self.answers["multiget"] = _MULTIGET[self.known.profile.multiget]
        self._stale_tokens(token)
        return hints_for(Traces(url=self.collection.url, headers=self.headers, token=token or ""))

    # --- writing and reading -------------------------------------------------------------------------------

    def _write_and_read(self) -> None:
        """What becomes of an event, and of the ETag that its PUT names."""
        self.there.add(self.href)
        told = Writer(self.collection, self.known, self.reader).create(self.href, self.body)
        stored, _ = self.reader.fetch([self.href, self._new_href()])
        if not isinstance(stored, Item):
            raise Unreachable("The server does not hand out the test event that was just written.")
        self.answers["etag_on_put"] = Answer(seen=_seen(told is not None))
        if told is not None:
            self.answers["etag_true"] = Answer(seen=_seen(told == stored.etag))
        self.answers["multiget"] = _MULTIGET[self.known.profile.multiget]
        self._compare(stored.body)

    def _etags(self, uid: str) -> None:
        """Whether GET names the ETag that is listed, and whether an edit in the same second gives another."""
        self._put(self.second, plain_body(self.codec, uid, now=self.now))
        listed, handed_out = self.reader.stands(self.second), self.reader.get(self.second)
        self._put(self.second, plain_body(self.codec, uid, now=self.now, summary=EDITED))
        if not listed or not isinstance(handed_out, Item):
            return
        self.answers["etag_on_get"] = Answer(seen=_seen(handed_out.etag == listed))
        self.answers["etag_moves"] = Answer(seen=_seen(self.reader.stands(self.second) != listed))

    def _compare(self, stored: bytes) -> None:
        sent, back = self._understood(self.body), self._understood(stored)
        same = {
            "octets_kept": self.body == stored,
            "x_plain": PLAIN in stored and _marks(sent) == _marks(back),
            "x_commas": COMMAS in stored,
            "stamps": back is not None and _revised(sent) == _revised(back),
            "alarms": b"BEGIN:VALARM" in stored and b"TRIGGER:-PT15M" in stored,
            "meaning_kept": sent is not None and sent == back,
            "transp": back is not None and back.master is not None and back.master.transparent,
            "zones": back is not None and _zone(back) == ZONE,
            "overrides": back is not None and sent is not None and _moved(back) == _moved(sent),
            "exdates": back is not None and sent is not None and back.exdates == sent.exdates,
        }
        self.answers |= {code: Answer(seen=_seen(held)) for code, held in same.items()}

    def _understood(self, body: bytes) -> Event | None:
        try:
            reading = self.codec.read(body, tz=ZONE)
        except Unreadable:
            return None
        return reading.event if reading else None

    def _preconditions(self) -> None:
        """What must be refused: to create what is there, to change or delete what has another ETag."""
        refused = {
            "if_none_match": not self._put(self.href, self.body, {"If-None-Match": "*"}),
            "if_match_put": not self._put(self.href, self.body, _STALE),
            "if_match_delete": not self._delete(self.href, _STALE),
        }
        self.answers |= {code: Answer(seen=_seen(held)) for code, held in refused.items()}

    def _twin_uid(self) -> None:
        if self.href not in self.there:
            self._put(self.href, self.body)
        taken = not self._put(self.twin, self.body, {"If-None-Match": "*"})
        self.answers["uid_unique"] = Answer(seen=_seen(taken))
        self._delete(self.twin)

    # --- what changed --------------------------------------------------------------------------------------

    def _ctag(self) -> str | None:
        return self.collection.properties("CS:getctag").text("CS:getctag")

    def _note_ctag(self, ctags: list[str | None]) -> None:
        if None in ctags:
            self.answers["ctag"] = Answer(seen=Seen.NO, detail="there is none")
            return
        moved = all(one != other for one, other in pairwise(ctags))
        self.answers["ctag"] = _YES if moved else Answer(seen=Seen.NO, detail="it misses quick changes")

    def _token(self) -> str | None:
        position = self.listing.here_by_report()
        if position is None:
            self.answers["sync_collection"] = Answer(seen=Seen.NO, detail="there is no such report")
            return None
        return position.token

    def _changes(self, token: str | None) -> str | None:
        """Whether both events are named; the token after them."""
        if token is None:
            return None
        named, _, after = self._report(token)
        wanted = {_name(self.href), _name(self.second)}
        self.answers["sync_collection"] = (
            _YES if wanted <= named else Answer(seen=Seen.NO, detail="it leaves changes out")
        )
        return after

    def _pages(self, token: str | None) -> None:
        """Ask for one change of two. Only here: an answer that is cut wrongly loses changes (MATRIX 4)."""
        if token is None:
            return
        reply = self.collection.report(sync_report(token, limit=1), depth=0)
        if reply.status != 207:
            self.answers["sync_paging"] = Answer(seen=Seen.NO, detail=f"answered with {reply.status}")
            return
        named, cut = set[str](), False
        for response in self.collection.answers(reply):
            cut = cut or response.status == 507
            named.add(_name(response.href))
        whole = {_name(self.href), _name(self.second)} <= named
        detail = (
            "" if cut else "it sends everything" if whole else "it leaves changes out and does not say so"
        )
        self.answers["sync_paging"] = Answer(seen=_seen(cut), detail=detail)

    def _deletions(self, token: str | None) -> None:
        """Whether a deletion is named, and whether a change may bring back what is gone."""
        if self.href in self.there:
            self._delete(self.href)
        brought_back = self._put(self.href, self.body, _STALE)
        self.answers["if_match_missing"] = Answer(seen=_seen(not brought_back))
        if brought_back:
            self._delete(self.href)
        if token is not None:
            _, gone, _ = self._report(token)
            self.answers["sync_deletions"] = Answer(seen=_seen(_name(self.href) in gone))

    def _stale_tokens(self, token: str | None) -> None:
        if token is None:
            return
        reply = self.collection.report(sync_report(_UNKNOWN_TOKEN), depth=0)
        detail = "it answers as if there were nothing wrong" if reply.status == 207 else ""
        self.answers["sync_refuses"] = Answer(seen=_seen(reply.status != 207), detail=detail)

    def _report(self, token: str) -> tuple[set[str], set[str], str | None]:
        """The names that changed, those that went, and the next token; nothing where there is no such report."""
        reply = self.collection.report(sync_report(token), depth=0)
        if reply.status != 207:
            return set(), set(), None
        answers, changed, gone = self.collection.answers(reply), set[str](), set[str]()
        for response in answers:
            (gone if response.status in ABSENT else changed).add(_name(response.href))
        return changed, gone, answers.token

    # --- guests --------------------------------------------------------------------------------------------

    def _guests(self, announced: str) -> None:
        """Whether a guest makes the server send mail: tried only where it does not say so itself, with a guest
        who cannot exist, in the name of the user.
        """
        organizer = None if _SCHEDULES.search(announced) else self._own_address()
        if organizer is not None:
            self.answers["invites_nobody"] = self._invite(organizer)
            return
        why = "it does not say who you are"
        if _SCHEDULES.search(announced):
            why = "it says that it invites guests by itself; Calendula writes none"
        self.answers["invites_nobody"] = Answer(seen=Seen.NOT_TRIED, detail=why)

    def _invite(self, organizer: str) -> Answer:
        """A server that acts on a guest says how it went (RFC 6638, 3.2.9), or takes the guest out."""
        href = self._new_href()
        body = invitation(self.codec, str(uuid.uuid4()), organizer=organizer, now=self.now)
        if not self._put(href, body):
            return Answer(seen=Seen.NOT_TRIED, detail="it refuses events with guests")
        stored = self.reader.get(href)
        self._delete(href)
        text = stored.body.replace(b"\r\n ", b"") if isinstance(stored, Item) else b""
        return Answer(seen=_seen(NOBODY.encode() in text and b"SCHEDULE-STATUS" not in text))

    def _own_address(self) -> str | None:
        """The user as the server writes them into events (RFC 6638, 2.4.1)."""
        about = self.collection.properties("D:current-user-principal")
        principal = about.inner("D:current-user-principal", "D:href")
        if not principal:
            return None
        url = urljoin(self.collection.url, principal[0])
        reply = self.collection.propfind(url, "C:calendar-user-address-set", depth=0)
        if reply.status != 207:
            return None
        for response in self.collection.answers(reply):
            for address in response.inner("C:calendar-user-address-set", "D:href"):
                if address.lower().startswith("mailto:"):
                    return address
        return None

    # --- requests ------------------------------------------------------------------------------------------

    def _new_href(self) -> str:
        return f"{self.collection.path}{uuid.uuid4()}.ics"

    def _put(self, href: str, body: bytes, condition: dict[str, str] | None = None) -> bool:
        """Try one write; say whether the server went through with it."""
        missing = href not in self.there
        self.there.add(href)
        reply = self._send("PUT", href, {**_PUT, **(condition or {})}, body)
        done = reply < 300
        if not done and missing and reply < 500:
            self.there.discard(href)
        return done

    def _delete(self, href: str, condition: dict[str, str] | None = None) -> bool:
        status = self._send("DELETE", href, condition or {}, None)
        if status < 300 or status in ABSENT:
            self.there.discard(href)
        return status < 300

    def _send(self, method: str, href: str, headers: dict[str, str], body: bytes | None) -> int:
        url = self.collection.url_of(href)
        reply = self.collection.client.send(method, url, headers=headers, body=body)
        self.headers |= reply.headers
        return reply.status

    def clean_up(self) -> bool:
        """Remove what may still be there; say whether all of it certainly is gone."""
        for href in sorted(self.there):
            try:
                self._delete(href)
            except SyncError:
                continue
        return self._parts_gone() and not self.there

    def _parts_gone(self) -> bool:
        """A server that cuts overrides off leaves them behind when their series goes (FAILURES B21)."""
        if self.answers.get("overrides", _YES).seen is not Seen.NO:
            return True
        try:
            for _ in range(_MOST_PARTS):
                part = self.reader.find(self.uid)
                if part is None:
                    return True
                self._delete(part.href)
        except SyncError:
            pass
        return False


def _seen(held: bool) -> Seen:
    return Seen.YES if held else Seen.NO


def _name(href: str) -> str:
    return href.rstrip("/").rpartition("/")[2]


def _zone(event: Event) -> ZoneInfo | None:
    return start_zone(event.master.start, ZoneInfo("UTC")) if event.master else None


def _marks(event: Event | None) -> object:
    return event.master.marks if event and event.master else None


def _revised(event: Event | None) -> object:
    return event.master.revised if event and event.master else None


def _moved(event: Event) -> object:
    return {name: (one.start, one.end) for name, one in event.overrides.items()}
