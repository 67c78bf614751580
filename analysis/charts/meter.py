"""The chart of a meter: consumption in front of last year's, how sure it is, and the counter, over one time axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from analysis.charts.counter import counter_rows
from analysis.charts.style import (
    ACT,
    ESTIMATE_OPACITY,
    LAST_YEAR,
    Chart,
    Rows,
    colour,
    stacked,
    time_axis,
    tip,
    value_axis,
    wall_clock,
)
from analysis.figures import Consumption, How, Slot
from analysis.german import amount_word, labelled, unit_text
from analysis.property_meters import register_unit
from config.meters.meter import Meter
from gateway.series import Series

Tone = Literal["quiet", "look", "settled"]
# Patterns that the page brings along; where it does not, a gap stays empty.
GAP, FAULT = "url(#luecke)", "url(#stoerung)"
_SURE, _PART, _FAULTY, _NOTHING = "gesichert", "ersetzt oder unvollständig", "fehlerhaft", "keine Daten"
_TO_COME = "kommt noch"
_SURENESS = {_SURE: "#2E7D32", _PART: "#E69F00", _FAULTY: ACT, _NOTHING: "#9AA0A6", _TO_COME: "#E8EAED"}
_TONES: Mapping[Tone, str] = {"quiet": "#5F6368", "look": "#B26A00", "settled": "#1b4965"}
_ESTIMATED = frozenset({How.INTERPOLATED, How.SUBSTITUTED})
_INSET = 0.1  # of a slot's length, on either side: last year's amount shows behind


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event as the chart marks it; `tone` look: a person has to decide."""

    time: datetime
    title: str
    detail: str
    tone: Tone
    href: str


@dataclass(frozen=True, slots=True)
class SlotMark:
    """What goes with a slot: time and origin in words, where a click leads, last year's amount (None: unknown).

    `is_to_come`: its time has not begun.
    """

    label: str
    how: str
    href: str
    last_year: float | None = None
    is_to_come: bool = False


def meter_chart(
    found: Consumption,
    marks: Sequence[SlotMark],
    meter: Meter,
    zone: ZoneInfo,
    *,
    counter: Series | None = None,
    events: Sequence[EventMark] = (),
) -> Chart:
    """Return bars of the slots, one mark each, over a strip that tells how sure they are and over the counter.

    Gaps are hatched, substitutes and incomplete slots lighter, faulty ones framed; events stand above their time.
    """
    word, unit = amount_word(meter.medium_id), unit_text(labelled(found.unit, found.reference))
    rows = [_row(slot, mark) for slot, mark in zip(found.slots, marks, strict=True)]
    tips = [
        tip("label", "Zeit"),
        tip("value", f"{word} ({unit})", pattern=",.2~f"),
        *([tip("last", f"Vorjahr ({unit})", pattern=",.2~f")] if _has_last_year(marks) else []),
        tip("how", "Herkunft"),
        tip("sureness", "Güte"),
    ]
    views = [
        _amounts(rows, _event_rows(events, zone), unit, word, meter, tips),
        _strip(rows, tips),
    ]
    if counter is not None and len(counter):
        views.append(_counter(counter_rows(counter, meter, zone), meter))
    return stacked(word, rows, views, subtitle=_legend(rows, marks))


def _row(slot: Slot, mark: SlotMark) -> dict[str, Any]:
    inset = (slot.end - slot.start) * _INSET
    return {
        "start": wall_clock(slot.start),
        "end": wall_clock(slot.end),
        "left": wall_clock(slot.start + inset),
        "right": wall_clock(slot.end - inset),
        "label": mark.label,
        "value": None if slot.value is None else float(slot.value),
        "last": mark.last_year,
        "how": mark.how,
        "sureness": _TO_COME if mark.is_to_come else _sureness(slot),
        "href": mark.href,
    }


def _sureness(slot: Slot) -> str:
    if slot.how is How.FAULTY:
        return _FAULTY
    if slot.value is None:
        return _NOTHING
    return _PART if slot.how in _ESTIMATED or slot.coverage < 1 else _SURE


def _event_rows(events: Sequence[EventMark], zone: ZoneInfo) -> Rows:
    return [
        {
            "time": wall_clock(one.time.astimezone(zone)),
            "label": f"{one.time.astimezone(zone):%d.%m.%Y %H:%M}",
            "title": one.title,
            "detail": one.detail,
            "colour": _TONES[one.tone],
            "href": one.href,
        }
        for one in events
    ]


