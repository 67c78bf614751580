"""Frozen balances: what was reported stays what was reported, whatever arrives later."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, select

from gateway.operations.connections import Connections
from gateway.operations.rows import FrozenBalanceRow
from gateway.operations.tables import frozen_balance


class Balances:
    """Frozen versions by year and factor set; a version is never changed, a newer one stands beside it."""

    def __init__(self, connections: Connections, clock: Callable[[], datetime]) -> None:
        self._connections = connections
        self._clock = clock

    def freeze(self, year: int, factor_set: str, content: Mapping[str, Any], author: str) -> FrozenBalanceRow:
        """Keep a balance as it is now and return the version. `content` is JSON."""
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        values: dict[str, Any] = {
            "year": year,
            "factor_set": factor_set,
            "content": json.loads(canonical),
            "sha256": sha256(canonical.encode()).hexdigest(),
            "author": author,
            "frozen_at": self._clock(),
        }
        insert = frozen_balance.insert().values(values).returning(frozen_balance)
        with self._connections.writing() as writing:
            return _row(writing.execute(insert).mappings().one())

    def of_year(self, year: int, factor_set: str | None = None) -> list[FrozenBalanceRow]:
        """Return the frozen versions of a year, newest first."""
        query = select(frozen_balance).where(frozen_balance.c.year == year).order_by(frozen_balance.c.id.desc())
        if factor_set is not None:
            query = query.where(frozen_balance.c.factor_set == factor_set)
        with self._connections.reading() as reading:
            return [_row(row) for row in reading.execute(query).mappings()]


def _row(row: RowMapping) -> FrozenBalanceRow:
    values: dict[str, Any] = dict(row)
    return FrozenBalanceRow(**values)
