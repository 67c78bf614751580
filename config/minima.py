"""What a figure must rest on to be given: one table of shares, in `docs/completeness.md` for people.

A share is that of the time for which amounts are known, unless the entry says otherwise. Key figures demand it of
every meter that goes in: the sum of thirty meters of which one is silent would look like low use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Minimum:
    """Shares 0..1: of a period that is over, and of a running one so far; and what follows below it."""

    whole: float
    so_far: float
    below: str

    def of(self, *, whole: bool) -> float:
        """Return the share that is demanded."""
        return self.whole if whole else self.so_far


def _same(share: float, below: str) -> Minimum:
    return Minimum(share, share, below)


_NO_FIGURE = "the figure has no value and says `insufficient_data`"
MINIMA: Mapping[str, Minimum] = MappingProxyType(
    {
        "electricity_kwh": Minimum(0.95, 0.8, _NO_FIGURE),
        "heat_kwh": Minimum(0.95, 0.8, _NO_FIGURE),
        "water_m3": Minimum(0.95, 0.8, _NO_FIGURE),
        "pv_kwh": Minimum(0.95, 0.8, _NO_FIGURE),
        "cost_eur": Minimum(0.95, 0.8, _NO_FIGURE),
        "co2e_t": Minimum(0.95, 0.8, _NO_FIGURE),
        # Of the days with a temperature; VDI 3807 gives none.
        "heat_adjusted": _same(0.95, "heat is not weather-adjusted"),
        "day_temperature": _same(0.8, "the day has no mean temperature: its night or its noon would be missing"),
        "balance_row": _same(0.5, "the row has no value; the rest is named in `incomplete`"),
        "balance_grade_a": _same(0.95, "the row has data grade B"),
        "measure_baseline": _same(0.9, "nothing is said about the measure (CalTRACK 2.0)"),
        "year_comparison": _same(0.97, "the meter is left out of this year against last year"),
        "sub_meter_check": _same(0.5, "main meter and sub-meters are not compared"),
        "complete": _same(0.99, "day, month or year count as incomplete"),
        # Of the time between readings no further apart than the gap limit: what is spread or estimated is not in it.
        "trust_good": _same(0.95, "the trust light is not good: less than 95 % measured"),
        "trust_look": _same(0.75, "the trust light is poor"),
    }
)
