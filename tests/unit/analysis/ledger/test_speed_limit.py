"""How fast a register may run: as its transformers and its unit let it at the time."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analysis.consumption import consumption
from analysis.figures import Resolution
from analysis.ledger.conversion import ALWAYS_MS, ratios_of
from analysis.ledger.micro import MICRO
from analysis.ledger.rules import MARGIN, rules_of
from config.meters.meter import Dated, Meter
from gateway.operations import MeterEventRow
from tests.unit.analysis.evidence import books, counter, event, meter, place, utc
from tests.unit.analysis.ledger.test_way_back import DAY, HOUR

MS = 3_600_000
START = utc(2025, 1, 1)
ZONE = ZoneInfo("Europe/Berlin")


def connected(ratio: int = 1) -> Meter:
    return meter(maximum_kw=60, interval=HOUR, factor=(Dated(None, Decimal(ratio)),))


def limit(ratios: list[tuple[int, Decimal]], first_hour: int, last_hour: int) -> float:
    """Return what the register may count between two hours, without the margins."""
    span = np.array([first_hour * MS]), np.array([last_hour * MS])
    return float((rules_of(connected(), ratios=ratios).plausible(*span)[0] - MICRO) / MICRO / MARGIN)


def test_ratio_slows_the_register_down_while_it_holds() -> None:
    ratios = [(ALWAYS_MS, Decimal(40)), (10 * MS, Decimal(1)), (20 * MS, Decimal(30))]
    assert [limit(ratios, 4, 5), limit(ratios, 14, 15), limit(ratios, 24, 25)] == pytest.approx([1.5, 60, 2])


def test_interval_in_which_the_ratio_changes_may_run_as_fast_as_the_smallest_lets_it() -> None:
    ratios = [(ALWAYS_MS, Decimal(40)), (10 * MS, Decimal(2)), (11 * MS, Decimal(30))]
    assert limit(ratios, 9, 12) == pytest.approx(90)


def test_ratios_are_those_of_transformers_and_of_changed_units_together() -> None:
    found = ratios_of(connected(40), ZONE, factors=[(5, Decimal(20)), (7, Decimal(20))], units=[(9, Decimal("0.1"))])
    assert found == ((ALWAYS_MS, Decimal(40)), (5, Decimal(20)), (9, Decimal(2)))


def asked_after(change: MeterEventRow, ratio: int, hourly: float) -> list[str]:
    """Return what is asked about ten hours of so much of the register from the change on."""
    amounts = [1.0] * 24 + [hourly] * 10
    there, store = books(place(connected(ratio)), events=[change], zone="UTC")
    store.put("strom", "active_energy_import", counter(START, HOUR, amounts, first=0.0))
    found = consumption(there, "strom", START, START + 2 * DAY, Resolution.DAY, now=START + 2 * DAY)
    return sorted({one.kind for one in found.events if one.state == "proposed"})


@pytest.mark.parametrize(("hourly", "kinds"), [(70, []), (80, ["implausible_jump"])])
def test_accepted_change_of_the_unit_lets_the_register_run_as_it_counts_since(hourly: int, kinds: list[str]) -> None:
    change = event("unit_change_suspected", START + DAY, factor=Decimal("0.1"), state="accepted")
    assert asked_after(change, ratio=10, hourly=hourly) == kinds


def test_register_behind_a_larger_transformer_may_not_run_as_fast_as_the_one_before() -> None:
    change = event("factor_change", START + DAY, factor=Decimal(40), state="recorded")
    assert asked_after(change, ratio=1, hourly=30) == ["implausible_jump"]
    assert asked_after(change, ratio=1, hourly=1.5) == []
