"""How what is all-day in a busy source was read; feeds on a grid."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "calendar_link", sa.Column("all_day_as", sa.Text(), nullable=False, server_default="by_transp")
    )
    op.add_column("feed", sa.Column("round_min", sa.BigInteger(), nullable=False, server_default="0"))
