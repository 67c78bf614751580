"""Charts of what the counter itself showed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from analysis.charts.style import ACT, Chart, Rows, chart, colour, time_axis, tip, value_axis, wall_clock
from analysis.german import day
from analysis.ledger.rules import rules_of
from analysis.meters.silence import Silence
from config.meters.meter import Meter
from config.quantities import QUANTITIES
from gateway.reading import instant
from gateway.series import Series

MOST_POINTS = 2000


def counter_chart(series: Series, meter: Meter, zone: ZoneInfo, *, title: str = "Zählerstand") -> Chart:
    """Return the counter as a line that is broken where readings are missing; long series are thinned out."""
    rows = counter_rows(series, meter, zone)
    return chart(title, rows, [_line(meter)])


def silence_chart(
    series: Series, silence: Silence, meter: Meter, zone: ZoneInfo, *, now: datetime, title: str = "Zähler schweigt"
) -> Chart:
    """Return the last readings and, shaded, the time since then."""
    rows = counter_rows(series, meter, zone)
    since = silence.since or (now - timedelta(days=1))
    local = since.astimezone(zone)
    shade = {
        "data": {"values": [{"start": wall_clock(local), "end": wall_clock(now.astimezone(zone))}]},
        "mark": {"type": "rect", "color": ACT, "opacity": 0.12},
        "encoding": {"x": time_axis(), "x2": {"field": "end"}},
    }
    words = (
        f"keine Ablesung seit {day(local.date())} {local:%H:%M} Uhr" if silence.since else "noch nie eine Ablesung"
    )
    return chart(title, rows, [shade, _line(meter)], subtitle=words)


def _line(meter: Meter) -> Chart:
    unit = QUANTITIES[meter.quantity].unit
    return {
        "mark": {
            "type": "line",
            "color": colour(meter.medium_id),
            "point": {"size": 8, "color": colour(meter.medium_id)},
        },
        "encoding": {
            "x": time_axis("time"),
            "y": value_axis("value", unit, "Stand", zero=False),
            "tooltip": [tip("label", "Zeit"), tip("value", "Stand", pattern=",.3~f")],
        },
    }


def counter_rows(series: Series, meter: Meter, zone: ZoneInfo) -> Rows:
    """Return a row for every reading, or every n-th of many and the newest, with an empty row in each gap."""
    gap_ms = rules_of(meter).gap_ms
    step = max(1, -(-len(series) // MOST_POINTS))
    first = (len(series) - 1) % step if len(series) else 0
    times, values = series.time_ms[first::step].tolist(), series.value[first::step].tolist()
    rows: Rows = []
    for number, (time_ms, value) in enumerate(zip(times, values, strict=True)):
        before = times[number - 1] if number else time_ms
        if gap_ms is not None and time_ms - before > gap_ms * step:
            rows.append(_row(before + 1, None, zone))
        rows.append(_row(time_ms, value, zone))
    return rows


def _row(time_ms: int, value: float | None, zone: ZoneInfo) -> dict[str, object]:
    local = instant(time_ms).astimezone(zone)
    return {"time": wall_clock(local), "label": f"{day(local.date())} {local:%H:%M}", "value": value}
