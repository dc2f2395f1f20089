"""Let nobody overwrite what they have not seen: a session's ETag is its rev, and every edit has to name it.

The comparison and the edit are one transaction: between them nobody else writes (FAILURES E14).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Response
from sqlalchemy import select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions
from adapters.diary.transaction import Joined, writing
from adapters.web.desk import At, Desk
from adapters.web.problems import Refused
from model.act import Act
from model.session import Session
from sync.settings import Settings

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag that was shown, or `*`. Needed.",
        examples=['"42"'],
    ),
]
_TAG = re.compile(r'"[^"]*"')
Done = TypeVar("Done")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Something that somebody is about to edit, as they saw it: its name, and how its ETag is read."""

    at: Desk
    name: str
    if_match: str | None
    response: Response
    tag: Callable[[Database], str | None]

    @property
    def settings(self) -> Settings:
        return self.at.config.settings

    def do(self, step: Callable[[Sessions, Act, str], Done]) -> Done:
        """Edit it if it is still as it was shown; the answer tells its new ETag."""
        return changed(
            self.at.sessions,
            self.if_match,
            self.response,
            tag=self.tag,
            step=lambda within: step(within, self.at.act(), self.name),
        )


def changed(
    sessions: Sessions,
    if_match: str | None,
    response: Response,
    *,
    tag: Callable[[Database], str | None],
    step: Callable[[Sessions], Done],
) -> Done:
    """Compare, do it, and tell the new tag, in one transaction; `tag` is None for what is not there."""
    seen = _named(if_match)
    with writing(sessions) as database:
        _check(tag(database), seen)
        done = step(Joined(sessions, database))
        database.expire_all()
        if (after := tag(database)) is not None:
            response.headers["ETag"] = after
    return done


def confirmed(if_match: str | None, tag: str) -> None:
    """That somebody was shown what they now want done: for what is no transaction of its own, as it asks a server."""
    _check(tag, _named(if_match))


def of_session(at: Desk, session: UUID, response: Response, if_match: str | None) -> Edit:
    """A session, by its rev."""
    return Edit(
        at=at,
        name=str(session),
        if_match=if_match,
        response=response,
        tag=lambda database: tag_of(database, session),
    )


def _opened(at: At, session: UUID, response: Response, if_match: IfMatch = None) -> Edit:
    return of_session(at, session, response, if_match)


Edits = Annotated[Edit, Depends(_opened)]


def tag_of(database: Database, session: UUID) -> str | None:
    """The ETag of a session: its rev, which changes with all that it shows."""
    found = database.scalar(select(Session.rev).where(Session.id == session))
    return None if found is None else f'"{found}"'


def digest(shown: object) -> str:
    """The ETag of what has no rev: a hash of what is shown of it."""
    return f'"{sha256(repr(shown).encode()).hexdigest()[:32]}"'


def _named(if_match: str | None) -> str:
    if if_match is None:
        sentence = "Say which state you change: If-Match with the ETag you were shown"
        raise Refused(428, "E_PRECONDITION", sentence)
    return if_match


def _check(tag: str | None, if_match: str) -> None:
    if tag is None:
        raise Refused(404, "E_NOT_FOUND", "There is no such thing, or it is not yours")
    if if_match.strip() != "*" and tag not in _TAG.findall(if_match):
        raise Refused(412, "E_STALE", "It was changed meanwhile: read it again, then decide again")
