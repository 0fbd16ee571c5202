"""The bytes of deliveries stand in a table of their own: a row of the outbox is rewritten several times"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "payloads",
        sa.Column("delivery_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=512), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_payloads_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_payloads")),
    )
    op.execute(
        "INSERT INTO payloads (delivery_id, address, body)"
        " SELECT id, address, payload FROM deliveries WHERE payload IS NOT NULL"
    )
    # Not by a copy of the table, which SQLite would refuse while attempts and payloads refer to it.
    op.drop_column("deliveries", "payload")
    op.drop_column("deliveries", "address")


def downgrade() -> None:
    op.add_column("deliveries", sa.Column("address", sa.String(length=512), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("payload", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE deliveries SET address = p.address, payload = p.body"
        " FROM payloads p WHERE p.delivery_id = deliveries.id"
    )
    op.drop_table("payloads")
