"""Which columns of a table hold the time, and how it is written."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from collector.files.detected_cells import MOSTLY, is_a_clock, is_day, is_stamp, mostly
from collector.files.detected_table import SampledTable
from collector.files.headings import is_beside
from collector.files.mapping import Column, TimeColumns
from collector.files.stamps import MARKS, is_range, range_start, slashed_parts, stamp_of
from config.errors import InvalidReading
from config.meters.meter import Stamps
from config.quantities import QUANTITIES, Kind

_START = re.compile(r"\b(von|start|beginn|ab|from)\b", re.IGNORECASE)
_PASSES = re.compile(r"s/w|a/b|sommer|winter|zeitzone|\bdst\b|mesz", re.IGNORECASE)
_END = re.compile(r"\b(bis|ende?|to)\b", re.IGNORECASE)
_LONGEST_INTERVAL = timedelta(days=366)  # stamps further apart are a slip of the pen, and no interval


class DetectedDates:
    """What a table's times mean."""

    def __init__(self, table: SampledTable) -> None:
        self._table = table

    def time(self) -> TimeColumns:
        """Return which columns hold the time."""
        whole = [place for place in self._table.places() if mostly(self._table.column(place), is_stamp)]
        days = [place for place in self._table.places() if mostly(self._table.column(place), is_day)]
        clocks = [place for place in self._table.places() if mostly(self._table.column(place), is_a_clock)]
        if self._table.is_plain:
            return TimeColumns(self._table.heading.names[0])
        mark = self._mark()
        if whole:
            return TimeColumns(self._table.name(self._of_several(whole)), mark=mark)
        if days and clocks:
            return TimeColumns(self._table.name(days[0]), self._table.name(self._of_several(clocks)), mark)
        if days:
            return TimeColumns(self._table.name(self._of_several(days)), mark=mark)
        raise InvalidReading("wrong_columns", "no column holds times")

    def dates(self, time: TimeColumns) -> str | None:
        """Return which comes first in dates with slashes, None where there are none."""
        parts = [
            found
            for cell in self._table.column(self._table.place(time.column))
            if (found := slashed_parts(str(cell)))
        ]
        if self._table.asked.dates or not parts:
            return self._table.asked.dates
        is_day_first = any(first > 12 for first, _ in parts)
        is_month_first = any(second > 12 for _, second in parts)
        if is_day_first == is_month_first:
            text = "/".join(f"{part:02d}" for part in parts[0])
            detail = f"{text}/…: day or month first? Name --dates day_first or month_first"
            raise InvalidReading("ambiguous_date", detail)
        return "day_first" if is_day_first else "month_first"

    def stamps(self, time: TimeColumns, dates: str | None) -> Stamps | None:
        """Return whether stamps are starts or ends, None where the meter has to know."""
        if self._table.asked.stamps is not None:
            return self._table.asked.stamps
        place = self._table.place(time.clock or time.column)
        if mostly(self._table.column(place), lambda cell: is_range(str(cell))):
            return Stamps.START
        heading = self._table.heading.at(place)
        if _START.search(heading):
            return Stamps.START
        if _END.search(heading):
            return Stamps.END
        self._doubt_stamps(time, dates)
        return None

    def interval(self, time: TimeColumns, dates: str | None) -> timedelta | None:
        """Return how far apart most stamps are; None where the meter has to know."""
        walls: set[int] = set()
        clocks = (
            [""] * len(self._table.rows) if time.clock is None else self._table.column(self._table.place(time.clock))
        )
        for day, clock in zip(self._table.column(self._table.place(time.column)), clocks, strict=True):
            text = f"{str(day).removesuffix(' 00:00:00')} {range_start(str(clock))}" if clock else str(day)
            try:
                walls.add(stamp_of(text, day_first=dates == "day_first")[1])
            except InvalidReading:
                continue
        steps = Counter(np.diff(np.array(sorted(walls), np.int64)).tolist()).most_common(1)
        if not steps or steps[0][1] < MOSTLY * (len(walls) - 1) or steps[0][0] % 60_000:
            return None
        found = timedelta(milliseconds=steps[0][0])
        if found > _LONGEST_INTERVAL:
            return None
        meter = self._table.portfolio.meters.get(self._table.asked.meter or "") or self._table.first_meter()
        if meter is not None and meter.interval != found:
            self._table.doubts.append(f"the stamps are {found} apart, the interval of {meter.id} is {meter.interval}")
        return found

    def _of_several(self, places: Sequence[int]) -> int:
        """Of a start and an end the start is taken: midnight at the end of a day would need the next day's date."""
        starts = [place for place in places if _START.search(self._table.heading.at(place))]
        if len(places) > 1 and not starts:
            names = ", ".join(str(self._table.name(place)) for place in places)
            self._table.doubts.append(f"several columns hold times ({names}): the first is taken")
        return (starts or list(places))[0]

    def _mark(self) -> Column | None:
        for place in self._table.places():
            words = {str(cell).strip().upper() for cell in self._table.column(place)} - {""}
            # A status of "W" for a true value is no winter.
            is_told = _PASSES.search(self._table.heading.at(place)) or len({MARKS.get(word) for word in words}) > 1
            if words and words <= MARKS.keys() and is_told and not is_beside(self._table.heading.at(place)):
                return self._table.name(place)
        return None

    def _doubt_stamps(self, time: TimeColumns, dates: str | None) -> None:
        meter = self._table.portfolio.meters.get(self._table.asked.meter or "")
        if meter is None or time.clock is not None or not self._table.rows:
            return
        try:
            _, first = stamp_of(
                str(self._table.rows[0].cells[self._table.place(time.column)]), day_first=dates == "day_first"
            )
        except (InvalidReading, IndexError):  # the first row may end before its time
            return
        step_ms = int(meter.interval.total_seconds() * 1000)
        looks = {0: Stamps.START, step_ms: Stamps.END}.get(first % 86_400_000)
        if looks is not None and looks is not meter.stamps and QUANTITIES[meter.quantity].kind is Kind.AMOUNT:
            self._table.doubts.append(
                f"the first stamp looks like the {looks} of an interval: name --stamps if it is so"
            )
