"""Figures as the objects that the API gives out."""

from collections.abc import Mapping
from decimal import Decimal

from analysis.figures import Figure


def number(value: float | Decimal | None) -> float | None:
    """Return a JSON number; None stays None."""
    return None if value is None else float(value)


def figure_object(figure: Figure) -> dict[str, object]:
    """Return value, unit, coverage, quality, and what else there is to say about the figure."""
    content: dict[str, object] = {
        "value": number(figure.value),
        "unit": figure.unit,
        "coverage": round(figure.coverage, 4),
        "quality": {name: round(share, 4) for name, share in figure.quality.items()},
    }
    if figure.value is None:
        content["reason"] = figure.reason or "insufficient_data"
    if figure.incomplete:
        content["incomplete"] = list(figure.incomplete)
    if figure.reference is not None:
        content["reference"] = figure.reference
    if figure.factor_set is not None:
        content["factor_set"] = figure.factor_set
    if not figure.verified:
        content["verified"] = False
    return content | ({"source": figure.source} if figure.source else {})


def figure_objects(figures: Mapping[str, Figure]) -> dict[str, object]:
    """Return every figure as an object, by name."""
    return {name: figure_object(figure) for name, figure in figures.items()}
