"""Measures that work, that do not, and those about which nothing can be said."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

import numpy as np
import pytest

from analysis.baseline import fit_heat
from analysis.measures.measures import MeasureProgress, Verdict, measure_progress
from config.portfolio.properties import Measure, Period, Property
from tests.unit.analysis.evidence import DictStore, books, meter, oil_tank, place, utc

DAY = timedelta(days=1)
START = date(2024, 1, 1)


def measure(medium: str, promised: int = 12, **more: Any) -> Measure:
    defaults: dict[str, Any] = {
        "baseline": Period(START, date(2025, 1, 1)),
        "works": Period(date(2025, 6, 1), date(2025, 9, 1)),
    }
    return Measure(
        id="regelung",
        property_id="schule",
        title="Neue Regelung",
        medium_id=medium,
        expected_saving_percent=Decimal(promised),
        status="done",
        **(defaults | more),
    )


def heated(promised: int = 12, **more: Any) -> Property:
    boiler = meter("waerme", "district_heat", quantity="heat_energy")
    return place(boiler, measures=(measure("district_heat", promised, **more),))


def test_tanks_on_hi_and_hs_are_compared_on_hi() -> None:
    tanks = [oil_tank(name, on, capacity=90000, interval=DAY) for name, on in (("vorn", "Hi"), ("hinten", "Hs"))]
    there, store = books(place(*tanks, measures=(measure("heating_oil"),)), zone="UTC")
    for name in ("vorn", "hinten"):
        levels = {utc(2024, 1, 1) + number * DAY: 80_000.0 - 53 * number for number in range(800)}
        store.put(name, "tank_level", levels)
    found = measure_progress(there, "regelung", now=utc(2026, 3, 1, 9))
    assert found.baseline_kwh.value == pytest.approx(366 * 530 * (1 + 1 / 1.06))
    assert (found.reference, found.baseline_kwh.reference) == ("Hi", "Hi")


def celsius(day: date) -> float:
    """A year from −5 °C in January to 20 °C in July, with a ripple."""
    away = abs((day.timetuple().tm_yday + 170) % 365 - 182.5) / 182.5
    return 20 - 25 * (1 - away) + day.toordinal() % 5 - 2


def heat(day: date) -> float:
    mean = celsius(day)
    return 100 + 30 * (20 - mean if mean < 15 else 0)


def fill(store: DictStore, factor_after: float, *, until: date = date(2026, 4, 1), meter_id: str = "waerme") -> None:
    """Constant temperature and flow within each UTC day, so that a district in UTC sees exactly these days."""
    days = [START + number * DAY for number in range((until - START).days)]
    amounts = [heat(day) * (factor_after if day >= date(2025, 6, 1) else 1) for day in days]
    counter = [0.0, *accumulate(round(amount, 3) for amount in amounts)]
    times = [utc(2024, 1, 1) + number * DAY for number in range(len(counter))]
    store.put(meter_id, "heat_energy", dict(zip(times, counter, strict=True)))
    minutes = (0, 6 * 60, 12 * 60, 18 * 60, 24 * 60 - 1)
    for at, day in zip(times, days, strict=False):
        weather = {at + timedelta(minutes=minute): celsius(day) for minute in minutes}
        store.put("weather-02486", "air_temperature", weather)


def seen(factor: float, promised: int = 12, **more: Any) -> MeasureProgress:
    there, store = books(heated(promised, **more), zone="UTC")
    fill(store, factor)
    return measure_progress(there, "regelung", now=utc(2026, 3, 1, 9))


def test_base_and_weather_part_are_found_by_hand() -> None:
    # 10 a day and 3 per degree day: 10, 40, 70.
    model = fit_heat(np.array([10.0, 40.0, 70.0]), np.ones(3), np.array([0.0, 10.0, 20.0]))
    assert model.base_per_day == pytest.approx(10)
    assert model.per_degree_day == pytest.approx(3)


def test_heat_never_falls_with_the_cold() -> None:
    model = fit_heat(np.array([40.0, 10.0]), np.ones(2), np.array([0.0, 10.0]))
    assert (model.base_per_day, model.per_degree_day) == (25, 0)


def test_base_is_never_negative() -> None:
    model = fit_heat(np.array([0.0, 0.0, 30.0]), np.ones(3), np.array([5.0, 10.0, 15.0]))
    assert (model.base_per_day, model.per_degree_day) == (0, 1)


def test_measure_that_saves_what_it_promised_works() -> None:
    progress = seen(0.86)
    assert progress.verdict is Verdict.WORKS
    assert progress.saving_percent.value == pytest.approx(14, abs=0.3)
    assert progress.saving_percent.coverage == 1
    expected, actual = progress.expected_kwh.value or 0.0, progress.actual_kwh.value or 0.0
    assert progress.target_kwh.value == pytest.approx(expected * 0.88)
    assert progress.saving_kwh.value == pytest.approx(expected - actual)
    assert progress.verdict_text.startswith("Die Maßnahme wirkt: bis 28.02.2026 14,0 % weniger")
    assert not progress.target_missed


def test_colder_winter_is_not_held_against_the_measure() -> None:
    there, store = books(heated(), zone="UTC")
    fill(store, 0.86)
    weather = store.series["weather-02486", "air_temperature"]
    border = int(utc(2025, 9, 1).timestamp() * 1000)
    colder = {at: value - 3 for at, value in weather.items() if at >= border}
    extra = 0.0
    series = store.series["waerme", "heat_energy"]
    for at in sorted(at for at in series if at > border):
        day = utc(2024, 1, 1).date() + timedelta(
            days=(at - int(utc(2024, 1, 1).timestamp() * 1000)) // 86_400_000 - 1
        )
        mean = celsius(day)
        warm, cold = (20 - t if t < 15 else 0 for t in (mean, mean - 3))
        extra += 0.86 * 30 * (cold - warm)
        series[at] = round(series[at] + extra, 3)
    weather.update(colder)
    progress = measure_progress(there, "regelung", now=utc(2026, 3, 1, 9))
    assert progress.saving_percent.value == pytest.approx(14, abs=0.6)


def test_months_add_up_to_the_whole() -> None:
    progress = seen(0.86)
    assert [entry.month for entry in progress.monthly] == [
        date(2025, 9, 1),
        date(2025, 10, 1),
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert sum(entry.expected or 0 for entry in progress.monthly) == pytest.approx(progress.expected_kwh.value)
    assert sum(entry.actual or 0 for entry in progress.monthly) == pytest.approx(progress.actual_kwh.value)
    assert (progress.monthly[4].degree_days or 0) > (progress.monthly[0].degree_days or 0) > 0


def test_saving_below_the_noise_is_not_certain() -> None:
    progress = seen(0.97)
    assert progress.verdict is Verdict.NOT_CERTAIN
    assert "Noch nicht sicher" in progress.verdict_text
    assert progress.target_missed


def test_measure_without_any_effect_does_not_work_when_much_was_promised() -> None:
    assert seen(1.0, 12).verdict is Verdict.DOES_NOT_WORK
    assert seen(1.0, 6).verdict is Verdict.NOT_CERTAIN


def test_measure_that_makes_it_worse_does_not_work() -> None:
    progress = seen(1.08, 6)
    assert progress.verdict is Verdict.DOES_NOT_WORK
    assert "8,0 % mehr Verbrauch" in progress.verdict_text


def test_short_baseline_gives_no_verdict() -> None:
    progress = seen(0.8, baseline=Period(date(2024, 9, 1), date(2025, 1, 1)))
    assert progress.verdict is Verdict.INSUFFICIENT_DATA
    assert progress.saving_kwh.reason == "insufficient_data"
    assert "122 Tage" in progress.verdict_text


def test_nothing_is_said_before_it_was_cold() -> None:
    there, store = books(heated(works=Period(date(2025, 4, 1), date(2025, 6, 1))), zone="UTC")
    fill(store, 0.8)
    progress = measure_progress(there, "regelung", now=utc(2025, 7, 15))
    assert progress.verdict is Verdict.INSUFFICIENT_DATA
    assert "kaum geheizt" in progress.verdict_text


def test_works_that_have_not_ended_give_no_verdict() -> None:
    there, store = books(heated(), zone="UTC")
    fill(store, 0.8)
    progress = measure_progress(there, "regelung", now=utc(2025, 7, 15))
    assert (progress.verdict, progress.monthly) == (Verdict.INSUFFICIENT_DATA, ())
    assert "Die Arbeiten enden erst am 01.09.2025." in progress.verdict_text


def test_measure_without_a_meter_says_so() -> None:
    there, _ = books(place(measures=(measure("natural_gas"),)))
    progress = measure_progress(there, "regelung", now=utc(2026, 1, 1))
    assert progress.actual_kwh.reason == "no_meter"
    assert progress.verdict is Verdict.INSUFFICIENT_DATA


def test_electricity_is_compared_with_the_same_month_and_day_type() -> None:
    lights = place(meter(), measures=(measure("electricity_import", 20),))
    there, store = books(lights, zone="UTC")
    days = [START + number * DAY for number in range((date(2026, 3, 1) - START).days)]

    def use(day: date) -> float:
        seasonal = 300 if day.month in {11, 12, 1, 2} else 150
        after = 0.75 if day >= date(2025, 9, 1) else 1
        return after * (seasonal if day.weekday() < 5 else 40)

    counter = [0.0, *accumulate(use(day) for day in days)]
    store.put(
        "strom",
        "active_energy_import",
        {utc(2024, 1, 1) + number * DAY: value for number, value in enumerate(counter)},
    )
    progress = measure_progress(there, "regelung", now=utc(2026, 3, 1, 9))
    assert progress.saving_percent.value == pytest.approx(25, abs=1.5)
    assert progress.monthly[0].degree_days is None
    assert progress.verdict is Verdict.WORKS


def test_nothing_is_said_of_a_share_of_nothing() -> None:
    pipe = meter("wasser", "water", unit="m3", quantity="volume", interval=DAY)
    there, store = books(place(pipe, measures=(measure("water"),)), zone="UTC")
    shown = {utc(2024, 1, 1) + number * DAY: 5.0 + max(0, number - 650) for number in range(820)}
    store.put("wasser", "volume", shown)
    progress = measure_progress(there, "regelung", now=utc(2026, 3, 1, 9))
    assert (progress.verdict, progress.saving_percent.value) == (Verdict.INSUFFICIENT_DATA, None)
    assert "kein Verbrauch zu erwarten" in progress.verdict_text
    assert not progress.target_missed
