"""The payload of Sparkplug B: metrics with name or alias, time and value. Source: eclipse-tahu sparkplug_b.proto."""

from dataclasses import dataclass

from collector.mqtt.formats.protobuf import bytes_field, fields, float32, float64, varint_field
from config.errors import InvalidReading

REBIRTH = "Node Control/Rebirth"
BOOLEAN = 11
# datatype -> bits of the two's complement in which a negative number travels
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
_NUMBERS = frozenset(range(1, 11))
_INT, _LONG, _FLOAT, _DOUBLE = 10, 11, 12, 13


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; `value` None: null, or no number. `raw` is how an integer travelled, before its sign is known."""

    name: str | None = None
    alias: int | None = None
    time_ms: int | None = None
    datatype: int | None = None
    is_historical: bool = False
    value: float | int | None = None
    unit: str | None = None

    def signed(self, datatype: int | None) -> float | int | None:
        """Return the value with the sign that a datatype gives it; None for what is no number."""
        kind = datatype if self.datatype is None else self.datatype
        if kind is not None and kind not in _NUMBERS:
            return None
        if not isinstance(self.value, int):
            return self.value
        bits = _SIGNED.get(kind or 0)
        if bits is None:
            return self.value
        low = self.value & (1 << bits) - 1
        return low - (1 << bits) if low >> (bits - 1) else low


@dataclass(frozen=True, slots=True)
class SparkplugPayload:
    """A message; `seq` None: it carries none (a node's death)."""

    time_ms: int | None
    seq: int | None
    metrics: tuple[Metric, ...]


def payload_of(message: bytes) -> SparkplugPayload:
    """Decode a message; raises `InvalidReading`."""
    time_ms = seq = None
    metrics = []
    for number, _, value in fields(message):
        if number == 1 and isinstance(value, int):
            time_ms = value
        elif number == 2 and isinstance(value, bytes):
            metrics.append(_metric(value))
        elif number == 3 and isinstance(value, int):
            seq = value
    return SparkplugPayload(time_ms, seq, tuple(metrics))


def rebirth_request(time_ms: int) -> bytes:
    """Return the command that makes a node tell its names, aliases and values again."""
    metric = bytes_field(1, REBIRTH.encode()) + varint_field(4, BOOLEAN) + varint_field(14, 1)
    return varint_field(1, time_ms) + bytes_field(2, metric)


def _metric(message: bytes) -> Metric:
    found: dict[int, int | bytes] = {number: value for number, _, value in fields(message)}
    name, properties = found.get(1), found.get(9)
    return Metric(
        name=_text(name) if isinstance(name, bytes) else None,
        alias=_whole(found.get(2)),
        time_ms=_whole(found.get(3)),
        datatype=_whole(found.get(4)),
        is_historical=bool(found.get(5)),
        value=None if found.get(7) else _value(found),
        unit=_unit(properties) if isinstance(properties, bytes) else None,
    )


def _value(found: dict[int, int | bytes]) -> float | int | None:
    for number, value in found.items():
        if number in {_INT, _LONG} and isinstance(value, int):
            return value
        if number == _FLOAT and isinstance(value, bytes) and len(value) == 4:
            return float(f"{float32(value):.7g}")  # as it was written: 0.1 and not 0.10000000149
        if number == _DOUBLE and isinstance(value, bytes) and len(value) == 8:
            return float64(value)
    return None


def _whole(value: int | bytes | None) -> int | None:
    return value if isinstance(value, int) else None


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidReading("not_protobuf", str(error)) from error


def _unit(properties: bytes) -> str | None:
    keys, values = [], []
    for number, _, value in fields(properties):
        if number == 1 and isinstance(value, bytes):
            keys.append(_text(value))
        elif number == 2 and isinstance(value, bytes):
            texts = [one for field, _, one in fields(value) if field == 8]
            values.append(texts[0] if texts else None)
    written = dict(zip(keys, values, strict=False)).get("engUnit")
    return _text(written) if isinstance(written, bytes) else None
