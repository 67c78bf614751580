"""Column types that keep what Python holds: aware instants and exact decimals, alike on SQLite and PostgreSQL."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator

from gateway.reading import instant, milliseconds

# SQLite numbers rows by itself only where the key is a plain INTEGER.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as whole milliseconds since 1970 UTC; binding a naive one raises `ValueError`."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - interface
        """Turn an instant into milliseconds."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - interface
        """Turn milliseconds into an aware UTC instant."""
        return None if value is None else instant(int(value))


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal, kept as text: SQLite would round a number to a float, and a counter's last digit matters."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - interface
        """Write the decimal with all its digits."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - interface
        """Read the decimal with all its digits."""
        return None if value is None else Decimal(value)
