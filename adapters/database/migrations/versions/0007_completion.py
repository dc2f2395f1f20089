"""Travel and its rates, group templates; when a session really took place, and who pays which part."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "travel_rate",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("km_cents", sa.BigInteger(), nullable=False),
        sa.Column("bus_km_cents", sa.BigInteger(), nullable=False),
        sa.Column("therapy_percent", sa.BigInteger(), nullable=False),
        sa.Column("near_minutes", sa.BigInteger(), nullable=False),
        sa.Column("far_minutes", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_travel_rate"),
        sa.UniqueConstraint("ref", name="uq_travel_rate_ref"),
    )
    op.create_table(
        "group_template",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("ratio", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_group_template_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_group_template"),
        sa.UniqueConstraint("ref", name="uq_group_template_ref"),
    )
    op.create_table(
        "group_template_client",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_group_template_client_client_id"),
        sa.ForeignKeyConstraint(
            ["template_id"], ["group_template.id"], name="fk_group_template_client_template_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_group_template_client"),
        sa.UniqueConstraint("ref", name="uq_group_template_client_ref"),
    )
    op.create_index("ix_group_template_client_template_id", "group_template_client", ["template_id"])
    op.create_table(
        "travel",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("km", sa.BigInteger(), nullable=False),
        sa.Column("vehicle", sa.String(40), nullable=False),
        sa.Column("tolls_cents", sa.BigInteger(), nullable=False),
        sa.Column("parking_cents", sa.BigInteger(), nullable=False),
        sa.Column("other_cents", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_travel_session_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_travel_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_travel"),
    )
    op.create_index("ix_travel_session_id", "travel", ["session_id"])
    op.create_table(
        "travel_client",
        sa.Column("travel_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_travel_client_client_id"),
        sa.ForeignKeyConstraint(
            ["travel_id"], ["travel.id"], name="fk_travel_client_travel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("travel_id", "client_id", name="pk_travel_client"),
    )
    op.add_column("series", sa.Column("billable", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("session", sa.Column("actual_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("session", sa.Column("actual_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("session", sa.Column("billable", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("session_client", sa.Column("portion", sa.BigInteger(), nullable=True))
