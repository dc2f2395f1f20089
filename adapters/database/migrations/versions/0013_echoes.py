"""Which of the events that we created no position of the calendar covers yet."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("event_mapping", sa.Column("unechoed_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_event_mapping_unechoed",
        "event_mapping",
        ["link_id"],
        sqlite_where=sa.text("unechoed_since IS NOT NULL"),
        postgresql_where=sa.text("unechoed_since IS NOT NULL"),
    )
