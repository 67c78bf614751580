"""Books amounts that already belong to intervals: load profiles, daily values, bills."""

import numpy as np

from analysis.german import number
from analysis.ledger.counter import Booked
from analysis.ledger.faults import Notice
from analysis.ledger.line import Row, line_of
from analysis.ledger.micro import Integers
from analysis.ledger.readings import Decisions, Readings
from analysis.ledger.rules import Rules
from analysis.ledger.stuck import stuck_zeros

_DAY_MS = 86_400_000


def book_intervals(
    starts_ms: Integers, ends_ms: Integers, readings: Readings, rules: Rules, decisions: Decisions
) -> Booked:
    """Book one amount per interval `[start, end)`; intervals ascend and do not overlap.

    What lies between two intervals is not known: nothing is interpolated, because no sum spans the hole. A negative
    amount and zeros for longer than the medium ever rests are faulty.
    """
    if not len(readings):
        return Booked(line_of(starts_ms, starts_ms, starts_ms))
    kinds = readings.marks.copy()
    notices = [*_negative(starts_ms, readings, kinds), *_stuck(starts_ms, ends_ms, readings, kinds, rules, decisions)]
    kinds[np.isin(starts_ms, list(decisions.jumps))] = Row.FAULTY
    for first, last in decisions.doubted:
        kinds[(ends_ms > first) & (starts_ms < last)] = Row.FAULTY
    amounts = np.where(kinds == Row.FAULTY, 0, readings.micro)
    holes = np.zeros_like(kinds)
    line = line_of(_woven(starts_ms, ends_ms), _woven(amounts, holes)[:-1], _woven(kinds, holes)[:-1])
    return Booked(line, tuple(sorted(notices, key=lambda notice: notice.time_ms)))


def _woven(first: Integers, second: Integers) -> Integers:
    return np.stack([first, second], axis=1).ravel()


def _negative(starts_ms: Integers, readings: Readings, kinds: Integers) -> list[Notice]:
    negative = np.flatnonzero(readings.micro < 0)
    kinds[negative] = Row.FAULTY
    return [Notice("counter_fell", int(starts_ms[index]), "ein negativer Wert: nicht gewertet") for index in negative]


def _stuck(
    starts_ms: Integers, ends_ms: Integers, readings: Readings, kinds: Integers, rules: Rules, decisions: Decisions
) -> list[Notice]:
    found = []
    for first, last in stuck_zeros(starts_ms, ends_ms, readings.micro, rules):
        if int(starts_ms[first]) in decisions.believed:
            continue
        kinds[first : last + 1] = Row.FAULTY
        days = (int(ends_ms[last]) - int(starts_ms[first])) / _DAY_MS
        detail = f"{number(days, 0)} Tage lang nur Nullen, obwohl Verbrauch zu erwarten ist"
        found.append(Notice("stuck", int(starts_ms[first]), detail, "proposed"))
    return found
