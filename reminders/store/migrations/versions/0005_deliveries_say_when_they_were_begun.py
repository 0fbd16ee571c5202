"""Deliveries say when they were begun, and how often a round with them ended before that"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from reminders.store.tables import Moment

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("begun_at", Moment(), nullable=True))
    op.add_column("deliveries", sa.Column("stumbles", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("stumbles")
        batch.drop_column("begun_at")
