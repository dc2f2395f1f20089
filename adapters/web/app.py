"""Put the HTTP API together: its routes, what every request meets, and how it is described."""

from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from adapters.app import App
from adapters.feeds.reading import Feeds
from adapters.web import booking_mine, booking_new, booking_pages, feeds, problems
from adapters.web.desk import Hall, admitted
from adapters.web.guard import Guard
from adapters.web.limits import Bucket, Failures
from adapters.web.openapi import TITLE, Tree, described
from adapters.web.routes import (
    availability,
    base_rosters,
    bills,
    booking,
    booking_offers,
    busy,
    catalogue,
    changes,
    clients,
    directory,
    events,
    exports,
    health,
    leave,
    leaving,
    link_setup,
    links,
    me,
    messages,
    my,
    my_bookings,
    notes,
    offers,
    privacy,
    rewinding,
    rosters,
    services,
    session_life,
    session_people,
    session_times,
    sessions,
    slots,
    status,
    stays,
    tokens,
)
from adapters.web.routes import feeds as feed_list
from adapters.web.visiting import Front

PREFIX = "/api/v1"
_LOOKS_PER_MIN = 60  # of one visitor: a search for free times costs more than most requests
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_READABLE = ("ETag", "Retry-After", "X-Request-Id", "Location")
_ROUTERS: tuple[APIRouter, ...] = (
    me.router,
    my.router,
    my_bookings.router,
    sessions.router,
    session_times.router,
    session_people.router,
    session_life.router,
    notes.router,
    services.router,
    events.router,
    slots.router,
    booking.router,
    booking_offers.router,
    changes.router,
    links.router,
    link_setup.router,
    rewinding.router,
    feed_list.router,
    busy.router,
    availability.router,
    leave.router,
    rosters.router,
    base_rosters.router,
    stays.router,
    offers.router,
    bills.router,
    exports.router,
    directory.router,
    clients.router,
    catalogue.router,
    leaving.router,
    messages.router,
    status.router,
    privacy.router,
    tokens.router,
)


class Web(FastAPI):
    """FastAPI, with our own description of the refusals."""

    def openapi(self) -> Tree:
        if self.openapi_schema is None:
            self.openapi_schema = described(list(self.routes), self.version, self.servers)
        return self.openapi_schema


def create_app(app: App) -> FastAPI:
    """The API on one practice; nothing is opened yet."""
    own = app.config.web
    found = [{"url": own.public_url.rstrip("/")}] if own.public_url else []
    web = Web(
        title=TITLE,
        version=version("calendula"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=found,
    )
    web.state.hall = Hall(app=app, asked=Bucket(own.requests_per_min), failures=Failures(own.failed_logins))
    web.state.front = Front(app=app, asked=Bucket(_LOOKS_PER_MIN), failures=Failures(own.failed_logins))
    problems.install(web, policy=app.config.booking.policy_text)
    web.include_router(health.router)
    web.include_router(feeds.router(Feeds.of(app), Failures(own.failed_logins)))
    for router in (booking_pages.router, booking_new.router, booking_mine.router):
        web.include_router(router, prefix="/booking")
    for router in _ROUTERS:
        web.include_router(router, prefix=PREFIX, dependencies=[Depends(admitted)])
    if own.cors_origins:
        web.add_middleware(
            CORSMiddleware,
            allow_origins=list(own.cors_origins),
            allow_methods=list(_METHODS),
            allow_headers=["Authorization", "Content-Type", "If-Match", "Idempotency-Key"],
            expose_headers=list(_READABLE),
        )
    web.add_middleware(Guard, new_id=app.new_id, most=own.body_kb * 1024)
    return web
