"""Bring the tables to this program's version (`migrate`); one file per version under `versions`.

Alembic is loaded only here, as no other command needs it.
"""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def migrate(engine: Engine) -> None:
    """Upgrade to the newest version, all or nothing."""
    settings = _settings()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def head() -> str:
    """The newest version there is a file for."""
    return str(ScriptDirectory.from_config(_settings()).get_current_head())


def _settings() -> Config:
    settings = Config()
    settings.set_main_option("script_location", "adapters.database:migrations")
    return settings
