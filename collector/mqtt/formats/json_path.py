"""Any JSON: the portfolio names the paths of value, time and unit."""

from collections.abc import Sequence
from typing import Any

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import (
    MOST_NUMBERS,
    at,
    conditions,
    configured_time,
    document_of,
    is_meant,
    numbers,
    offered,
)
from collector.mqtt.formats.family import NOT_MINE, Family, Found, Offer, Read, Selection
from collector.mqtt.payloads import ARRIVAL, path_in
from config.errors import InvalidReading

_TIME_NAMES = ("ts", "time", "timestamp", "Time", "datetime", "zeit", "zeitstempel")


def _read(selection: Selection) -> Read:
    value_at, where = path_in(selection.value), conditions(selection)
    time_of, unit_at = configured_time(selection), at(selection.unit) if selection.unit else None

    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        document = document_of(payload)
        if not is_meant(document, where):
            return NOT_MINE
        try:
            value = value_at(document)
        except (LookupError, TypeError):
            raise InvalidReading("no_value", f"nothing at {selection.value!r}") from None
        time = ARRIVAL if time_of is None else time_of(document)
        return (Found(value, time, _unit(unit_at(document), selection) if unit_at else None),)

    return read


def _unit(found: Any, selection: Selection) -> str:
    if not isinstance(found, str):
        raise InvalidReading("unknown_unit", f"no unit at {selection.unit!r}")
    return found


def _offers(_topic: str, payload: bytes) -> Sequence[Offer]:
    document = offered(payload)
    if not isinstance(document, dict | list):
        return ()
    named = document if isinstance(document, dict) else {}
    time_name = next((name for name in _TIME_NAMES if name in named), None)
    time = named[time_name] if time_name else ARRIVAL
    found = [(path, value) for path, value in numbers(document) if path != time_name][:MOST_NUMBERS]
    units = [guessing.unit(path) for path, _ in found]
    return [
        Offer(path, value, unit, guessing.quantity(path, unit), time)
        for (path, value), unit in zip(found, units, strict=True)
    ]


def time_path(payload: bytes) -> str | None:
    """Return the path of what is probably the time of a JSON object."""
    document = offered(payload)
    named = document if isinstance(document, dict) else {}
    return next((name for name in _TIME_NAMES if name in named), None)


JSON = Family("json", _read, _offers)
