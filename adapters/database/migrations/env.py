"""What Alembic runs for each upgrade: on the connection it is given, in that connection's transaction."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum

from adapters.database.tables import metadata
from model.base import Fixed, Instant, JsonText


def _plain_type(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write database types, not our classes, into new versions: an old one must not change with the code."""
    if kind == "type":
        if isinstance(item, Instant):
            return "sa.DateTime(timezone=True)"
        if isinstance(item, Fixed):
            return "sa.BigInteger()"
        if isinstance(item, JsonText):
            return "sa.Text()"
        if isinstance(item, Enum):
            return f"sa.String({item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    render_item=_plain_type,
)
with context.begin_transaction():
    context.run_migrations()
