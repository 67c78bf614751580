"""JSON documents: what stands at a dotted path, and every number in one."""

import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from collector.mqtt.formats.family import Selection
from collector.mqtt.payloads import ARRIVAL, path_in
from config.errors import InvalidReading

MOST_NUMBERS = 200
_DEEPEST = 8
_NOTHING: Final = object()
_decode = msgspec.json.Decoder().decode


def document_of(payload: bytes) -> Any:
    """Return what the JSON says; raises `InvalidReading`."""
    try:
        return _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidReading("not_json", str(error)) from error


def offered(payload: bytes) -> Any:
    """Return what the JSON says, or None where it is none."""
    try:
        return document_of(payload)
    except InvalidReading:
        return None


def at(path: str) -> Callable[[Any], Any]:
    """Return what looks a path up: None for nothing, null and a missing part alike."""
    find = path_in(path)

    def look(document: Any) -> Any:
        try:
            return find(document)
        except (LookupError, TypeError):
            return None

    return look


def configured_time(selection: Selection) -> Callable[[Any], Any] | None:
    """Return what reads the time that the portfolio names; it raises `InvalidReading` where there is none."""
    if selection.time is None:
        return None
    look = at(selection.time)

    def read(document: Any) -> Any:
        found = look(document)
        if found is None:
            raise InvalidReading("no_time", f"nothing at {selection.time!r}")
        return found

    return read


def time_or_arrival(document: Any, look: Callable[[Any], Any]) -> Any:
    """Return the time at a path that a family may leave out."""
    found = look(document)
    return ARRIVAL if found is None else found


def is_meant(document: Any, where: list[tuple[Callable[[Any], Any], str]]) -> bool:
    """Say whether every condition of a meter holds."""
    return all(str(look(document)) == wanted for look, wanted in where)


def conditions(selection: Selection) -> list[tuple[Callable[[Any], Any], str]]:
    """Return the conditions of a meter, ready for `is_meant`."""
    return [(at(path), wanted) for path, wanted in selection.where.items()]


def numbers(document: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    """Yield path and value of every finite number, in the order of the document."""
    if isinstance(document, bool) or depth > _DEEPEST:
        return
    if isinstance(document, int | float) and path and abs(document) <= sys.float_info.max:
        yield path, float(document)
    elif isinstance(document, dict):
        for key, value in document.items():
            yield from numbers(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from numbers(value, f"{path}.{index}" if path else str(index), depth + 1)
