"""The first lines of a table, as its columns are found out: headings, rows, and what the caller said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.files.detected_cells import is_number, is_time, quoted, text_of
from collector.files.headings import Heading, heading_of
from collector.files.mapping import Column
from collector.files.numerals import Cell
from collector.files.tables import Layout, Line
from config.errors import InvalidReading
from config.meters.meter import Meter, Stamps
from config.portfolio.portfolio import Portfolio

PLAIN = ("time", "value")


class Asked(NamedTuple):
    """What the caller says about a file; None leaves it to the file."""

    meter: str | None = None
    quantity: str | None = None
    column: str | None = None
    decimal: str | None = None
    dates: str | None = None
    zone: str | None = None
    stamps: Stamps | None = None


@dataclass(frozen=True, slots=True)
class SampledTable:
    """Headings and the rows below that have a time; `doubts` gathers what a person should look at."""

    heading: Heading
    rows: list[Line]
    layout: Layout
    portfolio: Portfolio
    asked: Asked
    doubts: list[str] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether the columns are `time,value`."""
        return tuple(name.lower() for name in self.heading.names[:2]) == PLAIN

    def column(self, place: int) -> list[Cell]:
        """Return the cells of a column."""
        return [line.cells[place] if place < len(line.cells) else "" for line in self.rows]

    def places(self) -> range:
        """The columns, counted from 0."""
        widths = [len(self.heading.names)] if self.heading.names else [len(line.cells) for line in self.rows[:50]]
        return range(max(widths, default=0))

    def name(self, place: int) -> Column:
        """Return what a mapping calls a column."""
        return self.heading.name(place)

    def place(self, column: Column) -> int:
        """Return where a column stands, from 0."""
        return column - 1 if isinstance(column, int) else self.heading.names.index(column)

    def meter_called(self, name: str) -> Meter | None:
        """Return the meter with this id or serial number."""
        meters = self.portfolio.meters
        wanted = name.strip().lower()
        if wanted in meters:
            return meters[wanted]
        return next((one for one in meters.values() if one.serial and one.serial.lower() == wanted), None)

    def first_meter(self) -> Meter | None:
        """Return the first meter that the rows name."""
        for place in self.places():
            for cell in self.column(place)[:50]:
                if (meter := self.meter_called(text_of(cell))) is not None:
                    return meter
        return None


def divided(head: Sequence[Line]) -> tuple[Heading, list[Line]]:
    """Return the headings, and the rows below that have a time."""
    for index, line in enumerate(head[:1]):
        names = [str(cell).lower() for cell in line.cells]
        if tuple(names[: len(PLAIN)]) == PLAIN:
            return Heading(tuple(str(cell) for cell in line.cells)), list(head[index + 1 :])
    starts = [index for index, line in enumerate(head) if _has_time(line) and _has_number(line)]
    if not starts:
        raise InvalidReading("wrong_columns", f"no line has a time and a number; it begins with {quoted(head)}")
    first = starts[0]
    while first and _times(head[first]) & _times(head[first - 1]):  # a row whose number is an error is no heading
        first -= 1
    rows = [line for line in head[first:] if _has_time(line)]
    return heading_of(head[:first], len(head[first].cells)), rows


def _has_time(line: Line) -> bool:
    return any(is_time(cell) for cell in line.cells)


def _times(line: Line) -> set[int]:
    return {place for place, cell in enumerate(line.cells) if is_time(cell)}


def _has_number(line: Line) -> bool:
    return any(is_number(cell) for cell in line.cells if not is_time(cell))
