"""A balance of two schools and a town hall, by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from analysis.properties.balance import Balance, BalanceRow, balance
from analysis.property_meters import hi_share
from config.errors import NotFound
from config.factors import Factor, FactorSet
from config.meters.meter import Dated, GasConversion, Tank
from tests.unit.analysis.evidence import books, counter, meter, place, utc

HOUR = timedelta(hours=1)
NEW_YEAR = utc(2024, 12, 31, 23)
HOURS = 365 * 24
GAS = (Dated(None, GasConversion(Decimal("0.95"), Decimal(10))),)
LATER = utc(2026, 2, 1)


def factor(carrier: str, grams: int, **more: object) -> Factor:
    defaults = {"reference": "Hi", "source": "test", "verified": True, "year": None}
    return Factor(carrier, Decimal(grams), **(defaults | more))  # type: ignore[arg-type]


BISKO = FactorSet(
    "bisko",
    "BISKO",
    "2024",
    "test",
    (factor("electricity", 450, year=2025), factor("electricity", 505, year=2022), factor("natural_gas", 247)),
)
ON_HS = FactorSet("hs", "Auf Brennwert", "2024", "test", (factor("natural_gas", 200, reference="Hs"),))


def district(*, gym_hours: int = HOURS + 2) -> Balance:
    school = place(meter(), meter("gas", "natural_gas", unit="m3", quantity="volume", gas=GAS))
    gym = place(meter("gym", property_id="gym"), id="gym", category="schulen")
    hall = place(
        meter("hall", property_id="hall"),
        meter("wp", "heat_pump_electricity", property_id="hall"),
        meter("pv", "pv_generation", quantity="active_energy_export", property_id="hall"),
        id="hall",
        category="verwaltung",
    )
    depot = place(id="depot", category="bauhof")
    there, store = books(school, gym, hall, depot, factor_sets={"bisko": BISKO, "hs": ON_HS})
    for name, hours, each in (
        ("strom", HOURS + 2, 2),
        ("gym", gym_hours, 1),
        ("hall", HOURS + 2, 4),
        ("wp", HOURS + 2, 3),
    ):
        store.put(name, "active_energy_import", counter(NEW_YEAR, HOUR, [each] * hours))
    store.put("gas", "volume", counter(NEW_YEAR, HOUR, [1] * (HOURS + 2)))
    store.put("pv", "active_energy_export", counter(NEW_YEAR, HOUR, [2] * (HOURS + 2)))
    return balance(there, 2025, "bisko", now=LATER)


def row(result: Balance, group: str, carrier: str) -> BalanceRow:
    return next(entry for entry in result.rows if (entry.group, entry.carrier) == (group, carrier))


def test_electricity_of_two_schools_by_hand() -> None:
    schools = row(district(), "Schulen und Kindertagesstätten", "electricity")
    assert schools.final_energy_mwh.value == pytest.approx(3 * 8760 / 1000)
    assert schools.co2e_t.value == pytest.approx(3 * 8.760 * 0.450)
    assert (schools.data_grade, schools.coverage, schools.properties, schools.incomplete) == ("A", 1, 2, ())
    assert schools.co2e_t.factor_set == "bisko"


def test_gas_is_brought_from_hs_to_hi() -> None:
    gas = row(district(), "Schulen und Kindertagesstätten", "natural_gas")
    assert gas.final_energy_mwh.value == pytest.approx(8.760 * 9.5 * 0.903)
    assert gas.co2e_t.value == pytest.approx(8.760 * 9.5 * 0.903 * 0.247)
    assert "0,903" in gas.final_energy_mwh.source
    assert gas.final_energy_mwh.reference == "Hi"


def test_factor_on_hs_meets_energy_on_hs() -> None:
    school = place(meter("gas", "natural_gas", unit="m3", quantity="volume", gas=GAS))
    there, store = books(school, factor_sets={"hs": ON_HS})
    store.put("gas", "volume", counter(NEW_YEAR, HOUR, [1] * (HOURS + 2)))
    result = balance(there, 2025, "hs", now=LATER)
    assert result.rows[0].co2e_t.value == pytest.approx(8.760 * 9.5 * 0.200)
    assert result.factor_set == "hs"


def test_heat_pump_is_a_carrier_of_its_own_and_pv_is_not_deducted() -> None:
    result = district()
    group = "Kommunale Verwaltungsgebäude"
    assert row(result, group, "electricity").final_energy_mwh.value == pytest.approx(4 * 8.760)
    assert row(result, group, "electricity_heat").final_energy_mwh.value == pytest.approx(3 * 8.760)


def test_carrier_without_a_factor_has_no_emissions_and_neither_has_the_total() -> None:
    result = district()
    pump = row(result, "Kommunale Verwaltungsgebäude", "electricity_heat")
    assert (pump.co2e_t.value, pump.co2e_t.reason) == (None, "no_factor")
    assert (result.total.co2e_t.value, result.total.co2e_t.reason) == (None, "no_factor")
    assert result.total.final_energy_mwh.value == pytest.approx(8.760 * (3 + 4 + 3 + 9.5 * 0.903))


def test_half_a_year_of_one_gym_is_said_and_lowers_the_grade() -> None:
    result = district(gym_hours=HOURS // 2)
    schools = row(result, "Schulen und Kindertagesstätten", "electricity")
    assert schools.coverage == pytest.approx(0.75)
    assert (schools.data_grade, schools.incomplete) == ("B", ("gym",))
    assert result.total.data_grade == "B"
    assert 0.5 < (result.data_quality or 0) < 1


@pytest.mark.parametrize("medium", ["heating_oil", "lpg", "pellets", "wood_chips"])
def test_fuel_declared_on_hs_is_never_taken_for_hi(medium: str) -> None:
    on_hs, on_hi = (
        meter(medium=medium, quantity="stock", tank=Tank(Decimal(5000), Decimal(5), reference))
        for reference in ("Hs", "Hi")
    )
    assert hi_share(on_hs) < hi_share(on_hi) == 1


def test_property_without_meters_is_named() -> None:
    assert district().without_meters == ("depot",)


def test_nothing_known_is_no_value_and_no_zero() -> None:
    there, _ = books(place(meter()), factor_sets={"bisko": BISKO})
    result = balance(there, 2025, "bisko", now=LATER)
    assert (result.rows[0].final_energy_mwh.value, result.rows[0].data_grade) == (None, None)
    assert result.total.final_energy_mwh.reason == "insufficient_data"


def test_unknown_factor_set_is_not_found() -> None:
    there, _ = books(factor_sets={"bisko": BISKO})
    with pytest.raises(NotFound):
        balance(there, 2025, "phantasie", now=LATER)
