"""Consumption as rows of CSV; route and command write the same."""

from collections.abc import Iterator

from analysis.figures import Consumption


def consumption_columns(found: Consumption) -> tuple[str, ...]:
    """Return the names of the columns, the unit in that of the value."""
    return ("start", "end", f"value_{found.unit}", "quality", "coverage")


def consumption_rows(found: Consumption) -> Iterator[tuple[object, ...]]:
    """Yield one row per slot; None is a gap."""
    for slot in found.slots:
        yield slot.start.isoformat(), slot.end.isoformat(), slot.value, slot.how, round(slot.coverage, 4)
