"""The tables of the daily ledger."""

import sqlalchemy as sa
from alembic import op

from gateway.operations.columns import Instant, RowId

revision = "0002"
down_revision = "0001"

TABLES = (
    "ledger_block",
    "ledger_change",
    "ledger_cursor",
    "ledger_day",
    "ledger_notice",
    "ledger_state",
    "ledger_substitution",
    "ledger_touched",
)


def upgrade() -> None:
    """Build every table."""
    _ledger_block()
    _ledger_change()
    _ledger_cursor()
    _ledger_day()
    _ledger_notice()
    _ledger_state()
    _ledger_substitution()
    _ledger_touched()


def downgrade() -> None:
    """Drop every table; nothing is lost that readings do not tell again."""
    for table in TABLES:
        op.drop_table(table)


def _ledger_block() -> None:
    op.create_table(
        "ledger_block",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("meter", "first", name="pk_ledger_block"),
        sqlite_with_rowid=False,
    )


def _ledger_change() -> None:
    op.create_table(
        "ledger_change",
        sa.Column("id", RowId, nullable=False),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("judged_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_change"),
    )
    op.create_index("ix_ledger_change_meter_first", "ledger_change", ["meter", "first"], unique=False)
    op.create_index("ix_ledger_change_judged_at", "ledger_change", ["judged_at"], unique=False)


def _ledger_cursor() -> None:
    op.create_table(
        "ledger_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_cursor"),
    )


def _ledger_day() -> None:
    op.create_table(
        "ledger_day",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("length_ms", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("bridge_before", sa.SmallInteger(), nullable=False),
        sa.Column("bridge_after", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("meter", "day", name="pk_ledger_day"),
        sqlite_with_rowid=False,
    )


def _ledger_notice() -> None:
    op.create_table(
        "ledger_notice",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_notice"),
    )
    op.create_index("ix_ledger_notice_meter_time_ms", "ledger_notice", ["meter", "time_ms"], unique=False)


def _ledger_state() -> None:
    op.create_table(
        "ledger_state",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("derived_to", sa.Date()),
        sa.Column("settled_to", sa.Date()),
        sa.Column("newest_ms", sa.BigInteger()),
        sa.Column("derived_at", Instant),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("meter", name="pk_ledger_state"),
        sqlite_with_rowid=False,
    )


def _ledger_substitution() -> None:
    op.create_table(
        "ledger_substitution",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("known_sum", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("meter", "start_ms", name="pk_ledger_substitution"),
        sqlite_with_rowid=False,
    )


def _ledger_touched() -> None:
    op.create_table(
        "ledger_touched",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("meter", "end_ms", name="pk_ledger_touched"),
        sqlite_with_rowid=False,
    )
