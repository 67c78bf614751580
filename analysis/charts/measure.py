"""Charts of measures and of the way to a target."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.charts.style import (
    EXPECTED,
    TARGET,
    Chart,
    Rows,
    category_axis,
    chart,
    colour,
    tip,
    value_axis,
)
from analysis.german import MONTHS, labelled, unit_text
from analysis.measures.measures import MeasureMonth, MeasureProgress


@dataclass(frozen=True, slots=True)
class PathYear:
    """A year on the way to a target; None where nothing is known."""

    year: int
    actual: float | None
    target: float | None


def measure_chart(progress: MeasureProgress, *, title: str = "") -> Chart:
    """Return the months since the works: actual as bars, expected dashed grey, target dark."""
    names = [f"{MONTHS[entry.month.month - 1]} {entry.month:%y}" for entry in progress.monthly]
    rows = [_month(name, entry) for name, entry in zip(names, progress.monthly, strict=True)]
    unit = labelled(progress.unit, progress.reference)
    return _against(
        rows,
        category_axis("month", names),
        title=title or progress.title,
        unit=unit,
        actual_colour=colour(progress.medium_id),
        tips=_tips_of_months(unit_text(unit)),
        subtitle="Balken: gemessen · grau gestrichelt: ohne Maßnahme zu erwarten · dunkel: Ziel",
    )


def _month(name: str, entry: MeasureMonth) -> dict[str, Any]:
    return {
        "month": name,
        "expected": entry.expected,
        "target": entry.target,
        "actual": entry.actual,
        "degree_days": entry.degree_days,
    }


def _tips_of_months(unit: str) -> Rows:
    return [
        tip("month", "Monat"),
        tip("actual", f"gemessen ({unit})", pattern=",.0f"),
        tip("expected", f"erwartet ohne Maßnahme ({unit})", pattern=",.0f"),
        tip("target", f"Ziel ({unit})", pattern=",.0f"),
        tip("degree_days", "Gradtage (K·d)", pattern=",.0f"),
    ]


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
    return _against(
        rows,
        axis,
        title=title,
        unit=unit,
        actual_colour=colour(medium_id),
        tips=tips,
        subtitle="dunkle Linie: Zielpfad",
    )


def _against(
    rows: Rows, axis: dict[str, Any], *, title: str, unit: str, actual_colour: str, tips: Rows, subtitle: str
) -> Chart:
    """Bars of `actual` with a line of `target` and, where the rows have it, of `expected`."""
    bars = {"mark": {"type": "bar", "color": actual_colour, "width": {"band": 0.6}}, "encoding": {"x": axis}}
    layers = [_with_value(bars, "actual", unit=unit, tips=tips)]
    if any("expected" in row for row in rows):
        line = {"type": "line", "color": EXPECTED, "strokeDash": [5, 4], "point": {"color": EXPECTED, "size": 25}}
        layers.append(_with_value({"mark": line, "encoding": {"x": axis}}, "expected", unit=unit, tips=tips))
    line = {"type": "line", "color": TARGET, "point": {"color": TARGET, "size": 25}}
    layers.append(_with_value({"mark": line, "encoding": {"x": axis}}, "target", unit=unit, tips=tips))
    return chart(title, rows, layers, subtitle=subtitle)


def _with_value(layer: dict[str, Any], field: str, *, unit: str, tips: Rows) -> dict[str, Any]:
    encoding = layer["encoding"] | {"y": value_axis(field, unit, "Verbrauch"), "tooltip": tips}
    return {**layer, "encoding": encoding}
