"""Which registers of a device become which series of a meter, channel and phase included. Pure."""

from collector.modbus.decode import Series
from collector.modbus.plan import wanted_registers, with_power
from config.errors import ConfigurationError
from config.meters.meter import Meter, ModbusSource
from config.profiles.registers import DeviceProfile, Register, series_name


def series_of(meter: Meter, source: ModbusSource, profile: DeviceProfile) -> tuple[Series, ...]:
    """Return what is kept of a meter: its quantity, those its source names, and the power if it comes for nothing.

    A meter on a channel or phase keeps that channel's registers under the plain names of its quantities: for the
    meter it is all there is. What a channel does not have is taken from the whole device.
    """
    channel = _within(profile, source.channel)
    if channel is None:
        registers = with_power(profile, wanted_registers(profile, (meter.quantity, *source.quantities)))
        return tuple(Series(meter.id, series_name(register), register) for register in dict.fromkeys(registers))
    own = Series(meter.id, meter.quantity, register_of(profile, meter.quantity, channel))
    found = {own.quantity: own}
    for quantity in source.quantities:
        for one in _further(meter, profile, quantity, channel):
            found.setdefault(one.quantity, one)
    return tuple(found.values())


def register_of(profile: DeviceProfile, quantity: str, channel: str | None = None) -> Register:
    """Return the register of a quantity on a channel; raises `ConfigurationError` for one that does not exist."""
    channel = _within(profile, channel)
    if channel is None:
        return wanted_registers(profile, (quantity,))[0]
    name = f"{quantity}.{channel}"
    if name not in profile.series:
        channels = ", ".join(profile.channels(quantity))
        raise ConfigurationError(f"profile {profile.id} has no {quantity!r} on channel {channel!r} (has: {channels})")
    return profile.series[name]


def _within(profile: DeviceProfile, channel: str | None) -> str | None:
    # A number chose the model on a device that was searched; inside of it there are phases alone.
    return None if channel is None or (profile.is_located and channel.isdecimal()) else channel


def _further(meter: Meter, profile: DeviceProfile, quantity: str, channel: str) -> list[Series]:
    if f"{quantity}.{channel}" in profile.series:
        return [Series(meter.id, quantity, profile.series[f"{quantity}.{channel}"])]
    return [Series(meter.id, series_name(one), one) for one in wanted_registers(profile, (quantity,))]
