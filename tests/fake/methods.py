"""Answer each method as RFC 4918, 4791 and 6578 have it, or as a switch has it; what is stored is `store`'s.

Where an answer breaks on its way, or somebody before the server answers in its place, that is `trouble`'s.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from sync.href import canonical_href
from sync.ports import Item
from tests.doubles.remote import uid_of
from tests.fake.answers import Asked, C, D, asked, bare, error, multistatus, response, status, text
from tests.fake.store import Calendar
from tests.fake.switches import Switches
from tests.fake.wire import Answer, Request

_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
_RIGHTS = "".join(f"<privilege><{name}/></privilege>" for name in ("read", "write", "bind", "unbind"))
# Nextcloud's own words (FAILURES B25); sabre/dav puts a refusal into elements that are no preconditions.
_IN_TRASH = (
    '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\BadRequest'
    "</s:exception><s:message>Deleted calendar object with uid already exists in this calendar collection."
    "</s:message></d:error>"
)


@dataclass
class Methods:
    """`calendars` by path; `make` makes a new one."""

    switches: Switches
    calendars: dict[str, Calendar]
    make: Callable[[str, str], Calendar]

    def answer(self, request: Request, user: str) -> Answer:
        path = canonical_href(request.target)
        folder, _, name = path.rpartition("/")
        calendar = self.calendars.get(f"{folder}/")
        if request.method == "MKCALENDAR":
            return self._make(path, asked(request.body))
        if calendar is None:
            return self._about_user(request, path, user)
        if not name:
            return self._collection(request, calendar)
        return self._item(request, calendar, path)

    # --- the way to a calendar ------------------------------------------------------------------------------

    def _make(self, path: str, wanted: Asked) -> Answer:
        path = path.rstrip("/") + "/"
        if path in self.calendars:
            return error(403, "<resource-must-be-null/>")
        self.make(path, wanted.text(f"{D}set/{D}prop/{D}displayname"))
        return multistatus([bare(path)]) if self.switches.empty_207 else Answer(201)

    def _about_user(self, request: Request, path: str, user: str) -> Answer:
        """The root, a principal or a home: all one needs to find calendars."""
        home = f"/calendars/{user}/"
        if request.method != "PROPFIND" or path.rstrip("/") not in {"", f"/principals/{user}", home[:-1]}:
            return Answer(404)
        known = {
            "resourcetype": "<collection/>",
            "current-user-principal": f"<href>/principals/{user}/</href>",
            "C:calendar-home-set": f"<href>{home}</href>",
        }
        names = asked(request.body).names
        members = [response(path, known, names)]
        if path == home and request.headers.get("depth") == "1":
            own = [one for one in self.calendars.values() if one.path.startswith(home)]
            members += [response(one.path, self._described(one), names) for one in own]
        return multistatus(members)

    # --- a calendar -----------------------------------------------------------------------------------------

    def _collection(self, request: Request, calendar: Calendar) -> Answer:
        if request.method == "PROPFIND":
            return self._listed(request, calendar)
        if request.method == "REPORT":
            return self._reported(asked(request.body), calendar)
        if request.method == "DELETE":
            del self.calendars[calendar.path]
            return Answer(204)
        return Answer(405)

    def _described(self, calendar: Calendar) -> dict[str, str]:
        known = {
            "resourcetype": "<collection/><C:calendar/>",
            "displayname": text(calendar.name),
            "current-user-privilege-set": _RIGHTS,
            "C:supported-calendar-component-set": '<C:comp name="VEVENT"/>',
        }
        if not self.switches.no_sync_token:
            known["sync-token"] = calendar.token(calendar.settled().upto)
        if not self.switches.no_ctag:
            known["CS:getctag"] = text(calendar.ctag)
        return known

    def _listed(self, request: Request, calendar: Calendar) -> Answer:
        names = asked(request.body).names
        members = [response(self._href(calendar.path), self._described(calendar), names)]
        if request.headers.get("depth") == "1":
            calendar.shake()
            items = calendar.shown().items.values()
            members += [response(self._href(item.href), self._about(item), names) for item in items]
        return multistatus(members)

    def _about(self, item: Item) -> dict[str, str]:
        named = {"getetag": text(item.etag)} if item.etag is not None else {}
        return {"resourcetype": "", "getcontenttype": "text/calendar", **named}

    def _href(self, href: str, *, report: bool = False) -> str:
        """How this server writes an href (FAILURES B27, B28)."""
        if self.switches.reencodes_hrefs and not href.endswith("/"):
            folder, _, name = href.rpartition("/")
            if report:
                href = f"{folder}//{quote(unquote(name), safe='@+,;:')}"
            else:
                odd = quote(unquote(name), safe="")
                href = f"{folder}/{re.sub('%..', lambda hexed: hexed[0].lower(), odd)}"
        return f"http://{self.switches.partition_host}{href}" if self.switches.partition_host else href

    # --- reports --------------------------------------------------------------------------------------------

    def _reported(self, wanted: Asked, calendar: Calendar) -> Answer:
        if wanted.root.tag == f"{D}sync-collection" and not self.switches.no_sync_token:
            return self._synced(wanted, calendar)
        if wanted.root.tag == f"{C}calendar-multiget":
            return self._fetched(wanted, calendar)
        if wanted.root.tag == f"{C}calendar-query":
            return self._queried(wanted, calendar)
        return error(403, "<supported-report/>")

    def _synced(self, wanted: Asked, calendar: Calendar) -> Answer:
        """RFC 6578, 3.2 to 3.6."""
        calendar.shake()
        seen, given = calendar.shown(), wanted.text(f"{D}sync-token")
        since = calendar.since(given) if given else 0
        if since is None and not self.switches.token_accepts_anything:
            return error(403, "<valid-sync-token/>")
        if given and since is not None:
            return self._changes(calendar, since, seen.upto, seen.items, wanted)
        members = [self._changed(item, wanted.names) for item in seen.items.values()]
        if self.switches.truncates:
            members = members[: self.switches.truncates]
        return multistatus([*self._self(calendar), *members], token=calendar.token(seen.upto))

    def _changes(
        self, calendar: Calendar, since: int, upto: int, shown: dict[str, Item], wanted: Asked
    ) -> Answer:
        """One page of what was written after `since`; the token covers no more than that."""
        keys: dict[str, None] = {}
        more = False
        for number, key in calendar.written(since, upto):
            if self.switches.pages and key not in keys and len(keys) == self.switches.pages:
                upto, more = number, True
                break
            keys[key] = None
        if self.switches.truncates and wanted.has(f"{D}limit"):
            keys = dict.fromkeys(list(keys)[: self.switches.truncates])
        members = [one for key in keys for one in self._member(key, shown, calendar, wanted.names)]
        if more:
            members.append(status(self._href(calendar.path), "507 Insufficient Storage"))
        return multistatus([*self._self(calendar), *members], token=calendar.token(upto))

    def _member(
        self, key: str, shown: dict[str, Item], calendar: Calendar, names: Iterable[str]
    ) -> Iterator[str]:
        if key in shown:
            yield self._changed(shown[key], names)
        elif key not in calendar.settled().items and not self.switches.token_loses_deletes:
            why = "418 I'm a teapot" if self.switches.member_418 else "404 Not Found"
            yield status(self._href(key, report=True), why)

    def _changed(self, item: Item, names: Iterable[str]) -> str:
        return response(self._href(item.href, report=True), self._about(item), names)

    def _self(self, calendar: Calendar) -> list[str]:
        known = {"getetag": text(calendar.ctag)}
        return [response(self._href(calendar.path), known, known)] if self.switches.self_in_listing else []

    def _fetched(self, wanted: Asked, calendar: Calendar) -> Answer:
        """calendar-multiget (RFC 4791, 7.9)."""
        items, members = calendar.settled().items, []
        for href in wanted.texts(f"{D}href"):
            item = items.get(canonical_href(urlsplit(href).path if "://" in href else href))
            if item is None:
                members.append(status(href, "404 Not Found"))
            elif self._poisonous(item):
                return Answer(500)
            elif self.switches.empty_207:
                members.append(bare(self._href(item.href, report=True)))
            else:
                members.append(self._handed_out(item, wanted.names))
        return multistatus(members)

    def _queried(self, wanted: Asked, calendar: Calendar) -> Answer:
        """calendar-query, as far as a component and a UID go (RFC 4791, 7.8)."""
        inner = f"{C}filter/{C}comp-filter/{C}comp-filter"
        element = wanted.root.find(inner)
        kind = (element.get("name") or "") if element is not None else ""
        uid = wanted.text(f"{inner}/{C}prop-filter/{C}text-match")
        found = [
            item
            for item in calendar.shown().items.values()
            if self.switches.comp_filter_ignored
            or (f"BEGIN:{kind}".encode() in item.body and uid in (uid_of(item.body) or ""))
        ]
        if any(self._poisonous(item) for item in found):
            return Answer(500)
        return multistatus([self._handed_out(item, wanted.names) for item in found])

    def _handed_out(self, item: Item, names: Iterable[str]) -> str:
        known = {**self._about(item), "C:calendar-data": text(item.body.decode())}
        return response(self._href(item.href, report=True), known, names)

    def _poisonous(self, item: Item) -> bool:
        return bool(self.switches.poison) and uid_of(item.body) == self.switches.poison

    # --- one item -------------------------------------------------------------------------------------------

    def _item(self, request: Request, calendar: Calendar, key: str) -> Answer:
        item = calendar.items.get(key)
        if request.method in {"GET", "PROPFIND"}:
            old = calendar.settled().items.get(key) if self.switches.lagging_gets else item
            return self._given(request, old, calendar)
        if request.method not in {"PUT", "DELETE"}:
            return Answer(405)
        if self._refused(request, item):
            return Answer(412)
        if request.method == "PUT":
            return self._put(request, calendar, key)
        if item is None:
            return Answer(404)
        calendar.delete(key)
        return Answer(204)

    def _given(self, request: Request, item: Item | None, calendar: Calendar) -> Answer:
        if item is None:
            return Answer(404)
        if request.method == "PROPFIND":
            return multistatus(
                [response(self._href(item.href), self._about(item), asked(request.body).names)]
            )
        if self._poisonous(item):
            return Answer(500)
        etag = calendar.ctag if self.switches.calendars_etag_on_get else item.etag
        return Answer(200, item.body, {**_CALENDAR, **({"ETag": etag} if etag is not None else {})})

    def _refused(self, request: Request, item: Item | None) -> bool:
        """Preconditions (RFC 9110, 13.1), as far as this server obeys them."""
        if "if-none-match" in request.headers:
            return item is not None and not self.switches.ignores_if_none_match
        wanted = request.headers.get("if-match")
        if wanted is None:
            return False
        if wanted == "*":
            return (item is None) != self.switches.if_match_star_backwards
        if self.switches.ignores_if_match and (request.method == "DELETE" or item is None):
            return False
        return item is None or not self._same_etag(wanted, item.etag or "")

    def _same_etag(self, one: str, other: str) -> bool:
        if self.switches.weak_etags:
            return one.removeprefix("W/") == other.removeprefix("W/")
        return one == other

    def _put(self, request: Request, calendar: Calendar, key: str) -> Answer:
        uid, known = uid_of(request.body), key in calendar.items
        if uid is None or not re.search(rb"(?m)^BEGIN:V(EVENT|TODO)", request.body):
            return error(403, "<C:valid-calendar-data/>")
        other = calendar.holder(uid, besides=key)
        if other is not None and not (self.switches.accepts_twins or self.switches.splits_overrides):
            return self._conflict(other)
        if not known and self.switches.trash_bin and uid in calendar.trash:
            return Answer(400, _IN_TRASH.encode(), {"Content-Type": "application/xml; charset=utf-8"})
        item = calendar.put(request.target, request.body)
        return Answer(204 if known else 201, headers=self._named(item))

    def _conflict(self, other: Item) -> Answer:
        """Same UID at a second href, in each server's own words (FAILURES B23)."""
        code, _, style = self.switches.uid_conflict.partition(" ")
        named = {
            "named": "<C:no-uid-conflict/>",
            "href": f"<C:no-uid-conflict><href>{self._href(other.href)}</href></C:no-uid-conflict>",
            "carddav": '<B:no-uid-conflict xmlns:B="urn:ietf:params:xml:ns:carddav"/>',
            "scheduling": "<C:unique-scheduling-object-resource/>",
        }
        if style in named:
            return error(int(code), named[style])
        return Answer(int(code), b"Event UID already in use. (same-uid)" if style == "text" else b"")

    def _named(self, item: Item) -> dict[str, str]:
        """The ETag in the answer to a PUT (RFC 4791, 5.3.4)."""
        scheduled = self.switches.mails_guests and b"SCHEDULE-STATUS" in item.body
        if self.switches.no_etag_on_put or scheduled or item.etag is None:
            return {}
        if self.switches.weak_etag_on_put:
            return {"ETag": f"W/{item.etag}"}
        return {"ETag": quote(item.etag, safe="") if self.switches.encoded_etag_on_put else item.etag}
