"""Tells wraps, spurious zeros, spikes, exchanges and impossible jumps of one device apart."""

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.german import number
from analysis.ledger.micro import MICRO, Integers
from analysis.ledger.readings import Readings
from analysis.ledger.rules import Rules
from analysis.ledger.stuck import stuck_rests

LONGEST_RETURN_MS = timedelta(days=14) // timedelta(milliseconds=1)
FEWEST_SPURIOUS = 3
# A step of a twentieth of what the register then shows is none of those that a counter takes all the time.
LARGE_STEPS = 20
_DAY_MS = 86_400_000


class Notice(NamedTuple):
    """Something the ledger noticed; `state` is noticed, or proposed where a person has to decide."""

    kind: str
    time_ms: int
    detail: str
    state: str = "noticed"


class LargeStep(NamedTuple):
    """A large step up to the reading `time_ms`, judged by the fall behind `fall_ms`; None: no fall was seen."""

    time_ms: int
    fall_ms: int | None


@dataclass(frozen=True, slots=True)
class Device:
    """Readings of one device without its faults.

    What they show rises except over intervals in `broken` (by the interval's later reading), which are not booked.
    `large_steps` are those that a fall further back may explain.
    """

    readings: Readings
    broken: NDArray[np.bool_]
    notices: tuple[Notice, ...] = ()
    large_steps: tuple[LargeStep, ...] = ()


@dataclass(slots=True)
class _Work:
    time_ms: Integers
    micro: Integers
    rules: Rules
    keep: NDArray[np.bool_]
    lift: Integers
    broken: NDArray[np.bool_]
    is_new: bool
    notices: dict[int, Notice] = field(default_factory=dict)
    fall: int | None = None
    large_steps: list[LargeStep] = field(default_factory=list)

    def note(self, index: int, kind: str, detail: str, state: str = "noticed") -> None:
        self.notices[index] = Notice(kind, int(self.time_ms[index]), detail, state)

    def possible(self, earlier: int, later: int, rise: int) -> bool:
        starts_ms, ends_ms = self.time_ms[earlier : earlier + 1], self.time_ms[later : later + 1]
        return 0 <= rise <= int(self.rules.plausible(starts_ms, ends_ms)[0])


def large_rises(micro: Integers) -> NDArray[np.bool_]:
    """Return which intervals rise by more than a twentieth of what the register then shows."""
    return np.diff(micro) > np.abs(micro[1:]) // LARGE_STEPS


def clean(readings: Readings, rules: Rules, *, believed: Set[int] = frozenset(), is_new: bool = False) -> Device:
    """Return one device's readings without its faults; `believed` are instants [ms] of events that a person refuted.

    `is_new`: the first reading is what a person wrote down when the device came on. Falls and impossible jumps are
    looked at one by one, everything else in one pass.
    """
    return _without_rests(_without_falls(readings, rules, believed, is_new=is_new), readings, rules, believed)


def _without_falls(readings: Readings, rules: Rules, believed: Set[int], *, is_new: bool) -> Device:
    time_ms, micro = readings.time_ms, readings.micro
    rises = np.diff(micro)
    suspects = np.flatnonzero((rises < 0) | large_rises(micro) | (rises > rules.plausible(time_ms[:-1], time_ms[1:])))
    if not len(suspects):
        return Device(readings, np.zeros(len(time_ms), np.bool_))
    size = len(time_ms)
    untouched = np.ones(size, np.bool_), np.zeros(size, np.int64), np.zeros(size, np.bool_)
    work = _Work(time_ms, micro, rules, *untouched, is_new)
    position = 0
    for suspect in suspects.tolist():
        if suspect < position:
            continue
        fell = micro[suspect + 1] < micro[suspect]
        position = _fall(work, suspect) if fell else _jump(work, suspect, believed)
    keep = work.keep
    lifted = micro + np.cumsum(work.lift)
    notices = tuple(notice for _, notice in sorted(work.notices.items()))
    kept = Readings(time_ms[keep], lifted[keep], readings.marks[keep])
    return Device(kept, work.broken[keep], notices, tuple(work.large_steps))


def _without_rests(device: Device, raw: Readings, rules: Rules, believed: Set[int]) -> Device:
    """What a stuck counter repeats is no reading: a gap where it catches up later, else nothing is known.

    People are told what the display shows: it has wrapped where the device's line goes on.
    """
    times, micro = device.readings.time_ms, device.readings.micro
    rests = [rest for rest in stuck_rests(times, micro, rules) if int(times[rest.first]) not in believed]
    if not rests:
        return device
    keep, broken = np.ones(len(times), np.bool_), device.broken.copy()
    notices = list(device.notices)
    for rest in rests:
        repeated = slice(rest.first + 1, rest.last + 1)
        if rest.caught_up:
            keep[repeated] = False
        else:
            broken[repeated] = True
        days = (int(times[rest.last]) - int(times[rest.first])) / _DAY_MS
        shown = _shown(int(raw.micro[np.searchsorted(raw.time_ms, times[rest.first])]), rules)
        detail = f"Zählerstand bleibt {days:.0f} Tage auf {shown} stehen"
        notices.append(Notice("stuck", int(times[rest.first]), detail, "proposed"))
    notices.sort(key=lambda notice: notice.time_ms)
    return replace(device, readings=device.readings.kept(keep), broken=broken[keep], notices=tuple(notices))


