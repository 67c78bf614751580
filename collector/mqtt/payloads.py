"""What a payload says: one function per format, found in a table.

A format is compiled once per meter from the paths to value and time; what it gives back is as it was written.
Checking and converting are the same for all.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

import msgspec

from config.errors import InvalidReading

Payload = Callable[[bytes], tuple[Any, Any]]
Format = Callable[[str, str | None], Payload]
ARRIVAL: Final = object()  # in place of a time: the payload has none by design, the time of arrival counts


def json_payload(value_path: str, time_path: str | None) -> Payload:
    """JSON with dotted paths; a part of a path that is a number picks from a list."""
    value_at = path_in(value_path)
    time_at = None if time_path is None else path_in(time_path)

    def read(payload: bytes) -> tuple[Any, Any]:
        try:
            document = _decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidReading("not_json", str(error)) from error
        try:
            value = value_at(document)
        except (LookupError, TypeError):
            raise InvalidReading("no_value", f"nothing at {value_path!r}") from None
        if time_at is None:
            return value, ARRIVAL
        try:
            return value, time_at(document)
        except (LookupError, TypeError):
            raise InvalidReading("no_time", f"nothing at {time_path!r}") from None

    return read


def plain_payload(_value_path: str, _time_path: str | None) -> Payload:
    """A bare number as text."""

    def read(payload: bytes) -> tuple[Any, Any]:
        try:
            return payload.decode("ascii").strip(), ARRIVAL
        except UnicodeDecodeError as error:
            raise InvalidReading("not_a_number", str(error)) from error

    return read


def path_in(path: str) -> Callable[[Any], Any]:
    """Return what looks a dotted path up; it raises `LookupError` or `TypeError` for nothing."""
    parts = path.split(".")
    if len(parts) == 1 and not path.isdecimal():
        return itemgetter(path)

    def follow(document: Any) -> Any:
        for part in parts:
            document = document[int(part) if isinstance(document, list) and part.isdecimal() else part]
        return document

    return follow


_decode = msgspec.json.Decoder().decode

FORMATS: dict[str, Format] = {"json": json_payload, "plain": plain_payload}
