"""Every shipped device table, from the simulated device's registers to readings."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.modbus.decode import decode
from collector.modbus.device import devices_of
from collector.modbus.faults import ModbusFault
from collector.modbus.plan import plan, plan_rows, spanning
from collector.modbus.reads import Reads, reads_of
from collector.simulation.registers import SimulatedDevice
from config.errors import ConfigurationError
from config.meters.meter import Meter, ModbusSource
from config.profiles.files import load_profiles
from config.profiles.registers import DeviceProfile
from gateway.reading import Reading
from tests.unit.collector.portfolio import register

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TABLES = {table.id: table for table in load_profiles().values()}
# Their data sheets name registers whose unit nobody could source: they build, plan and decode, but nothing is kept.
WITHOUT_SERIES = {"kamstrup_multical_x03_datagram300"}
READABLE = {name: table for name, table in TABLES.items() if name not in WITHOUT_SERIES}


def polled(reads: Reads, device: SimulatedDevice) -> dict[str, float]:
    """Ask the device as a poll does."""
    found: list[Reading] = []
    for read in reads:
        asked = read.request
        payload = device.answer(asked.function_code, asked.address, asked.count, NOW)
        assert payload is not None
        found += read.decoder.readings(payload, 0)
    return {reading.quantity: reading.value for reading in found}


def metered(table: DeviceProfile, quantity: str, channel: str | None = None) -> tuple[Meter, ModbusSource]:
    every = timedelta(minutes=1)
    source = ModbusSource("bus", 1, table.id, every, () if channel else tuple(table.series), channel)
    return Meter("meter", "schule", "electricity_import", "kWh", quantity, source=source), source


@pytest.mark.parametrize("table", READABLE.values(), ids=READABLE)
def test_every_series_of_a_table_is_read_from_its_simulated_device(table: DeviceProfile) -> None:
    quantity = next((name for name in table.series if "energy" in name), next(iter(table.series)))
    meter, source = metered(table, quantity)
    shown = 4711.0 if "energy" in quantity else 17.0
    device = SimulatedDevice(table, (meter,), lambda _meter, _now: shown)
    readings = polled(reads_of(1, table, [(meter, source)]), device)
    untold = {name for name, one in table.series.items() if one.type == "acc32" and name not in readings}
    assert readings.keys() | untold == table.series.keys()
    assert readings[quantity] == pytest.approx(shown, rel=3e-3)  # some count in tenths of megawatt hours
    assert len(devices_of([meter], {table.id: table})["bus"]) == 1


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_register_of_a_table_is_planned_and_decoded(table: DeviceProfile) -> None:
    blocks = plan(table, table.registers)
    assert {one for block in blocks for one in block.registers} == set(table.registers)
    for one in table.registers:
        if one.type != "string" and not one.needs:
            assert decode(one, bytes(2 * spanning(one).count)) in {0.0, None}


@pytest.mark.parametrize("table", READABLE.values(), ids=READABLE)
def test_the_plan_of_a_table_names_every_series_once(table: DeviceProfile) -> None:
    rows = plan_rows(table, tuple(table.series))
    named = [series for row in rows if not row.static for series in row.series]
    assert sorted(named) == sorted(table.series)
    assert all(row.addresses[1] - row.addresses[0] + 1 == row.count <= table.max_registers for row in rows)


def test_a_pulse_counters_channel_is_the_meters_own_counter() -> None:
    table = TABLES["pulse_isma_mini_mix"]
    meter, source = metered(table, "pulse_count", "2")
    device = SimulatedDevice(table, (meter,), lambda _meter, _now: 1234.0)
    assert polled(reads_of(1, table, [(meter, source)]), device) == {"pulse_count": 1234.0}


def test_a_second_meter_behind_an_inverter_is_its_second_model() -> None:
    table = TABLES["solaredge_meter_via_inverter"]
    meter, source = metered(table, "active_energy_import", "2")
    device = SimulatedDevice(table, (meter,), lambda _meter, _now: 815.0)
    assert polled(reads_of(1, table, [(meter, source)]), device)["active_energy_import"] == 815.0


def test_a_channel_that_the_device_does_not_have_is_refused_with_those_it_has() -> None:
    table = TABLES["pulse_isma_sfar_1m_4di"]
    meter, _ = metered(table, "pulse_count", "5")
    with pytest.raises(ConfigurationError, match=r"'5' \(has: 1, 2, 3, 4\)"):
        devices_of([meter], {table.id: table})


def test_a_value_whose_scale_stands_elsewhere_is_refused_rather_than_misread() -> None:
    scaled = register("active_energy_import", 0, scale_register=2)
    with pytest.raises(ConfigurationError, match="scale register"):
        decode(scaled, bytes(4))


def test_a_heat_meters_unit_is_read_once_and_again_after_it_was_away() -> None:
    table = TABLES["diehl_sharky775_scylar"]
    meter, source = metered(table, "heat_energy")
    bare = ModbusSource(source.bus, source.device, source.profile, source.every)
    reads = reads_of(1, table, [(meter, bare)])
    device = SimulatedDevice(table, (meter,), lambda _meter, _now: 4711.0)
    first = polled(reads, device)
    assert first["heat_energy"] == 4711.0
    assert polled(reads, device) == first
    reads.forget()
    assert polled(reads, device) == first


def searched() -> tuple[Reads, SimulatedDevice]:
    table = TABLES["sunspec_201_204"]
    meter, source = metered(table, "active_energy_import")
    return reads_of(1, table, [(meter, source)]), SimulatedDevice(table, (meter,), lambda _meter, _now: 1.0)


def first_address(reads: Reads) -> int:
    return next(iter(reads)).request.address


def test_a_place_that_is_refused_is_passed_over_and_one_that_is_silent_asked_again() -> None:
    reads, _ = searched()
    assert [first_address(reads), first_address(reads)] == [40000, 40000]
    reads.refused()
    assert first_address(reads) == 50000


def test_a_device_that_was_never_found_may_be_silent_where_it_has_nothing() -> None:
    reads, _ = searched()
    assert [first_address(reads) for _ in range(6)] == [40000, 40000, 50000, 50000, 0, 0]


def test_a_device_that_comes_back_is_searched_where_it_was() -> None:
    reads, device = searched()
    polled(reads, device)
    reads.forget()
    assert [first_address(reads) for _ in range(6)] == [40000] * 6
    assert polled(reads, device)


def refuse_all(reads: Reads) -> None:
    for _ in reads:
        reads.refused()


def test_a_device_without_the_tables_models_is_no_such_device() -> None:
    reads, _ = searched()
    with pytest.raises(ModbusFault, match="found: none"):
        refuse_all(reads)


def answer_all(reads: Reads, places: dict[int, bytes]) -> None:
    for read in reads:
        read.decoder.readings(places.get(read.request.address, b""), 0)


def test_a_device_that_lacked_its_model_at_first_is_searched_again_where_it_was() -> None:
    reads, device = searched()
    for _ in range(2):
        with pytest.raises(ModbusFault, match="no model of sunspec_201_204"):
            answer_all(reads, {40000: b"SunS", 40002: b"\xff\xff\x00\x00"})
        assert not reads.refused()  # of the next search nothing was asked yet
    assert polled(reads, device)["active_energy_import"] == 1.0
