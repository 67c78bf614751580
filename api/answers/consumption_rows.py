"""Consumption as rows of CSV; route and command write the same."""

from collections.abc import Iterator

from analysis.figures import Consumption


def consumption_columns(found: Consumption) -> tuple[str, ...]:
    """Return the names of the columns, the unit in that of the value.

    Energy of a fuel has one more, which says on every line what it is told on: Hs or Hi.
    """
    reference = () if found.reference is None else ("reference",)
    return ("start", "end", f"value_{found.unit}", "quality", "coverage", *reference)


def consumption_rows(found: Consumption) -> Iterator[tuple[object, ...]]:
    """Yield one row per slot; None is a gap."""
    reference = () if found.reference is None else (found.reference,)
    for slot in found.slots:
        coverage = round(slot.coverage, 4)
        yield slot.start.isoformat(), slot.end.isoformat(), slot.value, slot.how, coverage, *reference
