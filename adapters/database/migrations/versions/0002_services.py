"""Services, agreements about them, what is planned and what was delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "service_agreement",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_service_agreement_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_agreement"),
        sa.UniqueConstraint("ref", name="uq_service_agreement_ref"),
    )
    op.create_index("ix_service_agreement_client_id", "service_agreement", ["client_id"])
    op.create_table(
        "agreement_item",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("allow_travel", sa.Boolean(), nullable=False),
        sa.Column("allow_transport", sa.Boolean(), nullable=False),
        sa.Column("cancellation_agreed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["service_agreement.id"], name="fk_agreement_item_agreement_id"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_agreement_item_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_item"),
        sa.UniqueConstraint("ref", name="uq_agreement_item_ref"),
    )
    op.create_index("ix_agreement_item_agreement_id", "agreement_item", ["agreement_id"])
    op.create_table(
        "planned_service",
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("ratio", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("claim_type", sa.Text(), nullable=False),
        sa.Column("travel_chargeable", sa.Boolean(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("ad_hoc", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name="fk_planned_service_series_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_planned_service_service_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_planned_service_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_planned_service"),
    )
    op.create_index("ix_planned_service_series_id", "planned_service", ["series_id"])
    op.create_index("ix_planned_service_session_id", "planned_service", ["session_id"])
    op.create_table(
        "service_delivered",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_service_delivered_client_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_delivered_service_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_service_delivered_session_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_service_delivered_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_delivered"),
    )
    op.create_index("ix_service_delivered_client_id", "service_delivered", ["client_id"])
    op.create_index("ix_service_delivered_session_id", "service_delivered", ["session_id"])
    op.create_table(
        "planned_service_client",
        sa.Column("planned_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_planned_service_client_client_id"),
        sa.ForeignKeyConstraint(
            ["planned_id"],
            ["planned_service.id"],
            name="fk_planned_service_client_planned_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("planned_id", "client_id", name="pk_planned_service_client"),
    )
    op.add_column("service", sa.Column("category", sa.Text(), nullable=False, server_default=""))
    op.add_column("service", sa.Column("cpt", sa.Text(), nullable=True))
    op.add_column("service", sa.Column("ndis", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("service", sa.Column("cancel_rule", sa.String(40), nullable=False, server_default="NONE"))
    op.add_column(
        "service", sa.Column("allow_travel", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "service", sa.Column("allow_transport", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("service", sa.Column("therapy", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "service", sa.Column("prevent_apportioning", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("site", sa.Column("travel_area", sa.BigInteger(), nullable=True))
    op.add_column("site", sa.Column("holidays", sa.Text(), nullable=False, server_default=""))
