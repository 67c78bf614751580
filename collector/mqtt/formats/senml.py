"""SenML in JSON: a pack of records whose base fields hold for all that follow. Source: RFC 8428, units also RFC 8798.

`value` of the portfolio is a record's full name (base name and name). Several records of a name are several readings.
A record with a sum alone is a counter: the sum is its value.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import document_of, offered
from collector.mqtt.formats.family import Family, Found, Offer, Read, Relative, Selection
from collector.mqtt.formats.vocabulary import spelled
from collector.mqtt.payloads import ARRIVAL
from collector.numbers import number
from config.errors import InvalidReading

_RELATIVE_BELOW_S = 2**28
_BASES = {"bn": "", "bt": 0, "bu": None, "bv": 0, "bs": 0}


class Record(NamedTuple):
    """A record with its base fields in place; `value` None: it has neither number nor sum."""

    name: str
    value: float | None
    unit: str | None
    time: Any


def records(document: Any) -> Iterator[Record]:
    """Yield the records of a pack; raises `InvalidReading` for what is none."""
    if not isinstance(document, list) or not all(isinstance(record, dict) for record in document):
        raise InvalidReading("no_value", "a SenML pack is a list of records")
    base: dict[str, Any] = dict(_BASES)
    for record in document:
        unknown = [label for label in record if label.endswith("_")]
        if unknown:
            raise InvalidReading("unknown_label", f"{unknown[0]!r} must be understood, and is not")
        base |= {label: record[label] for label in _BASES if label in record}
        yield _resolved(record, base)


def _resolved(record: dict[str, Any], base: dict[str, Any]) -> Record:
    value = None
    if "v" in record or ("bv" in base and base["bv"] and "s" not in record and _is_bare(record)):
        value = _sum(base["bv"], record.get("v", 0))
    elif "s" in record:
        value = _sum(base["bs"], record["s"])
    unit = record.get("u", base["bu"])
    return Record(
        f"{base['bn']}{record.get('n', '')}",
        value,
        spelled(unit) if isinstance(unit, str) else None,
        _time(_sum(base["bt"], record.get("t", 0))),
    )


def _is_bare(record: dict[str, Any]) -> bool:
    return not {"vs", "vb", "vd"} & record.keys()


def _sum(base: Any, own: Any) -> float:
    numbers = (base, own)
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        raise InvalidReading("not_a_number", f"{str(own)[:60]!r} is no number")
    # Decimals add up as they are written: 1.1 + 2.2 is 3.3.
    return number(own if base == 0 else float(Decimal(repr(base)) + Decimal(repr(own))))


def _time(seconds: float) -> Any:
    if seconds == 0:
        return ARRIVAL
    return Relative(seconds) if seconds < _RELATIVE_BELOW_S else seconds


def _read(selection: Selection) -> Read:
    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        return [
            Found(record.value, record.time, record.unit)
            for record in records(document_of(payload))
            if record.name == selection.value and record.value is not None
        ]

    return read


def _offers(_topic: str, payload: bytes) -> Sequence[Offer]:
    document = offered(payload)
    try:
        found = list(records(document))
    except InvalidReading:
        return ()
    if not any(isinstance(record, dict) and {"n", "bn"} & record.keys() for record in document):
        return ()
    return [
        Offer(one.name, one.value, one.unit, guessing.quantity(one.name, one.unit), one.time)
        for one in found
        if one.value is not None
    ]


SENML = Family("senml", _read, _offers)
