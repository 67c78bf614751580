"""LoRaWAN network servers: ChirpStack v4 and The Things Stack v3.

Sources: chirpstack-docs integrations/events.md, mqtt.md; lorawan-stack-docs integrations/data-formats. Both give the
time at which the server handled the uplink, so the same uplink delivered twice is the same reading. Where the codec
supplies the meter's own time, the portfolio names its path. Zeros may be left out: what is missing is not stored.
"""

from collections.abc import Callable, Sequence
from typing import Any

from collector.mqtt.formats import guessing
from collector.mqtt.formats.documents import at, configured_time, document_of, numbers, offered
from collector.mqtt.formats.family import NOT_MINE, Family, Found, Offer, Read, Selection
from config.errors import InvalidReading


def _reader(
    body_path: str, time_path: str, *, is_test: Callable[[Any], Any], raw_path: str
) -> Callable[[Selection], Read]:
    body_at, time_at, raw_at = at(body_path), at(time_path), at(raw_path)

    def compiled(selection: Selection) -> Read:
        value_at, configured = at(selection.value), configured_time(selection)
        # EUIs are upper case in one server and lower case in the other.
        where = [(at(path), wanted.lower()) for path, wanted in selection.where.items()]

        def read(_topic: str, payload: bytes) -> Sequence[Found]:
            document = document_of(payload)
            if any(str(look(document)).lower() != wanted for look, wanted in where):
                return NOT_MINE
            if is_test(document):
                return ()
            body = body_at(document)
            if body is None and raw_at(document):
                raise InvalidReading("no_codec", f"nothing at {body_path!r}: the server has no codec for this device")
            value = value_at(body)
            if value is None:
                return ()
            time = time_at(document) if configured is None else configured(body)
            if time is None:
                raise InvalidReading("no_time", f"nothing at {time_path!r}")
            return (Found(value, time),)

        return read

    return compiled


def _never(_document: Any) -> bool:
    return False


def _offers(body_path: str, time_path: str, eui_path: str) -> Callable[[str, bytes], Sequence[Offer]]:
    def found(_topic: str, payload: bytes) -> Sequence[Offer]:
        document = offered(payload)
        time, eui = at(time_path)(document), at(eui_path)(document)
        if time is None or eui is None:
            return ()
        return [_offer(path, value, time) for path, value in numbers(at(body_path)(document))]

    return found


def _offer(path: str, value: float, time: Any) -> Offer:
    unit = guessing.unit(path)
    return Offer(path, value, unit, guessing.quantity(path, unit), time)


CHIRPSTACK = Family(
    "chirpstack",
    _reader("object", "time", is_test=_never, raw_path="data"),
    _offers("object", "time", "deviceInfo.devEui"),
)
THE_THINGS_STACK = Family(
    "the_things_stack",
    _reader(
        "uplink_message.decoded_payload",
        "uplink_message.received_at",
        is_test=at("simulated"),
        raw_path="uplink_message.frm_payload",
    ),
    _offers("uplink_message.decoded_payload", "uplink_message.received_at", "end_device_ids.dev_eui"),
)
