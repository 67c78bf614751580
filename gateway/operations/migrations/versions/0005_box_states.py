"""What the boxes in the buildings say of themselves."""

import sqlalchemy as sa
from alembic import op

from gateway.operations.columns import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "box_state",
        sa.Column("edge", sa.String(length=200), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=60), nullable=True),
        sa.Column("since", Instant, nullable=False),
        sa.Column("heard_at", Instant, nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("full_percent", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("edge", name="pk_box_state"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("box_state")
