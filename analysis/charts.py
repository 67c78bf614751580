"""Vega-Lite specifications: the same chart for the page, the mail and the report."""

from collections.abc import Sequence
from typing import Any

from analysis.figures import Consumption
from analysis.measures import MeasureProgress
from analysis.night_flow import NightFlow

Chart = dict[str, Any]


def consumption_chart(consumption: Consumption, *, medium_id: str, title: str = "") -> Chart:
    """Bars of the slots; estimates are lighter, gaps stay gaps."""
    raise NotImplementedError


def year_chart(this_year: Consumption, last_year: Consumption | None, *, medium_id: str, title: str = "") -> Chart:
    """Months of a year in front of thin bars of the year before."""
    raise NotImplementedError


def measure_chart(progress: MeasureProgress, *, title: str = "") -> Chart:
    """Expected, target and actual consumption of every month since the works."""
    raise NotImplementedError


def night_flow_chart(nights: Sequence[NightFlow], *, title: str = "") -> Chart:
    """The smallest hourly flow of each night."""
    raise NotImplementedError
