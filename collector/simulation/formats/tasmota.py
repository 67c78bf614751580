"""Tasmota with SetOption52 on: its time has an offset. Source: tasmota/docs MQTT.md, Commands.md."""

from collections.abc import Iterator
from datetime import datetime

from collector.simulation.formats.family import DocumentSender, Entry, Shown, stamp


def _entries(shown: Shown, now: datetime) -> Iterator[Entry]:
    source = shown.source
    # An answer to a status command has the same body one level deeper.
    body = "StatusSNS." if shown.topic.rpartition("/")[2].startswith("STATUS") else ""
    yield f"{body}Time", stamp(now)
    if source.time is not None:
        yield f"{body}{source.time}", stamp(now)
    yield f"{body}{source.value}", shown.value
    for path, text in source.where:
        yield f"{body}{path}", text


TASMOTA = DocumentSender(_entries)
