"""Cross references between the portfolio's files: ids, sources, profiles, formulas, doubly used registers.

The checks run on what could be read, also where the schema found mistakes, so that everything is said at once.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from config.errors import Problem
from config.meters.rules import meter_findings, quantity_of
from config.mqtt.rules import Listening, collisions, with_defaults
from config.parsing.spelling import did_you_mean
from config.parsing.yaml_places import Document, Finding
from config.portfolio.drafts import (
    Drafts,
    MeterPlace,
    Place,
    ascending,
    entries_under,
    ids_of,
    meters_under,
    places_under,
)
from config.portfolio.formula_checks import formula_problems
from config.portfolio.schema import MeasureEntry, TariffEntry
from config.portfolio.source_rules import meter_source_findings, source_findings


def reference_problems(drafts: Drafts) -> list[Problem]:
    """Return every cross-reference problem."""
    meters = list(meters_under(drafts.properties))
    checks: tuple[Iterable[Problem], ...] = (
        _duplicates(drafts),
        _district_problems(drafts),
        _property_references(drafts),
        _meter_problems(drafts, meters),
        formula_problems(drafts, meters),
        _double_use(meters),
        _same_messages(drafts, meters),
        _measure_problems(drafts),
    )
    return [problem for found in checks for problem in found]


def _heads(drafts: Drafts) -> list[Place]:
    return [Place(document, (), document.value) for document in drafts.properties if isinstance(document.value, dict)]


def _duplicates(drafts: Drafts) -> Iterator[Problem]:
    district = [drafts.district] if drafts.district else []
    kinds: list[Iterable[Place]] = [places_under(district, key) for key in ("municipalities", "people", "sources")]
    kinds += [_heads(drafts), *(places_under(drafts.properties, key) for key in ("meters", "targets", "measures"))]
    for places in kinds:
        first: dict[str, Place] = {}
        for place in places:
            name = place.value.get("id")
            if isinstance(name, str) and first.setdefault(name, place) is not place:
                yield place.problem(("id",), f"the id {name!r} stands twice, first in {first[name].where}")


def _district_problems(drafts: Drafts) -> Iterator[Problem]:
    if drafts.district is None:
        return
    for place in places_under([drafts.district], "sources"):
        yield from _located(place, source_findings(place.value))
    seen: set[str] = set()
    for place, tariff in entries_under([drafts.district], "tariffs", TariffEntry):
        yield from ascending(place, "eur_per_unit", tariff.eur_per_unit)
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
        known = ids_of(places_under([drafts.district], listed))
        for head in _heads(drafts):
            name = head.value.get(key)
            if isinstance(name, str) and name not in known:
                yield head.problem((key,), f"unknown {kind} {name!r}{did_you_mean(name, known)}", ", ".join(known))


def _meter_problems(drafts: Drafts, meters: list[MeterPlace]) -> Iterator[Problem]:
    kinds = _source_kinds(drafts.district)
    brokers = _brokers(drafts.district)
    for meter in meters:
        place, entry = meter.place, meter.entry
        yield from _of_meter(meter, meter_findings(entry))
        yield from ascending(place, "factor", entry.factor)
        yield from ascending(place, "gas", entry.gas)
        source = place.value.get("source")
        if isinstance(source, dict) and source.get("from") in brokers:
            source = with_defaults(source, brokers[source["from"]], place.value, _property_of(place))
        if isinstance(source, dict) and not entry.is_virtual:
            yield from _of_meter(meter, meter_source_findings(entry, source, kinds, drafts.profiles))


def _source_kinds(district: Document | None) -> dict[str, str] | None:
    if district is None:
        return None
    places = places_under([district], "sources")
    return {str(place.value.get("id")): str(place.value.get("kind")) for place in places}


def _brokers(district: Document | None) -> dict[str, dict[str, Any]]:
    places = [] if district is None else places_under([district], "sources")
    return {str(place.value.get("id")): place.value for place in places if place.value.get("kind") == "mqtt"}


def _property_of(place: Place) -> object:
    return place.document.value.get("id") if isinstance(place.document.value, dict) else None


def _located(place: Place, findings: Iterable[Finding]) -> Iterator[Problem]:
    return (place.problem(where, message, allowed) for where, message, allowed in findings)


def _of_meter(meter: MeterPlace, findings: Iterable[Finding]) -> Iterator[Problem]:
    return _located(meter.place, (finding for finding in findings if not meter.follows(finding[0])))


def _double_use(meters: list[MeterPlace]) -> Iterator[Problem]:
    first: dict[tuple[object, ...], MeterPlace] = {}
    for meter in meters:
        source = meter.entry.source
        if source is None or source.source is None or source.device is None or meter.follows(("source", "channel")):
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
        if meter.follows(("source", "where")):
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
    for place, measure in entries_under(drafts.properties, "measures", MeasureEntry):
        if measure.works.start < measure.baseline.end:
            message = f"the works begin on {measure.works.start}, before the baseline ends on {measure.baseline.end}"
            yield place.problem(("works",), message)
