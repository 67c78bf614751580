"""JSON documents that several meters write into. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from collector.simulation.formats.family import DocumentSender, Entry, Message, Plus, Shown
from config.meters.meter import Meter, MqttSource
from config.mqtt.topics import is_pattern, matches

LONGEST_LIST = 64
Path = tuple[str, ...]


class Writer(NamedTuple):
    """A meter and how its sender writes."""

    meter: Meter
    source: MqttSource
    sender: DocumentSender


class Plan(NamedTuple):
    """A document: where it is published, and who may stand in it, its own meters first."""

    topic: str
    writers: tuple[Writer, ...]


class Document:
    """Values by their paths."""

    def __init__(self) -> None:
        self._values: dict[Path, Any] = {}
        self._inner: set[Path] = set()

    def takes(self, entries: Iterable[Entry]) -> bool:
        """Put entries in, all or none: no path leads through a value, and no two values stand in one place."""
        placed = {tuple(path.split(".")): value for path, value in entries}
        leads_through = any(path[:depth] in placed for path in placed for depth in range(1, len(path)))
        if not placed or leads_through or not all(self._has_room(path, value) for path, value in placed.items()):
            return False
        for path, value in placed.items():
            self._values[path] = _joined(self._values.get(path), value)
            self._inner.update(path[:depth] for depth in range(1, len(path)))
        return True

    def nested(self) -> Any:
        """Return what is written: objects, and lists where the parts of paths are numbers."""
        root: dict[str, Any] = {}
        for path, value in self._values.items():
            inner = root
            for part in path[:-1]:
                inner = inner.setdefault(part, {})
            inner[path[-1]] = value.value if isinstance(value, Plus) else value
        return _with_lists(root)

    def _has_room(self, path: Path, value: Any) -> bool:
        if path in self._inner or any(path[:depth] in self._values for depth in range(1, len(path))):
            return False
        before = self._values.get(path, value)
        return before == value or (isinstance(before, Plus) and isinstance(value, Plus))


def planned(writers: Sequence[tuple[Writer, str]]) -> tuple[Plan, ...]:
    """Return the documents of meters and their topics: one for each topic and device that a meter asks for.

    Whoever listens to the topic of a document too, and would take it for its own, stands in it as well.
    """
    exact: dict[str, list[Writer]] = {}
    for writer, _ in writers:
        exact.setdefault(writer.source.topic, []).append(writer)
    patterns = [writer for writer, _ in writers if is_pattern(writer.source.topic)]
    own: dict[tuple[str, frozenset[tuple[str, str]]], list[Writer]] = {}
    for writer, topic in writers:
        own.setdefault((topic, frozenset(writer.source.where)), []).append(writer)
    return tuple(
        Plan(topic, tuple(dict.fromkeys([*owners, *_hearers(topic, where, [*exact.get(topic, ()), *patterns])])))
        for (topic, where), owners in own.items()
    )


def documents(plans: Iterable[Plan], values: Mapping[str, float], now: datetime) -> Iterator[Message]:
    """Yield the messages of those that are alive; `values` by meter, in the unit of its sender."""
    for plan in plans:
        document, timed = Document(), []
        for meter, source, sender in plan.writers:
            value = values.get(meter.id)
            shown = None if value is None else Shown(meter, source, plan.topic, value)
            if shown is not None and document.takes(sender.entries(shown, now)):
                timed.append(sender.is_timed(shown))
        if timed:
            yield Message(plan.topic, json.dumps(document.nested()).encode(), all(timed))


def _hearers(topic: str, where: frozenset[tuple[str, str]], listening: Iterable[Writer]) -> list[Writer]:
    return [one for one in listening if where.issuperset(one.source.where) and matches(one.source.topic, topic)]


def _joined(before: Any, value: Any) -> Any:
    return Plus(before.value + value.value) if isinstance(before, Plus) and isinstance(value, Plus) else value


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inner = {key: _with_lists(value) for key, value in node.items()}
    if not inner or not all(key.isascii() and key.isdecimal() and str(int(key)) == key for key in inner):
        return inner
    length = max(map(int, inner)) + 1
    return [inner.get(str(index)) for index in range(length)] if length <= LONGEST_LIST else inner
