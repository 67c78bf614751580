"""Values that take more than their own register."""

import math
import struct
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.decode import BlockDecoder, Series, decode
from collector.modbus.derive import Facts
from collector.modbus.plan import plan
from config.profiles.files import load_profiles
from config.profiles.registers import Coding, DeviceProfile, Register
from config.profiles.unit_rules import UnitRule
from gateway.reading import Reading
from tests.unit.collector.portfolio import profile, register

TABLES = tuple(load_profiles().values())


def read(one: Register, payload: bytes, facts: Facts | None = None) -> list[Reading]:
    (block,) = plan(profile(one), [one, *(need for need in one.needs if facts is None)])
    return BlockDecoder(block, [Series("strom", one.quantity, one)], facts).readings(payload, 1)


def test_a_scale_factor_that_changes_while_the_meter_runs_is_followed() -> None:
    power = register("active_power", 0, count=1, type="int16", scale_register=1)
    assert [read(power, struct.pack(">hh", 123, exponent))[0].value for exponent in (-1, 0, 2)] == [12.3, 123, 12300]


def test_a_scale_factor_that_does_not_exist_makes_no_number() -> None:
    power = register("active_power", 0, count=1, type="int16", scale_register=1)
    assert read(power, struct.pack(">hh", 123, -0x8000)) == []


def test_a_factor_that_was_not_read_yet_makes_no_number() -> None:
    energy = register("heat_energy", 0, type="int32", factor_register=90)
    facts = Facts()
    assert read(energy, struct.pack(">i", 12), facts) == []
    (need,) = energy.needs
    facts.learn([need], plan(profile(energy), [need])[0], struct.pack(">H", 100))
    assert read(energy, struct.pack(">i", 12), facts)[0].value == 1200


def test_a_factor_that_nobody_set_makes_no_zero_of_a_count() -> None:
    energy = register("heat_energy", 0, type="int32", factor_register=2)
    assert read(energy, struct.pack(">iH", 12, 0)) == []
    assert read(energy, struct.pack(">iH", 12, 1))[0].value == 12


def test_the_unit_that_the_device_names_is_converted_and_an_unknown_one_refused() -> None:
    energy = register("heat_energy", 0, type="int32", unit="told", unit_rule=UnitRule(2, 2, "string"))
    named = {name: read(energy, struct.pack(">i", 3) + name) for name in (b"MWh\0", b"kWh ", b"m3\0\0", b"????")}
    assert {name: [one.value for one in found] for name, found in named.items()} == {
        b"MWh\0": [3000.0],
        b"kWh ": [3.0],
        b"m3\0\0": [],
        b"????": [],
    }


def test_a_part_without_a_value_makes_the_sum_none() -> None:
    second = register("active_energy_import", 2, type="uint32", not_available=(0xFFFFFFFF,))
    energy = register("active_energy_import", 0, type="uint32", plus=(second,))
    assert read(energy, struct.pack(">II", 5, 6))[0].value == 11
    assert read(energy, struct.pack(">II", 5, 0xFFFFFFFF)) == []


def test_power_that_is_import_minus_export_has_a_sign() -> None:
    export = register("active_power", 2, type="uint32", scale=Decimal("-0.1"))
    power = register("active_power", 0, type="uint32", scale=Decimal("0.1"), plus=(export,))
    assert read(power, struct.pack(">II", 0, 735))[0].value == -73.5


def test_a_power_factor_beyond_one_stands_for_the_other_quadrant() -> None:
    factor = register("power_factor", 0, unit="1", coding=Coding.FOUR_QUADRANT)
    assert [read(factor, struct.pack(">f", raw))[0].value for raw in (0.5, 1.25, -1.25)] == [0.5, -0.75, 0.75]


def test_a_power_factor_in_percent_or_as_a_share_is_a_share() -> None:
    factor = register("power_factor", 0, count=1, type="int16", unit="Pct", scale_register=1)
    both = register(
        "power_factor", 0, count=1, type="int16", unit="Pct", scale_register=1, coding=Coding.PERCENT_OR_SHARE
    )
    assert read(factor, struct.pack(">hh", 95, 0))[0].value == 0.95
    assert [read(both, struct.pack(">hh", *raw))[0].value for raw in ((95, 0), (95, -2))] == [0.95, 0.95]


def test_an_overflowing_display_is_no_value() -> None:
    energy = register("active_energy_import", 0, type="int32", not_available_from=0x7FFF0000)
    assert decode(energy, struct.pack(">I", 0x7FFF1234)) is None
    assert decode(energy, struct.pack(">I", 0x7FFEFFFF)) == 0x7FFEFFFF


@given(st.sampled_from(TABLES), st.integers(0, 2**32))
def test_noise_makes_finite_numbers_or_none_with_every_table(table: DeviceProfile, seed: int) -> None:
    wanted = list(table.series.values())
    for block in plan(table, [*wanted, *(need for one in wanted for need in one.needs)]):
        series = [Series("m", name, one) for name, one in table.series.items() if one in block.registers]
        payload = Random(seed).randbytes(2 * block.count)
        for reading in BlockDecoder(block, series, Facts()).readings(payload, 0):
            assert math.isfinite(reading.value)
