"""The tick loop with a clock and a bus of our own."""

import asyncio
import contextlib
import struct

import pytest
from pymodbus.pdu import ModbusPDU

from collector.batch import Batch
from collector.modbus.device import Device, devices_of, spread
from collector.modbus.faults import Fault, ModbusFault
from collector.modbus.polling import BusPolling, tick_s
from collector.modbus.reads import PlannedReads
from config.profiles.registers import DeviceProfile
from tests.unit.collector.portfolio import ENERGY, METER, modbus_meter, profile, register
from tests.unit.collector.sinks import MemorySink

SERIAL = register("serial_number", 90, type="uint32", unit="1", phase="device")


class FakeBus:
    """Answers every unit with its own number as the counter, but for those that are silent."""

    id = "bus"
    kind = "modbus_tcp"
    connected = True

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.silent: set[int] = set()
        self.timeouts_s: list[float | None] = []
        self.serial = 111
        self.loses_cancellations = False
        self.lacking: set[int] = set()

    async def read(self, request: ModbusPDU, *, timeout_s: float | None = None) -> bytes:
        self.asked.append(request.dev_id)
        if self.loses_cancellations:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        self.timeouts_s.append(timeout_s)
        if request.dev_id in self.silent:
            raise ModbusFault(Fault.SILENT, "no answer")
        self.connected = True
        if request.address in self.lacking:
            raise ModbusFault(Fault.ILLEGAL, "exception code 2")
        if request.address == SERIAL.address:
            return struct.pack(">I", self.serial)
        return struct.pack(">d", float(request.dev_id)).ljust(2 * request.count, b"\0")[: 2 * request.count]

    def close(self) -> None:
        self.connected = False


class Scene:
    """Devices 1..n on one bus, a clock that only the test moves."""

    def __init__(self, count: int, *, every_s: float = 10.0, table: DeviceProfile = METER) -> None:
        self.now_s = 1_000.0
        self.bus, self.sink = FakeBus(), MemorySink()
        self.batch = Batch(self.sink, gather_s=0.0)
        meters = [modbus_meter(f"strom-{unit}", unit, every_s=every_s) for unit in range(1, count + 1)]
        self.devices: list[Device] = devices_of(meters, {"test_meter": table})["bus"]
        self.polling = BusPolling(
            self.bus,
            self.devices,
            self.batch,
            time_ms=lambda: int(self.now_s * 1000),
            clock_s=lambda: self.now_s,
        )
        spread(self.devices, self.now_s)

    async def pass_time(self, seconds: float, *, step_s: float = 1.0) -> None:
        running = asyncio.create_task(self.polling.run())
        for _ in range(round(seconds / step_s)):
            self.polling.start_due(self.now_s)
            for _ in range(5 * len(self.devices)):
                await asyncio.sleep(0)
            self.now_s += step_s
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self.batch.flush()


def test_every_device_is_asked_once_per_interval() -> None:
    async def scene() -> None:
        place = Scene(5)
        await place.pass_time(40)
        assert {unit: place.bus.asked.count(unit) for unit in range(1, 6)} == {1: 4, 2: 5, 3: 5, 4: 5, 5: 5}
        assert place.polling.statistics().missed == 0
        assert place.sink.of("strom-2") == [2.0] * 5

    asyncio.run(scene())


def test_a_silent_device_is_asked_rarely_and_named_with_the_time_of_its_first_silence() -> None:
    async def scene() -> None:
        place = Scene(3, every_s=1.0)
        place.bus.silent = {2}
        await place.pass_time(100)
        assert place.bus.asked.count(1) >= 99
        assert place.bus.asked.count(2) < 8
        (name,) = place.polling.statistics().offline
        assert name == "2 (strom-2)"
        place.bus.silent = set()
        await place.pass_time(200)
        assert place.polling.statistics().offline == {}
        assert len(place.sink.of("strom-2")) > 50

    asyncio.run(scene())


def test_a_poll_that_failed_is_made_up_for_long_before_the_next_one_is_due() -> None:
    async def scene() -> None:
        place = Scene(2, every_s=900.0)
        place.bus.silent = {1}
        await place.pass_time(2)
        place.bus.silent = set()
        await place.pass_time(10)
        assert place.sink.of("strom-1") == [1.0]
        assert place.bus.asked.count(1) == 2

    asyncio.run(scene())


def test_what_failed_waits_until_those_that_answer_were_asked() -> None:
    async def scene() -> None:
        place = Scene(5, every_s=1.0)
        place.bus.silent = {2}
        await place.pass_time(20)
        place.bus.asked.clear()
        for device in place.devices:
            device.due_s = place.now_s
        await place.pass_time(1)
        assert place.bus.asked == [1, 3, 4, 5, 2]

    asyncio.run(scene())


