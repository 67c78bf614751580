"""What a simulated device shows."""

import struct
from datetime import UTC, datetime

import pytest

from collector.simulation.registers import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, Refusal, SimulatedDevice
from config.profiles.registers import GapReads
from tests.unit.collector.portfolio import ENERGY, POWER, modbus_meter, profile

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
METER = modbus_meter("strom", 1)


def test_the_meters_register_shows_its_value_and_a_hole_its_own_address() -> None:
    device = SimulatedDevice(profile(ENERGY, POWER), (METER,), lambda meter, now: 40482.8)
    payload = device.answer(4, 0, 8, NOW)
    assert payload is not None
    assert struct.unpack(">d4H", payload) == (40482.8, 4, 5, 6, 7)


def test_power_follows_from_the_counter() -> None:
    device = SimulatedDevice(profile(ENERGY, POWER), (METER,), lambda meter, now: now.timestamp() / 3600 * 12)
    payload = device.answer(4, 10, 2, NOW)
    assert payload is not None
    assert struct.unpack(">f", payload)[0] == pytest.approx(12_000, rel=1e-3)


def test_a_dead_device_does_not_answer() -> None:
    assert SimulatedDevice(profile(ENERGY), (METER,), lambda meter, now: None).answer(4, 0, 4, NOW) is None


@pytest.mark.parametrize(
    ("function_code", "address", "count", "code"),
    [
        (3, 0, 4, ILLEGAL_FUNCTION),
        (4, 0, 61, ILLEGAL_VALUE),
        (4, 0, 0, ILLEGAL_VALUE),
        (4, 0, 6, ILLEGAL_ADDRESS),
        (4, 1, 2, ILLEGAL_ADDRESS),
    ],
)
def test_a_strict_device_refuses_what_its_table_does_not_have(
    function_code: int, address: int, count: int, code: int
) -> None:
    strict = profile(ENERGY, POWER, gap_reads=GapReads.FORBIDDEN, even_only=True)
    with pytest.raises(Refusal) as caught:
        SimulatedDevice(strict, (METER,), lambda meter, now: 1.0).answer(function_code, address, count, NOW)
    assert caught.value.code == code
