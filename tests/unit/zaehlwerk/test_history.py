"""What the sample district consumed: plausible, repeatable, and with the incidents that the pages show."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from config.meters.meter import ByHandSource
from config.portfolio.portfolio import Portfolio
from gateway.reading import milliseconds
from gateway.series import Series
from tests.unit.zaehlwerk.conftest import NOW
from zaehlwerk.demo.history.counters import History, history_until
from zaehlwerk.demo.history.hours import hour_index
from zaehlwerk.demo.history.incidents import (
    CUT_OFF_METER,
    DEAD_METER,
    EXCHANGED_METER,
    FORGOTTEN_METER,
    LEAK_M3_H,
    LEAKING_METER,
)
from zaehlwerk.demo.history.readings import first_stored, readings_of, weather_readings

QUARTERS_OF_AN_HOUR_MS = 900_000


def stored(history: History, meter_id: str, *, end: datetime = NOW) -> Series:
    """Return the stored counter of a meter."""
    meter = history.portfolio.meter(meter_id)
    (found,) = [
        series
        for _, quantity, series in readings_of(history, meter, start=first_stored(history), end=end)
        if quantity == meter.quantity
    ]
    return found


def used(history: History, meter_id: str, start: datetime, end: datetime) -> float:
    """Return what a counter without wrap and exchange rose by."""
    totals = history.totals[meter_id]
    return float(totals[hour_index(end)] - totals[hour_index(start)])


def in_year(history: History, meter_id: str, month: int, year: int = 2025) -> float:
    """Return a month's consumption."""
    start = datetime(year, month, 1, tzinfo=UTC)
    return used(history, meter_id, start, (start + timedelta(days=32)).replace(day=1))


def test_two_runs_with_the_same_end_agree_exactly(district: Portfolio, history: History) -> None:
    again = history_until(NOW, portfolio=district, anchor=NOW)
    for meter_id, totals in history.totals.items():
        np.testing.assert_array_equal(again.totals[meter_id], totals)
    np.testing.assert_array_equal(again.weather.temperature_c, history.weather.temperature_c)


def test_the_past_stays_what_it_is_when_the_demo_goes_on_a_month_later(district: Portfolio, history: History) -> None:
    later = history_until(NOW + timedelta(days=31), portfolio=district, anchor=NOW)
    until = hour_index(NOW)
    for meter_id, totals in history.totals.items():
        np.testing.assert_array_equal(later.totals[meter_id][: until + 1], totals[: until + 1])
    np.testing.assert_array_equal(
        later.weather.temperature_c[: until + 1], history.weather.temperature_c[: until + 1]
    )


def test_another_start_day_changes_the_incidents_alone(district: Portfolio, history: History) -> None:
    other = history_until(NOW, portfolio=district, anchor=NOW - timedelta(days=30))
    changed = [name for name, totals in history.totals.items() if not np.array_equal(other.totals[name], totals)]
    assert changed == [LEAKING_METER]


def test_three_years_of_hours_are_stored_for_every_live_meter(history: History) -> None:
    series = stored(history, "gs-am-wald-strom")
    assert first_stored(history).date() == date(2023, 3, 11)  # local midnight of 12 March
    assert series.time_ms[0] == milliseconds(first_stored(history))
    assert set(np.diff(series.time_ms)) == {4 * QUARTERS_OF_AN_HOUR_MS}
    assert series.time_ms[-1] == milliseconds(NOW.replace(minute=0))


def test_no_stored_counter_ever_falls_but_the_exchanged_ones(history: History) -> None:
    for meter in map(history.portfolio.meter, history.totals):
        if meter.tank is None and meter.id not in {EXCHANGED_METER, FORGOTTEN_METER}:
            assert (np.diff(stored(history, meter.id).value) >= 0).all(), meter.id


@pytest.mark.parametrize("meter_id", [EXCHANGED_METER, FORGOTTEN_METER])
def test_an_exchanged_meter_begins_again_at_zero(history: History, meter_id: str) -> None:
    series = stored(history, meter_id)
    (fall,) = np.flatnonzero(np.diff(series.value) < 0)
    exchanged = history.incidents.exchanged_at(meter_id)
    assert exchanged is not None
    exchanged_ms = milliseconds(exchanged)
    assert series.time_ms[fall] < exchanged_ms < series.time_ms[fall + 1]
    assert 0 <= series.value[fall + 1] < 5


def test_a_meter_that_was_cut_off_has_readings_on_both_sides_of_its_only_gap(history: History) -> None:
    series = stored(history, CUT_OFF_METER)
    (gap,) = np.flatnonzero(np.diff(series.time_ms) > 4 * QUARTERS_OF_AN_HOUR_MS)
    found = (series.time_ms[gap], series.time_ms[gap + 1])
    assert found == (milliseconds(history.incidents.cut_off), milliseconds(history.incidents.back_again))


def test_no_meter_exceeds_what_its_connection_can_carry(history: History) -> None:
    for meter in map(history.portfolio.meter, history.totals):
        most = float(np.diff(history.totals[meter.id]).max()) * float(meter.factor[0].value)
        limit = meter.maximum_m3_h if meter.gas or meter.medium_id == "water" else meter.maximum_kw
        assert limit is None or most <= limit * 1.000001, meter.id


