"""Which columns of a table hold values, of which meter, in which quantity and unit."""

import re
from collections.abc import Sequence

import numpy as np

from collector.files.detected_cells import is_time, mostly, reads, text_of, value_of
from collector.files.detected_table import SampledTable
from collector.files.headings import (
    is_beside,
    is_meter_name,
    is_register_name,
    is_unit_name,
    other_unit,
    unit_called,
    unit_in,
    unread_unit,
)
from collector.files.mapping import Column, FileMapping, TimeColumns, ValueColumn
from collector.files.numerals import NumberFormat, number_format
from collector.files.targets import RATES
from config.errors import InvalidReading
from config.meters.meter import Meter
from config.quantities import QUANTITIES, Kind

_FALLS = 0.05
_MAY_FALL = frozenset({"active_energy_net"})


class DetectedColumns:
    """What a table's values mean."""

    def __init__(self, table: SampledTable) -> None:
        self._table = table

    def form(self, time: TimeColumns) -> NumberFormat:
        """Return how the numbers are written."""
        if self._table.asked.decimal is not None:
            return NumberFormat(self._table.asked.decimal, "." if self._table.asked.decimal == "," else ",")
        used = self._used(time)
        texts = (
            cell
            for place in self._table.places()
            if place not in used and not is_beside(self._table.heading.at(place))
            for cell in self._table.column(place)
            if isinstance(cell, str)
        )
        return number_format(
            texts, delimiter=self._table.layout.delimiter if self._table.layout.format == "csv" else ""
        )

    def values(self, time: TimeColumns, form: NumberFormat) -> tuple[Column | None, list[int]]:
        """Return the column that names meters, if there is one, and those that hold numbers."""
        if self._table.is_plain:
            return None, [1]
        used = self._used(time)
        rest = [
            place
            for place in self._table.places()
            if place not in used and not is_beside(self._table.heading.at(place))
        ]
        meter = next((place for place in rest if self._names_meters(place)), None)
        numeric = [
            place
            for place in rest
            if place != meter and mostly(self._table.column(place), lambda cell: reads(cell, form))
        ]
        if not numeric:
            raise InvalidReading("wrong_columns", "no column holds numbers beside the times")
        return (None if meter is None else self._table.name(meter)), numeric

    def show_a_sign(self, places: list[int]) -> bool:
        """Say whether a comma or point stands in the numbers: whole ones tell nothing about the next file."""
        cells = (cell for place in places for cell in self._table.column(place))
        return any(sign in cell for cell in cells if isinstance(cell, str) for sign in ",.")

    def names(self, meter_column: Column | None) -> tuple[tuple[str, str], ...]:
        """Return which name in the rows means which meter."""
        if meter_column is None:
            return ()
        place = self._table.place(meter_column)
        names = list(dict.fromkeys(text_of(cell) for cell in self._table.column(place) if cell != ""))
        if self._table.asked.meter is not None:
            if len(names) > 1:
                told = ", ".join(names[:5])
                raise InvalidReading("ambiguous_column", f"the rows are of several meters ({told}): name --mapping")
            return tuple((name, self._table.asked.meter) for name in names)
        known = [(name, meter.id) for name in names if (meter := self._table.meter_called(name)) is not None]
        if not known:
            raise InvalidReading("unknown_meter", f"no meter is called {', '.join(names[:5])}: name --mapping")
        if unknown := set(names) - {name for name, _ in known}:
            self._table.doubts.append(f"no meter is called {', '.join(sorted(unknown)[:5])}")
        return tuple(known)

    def aimed(self, places: list[int]) -> tuple[ValueColumn, ...]:
        """Return whose values the columns hold."""
        rows_tell = any(self._names_meters(place) for place in self._table.places() if place not in places)
        chosen = self._chosen(places)
        if rows_tell:
            return (self._one_of(chosen, None),)
        if self._table.asked.meter is not None:
            return (self._one_of(chosen, self._table.asked.meter),)
        named = [(place, meter) for place in chosen if (meter := self._meter_of_heading(place)) is not None]
        self._demand_one_column_each(named)
        if not named:
            names = ", ".join(str(self._table.name(place)) for place in chosen[:5])
            raise InvalidReading("unknown_meter", f"no meter is called {names}: name --meter or --mapping")
        if left := [str(self._table.name(place)) for place in chosen if place not in dict(named)]:
            self._table.doubts.append(f"left out, no meter is called so: {', '.join(left[:5])}")
        return tuple(self._value(place, meter.id, meter) for place, meter in named)

    def demand_one_register(self, meter_column: Column | None) -> None:
        """Raise `InvalidReading` where the rows of one meter are of several registers."""
        meters = [""] * len(self._table.rows)
        if meter_column is not None:
            meters = [text_of(cell) for cell in self._table.column(self._table.place(meter_column))]
        for place in self._table.places():
            if not is_register_name(self._table.heading.at(place)):
                continue
            registers: dict[str, set[str]] = {}
            for meter, cell in zip(meters, self._table.column(place), strict=True):
                registers.setdefault(meter, set()).add(text_of(cell))
            found = max(registers.values(), key=len, default=set()) - {""}
            if len(found) > 1:
                detail = f"{self._table.name(place)!r} tells several registers apart ({', '.join(sorted(found)[:5])})"
                raise InvalidReading("ambiguous_column", f"{detail}: leave the rows of one of them in the file")

    def checked(self, one: ValueColumn, mapping: FileMapping) -> ValueColumn:
        """Refuse to take for a counter what rises and falls."""
        meter = self._table.portfolio.meters.get(one.meter or "") or self._table.first_meter()
        if one.quantity is not None or meter is None or mapping.meter_column is not None:
            return one
        if QUANTITIES[meter.quantity].kind is not Kind.COUNTER or meter.quantity in _MAY_FALL:
            return one
        why = "rises and falls" if self._falls(self._table.place(one.column), mapping) else ""
        if mapping.stamps is not None and self._table.asked.stamps is None:
            why = "stands beside the ends of intervals"
        if why:
            amount = "interval_volume" if meter.quantity == "volume" else "interval_energy"
            detail = f"{one.column!r} {why}: no counter? Name --quantity {amount} or {meter.quantity}, or a --mapping"
            raise InvalidReading("ambiguous_quantity", detail)
        return one

    def units(self, places: list[int]) -> Column | None:
        """Return the column that tells the unit of each row, if there is one and it can only mean one of values."""
        named = (place for place in self._table.places() if is_unit_name(self._table.heading.at(place)))
        place = next(named, None)
        return self._table.name(place) if place is not None and len(self._chosen(places)) == 1 else None

    def quantities(self, values: Sequence[ValueColumn]) -> set[str]:
        """Return the quantities of columns, where nothing else is said those of their meters."""
        meters = [self._table.portfolio.meters.get(one.meter or "") or self._table.first_meter() for one in values]
        own = [None if meter is None else meter.quantity for meter in meters]
        return {found for one, other in zip(values, own, strict=True) if (found := one.quantity or other)}

    def _used(self, time: TimeColumns) -> set[int]:
        columns = [one for one in (time.column, time.clock, time.mark) if one is not None]
        times = {place for place in self._table.places() if mostly(self._table.column(place), is_time)}
        return times | {self._table.place(column) for column in columns}

    def _names_meters(self, place: int) -> bool:
        if is_meter_name(self._table.heading.at(place)):
            return True
        cells = {str(cell) for cell in self._table.column(place)} - {""}
        return bool(cells) and any(self._table.meter_called(cell) for cell in cells)

    def _chosen(self, places: list[int]) -> list[int]:
        if self._table.asked.column is None:
            return places
        wanted = self._table.asked.column.strip().lower()
        found = [
            place for place in places if self._table.heading.at(place).lower() == wanted or str(place + 1) == wanted
        ]
        if not found:
            names = ", ".join(repr(self._table.name(place)) for place in places)
            raise InvalidReading(
                "wrong_columns", f"no column of numbers is called {self._table.asked.column!r} ({names})"
            )
        return found

    def _demand_one_column_each(self, named: Sequence[tuple[int, Meter]]) -> None:
        for meter in {meter.id: meter for _, meter in named}.values():
            columns = [repr(self._table.name(place)) for place, of in named if of is meter]
            if len(columns) > 1:
                detail = f"{', '.join(columns)} all belong to {meter.id}: name --meter and --column, or --mapping"
                raise InvalidReading("ambiguous_column", detail)

    def _one_of(self, places: list[int], meter_id: str | None) -> ValueColumn:
        if len(places) > 1:
            names = ", ".join(repr(self._table.name(place)) for place in places)
            raise InvalidReading("ambiguous_column", f"several columns hold numbers ({names}): name --column")
        meter = None if meter_id is None else self._table.portfolio.meter(meter_id)
        return self._value(places[0], meter_id, meter or self._table.first_meter())

    def _meter_of_heading(self, place: int) -> Meter | None:
        for text in self._table.heading.column(place):
            for word in (text, *re.split(r"[\s\[\](),;|/]+", text)):
                if word and (meter := self._table.meter_called(word)) is not None:
                    return meter
        return None

    def _value(self, place: int, meter_id: str | None, meter: Meter | None) -> ValueColumn:
        unit = self._unit_of_rows() or next(
            (found for text in self._table.heading.column(place) if (found := unit_in(text))), None
        )
        quantity = self._table.asked.quantity
        if quantity is None and meter is not None and unit in RATES:
            rate, _ = RATES[unit]
            if QUANTITIES[meter.quantity].kind is not Kind.GAUGE:
                quantity = rate
                self._table.doubts.append(
                    f"{unit} is taken as the mean of an interval ({rate}); else name --quantity"
                )
        self._doubt_unit(place, unit, meter)
        if unit is None and meter is not None and meter_id is not None:  # else each row's meter has its own
            unit = meter.unit if quantity in (None, meter.quantity) else None
        return ValueColumn(self._table.name(place), meter_id, quantity, unit)

    def _doubt_unit(self, place: int, unit: str | None, meter: Meter | None) -> None:
        if unit is not None or meter is None:
            return
        heading = self._table.heading
        unread = [found for text in heading.column(place) if (found := unread_unit(text))]
        strange = [f"{found!r}" for found in unread if self._table.meter_called(found) is None]
        strange += [f"{title!r}" for title in heading.titles if other_unit(title, meter.unit)]
        if strange:
            told = f"{', '.join(strange[:3])} stands above {self._table.name(place)!r}"
            self._table.doubts.append(
                f"{told}, taken is {meter.unit}, the unit of {meter.id}: else `unit` in a mapping"
            )

    def _unit_of_rows(self) -> str | None:
        """Return the unit that all rows tell; None where they tell none or several."""
        places = [place for place in self._table.places() if is_unit_name(self._table.heading.at(place))]
        found = {text_of(cell) for place in places for cell in self._table.column(place)} - {""}
        return unit_called(found.pop()) if len(found) == 1 else None

    def _falls(self, place: int, mapping: FileMapping) -> bool:
        form = NumberFormat(mapping.decimal or ".", mapping.thousands)
        written = [value for cell in self._table.column(place) if (value := value_of(cell, form)) is not None]
        steps = np.sign(np.diff(np.array(written)))
        rises, falls = int((steps > 0).sum()), int((steps < 0).sum())
        fewer = min(rises, falls)  # a file may begin with the newest line
        return fewer > 2 and fewer > _FALLS * len(written)
