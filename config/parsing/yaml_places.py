"""YAML that remembers on which line everything stands.

Stricter than YAML itself: a key may stand once, decimals stay exact (`Decimal`), `10:30` and `02486` stay text, and
only plain values are taken (no tags, no merge keys). Every mistake becomes a `Problem`, never a traceback.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import yaml

from config.errors import ConfigurationError, Problem

Key = str | int
YamlPath = tuple[Key, ...]
Finding = tuple[YamlPath, str, str]  # where within an entry, what is wrong, what is allowed

_SCALARS = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float", "timestamp", "str")}
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")  # a station or postcode, not the octal number that YAML makes of it
_MOST_NODES = 300_000  # far beyond any portfolio; stops aliases that unfold for ever
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML file says. `value` consists of dict, list, str, int, bool, Decimal, date and None."""

    file: str
    value: object
    key_lines: dict[YamlPath, int]
    value_lines: dict[YamlPath, int]

    def line_of_key(self, path: YamlPath) -> int:
        """Line of the key that `path` ends in; of the nearest thing around it where it does not stand there."""
        return self.key_lines.get(path) or self.line_of(path)

    def line_of(self, path: YamlPath) -> int:
        """Line of the value at `path`; of the nearest thing around it where it does not stand there."""
        return self.value_lines.get(self.nearest(path), 1)

    def nearest(self, path: YamlPath) -> YamlPath:
        """Return the longest beginning of `path` that stands in the file.

        The place in a list is left out where the file has a single thing instead of a list.
        """
        found: YamlPath = ()
        for key in path:
            if (*found, key) in self.value_lines:
                found = (*found, key)
            elif isinstance(key, str):
                break
        return found

    def problem(self, path: YamlPath, message: str, allowed: str = "") -> Problem:
        """Return a problem with the value at `path`."""
        return Problem(self.file, self.line_of(path), path_text(path), message, allowed)


def path_text(path: YamlPath) -> str:
    """Write a path as people read it: `meters[2].unit`; the whole file is `.`."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in path]
    return "".join(parts).removeprefix(".") or "."


def read_document(file: Path) -> Document:
    """Read one YAML file. Raises `ConfigurationError` with every problem of its form."""
    name = file.as_posix()
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError([Problem(name, 1, ".", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigurationError([Problem(name, line, ".", "is not UTF-8 text; save the file as UTF-8")]) from error
    return parse_document(text, name)


def parse_document(text: str, name: str) -> Document:
    """Parse YAML text; `name` stands for the file in messages. Raises `ConfigurationError`."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise ConfigurationError([_syntax_problem(error, name, text)]) from error
    if node is None:
        raise ConfigurationError([Problem(name, 1, ".", "the file is empty")])
    reader = _Reader(name)
    try:
        value = reader.value(node, ())
    except RecursionError as error:
        raise ConfigurationError([Problem(name, 1, ".", "is nested too deeply")]) from error
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return Document(name, value, reader.key_lines, reader.value_lines)


def _syntax_problem(error: yaml.YAMLError, name: str, text: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        context = f"{error.context}, " if error.context else ""
        return Problem(name, mark.line + 1 if mark else 1, ".", f"is not YAML: {context}{error.problem}")
    position = getattr(error, "position", 0)
    return Problem(
        name, text.count("\n", 0, position) + 1, ".", "is not YAML: a control character stands in the text"
    )


class _Reader:
    """Turns YAML nodes into values and notes the lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.key_lines: dict[YamlPath, int] = {}
        self.value_lines: dict[YamlPath, int] = {}
        self._above: set[int] = set()

    def value(self, node: yaml.Node, path: YamlPath) -> object:
        self.value_lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._above or len(self.value_lines) > _MOST_NODES:
            self._wrong(node, path, "refers to itself or unfolds without end")
            return None
        self._above.add(id(node))
        try:
            return self._mapping(node, path) if isinstance(node, yaml.MappingNode) else self._sequence(node, path)
        finally:
            self._above.discard(id(node))

    def _sequence(self, node: yaml.Node, path: YamlPath) -> object:
        if node.tag != "tag:yaml.org,2002:seq":
            self._wrong(node, path, f"the tag {node.tag!r} is not taken")
            return None
        return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, path: YamlPath) -> object:
        if node.tag != "tag:yaml.org,2002:map":
            self._wrong(node, path, f"the tag {node.tag!r} is not taken")
            return None
        values: dict[str, object] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._wrong(key, path, "a key must be a plain word")
            elif key.value in values:
                first = self.key_lines[(*path, key.value)]
                self._wrong(key, (*path, key.value), f"the key stands twice, first on line {first}")
            else:
                self.key_lines[(*path, key.value)] = key.start_mark.line + 1
                values[key.value] = self.value(item, (*path, key.value))
        return values

    def _scalar(self, node: yaml.ScalarNode, path: YamlPath) -> object:
        if node.tag not in _SCALARS:
            self._wrong(node, path, f"the tag {node.tag!r} is not taken")
            return None
        return _plain_value(node)

    def _wrong(self, node: yaml.Node, path: YamlPath, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, path_text(path), message))


def _plain_value(node: yaml.ScalarNode) -> object:
    kind = node.tag.rpartition(":")[2]
    text: str = node.value
    if kind == "null":
        return None
    if kind == "str" or (kind in {"int", "float"} and (":" in text or _LEADING_ZERO.match(text))):
        return text
    try:
        if kind == "float":
            return Decimal(text.replace("_", ""))
        value = yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, InvalidOperation):
        return text
    return value if isinstance(value, bool | int | date) else text
