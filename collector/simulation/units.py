"""The simulated devices behind the unit ids of a bus."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.simulation.registers import SimulatedDevice, Values
from collector.simulation.servers.answers import Unit
from collector.simulation.sunspec import FIRST_MODEL
from config.errors import ConfigurationError
from config.meters.meter import Meter, ModbusSource
from config.portfolio.sources import ModbusBus
from config.profiles.registers import DeviceProfile


@dataclass(frozen=True)
class SharedUnit:
    """Several tables behind one unit id, such as an inverter and the meter that it reads."""

    devices: tuple[SimulatedDevice, ...]

    def answer(self, function_code: int, address: int, count: int, now: datetime) -> bytes | None:
        """Answer by the table that lists the address; the last one of several, as its model stands over an end."""
        if self.is_dead(now):
            return None
        listing = [device for device in self.devices if device.lists(function_code, address)]
        return (listing or self.devices)[-1].answer(function_code, address, count, now)

    def is_dead(self, now: datetime) -> bool:
        """Say whether any of its tables is: a unit dies as a whole."""
        return any(device.is_dead(now) for device in self.devices)


def units_of(
    bus: ModbusBus, meters: Iterable[Meter], profiles: Mapping[str, DeviceProfile], values: Values
) -> dict[int, Unit]:
    """Return what answers on a bus, by unit id; raises `ConfigurationError` for a profile that does not exist."""
    groups: dict[int, dict[str, list[Meter]]] = {}
    for meter in meters:
        if isinstance(meter.source, ModbusSource) and meter.source.bus == bus.id:
            tables = groups.setdefault(meter.source.device, {})
            tables.setdefault(_known(meter, meter.source, profiles), []).append(meter)
    return {unit: _unit(tables, profiles, values) for unit, tables in groups.items()}


def _unit(tables: Mapping[str, Sequence[Meter]], profiles: Mapping[str, DeviceProfile], values: Values) -> Unit:
    devices: list[SimulatedDevice] = []
    first = FIRST_MODEL
    for name, group in tables.items():
        devices.append(SimulatedDevice(profiles[name], tuple(group), values, first))
        first = devices[-1].end_of_models
    return devices[0] if len(devices) == 1 else SharedUnit(tuple(devices))


def _known(meter: Meter, source: ModbusSource, profiles: Mapping[str, DeviceProfile]) -> str:
    if source.profile not in profiles:
        raise ConfigurationError(f"meter {meter.id}: no device profile has the id {source.profile!r}")
    return source.profile
