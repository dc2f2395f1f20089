"""What a feed shows, as it was last written: so that a service that was just started writes only what has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "feed_part",
        sa.Column("feed_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("of", sa.Uuid(), nullable=True),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("zones", sa.Text(), nullable=False),
        sa.Column("years", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="fk_feed_part_feed_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "state", name="pk_feed_part"),
    )
    op.create_index("ix_feed_part_of", "feed_part", ["of"])
