"""Who answers: serial numbers, and what one that changed means."""

import asyncio
import logging
import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collector.modbus.identity import SerialsInMemory, compare, serial_in, serial_read
from config.profiles.registers import ByteOrder
from tests.unit.collector.portfolio import ENERGY, METER, profile, register

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SERIAL = register("serial_number", 40, type="uint32", unit="1", phase="device")
NAMED = profile(ENERGY, SERIAL)


def test_a_table_without_a_serial_number_asks_for_none() -> None:
    assert serial_read(1, METER) is None


def test_a_serial_number_is_text_without_a_fraction() -> None:
    read = serial_read(7, NAMED)
    assert read is not None
    assert (read.request.dev_id, read.request.address, read.request.count) == (7, 40, 2)
    assert serial_in(read, struct.pack(">I", 4_007_123_456)) == "4007123456"


@pytest.mark.parametrize("blank", [0, 0xFFFF_FFFF])
def test_a_blank_serial_number_is_none(blank: int) -> None:
    read = serial_read(7, NAMED)
    assert read is not None
    assert serial_in(read, struct.pack(">I", blank)) is None


def test_a_serial_number_in_letters_is_read_as_such() -> None:
    read = serial_read(7, profile(ENERGY, replace(SERIAL, type="string", count=4)))
    assert read is not None
    assert serial_in(read, b"EM24-7\0\0") == "EM24-7"


def test_a_long_serial_number_keeps_all_its_digits() -> None:
    read = serial_read(7, profile(ENERGY, replace(SERIAL, type="uint64", count=4)))
    assert read is not None
    assert serial_in(read, struct.pack(">Q", 90_071_992_547_409_931)) == "90071992547409931"


def test_a_serial_number_with_turned_bytes_is_read_as_the_table_says() -> None:
    read = serial_read(7, profile(ENERGY, replace(SERIAL, type="string", count=4, byte_order=ByteOrder.LITTLE)))
    assert read is not None
    assert serial_in(read, b"ME42-7\0\0") == "EM247-"


def test_the_first_serial_number_is_kept_and_another_one_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        book = SerialsInMemory()
        assert await compare(book, ["strom"], "111", NOW) == ()
        assert await compare(book, ["strom"], "111", NOW) == ()
        assert caplog.messages == []
        (change,) = await compare(book, ["strom"], "222", NOW)
        assert (change.meter, change.before, change.serial, change.time) == ("strom", "111", "222", NOW)
        assert await compare(book, ["strom"], "222", NOW) == ()

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert caplog.messages == ["meter strom: device exchanged? Its serial number was 111 and is 222"]
