"""Let a request in: whose token it bears, whether that person may do this, and with whose objects.

The one way to the practice's data: a route asks for `Desk`, and there is none without all three answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapters.app import App
from adapters.config import Config
from adapters.database.engine import Sessions
from adapters.diary.tokens import Caller, caller_of
from adapters.web.limits import Bucket, Failures, address_key
from adapters.web.owning import owns
from adapters.web.policy import POLICY, Reach
from adapters.web.problems import Refused
from model.access import AccessRole
from model.act import Act
from model.series import Scope

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A person's token: `calendula token add`"
)
_WHO = {"WWW-Authenticate": 'Bearer realm="calendula"'}


@dataclass(frozen=True, kw_only=True)
class Hall:
    """What all requests share: the product, and what is counted of who asks."""

    app: App
    asked: Bucket
    failures: Failures
    time: Callable[[], float] = monotonic


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One request that was let in: by whom, from where, and whether only for what is theirs."""

    app: App
    caller: Caller
    reach: Reach
    address: str = ""

    @property
    def sessions(self) -> Sessions:
        return self.app.sessions

    @property
    def config(self) -> Config:
        return self.app.config

    def act(self) -> Act:
        """Everything done is done by the person whose token it is (FAILURES H8)."""
        return Act(actor=self.caller.actor, now=self.app.clock(), new_id=self.app.new_id)

    @property
    def only(self) -> Caller | None:
        """Whose objects a list is narrowed to; None for those who may see all."""
        return self.caller if self.reach is Reach.OWN else None

    def worker(self, asked: str | None) -> str | None:
        """The worker that a list is of: for who may only see their own, themselves, whatever was asked."""
        if self.only is None:
            return asked
        if self.caller.worker is None or asked not in (None, self.caller.worker):
            raise _no_such()
        return self.caller.worker

    @property
    def client(self) -> str:
        """The client whose token it is."""
        if self.caller.client is None:
            raise _no_such()
        return self.caller.client

    def waived(self, note: str | None) -> str | None:
        """The word of an administrator that a rule does not hold (DOMAIN 4); nobody else has it."""
        if note is not None and self.caller.role is not AccessRole.ADMIN:
            raise Refused(403, "E_FORBIDDEN", "Only an administrator may override a rule; leave override out")
        return note

    def only_for_all(self) -> None:
        """What is nobody's own: refused to who may only reach theirs."""
        if self.only is not None:
            raise Refused(403, "E_FORBIDDEN", "This token's role may not do this")

    @property
    def admins(self) -> tuple[str, ...]:
        """Who acts as an administrator here: the caller, where their token says so, whatever they are called."""
        return (self.caller.actor,) if self.caller.role is AccessRole.ADMIN else ()


def hall(web: FastAPI) -> Hall:
    return cast("Hall", web.state.hall)


def admitted(
    request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> Desk:
    """Ask the three questions, in this order; a wrong token and none at all get the same answer."""
    here = hall(cast("FastAPI", request.app))
    caller = _caller(here, request, shown.credentials if shown else "")
    request.scope["calendula.token"] = caller.token
    if wait := here.asked.take(caller.token, here.time()):
        raise _too_many(wait)
    line = POLICY.get(str(getattr(request.scope.get("route"), "operation_id", "")), {})
    reach = line.get(caller.role)
    if reach is None:
        raise Refused(403, "E_FORBIDDEN", "This token's role may not do this")
    if reach is Reach.OWN:
        _check_own(here.app.sessions, caller, request)
    return Desk(app=here.app, caller=caller, reach=reach, address=_address(request))


At = Annotated[Desk, Depends(admitted)]


def _caller(here: Hall, request: Request, text: str) -> Caller:
    """Whose token it is; wrong ones are counted by address, and make it wait."""
    address, now = _address(request), here.time()
    if wait := here.failures.wait(address, text, now):
        raise _too_many(wait)
    found = caller_of(here.app.sessions, text, here.app.clock())
    if found is None:
        here.failures.note(address, now)
        raise Refused(
            401, "E_TOKEN", "Show a token that is good: Authorization: Bearer cal_...", headers=_WHO
        )
    here.failures.trust(text)
    return found


def _address(request: Request) -> str:
    return address_key(request.client.host if request.client else "")


def _check_own(sessions: Sessions, caller: Caller, request: Request) -> None:
    """All that is named is theirs; and a change goes no further: the rest of a series may be somebody else's."""
    if not owns(sessions, caller, request.path_params):
        raise _no_such()
    if request.query_params.get("scope", Scope.THIS_ONLY) != Scope.THIS_ONLY:
        raise Refused(403, "E_FORBIDDEN", "This token's role may change one session at a time: THIS_ONLY")


def _no_such() -> Refused:
    """For what is not there, and for what is somebody else's: the same words (FAILURES G15)."""
    return Refused(404, "E_NOT_FOUND", "There is no such thing, or it is not yours")


def _too_many(wait: int) -> Refused:
    headers = {"Retry-After": str(wait)}
    return Refused(429, "E_TOO_MANY", f"Too many requests; try again in {wait} seconds", headers=headers)
