"""Line protocol: the text form in which InfluxDB takes points.

The encoder exists because the client's `Point` objects cost five times as much: what does not change from point to
point, measurement and escaped tags, is made once per series.
Source: InfluxDB 2 documentation, "Line protocol".
"""

import math
from collections.abc import Iterable
from functools import lru_cache

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
    prefixes: dict[tuple[str, str], str] = {}
    lines = []
    for meter, quantity, time_ms, value in readings:
        prefix = prefixes.get((meter, quantity))
        if prefix is None:
            prefix = prefixes[meter, quantity] = series_prefix(meter, quantity)
        if not (math.isfinite(value) and _EARLIEST_MS <= time_ms <= _LATEST_MS):
            demand_encodable(Reading(meter, quantity, time_ms, value))
        lines.append(f"{prefix}{float(value)!r} {time_ms}")
    return "\n".join(lines).encode()


def series_prefix(meter: str, quantity: str) -> str:
    """Return everything of a line that stands before the value; raises `InvalidReading`."""
    return f"{MEASUREMENT},meter={_tag(meter)},quantity={_tag(quantity)} value="


def demand_encodable(reading: Reading) -> None:
    """Raise `InvalidReading` for a tag without a form, a value that is not finite, a time outside 1678 to 2261."""
    series_prefix(reading.meter, reading.quantity)
    if not math.isfinite(reading.value):
        raise InvalidReading("not_a_number", f"{reading.meter} {reading.quantity}: {reading.value} is not finite")
    if not _EARLIEST_MS <= reading.time_ms <= _LATEST_MS:
        raise InvalidReading("time_out_of_range", f"{reading.meter} {reading.quantity}: {reading.time_ms} ms")


@lru_cache(maxsize=8192)  # a fleet's names come in every batch again
def _tag(text: str) -> str:
    # A backslash before a special character has no unambiguous form, and a line break ends the line.
    if not text or "\\" in text or not text.isprintable():
        raise InvalidReading("not_encodable", f"{text!r} cannot be a tag's value")
    return text.translate(_ESCAPES)
