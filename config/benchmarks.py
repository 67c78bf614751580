"""Benchmarks of the building categories; the numbers stand in `benchmarks.yaml`."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from config.parsing.yaml_places import read_document
from config.portfolio.categories import CATEGORIES, Category

__all__ = ["CATEGORIES", "GROUPS", "Benchmark", "Category", "benchmark"]

GROUPS = ("heat", "electricity", "water")
_PER_LITRE = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Yearly consumption that is usual (`mean`) and good (`target`) [unit] for a category.

    `group` is heat, electricity or water. `target` None: the set knows comparison values only. `per` says to which
    area it relates: `net_floor` or `water_surface` (indoor pools).
    """

    category: str
    group: str
    mean: float
    target: float | None
    unit: str
    source: str
    verified: bool
    benchmark_set: str
    per: str = "net_floor"


def benchmark(category: str, group: str, *, benchmark_set: str | None = None) -> Benchmark | None:
    """Return the benchmark of a category for heat, electricity or water, None where no set has one.

    The VDI 3807 set goes first because it alone has targets and water; `benchmark_set` (`vdi_3807`, `tek_2021`) asks
    for one set and no other.
    """
    sets = (benchmark_set,) if benchmark_set else tuple(_tables()["sources"])
    found = (_benchmark(category, group, name) for name in sets)
    return next((entry for entry in found if entry is not None), None)


def _benchmark(category: str, group: str, benchmark_set: str) -> Benchmark | None:
    tables = _tables()
    row = tables["categories"].get(category, {}).get(benchmark_set, {})
    if group not in GROUPS or group not in row:
        return None
    mean, target = row[group] if isinstance(row[group], list) else (row[group], None)
    factor, unit = (_PER_LITRE, "m3/m2") if group == "water" else (Decimal(1), "kWh/m2")
    origin = tables["sources"][benchmark_set]
    return Benchmark(
        category=category,
        group=group,
        mean=float(mean * factor),
        target=None if target is None else float(target * factor),
        unit=unit,
        source=origin["source"],
        verified=origin["verified"],
        benchmark_set=benchmark_set,
        per=row.get("per", "net_floor"),
    )


@cache
def _tables() -> dict[str, Any]:
    value = read_document(Path(__file__).with_suffix(".yaml")).value
    assert isinstance(value, dict)  # noqa: S101  shipped with this module
    return value
