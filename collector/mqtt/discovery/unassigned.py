"""What arrived and belongs to no meter: kept small until somebody takes it into the portfolio.

A table of its own in the state folder. It is written now and then, never per message: losing the last seconds of
it in a crash costs nothing.
"""

import json
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.mqtt.formats.table import recognised
from config.errors import StorageFull, Unreachable
from gateway.durable_file import DurableFile, open_reader

FILE = "unassigned.sqlite"
MOST_KEPT = 2000
KEPT_SAMPLES = 3
LARGEST_SAMPLE = 4096
LOOKED_AT_PER_SECOND = 20
WRITTEN_EVERY_S = 5.0

_SCHEMA = """
CREATE TABLE unassigned (
    source TEXT NOT NULL,
    topic TEXT NOT NULL,
    device TEXT NOT NULL,
    format TEXT NOT NULL,
    messages INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    samples TEXT NOT NULL,
    PRIMARY KEY (source, topic, device)
) WITHOUT ROWID
"""
_PUT = """
INSERT INTO unassigned VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
messages = messages + excluded.messages, last_ms = excluded.last_ms, format = excluded.format,
samples = excluded.samples
"""
_CUT = """
DELETE FROM unassigned WHERE (source, topic, device) IN
(SELECT source, topic, device FROM unassigned ORDER BY last_ms DESC LIMIT -1 OFFSET ?)
"""
_ALL = """
SELECT source, topic, device, format, messages, first_ms, last_ms, samples FROM unassigned ORDER BY topic, device
"""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A topic, or a device on one, that no meter of the portfolio listens to.

    `device` is `path=text` where several devices share the topic, else empty; `samples` are the newest payloads with
    their times of arrival [ms since 1970 UTC], oldest first. `format` is empty if nothing was recognised. `announced`
    are messages (topic, payload) of the topics that a device announces here.
    """

    source: str
    topic: str
    device: str
    format: str
    messages: int
    first_ms: int
    last_ms: int
    samples: tuple[tuple[int, bytes], ...]
    announced: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class _Gathered:
    format: str
    first_ms: int
    last_ms: int = 0
    messages: int = 0
    samples: list[tuple[int, bytes]] = field(default_factory=list)


class Unassigned:
    """Gathers what nobody wants, from any number of threads; bounded in memory and on disk."""

    def __init__(self, folder: Path) -> None:
        self._file = DurableFile(folder / FILE, _SCHEMA, version=1)
        self._lock = threading.Lock()
        self._gathered: dict[tuple[str, str, str], _Gathered] = {}
        self._looked_at = 0
        self._second = 0
        self._written_s = time.monotonic()

    def note(self, source: str, topic: str, payload: bytes, now_ms: int) -> None:
        """Note a message; in a flood only some are looked at."""
        with self._lock:
            if not self._is_looked_at(now_ms):
                return
            recognition = recognised(topic, payload)
            device = recognition.offers[0].device if recognition else None
            key = (source, topic, "" if device is None else "=".join(device))
            if key not in self._gathered and len(self._gathered) >= MOST_KEPT:
                return
            one = self._gathered.setdefault(key, _Gathered(recognition.format if recognition else "", now_ms))
            one.messages += 1
            one.last_ms = now_ms
            one.samples = [*one.samples, (now_ms, payload[:LARGEST_SAMPLE])][-KEPT_SAMPLES:]

    def write_due(self) -> None:
        """Write what was gathered if it is time."""
        if self._gathered and time.monotonic() - self._written_s >= WRITTEN_EVERY_S:
            self.write()

    def write(self) -> None:
        """Write what was gathered; a full disk keeps it in memory."""
        with self._lock:
            self._written_s = time.monotonic()
            rows = [
                (*key, one.format, one.messages, one.first_ms, one.last_ms, _written(one.samples))
                for key, one in self._gathered.items()
            ]
            try:
                with self._file.writing() as connection:
                    connection.executemany(_PUT, rows)
                    connection.execute(_CUT, (MOST_KEPT,))
            except StorageFull:
                return
            self._gathered.clear()

    def close(self) -> None:
        """Write the rest and close the file."""
        self.write()
        self._file.close()

    def _is_looked_at(self, now_ms: int) -> bool:
        second = now_ms // 1000
        if second != self._second:
            self._second, self._looked_at = second, 0
        self._looked_at += 1
        return self._looked_at <= LOOKED_AT_PER_SECOND


def strangers(folder: Path) -> list[Stranger]:
    """Return what no meter listens to, by topic; empty before anything was noted. Raises `Unreachable`."""
    path = folder / FILE
    if not path.exists():
        return []
    try:
        with closing(open_reader(path)) as connection:
            return [_stranger(row) for row in connection.execute(_ALL)]
    except sqlite3.Error as error:
        raise Unreachable(f"{path} cannot be read: {error}") from error


def strike_off(folder: Path, stranger: Stranger) -> None:
    """Take a topic off the list: it has become a meter."""
    file = DurableFile(folder / FILE, _SCHEMA, version=1)
    try:
        with file.writing() as connection:
            key = (stranger.source, stranger.topic, stranger.device)
            connection.execute("DELETE FROM unassigned WHERE source = ? AND topic = ? AND device = ?", key)
    finally:
        file.close()


def _stranger(row: tuple[Any, ...]) -> Stranger:
    source, topic, device, name, messages, first_ms, last_ms, samples = row
    return Stranger(source, topic, device, name, messages, first_ms, last_ms, _samples(samples))


def _written(samples: list[tuple[int, bytes]]) -> str:
    return json.dumps([[time_ms, payload.decode("latin-1")] for time_ms, payload in samples])


def _samples(written: str) -> tuple[tuple[int, bytes], ...]:
    return tuple((time_ms, payload.encode("latin-1")) for time_ms, payload in json.loads(written))