@pytest.mark.parametrize(
    "meter_id", ["igs-am-burgberg-gas", "gs-am-bach-fernwaerme", "kita-sonnenschein-waermepumpe"]
)
def test_heat_is_used_in_winter_and_hardly_in_summer(history: History, meter_id: str) -> None:
    assert in_year(history, meter_id, 1) > 4 * in_year(history, meter_id, 7)


def test_the_roof_yields_in_summer_and_nothing_at_night(history: History) -> None:
    assert in_year(history, "igs-am-burgberg-pv", 6) > 3 * in_year(history, "igs-am-burgberg-pv", 12)
    midnight = datetime(2025, 6, 14, 23, tzinfo=UTC)
    assert used(history, "igs-am-burgberg-pv", midnight, midnight + timedelta(hours=2)) == 0


def test_street_lamps_burn_longer_in_december_and_never_at_noon(history: History) -> None:
    lamps = "strassenbeleuchtung-enkenbach-mitte"
    assert in_year(history, lamps, 12) > 1.6 * in_year(history, lamps, 6)
    noon = datetime(2025, 12, 14, 11, tzinfo=UTC)
    assert used(history, lamps, noon, noon + timedelta(hours=1)) == 0


def test_a_school_uses_less_at_weekends_and_in_the_summer_holidays(history: History) -> None:
    mensa = "igs-am-burgberg-mensa"
    monday, saturday = datetime(2025, 6, 23, tzinfo=UTC), datetime(2025, 6, 28, tzinfo=UTC)
    holiday_monday = datetime(2025, 7, 14, tzinfo=UTC)
    day = timedelta(days=1)
    on_a_school_day = used(history, mensa, monday, monday + day)
    assert used(history, mensa, saturday, saturday + day) < 0.7 * on_a_school_day
    assert used(history, mensa, holiday_monday, holiday_monday + day) < 0.7 * on_a_school_day


def test_water_stands_still_in_the_middle_of_every_sound_night(history: History) -> None:
    water = history.totals[LEAKING_METER]
    hours, broken = history.hours, hour_index(history.incidents.leak)
    deep_night = (hours.hour_of_day >= 1) & (hours.hour_of_day < 5)
    flows = np.diff(water)[deep_night[:-1]]
    sound = np.flatnonzero(deep_night[:-1]) < broken
    assert (flows[sound] == 0).all()
    assert flows[~sound] == pytest.approx(LEAK_M3_H)


def test_the_leak_has_run_for_at_least_five_nights(history: History) -> None:
    assert timedelta(days=5) < NOW - history.incidents.leak < timedelta(days=7)


def test_the_dead_meter_is_silent_for_days(history: History) -> None:
    newest_ms = stored(history, DEAD_METER).time_ms[-1]
    assert timedelta(days=3) < NOW - datetime.fromtimestamp(newest_ms / 1000, UTC) < timedelta(days=5)


def heat_per_degree(history: History, meter_id: str, winter: int) -> float:
    """Return a winter's heat (December to February) per kelvin below 20 °C."""
    start, end = datetime(winter, 12, 1, tzinfo=UTC), datetime(winter + 1, 3, 1, tzinfo=UTC)
    below = np.clip(20 - history.weather.temperature_c[hour_index(start) : hour_index(end)], 0, None)
    return used(history, meter_id, start, end) / float(below.sum())


def test_one_measure_saves_a_seventh_and_one_saves_nothing(history: History) -> None:
    saved = {
        meter_id: 1 - heat_per_degree(history, meter_id, 2025) / heat_per_degree(history, meter_id, 2024)
        for meter_id in ("gs-am-wald-gas", "sporthalle-am-markt-fernwaerme", "igs-am-burgberg-gas")
    }
    assert saved["gs-am-wald-gas"] == pytest.approx(0.14, abs=0.04)
    assert saved["sporthalle-am-markt-fernwaerme"] == pytest.approx(0.0, abs=0.04)
    assert saved["igs-am-burgberg-gas"] == pytest.approx(0.0, abs=0.04)


def test_weather_is_that_of_a_place_like_kaiserslautern(history: History) -> None:
    ((station, quantity, series),) = weather_readings(history, start=first_stored(history), end=NOW)
    assert (station, quantity) == ("weather-02486", "air_temperature")
    assert series.value.mean() == pytest.approx(10, abs=1.5)
    assert -20 < series.value.min() < -4
    assert 28 < series.value.max() < 40


def test_what_people_read_comes_once_a_month(history: History) -> None:
    by_hand = [one for one in history.portfolio.meters.values() if isinstance(one.source, ByHandSource)]
    assert len(by_hand) == 3
    for meter in by_hand:
        assert 35 <= len(stored(history, meter.id)) <= 37


def test_the_oil_tank_is_filled_before_it_is_empty(history: History) -> None:
    meter = history.portfolio.meter("feuerwehr-hochspeyer-oel")
    assert meter.tank is not None
    found = {
        quantity: series for _, quantity, series in readings_of(history, meter, start=first_stored(history), end=NOW)
    }
    levels, deliveries = found["tank_level"], found["delivery"]
    assert (levels.value > 0).all()
    assert (levels.value <= float(meter.tank.capacity)).all()
    assert len(deliveries) >= 3
    span = levels.time_ms[-1] - levels.time_ms[0]
    burnt = levels.value[0] - levels.value[-1] + deliveries.value[deliveries.time_ms < levels.time_ms[-1]].sum()
    assert burnt / (span / 31_557_600_000) == pytest.approx(8_300, rel=0.1)
