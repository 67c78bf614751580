"""The portfolio's files as they were read, before they make sense, and the mappings that stand in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from config.errors import Problem
from config.meters.schema import MeterEntry
from config.parsing.schema import Strict, sound_part, validated
from config.parsing.yaml_places import Document, YamlPath
from config.profiles.registers import DeviceProfile

Entry = TypeVar("Entry", bound=Strict)
# Without these a meter would be taken for another one.
_TELLS_WHAT_IT_IS = frozenset({"id", "medium", "quantity", "unit", "formula"})
_NEEDED: frozenset[YamlPath] = frozenset({("source",), ("gas",), ("tank",), ("pulse_kwh",), ("pulse_m3",)})


@dataclass(frozen=True, slots=True)
class Drafts:
    """The files as read. `district` None: it could not be read; `complete`: every property file could be read."""

    district: Document | None
    properties: tuple[Document, ...]
    profiles: Mapping[str, DeviceProfile]
    complete: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A mapping somewhere in a file."""

    document: Document
    path: YamlPath
    value: dict[str, Any]

    def problem(self, within: YamlPath, message: str, allowed: str = "") -> Problem:
        """Return a problem with something in this mapping."""
        return self.document.problem((*self.path, *within), message, allowed)

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.document.file}:{self.document.line_of((*self.path, 'id'))}"


@dataclass(frozen=True, slots=True)
class MeterPlace:
    """A meter whose own entry is right, with its place; `wrong` are keys in it that are not, and left out."""

    place: Place
    entry: MeterEntry
    wrong: frozenset[YamlPath] = frozenset()

    def follows(self, where: YamlPath) -> bool:
        """Whether a finding at `where` may only follow from what was left out, or speaks of it once more."""
        if not where:  # a key that is needed and was left out
            return not _NEEDED.isdisjoint(self.wrong)
        return any(where[: len(path)] == path for path in self.wrong)


class _Since(Protocol):
    @property
    def since(self) -> date | None: ...


def places_under(documents: Iterable[Document], key: str) -> Iterator[Place]:
    """Yield the mappings of a list that stands under a key of each document."""
    for document in documents:
        listed = document.value.get(key) if isinstance(document.value, dict) else None
        for index, value in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(value, dict):
                yield Place(document, (key, index), value)


def entries_under(documents: Iterable[Document], key: str, model: type[Entry]) -> Iterator[tuple[Place, Entry]]:
    """Yield those of them that are right in themselves."""
    for place in places_under(documents, key):
        entry, _ = validated(model, place.document, place.path)
        if entry is not None:
            yield place, entry


def meters_under(documents: Iterable[Document]) -> Iterator[MeterPlace]:
    """Yield the meters; one that is wrong in a detail is looked at without it, so that all is said at once."""
    for place in places_under(documents, "meters"):
        entry, wrong = sound_part(MeterEntry, place.value)
        if entry is not None and not any(path[0] in _TELLS_WHAT_IT_IS for path in wrong):
            yield MeterPlace(place, entry, wrong)


def ids_of(found: Iterable[Place]) -> list[str]:
    """Return the ids of mappings that have one."""
    return [place.value["id"] for place in found if isinstance(place.value.get("id"), str)]


def ascending(place: Place, key: str, entries: Sequence[_Since]) -> Iterator[Problem]:
    """Yield what is wrong with the order of a dated list."""
    for index, (before, after) in enumerate(pairwise(entries), start=1):
        if after.since is None:
            yield place.problem((key, index), "every entry but the first needs the key 'from'")
        elif before.since is not None and after.since <= before.since:
            yield place.problem(
                (key, index, "from"), f"{after.since} does not come after {before.since}", "ascending"
            )
