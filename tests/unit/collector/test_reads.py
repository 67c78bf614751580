"""What is asked once, and when it is asked again."""

import struct
from datetime import timedelta

from collector.modbus.reads import Reads, reads_of
from config.meters.meter import ModbusSource
from tests.unit.collector.portfolio import modbus_meter, profile, register

SCALE_AT = 400
SCALED = register("active_energy_import", 0, type="uint32", function_code=3, scale_register=SCALE_AT)
NOT_YET = -0x8000


def polled(reads: Reads, exponent: int) -> tuple[list[int], list[float]]:
    """Ask a device that shows 123 and this power of ten; returns the addresses that were asked and the values."""
    asked, values = list[int](), list[float]()
    for read in reads:
        asked.append(read.request.address)
        payload = struct.pack(">h", exponent) if read.request.address == SCALE_AT else struct.pack(">I", 123)
        values += [reading.value for reading in read.decoder.readings(payload, 0)]
    return asked, values


def test_a_scale_that_a_device_does_not_have_yet_is_asked_for_until_it_has() -> None:
    meter = modbus_meter("strom", 1)
    reads = reads_of(1, profile(SCALED), [(meter, ModbusSource("bus", 1, "test_meter", timedelta(seconds=10)))])
    assert polled(reads, NOT_YET) == ([SCALE_AT, 0], [])
    assert polled(reads, 1) == ([SCALE_AT, 0], [1230.0])
    assert polled(reads, NOT_YET) == ([0], [1230.0])
