"""A spool in memory for the tests of the uplink's window."""

from collections.abc import Iterable

from gateway.reading import Reading


class MemorySpool:
    """Rows by id, ids never given twice."""

    def __init__(self) -> None:
        self.rows: dict[int, Reading] = {}
        self._last = 0

    def append(self, *minutes: int) -> None:
        """Add one reading per minute."""
        for minute in minutes:
            self._last += 1
            self.rows[self._last] = Reading("strom", "volume", minute * 60_000, float(minute))

    def after(self, row_id: int, limit: int, *, up_to: int = 2**63 - 1) -> list[tuple[int, Reading]]:
        found = [(one, self.rows[one]) for one in sorted(self.rows) if row_id < one <= up_to]
        return found[:limit]

    def newest_id(self) -> int:
        return max(self.rows, default=0)

    def delete(self, row_ids: Iterable[int]) -> None:
        for row_id in row_ids:
            self.rows.pop(row_id, None)
