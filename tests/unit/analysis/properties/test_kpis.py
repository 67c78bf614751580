"""Key figures of a school with a gas boiler, by hand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analysis.figures import How
from analysis.properties.kpis import Rating, property_kpis
from config.factors import Factor, FactorSet
from config.meters.ledger_policy import LedgerPolicy
from config.meters.meter import Dated, GasConversion, Meter
from config.portfolio.portfolio import Tariff
from tests.unit.analysis.evidence import DictStore, books, counter, formula, meter, place, utc

HOUR = timedelta(hours=1)
NEW_YEAR = utc(2024, 12, 31, 23)  # local midnight
HOURS = 365 * 24
GAS = (Dated(None, GasConversion(Decimal("0.95"), Decimal(10))),)
FACTORS = FactorSet(
    "bisko",
    "BISKO",
    "2024",
    "test",
    (
        Factor("electricity", Decimal(500), "Hi", "test", verified=True, year=2025),
        Factor("natural_gas", Decimal(247), "Hi", "test", verified=False, year=None),
    ),
)
PRICES = (
    Tariff("electricity_import", (Dated(None, Decimal("0.30")), Dated(date(2025, 7, 1), Decimal("0.40")))),
    Tariff("natural_gas", (Dated(None, Decimal("0.10")),)),
    Tariff("water", (Dated(None, Decimal(4)),)),
)


def gas(**more: Any) -> Meter:
    return meter("gas", "natural_gas", unit="m3", quantity="volume", gas=GAS, **more)


def water() -> Meter:
    return meter("wasser", "water", unit="m3", quantity="volume")


def weather(store: DictStore, celsius: float = 5.0, *, first: int = 2022, last: int = 2027) -> None:
    hours = int((utc(last, 1, 1) - utc(first, 1, 1)) / (6 * HOUR))
    store.put(
        "weather-02486", "air_temperature", {utc(first, 1, 1) + 6 * number * HOUR: celsius for number in range(hours)}
    )


def fill(store: DictStore, hours: int = HOURS + 2) -> None:
    store.put("strom", "active_energy_import", counter(NEW_YEAR, HOUR, [2] * hours))
    store.put("gas", "volume", counter(NEW_YEAR, HOUR, [1] * hours))
    store.put("wasser", "volume", counter(NEW_YEAR, HOUR, [0.02] * hours))


def test_a_year_of_a_school_by_hand() -> None:
    there, store = books(
        place(meter(), gas(), water()),
        factor_sets={"bisko": FACTORS},
        tariffs=PRICES,
    )
    fill(store)
    weather(store)
    figures = property_kpis(there, "schule", 2025, now=utc(2026, 3, 1)).figures
    heat_hs = HOURS * 0.95 * 10
    assert figures["electricity_kwh"].value == 2 * HOURS
    assert figures["electricity_kwh"].quality == {How.MEASURED: 1.0}
    assert figures["electricity_kwh_m2"].value == pytest.approx(17.52)
    assert figures["electricity_kwh_m2"].unit == "kWh/m2"
    assert figures["heat_kwh"].value == pytest.approx(heat_hs * 0.903)
    assert "Hi" in figures["heat_kwh"].source
    assert figures["water_m3"].value == pytest.approx(175.2)
    july = 24 * 184 + 1  # from 1 July to the year's end, with the hour that October has twice
    costs = 2 * (HOURS - july) * 0.3 + 2 * july * 0.4 + heat_hs * 0.1 + 175.2 * 4
    assert figures["cost_eur"].value == pytest.approx(costs)
    assert figures["co2e_t"].value == pytest.approx((2 * HOURS * 500 + heat_hs * 0.903 * 247) / 1e6)
    assert figures["co2e_t"].factor_set == "bisko"
    assert figures["co2e_t"].verified is False
    assert figures["pv_kwh"].reason == "no_meter"


def test_heat_is_adjusted_to_the_years_at_hand_and_labelled() -> None:
    may_rest = LedgerPolicy(stuck_after=timedelta(days=400))
    there, store = books(place(gas(policy=may_rest)), zone="UTC")
    half = 181 * 24
    store.put("gas", "volume", counter(utc(2025, 1, 1), HOUR, [1] * half + [0] * (HOURS - half)))
    for year in (2023, 2024, 2025):
        first, second = utc(year, 1, 1), utc(year, 1, 1) + timedelta(days=181)
        winter = 0.0 if year == 2025 else 10.0
        store.put("weather-02486", "air_temperature", {first + number * HOUR: winter for number in range(half)})
        store.put("weather-02486", "air_temperature", {second + number * HOUR: 20.0 for number in range(185 * 24)})
    figure = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).figures["heat_adjusted_kwh_m2"]
    # Half a year at 0 °C (20 K·d a day) against 10 °C in two of three years; there is no base load.
    ratio = (10 + 10 + 20) / 3 / 20
    assert figure.value == pytest.approx(half * 9.5 * 0.903 / 1000 * ratio, rel=0.01)
    assert "witterungsbereinigt" in figure.source


def test_a_year_whose_same_days_lack_weather_is_no_reference() -> None:
    there, store = books(place(gas()), zone="UTC")
    store.put("gas", "volume", counter(utc(2026, 1, 1), HOUR, [1] * 90 * 24))
    for year, first_day in ((2024, 0), (2025, 15), (2026, 0)):
        days = range(first_day, 366 if year == 2024 else 365)
        hours = [24 * day + hour for day in days for hour in range(24)]
        temperatures = {utc(year, 1, 1) + number * HOUR: float(number // 24 % 10) for number in hours}
        store.put("weather-02486", "air_temperature", temperatures)
    figure = property_kpis(there, "schule", 2026, now=utc(2026, 3, 20)).figures["heat_adjusted_kwh_m2"]
    assert figure.value is not None
    assert "Mittel 2024)" in figure.source


def test_without_weather_there_is_no_adjusted_heat() -> None:
    there, store = books(place(gas()))
    fill(store)
    figure = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).figures["heat_adjusted_kwh_m2"]
    assert (figure.value, figure.reason) == (None, "insufficient_data")


def test_one_silent_meter_makes_the_sum_incomplete_and_not_low() -> None:
    there, store = books(place(meter(), meter("turnhalle")))
    fill(store)
    figure = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).figures["electricity_kwh"]
    assert (figure.value, figure.reason, figure.coverage) == (None, "insufficient_data", 0.5)
    assert figure.quality == {How.MEASURED: 0.5, How.MISSING: 0.5}


def test_one_silent_meter_of_thirty_leaves_no_figure_and_is_named() -> None:
    """On average 97 % are known, but the one that is not known may use as much as all the others."""
    there, store = books(place(*(meter(f"m{number}") for number in range(30))))
    for number in range(29):
        store.put(f"m{number}", "active_energy_import", counter(NEW_YEAR, HOUR, [2] * (HOURS + 2)))
    figure = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).figures["electricity_kwh"]
    assert (figure.value, figure.reason, figure.incomplete) == (None, "insufficient_data", ("m29",))
    assert figure.coverage == pytest.approx(29 / 30)


def test_sub_meters_and_virtual_meters_of_the_same_sum_do_not_count_twice() -> None:
    sub = meter("kueche", sub_meter_of="strom")
    net = meter("netto", formula=formula("strom - kueche"))
    there, store = books(place(meter(), sub, net))
    fill(store)
    store.put("kueche", "active_energy_import", counter(NEW_YEAR, HOUR, [1] * (HOURS + 2)))
    assert property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).figures["electricity_kwh"].value == 2 * HOURS


def test_running_year_counts_its_whole_days_so_far_and_is_not_rated() -> None:
    there, store = books(place(meter()))
    fill(store, 24 * 59)
    kpis = property_kpis(there, "schule", 2025, now=utc(2025, 2, 20, 15))
    assert kpis.figures["electricity_kwh"].value == 2 * 24 * 50
    assert kpis.figures["electricity_kwh"].coverage == 1
    assert kpis.benchmarks["electricity_kwh_m2"].rating is None


def test_whole_year_is_rated_against_its_category() -> None:
    there, store = books(place(meter()))
    fill(store)
    comparison = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).benchmarks["electricity_kwh_m2"]
    assert (comparison.mean, comparison.target, comparison.rating) == (14, 6, Rating.ABOVE_MEAN)


def test_no_area_no_tariff_no_factor_are_said_and_never_guessed() -> None:
    there, store = books(place(meter(), net_floor_m2=None))
    fill(store)
    figures = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2)).figures
    assert figures["electricity_kwh"].value == 2 * HOURS
    reasons = {name: figures[name].reason for name in ("electricity_kwh_m2", "cost_eur", "co2e_t")}
    assert reasons == {"electricity_kwh_m2": "no_area", "cost_eur": "no_tariff", "co2e_t": "no_factor"}


def test_year_that_has_not_begun_has_no_figures() -> None:
    there, store = books(place(meter()))
    fill(store)
    assert property_kpis(there, "schule", 2026, now=utc(2025, 6, 1)).figures["electricity_kwh"].value is None


def test_indoor_pool_relates_to_its_water_surface() -> None:
    pool = place(meter(), category="hallenbad", water_surface_m2=250.0)
    there, store = books(pool)
    fill(store)
    kpis = property_kpis(there, "schule", 2025, now=utc(2026, 1, 2))
    assert kpis.figures["electricity_kwh_m2"].value == pytest.approx(2 * HOURS / 250)
    assert kpis.benchmarks["electricity_kwh_m2"].mean == 961
