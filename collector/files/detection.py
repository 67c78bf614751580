"""Proposes what the columns of a file mean, and says how sure it is. Where two readings are possible, it asks."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from collector.files.headings import Heading, heading_of, is_beside, is_meter_name, unit_in
from collector.files.mapping import Column, FileMapping, TimeColumns, ValueColumn
from collector.files.numerals import MISSING, Cell, NumberFormat, number_format, number_of
from collector.files.stamps import MARKS, is_clock, is_date_alone, slashed_parts, stamp_of
from collector.files.tables import Layout, Line
from collector.files.targets import RATES
from config.errors import InvalidReading
from config.meters import Meter, Stamps
from config.portfolio import Portfolio
from config.quantities import QUANTITIES, Kind

SAMPLE = 2_000
PLAIN = ("time", "value")
_MOSTLY = 0.6
_FALLS = 0.05
_START = re.compile(r"\b(von|start|beginn|ab|from)\b", re.IGNORECASE)
_PASSES = re.compile(r"s/w|a/b|sommer|winter|zeitzone|\bdst\b|mesz", re.IGNORECASE)
_END = re.compile(r"\b(bis|ende?|to)\b", re.IGNORECASE)
_MAY_FALL = frozenset({"active_energy_net"})


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
class Proposal:
    """A mapping, how sure it is (0..1), and in words what it rests on that a person should look at."""

    mapping: FileMapping
    certainty: float
    doubts: tuple[str, ...]


def propose(head: Sequence[Line], layout: Layout, portfolio: Portfolio, asked: Asked) -> Proposal:
    """Return what a table's columns mean, from its first lines.

    Raises `InvalidReading` where nothing fits (`wrong_columns`, `unknown_meter`) or two things do
    (`ambiguous_number`, `ambiguous_date`, `ambiguous_column`, `ambiguous_quantity`); the text names the option.
    """
    return _Detective(head, layout, portfolio, asked).proposal()


class _Detective:
    def __init__(self, head: Sequence[Line], layout: Layout, portfolio: Portfolio, asked: Asked) -> None:
        self._layout = layout
        self._portfolio = portfolio
        self._asked = asked
        self._doubts: list[str] = []
        self._heading, self._rows = self._divided(head)

    def proposal(self) -> Proposal:
        time = self._time()
        dates = self._dates(time)
        form = self._form(time)
        meter_column, values = self._values(time, form)
        mapping = FileMapping(
            format=self._layout.format,
            encoding=None if self._layout.format == "xlsx" else self._layout.encoding,
            delimiter=None if self._layout.format == "xlsx" else self._layout.delimiter,
            sheet=self._layout.sheet,
            time=time,
            dates=dates,
            zone=self._asked.zone,
            decimal=form.decimal,
            thousands=form.thousands,
            meter_column=meter_column,
            meters=self._names(meter_column),
            values=self._aimed(values),
            stamps=self._stamps(time, dates),
        )
        mapping = replace(mapping, values=tuple(self._checked(one, mapping) for one in mapping.values))
        if any(one.quantity and QUANTITIES[one.quantity].kind is Kind.AMOUNT for one in mapping.values):
            mapping = replace(mapping, interval=self._interval(time, dates))
        if len(self._layout.sheets) > 1:
            self._doubts.append(f"the sheet {self._layout.sheet!r} is taken of {', '.join(self._layout.sheets)}")
        return Proposal(mapping, round(0.85 ** len(self._doubts), 2), tuple(self._doubts))

    def _divided(self, head: Sequence[Line]) -> tuple[Heading, list[Line]]:
        """Return the headings, and the rows below that have a time."""
        for index, line in enumerate(head[:1]):
            names = [str(cell).lower() for cell in line.cells]
            if tuple(names[: len(PLAIN)]) == PLAIN:
                return Heading(tuple(str(cell) for cell in line.cells)), list(head[index + 1 :])
        starts = [index for index, line in enumerate(head) if self._has_time(line) and self._has_number(line)]
        if not starts:
            raise InvalidReading("wrong_columns", f"no line has a time and a number; it begins with {_quoted(head)}")
        rows = [line for line in head[starts[0] :] if self._has_time(line)]
        return heading_of(head[: starts[0]], len(head[starts[0]].cells)), rows

    @property
    def _is_plain(self) -> bool:
        return tuple(name.lower() for name in self._heading.names[:2]) == PLAIN

    def _has_time(self, line: Line) -> bool:
        return any(_is_time(cell) for cell in line.cells)

    def _has_number(self, line: Line) -> bool:
        return any(_is_number(cell) for cell in line.cells if not _is_time(cell))

    def _column(self, place: int) -> list[Cell]:
        return [line.cells[place] if place < len(line.cells) else "" for line in self._rows]

    def _places(self) -> range:
        widths = [len(self._heading.names)] if self._heading.names else [len(line.cells) for line in self._rows[:50]]
        return range(max(widths, default=0))

    def _time(self) -> TimeColumns:
        whole = [place for place in self._places() if _mostly(self._column(place), _is_stamp)]
        days = [place for place in self._places() if _mostly(self._column(place), _is_day)]
        clocks = [place for place in self._places() if _mostly(self._column(place), _is_clock)]
        if self._is_plain:
            return TimeColumns(self._heading.names[0])
        mark = self._mark()
        if whole:
            return TimeColumns(self._name(self._of_several(whole)), mark=mark)
        if days and clocks:
            return TimeColumns(self._name(days[0]), self._name(self._of_several(clocks)), mark)
        if days:
            return TimeColumns(self._name(self._of_several(days)), mark=mark)
        raise InvalidReading("wrong_columns", "no column holds times")

    def _of_several(self, places: Sequence[int]) -> int:
        """Of a start and an end the start is taken: midnight at the end of a day would need the next day's date."""
        starts = [place for place in places if _START.search(self._heading.at(place))]
        if len(places) > 1 and not starts:
            names = ", ".join(str(self._name(place)) for place in places)
            self._doubts.append(f"several columns hold times ({names}): the first is taken")
        return (starts or list(places))[0]

    def _mark(self) -> Column | None:
        for place in self._places():
            words = {str(cell).strip().upper() for cell in self._column(place)} - {""}
            # A status of "W" for a true value is no winter.
            is_told = _PASSES.search(self._heading.at(place)) or len({MARKS.get(word) for word in words}) > 1
            if words and words <= MARKS.keys() and is_told and not is_beside(self._heading.at(place)):
                return self._name(place)
        return None

    def _dates(self, time: TimeColumns) -> str | None:
        parts = [found for cell in self._column(self._place(time.column)) if (found := slashed_parts(str(cell)))]
        if self._asked.dates or not parts:
            return self._asked.dates
        is_day_first = any(first > 12 for first, _ in parts)
        is_month_first = any(second > 12 for _, second in parts)
        if is_day_first == is_month_first:
            text = "/".join(f"{part:02d}" for part in parts[0])
            detail = f"{text}/…: day or month first? Name --dates day_first or month_first"
            raise InvalidReading("ambiguous_date", detail)
        return "day_first" if is_day_first else "month_first"

    def _form(self, time: TimeColumns) -> NumberFormat:
        if self._asked.decimal is not None:
            return NumberFormat(self._asked.decimal, "." if self._asked.decimal == "," else ",")
        used = self._used(time)
        texts = (
            cell
            for place in self._places()
            if place not in used and not is_beside(self._heading.at(place))
            for cell in self._column(place)
            if isinstance(cell, str)
        )
        return number_format(texts, delimiter=self._layout.delimiter if self._layout.format == "csv" else "")

    def _used(self, time: TimeColumns) -> set[int]:
        columns = [one for one in (time.column, time.clock, time.mark) if one is not None]
        times = {place for place in self._places() if _mostly(self._column(place), _is_time)}
        return times | {self._place(column) for column in columns}

    def _values(self, time: TimeColumns, form: NumberFormat) -> tuple[Column | None, list[int]]:
        if self._is_plain:
            return None, [1]
        used = self._used(time)
        rest = [place for place in self._places() if place not in used and not is_beside(self._heading.at(place))]
        meter = next((place for place in rest if self._names_meters(place)), None)
        numeric = [
            place
            for place in rest
            if place != meter and _mostly(self._column(place), lambda cell: _reads(cell, form))
        ]
        if not numeric:
            raise InvalidReading("wrong_columns", "no column holds numbers beside the times")
        return (None if meter is None else self._name(meter)), numeric

    def _names_meters(self, place: int) -> bool:
        if is_meter_name(self._heading.at(place)):
            return True
        cells = {str(cell) for cell in self._column(place)} - {""}
        return bool(cells) and any(self._meter_called(cell) for cell in cells)

    def _names(self, meter_column: Column | None) -> tuple[tuple[str, str], ...]:
        if meter_column is None:
            return ()
        place = self._place(meter_column)
        names = list(dict.fromkeys(_text(cell) for cell in self._column(place) if cell != ""))
        if self._asked.meter is not None:
            if len(names) > 1:
                told = ", ".join(names[:5])
                raise InvalidReading("ambiguous_column", f"the rows are of several meters ({told}): name --mapping")
            return tuple((name, self._asked.meter) for name in names)
        known = [(name, meter.id) for name in names if (meter := self._meter_called(name)) is not None]
        if not known:
            raise InvalidReading("unknown_meter", f"no meter is called {', '.join(names[:5])}: name --mapping")
        if unknown := set(names) - {name for name, _ in known}:
            self._doubts.append(f"no meter is called {', '.join(sorted(unknown)[:5])}")
        return tuple(known)

    def _meter_called(self, name: str) -> Meter | None:
        meters = self._portfolio.meters
        wanted = name.strip().lower()
        if wanted in meters:
            return meters[wanted]
        return next((one for one in meters.values() if one.serial and one.serial.lower() == wanted), None)

    def _aimed(self, places: list[int]) -> tuple[ValueColumn, ...]:
        rows_tell = any(self._names_meters(place) for place in self._places() if place not in places)
        chosen = self._chosen(places)
        if rows_tell:
            return (self._one_of(chosen, None),)
        if self._asked.meter is not None:
            return (self._one_of(chosen, self._asked.meter),)
        named = [(place, meter) for place in chosen if (meter := self._meter_of_heading(place)) is not None]
        if not named:
            names = ", ".join(str(self._name(place)) for place in chosen[:5])
            raise InvalidReading("unknown_meter", f"no meter is called {names}: name --meter or --mapping")
        if left := [str(self._name(place)) for place in chosen if place not in dict(named)]:
            self._doubts.append(f"left out, no meter is called so: {', '.join(left[:5])}")
        return tuple(self._value(place, meter.id, meter) for place, meter in named)

    def _chosen(self, places: list[int]) -> list[int]:
        if self._asked.column is None:
            return places
        wanted = self._asked.column.strip().lower()
        found = [place for place in places if self._heading.at(place).lower() == wanted or str(place + 1) == wanted]
        if not found:
            names = ", ".join(repr(self._name(place)) for place in places)
            raise InvalidReading("wrong_columns", f"no column of numbers is called {self._asked.column!r} ({names})")
        return found

    def _one_of(self, places: list[int], meter_id: str | None) -> ValueColumn:
        if len(places) > 1:
            names = ", ".join(repr(self._name(place)) for place in places)
            raise InvalidReading("ambiguous_column", f"several columns hold numbers ({names}): name --column")
        meter = None if meter_id is None else self._portfolio.meter(meter_id)
        return self._value(places[0], meter_id, meter or self._first_meter())

    def _first_meter(self) -> Meter | None:
        for place in self._places():
            for cell in self._column(place)[:50]:
                if (meter := self._meter_called(_text(cell))) is not None:
                    return meter
        return None

    def _meter_of_heading(self, place: int) -> Meter | None:
        for text in self._heading.column(place):
            for word in (text, *re.split(r"[\s\[\](),;|/]+", text)):
                if word and (meter := self._meter_called(word)) is not None:
                    return meter
        return None

    def _value(self, place: int, meter_id: str | None, meter: Meter | None) -> ValueColumn:
        unit = next((found for text in self._heading.column(place) if (found := unit_in(text))), None)
        quantity = self._asked.quantity
        if quantity is None and meter is not None and unit in RATES:
            rate, _ = RATES[unit]
            if QUANTITIES[meter.quantity].kind is not Kind.GAUGE:
                quantity = rate
                self._doubts.append(f"{unit} is taken as the mean of an interval ({rate}); else name --quantity")
        if unit is None and meter is not None:
            unit = meter.unit if quantity in (None, meter.quantity) else None
        return ValueColumn(self._name(place), meter_id, quantity, unit)

    def _checked(self, one: ValueColumn, mapping: FileMapping) -> ValueColumn:
        """Refuse to take for a counter what rises and falls."""
        meter = self._portfolio.meters.get(one.meter or "") or self._first_meter()
        if one.quantity is not None or meter is None or mapping.meter_column is not None:
            return one
        if QUANTITIES[meter.quantity].kind is not Kind.COUNTER or meter.quantity in _MAY_FALL:
            return one
        why = "rises and falls" if self._falls(self._place(one.column), mapping) else ""
        if mapping.stamps is not None and self._asked.stamps is None:
            why = "stands beside the ends of intervals"
        if why:
            amount = "interval_volume" if meter.quantity == "volume" else "interval_energy"
            detail = f"{one.column!r} {why}: no counter? Name --quantity {amount} or {meter.quantity}, or a --mapping"
            raise InvalidReading("ambiguous_quantity", detail)
        return one

    def _falls(self, place: int, mapping: FileMapping) -> bool:
        form = NumberFormat(mapping.decimal or ".", mapping.thousands)
        written = [value for cell in self._column(place) if (value := _value(cell, form)) is not None]
        steps = np.sign(np.diff(np.array(written)))
        rises, falls = int((steps > 0).sum()), int((steps < 0).sum())
        fewer = min(rises, falls)  # a file may begin with the newest line
        return fewer > 2 and fewer > _FALLS * len(written)

    def _stamps(self, time: TimeColumns, dates: str | None) -> Stamps | None:
        if self._asked.stamps is not None:
            return self._asked.stamps
        heading = self._heading.at(self._place(time.clock or time.column))
        if _START.search(heading):
            return Stamps.START
        if _END.search(heading):
            return Stamps.END
        self._doubt_stamps(time, dates)
        return None

    def _interval(self, time: TimeColumns, dates: str | None) -> timedelta | None:
        """Return how far apart most stamps are; None where the meter has to know."""
        walls: set[int] = set()
        clocks = [""] * len(self._rows) if time.clock is None else self._column(self._place(time.clock))
        for day, clock in zip(self._column(self._place(time.column)), clocks, strict=True):
            text = f"{str(day).removesuffix(' 00:00:00')} {clock}" if clock else str(day)
            try:
                walls.add(stamp_of(text, day_first=dates == "day_first")[1])
            except InvalidReading:
                continue
        steps = Counter(np.diff(np.array(sorted(walls), np.int64)).tolist()).most_common(1)
        if not steps or steps[0][1] < _MOSTLY * (len(walls) - 1) or steps[0][0] % 60_000:
            return None
        found = timedelta(milliseconds=steps[0][0])
        meter = self._portfolio.meters.get(self._asked.meter or "") or self._first_meter()
        if meter is not None and meter.interval != found:
            self._doubts.append(f"the stamps are {found} apart, the interval of {meter.id} is {meter.interval}")
        return found

    def _doubt_stamps(self, time: TimeColumns, dates: str | None) -> None:
        meter = self._portfolio.meters.get(self._asked.meter or "")
        if meter is None or time.clock is not None or not self._rows:
            return
        try:
            _, first = stamp_of(str(self._rows[0].cells[self._place(time.column)]), day_first=dates == "day_first")
        except InvalidReading:
            return
        step_ms = int(meter.interval.total_seconds() * 1000)
        looks = {0: Stamps.START, step_ms: Stamps.END}.get(first % 86_400_000)
        if looks is not None and looks is not meter.stamps and QUANTITIES[meter.quantity].kind is Kind.AMOUNT:
            self._doubts.append(f"the first stamp looks like the {looks} of an interval: name --stamps if it is so")

    def _name(self, place: int) -> Column:
        return self._heading.name(place)

    def _place(self, column: Column) -> int:
        return column - 1 if isinstance(column, int) else self._heading.names.index(column)


