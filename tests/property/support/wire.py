"""The other side of a history, over real HTTP: the real CalDAV adapter against a fake server of some kind.

A world of its own for each history, and a server of its own. What the server is like is measured once a kind, as
`link add` does it.
"""

from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from adapters.dav.profile import Profile
from tests.fake.personalities import LATER, LOSSY, STEADY, put_on
from tests.fake.server import FakeServer
from tests.fake.world import FakeWorld
from tests.property.support.play import Stage

PERSONALITIES: dict[str, dict[str, object]] = {
    **STEADY,
    **LOSSY,
    "B26-no-token": LATER["B26-no-token"],
}


class Wired(FakeWorld):
    """A linked practice and its server, which ends with it."""

    def __init__(self, engine: Engine, stage: Stage) -> None:
        with ExitStack() as held:
            fake = held.enter_context(FakeServer().running())
            super().__init__("", fake, engine=engine, **stage.options)
            self._held = held.pop_all()
        self.link_as(profile_of(stage.personality))
        put_on(fake.switches, PERSONALITIES[stage.personality])

    def close(self) -> None:
        super().close()
        self._held.close()


def over_http(stage: Stage, engine: Engine) -> Wired:
    return Wired(engine, stage)


@cache
def profile_of(personality: str) -> Profile:
    """What is found out about such a server; what it only shows later is not found out."""
    with FakeServer().running() as fake, TemporaryDirectory() as folder:
        put_on(fake.switches, STEADY.get(personality, {}))
        world = FakeWorld(f"sqlite:///{Path(folder)}/probed.sqlite3", fake)
        found = world.link_up().profile
        world.close()
    return found
