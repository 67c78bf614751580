"""A portfolio in one line."""

from collections import Counter
from collections.abc import Mapping, Sized

from config.meters.meter import ByHandSource, Meter, ModbusSource, MqttSource
from config.portfolio.portfolio import Portfolio
from config.profiles.registers import DeviceProfile


def inventory(portfolio: Portfolio, profiles: Mapping[str, DeviceProfile]) -> str:
    """Say what a portfolio holds."""
    kinds = Counter(_kind(meter) for meter in portfolio.meters.values())
    how = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    counts = (
        _counted(portfolio.municipalities, "municipality", "municipalities"),
        _counted(portfolio.properties, "property", "properties"),
        _counted(portfolio.meters, "meter", "meters") + (f" ({how})" if how else ""),
        _counted(portfolio.measures, "measure", "measures"),
        _counted(portfolio.sources, "source", "sources"),
        _counted(portfolio.people, "person", "people"),
        _counted(profiles, "device profile", "device profiles"),
    )
    return f"{portfolio.district.name}: {', '.join(counts)}"


def _counted(things: Sized, one: str, several: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else several}"


def _kind(meter: Meter) -> str:
    if meter.is_virtual:
        return "virtual"
    match meter.source:
        case ModbusSource():
            return "Modbus"
        case MqttSource():
            return "MQTT"
        case ByHandSource():
            return "by hand"
        case _:
            return "pushed"
