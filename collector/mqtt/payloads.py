"""What a payload says: one function per format, found in a table.

A format turns bytes into value and time as they were written; checking and converting them is the same for all.
"""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from config.errors import InvalidReading

Format = Callable[[bytes | bytearray, str, str | None], tuple[Any, Any]]
LONGEST_QUOTE = 60


def value_and_time(form: str, payload: bytes | bytearray, value_path: str, time_path: str | None) -> tuple[Any, Any]:
    """Return value and time as written (time None where the payload has none); raises `InvalidReading`."""
    return FORMATS[form](payload, value_path, time_path)


def number(written: Any) -> float:
    """Return a finite number; numbers written as text count, truth values do not. Raises `InvalidReading`."""
    if type(written) is float or type(written) is int:
        value = float(written)
    elif isinstance(written, str):
        value = _from_text(written)
    else:
        raise InvalidReading("not_a_number", f"{_quoted(written)} is no number")
    if not math.isfinite(value):
        raise InvalidReading("not_a_number", f"{_quoted(written)} is not finite")
    return value


def at_path(document: Any, path: str) -> Any:
    """Follow a dotted path; a part that is a number picks from a list. Raises `KeyError` where it leads nowhere."""
    for part in path.split("."):
        if isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, dict):
            document = document[part]
        else:
            raise KeyError(path)
    return document


def _json(payload: bytes | bytearray, value_path: str, time_path: str | None) -> tuple[Any, Any]:
    try:
        document = _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidReading("not_json", str(error)) from error
    try:
        value = at_path(document, value_path)
    except KeyError:
        raise InvalidReading("no_value", f"nothing at {value_path!r}") from None
    if time_path is None:
        return value, None
    try:
        return value, at_path(document, time_path)
    except KeyError:
        raise InvalidReading("no_time", f"nothing at {time_path!r}") from None


def _plain(payload: bytes | bytearray, _value_path: str, _time_path: str | None) -> tuple[Any, Any]:
    try:
        return payload.decode("ascii").strip(), None
    except UnicodeDecodeError as error:
        raise InvalidReading("not_a_number", str(error)) from error


def _from_text(text: str) -> float:
    try:
        return float(text if "_" not in text else "")
    except ValueError:
        raise InvalidReading("not_a_number", f"{_quoted(text)} is no number") from None


def _quoted(written: Any) -> str:
    return repr(written)[:LONGEST_QUOTE]


_decode = msgspec.json.Decoder().decode

FORMATS: dict[str, Format] = {"json": _json, "plain": _plain}