def _mostly(cells: Sequence[Cell], holds: Callable[[Cell], bool]) -> bool:
    filled = [cell for cell in cells if cell != ""]
    return bool(filled) and sum(map(holds, filled)) >= _MOSTLY * len(filled)


def _is_time(cell: Cell) -> bool:
    return isinstance(cell, str) and (_is_stamp(cell) or _is_day(cell) or _is_clock(cell))


def _is_stamp(cell: Cell) -> bool:
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


def _is_day(cell: Cell) -> bool:
    return isinstance(cell, str) and is_date_alone(cell)


def _is_clock(cell: Cell) -> bool:
    return isinstance(cell, str) and ":" in cell and is_clock(cell)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, float) or any(_reads(cell, NumberFormat(sign, other)) for sign, other in (",.", ".,"))


def _reads(cell: Cell, form: NumberFormat) -> bool:
    if isinstance(cell, str) and cell.strip().lower() in MISSING:
        return True
    return _value(cell, replace(form, thousands="." if form.decimal == "," else ",")) is not None


def _value(cell: Cell, form: NumberFormat) -> float | None:
    try:
        return number_of(cell, form)
    except InvalidReading:
        return None


def _text(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _quoted(head: Sequence[Line]) -> str:
    return repr(" | ".join(str(cell) for cell in head[0].cells)[:80]) if head else "nothing"
