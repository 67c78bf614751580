"""LoRaWAN network servers: ChirpStack v4 and The Things Stack v3, with what a codec made of the uplink.

Sources: chirpstack-docs integrations/events.md; lorawan-stack-docs integrations/data-formats.
"""

from collections.abc import Iterator
from datetime import datetime

from collector.simulation.formats.family import DocumentSender, Entry, Shown, stamp

_DECODED = "uplink_message.decoded_payload"


def _chirpstack(shown: Shown, now: datetime) -> Iterator[Entry]:
    yield "time", stamp(now)
    yield from _decoded(shown, "object", now)


def _the_things_stack(shown: Shown, now: datetime) -> Iterator[Entry]:
    yield "received_at", stamp(now)
    yield "uplink_message.received_at", stamp(now)
    yield from _decoded(shown, _DECODED, now)


def _decoded(shown: Shown, body: str, now: datetime) -> Iterator[Entry]:
    source = shown.source
    yield f"{body}.{source.value}", shown.value
    if source.time is not None:
        yield f"{body}.{source.time}", stamp(now)
    yield from source.where


CHIRPSTACK = DocumentSender(_chirpstack)
THE_THINGS_STACK = DocumentSender(_the_things_stack)
