"""Vega-Lite specifications: the same chart for the page, the mail and the report.

Bars start at 0, gaps stay gaps, the unit stands at the axis, estimates are lighter. A page may replace `width` by
"container".
"""

from analysis.charts.consumption import consumption_chart, year_chart
from analysis.charts.counter import counter_chart, silence_chart
from analysis.charts.measure import PathYear, district_path_chart, measure_chart
from analysis.charts.meter import EventMark, SlotMark, Tone, meter_chart
from analysis.charts.night import night_flow_chart
from analysis.charts.style import Chart

__all__ = [
    "Chart",
    "EventMark",
    "PathYear",
    "SlotMark",
    "Tone",
    "consumption_chart",
    "counter_chart",
    "district_path_chart",
    "measure_chart",
    "meter_chart",
    "night_flow_chart",
    "silence_chart",
    "year_chart",
]
