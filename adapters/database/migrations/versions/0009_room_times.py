"""When a room is taken is told by an index alone, as it is of a worker."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_session_room_id_ends_at", "session")
    op.create_index("ix_session_room_busy", "session", ["room_id", "ends_at", "starts_at"])
