"""Regions and assets, and waivers of what a rule refuses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"


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
    _create_waiver()


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
    about = {"session_id": "session", "series_id": "series"}
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
