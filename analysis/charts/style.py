"""What all charts share: colours, German words and numbers, axes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from analysis.german import MONTHS, unit_text
from config.quantities import MEDIA

Chart = dict[str, Any]
Rows = list[dict[str, Any]]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
EXPECTED, TARGET, LAST_YEAR = "#5F6368", "#202124", "#C8CBCF"
ACT = "#B3261E"
ESTIMATE_OPACITY = 0.45

_TIME_LABELS = {
    "year": "%Y",
    "quarter": "%b",
    "month": "%b",
    "week": "%d.%m.",
    "day": "%d.%m.",
    "date": "%d.%m.",
    "hours": "%H:%M",
    "minutes": "%H:%M",
}
_DAYS = ("Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag")
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


def colour(medium_id: str) -> str:
    """Return the one colour of a medium."""
    return MEDIA[medium_id].colour


def chart(title: str, rows: Rows, layers: Sequence[Mapping[str, Any]], *, subtitle: str = "") -> Chart:
    """Return a layered chart over one table of rows."""
    return {
        "$schema": SCHEMA,
        "description": f"{title}. {subtitle}".strip(),
        "title": _heading(title, subtitle),
        "width": 640,
        "height": 240,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": {"values": rows},
        "layer": [dict(layer) for layer in layers],
        "config": _config(),
    }


def _heading(title: str, subtitle: str) -> dict[str, Any]:
    heading = {"text": title, "anchor": "start"}
    return heading | {"subtitle": subtitle} if subtitle else heading


def stacked(title: str, rows: Rows, views: Sequence[Mapping[str, Any]], *, subtitle: str = "") -> Chart:
    """Return views of one table of rows, one below the other over the same time; a page sets the width of each."""
    return {
        "$schema": SCHEMA,
        "description": f"{title}. {subtitle}".strip(),
        "title": _heading(title, subtitle),
        "spacing": 6,
        "data": {"values": rows},
        "vconcat": [{"width": 640, **view} for view in views],
        "resolve": {"scale": {"x": "shared"}},
        "config": _config(),
    }


def wall_clock(moment: datetime) -> str:
    """Return a local instant's clock time marked as UTC: axes in UTC then show the property's time everywhere."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def time_axis(field: str = "start") -> dict[str, Any]:
    """Encode local time (see `wall_clock`)."""
    axis = {"grid": False, "title": None, "labelOverlap": True, "tickCount": 8, "format": _TIME_LABELS}
    return {"field": field, "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def value_axis(field: str, unit: str, title: str, *, zero: bool = True) -> dict[str, Any]:
    """Encode a value, with its unit at the axis."""
    axis = {"title": f"{title} ({unit_text(unit)})", "format": ",~r"}
    return {"field": field, "type": "quantitative", "scale": {"zero": zero}, "axis": axis}


def category_axis(field: str, order: Sequence[str]) -> dict[str, Any]:
    """Encode months or nights in their order; on a narrow screen some go without their label."""
    axis = {"title": None, "labelAngle": 0, "labelOverlap": True}
    return {"field": field, "type": "ordinal", "sort": list(order), "axis": axis}


def tip(field: str, title: str, *, pattern: str | None = None) -> dict[str, Any]:
    """Encode one line of the tooltip."""
    line: dict[str, Any] = {"field": field, "title": title}
    if pattern is not None:
        line |= {"type": "quantitative", "format": pattern}
    return line


def _config() -> dict[str, Any]:
    lettering = {"labelColor": "#3C4043", "titleColor": "#3C4043"}
    above = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleY": -10, "titleX": 0}
    return {
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": {"domain": False, "tickSize": 4, "gridColor": "#E8EAED", **lettering},
        "axisY": {"tickCount": 5, **above},
        "title": {"fontSize": 14, "subtitleColor": "#5F6368", "offset": 18},
        "legend": {"title": None, "orient": "bottom"},
        "locale": _locale(),
    }


def _locale() -> dict[str, Any]:
    return {
        "number": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " €"]},
        "time": {
            "dateTime": "%A, %e. %B %Y, %X",
            "date": "%d.%m.%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": list(_DAYS),
            "shortDays": [day[:2] for day in _DAYS],
            "months": list(_MONTHS),
            "shortMonths": list(MONTHS),
        },
    }
