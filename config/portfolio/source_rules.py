"""Which keys belong to which kind of source, at the district and at a meter, and what a profile must offer."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from config.meters.rules import quantity_of
from config.meters.schema import MeterEntry, MeterSourceEntry
from config.mqtt.rules import broker_findings, mqtt_findings
from config.parsing.spelling import did_you_mean
from config.parsing.yaml_places import Finding
from config.portfolio.schema import SourceEntry
from config.profiles.registers import DeviceProfile

# kind of source -> (keys it needs, keys it may have)
_SOURCE_KEYS = MappingProxyType(
    {
        "mqtt": (("url",), ("username", "password_env", "edges", "discover", "topics", "format", "value", "time")),
        "modbus_tcp": (("host",), ("port",)),
        "modbus_rtu": (("device",), ("baud", "parity", "stop_bits")),
        "modbus_rtu_tcp": (("host",), ("port",)),
        "modbus_udp": (("host",), ("port",)),
    }
)
_MODBUS = (("device", "profile"), ("every", "quantities", "channel"))
_METER_KEYS = MappingProxyType(
    {
        "mqtt": ((), ("topic", "value", "time", "format", "unit", "where", "every", "availability")),
        "modbus_tcp": _MODBUS,
        "modbus_rtu": _MODBUS,
        "modbus_rtu_tcp": _MODBUS,
        "modbus_udp": _MODBUS,
        "by_hand": ((), ()),
        "push": ((), ()),
    }
)
_WAYS = ("from", "by_hand", "push")


def source_findings(value: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield missing and misplaced keys of a district's source."""
    kind = str(value.get("kind"))
    if kind in _SOURCE_KEYS:
        yield from _key_findings(
            value, f"a source of kind {kind}", ("id", "kind"), _SOURCE_KEYS[kind], SourceEntry.yaml_keys()
        )
    if kind == "mqtt":
        yield from broker_findings(value)


def meter_source_findings(
    entry: MeterEntry,
    value: Mapping[str, Any],
    kinds: Mapping[str, str] | None,
    profiles: Mapping[str, DeviceProfile],
) -> Iterator[Finding]:
    """Yield what is wrong with a meter's source; `kinds` are the district's sources (None: not known)."""
    ways = [way for way in _WAYS if value.get(way) not in (None, False)]
    if len(ways) != 1:
        yield ("source",), "a source is exactly one of: from a source, by_hand, push", ", ".join(_WAYS)
        return
    kind = ways[0]
    if kind == "from":
        if kinds is None:
            return
        if value["from"] not in kinds:
            message = f"unknown source {value['from']!r}{did_you_mean(value['from'], kinds)}"
            yield ("source", "from"), message, ", ".join(kinds)
            return
        kind = kinds[value["from"]]
    what = f"a meter on {value['from']!r} ({kind})" if "from" in value else f"a {kind} source"
    if kind in _METER_KEYS:
        keys = _key_findings(value, what, (ways[0],), _METER_KEYS[kind], MeterSourceEntry.yaml_keys())
        yield from ((("source", *where), message, allowed) for where, message, allowed in keys)
    if kind == "mqtt":
        yield from ((("source", *where), message, allowed) for where, message, allowed in mqtt_findings(value, what))
    if kind.startswith("modbus") and entry.source is not None and entry.source.profile is not None:
        yield from _profile_findings(entry, entry.source, entry.source.profile, profiles)


def _key_findings(
    value: Mapping[str, Any],
    what: str,
    always: tuple[str, ...],
    keys: tuple[tuple[str, ...], tuple[str, ...]],
    known: Iterable[str],
) -> Iterator[Finding]:
    needed, possible = keys
    allowed = (*always, *needed, *possible)
    for key in value:
        if key in known and key not in allowed:
            yield (key,), f"the key {key!r} does not belong to {what}", ", ".join(allowed)
    for key in needed:
        if value.get(key) is None:
            yield (), f"{what} needs the key {key!r}", ""


def _profile_findings(
    entry: MeterEntry, source: MeterSourceEntry, name: str, profiles: Mapping[str, DeviceProfile]
) -> Iterator[Finding]:
    usable = [profile.id for profile in profiles.values() if not profile.is_template]
    if name not in usable:
        message = f"unknown profile {name!r}{did_you_mean(name, usable)}"
        if name in profiles:
            message = f"the profile {name!r} is a template; it cannot be read directly"
        yield ("source", "profile"), message, ", ".join(usable)
        return
    profile = profiles[name]
    own = quantity_of(entry)
    channel = source.channel
    if channel is not None and not (profile.relative and channel.isdecimal()):
        if channel not in profile.channels(own):
            message = f"the profile {name!r} has no channel or phase {channel!r} for {own!r}"
            yield ("source", "channel"), message, ", ".join(profile.channels(own)) or "none"
    elif own not in profile.series and profile.channels(own):
        message = f"the profile {name!r} has {own!r} on several channels: say which in `channel`"
        yield ("source",), message, ", ".join(profile.channels(own))
    elif own not in profile.series:
        place = ("quantity",) if entry.quantity is not None else ("source", "profile")
        yield place, f"the profile {name!r} has no register for {own!r}", ", ".join(profile.series)
    # A quantity that the device has per phase only stands for all of its phases.
    known = {*profile.series, *(register.quantity for register in profile.series.values())}
    for index, quantity in enumerate(source.quantities):
        if quantity not in known:
            message = f"the profile {name!r} has no register for {quantity!r}{did_you_mean(quantity, profile.series)}"
            yield ("source", "quantities", index), message, ", ".join(profile.series)
