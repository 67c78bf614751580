"""Books a counter: devices one after the other, each freed of its faults, joined at the recorded exchanges."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.ledger.faults import Device, LargeStep, Notice, clean
from analysis.ledger.line import Line, Row, is_bridged, line_of
from analysis.ledger.micro import Integers
from analysis.ledger.readings import NOTHING_DECIDED, Decisions, Exchange, Readings, joined_readings, worse_of_both
from analysis.ledger.rules import Rules


@dataclass(frozen=True, slots=True)
class Booked:
    """A line [micro-units of the register] and what was noticed on the way.

    `large_steps` are those that a fall before the first reading may explain.
    """

    line: Line
    notices: tuple[Notice, ...] = ()
    large_steps: tuple[LargeStep, ...] = ()


def book_counter(readings: Readings, rules: Rules, decisions: Decisions = NOTHING_DECIDED) -> Booked:
    """Book counter readings; a series that nothing happened to takes one pass.

    Over an exchange without both readings, over a suspected one, over an impossible jump and while a counter is stuck
    nothing is booked. Gaps are drawn straight: see `bridging` for their shape.
    """
    ordered = sorted(decisions.exchanges, key=attrgetter("time_ms"))
    devices = [
        clean(own, own_rules, believed=decisions.believed, is_new=is_new)
        for own, own_rules, is_new in _devices(readings, rules, ordered)
    ]
    kept = joined_readings([device.readings for device in devices])
    rises = np.diff(kept.micro, prepend=0)
    broken = np.concatenate([device.broken for device in devices])
    _join(devices, kept.time_ms, rises, broken)
    if not len(kept):
        return Booked(line_of(kept.time_ms, rises, rises))
    ends = worse_of_both(kept.marks)
    kinds = _kinds(kept, ends, broken[1:], rules)
    kinds[_doubted(kept.time_ms, decisions)] = Row.FAULTY
    line = line_of(kept.time_ms, np.where(kinds == Row.FAULTY, 0, rises[1:]), kinds, ends=ends)
    found = [notice for device in devices for notice in device.notices]
    notices = sorted([*found, *gaps(line)], key=lambda notice: notice.time_ms)
    return Booked(line, tuple(notices), devices[0].large_steps)


def _devices(readings: Readings, rules: Rules, exchanges: Sequence[Exchange]) -> list[tuple[Readings, Rules, bool]]:
    """Split the readings at the exchanges, and add the readings written down there; True: one begins the device."""
    devices = []
    for opening, closing in pairwise([None, *exchanges, None]):
        own = _between(readings, opening, closing)
        is_new = False
        if opening is not None and opening.new_start is not None:
            own, is_new = own.with_one(0, opening.time_ms, opening.new_start), True
        if closing is not None and closing.old_end is not None:
            own = own.with_one(len(own), closing.time_ms, closing.old_end)
        wrap = opening.wrap if opening is not None else None
        devices.append((own, replace(rules, wrap=wrap) if wrap is not None else rules, is_new))
    return devices


def _between(readings: Readings, opening: Exchange | None, closing: Exchange | None) -> Readings:
    """A reading of the very instant of an exchange is the new device's; what was written down says it better."""
    first, last = 0, len(readings)
    if opening is not None:
        side: Literal["left", "right"] = "left" if opening.new_start is None else "right"
        first = int(np.searchsorted(readings.time_ms, opening.time_ms, side=side))
    if closing is not None:
        last = int(np.searchsorted(readings.time_ms, closing.time_ms, side="left"))
    return readings.between(first, last)


def _join(devices: Sequence[Device], times: Integers, rises: Integers, broken: NDArray[np.bool_]) -> None:
    """Between two devices nothing is used; where time passed between their known readings, it is not known what."""
    position = 0
    for device in devices:
        if len(device.readings) and position:
            broken[position] = times[position] > times[position - 1]
            rises[position] = 0
        position += len(device.readings)


def _kinds(kept: Readings, ends: Integers, broken: NDArray[np.bool_], rules: Rules) -> Integers:
    kinds = ends.copy()
    if rules.gap_ms is not None:
        spans = np.diff(kept.time_ms)
        kinds[spans > rules.gap_ms] = Row.INTERPOLATED
        kinds[spans > max(rules.gap_ms, rules.short_ms)] = Row.SPREAD
    kinds[broken] = Row.FAULTY
    return kinds


def _doubted(times: Integers, decisions: Decisions) -> NDArray[np.bool_]:
    found = np.isin(times[1:], list(decisions.jumps))
    for first, last in decisions.doubted:
        found |= (times[1:] > first) & (times[:-1] < last)
    return found


def gaps(line: Line) -> list[Notice]:
    """Return a notice for every gap of a line that is not shaped yet."""
    spans = np.diff(line.time_ms)
    return [
        Notice("gap", int(line.time_ms[index]), f"{_lasting(int(spans[index]))} ohne Ablesung")
        for index in np.flatnonzero(is_bridged(line.kinds)).tolist()
    ]


def _lasting(span_ms: int) -> str:
    hours = span_ms / 3_600_000
    if hours < 2:
        minutes = max(1, round(hours * 60))
        return "1 Minute" if minutes == 1 else f"{minutes} Minuten"
    return f"{hours:.0f} Stunden" if hours < 48 else f"{hours / 24:.0f} Tage"
