"""Plans are revised: what a task named when it was written, and when it was taken out"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from reminders.store.tables import Json, Moment

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("written", Json, nullable=True))
    op.add_column("tasks", sa.Column("removed_at", Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tasks") as batch:
        batch.drop_column("removed_at")
        batch.drop_column("written")
