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
    r"^\s*(status\w*|nr\.?|lfd.*|index|zeile|qualit.*|kennzeichen|bemerkung\w*|obis.*|version|kanal\w*)\s*$",
    re.IGNORECASE,
)
_REGISTER = re.compile(r"^\s*(obis.*|kanal\w*|register\w*|z(ä|ae)hlwerk\w*|tarif\w*)\s*$", re.IGNORECASE)
_TIME_NAME = re.compile(
    r"(zeit\w*|uhrzeit|datum|date|time|timestamp|tag|monat|von|bis|start|beginn|ende)\b", re.IGNORECASE
)
_MULTIPLE = re.compile(r"\b(?:Tsd|Mio|x ?1[. ]?000|10\^\d)\b", re.IGNORECASE)
_UNIT_NAME = re.compile(r"^\s*(ma(ß|ss)|mess)?einheit(en)?\s*$|^\s*units?\s*$|^\s*uom\s*$", re.IGNORECASE)
_METER = re.compile(
    r"z(ä|ae)hlpunkt\w*|z(ä|ae)hler[ _-]?(nummer|nr\.?|id|bezeichnung|name)?|messstelle|messlokation|marktlokation"
    r"|(melo|malo)([ _-]?id)?|meter([ _-]?id)?|ger(ä|ae)te?[ _-]?(nummer|nr\.?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns, empty where there are none, the other lines above the table, and what titles say."""

    names: tuple[str, ...]
    above: tuple[tuple[str, ...], ...] = ()
    titles: tuple[str, ...] = ()

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
    wide = [line for line in lines if sum(bool(cell) for cell in line) >= min(2, width) or _is_of_units(line)]
    if not wide:
        return Heading(())
    named = [line for line in wide if not _is_units(line)]
    names = named[-1] if named else wide[-1]
    titles = tuple(" ".join(filter(None, line)) for line in lines if line not in wide)
    return Heading(names, tuple(line for line in wide if line is not names), titles)


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
    amid = [] if _IN_BRACKETS.search(text) else [word for word in words if len(word) > 1 and word in FILE_UNITS]
    return amid[0] if len(amid) == 1 and not _MULTIPLE.search(text) else None


def unread_unit(text: str) -> str | None:
    """Return what stands in a text like a unit and is none that can be taken: `[Tsd. kWh]`, `(therm)`."""
    if unit_in(text) is not None:
        return None
    inside = _IN_BRACKETS.findall(text)
    return inside[0] if inside else next(iter(_MULTIPLE.findall(text)), None)


def other_unit(title: str, unit: str | None) -> bool:
    """Say whether a title names a unit, and not this one: `Alle Werte in MWh`."""
    words = [unit_called(word) for word in re.split(r"[\s\[\](),;:.]+", title) if len(word) > 1]
    named = {word for word in words if word is not None}
    return bool(named) and unit not in named


def is_beside(name: str) -> bool:
    """Say whether a column holds no measured values: a status, a running number, a unit."""
    return _BESIDE.match(name) is not None or is_unit_name(name)


def is_register_name(name: str) -> bool:
    """Say whether a column tells which register of a meter a row is of."""
    return _REGISTER.match(name) is not None


def is_unit_name(name: str) -> bool:
    """Say whether a column tells the unit of each row."""
    return _UNIT_NAME.match(name) is not None


def is_meter_name(name: str) -> bool:
    """Say whether a column tells whose a row is."""
    return _METER.fullmatch(name.strip()) is not None


def _is_of_units(line: Sequence[str]) -> bool:
    filled = [cell for cell in line if cell]
    return bool(filled) and all(unit_called(cell) is not None for cell in filled)


def _is_units(line: Sequence[str]) -> bool:
    filled = [cell for cell in line if cell]
    if any(_TIME_NAME.match(cell) for cell in filled):
        return False
    return all(unit_in(cell) == _UNITS.get(cell.strip("[]() ").lower(), "") for cell in filled[-1:]) and not any(
        len(cell) > 12 for cell in filled[1:]
    )
