"""Finds the columns that a mapping names, and tells what below a table is no reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.files.mapping import Column, FileMapping, ValueColumn
from collector.files.tables import Line
from config.errors import InvalidReading

_FOOTER = re.compile(
    r"(summe|gesamt\w*|total|sum|mittel(wert)?|durchschnitt|min(imum|\.)?|max(imum|\.)?|anzahl|average|mean|[øΣ∑])"
    r"(?![\w.-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of columns, from 0; `width` is how many a row may have."""

    time: int
    clock: int | None
    mark: int | None
    meter: int | None
    unit: int | None
    values: tuple[tuple[int, ValueColumn], ...]
    width: int

    @property
    def needed(self) -> int:
        """How many cells a row must have."""
        places = [self.time, self.clock, self.mark, self.meter, self.unit, *(place for place, _ in self.values)]
        return max(place for place in places if place is not None) + 1


def columns_of(head: Sequence[Line], mapping: FileMapping) -> tuple[Columns, int]:
    """Return the places and how many lines of the head stand above the readings.

    Raises `InvalidReading` (`wrong_columns`) where the headings are not found.
    """
    if mapping.time is None:
        raise InvalidReading("wrong_columns", "the mapping names no column of times")
    named = [mapping.time.column, mapping.time.clock, mapping.time.mark, mapping.meter_column, mapping.unit_column]
    wanted = [name for name in (*named, *(one.column for one in mapping.values)) if isinstance(name, str)]
    above, headings = _heading(head, wanted)

    def place(column: Column) -> int:
        return column - 1 if isinstance(column, int) else headings.index(column)

    time, clock, mark, meter, unit = (None if name is None else place(name) for name in named)
    values = tuple((place(one.column), one) for one in mapping.values)
    width = len(headings) or max((len(line.cells) for line in head), default=0)
    return Columns(time or 0, clock, mark, meter, unit, values, width), above


def _heading(head: Sequence[Line], wanted: Sequence[str]) -> tuple[int, list[str]]:
    if not wanted:
        return 0, []
    closest: set[str] = set(wanted)
    for index, line in enumerate(head):
        cells = [str(cell) for cell in line.cells]
        missing = {name for name in wanted if name not in cells}
        if not missing:
            return index + 1, cells
        closest = min(closest, missing, key=len)
    names = ", ".join(repr(name) for name in sorted(closest))
    raise InvalidReading("wrong_columns", f"no line has the column {names}; the file begins with {_beginning(head)}")


def _beginning(head: Sequence[Line]) -> str:
    return repr(" | ".join(str(cell) for cell in head[0].cells)[:80]) if head else "nothing"


def is_footer(line: Line, time: int) -> bool:
    """Say whether a row is a sum or a mean below a table; `time` is the place of the times, from 0.

    A row with figures in the place of its time is meant as a reading, whatever is remarked beside it.
    """
    told = str(line.cells[time]) if time < len(line.cells) else ""
    if any(sign.isdigit() for sign in told) and not _FOOTER.match(told):
        return False
    return any(isinstance(cell, str) and _FOOTER.match(cell) for cell in line.cells)
