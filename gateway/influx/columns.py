"""A table of InfluxDB's answer as columns."""

import numpy as np

from config.errors import Unreachable
from gateway.influx.tables import Table
from gateway.series import Series

EMPTY = Series(np.empty(0, np.int64), np.empty(0, np.float64))
_ROW = np.dtype([("time_ms", np.int64), ("value", np.float64)])


def columns(table: Table) -> Series:
    """Return the rows of a table as columns; raises `Unreachable` for a time that no store keeps."""
    try:
        rows = np.fromiter(table.values, _ROW, len(table.values))
    except OverflowError as error:
        raise Unreachable(f"the store's answer is not understood: {error}") from error
    return Series(np.ascontiguousarray(rows["time_ms"]), np.ascontiguousarray(rows["value"]))
