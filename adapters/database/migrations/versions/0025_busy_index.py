"""What is asked of assignments when somebody's time is looked up stands in the index itself."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.drop_index("ix_session_worker_busy", "session_worker")
    columns = ["worker_id", "ends_at", "starts_at", "status", "session_id"]
    op.create_index("ix_session_worker_busy", "session_worker", columns)
