"""CSV in a payload: one reading a line. Columns are counted from 1, or named where the first line is a heading."""

from collections.abc import Sequence

from collector.mqtt.formats.family import Family, Found, Offer, Read, Selection
from collector.mqtt.formats.plain import text_of
from collector.mqtt.payloads import ARRIVAL
from collector.numbers import number
from config.errors import InvalidReading

MOST_LINES = 5000


def _rows(payload: bytes) -> tuple[str, list[list[str]]]:
    lines = [line for line in text_of(payload).splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise InvalidReading("too_long", f"more than {MOST_LINES} lines")
    separator = next((one for one in (";", "\t") if lines and one in lines[0]), ",")
    return separator, [[cell.strip().strip('"') for cell in line.split(separator)] for line in lines]


def _column(name: str, rows: list[list[str]]) -> tuple[int, bool]:
    """Index of a column, and whether the first line is a heading."""
    if rows and name in rows[0] and not name.isdecimal():
        return rows[0].index(name), True
    if name.isdecimal() and int(name) > 0:
        return int(name) - 1, False
    raise InvalidReading("no_value", f"no column {name!r}")


def _cell(row: list[str], index: int) -> str:
    # Nothing is neither a number nor a time: the line is refused, the others are taken.
    return row[index] if index < len(row) else ""


def _read(selection: Selection) -> Read:
    def read(_topic: str, payload: bytes) -> Sequence[Found]:
        separator, rows = _rows(payload)
        value_at, has_heading = _column(selection.value, rows)
        time_at = _column(selection.time, rows)[0] if selection.time else None
        if time_at is None and len(rows) - has_heading > 1:
            raise InvalidReading("no_time", "several lines need a column with their times")
        return [
            Found(
                _decimal(_cell(row, value_at), separator),
                ARRIVAL if time_at is None else _cell(row, time_at),
            )
            for row in rows[has_heading:]
        ]

    return read


def _decimal(written: str, separator: str) -> str:
    # A comma is a decimal point only where it cannot be the separator.
    return (
        written.replace(",", ".") if separator != "," and written.count(",") == 1 and "." not in written else written
    )


def _offers(_topic: str, payload: bytes) -> Sequence[Offer]:
    try:
        separator, rows = _rows(payload)
    except InvalidReading:
        return ()
    if not rows or len(rows[-1]) < 2 or len({len(row) for row in rows}) != 1 or payload.lstrip()[:1] in b"{[":
        return ()
    return [
        Offer(str(index + 1), value, None, None)
        for index, cell in enumerate(rows[-1])
        if (value := _number(_decimal(cell, separator))) is not None
    ]


def _number(written: str) -> float | None:
    try:
        return number(written)
    except InvalidReading:
        return None


CSV = Family("csv", _read, _offers)
