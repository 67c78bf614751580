"""A bare number as text."""

from collections.abc import Sequence

from collector.mqtt.formats import guessing
from collector.mqtt.formats.family import Family, Found, Offer, Read, Selection
from collector.mqtt.payloads import ARRIVAL
from collector.numbers import number
from config.errors import InvalidReading


def text_of(payload: bytes) -> str:
    """Return the payload as text without the space around it; raises `InvalidReading`."""
    try:
        return payload.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise InvalidReading("not_a_number", str(error)) from error


def is_number(payload: bytes) -> bool:
    """Say whether a payload is a bare number."""
    try:
        number(text_of(payload))
    except InvalidReading:
        return False
    return True


def _read(_selection: Selection) -> Read:
    return lambda _topic, payload: (Found(text_of(payload)),)


def _offers(topic: str, payload: bytes) -> Sequence[Offer]:
    if not is_number(payload):
        return ()
    unit = guessing.unit(topic)
    return (Offer("", number(text_of(payload)), unit, guessing.quantity(topic, unit), ARRIVAL),)


PLAIN = Family("plain", _read, _offers)
