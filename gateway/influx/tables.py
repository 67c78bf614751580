"""The columns of InfluxDB's answer to a query."""

import msgspec
import numpy as np

from config.errors import Unreachable
from gateway.series import Series

EMPTY = Series(np.empty(0, np.int64), np.empty(0, np.float64))
_ROW = np.dtype([("time_ms", np.int64), ("value", np.float64)])


class Table(msgspec.Struct):
    """One series of a query's answer: rows of time [ms] and value."""

    values: list[tuple[int, float]]
    tags: dict[str, str] = {}

    def series(self) -> Series:
        """Return the rows as columns; raises `Unreachable` for a time that no store keeps."""
        try:
            rows = np.fromiter(self.values, _ROW, len(self.values))
        except OverflowError as error:
            raise Unreachable(f"the store's answer is not understood: {error}") from error
        return Series(np.ascontiguousarray(rows["time_ms"]), np.ascontiguousarray(rows["value"]))


class _Statement(msgspec.Struct):
    series: list[Table] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Statement] = []
    error: str = ""


def tables_of(body: bytes) -> list[list[Table]]:
    """Return the tables of every statement of an InfluxQL answer; raises `Unreachable` if one failed."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(f"the store's answer is not understood: {error}") from error
    complaint = answer.error or next((one.error for one in answer.results if one.error), "")
    if complaint:
        hint = " (no such bucket, or the token may not read it)" if "database not found" in complaint else ""
        raise Unreachable(f"the store cannot answer: {complaint}{hint}")
    return [statement.series for statement in answer.results]
