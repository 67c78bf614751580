"""The tables of the operations database: what people and the service did. The migrations build the same."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gateway.operations.columns import ExactDecimal, Instant, RowId

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NOT_RESOLVED = text("state <> 'resolved'")

meter_event = Table(
    "meter_event",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("meter", String(120), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("time", Instant, nullable=False),
    Column("old_end", ExactDecimal),
    Column("new_start", ExactDecimal),
    Column("serial", String(80)),
    Column("digits", Integer),
    Column("factor", ExactDecimal),
    Column("detail", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("author", String(120), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index(None, "meter", "time"),
)

access_token = Table(
    "access_token",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("role", String(40), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("last_four", String(4), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

judgement = Table(
    "judgement",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("rule", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("period_start", Instant, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("judged_at", Instant, nullable=False),
    UniqueConstraint("rule", "subject", "period_start"),
)

alert = Table(
    "alert",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("rule", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("property", String(120), nullable=False),
    Column("state", String(20), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("since", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("fired_at", Instant),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String(120)),
    Column("resolved_at", Instant),
    Column("title", Text, nullable=False),
    Column("observed", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("value", Float),
    Column("expected", Float),
    Column("threshold", Float),
    Column("unit", String(20), nullable=False),
    Column("cost_eur_per_day", Float),
    Column("cost_eur_per_year", Float),
    Column("evidence", JSON, nullable=False),
    Column("responsible", String(120)),
    Column("answer", String(20)),
    Column("dismissed", Boolean, nullable=False),
    Column("silenced_until", Instant),
    Index(
        "uq_alert_open",
        "rule",
        "subject",
        unique=True,
        sqlite_where=NOT_RESOLVED,
        postgresql_where=NOT_RESOLVED,
    ),
)

alert_log = Table(
    "alert_log",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("alert_id", RowId, ForeignKey("alert.id"), nullable=False, index=True),
    Column("time", Instant, nullable=False),
    Column("author", String(120), nullable=False),
    Column("action", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("comment", Text, nullable=False),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("person", String(120), nullable=False),
    Column("address", String(320), nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("claimed_until", Instant),
    Column("delivered_at", Instant),
    Column("error", Text, nullable=False),
    Index(None, "state", "next_attempt_at"),
)

reading_note = Table(
    "reading_note",
    METADATA,
    Column("meter", String(120), primary_key=True),
    Column("quantity", String(60), primary_key=True),
    Column("time_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("how", String(20), nullable=False),
    Column("author", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

former_value = Table(
    "former_value",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("event", String(200), index=True),
    Column("meter", String(120), nullable=False),
    Column("quantity", String(60), nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("former", Float, nullable=False),
    Column("value", Float, nullable=False),
    Column("source", String(200), nullable=False),
    Column("replaced_at", Instant, nullable=False),
    Index(None, "meter", "quantity", "time_ms"),
)

box_state = Table(
    "box_state",
    METADATA,
    Column("edge", String(200), primary_key=True),
    Column("online", Boolean, nullable=False),
    Column("problem", String(60)),
    Column("since", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("waiting", BigInteger, nullable=False),
    Column("full_percent", Integer, nullable=False),
    Column("left_out", JSON, nullable=False),
)

photo = Table(
    "photo",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("meter", String(120), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("shows", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("author", String(120), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index(None, "meter"),
    Index(None, "sha256"),
)

frozen_balance = Table(
    "frozen_balance",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("factor_set", String(60), nullable=False),
    Column("content", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("author", String(120), nullable=False),
    Column("frozen_at", Instant, nullable=False),
    Index(None, "year", "factor_set"),
)

audit = Table(
    "audit",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("time", Instant, nullable=False),
    Column("author", String(120), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "time"),
    Index(None, "subject"),
)
