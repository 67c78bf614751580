"""The sample portfolio as the demo runs it: its dates moved to this year, its addresses to free ports."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from config.portfolio.properties import Measure, Period, Property, Target
from config.portfolio.sources import ModbusTcpBus, MqttBroker, Source

FOLDER = Path(__file__).parent / "portfolio"
_WRITTEN_FOR = 2026  # the year in which the files' measures lie as the history needs them


def sample_portfolio(year: int) -> Portfolio:
    """Load the sample district with the dates of its measures moved to `year`."""
    written = load_portfolio(FOLDER)
    return replace(written, properties=tuple(_moved(place, year - _WRITTEN_FOR) for place in written.properties))


def on_ports(portfolio: Portfolio, ports: Mapping[str, int]) -> Portfolio:
    """Return a portfolio whose sources, by their id, are on these ports of this machine; the others stay."""
    sources = tuple(_at(one, ports[one.id]) if one.id in ports else one for one in portfolio.sources)
    return replace(portfolio, sources=sources)


def _at(source: Source, port: int) -> Source:
    match source:
        case ModbusTcpBus():
            return replace(source, host="127.0.0.1", port=port)
        case MqttBroker():
            return replace(source, url=f"mqtt://127.0.0.1:{port}")
        case _:
            return source


def _moved(place: Property, years: int) -> Property:
    measures = tuple(_measure(measure, years) for measure in place.measures)
    targets = tuple(_target(target, years) for target in place.targets)
    return replace(place, measures=measures, targets=targets)


def _measure(measure: Measure, years: int) -> Measure:
    return replace(measure, baseline=_period(measure.baseline, years), works=_period(measure.works, years))


def _target(target: Target, years: int) -> Target:
    return replace(target, reference_year=target.reference_year + years)


def _period(period: Period, years: int) -> Period:
    return Period(_day(period.start, years), _day(period.end, years))


def _day(day: date, years: int) -> date:
    return day.replace(year=day.year + years)
