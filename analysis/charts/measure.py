"""Charts of measures and of the way to a target."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.charts.style import (
    EXPECTED,
    TARGET,
    Chart,
    category_axis,
    chart,
    colour,
    tip,
    value_axis,
)
from analysis.german import MONTHS, labelled, unit_text
from analysis.measures.measures import MeasureProgress


@dataclass(frozen=True, slots=True)
class PathYear:
    """A year on the way to a target; None where nothing is known."""

    year: int
    actual: float | None
    target: float | None


def measure_chart(progress: MeasureProgress, *, title: str = "") -> Chart:
    """Return the months since the works: actual as bars, expected dashed grey, target dark."""
    names = [f"{MONTHS[entry.month.month - 1]} {entry.month:%y}" for entry in progress.monthly]
    rows = [
        {
            "month": name,
            "expected": entry.expected,
            "target": entry.target,
            "actual": entry.actual,
            "degree_days": entry.degree_days,
        }
        for name, entry in zip(names, progress.monthly, strict=True)
    ]
    unit = unit_text(labelled(progress.unit, progress.reference))
    tips = [
        tip("month", "Monat"),
        tip("actual", f"gemessen ({unit})", pattern=",.0f"),
        tip("expected", f"erwartet ohne Maßnahme ({unit})", pattern=",.0f"),
        tip("target", f"Ziel ({unit})", pattern=",.0f"),
        tip("degree_days", "Gradtage (K·d)", pattern=",.0f"),
    ]
    return _against(
        title or progress.title,
        rows,
        category_axis("month", names),
        labelled(progress.unit, progress.reference),
        colour(progress.medium_id),
        tips,
        subtitle="Balken: gemessen · grau gestrichelt: ohne Maßnahme zu erwarten · dunkel: Ziel",
    )


def district_path_chart(
    years: Sequence[PathYear], *, unit: str, medium_id: str, title: str = "Verbrauch gegen Zielpfad"
) -> Chart:
    """Return the years as bars against the target path."""
    names = [str(entry.year) for entry in years]
    rows = [{"year": str(entry.year), "actual": entry.actual, "target": entry.target} for entry in years]
    tips = [
        tip("year", "Jahr"),
        tip("actual", f"Verbrauch ({unit_text(unit)})", pattern=",.0f"),
        tip("target", f"Zielpfad ({unit_text(unit)})", pattern=",.0f"),
    ]
    axis = category_axis("year", names)
    return _against(title, rows, axis, unit, colour(medium_id), tips, subtitle="dunkle Linie: Zielpfad")


def _against(
    title: str,
    rows: list[dict[str, Any]],
    axis: dict[str, Any],
    unit: str,
    actual_colour: str,
    tips: list[dict[str, Any]],
    *,
    subtitle: str,
) -> Chart:
    """Bars of `actual` with a line of `target` and, where the rows have it, of `expected`."""
    bars = {"mark": {"type": "bar", "color": actual_colour, "width": {"band": 0.6}}, "encoding": {"x": axis}}
    layers = [_with_value(bars, "actual", unit, tips)]
    if any("expected" in row for row in rows):
        line = {"type": "line", "color": EXPECTED, "strokeDash": [5, 4], "point": {"color": EXPECTED, "size": 25}}
        layers.append(_with_value({"mark": line, "encoding": {"x": axis}}, "expected", unit, tips))
    line = {"type": "line", "color": TARGET, "point": {"color": TARGET, "size": 25}}
    layers.append(_with_value({"mark": line, "encoding": {"x": axis}}, "target", unit, tips))
    return chart(title, rows, layers, subtitle=subtitle)


def _with_value(layer: dict[str, Any], field: str, unit: str, tips: list[dict[str, Any]]) -> dict[str, Any]:
    encoding = layer["encoding"] | {"y": value_axis(field, unit, "Verbrauch"), "tooltip": tips}
    return {**layer, "encoding": encoding}
