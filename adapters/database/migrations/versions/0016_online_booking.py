"""Online booking: appointment types, reserved slots, requests, and what clients did."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "appointment_type",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("length_min", sa.BigInteger(), nullable=False),
        sa.Column("padding_min", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_appointment_type_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment_type"),
        sa.UniqueConstraint("name", name="uq_appointment_type_name"),
        sa.UniqueConstraint("ref", name="uq_appointment_type_ref"),
    )
    op.create_table(
        "reserved_slot",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("rule_text", sa.Text(), nullable=False),
        sa.Column("exdate_text", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("local_start", sa.Text(), nullable=False),
        sa.Column("local_end", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="fk_reserved_slot_asset_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_reserved_slot_room_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_reserved_slot_site_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_reserved_slot_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reserved_slot"),
        sa.UniqueConstraint("ref", name="uq_reserved_slot_ref"),
    )
    op.create_index("ix_reserved_slot_worker_id", "reserved_slot", ["worker_id"])
    op.create_table(
        "reserved_slot_type",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["reserved_slot.id"], name="fk_reserved_slot_type_slot_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["type_id"], ["appointment_type.id"], name="fk_reserved_slot_type_type_id"),
        sa.PrimaryKeyConstraint("slot_id", "type_id", name="pk_reserved_slot_type"),
    )
    op.create_index("ix_reserved_slot_type_type_id", "reserved_slot_type", ["type_id"])
    op.create_table(
        "booking_request",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("type_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("moves_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("policy_ack_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("local_start", sa.Text(), nullable=False),
        sa.Column("local_end", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_booking_request_client_id"),
        sa.ForeignKeyConstraint(
            ["moves_id"], ["session.id"], name="fk_booking_request_moves_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_booking_request_session_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_booking_request_site_id"),
        sa.ForeignKeyConstraint(["type_id"], ["appointment_type.id"], name="fk_booking_request_type_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_booking_request_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_booking_request"),
        sa.UniqueConstraint("ref", name="uq_booking_request_ref"),
    )
    op.create_index("ix_booking_request_client_id", "booking_request", ["client_id"])
    op.create_index("ix_booking_request_moves_id", "booking_request", ["moves_id"])
    op.create_index("ix_booking_request_session_id", "booking_request", ["session_id"])
    op.create_index("ix_booking_request_state_starts_at", "booking_request", ["state", "starts_at"])
    op.create_index("ix_booking_request_worker_id", "booking_request", ["worker_id"])
    op.create_table(
        "client_act",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_ack_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_hash", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_client_act_client_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_client_act_session_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_client_act"),
    )
    op.create_index("ix_client_act_address_hash_at", "client_act", ["address_hash", "at"])
    op.create_index("ix_client_act_client_id_at", "client_act", ["client_id", "at"])
    op.create_index("ix_client_act_session_id", "client_act", ["session_id"])
    op.create_index("uq_client_act_key_hash", "client_act", ["key_hash"], unique=True)
    op.add_column("session", sa.Column("appointment_type_id", sa.Uuid(), nullable=True))
    op.add_column("session", sa.Column("padding_min", sa.BigInteger(), nullable=False, server_default="0"))
