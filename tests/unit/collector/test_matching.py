"""From a display to the register behind it."""

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.words import TYPES
from collector.probing.displays import Display, display_of
from collector.probing.matching import Found, Sureness, find, matches
from config.profiles.registers import WordOrder

ONE = Decimal(1)
NOISE = {address: (address * 2_654_435_761 >> 7) & 0xFFFF for address in range(200)}


def image(*placed: tuple[int, bytes], order: WordOrder = WordOrder.MSW_FIRST) -> dict[int, dict[int, int]]:
    """A device with function code 3 whose registers hold noise but for these values."""
    words = dict(NOISE)
    for address, encoded in placed:
        values = [word for (word,) in struct.iter_unpack(">H", encoded)]
        ordered = values if order is WordOrder.MSW_FIRST else values[::-1]
        words |= {address + offset: word for offset, word in enumerate(ordered)}
    return {3: words, 4: {}}


def place(found: Found) -> tuple[int, str, WordOrder, Decimal]:
    return found.match.address, found.match.type, found.match.word_order, found.match.scale


@pytest.mark.parametrize("order", list(WordOrder))
def test_two_values_off_the_display_give_address_type_order_and_scale(order: WordOrder) -> None:
    energy, voltage = struct.pack(">f", 40_482.8), struct.pack(">f", 231.4)
    words = image((100, energy), (20, voltage), order=order)
    found = find(words, [display_of("energy=40482.8"), display_of("voltage=231.4")])
    assert [place(one) for one in found] == [(100, "float32", order, ONE), (20, "float32", order, ONE)]


def test_a_counter_in_tenths_and_a_voltage_in_hundredths_are_found() -> None:
    words = image((60, struct.pack(">I", 4_048_281)), (10, struct.pack(">H", 23_140)))
    found = find(words, [display_of("energy=404828.1"), display_of("voltage=231.4")])
    assert place(found[0]) == (60, "uint32", WordOrder.MSW_FIRST, Decimal("0.1"))
    assert place(found[1]) == (10, "uint16", WordOrder.MSW_FIRST, Decimal("0.01"))


def test_many_digits_are_sure_and_few_are_not() -> None:
    many = image((60, struct.pack(">f", 7_404_828.0)))
    (sure,) = find(many, [display_of("energy=7404828"), display_of("energy=7404828.0")])[:1]
    assert sure.sureness is not Sureness.UNSURE
    few = image((60, struct.pack(">H", 42)))
    (unsure,) = find(few, [display_of("energy=42")])
    assert unsure.sureness is Sureness.UNSURE


def test_a_value_that_the_device_does_not_have_is_not_found() -> None:
    assert find({3: {0: 1, 1: 2}, 4: {}}, [display_of("energy=40482.8")]) == []


@given(
    st.integers(100_000, 40_000_000),
    st.integers(0, 190),
    st.sampled_from(["uint32", "int32", "float64", "uint64"]),
    st.sampled_from(WordOrder),
)
def test_a_value_that_stands_there_is_always_among_the_matches(
    raw: int, address: int, kind: str, order: WordOrder
) -> None:
    code, _ = TYPES[kind]
    words = image((address, struct.pack(f">{code}", raw)), order=order)
    display = Display("active_energy_import", Decimal(raw), "kWh")
    assert (address, kind, order) in {(one.address, one.type, one.word_order) for one in matches(words, display)}
