"""The evidence that a display, the device's registers and the database say the same: who looked, when, at what."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from collector.conversion import convert, ratio_to_canonical
from collector.probing.comparing import Compared
from collector.probing.probing import Visit
from config.meters.meter import Meter, ModbusSource
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import ModbusBus, ModbusRtuBus, MqttBroker
from gateway.operations.audit import DISPLAY_CHECKED
from zaehlwerk.composition import House

FIRST_MODEL = "1"  # a visit looks at the first of several meters behind an inverter
_NEWEST_WITHIN = timedelta(days=1)


def keep_comparison(house: House, visit: Visit, source: ModbusBus, who: str) -> list[str]:
    """Write every comparison of a visit into the audit trail; return their subjects: meter ids, or the device."""
    meters = meters_at(house.portfolio, source, visit.unit)
    subjects = []
    for compared in visit.compared:
        meter = _meter_of(compared, meters)
        subject = meter.id if meter else f"{visit.endpoint} unit {visit.unit}"
        house.operations.audit.record(who, DISPLAY_CHECKED, subject, _detail(house, visit, compared, meter))
        subjects.append(subject)
    return subjects


def bus_at(portfolio: Portfolio, source: ModbusBus) -> str | None:
    """Return the id of the bus that a portfolio has at an address; None if it has none there."""
    return next(iter(_buses_at(portfolio, source)), None)


def meters_at(portfolio: Portfolio, source: ModbusBus, unit: int) -> list[Meter]:
    """Return the meters that are read from a unit at an address."""
    buses = _buses_at(portfolio, source)
    return [
        meter
        for meter in portfolio.meters.values()
        if isinstance(meter.source, ModbusSource) and meter.source.bus in buses and meter.source.device == unit
    ]


def _buses_at(portfolio: Portfolio, source: ModbusBus) -> list[str]:
    buses = [one for one in portfolio.sources if not isinstance(one, MqttBroker)]
    return [one.id for one in buses if _address(one) == _address(source)]


def _meter_of(compared: Compared, meters: Sequence[Meter]) -> Meter | None:
    """The meter of a display: on a device with several, the one on the channel whose register was read."""
    fitting = [one for one in meters if one.quantity == compared.display.quantity]
    phase = compared.register.phase if compared.register else compared.display.phase
    channels = {one.source.channel: one for one in fitting if isinstance(one.source, ModbusSource)}
    whole = channels.get(None) or channels.get(FIRST_MODEL)
    return channels.get(phase) or (whole if compared.display.phase is None else None)


def _address(source: ModbusBus) -> tuple[str, int]:
    return (source.device, 0) if isinstance(source, ModbusRtuBus) else (source.host, source.port)


def _detail(house: House, visit: Visit, compared: Compared, meter: Meter | None) -> dict[str, Any]:
    display = compared.display
    detail: dict[str, Any] = {
        "quantity": display.quantity,
        "display": str(display.value),
        "unit": display.unit,
        "read": compared.read,
        "agrees": compared.agrees,
        "profile": visit.checked.profile.id if visit.checked else None,
    }
    stored = _stored(house, compared, meter)
    return detail if stored is None else detail | stored


def _stored(house: House, compared: Compared, meter: Meter | None) -> dict[str, Any] | None:
    if meter is None:
        return None
    series = house.store.read(meter.id, meter.quantity, house.clock() - _NEWEST_WITHIN)
    if not len(series):
        return {"stored": None}
    value = convert(float(series.value[-1]), 1 / ratio_to_canonical(compared.display.unit, meter.quantity))
    agrees = Compared(compared.display, value).agrees
    return {"stored": value, "stored_at_ms": int(series.time_ms[-1]), "stored_agrees": agrees}
