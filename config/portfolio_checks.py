"""Cross references between the portfolio's files: ids, sources, profiles, formulas, doubly used registers.

The checks run on what could be read, also where the schema found mistakes, so that everything is said at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from typing import Any, Protocol, TypeVar

from config.errors import Problem
from config.formulas import formula_terms
from config.meter_rules import Finding, meter_findings, quantity_of
from config.meter_schema import MeterEntry
from config.mqtt_rules import Listening, collisions, with_defaults
from config.portfolio_schema import MeasureEntry, TariffEntry
from config.registers import DeviceProfile
from config.schema import Strict, validated
from config.source_rules import meter_source_findings, source_findings
from config.spelling import did_you_mean
from config.yaml_places import Document, YamlPath

Entry = TypeVar("Entry", bound=Strict)


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
    """A meter whose own entry is right, with its place."""

    place: Place
    entry: MeterEntry


class _Since(Protocol):
    @property
    def since(self) -> date | None: ...


def reference_problems(drafts: Drafts) -> list[Problem]:
    """Return every cross-reference problem."""
    meters = [MeterPlace(place, entry) for place, entry in _valid(drafts.properties, "meters", MeterEntry)]
    checks: tuple[Iterable[Problem], ...] = (
        _duplicates(drafts),
        _district_problems(drafts),
        _property_references(drafts),
        _meter_problems(drafts, meters),
        _formula_problems(drafts, meters),
        _double_use(meters),
        _same_messages(drafts, meters),
        _measure_problems(drafts),
    )
    return [problem for found in checks for problem in found]


def _entries(documents: Iterable[Document], key: str) -> Iterator[Place]:
    for document in documents:
        listed = document.value.get(key) if isinstance(document.value, dict) else None
        for index, value in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(value, dict):
                yield Place(document, (key, index), value)


def _valid(documents: Iterable[Document], key: str, model: type[Entry]) -> Iterator[tuple[Place, Entry]]:
    for place in _entries(documents, key):
        entry, _ = validated(model, place.document, place.path)
        if entry is not None:
            yield place, entry


def _ids(places: Iterable[Place]) -> list[str]:
    return [place.value["id"] for place in places if isinstance(place.value.get("id"), str)]


def _heads(drafts: Drafts) -> list[Place]:
    return [Place(document, (), document.value) for document in drafts.properties if isinstance(document.value, dict)]


def _duplicates(drafts: Drafts) -> Iterator[Problem]:
    district = [drafts.district] if drafts.district else []
    kinds: list[Iterable[Place]] = [_entries(district, key) for key in ("municipalities", "people", "sources")]
    kinds += [_heads(drafts), *(_entries(drafts.properties, key) for key in ("meters", "targets", "measures"))]
    for places in kinds:
        first: dict[str, Place] = {}
        for place in places:
            name = place.value.get("id")
            if isinstance(name, str) and first.setdefault(name, place) is not place:
                yield place.problem(("id",), f"the id {name!r} stands twice, first in {first[name].where}")


def _district_problems(drafts: Drafts) -> Iterator[Problem]:
    if drafts.district is None:
        return
    for place in _entries([drafts.district], "sources"):
        yield from _located(place, source_findings(place.value))
    seen: set[str] = set()
    for place, tariff in _valid([drafts.district], "tariffs", TariffEntry):
        yield from _ascending(place, "eur_per_unit", tariff.eur_per_unit)
        if tariff.medium in seen:
            yield place.problem(("medium",), f"{tariff.medium} has a tariff already; use a dated list of prices")
        seen.add(tariff.medium)


def _property_references(drafts: Drafts) -> Iterator[Problem]:
    if drafts.district is None:
        return
    for key, listed, kind in (
        ("municipality", "municipalities", "municipality"),
        ("facility_manager", "people", "person"),
    ):
        known = _ids(_entries([drafts.district], listed))
        for head in _heads(drafts):
            name = head.value.get(key)
            if isinstance(name, str) and name not in known:
                yield head.problem((key,), f"unknown {kind} {name!r}{did_you_mean(name, known)}", ", ".join(known))


def _meter_problems(drafts: Drafts, meters: list[MeterPlace]) -> Iterator[Problem]:
    kinds = _source_kinds(drafts.district)
    brokers = _brokers(drafts.district)
    for place, entry in ((meter.place, meter.entry) for meter in meters):
        yield from _located(place, meter_findings(entry))
        yield from _ascending(place, "factor", entry.factor)
        yield from _ascending(place, "gas", entry.gas)
        source = place.value.get("source")
        if isinstance(source, dict) and source.get("from") in brokers:
            source = with_defaults(source, brokers[source["from"]], place.value, _property_of(place))
        if isinstance(source, dict) and entry.formula is None:
            yield from _located(place, meter_source_findings(entry, source, kinds, drafts.profiles))


def _source_kinds(district: Document | None) -> dict[str, str] | None:
    if district is None:
        return None
    places = _entries([district], "sources")
    return {str(place.value.get("id")): str(place.value.get("kind")) for place in places}


def _brokers(district: Document | None) -> dict[str, dict[str, Any]]:
    places = [] if district is None else _entries([district], "sources")
    return {str(place.value.get("id")): place.value for place in places if place.value.get("kind") == "mqtt"}


def _property_of(place: Place) -> object:
    return place.document.value.get("id") if isinstance(place.document.value, dict) else None


def _located(place: Place, findings: Iterable[Finding]) -> Iterator[Problem]:
    return (place.problem(where, message, allowed) for where, message, allowed in findings)


def _ascending(place: Place, key: str, entries: Sequence[_Since]) -> Iterator[Problem]:
    for index, (before, after) in enumerate(pairwise(entries), start=1):
        if after.since is None:
            yield place.problem((key, index), "every entry but the first needs the key 'from'")
        elif before.since is not None and after.since <= before.since:
            yield place.problem(
                (key, index, "from"), f"{after.since} does not come after {before.since}", "ascending"
            )


def _formula_problems(drafts: Drafts, meters: list[MeterPlace]) -> Iterator[Problem]:
    known = _ids(_entries(drafts.properties, "meters"))
    # Two graphs: a virtual main meter may well be the sum of its own sub-meters.
    parts: dict[str, dict[str, tuple[str, ...]]] = {"formula": {}, "sub_meter_of": {}}
    for meter in meters:
        terms, problems = _formula_meters(meter)
        yield from problems
        parts["formula"][meter.entry.id] = terms
        parts["sub_meter_of"][meter.entry.id] = (meter.entry.sub_meter_of,) if meter.entry.sub_meter_of else ()
    for meter, (key, graph) in product(meters, parts.items()):
        if drafts.complete:
            unknown = [name for name in dict.fromkeys(graph[meter.entry.id]) if name not in known]
            yield from (
                meter.place.problem((key,), f"unknown meter {name!r}{did_you_mean(name, known)}") for name in unknown
            )
        if _reaches(graph, meter.entry.id):
            yield meter.place.problem((key,), f"{meter.entry.id!r} depends on itself")


def _formula_meters(meter: MeterPlace) -> tuple[tuple[str, ...], list[Problem]]:
    if meter.entry.formula is None:
        return (), []
    try:
        return tuple(term.meter for term in formula_terms(meter.entry.formula)), []
    except ValueError as error:
        return (), [meter.place.problem(("formula",), str(error), "meter - meter + 0.5 * meter")]


def _reaches(parts: Mapping[str, tuple[str, ...]], start: str) -> bool:
    """Whether following the parts of `start` leads back to it."""
    seen: set[str] = set()
    ahead = list(parts[start])
    while ahead:
        name = ahead.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            ahead += parts.get(name, ())
    return False


def _double_use(meters: list[MeterPlace]) -> Iterator[Problem]:
    first: dict[tuple[object, ...], MeterPlace] = {}
    for meter in meters:
        source = meter.entry.source
        if source is None or source.source is None or source.device is None:
            continue
        other = first.setdefault((source.source, source.device, quantity_of(meter.entry), source.channel), meter)
        if other is not meter:
            message = f"the same device and quantity as {other.entry.id!r} ({other.place.where})"
            yield meter.place.problem(("source", "device"), message)


def _same_messages(drafts: Drafts, meters: list[MeterPlace]) -> Iterator[Problem]:
    brokers = _brokers(drafts.district)
    listening: dict[int, tuple[MeterPlace, Listening]] = {}
    for meter in meters:
        source = meter.place.value.get("source")
        if not isinstance(source, dict) or source.get("from") not in brokers or meter.entry.source is None:
            continue
        full = with_defaults(source, brokers[source["from"]], meter.place.value, _property_of(meter.place))
        if isinstance(full.get("topic"), str):
            one = Listening(
                meter.entry.id,
                source["from"],
                full["topic"],
                str(full.get("value", "")),
                tuple(sorted(meter.entry.source.where.items())),
            )
            listening[id(one)] = meter, one
    for later, earlier, example in collisions([one for _, one in listening.values()]):
        meter, other = listening[id(later)][0], listening[id(earlier)][0]
        where = f"{other.entry.id!r} ({other.place.where})"
        message = f"the same topic and path as {where}"
        if later.topic != earlier.topic:
            message = f"{later.topic} and {earlier.topic} of {where} both take {later.value!r} of {example}"
        yield meter.place.problem(("source", "topic"), message, "" if later.topic == earlier.topic else "where: {…}")


def _measure_problems(drafts: Drafts) -> Iterator[Problem]:
    for place, measure in _valid(drafts.properties, "measures", MeasureEntry):
        if measure.works.start < measure.baseline.end:
            message = f"the works begin on {measure.works.start}, before the baseline ends on {measure.baseline.end}"
            yield place.problem(("works",), message)
