"""Calendars that are only read, by a secret address; when a name that sessions show was last changed; who leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("bed_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("privacy_level", sa.Text(), nullable=False),
        sa.Column("past_days", sa.BigInteger(), nullable=False),
        sa.Column("future_days", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_feed_worker_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_feed_room_id"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_feed_asset_id"),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name="fk_feed_bed_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("ref", name="uq_feed_ref"),
        sa.UniqueConstraint("secret_hash", name="uq_feed_secret_hash"),
    )
    op.create_index("ix_feed_worker_id", "feed", ["worker_id"])
    op.add_column("revision", sa.Column("named", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("worker", sa.Column("leaving", sa.Boolean(), nullable=False, server_default=sa.false()))
