"""From what a register counts to kWh and m³: a hand-worked number for every way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analysis.consumption import consumption
from analysis.figures import Consumption, Resolution
from analysis.property_meters import hi_share
from config.meters.meter import Dated, GasConversion, Meter, Tank
from config.quantities import UNITS
from tests.unit.analysis.evidence import books, counter, meter, place, utc

HOUR = timedelta(hours=1)
START, LATER = utc(2025, 1, 1), utc(2025, 6, 1)


def of_a_day(one: Meter, hourly: float, *, first: float = 500.0) -> Consumption:
    """The first of January of a counter that rises by the same every hour, in canonical units."""
    there, store = books(place(one), zone="UTC")
    store.put(one.id, one.quantity, counter(START, HOUR, [hourly] * 48, first=first))
    return consumption(there, one.id, date(2025, 1, 1), date(2025, 1, 2), Resolution.DAY, now=LATER)


def of_levels(one: Meter, opening: float, closing: float, delivered: float = 0.0) -> Consumption:
    """A day between two levels, in canonical units, with a delivery at noon."""
    there, store = books(place(one), zone="UTC")
    store.put(one.id, one.quantity, {START: opening, START + 24 * HOUR: closing})
    if delivered:
        store.put(one.id, "delivery", {START + 12 * HOUR: delivered})
    return consumption(there, one.id, date(2025, 1, 1), date(2025, 1, 2), Resolution.DAY, now=LATER)


def gas(**more: Any) -> Meter:
    dated = (Dated(None, GasConversion(Decimal("0.9441"), Decimal("11.3"))),)
    return meter("gas", "natural_gas", **({"unit": "m3", "quantity": "volume", "gas": dated} | more))


def tank(medium: str, unit: str, quantity: str, kwh_per_unit: str, *, reference: str = "Hi") -> Meter:
    store = Tank(Decimal(50000), Decimal(kwh_per_unit), reference)
    return meter("tank", medium, unit=unit, quantity=quantity, tank=store, interval=timedelta(days=1))


def canonical(shown: float, unit: str) -> float:
    return float(Decimal(str(shown)) * Decimal(UNITS[unit][1]))


def test_gas_in_cubic_metres_is_kwh_of_hs_by_state_number_and_heating_value() -> None:
    found = of_a_day(gas(), 1.5)
    assert found.total == Decimal("384.059880")  # 36 m³ × 0.9441 × 11.3 kWh/m³
    assert (found.unit, found.reference) == ("kWh", "Hs")


def test_gas_on_hi_is_hs_times_the_factor_of_the_emissions_trade() -> None:
    assert Decimal("384.059880") * hi_share(gas()) == Decimal("346.80607164")  # × 0.903, EBeV 2030


def test_gas_by_pulses_of_ten_litres() -> None:
    found = of_a_day(gas(unit="pulses", quantity="pulse_count", pulse_m3=Decimal("0.01")), 150)
    assert found.total == Decimal("384.059880")


def test_gas_whose_supplier_tells_kwh_is_taken_as_hs() -> None:
    profile = gas(unit="kWh", quantity="interval_energy", gas=())
    there, store = books(place(profile), zone="UTC")
    store.put("gas", "interval_energy", {START + number * HOUR: 16.0 for number in range(1, 25)})
    found = consumption(there, "gas", date(2025, 1, 1), date(2025, 1, 2), Resolution.DAY, now=LATER)
    assert [found.total, found.reference] == [384, "Hs"]


def test_gas_before_its_first_heating_value_is_not_known() -> None:
    late = (Dated(date(2025, 1, 2), GasConversion(Decimal("0.95"), Decimal(10))),)
    assert of_a_day(gas(gas=late), 1.5).total is None


@pytest.mark.parametrize(
    ("shown", "unit", "expected"),
    [(1.0, "kWh", "24"), (0.001, "MWh", "24"), (0.0036, "GJ", "24"), (3.6, "MJ", "24"), (1000.0, "Wh", "24")],
)
def test_heat_in_any_unit_is_kwh(shown: float, unit: str, expected: str) -> None:
    heat = meter("waerme", "district_heat", unit=unit, quantity="heat_energy")
    found = of_a_day(heat, canonical(shown, unit))
    assert found.total == pytest.approx(Decimal(expected), abs=Decimal("0.0001"))
    assert found.reference is None


def test_pulses_of_a_watt_hour() -> None:
    sun = meter("pv", "pv_generation", unit="pulses", quantity="pulse_count", pulse_kwh=Decimal("0.001"))
    assert of_a_day(sun, 2500).total == 60


def test_pulses_of_water() -> None:
    pipe = meter("wasser", "water", unit="pulses", quantity="pulse_count", pulse_m3=Decimal("0.0025"))
    found = of_a_day(pipe, 40)
    assert (found.total, found.unit) == (Decimal("2.4"), "m3")


def test_transformer_ratio_counts_by_its_date_and_multiplies_pulses_too() -> None:
    ratio = (Dated(None, Decimal(40)), Dated(date(2025, 1, 2), Decimal(60)))
    main = meter(unit="pulses", quantity="pulse_count", pulse_kwh=Decimal("0.01"), factor=ratio)
    there, store = books(place(main), zone="UTC")
    store.put("strom", "pulse_count", counter(START, HOUR, [5] * 48))
    found = consumption(there, "strom", date(2025, 1, 1), date(2025, 1, 3), Resolution.DAY, now=LATER)
    assert [slot.value for slot in found.slots] == [48, 72]  # 120 pulses × 0.01 kWh × 40, × 60


def test_oil_is_opening_plus_delivered_minus_closing() -> None:
    found = of_levels(tank("heating_oil", "l", "tank_level", "10"), 3000, 7800, delivered=5000)
    assert [found.total, found.unit, found.reference] == [2000, "kWh", "Hi"]  # 200 l × 10 kWh/l


def test_oil_declared_on_hs_says_so_and_is_less_on_hi() -> None:
    oil = tank("heating_oil", "l", "tank_level", "10.6", reference="Hs")
    found = of_levels(oil, 3000, 2800)
    assert [found.total, found.reference] == [2120, "Hs"]
    assert (found.total or Decimal(0)) * hi_share(oil) == pytest.approx(Decimal(2000))


def test_pellets_by_the_kilogram() -> None:
    found = of_levels(tank("pellets", "kg", "stock", "4.9"), 2000, 6950, delivered=5000)
    assert [found.total, found.reference] == [245, "Hi"]  # 50 kg × 4.9 kWh/kg


def test_lpg_by_the_litre() -> None:
    assert of_levels(tank("lpg", "l", "tank_level", "6.8"), 2000, 1900).total == 680


def test_lpg_by_the_kilogram() -> None:
    assert of_levels(tank("lpg", "kg", "stock", "13"), 500, 480).total == 260


def test_wood_chips_by_the_kilogram() -> None:
    assert of_levels(tank("wood_chips", "kg", "stock", "4"), 9000, 8750).total == 1000


def test_wood_chips_by_the_bulk_cubic_metre() -> None:
    chips = tank("wood_chips", "Srm", "tank_level", "650")
    opening, closing, delivered = (canonical(shown, "Srm") for shown in (12.0, 38.5, 30.0))
    assert of_levels(chips, opening, closing, delivered).total == 2275  # 3.5 Srm × 650 kWh


def test_a_counter_behind_a_tank_counts_and_is_no_level() -> None:
    burner = tank("heating_oil", "m3", "volume", "10000")
    there, store = books(place(burner), zone="UTC")
    store.put("tank", "volume", {START + number * 24 * HOUR: 7.0 + number * 0.02 for number in range(3)})
    found = consumption(there, "tank", date(2025, 1, 1), date(2025, 1, 2), Resolution.DAY, now=LATER)
    assert [found.total, found.events] == [200, ()]  # 20 l × 10 kWh/l


def test_water_stays_cubic_metres() -> None:
    found = of_a_day(meter("wasser", "water", unit="m3", quantity="volume"), 0.125)
    assert [found.total, found.unit, found.reference] == [3, "m3", None]
