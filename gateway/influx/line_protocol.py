"""Line protocol: the text form in which InfluxDB takes points.

The encoder exists because the client's `Point` objects cost five times as much: what does not change from point to
point, measurement and escaped tags, is made once a batch.
Source: InfluxDB 2 documentation, "Line protocol".
"""

import math
from collections.abc import Iterable

from config.errors import InvalidReading
from gateway.reading import Reading
from gateway.touched import Firsts, note_late

MEASUREMENT = "reading"
TOUCHED = "touched"

_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})
# InfluxDB keeps nanoseconds in 64 bits, less the two values that mean "no time".
EARLIEST_MS = -(2**63 - 2) // 1_000_000 + 1
LATEST_MS = (2**63 - 2) // 1_000_000


def encode(readings: Iterable[Reading], *, before_ms: int = EARLIEST_MS, late: Firsts | None = None) -> bytes:
    """Return one line per reading, time in milliseconds, values always as floats.

    `late` takes the spans of the readings before `before_ms`. Raises `InvalidReading` for what line protocol cannot
    say: see `demand_encodable`.
    """
    heads: dict[str, str] = {}
    tails: dict[str, str] = {}
    lines = []
    for meter, quantity, time_ms, value in readings:
        head = heads.get(meter) or heads.setdefault(meter, _head(meter))
        tail = tails.get(quantity) or tails.setdefault(quantity, _tail(quantity))
        if not (math.isfinite(value) and before_ms <= time_ms <= LATEST_MS):
            demand_encodable(Reading(meter, quantity, time_ms, value))
            if late is not None:
                note_late(late, meter, time_ms)
        lines.append(f"{head}{tail}{float(value)!r} {time_ms}")
    return "\n".join(lines).encode()


def encode_late(late: Firsts, arrival_ms: int) -> bytes:
    """Return one line per span that was touched late, each behind a line break.

    It stands at the span's first late time, so that it is kept wherever the reading of that time is.
    """
    field = f" arrival={float(arrival_ms)!r} "
    return "".join(
        f"\n{TOUCHED},meter={_tag(meter)}{field}{first_ms}" for (meter, _), first_ms in late.items()
    ).encode()


def demand_encodable(reading: Reading) -> None:
    """Raise `InvalidReading` for a tag without a form, a value that is not finite, a time outside 1678 to 2261."""
    _head(reading.meter)
    _tail(reading.quantity)
    if not math.isfinite(reading.value):
        raise InvalidReading("not_a_number", f"{reading.meter} {reading.quantity}: {reading.value} is not finite")
    if not EARLIEST_MS <= reading.time_ms <= LATEST_MS:
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
