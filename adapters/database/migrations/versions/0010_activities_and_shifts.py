"""What workers do in parts of sessions, the shift that a session lies in, and shifts in rosters."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("session", "series", "roster_slot"):
        op.add_column(table, sa.Column("activity_text", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "roster_slot", sa.Column("kind", sa.String(40), nullable=False, server_default="CLIENT_SESSION")
    )
    op.add_column("session", sa.Column("parent_shift_id", sa.Uuid(), nullable=True))
    op.create_index("ix_session_parent_shift_id", "session", ["parent_shift_id"])
