"""What a base roster, and a period that is made from it, may cost."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    for table in ("base_roster", "roster_period"):
        op.add_column(table, sa.Column("budget_cents", sa.BigInteger(), nullable=True))