def _shown(micro: int, rules: Rules) -> str:
    """A register's value as people read it; a heat meter that displays MWh is stored in kWh, and must say so."""
    return f"{number(micro / MICRO, 1)}\N{NARROW NO-BREAK SPACE}{rules.unit}".rstrip()


def _jump(work: _Work, before: int, believed: Set[int]) -> int:
    """More than the connection can carry, or back to where the counter fell from: not booked, unless a person
    confirmed it.
    """
    after = before + 1
    rise = int(work.micro[after] - work.micro[before])
    if work.possible(before, after, rise):
        fall_ms = None if work.fall is None else int(work.time_ms[work.fall])
        work.large_steps.append(LargeStep(int(work.time_ms[after]), fall_ms))
        if work.fall is None or not _is_way_back(work, before, work.fall):
            return after
    if int(work.time_ms[after]) not in believed:
        work.broken[after] = True
        work.note(after, "implausible_jump", _jumped(work, before), "proposed")
    return after


def _is_way_back(work: _Work, before: int, fall: int) -> bool:
    """Whether a counter that fell behind the index `fall` takes at once at least half of the way back, up to its old
    level or above it.

    No counter does: were it booked, its whole register would be, wherever no maximum is declared.
    """
    shown, found = int(work.micro[before]), int(work.micro[before + 1])
    old, low = int(work.micro[fall]), int(work.micro[fall + 1])
    return found >= old and 2 * (found - shown) >= old - low


def _jumped(work: _Work, before: int) -> str:
    """Where an old device goes on counting behind an exchange, it is the exchange that has to be asked about."""
    start, found = (_shown(int(work.micro[index]), work.rules) for index in (before, before + 1))
    if before == 0 and work.is_new:
        return f"nach dem erfassten Zählerwechsel steht der Zähler auf {found} statt bei {start}: Stimmt der Wechsel?"
    rise = int(work.micro[before + 1]) - int(work.micro[before])
    if work.possible(before, before + 1, rise):
        return f"Zählerstand springt von {start} auf {found} zurück: dort stand er, bevor er gefallen ist"
    return f"Zählerstand springt um {_shown(rise, work.rules)}, mehr als der Anschluss hergibt"


def _fall(work: _Work, before: int) -> int:
    """Decide what a fall is; return the index from which to go on."""
    after = before + 1
    back = _return(work, before)
    if back is not None:
        return _drop_spurious(work, after, back)
    if _is_spike(work, before):
        return _drop_spike(work, before)
    if work.rules.wrap is not None and _is_wrap(work, before, work.rules.wrap):
        work.lift[after] = work.rules.wrap
        work.fall = before
        work.note(after, "rollover", "Zählwerk ist übergelaufen und beginnt wieder bei null")
        return after
    work.broken[after] = True
    work.fall = before
    fallen = (_shown(int(work.micro[index]), work.rules) for index in (before, after))
    shown = " auf ".join(fallen)
    undecided = len(work.micro) - after <= 1
    if undecided or work.micro[after] > 0.9 * work.micro[before]:
        work.note(after, "counter_fell", f"Zählerstand ist von {shown} gefallen")
    else:
        detail = f"Zählerstand ist von {shown} gefallen und bleibt dort"
        work.note(after, "exchange_suspected", detail, "proposed")
    return after


def _return(work: _Work, before: int) -> int | None:
    """The reading at which the counter is back at its old level after equal low readings of at most a fortnight.

    So many at most that a slow meter has three of them. Were the return not seen, it would be booked as consumption
    wherever no maximum is declared.
    """
    after = before + 1
    for index in range(after + 1, len(work.micro)):
        late = work.time_ms[index] - work.time_ms[after] > LONGEST_RETURN_MS and index > after + FEWEST_SPURIOUS
        if late or work.micro[index - 1] != work.micro[after]:
            return None
        rise = int(work.micro[index]) - int(work.micro[before])
        if work.possible(before, index, rise):
            return index
    return None


def _drop_spurious(work: _Work, first: int, back: int) -> int:
    work.keep[first:back] = False
    kind = "spurious_zero" if work.micro[first] == 0 else "counter_fell"
    shown = _shown(int(work.micro[first]), work.rules)
    count = back - first
    words = "eine Ablesung zeigte" if count == 1 else f"{count} Ablesungen zeigten"
    work.note(first, kind, f"{words} {shown} und danach wieder den alten Stand: nicht gewertet")
    return back


def _earlier_kept(work: _Work, index: int) -> int | None:
    return next((earlier for earlier in range(index - 1, -1, -1) if work.keep[earlier]), None)


def _is_spike(work: _Work, before: int) -> bool:
    """A single reading above both its neighbours: a counter cannot fall, so it is the high one that is wrong."""
    earlier = _earlier_kept(work, before)
    if earlier is None or work.rules.by_hand or not work.keep[before] or work.lift[before]:
        return False
    return work.possible(earlier, before + 1, int(work.micro[before + 1]) - int(work.micro[earlier]))


def _drop_spike(work: _Work, spike: int) -> int:
    work.keep[spike] = False
    work.broken[spike] = False
    shown = _shown(int(work.micro[spike]), work.rules)
    work.note(spike, "implausible_jump", f"eine einzelne Ablesung zeigte {shown}: nicht gewertet")
    return spike + 1


def _is_wrap(work: _Work, before: int, wrap: int) -> bool:
    if work.micro[before] <= 0.9 * wrap or work.micro[before] >= wrap:
        return False
    rest = int(work.micro[before + 1]) + wrap - int(work.micro[before])
    return rest <= 0.2 * wrap and work.possible(before, before + 1, rest)
