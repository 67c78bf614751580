"""What simulated meters show goes on from the history without a step."""

from datetime import timedelta

import pytest

from collector.modbus.decode import decode
from collector.simulation.registers import encode
from config.meters.meter import ModbusSource
from config.profiles.files import load_profiles
from config.profiles.registers import series_name
from gateway.reading import instant
from tests.unit.zaehlwerk.conftest import NOW
from tests.unit.zaehlwerk.test_history import stored
from zaehlwerk.demo.history.counters import History
from zaehlwerk.demo.history.incidents import DEAD_METER
from zaehlwerk.demo.values import LiveValues

LIVE = ["gs-am-wald-strom", "igs-am-burgberg-strom", "gs-am-wald-wasser", "hallenbad-am-park-gas", "gs-am-bach-pv"]


@pytest.mark.parametrize("meter_id", LIVE)
def test_a_live_meter_shows_what_the_history_stored(history: History, meter_id: str) -> None:
    meter, series = history.portfolio.meter(meter_id), stored(history, meter_id)
    values = LiveValues(history)
    for place in (0, 1000, len(series) - 1):
        assert values(meter, instant(int(series.time_ms[place]))) == series.value[place]


@pytest.mark.parametrize("meter_id", LIVE)
def test_what_is_shown_comes_through_the_register_unchanged(history: History, meter_id: str) -> None:
    meter = history.portfolio.meter(meter_id)
    shown = LiveValues(history)(meter, NOW)
    assert shown is not None
    if isinstance(meter.source, ModbusSource):
        profile = load_profiles()[meter.source.profile]
        (register,) = [one for one in profile.registers if series_name(one) == meter.quantity]
        assert decode(register, encode(register, shown)) == shown


@pytest.mark.parametrize("meter_id", LIVE)
def test_a_live_meter_never_runs_backwards_from_the_history_on(history: History, meter_id: str) -> None:
    meter, values = history.portfolio.meter(meter_id), LiveValues(history)
    shown = [stored(history, meter_id).value[-1]]
    shown += [values(meter, NOW + timedelta(seconds=17 * step)) for step in range(500)]
    assert shown == sorted(shown)


def test_a_live_meter_goes_on_for_weeks(history: History) -> None:
    meter, values = history.portfolio.meter("rathaus-ramstein-strom"), LiveValues(history)
    today, later = values(meter, NOW), values(meter, NOW + timedelta(weeks=6))
    assert today is not None
    assert later is not None
    assert 2_000 < later - today < 12_000


def test_the_dead_meter_shows_nothing(history: History) -> None:
    meter, values = history.portfolio.meter(DEAD_METER), LiveValues(history)
    assert values(meter, NOW) is None
    assert values(meter, NOW - timedelta(days=30)) is not None
