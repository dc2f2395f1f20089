"""Staff: who may be put on a session, when, and to whom it is offered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "ad_hoc_availability",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("local_start", sa.Text(), nullable=False),
        sa.Column("local_end", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_ad_hoc_availability_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ad_hoc_availability"),
        sa.UniqueConstraint("ref", name="uq_ad_hoc_availability_ref"),
    )
    op.create_index(
        "ix_ad_hoc_availability_worker_id_ends_at", "ad_hoc_availability", ["worker_id", "ends_at"]
    )
    op.create_table(
        "availability_template",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("windows_text", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_availability_template_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_availability_template"),
        sa.UniqueConstraint("ref", name="uq_availability_template_ref"),
    )
    op.create_index("ix_availability_template_worker_id", "availability_template", ["worker_id"])
    op.create_table(
        "leave",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("local_start", sa.Text(), nullable=False),
        sa.Column("local_end", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_leave_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_leave"),
        sa.UniqueConstraint("ref", name="uq_leave_ref"),
    )
    op.create_index("ix_leave_worker_id_ends_at", "leave", ["worker_id", "ends_at"])
    op.create_table(
        "blocklist_entry",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("other_worker_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_blocklist_entry_client_id"),
        sa.ForeignKeyConstraint(
            ["other_worker_id"], ["worker.id"], name="fk_blocklist_entry_other_worker_id"
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_blocklist_entry_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_blocklist_entry"),
        sa.UniqueConstraint("ref", name="uq_blocklist_entry_ref"),
    )
    op.create_index("ix_blocklist_entry_client_id", "blocklist_entry", ["client_id"])
    op.create_index("ix_blocklist_entry_other_worker_id", "blocklist_entry", ["other_worker_id"])
    op.create_index("ix_blocklist_entry_worker_id", "blocklist_entry", ["worker_id"])
    op.create_table(
        "offer",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_offer_session_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_offer_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
        sa.UniqueConstraint("ref", name="uq_offer_ref"),
    )
    op.create_index("ix_offer_session_id", "offer", ["session_id"])
    op.create_index("ix_offer_worker_id", "offer", ["worker_id"])
    op.add_column(
        "worker", sa.Column("contact_type", sa.String(40), nullable=False, server_default="EMPLOYEE")
    )
