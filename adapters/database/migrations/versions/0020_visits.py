"""Visits of clients, who come in by a mailed link."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cookie_hash", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_visit_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        sa.UniqueConstraint("cookie_hash", name="uq_visit_cookie_hash"),
        sa.UniqueConstraint("secret_hash", name="uq_visit_secret_hash"),
    )
    op.create_index("ix_visit_client_id_asked_at", "visit", ["client_id", "asked_at"])
    op.create_index("ix_visit_address_hash_asked_at", "visit", ["address_hash", "asked_at"])
    op.create_index("ix_visit_expires_at", "visit", ["expires_at"])
