"""Whether the meters that formulas and sub-meters name exist, fit together, and lead back to themselves on no day."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from config.errors import Problem
from config.meters.formulas import formula_terms
from config.meters.schema import MeterEntry
from config.parsing.spelling import did_you_mean
from config.parsing.yaml_places import YamlPath
from config.portfolio.drafts import Drafts, MeterPlace, ascending, ids_of, places_under
from config.quantities import summable_with

_MOST_ROUNDS = 50  # nobody nests meters so deep, and what takes formulas apart must come to an end


@dataclass(frozen=True, slots=True)
class _Formula:
    """One entry of a virtual meter's formula: where it stands, from when it holds, and the meters it names."""

    meter: MeterPlace
    path: YamlPath
    since: date
    parts: tuple[str, ...]

    def problem(self, message: str, allowed: str = "") -> Problem:
        return self.meter.place.problem(self.path, message, allowed)


def formula_problems(drafts: Drafts, meters: list[MeterPlace]) -> Iterator[Problem]:
    """Yield every problem of formulas, each by its own line, and of `sub_meter_of`."""
    known = ids_of(places_under(drafts.properties, "meters"))
    formulas: list[_Formula] = []
    for meter in meters:
        yield from ascending(meter.place, "formula", meter.entry.formula)
        for found in _formulas(meter):
            if isinstance(found, Problem):
                yield found
            else:
                formulas.append(found)
    if drafts.complete:
        yield from _unknown(formulas, meters, known)
    yield from _misfits(formulas, {meter.entry.id: meter.entry for meter in meters})
    yield from _circles(formulas)
    yield from _sub_meter_circles(meters)
    if drafts.complete:
        yield from _without_sub_meters(meters)


def _formulas(meter: MeterPlace) -> Iterator[_Formula | Problem]:
    is_listed = isinstance(meter.place.value.get("formula"), list)
    for index, entry in enumerate(meter.entry.formula):
        path: YamlPath = ("formula", index, "value") if is_listed else ("formula",)
        try:
            parts = tuple(dict.fromkeys(term.meter for term in formula_terms(entry.value)))
        except ValueError as error:
            yield meter.place.problem(path, str(error), "meter - meter + 0.5 * meter")
        else:
            yield _Formula(meter, path, entry.since or date.min, parts)


def _unknown(formulas: Iterable[_Formula], meters: Iterable[MeterPlace], known: list[str]) -> Iterator[Problem]:
    for formula in formulas:
        for name in formula.parts:
            if name not in known:
                hint = _written_together(name, known) or did_you_mean(name, known)
                yield formula.problem(f"unknown meter {name!r}{hint}")
    for meter in meters:
        main = meter.entry.sub_meter_of
        if main is not None and main not in known:
            yield meter.place.problem(("sub_meter_of",), f"unknown meter {main!r}{did_you_mean(main, known)}")


def _written_together(name: str, known: Collection[str]) -> str:
    """Return a hint where a word is several meters with signs between them; empty where it is not."""
    starts = [0, *(end + 1 for end, sign in enumerate(name) if sign in "+-")]
    apart: dict[int, str] = {}
    for start in reversed(starts):
        if name[start:] in known:
            apart[start] = name[start:]
            continue
        for later in [one for one in apart if name[start : one - 1] in known]:
            apart[start] = f"{name[start : later - 1]} {name[later - 1]} {apart[later]}"
    return f", did you mean {apart[0]!r}? Signs stand apart, since ids have hyphens" if 0 in apart else ""


def _misfits(formulas: Iterable[_Formula], entries: Mapping[str, MeterEntry]) -> Iterator[Problem]:
    """A cubic metre of water is no kilowatt-hour, and gas on Hs no heat."""
    for formula in formulas:
        medium = formula.meter.entry.medium
        fitting = summable_with(medium)
        for name in formula.parts:
            if name in entries and entries[name].medium not in fitting:
                message = f"{name!r} meters {entries[name].medium}, which does not add up to {medium}"
                yield formula.problem(message, ", ".join(fitting))


def _circles(formulas: list[_Formula]) -> Iterator[Problem]:
    """A circle needs formulas that hold on the same day: it is looked for on each day on which one begins to.

    So is a way through more formulas than anybody can follow.
    """
    told: set[tuple[str, YamlPath]] = set()
    for day in sorted({formula.since for formula in formulas}):
        holding = {one.meter.entry.id: one for one in sorted(formulas, key=lambda one: one.since) if one.since <= day}
        parts = {name: one.parts for name, one in holding.items()}
        since = "" if day == date.min else f" from {day} on"
        circling = [name for name in parts if _reaches(parts, name)]
        for name in circling or _first_too_deep(parts):
            formula = holding[name]
            if (name, formula.path) in told:
                continue
            told.add((name, formula.path))
            if circling:
                yield formula.problem(f"{name!r} depends on itself{since}")
            else:
                message = f"{name!r} leads through too many other formulas{since}"
                yield formula.problem(message, f"at most {_MOST_ROUNDS} one within the other")


def _sub_meter_circles(meters: Iterable[MeterPlace]) -> Iterator[Problem]:
    # A graph of its own: a virtual main meter may well be the sum of its own sub-meters.
    above = {meter.entry.id: (meter.entry.sub_meter_of,) for meter in meters if meter.entry.sub_meter_of}
    for meter in meters:
        if _reaches(above, meter.entry.id):
            yield meter.place.problem(("sub_meter_of",), f"{meter.entry.id!r} depends on itself")


def _without_sub_meters(meters: Iterable[MeterPlace]) -> Iterator[Problem]:
    mains = {meter.entry.sub_meter_of for meter in meters}
    for meter in meters:
        if meter.entry.sub_meters is not None and meter.entry.id not in mains:
            message = f"no meter stands behind {meter.entry.id!r}"
            yield meter.place.problem(("sub_meters",), message, f"sub_meter_of: {meter.entry.id} at those that do")


def _first_too_deep(parts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return who leads through too many formulas while none of its parts does; there must be no circle."""
    deep = {name for name in parts if _leads_far(parts, name)}
    return [name for name in parts if name in deep and deep.isdisjoint(parts[name])]


def _leads_far(parts: Mapping[str, tuple[str, ...]], start: str) -> bool:
    ahead = {start}
    for _ in range(_MOST_ROUNDS):
        ahead = {part for name in ahead for part in parts[name] if part in parts}
    return bool(ahead)


def _reaches(parts: Mapping[str, tuple[str, ...]], start: str) -> bool:
    """Whether following the parts of `start` leads back to it."""
    seen: set[str] = set()
    ahead = list(parts.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            ahead += parts.get(name, ())
    return False
