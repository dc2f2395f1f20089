"""Regions, assets, beds and the stays in them, and waivers of what a rule refuses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "region",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_row("region"),
        sa.UniqueConstraint("ref", name="uq_region_ref"),
    )
    op.create_table(
        "asset",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        *_row("asset"),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_asset_region_id"),
        sa.UniqueConstraint("ref", name="uq_asset_ref"),
    )
    for owner in ("series", "session"):
        _add_reference(owner, "region_id", "region")
        _create_taken(owner)
    _add_reference("site", "region_id", "region")
    _create_beds()
    _create_waiver()
    _let_stays_deliver()
    _link_resources()


def _create_taken(owner: str) -> None:
    """The assets of each series or session."""
    table = f"{owner}_asset"
    op.create_table(
        table,
        sa.Column(f"{owner}_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=f"fk_{table}_asset_id"),
        sa.ForeignKeyConstraint([f"{owner}_id"], [f"{owner}.id"], name=f"fk_{table}_{owner}_id"),
        sa.PrimaryKeyConstraint(f"{owner}_id", "asset_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_asset_id", table, ["asset_id"])


def _create_waiver() -> None:
    about = {"session_id": "session", "series_id": "series", "booking_id": "bed_booking"}
    op.create_table(
        "waiver",
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in about),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        *_row("waiver"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_waiver_{name}", ondelete="CASCADE")
            for name, table in about.items()
        ),
    )
    for name in about:
        op.create_index(f"ix_waiver_{name}", "waiver", [name])


def _create_beds() -> None:
    op.create_table(
        "bed",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("room_no", sa.Text(), nullable=False),
        sa.Column("record_type", sa.String(40), nullable=False),
        sa.Column("bed_type", sa.Text(), nullable=False),
        sa.Column("min_age", sa.BigInteger(), nullable=True),
        sa.Column("max_age", sa.BigInteger(), nullable=True),
        sa.Column("gender", sa.String(40), nullable=True),
        sa.Column("funding", sa.Text(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("amenities", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        *_row("bed"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_bed_site_id"),
        sa.UniqueConstraint("ref", name="uq_bed_ref"),
    )
    op.create_index("ix_bed_site_id", "bed", ["site_id"])
    op.create_table(
        "bed_booking",
        sa.Column("bed_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("local_start", sa.Text(), nullable=False),
        sa.Column("local_end", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        *_row("bed_booking"),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name="fk_bed_booking_bed_id"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_bed_booking_client_id"),
    )
    op.create_index("ix_bed_booking_bed_id_ends_at", "bed_booking", ["bed_id", "ends_at"])
    op.create_index("ix_bed_booking_client_id", "bed_booking", ["client_id"])
    _create_parts_of_stays()
    op.add_column("client", sa.Column("dob", sa.Date(), nullable=True))
    op.add_column("client", sa.Column("gender", sa.String(40), nullable=True))


def _create_parts_of_stays() -> None:
    op.create_table(
        "bed_hold",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("first_night", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("going_on", sa.Boolean(), nullable=False),
        *_row("bed_hold"),
        sa.ForeignKeyConstraint(["booking_id"], ["bed_booking.id"], name="fk_bed_hold_booking_id"),
    )
    op.create_index("ix_bed_hold_booking_id", "bed_hold", ["booking_id"])
    op.create_table(
        "bed_service",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("ad_hoc", sa.Boolean(), nullable=False),
        *_row("bed_service"),
        sa.ForeignKeyConstraint(["booking_id"], ["bed_booking.id"], name="fk_bed_service_booking_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_bed_service_service_id"),
    )
    op.create_index("ix_bed_service_booking_id", "bed_service", ["booking_id"])


def _let_stays_deliver() -> None:
    """A delivered line is of a session or of a stay. SQLite copies the table for that; nothing refers to it."""
    with op.batch_alter_table("service_delivered") as table:
        table.alter_column("session_id", existing_type=sa.Uuid(), nullable=True)
    _add_reference("service_delivered", "booking_id", "bed_booking")
    op.add_column("service_delivered", sa.Column("day", sa.Date(), nullable=True))
    op.create_index("ix_service_delivered_booking_id", "service_delivered", ["booking_id"])


def _link_resources() -> None:
    """Calendars of rooms, assets and beds."""
    for column in ("room_id", "asset_id", "bed_id"):
        _add_reference("calendar_link", column, column.removesuffix("_id"))
    op.add_column("event_mapping", sa.Column("shows", sa.Text(), nullable=False, server_default=""))


def _row(table: str) -> list[sa.Column[object] | sa.PrimaryKeyConstraint]:
    """What every row has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _add_reference(table: str, column: str, other: str) -> None:
    """A new reference of an old table; SQLite takes it with the column or not at all."""
    name = f"fk_{table}_{column}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} CHAR(32) CONSTRAINT {name} REFERENCES {other} (id)"
        )
        return
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(name, table, other, [column], ["id"])
