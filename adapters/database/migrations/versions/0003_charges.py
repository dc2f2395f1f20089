"""What reasons for cancellations bill, and what cancellations cost."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "cancellation", sa.Column("no_show", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "cancellation", sa.Column("outcome", sa.String(40), nullable=False, server_default="NOT_BILLABLE")
    )
    op.add_column("cancellation", sa.Column("percent", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(
        "cancellation", sa.Column("amount_cents", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("cancellation", sa.Column("rule_trace", sa.Text(), nullable=False, server_default=""))
    op.add_column("cancellation", sa.Column("fee_note", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "cancellation",
        sa.Column("alternative_work_found", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "cancellation", sa.Column("worker_paid", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("cancellation_reason", sa.Column("ndis_code", sa.String(40), nullable=True))
    op.add_column(
        "cancellation_reason",
        sa.Column("billing", sa.String(40), nullable=False, server_default="NON_BILLABLE"),
    )
    op.add_column("cancellation_reason", sa.Column("threshold_hours", sa.BigInteger(), nullable=True))
    op.add_column(
        "cancellation_reason",
        sa.Column("billable_percent", sa.BigInteger(), nullable=False, server_default="100"),
    )
    op.add_column(
        "cancellation_reason",
        sa.Column("send_notification", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
