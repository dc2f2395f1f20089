"""The fitness card of a calendar: what its server was seen to do, what was to be expected, what follows.

Pure: `adapters.dav.probe` asks the server. Each trait is a statement that a good server makes true. Where it is
not true, we either have a way to live with it ("copes"), or the card says what does not work here ("fail").
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.dav.hints import Hints, Seen
from adapters.dav.profile import MOST_CONNECTIONS, Multiget, Profile

_LOOKS = "Calendula looks right before each write"
_BACK = "Calendula reads back what it wrote"


@dataclass(frozen=True, kw_only=True)
class Trait:
    """One statement; `otherwise` is what follows where it is not true, `hurts` that we cannot help it."""

    code: str
    statement: str
    otherwise: str
    hurts: bool = False


TRAITS = (
    Trait(code="etag_on_put", statement="A write is answered with an ETag", otherwise=_BACK),
    Trait(code="etag_true", statement="That ETag is the one listed later", otherwise=_BACK),
    Trait(
        code="etag_on_get",
        statement="An event handed out has its own ETag",
        otherwise="Calendula asks for its ETag besides",
    ),
    Trait(
        code="etag_moves",
        statement="Each edit gives another ETag",
        otherwise="Calendula reads everything again once an hour",
    ),
    Trait(
        code="octets_kept",
        statement="Events are kept octet for octet",
        otherwise="Calendula compares by meaning",
    ),
    Trait(code="meaning_kept", statement="Events mean the same when read back", otherwise=_BACK),
    Trait(
        code="stamps",
        statement="The time of the last edit comes back",
        otherwise="Calendula tells an edit right after its own by the times alone",
    ),
    Trait(code="if_none_match", statement="A new event never overwrites another", otherwise=_LOOKS),
    Trait(code="if_match_put", statement="An outdated change is refused", otherwise=_LOOKS),
    Trait(code="if_match_delete", statement="An outdated deletion is refused", otherwise=_LOOKS),
    Trait(code="if_match_missing", statement="A change brings nothing deleted back", otherwise=_LOOKS),
    Trait(
        code="sync_collection",
        statement="It can say what changed (sync-collection)",
        otherwise="Calendula compares the CTag, or whole listings",
    ),
    Trait(
        code="sync_deletions",
        statement="It says what was deleted, too",
        otherwise="Calendula uses no sync tokens here",
    ),
    Trait(
        code="sync_refuses",
        statement="It refuses a sync token it does not know",
        otherwise="Calendula lists everything once an hour",
    ),
    Trait(
        code="sync_paging",
        statement="It reports in pages when asked to",
        otherwise="no matter, Calendula never asks it to",
    ),
    Trait(
        code="ctag",
        statement="The CTag changes with every write",
        otherwise="Calendula does not use the CTag",
    ),
    Trait(
        code="multiget",
        statement="A missing event is named as missing",
        otherwise="Calendula asks again where it must",
    ),
    Trait(
        code="uid_unique",
        statement="A UID cannot be used twice",
        otherwise="Calendula sets a second one aside",
    ),
    Trait(
        code="x_plain",
        statement="X- properties come back",
        otherwise="copies of a session are taken for the practitioner's own",
        hurts=True,
    ),
    Trait(
        code="x_commas",
        statement="X- values with commas come back",
        otherwise="no matter, Calendula writes none",
    ),
    Trait(
        code="transp",
        statement="Free stays free (TRANSP)",
        otherwise="events that are free may block time",
        hurts=True,
    ),
    Trait(
        code="alarms",
        statement="Alarms come back",
        otherwise="the server drops reminders, ours or anybody's",
        hurts=True,
    ),
    Trait(
        code="zones",
        statement="Time zones come back",
        otherwise="series may shift by an hour in summer",
        hurts=True,
    ),
    Trait(
        code="overrides",
        statement="A moved occurrence stays moved",
        otherwise="moved sessions of a series show at their old time",
        hurts=True,
    ),
    Trait(
        code="exdates",
        statement="A removed occurrence stays away",
        otherwise="removed sessions of a series show again",
        hurts=True,
    ),
    Trait(
        code="invites_nobody",
        statement="Nobody is invited behind our back",
        otherwise="Calendula writes no guests into its events",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was seen; `detail` says in a few words how."""

    seen: Seen
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the card; `verdict` is pass, copes, fail or not tried."""

    code: str
    statement: str
    observed: Seen
    hinted: Seen | None
    detail: str
    verdict: str
    consequence: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """The whole of it. `server` is its kind where it was recognised; `left` is a test event still there.

    `only_read`: nothing was written, so what only writing shows was not tried.
    """

    server: str
    rows: tuple[Row, ...]
    profile: Profile
    requests: int
    left: bool = False
    only_read: bool = False

    @property
    def failed(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.verdict == "fail")

    @property
    def sentences(self) -> tuple[str, ...]:
        """For whoever links the calendar: what was done, what Calendula does here, and what it cannot help."""
        copes = dict.fromkeys(row.consequence for row in self.rows if row.verdict == "copes")
        does = [f"{text}." for text in copes if text.startswith("Calendula")]
        hurts = [f"{row.statement}: not here; {row.consequence}." for row in self.failed]
        kept = ("A test event could not be removed; please delete it.",) if self.left else ()
        did = (
            "It was only read; nothing was written."
            if self.only_read
            else "Test events were written, read and removed."
        )
        return (did, *does, *hurts, *kept, self.summary)

    @property
    def summary(self) -> str:
        if self.failed:
            return f"Fit, but for what Calendula cannot help: {len(self.failed)} of {len(self.rows)}."
        coped = sum(row.verdict == "copes" for row in self.rows)
        return f"Fit. Calendula copes with {coped} of this server's habits." if coped else "Fit."


def card(
    answers: Mapping[str, Answer],
    multiget: Multiget,
    hints: Hints,
    *,
    requests: int,
    left: bool,
    only_read: bool = False,
) -> Card:
    """Put together what was observed and what was to be expected."""
    return Card(
        server=hints.kind,
        rows=tuple(
            _row(trait, answers.get(trait.code, Answer(seen=Seen.NOT_TRIED)), hints) for trait in TRAITS
        ),
        profile=profile_of({code: answer.seen for code, answer in answers.items()}, multiget, hints),
        requests=requests,
        left=left,
        only_read=only_read,
    )


def profile_of(seen: Mapping[str, Seen], multiget: Multiget, hints: Hints) -> Profile:
    """What may be relied on: what was seen; where it could not be seen, what the kind of server is known for."""

    tried = {code: answer for code, answer in seen.items() if answer is not Seen.NOT_TRIED}
    believed = {**hints.guesses, **tried}

    def holds(*codes: str) -> bool:
        return all(believed.get(code) is Seen.YES for code in codes)

    syncs = holds("sync_collection") and believed.get("sync_deletions") is not Seen.NO
    honest = holds("sync_refuses") and not hints.losing_tokens
    obeys = holds("if_match_put", "if_match_delete", "if_match_missing")
    alone = hints.rate_limited or (syncs and not honest) or not obeys
    return Profile(
        sync_collection=syncs,
        honest_tokens=honest or not syncs,
        ctag=holds("ctag"),
        etag_on_put=holds("etag_on_put", "etag_true"),
        etag_on_get=believed.get("etag_on_get") is not Seen.NO,
        moving_etags=believed.get("etag_moves") is not Seen.NO,
        keeps_bodies=holds("meaning_kept", "zones"),
        keeps_stamps=believed.get("stamps") is not Seen.NO,
        honours_if_none_match=holds("if_none_match"),
        honours_if_match=obeys,
        multiget=multiget,
        connections=1 if alone else MOST_CONNECTIONS,
    )


def _row(trait: Trait, answer: Answer, hints: Hints) -> Row:
    verdict = {
        Seen.YES: "pass",
        Seen.NO: "fail" if trait.hurts else "copes",
        Seen.NOT_TRIED: "not tried",
    }[answer.seen]
    return Row(
        code=trait.code,
        statement=trait.statement,
        observed=answer.seen,
        hinted=hints.guesses.get(trait.code),
        detail=answer.detail,
        verdict=verdict,
        consequence=trait.otherwise if answer.seen is Seen.NO else "",
    )
