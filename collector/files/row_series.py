"""Which series the rows of a table go to, by what each row says itself and what the mapping says of its columns."""

from dataclasses import dataclass, field, replace
from datetime import tzinfo

from collector.files.columns import Columns
from collector.files.headings import unit_called
from collector.files.mapping import FILE_UNITS, FileMapping, ValueColumn
from collector.files.targets import Target, target_of
from collector.files.wall_clock import Offsets, WallClock
from config.errors import ConfigurationError, InvalidReading
from config.portfolio.portfolio import Portfolio

Told = tuple[str | None, str | None]
"""What a row says itself: whose it is, and its unit. None: the mapping knows."""


@dataclass(slots=True)
class RowSeries:
    """What shares a clock: the columns of one zone and one end of their intervals; places and targets."""

    clock: WallClock
    shift_ms: int
    targets: list[tuple[int, Target]]

    def not_come_yet(self, claimed_ms: int) -> InvalidReading:
        """Return the refusal of a row whose time is ahead of the clock."""
        meters = dict.fromkeys(target.key.meter for _, target in self.targets)
        return InvalidReading("future_time", "has not come yet", meter=",".join(meters), claimed_ms=claimed_ms)


@dataclass(slots=True)
class SeriesOfRows:
    """The series of one table; each keeps its clock from block to block."""

    columns: Columns
    mapping: FileMapping
    portfolio: Portfolio
    _offsets: dict[tzinfo, Offsets] = field(default_factory=dict)
    _known: dict[Told, list[RowSeries] | InvalidReading] = field(default_factory=dict)

    def of(self, told: Told) -> list[RowSeries]:
        """Return the series of rows that say so.

        Raises `InvalidReading`: `unknown_meter`, `virtual_meter`, `unknown_unit` for the unit of a row, and
        `ConfigurationError` for one that the mapping or the meter names and that does not fit.
        """
        if told not in self._known:
            try:
                self._known[told] = self._new(*told)
            except InvalidReading as error:
                self._known[told] = error
        found = self._known[told]
        if isinstance(found, InvalidReading):
            raise found
        return found

    def _new(self, name: str | None, unit: str | None) -> list[RowSeries]:
        alike: dict[tuple[tzinfo, int], RowSeries] = {}
        for place, column in self.columns.values:
            target = self._target(column, name, unit)
            offsets = self._offsets.setdefault(target.zone, Offsets(target.zone))
            stamped = RowSeries(WallClock(offsets), target.shift_ms, [])
            alike.setdefault((target.zone, target.shift_ms), stamped).targets.append((place, target))
        return list(alike.values())

    def _target(self, column: ValueColumn, name: str | None, unit: str | None) -> Target:
        meter = self.portfolio.meter(column.meter or self._meter_named(name))
        if unit is None:
            return target_of(meter, column, self.mapping, self.portfolio)
        known = unit_called(unit)
        if known is None:
            raise InvalidReading("unknown_unit", f"{unit[:20]!r} (allowed: {', '.join(FILE_UNITS)})", meter=meter.id)
        try:
            return target_of(meter, replace(column, unit=known), self.mapping, self.portfolio)
        except ConfigurationError as error:
            raise InvalidReading("unknown_unit", str(error), meter=meter.id) from error

    def _meter_named(self, name: str | None) -> str:
        meter = dict(self.mapping.meters).get(name or "", name or "")
        if meter not in self.portfolio.meters:
            raise InvalidReading("unknown_meter", f"no meter is called {meter[:60]!r}")
        return meter
