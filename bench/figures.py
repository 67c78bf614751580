"""What a benchmark gives out, and how a run of several becomes a table and a JSON document."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio with its limit.

    `comparison` is "at least" or "at most"; `details` holds what the ratio was made of (rates, CPU seconds, rounds),
    so that a reader can judge it.
    """

    name: str
    value: float
    limit: float
    comparison: str
    unit: str = "×"
    details: dict[str, float | int | str] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        """Whether the measured value is on the good side of its limit."""
        return self.value >= self.limit if self.comparison == "at least" else self.value <= self.limit


def print_table(figures: Sequence[Figure]) -> None:
    """Print the figures for people: value, limit, whether it is reached, and what it was made of."""
    table = Table("figure", "measured", "to reach", "", "made of", title="Zählwerk, measured in one run")
    for figure in figures:
        parts = ", ".join(f"{name} {_short(value)}" for name, value in figure.details.items())
        table.add_row(
            figure.name,
            f"{figure.value:.2f} {figure.unit}",
            f"{figure.comparison} {figure.limit:g} {figure.unit}",
            "✓" if figure.reached else "✗",
            parts,
        )
    Console().print(table)


def write_json(figures: Sequence[Figure], file: Path) -> None:
    """Write the figures as one JSON list."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(figure), "reached": figure.reached} for figure in figures]
    file.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _short(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
