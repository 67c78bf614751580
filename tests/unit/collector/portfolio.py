"""A small district and device table, made in code, for the tests of the collector."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from config.meters.meter import Meter, ModbusSource, MqttSource
from config.portfolio.portfolio import District, Portfolio
from config.portfolio.properties import Property
from config.portfolio.sources import Source
from config.profiles.registers import ByteOrder, DeviceProfile, GapReads, Register, WordOrder


def register(quantity: str, address: int, **other: Any) -> Register:
    """A float32 register in the quantity's own unit, unless told otherwise."""
    fields: dict[str, Any] = {
        "phase": "total",
        "count": 2,
        "type": "float32",
        "scale": Decimal(1),
        "unit": "W" if quantity.endswith("power") else "kWh",
        "function_code": 4,
        "word_order": WordOrder.MSW_FIRST,
        "byte_order": ByteOrder.BIG,
    }
    return Register(quantity=quantity, address=address, **(fields | other))


def profile(*registers: Register, **other: Any) -> DeviceProfile:
    """A device that allows anything between its registers."""
    fields: dict[str, Any] = {
        "id": "test_meter",
        "manufacturer": "Test",
        "models": ("Test",),
        "kind": "electricity_3ph",
        "max_registers": 60,
        "gap_reads": GapReads.ALLOWED,
        "even_only": False,
        "sources": ("made up",),
    }
    return DeviceProfile(registers=registers, **(fields | other))


ENERGY = register("active_energy_import", 0, count=4, type="float64")
POWER = register("active_power", 10)
METER = profile(ENERGY, POWER)


def modbus_meter(
    name: str, unit: int, *, bus: str = "bus", every_s: float = 0.2, device: str = "test_meter", **other: Any
) -> Meter:
    """An electricity meter behind a bus."""
    source = ModbusSource(bus, unit, device, timedelta(seconds=every_s), other.pop("quantities", ()))
    return Meter(name, "schule", "electricity_import", "kWh", "active_energy_import", source=source, **other)


def mqtt_meter(name: str, topic: str, *, value: str = "kwh", time: str | None = "ts", **other: Any) -> Meter:
    """An electricity meter behind the broker `broker`."""
    source = MqttSource("broker", topic, value, time, other.pop("form", "json"))
    fields: dict[str, Any] = {"unit": "kWh", "quantity": "active_energy_import"} | other
    return Meter(name, "schule", "electricity_import", source=source, **fields)


def portfolio(meters: Sequence[Meter], sources: Sequence[Source] = ()) -> Portfolio:
    """A district with one school that has these meters."""
    district = District("lk-test", "Landkreis Test", "RP", "Europe/Berlin", "02486")
    school = Property("schule", "Grundschule Test", "landkreis", "schulen", meters=tuple(meters))
    return Portfolio(district, (), (), tuple(sources), (school,))