def test_a_bus_that_never_rests_asks_what_failed_all_the_same() -> None:
    async def scene() -> None:
        place = Scene(3, every_s=1.0)
        silent, *_ = place.devices
        silent.health.failed(Fault.SILENT, 0)
        for device in place.devices:
            device.due_s = place.now_s
        place.polling.start_due(place.now_s)
        place.now_s += 31.0
        running = asyncio.create_task(place.polling.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert place.bus.asked[0] == 1

    asyncio.run(scene())


def test_a_silent_unit_is_waited_for_shortly_at_first_and_longer_when_nobody_else_waits() -> None:
    async def scene() -> None:
        place = Scene(3, every_s=60.0)
        place.bus.silent = {3}
        await place.pass_time(20)
        waited_s = [seconds for unit, seconds in zip(place.bus.asked, place.bus.timeouts_s, strict=True) if unit == 3]
        assert waited_s == [0.1, 1.0, 1.0]

    asyncio.run(scene())


FURTHER = register("reactive_energy_import", 400, unit="kvarh")


def scene_that_lacks(*addresses: int) -> Scene:
    place = Scene(1, every_s=1.0)
    wanted = modbus_meter("strom-1", 1, every_s=1.0, quantities=("reactive_energy_import",))
    place.polling.devices = place.devices = devices_of([wanted], {"test_meter": profile(ENERGY, FURTHER)})["bus"]
    place.bus.lacking = set(addresses)
    spread(place.devices, place.now_s)
    return place


@pytest.mark.parametrize(("lacking", "read"), [(0, "reactive_energy_import"), (400, "active_energy_import")])
def test_a_block_that_a_device_does_not_have_costs_the_others_nothing(
    lacking: int, read: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        place = scene_that_lacks(lacking)
        await place.pass_time(10)
        assert [key[1] for key in place.sink.values] == [read] * 10
        assert place.polling.statistics().offline == {}
        assert place.polling.statistics().faults == {"illegal": 10}

    asyncio.run(scene())
    (told,) = caplog.messages
    assert f"does not have the {4 if lacking == 0 else 2} registers from {lacking} on" in told


def test_a_device_that_has_none_of_the_blocks_is_lost() -> None:
    async def scene() -> None:
        place = scene_that_lacks(0, 400)
        await place.pass_time(30)
        assert place.polling.statistics().offline.keys() == {"1 (strom-1)"}
        assert place.polling.statistics().polls < 5

    asyncio.run(scene())


def test_a_serial_number_is_read_once_and_again_after_a_return() -> None:
    async def scene() -> None:
        place = Scene(1, every_s=1.0, table=profile(ENERGY, SERIAL))
        await place.pass_time(10)
        assert place.bus.asked.count(1) == 11
        place.bus.silent = {1}
        await place.pass_time(20)
        place.bus.silent, place.bus.serial = set(), 222
        await place.pass_time(60)
        assert place.polling.statistics().exchanged == {"strom-1": "222"}

    asyncio.run(scene())


def test_who_answers_over_a_new_connection_after_minutes_may_be_another() -> None:
    async def scene() -> None:
        place = Scene(2, every_s=300.0, table=profile(ENERGY, SERIAL))
        await place.pass_time(250)
        place.bus.serial, place.bus.connected = 222, False
        await place.pass_time(300, step_s=10.0)
        assert place.polling.statistics().exchanged == {"strom-1": "222", "strom-2": "222"}

    asyncio.run(scene())


def test_a_connection_that_was_lost_for_seconds_makes_no_other_device() -> None:
    async def scene() -> None:
        place = Scene(1, every_s=10.0, table=profile(ENERGY, SERIAL))
        await place.pass_time(9)
        place.bus.asked.clear()
        place.bus.connected = False
        await place.pass_time(10)
        assert len(place.bus.asked) == 1

    asyncio.run(scene())


def test_the_polling_ends_even_where_a_wait_lost_its_cancellation() -> None:
    async def scene() -> None:
        place = Scene(2, every_s=1.0)
        place.bus.loses_cancellations = True
        running = asyncio.create_task(place.polling.run())
        for device in place.devices:
            device.due_s = place.now_s
        place.polling.start_due(place.now_s)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert place.bus.asked == [1]

    asyncio.run(scene())


def test_a_full_sink_keeps_readings_in_memory_and_takes_them_later() -> None:
    async def scene() -> None:
        place = Scene(1, every_s=1.0)
        place.sink.is_full = True
        await place.pass_time(10)
        assert place.sink.of("strom-1") == []
        place.sink.is_full = False
        place.batch.flush()
        assert len(place.sink.of("strom-1")) == 10
        assert place.batch.dropped == 0

    asyncio.run(scene())


def test_a_burst_of_answers_shares_a_commit() -> None:
    async def scene() -> None:
        place = Scene(50, every_s=1.0)
        for device in place.devices:
            device.due_s = place.now_s
        await place.pass_time(1)
        assert len(place.sink.values) == 100
        assert place.sink.commits < 10

    asyncio.run(scene())


def test_a_tick_is_a_tenth_of_the_shortest_interval_within_bounds() -> None:
    devices = [Device(1, "", every_s, PlannedReads((), ()), ()) for every_s in (60.0, 5.0)]
    assert [tick_s(devices), tick_s(devices[:1])] == [0.5, 1.0]
