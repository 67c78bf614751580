"""Every shipped device table, from the simulated device's registers to readings."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.modbus.decode import BlockDecoder, Series, decode
from collector.modbus.device import devices_of
from collector.modbus.plan import plan
from collector.simulation.registers import SimulatedDevice
from config.errors import ConfigurationError
from config.meters import Meter, ModbusSource
from config.profiles import DeviceProfile, load_profiles
from tests.unit.collector.portfolio import modbus_meter, profile, register

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TABLES = {table.id: table for table in load_profiles().values() if not table.is_template and not table.relative}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_series_of_a_table_is_read_from_its_simulated_device(table: DeviceProfile) -> None:
    quantity = next((name for name in table.series if "energy" in name), next(iter(table.series)))
    source = ModbusSource("bus", 1, table.id, timedelta(minutes=1), tuple(table.series))
    meter = Meter("meter", "schule", "electricity_import", "kWh", quantity, source=source)
    shown = 4711.0 if "energy" in quantity else 17.0
    device = SimulatedDevice(table, (meter,), lambda _meter, _now: shown)
    readings: dict[str, float] = {}
    for block in plan(table, list(table.series.values())):
        payload = device.answer(block.function_code, block.address, block.count, NOW)
        assert payload is not None
        series = [Series("meter", name, one) for name, one in table.series.items() if one in block.registers]
        readings |= {reading.quantity: reading.value for reading in BlockDecoder(block, series).readings(payload, 0)}
    assert readings.keys() == table.series.keys()
    assert readings[quantity] == pytest.approx(shown, rel=3e-3)  # some count in tenths of megawatt hours
    assert len(devices_of([meter], {table.id: table})["bus"]) == 1


def test_a_table_whose_scale_stands_in_the_device_is_refused_rather_than_misread() -> None:
    scaled = register("active_energy_import", 0, scale_register=2)
    with pytest.raises(ConfigurationError, match="scale register"):
        decode(scaled, bytes(4))


def test_a_table_that_has_to_be_found_on_the_device_first_is_refused() -> None:
    table = profile(register("active_energy_import", 0), relative=True)
    with pytest.raises(ConfigurationError, match="counts its addresses"):
        devices_of([modbus_meter("strom", 1)], {"test_meter": table})
