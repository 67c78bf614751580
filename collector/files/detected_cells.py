"""What a single cell of a table may be, before anybody knows what its column means."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from collector.files.numerals import MISSING, Cell, NumberFormat, number_of
from collector.files.stamps import is_clock, is_date_alone, slashed_parts, stamp_of
from collector.files.tables import Line
from config.errors import InvalidReading

MOSTLY = 0.6


def mostly(cells: Sequence[Cell], holds: Callable[[Cell], bool]) -> bool:
    """Say whether most of the cells that are filled are such."""
    filled = [cell for cell in cells if cell != ""]
    return bool(filled) and sum(map(holds, filled)) >= MOSTLY * len(filled)


def is_time(cell: Cell) -> bool:
    """Say whether a cell holds a day, a time of day, or both."""
    return isinstance(cell, str) and (is_stamp(cell) or is_day(cell) or is_a_clock(cell))


def is_stamp(cell: Cell) -> bool:
    """Say whether a cell holds a day with its time."""
    if not isinstance(cell, str) or is_date_alone(cell) or len(cell) < len("1.1.25 0:00"):
        return False
    try:
        stamp_of(cell, day_first=_either(cell))
    except InvalidReading:
        return False
    return True


def _either(text: str) -> bool | None:
    parts = slashed_parts(text)
    return None if parts is None else parts[1] <= 12


def is_day(cell: Cell) -> bool:
    """Say whether a cell holds a day alone."""
    return isinstance(cell, str) and is_date_alone(cell)


def is_a_clock(cell: Cell) -> bool:
    """Say whether a cell holds a time of day alone."""
    return isinstance(cell, str) and ":" in cell and is_clock(cell)


def is_number(cell: Cell) -> bool:
    """Say whether a cell is a number, in whatever way it is written."""
    return isinstance(cell, float) or any(reads(cell, NumberFormat(sign, other)) for sign, other in (",.", ".,"))


def reads(cell: Cell, form: NumberFormat) -> bool:
    """Say whether a cell is a number in this form, or says that there is none."""
    if isinstance(cell, str) and cell.strip().lower() in MISSING:
        return True
    return value_of(cell, replace(form, thousands="." if form.decimal == "," else ",")) is not None


def value_of(cell: Cell, form: NumberFormat) -> float | None:
    """Return the number in a cell, None where there is none."""
    try:
        return number_of(cell, form)
    except InvalidReading:
        return None


def text_of(cell: Cell) -> str:
    """Return a cell as a name: a number that a spreadsheet made of one has no decimals."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def quoted(head: Sequence[Line]) -> str:
    """Return how a file begins, for a message."""
    return repr(" | ".join(str(cell) for cell in head[0].cells)[:80]) if head else "nothing"
