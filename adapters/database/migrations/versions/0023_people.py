"""Several sites of clients and workers, confirmed attendance, who acknowledged an overlap, erased clients."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    _create_sites_of("client")
    _create_sites_of("worker")
    _move_the_site_of_clients()
    op.add_column("client", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("session_client", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    _keep_who_acknowledged()


def _create_sites_of(people: str) -> None:
    table = f"{people}_site"
    op.create_table(
        table,
        sa.Column(f"{people}_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            [f"{people}_id"], [f"{people}.id"], name=f"fk_{table}_{people}_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=f"fk_{table}_site_id"),
        sa.PrimaryKeyConstraint(f"{people}_id", "site_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_site_id", table, ["site_id"])


def _move_the_site_of_clients() -> None:
    """SQLite copies the table to be rid of the column, while foreign keys are off (`migrate`)."""
    op.execute(
        "INSERT INTO client_site (client_id, site_id) SELECT id, site_id FROM client WHERE site_id IS NOT NULL"
    )
    with op.batch_alter_table("client") as table:
        table.drop_constraint("fk_client_site_id", type_="foreignkey")
        table.drop_column("site_id")


def _keep_who_acknowledged() -> None:
    """Until now every warning counted as acknowledged, by whoever went on; who that was is in the history."""
    op.add_column(
        "session", sa.Column("overlap_warned", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "session", sa.Column("overlap_acknowledged_by", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("session", sa.Column("overlap_acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE session SET overlap_warned = overlap_acknowledged")
