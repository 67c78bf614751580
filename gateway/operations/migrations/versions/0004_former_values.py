"""Values of readings that others took the place of."""

import sqlalchemy as sa
from alembic import op

from gateway.operations.columns import Instant, RowId

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "former_value",
        sa.Column("id", RowId, nullable=False),
        sa.Column("event", sa.String(length=200), nullable=True),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.String(length=60), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("former", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("replaced_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_former_value"),
    )
    op.create_index("ix_former_value_event", "former_value", ["event"])
    op.create_index("ix_former_value_meter_quantity_time_ms", "former_value", ["meter", "quantity", "time_ms"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("former_value")
