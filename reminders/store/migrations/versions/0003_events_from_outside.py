"""Events from outside, and the dated phases they bring"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from reminders.store.tables import Moment

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "external_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("happened_at", sa.String(length=5), nullable=True),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_external_events_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "external_events_standing",
        "external_events",
        ["plan_id", "name", "happened_on", "ref"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
        sqlite_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "external_phases",
        sa.Column("external_id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("dated_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["external_id"], ["external_events.id"], name=op.f("fk_external_phases_external_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_external_phases_schedule_id")),
        sa.ForeignKeyConstraint(["dated_id"], ["schedules.id"], name=op.f("fk_external_phases_dated_id")),
        sa.UniqueConstraint("external_id", "schedule_id", name=op.f("uq_external_phases_external_id_schedule_id")),
    )
    op.create_index(op.f("ix_external_phases_schedule_id"), "external_phases", ["schedule_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_external_phases_schedule_id"), "external_phases")
    op.drop_table("external_phases")
    op.drop_index("external_events_standing", "external_events")
    op.drop_table("external_events")
