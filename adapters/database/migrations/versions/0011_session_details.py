"""Session types, comments and service types."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "session_type",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.Column("duration_min", sa.BigInteger(), nullable=True),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session_type"),
        sa.UniqueConstraint("ref", name="uq_session_type_ref"),
    )
    for table in ("session", "series"):
        _add_reference(table, "session_type_id", "session_type")
        for column in ("colour", "comments", "service_type_text"):
            op.add_column(table, sa.Column(column, sa.Text(), nullable=False, server_default=""))


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
