"""What registers mean."""

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.decode import TYPES, BlockDecoder, Series, decode
from collector.modbus.plan import plan
from collector.simulation.registers import encode
from config.errors import ConfigurationError
from config.profiles.registers import ByteOrder, Register, WordOrder
from tests.unit.collector.portfolio import profile, register


def words(*registers: int) -> bytes:
    return struct.pack(f">{len(registers)}H", *registers)


def test_a_block_becomes_readings_in_canonical_units() -> None:
    energy = register("active_energy_import", 0, count=2, type="uint32", scale=Decimal("0.1"), unit="Wh")
    power = register("active_power", 4, count=2, type="float32", unit="kW")
    (block,) = plan(profile(energy, power), [energy, power])
    decoder = BlockDecoder(block, [Series("strom", one.quantity, one) for one in (energy, power)])
    payload = words(0x0006, 0x2D64) + words(0, 0) + struct.pack(">f", 1.5)
    readings = decoder.readings(payload, 1_000)
    assert readings == [
        ("strom", "active_energy_import", 1_000, 40.4836),
        ("strom", "active_power", 1_000, 1500.0),
    ]


def test_what_the_device_does_not_have_makes_no_reading() -> None:
    energy = register("active_energy_import", 0, type="uint32", not_available=(0xFFFFFFFF,))
    power = register("active_power", 2)
    (block,) = plan(profile(energy, power), [energy, power])
    decoder = BlockDecoder(block, [Series("strom", one.quantity, one) for one in (energy, power)])
    assert decoder.readings(words(0xFFFF, 0xFFFF, 0x7FC0, 0), 1_000) == []


def test_a_value_that_no_float_holds_in_the_canonical_unit_makes_no_reading() -> None:
    energy = register("active_energy_import", 0, count=4, type="float64", unit="MWh")
    (block,) = plan(profile(energy), [energy])
    decoder = BlockDecoder(block, [Series("strom", "active_energy_import", energy)])
    assert decoder.readings(struct.pack(">d", 1e308), 1_000) == []


def test_a_measured_zero_is_a_reading() -> None:
    power = register("active_power", 0, not_available=(0x80000000,))
    (block,) = plan(profile(power), [power])
    (reading,) = BlockDecoder(block, [Series("strom", "active_power", power)]).readings(words(0, 0), 1_000)
    assert reading.value == 0


def test_two_meters_may_take_the_same_register() -> None:
    energy = register("active_energy_import", 0)
    (block,) = plan(profile(energy), [energy])
    decoder = BlockDecoder(block, [Series(meter, "active_energy_import", energy) for meter in ("strom", "mensa")])
    assert [reading.meter for reading in decoder.readings(words(0x449A, 0x522B), 1)] == ["strom", "mensa"]


def test_the_pattern_that_looks_like_almost_zero_is_no_value() -> None:
    assert decode(register("active_power", 0, not_available=(0x80008000,)), words(0x8000, 0x8000)) is None


@pytest.mark.parametrize(
    ("kind", "absent", "zero"), [("int8_high", b"\x80\0", b"\0\x80"), ("int8_low", b"\0\x80", b"\x80\0")]
)
def test_the_pattern_of_a_byte_is_its_own_wherever_it_stands(kind: str, absent: bytes, zero: bytes) -> None:
    power = register("active_power", 0, count=1, type=kind, not_available=(0x80,))
    assert (decode(power, absent), decode(power, zero)) == (None, 0.0)


def test_patterns_hold_beside_a_bound() -> None:
    power = register("active_power", 0, type="int32", not_available=(0x8000_0000,), not_available_from=0x7FFF_0000)
    shown = [decode(power, struct.pack(">I", raw)) for raw in (0x8000_0000, 0x7FFF_0001, 0xFFFF_FFFF, 7)]
    assert shown == [None, None, -1.0, 7.0]


def test_a_bound_of_values_is_for_integers_alone() -> None:
    with pytest.raises(ConfigurationError, match="not_available_from"):
        decode(register("active_power", 0, not_available_from=0x7F80_0000), bytes(4))


def test_a_type_that_does_not_fit_its_width_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="allowed: bit"):
        decode(register("active_power", 0, count=1, type="float32"), words(0))


def test_a_scaled_integer_is_the_decimal_that_the_display_shows() -> None:
    counter = register("active_energy_import", 0, type="uint32", scale=Decimal("0.01"))
    assert decode(counter, words(0x003D, 0xC570)) == 40482.4


REGISTERS = st.builds(
    lambda kind, word_order, byte_order, scale: register(
        "active_energy_import",
        0,
        type=kind,
        count=TYPES[kind][1],
        scale=scale,
        word_order=word_order,
        byte_order=byte_order,
    ),
    st.sampled_from(["uint16", "int16", "uint32", "int32", "acc32", "uint64", "int64"]),
    st.sampled_from(WordOrder),
    st.sampled_from(ByteOrder),
    st.sampled_from([Decimal(1), Decimal("0.1"), Decimal("0.001"), Decimal(10)]),
)


@given(REGISTERS, st.integers(0, 32_000))
def test_what_a_device_encodes_is_decoded_again(place: Register, raw: int) -> None:
    value = float(raw * place.scale)
    assert decode(place, encode(place, value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(WordOrder), st.sampled_from(ByteOrder))
def test_a_double_passes_without_losing_a_bit(value: float, word_order: WordOrder, byte_order: ByteOrder) -> None:
    place = register("active_energy_import", 0, count=4, type="float64", word_order=word_order, byte_order=byte_order)
    assert decode(place, encode(place, value)) == value
