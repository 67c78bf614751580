"""What the next hand reading should show."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from api.expected.ranges import canonical, expected_range
from config.meters.meter import Meter
from gateway.reading import Reading, milliseconds
from gateway.series import Series, series_of

_START = datetime(2026, 1, 1, tzinfo=UTC)
_METER = Meter("m", "p", "electricity_import", "kWh", "active_energy_import", digits=6)


def _daily(first: float, growth: float, days: int = 30) -> Series:
    moments = [_START + timedelta(days=day) for day in range(days + 1)]
    return series_of([Reading("m", "q", milliseconds(at), first + growth * n) for n, at in enumerate(moments)])


def test_nothing_is_known_of_a_meter_that_never_spoke() -> None:
    expected = expected_range(_METER, series_of([]), _START)
    assert (expected.low, expected.high) == (0.0, None)


def test_a_counter_grows_up_to_three_times_as_fast_as_before() -> None:
    expected = expected_range(_METER, _daily(1000, 10), _START + timedelta(days=34))
    assert (expected.low, expected.high) == (1300, 1300 + 3 * 40)


def test_a_counter_never_falls_below_the_reading_before_nor_climbs_above_the_one_after() -> None:
    expected = expected_range(_METER, _daily(1000, 10), _START + timedelta(days=20, hours=12))
    assert (expected.low, expected.high) == (1200, 1210)


def test_the_connection_sets_a_limit_behind_the_transformer_ratio() -> None:
    meter = replace(_METER, maximum_kw=40.0)
    expected = expected_range(meter, _daily(1000, 10), _START + timedelta(days=31), ratio=Decimal(40))
    assert expected.high == 1300 + 24  # 40 kW behind a ratio of 40 turn the register by 1 kWh an hour
    soon = expected_range(meter, _daily(1000, 10), _START + timedelta(days=30, minutes=1), ratio=Decimal(40))
    assert soon.high == 1300 + 1


def test_a_counter_of_pulses_runs_as_fast_as_its_pulses_weigh_little() -> None:
    meter = replace(_METER, quantity="pulse_count", unit="pulses", pulse_kwh=Decimal("0.01"), maximum_kw=10.0)
    soon = expected_range(meter, _daily(1000, 10_000), _START + timedelta(days=30, minutes=1))
    assert soon.high == pytest.approx(301_000 + 1000)
    of_water = replace(meter, pulse_kwh=None, maximum_kw=None, pulse_m3=Decimal("0.1"), maximum_m3_h=5.0)
    slow = expected_range(of_water, _daily(1000, 10_000), _START + timedelta(days=30, minutes=1))
    assert slow.high == pytest.approx(301_000 + 50)


def test_a_register_that_may_have_started_anew_takes_small_values_too() -> None:
    expected = expected_range(_METER, _daily(999_690, 10), _START + timedelta(days=31))
    assert expected.holds(999_995)
    assert expected.holds(15)
    assert not expected.holds(500)


def test_a_reading_an_hour_later_may_be_a_days_worth() -> None:
    expected = expected_range(_METER, _daily(1000, 10), _START + timedelta(days=30, hours=1))
    assert expected.high == 1330


def test_what_the_display_shows_is_kept_in_the_canonical_unit() -> None:
    assert canonical(replace(_METER, unit="MWh"), Decimal("12.345")) == 12345.0
