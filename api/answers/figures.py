"""Figures as the objects that the API gives out."""

from collections.abc import Mapping
from decimal import Decimal

from analysis.figures import Figure
from analysis.meters.open_events import BLOCKING
from analysis.properties.trust import Trust, Witness, trust_in

MOST_EVENTS = 10


def number(value: float | Decimal | None) -> float | None:
    """Return a JSON number; None stays None."""
    return None if value is None else float(value)


def figure_object(figure: Figure, witness: Witness | None = None) -> dict[str, object]:
    """Return value, unit, coverage, quality, and what else there is to say about the figure.

    `witness` None: nobody is asked how far it can be trusted.
    """
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
    if figure.source:
        content["source"] = figure.source
    return content if witness is None else content | {"trust": trust_object(trust_in(figure, witness))}


def figure_objects(figures: Mapping[str, Figure], witness: Witness | None = None) -> dict[str, object]:
    """Return every figure as an object, by name."""
    return {name: figure_object(figure, witness) for name, figure in figures.items()}


def trust_object(trust: Trust) -> dict[str, object]:
    """Return a trust light with what it stands for; of the open events the first, what blocks booking before all."""
    return {
        "light": trust.light,
        "measured": round(trust.measured, 4),
        "shares": {name: round(share, 4) for name, share in trust.shares.items()},
        "newest": trust.newest,
        "doubts": list(trust.doubts),
        "open_events": [
            {
                "id": event.id,
                "meter": event.meter,
                "kind": event.kind,
                "time": event.time,
                "blocks": event.kind in BLOCKING,
            }
            for event in trust.events[:MOST_EVENTS]
        ],
        "open_event_count": len(trust.events),
    }
