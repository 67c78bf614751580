"""What the lines above a table say about its columns: names, units, whose they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.files.mapping import FILE_UNITS, Column
from collector.files.tables import Line

_UNITS = {unit.lower(): unit for unit in FILE_UNITS if unit not in ("1", "Pct", "K", "l", "A", "V", "W")}
_UNITS |= {"m³": "m3", "cbm": "m3", "m³/h": "m3/h", "liter": "l", "l": "l", "w": "W"}
_IN_BRACKETS = re.compile(r"[\[(]\s*([^\[\]()]+?)\s*[\])]")
_BESIDE = re.compile(
    r"^\s*(status\w*|nr\.?|lfd.*|index|zeile|qualit.*|kennzeichen|(ma(ß|ss)|mess)?einheit(en)?|units?|uom|bemerkung\w*|obis.*|version|kanal\w*)\s*$",
    re.IGNORECASE,
)
_REGISTER = re.compile(r"^\s*(obis.*|kanal\w*|register\w*|z(ä|ae)hlwerk\w*|tarif\w*)\s*$", re.IGNORECASE)
_UNIT_NAME = re.compile(r"^\s*(ma(ß|ss)|mess)?einheit(en)?\s*$|^\s*units?\s*$|^\s*uom\s*$", re.IGNORECASE)
_METER = re.compile(
    r"z(ä|ae)hlpunkt\w*|z(ä|ae)hler[ _-]?(nummer|nr\.?|id|bezeichnung|name)?|messstelle|messlokation|marktlokation"
    r"|(melo|malo)([ _-]?id)?|meter([ _-]?id)?|ger(ä|ae)te?[ _-]?(nummer|nr\.?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns, empty where there are none, and the other lines above the table."""

    names: tuple[str, ...]
    above: tuple[tuple[str, ...], ...] = ()

    def at(self, place: int) -> str:
        """Return a column's name, empty if it has none."""
        return self.names[place] if place < len(self.names) else ""

    def name(self, place: int) -> Column:
        """Return what a mapping calls a column: its name if no other has it, else its place from 1."""
        name = self.at(place)
        return name if name and self.names.count(name) == 1 else place + 1

    def column(self, place: int) -> list[str]:
        """Return what stands above a column, nearest first."""
        others = [line[place] for line in reversed(self.above) if place < len(line)]
        return [text for text in (self.at(place), *others) if text]


def heading_of(above: Sequence[Line], width: int) -> Heading:
    """Return the names of a table's columns: the lowest line above it that is as wide and no line of units."""
    lines = [tuple(str(cell) for cell in line.cells) for line in above]
    wide = [line for line in lines if sum(bool(cell) for cell in line) >= min(2, width)]
    if not wide:
        return Heading(())
    named = [line for line in wide if not _is_units(line)]
    names = named[-1] if named else wide[-1]
    return Heading(names, tuple(line for line in wide if line is not names))


def unit_called(text: str) -> str | None:
    """Return the unit that is written alone in a cell; None for what is no unit of ours."""
    word = text.strip("[]() ")
    return word if word in FILE_UNITS else _UNITS.get(word.lower())


def unit_in(text: str) -> str | None:
    """Return the unit that a heading names: `Wirkleistung [kW]`, `Verbrauch in m³`, `kWh`."""
    for inside in _IN_BRACKETS.findall(text):
        if inside.lower() in _UNITS:
            return _UNITS[inside.lower()]
    words = text.strip().split()
    if words and words[-1].lower() in _UNITS and (len(words) == 1 or len(words[-1]) > 1):
        return _UNITS[words[-1].lower()]
    return None


def is_beside(name: str) -> bool:
    """Say whether a column holds no measured values: a status, a running number, a unit."""
    return _BESIDE.match(name) is not None


def is_register_name(name: str) -> bool:
    """Say whether a column tells which register of a meter a row is of."""
    return _REGISTER.match(name) is not None


def is_unit_name(name: str) -> bool:
    """Say whether a column tells the unit of each row."""
    return _UNIT_NAME.match(name) is not None


def is_meter_name(name: str) -> bool:
    """Say whether a column tells whose a row is."""
    return _METER.fullmatch(name.strip()) is not None


def _is_units(line: Sequence[str]) -> bool:
    filled = [cell for cell in line if cell]
    return all(unit_in(cell) == _UNITS.get(cell.strip("[]() ").lower(), "") for cell in filled[-1:]) and not any(
        len(cell) > 12 for cell in filled[1:]
    )
