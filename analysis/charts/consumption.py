"""Charts of consumption over time."""

from typing import Any

from analysis.charts.style import (
    ESTIMATE_OPACITY,
    LAST_YEAR,
    Chart,
    Rows,
    category_axis,
    chart,
    colour,
    time_axis,
    tip,
    value_axis,
    wall_clock,
)
from analysis.figures import Consumption, How, Resolution, Slot
from analysis.german import MONTHS, amount_word, day, labelled, unit_text

_ESTIMATED = frozenset({How.INTERPOLATED, How.SUBSTITUTED, How.FAULTY})
_WORDS = {
    How.MEASURED: "gemessen",
    How.READ_BY_HAND: "abgelesen",
    How.BILLED: "abgerechnet",
    How.CORRECTED: "korrigiert",
    How.INTERPOLATED: "Ersatzwert (verteilt)",
    How.SUBSTITUTED: "Ersatzwert",
    How.FAULTY: "gestört",
    How.MISSING: "keine Daten",
}
_LIGHTER = "hellere Balken: geschätzt oder unvollständig"


def consumption_chart(consumption: Consumption, *, medium_id: str, title: str = "") -> Chart:
    """Return bars of the slots: estimates and incomplete slots lighter, gaps left empty."""
    word = amount_word(medium_id)
    unit = labelled(consumption.unit, consumption.reference)
    rows = [_row(slot, consumption.resolution) for slot in consumption.slots]
    estimated = any(row["estimated"] and row["value"] is not None for row in rows)
    bars = {
        "mark": {"type": "rect", "color": colour(medium_id), "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "x": time_axis(),
            "x2": {"field": "end"},
            "y": value_axis("value", unit, word),
            "y2": {"datum": 0},
            "fillOpacity": _opacity(),
            "tooltip": [
                tip("label", "Zeit"),
                tip("value", f"{word} ({unit_text(unit)})", pattern=",.2~f"),
                tip("how", "Herkunft"),
            ],
        },
    }
    return chart(title or word, rows, [bars], subtitle=_LIGHTER if estimated else "")


def year_chart(
    this_year: Consumption, last_year: Consumption | None = None, *, medium_id: str, title: str = "Monate"
) -> Chart:
    """Return the months of a year, in front of those of the year before in light grey."""
    rows = _months(this_year, "value") if last_year is None else _beside(this_year, last_year)
    order, word = list(MONTHS), amount_word(medium_id)
    unit = labelled(this_year.unit, this_year.reference)
    encoding = {"x": category_axis("month", order)}
    tips = [tip("month", "Monat"), tip("value", "dieses Jahr", pattern=",.0f")]
    if last_year is not None:
        tips.append(tip("last", "Vorjahr", pattern=",.0f"))
    behind = {
        "mark": {"type": "bar", "color": LAST_YEAR, "width": {"band": 0.85}},
        "encoding": encoding | {"y": value_axis("last", unit, word), "tooltip": tips},
    }
    front = {
        "mark": {"type": "bar", "color": colour(medium_id), "width": {"band": 0.5}},
        "encoding": encoding | {"y": value_axis("value", unit, word), "fillOpacity": _opacity(), "tooltip": tips},
    }
    layers = [front] if last_year is None else [behind, front]
    subtitle = "" if last_year is None else f"grau: {last_year.slots[0].start.year}" if last_year.slots else ""
    return chart(title, rows, layers, subtitle=subtitle)


def _opacity() -> dict[str, Any]:
    return {"condition": {"test": "datum.estimated", "value": ESTIMATE_OPACITY}, "value": 1}


def _row(slot: Slot, resolution: Resolution) -> dict[str, Any]:
    is_short = resolution in {Resolution.QUARTER_HOUR, Resolution.HOUR}
    return {
        "start": wall_clock(slot.start),
        "end": wall_clock(slot.end),
        "label": day(slot.start.date()) + (f" {slot.start:%H:%M}" if is_short else ""),
        "value": None if slot.value is None else float(slot.value),
        "how": _WORDS[slot.how],
        "estimated": slot.how in _ESTIMATED or slot.coverage < 1,
    }


def _months(consumption: Consumption, field: str) -> Rows:
    return [
        {
            "month": MONTHS[slot.start.month - 1],
            field: None if slot.value is None else float(slot.value),
            "estimated": slot.how in _ESTIMATED or slot.coverage < 1,
        }
        for slot in consumption.slots
    ]


def _beside(this_year: Consumption, last_year: Consumption) -> Rows:
    earlier = {row["month"]: row["last"] for row in _months(last_year, "last")}
    return [row | {"last": earlier.get(row["month"])} for row in _months(this_year, "value")]