def _amounts(rows: Rows, events: Rows, unit: str, word: str, meter: Meter, tips: Rows) -> dict[str, Any]:
    y, ground = value_axis("value", unit, word), {"datum": 0}
    whole = {"x": _axis("start", labels=False), "x2": {"field": "end"}}
    inner = {"x": _axis("left", labels=False), "x2": {"field": "right"}}
    click = {"tooltip": tips, "href": {"field": "href"}}
    high = {"y": {"value": 0}, "y2": {"value": "height"}}
    hatched = (
        (_NOTHING, _layer(f"datum.sureness === '{_NOTHING}'", _area(GAP), whole | high | click)),
        (_FAULTY, _layer(f"datum.sureness === '{_FAULTY}'", _area(FAULT), whole | high | click)),
    )
    seen = {row["sureness"] for row in rows}
    layers = []
    if any(row["last"] is not None for row in rows):
        before = whole | click | {"y": y | {"field": "last"}, "y2": ground}
        layers.append(_layer("datum.last !== null", _area(LAST_YEAR), before))
    layers += [layer for name, layer in hatched if name in seen]
    if all(row["value"] is None for row in rows):
        layers.append({"mark": {"type": "rect", "opacity": 0}, "encoding": whole | high})  # the time, without a scale
    else:
        look = {"fillOpacity": _opacity(), "stroke": _frame()}
        mark = _area(colour(meter.medium_id)) | {"strokeWidth": 1.5}
        layers.append({"mark": mark, "encoding": inner | click | look | {"y": y, "y2": ground}})
    return {"height": 220, "layer": [*layers, *_event_layers(events)]}


def _layer(condition: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": condition}], "mark": mark, "encoding": encoding}


def _area(fill: str) -> dict[str, Any]:
    return {"type": "rect", "fill": fill, "cursor": "pointer"}


def _opacity() -> dict[str, Any]:
    return {"condition": {"test": f"datum.sureness !== '{_SURE}'", "value": ESTIMATE_OPACITY}, "value": 1}


def _frame() -> dict[str, Any]:
    return {"condition": {"test": f"datum.sureness === '{_FAULTY}'", "value": ACT}, "value": None}


def _event_layers(events: Rows) -> Rows:
    if not events:
        return []
    tips = [tip("label", "Zeit"), tip("title", "Ereignis"), tip("detail", "Was")]
    shared = {"x": _axis("time", labels=False), "tooltip": tips, "href": {"field": "href"}}
    paint = {"field": "colour", "type": "nominal", "scale": None}
    rule = {"type": "rule", "strokeDash": [3, 3], "strokeWidth": 1}
    point = {"type": "point", "shape": "triangle-down", "filled": True, "size": 110, "cursor": "pointer"}
    data = {"values": events}
    return [
        {"data": data, "mark": rule, "encoding": shared | {"stroke": paint}},
        {"data": data, "mark": point, "encoding": shared | {"y": {"value": 5}, "fill": paint}},
    ]


def _strip(rows: Rows, tips: Rows) -> dict[str, Any]:
    seen = [name for name in _SURENESS if any(row["sureness"] == name for row in rows)]
    paint = {
        "field": "sureness",
        "type": "nominal",
        "scale": {"domain": seen, "range": [_SURENESS[name] for name in seen]},
        "legend": {"title": None, "orient": "bottom", "symbolType": "square", "symbolOpacity": 1, "columns": 2},
    }
    encoding = {
        "x": _axis("start", labels=True),
        "x2": {"field": "end"},
        "fill": paint,
        "tooltip": tips,
        "href": {"field": "href"},
    }
    return {
        "height": 8,
        "mark": {"type": "rect", "cursor": "pointer"},
        "encoding": encoding,
    }


def _counter(rows: Rows, meter: Meter) -> dict[str, Any]:
    unit = register_unit(meter)
    paint = colour(meter.medium_id)
    encoding = {
        "x": _axis("time", labels=False),
        "y": value_axis("value", unit, "Stand") | {"scale": {"zero": False, "nice": True} | _within(rows)},
        "tooltip": [tip("label", "Zeit"), tip("value", "Stand", pattern=",.3~f")],
    }
    mark = {"type": "line", "color": paint, "strokeWidth": 1.5, "clip": True, "point": {"size": 6, "color": paint}}
    return {"height": 90, "data": {"values": rows}, "mark": mark, "encoding": encoding}


def _within(rows: Rows) -> dict[str, Any]:
    """Leave a single reading out of the scale that both neighbours refute: it would press the others flat."""
    values = [float(row["value"]) for row in rows if row["value"] is not None]
    kept = [
        value
        for before, value, after in zip([*values[:1], *values[:-1]], values, [*values[1:], *values[-1:]], strict=True)
        if not _is_refuted(before, value, after)
    ]
    return {"domain": [min(kept), max(kept)]} if 2 < len(kept) < len(values) else {}


def _is_refuted(before: float, value: float, after: float) -> bool:
    return before <= after and not before <= value <= after


def _axis(field: str, *, labels: bool) -> dict[str, Any]:
    axis = time_axis(field)
    return axis if labels else axis | {"axis": axis["axis"] | {"labels": False, "ticks": False}}


def _legend(rows: Rows, marks: Sequence[SlotMark]) -> str:
    parts = []
    if _has_last_year(marks):
        parts.append("grau dahinter: Vorjahr")
    if any(row["sureness"] == _NOTHING for row in rows):
        parts.append("schraffiert: keine Daten")
    if any(row["sureness"] == _PART for row in rows):
        parts.append("heller: ersetzt oder unvollständig")
    return " · ".join(parts)


def _has_last_year(marks: Sequence[SlotMark]) -> bool:
    return any(mark.last_year is not None for mark in marks)
