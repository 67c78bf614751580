"""The first tables: events, tokens, judgements, alerts, outbox, notes, balances, audit."""

import sqlalchemy as sa
from alembic import op

from gateway.operations.columns import ExactDecimal, Instant, RowId

revision = "0001"
down_revision = None

TABLES = (
    "access_token",
    "alert",
    "audit",
    "frozen_balance",
    "judgement",
    "meter_event",
    "outbox",
    "reading_note",
    "alert_log",
)


def upgrade() -> None:
    """Build every table."""
    _access_token()
    _alert()
    _audit()
    _frozen_balance()
    _judgement()
    _meter_event()
    _outbox()
    _reading_note()
    _alert_log()


def downgrade() -> None:
    """Drop every table, those that refer to others first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _access_token() -> None:
    op.create_table(
        "access_token",
        sa.Column("id", RowId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_access_token"),
        sa.UniqueConstraint("sha256", name="uq_access_token_sha256"),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", RowId, nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("property", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("last_seen_at", Instant, nullable=False),
        sa.Column("fired_at", Instant),
        sa.Column("acknowledged_at", Instant),
        sa.Column("acknowledged_by", sa.String(length=120)),
        sa.Column("resolved_at", Instant),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("observed", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("expected", sa.Float()),
        sa.Column("threshold", sa.Float()),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("cost_eur_per_day", sa.Float()),
        sa.Column("cost_eur_per_year", sa.Float()),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("responsible", sa.String(length=120)),
        sa.Column("answer", sa.String(length=20)),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.Column("silenced_until", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index(
        "uq_alert_open",
        "alert",
        ["rule", "subject"],
        unique=True,
        sqlite_where=sa.text("state <> 'resolved'"),
        postgresql_where=sa.text("state <> 'resolved'"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", RowId, nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_time", "audit", ["time"], unique=False)


def _frozen_balance() -> None:
    op.create_table(
        "frozen_balance",
        sa.Column("id", RowId, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("factor_set", sa.String(length=60), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("frozen_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frozen_balance"),
    )
    op.create_index("ix_frozen_balance_year_factor_set", "frozen_balance", ["year", "factor_set"], unique=False)


def _judgement() -> None:
    op.create_table(
        "judgement",
        sa.Column("id", RowId, nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("period_start", Instant, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("judged_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_judgement"),
        sa.UniqueConstraint("rule", "subject", "period_start", name="uq_judgement_rule_subject_period_start"),
    )


def _meter_event() -> None:
    op.create_table(
        "meter_event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("old_end", ExactDecimal),
        sa.Column("new_start", ExactDecimal),
        sa.Column("serial", sa.String(length=80)),
        sa.Column("digits", sa.Integer()),
        sa.Column("factor", ExactDecimal),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meter_event"),
    )
    op.create_index("ix_meter_event_meter_time", "meter_event", ["meter", "time"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", RowId, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant, nullable=False),
        sa.Column("claimed_until", Instant),
        sa.Column("delivered_at", Instant),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_state_next_attempt_at", "outbox", ["state", "next_attempt_at"], unique=False)


def _reading_note() -> None:
    op.create_table(
        "reading_note",
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.String(length=60), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("meter", "quantity", "time_ms", name="pk_reading_note"),
    )


def _alert_log() -> None:
    op.create_table(
        "alert_log",
        sa.Column("id", RowId, nullable=False),
        sa.Column("alert_id", RowId, nullable=False),
        sa.Column("time", Instant, nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_alert_log_alert_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_log"),
    )
    op.create_index("ix_alert_log_alert_id", "alert_log", ["alert_id"], unique=False)
