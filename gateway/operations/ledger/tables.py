"""The tables of the daily ledger: what was derived from readings, and what has to be derived again."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, SmallInteger, String, Table, Text

from gateway.operations.columns import Instant, RowId
from gateway.operations.tables import METADATA

ledger_day = Table(
    "ledger_day",
    METADATA,
    Column("meter", String(120), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("length_ms", BigInteger, nullable=False),
    Column("pieces", Text, nullable=False),
    Column("spans", Text, nullable=False),
    Column("bridge_before", SmallInteger, nullable=False),
    Column("bridge_after", SmallInteger, nullable=False),
    sqlite_with_rowid=False,  # a meter's year lies together
)

ledger_notice = Table(
    "ledger_notice",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("meter", String(120), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("time_ms", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Index(None, "meter", "time_ms"),
)

ledger_substitution = Table(
    "ledger_substitution",
    METADATA,
    Column("meter", String(120), primary_key=True),
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("method", String(20), nullable=False),
    Column("known_sum", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

ledger_block = Table(
    "ledger_block",
    METADATA,
    Column("meter", String(120), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    sqlite_with_rowid=False,
)

ledger_state = Table(
    "ledger_state",
    METADATA,
    Column("meter", String(120), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("derived_to", Date),
    Column("settled_to", Date),
    Column("newest_ms", BigInteger),
    Column("derived_at", Instant),
    Column("digest", String(64), nullable=False),
    sqlite_with_rowid=False,
)

ledger_touched = Table(
    "ledger_touched",
    METADATA,
    Column("meter", String(120), primary_key=True),
    Column("end_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ledger_cursor = Table(
    "ledger_cursor",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("cursor", BigInteger, nullable=False),
)

ledger_change = Table(
    "ledger_change",
    METADATA,
    Column("id", RowId, primary_key=True),
    Column("meter", String(120), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("judged_at", Instant),
    Index(None, "meter", "first"),
    Index(None, "judged_at"),
)
