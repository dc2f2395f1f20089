"""Rosters and their periods."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "base_roster",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("weeks", sa.BigInteger(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_base_roster"),
    )
    op.create_index("uq_base_roster_name_version", "base_roster", ["name", "version"], unique=True)
    op.create_table(
        "roster_period",
        sa.Column("base_id", sa.Uuid(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("violations", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["base_roster.id"], name="fk_roster_period_base_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_period"),
    )
    op.create_index("ix_roster_period_base_id", "roster_period", ["base_id"])
    op.create_table(
        "roster_slot",
        sa.Column("base_id", sa.Uuid(), nullable=True),
        sa.Column("period_id", sa.Uuid(), nullable=True),
        sa.Column("week", sa.BigInteger(), nullable=True),
        sa.Column("weekday", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("work_type", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"], ["base_roster.id"], name="fk_roster_slot_base_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["roster_period.id"], name="fk_roster_slot_period_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_roster_slot_room_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_roster_slot_session_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_roster_slot_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_slot"),
    )
    op.create_index("ix_roster_slot_base_id", "roster_slot", ["base_id"])
    op.create_index("ix_roster_slot_period_id", "roster_slot", ["period_id"])
    op.create_index("ix_roster_slot_session_id", "roster_slot", ["session_id"])
    op.create_table(
        "roster_slot_asset",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_roster_slot_asset_asset_id"),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["roster_slot.id"], name="fk_roster_slot_asset_slot_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slot_id", "asset_id", name="pk_roster_slot_asset"),
    )
    op.create_table(
        "roster_slot_client",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_roster_slot_client_client_id"),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["roster_slot.id"], name="fk_roster_slot_client_slot_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slot_id", "client_id", name="pk_roster_slot_client"),
    )
    op.create_table(
        "roster_slot_worker",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["roster_slot.id"], name="fk_roster_slot_worker_slot_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_roster_slot_worker_worker_id"),
        sa.PrimaryKeyConstraint("slot_id", "worker_id", name="pk_roster_slot_worker"),
    )
    op.add_column("session", sa.Column("roster_period_id", sa.Uuid(), nullable=True))
    op.add_column("worker", sa.Column("contracted_min", sa.BigInteger(), nullable=True))
