"""Messages to clients and workers, reminders, and the question afterwards how it was."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    _create_message()
    _create_reminder()
    _create_feedback_request()
    for column in ("allow_email", "allow_phone", "allow_text", "allow_ics"):
        op.add_column("client", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("notice", sa.Column("message_id", sa.Uuid(), nullable=True))
    op.create_index("ix_notice_message_id", "notice", ["message_id"])
    for table in ("session", "series"):
        for column in ("instructions", "reminder_text"):
            op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))
        op.add_column(
            table, sa.Column("session_bridge", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def _of_every_row() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
    )


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(40), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("reminder_id", sa.Uuid(), nullable=True),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        *_of_every_row(),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_message_client_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_message_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("key", name="uq_message_key"),
    )
    for column in ("client_id", "worker_id", "session_id", "reminder_id"):
        op.create_index(f"ix_message_{column}", "message", [column])
    op.create_index("ix_message_state_not_before", "message", ["state", "not_before"])


def _create_reminder() -> None:
    op.create_table(
        "reminder",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("days_before", sa.BigInteger(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        *_of_every_row(),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_reminder_client_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_reminder_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint(
            "session_id", "client_id", "days_before", name="uq_reminder_session_id_client_id_days_before"
        ),
    )
    op.create_index("ix_reminder_client_id", "reminder", ["client_id"])
    op.create_index("ix_reminder_state_due_at", "reminder", ["state", "due_at"])


def _create_feedback_request() -> None:
    op.create_table(
        "feedback_request",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *_of_every_row(),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_feedback_request_client_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_feedback_request_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback_request"),
        sa.UniqueConstraint("session_id", "client_id", name="uq_feedback_request_session_id_client_id"),
    )
    op.create_index("ix_feedback_request_client_id", "feedback_request", ["client_id"])
