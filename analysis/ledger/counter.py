"""Books a counter: devices one after the other, each freed of its faults, joined at the recorded exchanges."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import Literal, NamedTuple

import numpy as np

from analysis.ledger.faults import Device, Notice, clean
from analysis.ledger.line import Line, Row, line_of
from analysis.ledger.micro import Integers
from analysis.ledger.rules import Rules


class Exchange(NamedTuple):
    """A recorded exchange; micro-units of the register, None where nobody wrote it down. `wrap` of the new device."""

    time_ms: int
    old_end: int | None
    new_start: int | None
    wrap: int | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """A line [micro-units of the register] and what was noticed on the way."""

    line: Line
    notices: tuple[Notice, ...] = ()


def book_counter(
    time_ms: Integers,
    micro: Integers,
    rules: Rules,
    *,
    exchanges: Sequence[Exchange] = (),
    believed: Set[int] = frozenset(),
) -> Booked:
    """Book counter readings (ascending in time, micro-units); a series that nothing happened to takes one pass.

    Over an exchange without both readings, over a suspected one and over an impossible jump nothing is booked.
    """
    ordered = sorted(exchanges, key=attrgetter("time_ms"))
    devices = [
        clean(times, values, device_rules, believed=believed)
        for times, values, device_rules in _devices(time_ms, micro, rules, ordered)
    ]
    times = np.concatenate([device.time_ms for device in devices])
    rises = np.diff(np.concatenate([device.micro for device in devices]), prepend=0)
    broken = np.concatenate([device.broken for device in devices])
    _join(devices, times, rises, broken)
    if not len(times):
        return Booked(line_of(times, rises, rises))
    kinds = _kinds(np.diff(times), broken[1:], rules)
    line = line_of(times, np.where(broken, 0, rises)[1:], kinds)
    found = [notice for device in devices for notice in device.notices]
    return Booked(line, tuple(sorted([*found, *_gaps(times, kinds)], key=lambda notice: notice.time_ms)))


def _devices(
    time_ms: Integers, micro: Integers, rules: Rules, exchanges: Sequence[Exchange]
) -> list[tuple[Integers, Integers, Rules]]:
    """Split the readings at the exchanges, and add the readings written down there."""
    devices = []
    for opening, closing in pairwise([None, *exchanges, None]):
        times, values = _readings_between(time_ms, micro, opening, closing)
        if opening is not None and opening.new_start is not None:
            times, values = np.insert(times, 0, opening.time_ms), np.insert(values, 0, opening.new_start)
        if closing is not None and closing.old_end is not None:
            times, values = np.append(times, closing.time_ms), np.append(values, closing.old_end)
        wrap = opening.wrap if opening is not None else None
        devices.append((times, values, replace(rules, wrap=wrap) if wrap is not None else rules))
    return devices


def _readings_between(
    time_ms: Integers, micro: Integers, opening: Exchange | None, closing: Exchange | None
) -> tuple[Integers, Integers]:
    """A reading of the very instant of an exchange is the new device's; what was written down says it better."""
    first, last = 0, len(time_ms)
    if opening is not None:
        side: Literal["left", "right"] = "left" if opening.new_start is None else "right"
        first = int(np.searchsorted(time_ms, opening.time_ms, side=side))
    if closing is not None:
        last = int(np.searchsorted(time_ms, closing.time_ms, side="left"))
    return time_ms[first:last], micro[first:last]


def _join(
    devices: Sequence[Device], times: Integers, rises: Integers, broken: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> None:
    """Between two devices nothing is used; where time passed between their known readings, it is not known what."""
    position = 0
    for device in devices:
        if len(device.time_ms) and position:
            broken[position] = times[position] > times[position - 1]
            rises[position] = 0
        position += len(device.time_ms)


def _kinds(spans_ms: Integers, broken: np.ndarray[tuple[int], np.dtype[np.bool_]], rules: Rules) -> Integers:
    kinds = np.full(len(spans_ms), Row.BY_HAND if rules.by_hand else Row.MEASURED, np.int64)
    if rules.gap_ms is not None:
        kinds[spans_ms > rules.gap_ms] = Row.INTERPOLATED
    kinds[broken] = Row.FAULTY
    return kinds


def _gaps(times: Integers, kinds: Integers) -> list[Notice]:
    return [
        Notice("gap", int(times[index]), f"{_lasting(int(times[index + 1] - times[index]))} ohne Ablesung")
        for index in np.flatnonzero(kinds == Row.INTERPOLATED).tolist()
    ]


def _lasting(span_ms: int) -> str:
    hours = span_ms / 3_600_000
    if hours < 2:
        minutes = max(1, round(hours * 60))
        return "1 Minute" if minutes == 1 else f"{minutes} Minuten"
    return f"{hours:.0f} Stunden" if hours < 48 else f"{hours / 24:.0f} Tage"
