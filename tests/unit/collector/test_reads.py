"""What is asked once, and when it is asked again."""

import struct
from collections.abc import Sequence
from datetime import timedelta

from collector.modbus.faults import Fault
from collector.modbus.identity import serial_in
from collector.modbus.reads import Reads, SearchedReads, reads_of
from config.meters.meter import ModbusSource
from config.profiles.files import load_profiles
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


SUNSPEC = load_profiles()["solaredge_meter_via_inverter"]


class SunSpecDevice:
    """Words at their addresses; places that are `silent` get no answer, others without words a refusal."""

    def __init__(self, base: int, *models: tuple[int, int], serials: Sequence[str] = ()) -> None:
        self.words: dict[int, int] = {}
        self.silent: set[int] = set()
        self._put(base, b"SunS")
        address, named = base + 2, iter(serials)
        for model, length in models:
            self._put(address, struct.pack(">HH", model, length) + bytes(2 * length))
            if model == 1:
                self._put(address + 50, next(named, "").encode().ljust(32, b"\0"))
            address += 2 + length
        self._put(address, struct.pack(">HH", 0xFFFF, 0))

    def _put(self, address: int, content: bytes) -> None:
        words = struct.unpack(f">{len(content) // 2}H", content)
        self.words |= {address + at: word for at, word in enumerate(words)}

    def answer(self, address: int, count: int) -> bytes | None:
        words = [self.words.get(address + at) for at in range(count)]
        return None if None in words else struct.pack(f">{count}H", *(word or 0 for word in words))


def searching() -> SearchedReads:
    source = ModbusSource("bus", 1, SUNSPEC.id, timedelta(seconds=10), ("active_energy_import",))
    reads = reads_of(1, SUNSPEC, [(modbus_meter("strom", 1), source)])
    assert isinstance(reads, SearchedReads)
    return reads


def poll(reads: SearchedReads, device: SunSpecDevice) -> tuple[list[int], Fault | None]:
    """One poll as the bus does it; a fault ends it. Returns the addresses that were asked."""
    asked: list[int] = []
    for read in reads:
        asked.append(read.request.address)
        if read.request.address in device.silent:
            reads.forget()  # as the device does with everybody who was not there
            return asked, Fault.SILENT
        payload = device.answer(read.request.address, read.request.count)
        if payload is None:
            reads.refused()
            return asked, Fault.ILLEGAL
        read.decoder.readings(payload, 0)
    return asked, None


def test_models_that_moved_while_a_device_was_away_are_found_where_they_are_now() -> None:
    reads, device = searching(), SunSpecDevice(40000, (1, 66), (203, 105))
    assert poll(reads, device)[1] is None
    before = poll(reads, device)[0]
    device.silent = set(range(70000))
    assert poll(reads, device)[1] is Fault.SILENT
    assert poll(reads, SunSpecDevice(40000, (1, 65), (203, 105)))[1] is None
    assert poll(reads, SunSpecDevice(40000, (1, 65), (203, 105)))[0] == [address - 1 for address in before]


def test_a_place_that_a_device_says_nothing_at_is_passed_over_although_silence_is_forgotten() -> None:
    reads, device = searching(), SunSpecDevice(0, (1, 65), (203, 105))
    device.silent = {40000}
    outcomes = [poll(reads, device)[1] for _ in range(4)]
    assert outcomes == [Fault.SILENT, Fault.SILENT, None, None]


def test_the_serial_number_of_a_sunspec_meter_stands_in_the_common_model_before_it() -> None:
    inverter, behind_it = ((1, 66), (103, 50)), ((1, 65), (203, 105))
    reads, device = searching(), SunSpecDevice(40000, *inverter, *behind_it, serials=("7F00", "7E1A-03"))
    assert reads.serial is None
    poll(reads, device)
    assert reads.serial is not None
    asked = reads.serial.request
    assert (asked.address, asked.count) == (40002 + 68 + 52 + 50, 16)
    payload = device.answer(asked.address, asked.count)
    assert payload is not None
    assert serial_in(reads.serial, payload) == "7E1A-03"


def test_a_sunspec_device_without_common_model_has_no_serial_number() -> None:
    reads = searching()
    poll(reads, SunSpecDevice(40000, (203, 105)))
    assert reads.serial is None
