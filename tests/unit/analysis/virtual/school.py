"""Virtual meters of a school, over a fortnight of hours that are all alike."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from analysis.books import Books
from analysis.consumption import consumption
from analysis.figures import Consumption, Resolution
from config.meters.meter import Meter
from tests.unit.analysis.evidence import DictStore, counter, formula, meter, utc

HOUR = timedelta(hours=1)
LATER = utc(2030, 1, 1)
START = utc(2025, 1, 1)
AMOUNTS = st.lists(st.integers(0, 10**12) | st.just(0), min_size=3, max_size=3)


def virtual(*entries: str | tuple[str, str], identifier: str = "netto", **more: Any) -> Meter:
    return meter(identifier, formula=formula(*entries), **more)


def days(there: Books, first: str, last: str, of: str = "netto") -> Consumption:
    return consumption(there, of, date.fromisoformat(first), date.fromisoformat(last), Resolution.DAY, now=LATER)


def fill(store: DictStore, **amounts: float) -> None:
    """Fourteen days, hour by hour the same."""
    for name, amount in amounts.items():
        store.put(name, "active_energy_import", counter(START, HOUR, [amount] * 24 * 14, first=1000.0))
