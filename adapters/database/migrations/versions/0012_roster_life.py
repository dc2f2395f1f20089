"""What planned sessions of a roster deliver, and what becomes of sessions that a worker does not answer."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "roster_slot_service",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("ratio", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("claim_type", sa.Text(), nullable=False),
        sa.Column("travel_chargeable", sa.Boolean(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["roster_slot.id"], name="fk_roster_slot_service_slot_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_roster_slot_service_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_slot_service"),
    )
    op.create_index("ix_roster_slot_service_slot_id", "roster_slot_service", ["slot_id"])
    op.create_table(
        "roster_slot_service_client",
        sa.Column("slot_service_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slot_service_id"],
            ["roster_slot_service.id"],
            name="fk_roster_slot_service_client_slot_service_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_roster_slot_service_client_client_id"),
        sa.PrimaryKeyConstraint("slot_service_id", "client_id", name="pk_roster_slot_service_client"),
    )
    op.add_column("worker", sa.Column("shift_acceptance", sa.Text(), nullable=True))
    op.create_index("ix_session_rev", "session", ["rev"])
