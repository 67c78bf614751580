"""Which simulated device answers behind which unit id."""

from datetime import UTC, datetime, timedelta

import pytest

from collector.modbus.reads import reads_of
from collector.modbus.sunspec import models
from collector.simulation.registers import Refusal
from collector.simulation.servers.answers import Unit
from collector.simulation.units import units_of
from config.errors import ConfigurationError
from config.meters.meter import Meter, ModbusSource
from config.portfolio.sources import ModbusTcpBus
from config.profiles.files import load_profiles

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BUS = ModbusTcpBus("bus", "127.0.0.1")
TABLES = load_profiles()


def meter(
    name: str, table: str, *, unit: int = 1, channel: str | None = None, quantity: str = "active_energy_import"
) -> Meter:
    source = ModbusSource("bus", unit, table, timedelta(minutes=1), channel=channel)
    return Meter(name, "schule", "electricity_import", "kWh", quantity, source=source)


def pv() -> Meter:
    return meter("netz", "sunspec_inverter", quantity="active_energy_export")


def value(one: Meter, _now: datetime) -> float | None:
    return None if one.id == "tot" else {"netz": 4711.0, "netz-2": 4712.0, "halle": 815.0}[one.id]


def read(unit: Unit, one: Meter) -> float:
    assert isinstance(one.source, ModbusSource)
    found = []
    for step in reads_of(1, TABLES[one.source.profile], [(one, one.source)]):
        payload = unit.answer(step.request.function_code, step.request.address, step.request.count, NOW)
        assert payload is not None
        found += step.decoder.readings(payload, 0)
    return next(reading.value for reading in found if reading.quantity == one.quantity)


def test_meters_of_several_tables_behind_one_unit_are_all_read() -> None:
    both = [meter("netz", "sunspec_201_204", channel="1"), meter("netz-2", "sunspec_201_204", channel="2")]
    both += [meter("halle", "sunspec_inverter", quantity="active_energy_export")]
    (unit,) = units_of(BUS, both, TABLES, value).values()
    assert [read(unit, one) for one in both] == [4711.0, 4712.0, 815.0]


def test_the_models_of_all_tables_are_found_in_one_walk() -> None:
    (unit,) = units_of(BUS, [pv(), meter("halle", "sunspec_201_204")], TABLES, value).values()

    def answer(address: int, count: int) -> bytes | None:
        try:
            return unit.answer(3, address, count, NOW)
        except Refusal:
            return None

    assert [model.id for model in models(answer)] == [1, 101, 201]


def test_an_ordinary_table_beside_another_one_keeps_its_registers() -> None:
    several = [meter("netz", "eastron_sdm630_v2"), meter("halle", "sunspec_201_204")]
    (unit,) = units_of(BUS, several, TABLES, value).values()
    assert [read(unit, one) for one in several] == [4711.0, 815.0]


def test_a_unit_dies_as_a_whole() -> None:
    units = units_of(BUS, [meter("netz", "sunspec_211_214"), meter("tot", "sunspec_201_204")], TABLES, value)
    assert units[1].is_dead(NOW)
    assert units[1].answer(3, 40000, 2, NOW) is None


def test_a_meter_of_another_bus_is_not_behind_this_one() -> None:
    assert units_of(ModbusTcpBus("other", "127.0.0.1"), [meter("netz", "sunspec_211_214")], TABLES, value) == {}


def test_a_table_that_does_not_exist_is_named_with_its_meter() -> None:
    with pytest.raises(ConfigurationError, match="meter netz: no device profile has the id 'none'"):
        units_of(BUS, [meter("netz", "none")], TABLES, value)
