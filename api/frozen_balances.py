"""Frozen balances beside the draft of today: each as it was reported, and whether newer data came."""

from dataclasses import dataclass
from datetime import datetime

from analysis.properties.newer_data import newer_data_since
from api.answers.shapes import Shape
from api.evidence import Evidence
from gateway.operations import FrozenBalanceRow


@dataclass(frozen=True, slots=True)
class FrozenBalance:
    """A frozen version; `newer_data_since` is when data first came that it does not know, None: none did."""

    row: FrozenBalanceRow
    newer_data_since: datetime | None


def frozen_balances(evidence: Evidence, year: int, factor_set: str) -> list[FrozenBalance]:
    """Return the frozen versions of a year, newest first."""
    books, now = evidence.books, evidence.now()
    rows = evidence.operations.balances.of_year(year, factor_set)
    return [FrozenBalance(row, newer_data_since(books, year, row.frozen_at, now=now)) for row in rows]


def frozen_shape(frozen: list[FrozenBalance]) -> Shape:
    """Return the newest frozen version as the answer about the draft names it."""
    if not frozen:
        return {"frozen": None, "newer_data_since": None}
    newest = frozen[0].row
    named = {"id": newest.id, "frozen_at": newest.frozen_at, "author": newest.author, "sha256": newest.sha256}
    return {"frozen": named, "newer_data_since": frozen[0].newer_data_since}
