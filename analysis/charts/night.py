"""The chart of the flow at night."""

from collections.abc import Sequence

from analysis.charts.style import EXPECTED, Chart, category_axis, chart, colour, tip, value_axis
from analysis.german import day
from analysis.meters.night_flow import NightFlow

_TIPS = (
    tip("day", "Nacht zum"),
    tip("flow", "kleinster Durchfluss (m³/h)", pattern=",.2f"),
    tip("volume", "Menge 1–5 Uhr (m³)", pattern=",.2f"),
)


def night_flow_chart(
    nights: Sequence[NightFlow], *, medium_id: str = "water", title: str = "Kleinster Durchfluss je Nacht (1–5 Uhr)"
) -> Chart:
    """Return a bar per night; a night without data stays empty and is marked with a dash."""
    names = [f"{night.night:%d.%m.}" for night in nights]
    rows = [_night(name, night) for name, night in zip(names, nights, strict=True)]
    x = category_axis("night", names)
    bars = {
        "mark": {"type": "bar", "color": colour(medium_id)},
        "encoding": {"x": x, "y": value_axis("flow", "m3/h", "Durchfluss"), "tooltip": list(_TIPS)},
    }
    dashes = {
        "transform": [{"filter": "datum.missing"}],
        "mark": {"type": "text", "text": "–", "color": EXPECTED, "baseline": "bottom"},
        "encoding": {"x": x, "y": {"datum": 0}},
    }
    lacking = any(row["missing"] for row in rows)
    return chart(title, rows, [bars, dashes], subtitle="„–“: keine Daten" if lacking else "")


def _night(name: str, night: NightFlow) -> dict[str, object]:
    return {
        "night": name,
        "day": day(night.night),
        "flow": night.minimum_m3_h,
        "volume": night.volume_m3,
        "missing": night.minimum_m3_h is None,
    }
