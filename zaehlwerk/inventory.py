"""A portfolio in one line."""

from collections import Counter
from collections.abc import Mapping

from config.meters import ByHandSource, Meter, ModbusSource, MqttSource
from config.portfolio import Portfolio
from config.profiles import DeviceProfile


def inventory(portfolio: Portfolio, profiles: Mapping[str, DeviceProfile]) -> str:
    """Say what a portfolio holds."""
    kinds = Counter(_kind(meter) for meter in portfolio.meters.values())
    how = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    counts = (
        f"{len(portfolio.municipalities)} municipalities",
        f"{len(portfolio.properties)} properties",
        f"{len(portfolio.meters)} meters ({how})" if portfolio.meters else "0 meters",
        f"{len(portfolio.measures)} measures",
        f"{len(portfolio.sources)} sources",
        f"{len(portfolio.people)} people",
        f"{len(profiles)} device profiles",
    )
    return f"{portfolio.district.name}: {', '.join(counts)}"


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
