"""Line protocol: the text form in which InfluxDB takes points.

The encoder exists because the client's `Point` objects cost five times as much: what does not change from point to
point, measurement and escaped tags, is made once a batch.
Source: InfluxDB 2 documentation, "Line protocol".
"""

import math
from collections.abc import Iterable

from config.errors import InvalidReading
from gateway.reading import Reading

MEASUREMENT = "reading"

_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
# InfluxDB keeps nanoseconds in 64 bits, less the two values that mean "no time".
_EARLIEST_MS = -(2**63 - 2) // 1_000_000 + 1
_LATEST_MS = (2**63 - 2) // 1_000_000


def encode(readings: Iterable[Reading]) -> bytes:
    """Return one line per reading, time in milliseconds, values always as floats.

    Raises `InvalidReading` for what line protocol cannot say: see `demand_encodable`.
    """
    heads: dict[str, str] = {}
    tails: dict[str, str] = {}
    lines = []
    for meter, quantity, time_ms, value in readings:
        head = heads.get(meter) or heads.setdefault(meter, _head(meter))
        tail = tails.get(quantity) or tails.setdefault(quantity, _tail(quantity))
        if not (math.isfinite(value) and _EARLIEST_MS <= time_ms <= _LATEST_MS):
            demand_encodable(Reading(meter, quantity, time_ms, value))
        lines.append(f"{head}{tail}{float(value)!r} {time_ms}")
    return "\n".join(lines).encode()


def demand_encodable(reading: Reading) -> None:
    """Raise `InvalidReading` for a tag without a form, a value that is not finite, a time outside 1678 to 2261."""
    _head(reading.meter)
    _tail(reading.quantity)
    if not math.isfinite(reading.value):
        raise InvalidReading("not_a_number", f"{reading.meter} {reading.quantity}: {reading.value} is not finite")
    if not _EARLIEST_MS <= reading.time_ms <= _LATEST_MS:
        raise InvalidReading("time_out_of_range", f"{reading.meter} {reading.quantity}: {reading.time_ms} ms")


def _head(meter: str) -> str:
    return f"{MEASUREMENT},meter={_tag(meter)}"


def _tail(quantity: str) -> str:
    return f",quantity={_tag(quantity)} value="


def _tag(text: str) -> str:
    # A backslash before a special character has no unambiguous form, and a line break ends the line.
    if not text or "\\" in text or not text.isprintable():
        raise InvalidReading("not_encodable", f"{text!r} cannot be a tag's value")
    return text.translate(_ESCAPES)
