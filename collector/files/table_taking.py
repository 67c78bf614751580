"""Takes the rows of a table into an account, a block at a time: whole columns where nothing is odd."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat, zip_longest

import numpy as np
from numpy.typing import NDArray

from collector.files.account import Account, SeriesKey
from collector.files.agreement import Agreement
from collector.files.columns import Columns, is_footer
from collector.files.mapping import FileMapping
from collector.files.numerals import Cell, Gaps, NumberFormat, number_of, numbers
from collector.files.row_series import RowSeries, SeriesOfRows, Told
from collector.files.stamps import Sort, Stamp, marked, range_start, stamp_of
from collector.files.tables import Line
from collector.files.targets import Target
from collector.times import EARLIEST_MS
from config.clocks import CLOCK_SLACK_MS
from config.errors import InvalidReading
from config.portfolio.portfolio import Portfolio

ColumnOfCells = Sequence[Cell]
_Numbers = tuple[NDArray[np.float64], Gaps]


@dataclass(slots=True)
class _Block:
    lines: Sequence[Line]
    columns: Sequence[ColumnOfCells]
    sorts: NDArray[np.int8]
    walls: NDArray[np.int64]
    numbers: NDArray[np.int64]  # of the lines


@dataclass(slots=True)
class TableTaking:
    """One table on its way into an account."""

    account: Account
    columns: Columns
    mapping: FileMapping
    form: NumberFormat
    portfolio: Portfolio
    _series: SeriesOfRows = field(init=False)
    _agreements: dict[SeriesKey, Agreement] = field(default_factory=dict)
    _has_begun: bool = False
    _refusals: list[tuple[Line, InvalidReading]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._series = SeriesOfRows(self.columns, self.mapping, self.portfolio)

    def take(self, lines: Sequence[Line]) -> None:
        """Take the next rows. Raises `StorageFull`, and `ConfigurationError` for units that do not fit."""
        block = self._timed(self._wide_enough(lines))
        if block is not None:
            values = {place: numbers(block.columns[place], self.form) for place, _ in self.columns.values}
            for told, rows in self._groups(block):
                self._take_group(block, told, rows, values)
        for line, error in sorted(self._refusals, key=lambda one: one[0].number):
            self.account.refuse(line.number, " | ".join(str(cell) for cell in line.cells), error)
        self._refusals.clear()

    def _wide_enough(self, lines: Sequence[Line]) -> list[Line]:
        needed, width = self.columns.needed, self.columns.width
        taken: list[Line] = []
        for line in lines:
            count = len(line.cells)
            if count >= needed and (count <= width or not any(line.cells[width:])):
                taken.append(line)
            elif is_footer(line, self.columns.time) or (count == 1 and not _is_cut_off(line)):
                self.account.skipped += 1
            else:
                self._refuse(line, "wrong_columns", f"{count} columns instead of {width}")
        return taken

    def _timed(self, lines: list[Line]) -> _Block | None:
        stamps, bad = self._stamps(lines)
        if bad:
            for index, error in bad.items():
                self._without_time(lines[index], error)
            kept = [index for index in range(len(lines)) if index not in bad]
            lines, stamps = [lines[index] for index in kept], [stamps[index] for index in kept]
        if not lines:
            return None
        self._has_begun = True
        count = len(lines)
        return _Block(
            lines,
            list(zip_longest(*(line.cells for line in lines), fillvalue="")),
            np.fromiter((sort for sort, _ in stamps), np.int8, count),
            np.fromiter((wall for _, wall in stamps), np.int64, count),
            np.fromiter((line.number for line in lines), np.int64, count),
        )

    def _stamps(self, lines: Sequence[Line]) -> tuple[list[Stamp], dict[int, InvalidReading]]:
        day_first = None if self.mapping.dates is None else self.mapping.dates == "day_first"
        time, is_simple = self.columns.time, self.columns.clock is None and self.columns.mark is None
        if is_simple:
            try:
                return [stamp_of(line.cells[time], day_first=day_first) for line in lines], {}
            except (InvalidReading, AttributeError):
                pass  # one by one, then
        stamps: list[Stamp] = []
        bad: dict[int, InvalidReading] = {}
        for index, line in enumerate(lines):
            try:
                stamps.append(self._stamp(line.cells, day_first))
            except InvalidReading as error:
                bad[index] = error
                stamps.append((Sort.WALL, 0))
        return stamps, bad

    def _stamp(self, cells: Sequence[Cell], day_first: bool | None) -> Stamp:
        text = str(cells[self.columns.time])
        if self.columns.clock is not None:
            clock = range_start(str(cells[self.columns.clock]))
            if not clock:
                raise InvalidReading("no_time", f"{text!r} has no time of day beside it")
            text = f"{text.removesuffix(' 00:00:00')} {clock.rpartition(' ')[2] if '-' in clock else clock}"
        sort, wall = stamp_of(text, day_first=day_first)
        if self.columns.mark is not None and sort is Sort.WALL:
            return marked(wall, str(cells[self.columns.mark]))
        return sort, wall

    def _without_time(self, line: Line, error: InvalidReading) -> None:
        if is_footer(line, self.columns.time) or not (self._has_begun or self._has_numbers(line)):
            self.account.skipped += 1
        else:
            self._refusals.append((line, error))

    def _has_numbers(self, line: Line) -> bool:
        for place, _ in self.columns.values:
            try:
                if number_of(line.cells[place], self.form) is not None:
                    return True
            except InvalidReading:
                continue
        return False

    def _groups(self, block: _Block) -> list[tuple[Told, NDArray[np.intp]]]:
        meter, unit = self.columns.meter, self.columns.unit
        if meter is None and unit is None:
            return [((None, None), np.arange(len(block.lines)))]
        nothing = repeat(None, len(block.lines))
        names = nothing if meter is None else map(_name, block.columns[meter])
        units = nothing if unit is None else (str(cell) or None for cell in block.columns[unit])
        rows: dict[Told, list[int]] = {}
        for index, told in enumerate(zip(names, units, strict=True)):
            rows.setdefault(told, []).append(index)
        return [(told, np.array(places)) for told, places in rows.items()]

    def _take_group(
        self,
        block: _Block,
        told: Told,
        rows: NDArray[np.intp],
        values: dict[int, _Numbers],
    ) -> None:
        try:
            series = self._series.of(told)
        except InvalidReading as error:
            self._refusals += [(block.lines[row], error) for row in rows.tolist()]
            return
        for one in series:
            utc, good = self._utc(one, block, rows)
            for place, target in one.targets:
                column, gaps = values[place]
                self._tell_gaps(block, gaps, set(rows[good].tolist()) if gaps else set())
                impossible = good & target.impossible(column[rows])
                for row in rows[impossible].tolist():
                    self._refusals.append((block.lines[row], target.below_zero(float(column[row]))))
                taken = good & ~np.isnan(column[rows]) & ~impossible
                taken[taken] = self._unanimous(target, block, rows[taken], utc[taken], column[rows[taken]])
                kept = rows[taken]
                self.account.take(target.key, utc[taken], target.converted(column[kept]), block.numbers[kept])

    def _utc(
        self, series: RowSeries, block: _Block, rows: NDArray[np.intp]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        utc, never = series.clock.instants(block.sorts[rows], block.walls[rows])
        utc = utc + series.shift_ms
        future, old = utc > self.account.now_ms + CLOCK_SLACK_MS, utc < EARLIEST_MS
        good = ~(never | future | old)
        for index in np.flatnonzero(~good).tolist():
            line = block.lines[rows[index]]
            if never[index]:
                self._refuse(line, "no_time", "the hour that spring leaves out: does the logger stay on winter time?")
            elif future[index]:
                self._refusals.append((line, series.not_come_yet(int(utc[index]))))
            else:
                self._refuse(line, "too_old", "is before the year 2000: is the clock set?")
        return utc, good

    def _unanimous(
        self,
        target: Target,
        block: _Block,
        rows: NDArray[np.intp],
        utc: NDArray[np.int64],
        values: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Return which readings no other row contradicts."""
        good = self._agreements.setdefault(target.key, Agreement()).of(utc, values)
        meter = target.key.meter
        for row in rows[~good].tolist():
            detail = f"another line has another value of {meter} for the same time: two registers, or two passes?"
            self._refusals.append((block.lines[row], InvalidReading("two_values", detail, meter=meter)))
        return good

    def _tell_gaps(self, block: _Block, gaps: Gaps, timed: set[int]) -> None:
        for index, error in gaps.items():
            if index not in timed:
                continue
            if error is None:
                self.account.missing += 1
            else:
                self._refusals.append((block.lines[index], error))

    def _refuse(self, line: Line, code: str, detail: str) -> None:
        self._refusals.append((line, InvalidReading(code, detail)))


def _is_cut_off(line: Line) -> bool:
    """Say whether a lone cell is the beginning of a row, and no word below the table."""
    return str(line.cells[0])[:1].isdigit()


def _name(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
