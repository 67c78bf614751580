"""Room for the ids of noticed events, the trail of one thing at hand, and photos of displays."""

import sqlalchemy as sa
from alembic import op

from gateway.operations.columns import Instant, RowId

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Widen the ids, index the trail, add the photos."""
    _resize(64, 200)
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "photo",
        sa.Column("id", RowId, nullable=False),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("shows", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
    )
    op.create_index("ix_photo_meter", "photo", ["meter"])
    op.create_index("ix_photo_sha256", "photo", ["sha256"])


def downgrade() -> None:
    """Undo it."""
    op.drop_table("photo")
    op.drop_index("ix_audit_subject", "audit")
    _resize(200, 64)


def _resize(before: int, after: int) -> None:
    # A copy of the table on SQLite, which knows no other way.
    with op.batch_alter_table("meter_event") as table:
        table.alter_column(
            "id", existing_type=sa.String(length=before), type_=sa.String(length=after), existing_nullable=False
        )
