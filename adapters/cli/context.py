"""What a command may ask for: configuration, database, key, actor and clock; each opened when first asked."""

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from model.act import Act

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from adapters.app import App
    from adapters.config import Config
    from adapters.database.engine import Sessions
    from adapters.secrets import KeyRing, SecretBox


@dataclass
class Here:
    """One run of the command line. The names come from the options of the whole program."""

    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    environ: Mapping[str, str]
    actor_name: str = ""
    config_name: str = ""
    debug: bool = False
    _opened: list["Engine"] = field(default_factory=list)

    @cached_property
    def config_file(self) -> Path | None:
        """The file that was named, or the first that is found."""
        from adapters.config import find_file

        return Path(self.config_name) if self.config_name else find_file(self.environ)

    @cached_property
    def config(self) -> "Config":
        from adapters.config import load

        return load(self.config_file)

    @cached_property
    def engine(self) -> "Engine":
        """The database as it is, perhaps without tables: for `init` and `migrate`."""
        from adapters.database.engine import connect

        engine = connect(self.config.database.url)
        self._opened.append(engine)
        return engine

    @cached_property
    def sessions(self) -> "Sessions":
        """Units of work on a database that this program understands."""
        from adapters.database.engine import sessions
        from adapters.database.home import suspend_after_restore
        from adapters.database.schema import check_schema
        from adapters.database.telling import telling_of

        check_schema(self.engine)
        suspend_after_restore(self.engine)
        return sessions(self.engine, clock=self.clock, telling=telling_of(self.config.settings))

    @property
    def key_file(self) -> Path:
        return Path(self.config.secrets.key_file)

    @cached_property
    def _keys(self) -> "KeyRing":
        from adapters.secrets import KeyRing

        return KeyRing(self.key_file)

    @property
    def box(self) -> "SecretBox":
        """The keys as they are now: `key rotate` may replace them while a service runs."""
        return self._keys.box()

    @cached_property
    def app(self) -> "App":
        """The product, wired."""
        from adapters.app import App

        return App(
            config=self.config,
            engine=self.engine,
            sessions=self.sessions,
            box=lambda: self.box,
            clock=self.clock,
            new_id=self.new_id,
        )

    @property
    def actor(self) -> str:
        """Who does this: as said, else the user of the operating system."""
        return self.actor_name or getpass.getuser()

    def act(self) -> Act:
        return Act(actor=self.actor, now=self.clock(), new_id=self.new_id)

    def close(self) -> None:
        """Give the connections back; SQLite then tidies its files up."""
        for engine in self._opened:
            engine.dispose()


def here(ctx: typer.Context) -> Here:
    """The run that a command belongs to."""
    found = ctx.obj
    assert isinstance(found, Here)  # noqa: S101 - for the type checker
    return found
