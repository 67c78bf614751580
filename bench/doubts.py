"""What detectors find of what is planted into ten real meters, what they find that is not there, and what they cost.

The reference data are not part of the project: without them only the cost is measured.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from analysis.books import Books
from analysis.daily_cache import DailyCache
from analysis.doubts import doubts_of
from bench.figures import Figure
from gateway.embedded import EmbeddedStore
from gateway.operations import Operations
from gateway.reading import milliseconds
from gateway.series import Series
from tests.unit.analysis.doubts.buildings import METERS, NOW, Ten, ten_meters
from tests.unit.analysis.doubts.planted import CLOCK_DAYS, UNIT_DAYS, cut, planted_clock, unit_found
from tests.unit.analysis.evidence import books, meter, place

LEVELS = (10, 1000, 11.1, 0.1, 1 / 30, 0.001)
SHIFTS = (-2, -1, 1, 2)
# What is really there: gas of b25 since 2018, and electricity of all five in the autumn of 2018.
REAL_UNIT = ("gas-b25", date(2018, 1, 1))
REAL_CLOCKS = (date(2018, 9, 3), date(2018, 10, 23))
COUNTED, DAYS = 40, 900
TODAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


def measure() -> list[Figure]:
    """Measure what is found, and the CPU time of a morning."""
    folder = Path(os.environ.get("ZAEHLWERK_REFERENCE_DATA") or Path(__file__).parents[2] / "shared")
    figures = [_morning(timedelta(hours=1)), _morning(timedelta(minutes=15))]
    if not (folder / "data").is_dir():
        print(f"no reference data in {folder}: only the cost is measured", file=sys.stderr)
        return figures
    with tempfile.TemporaryDirectory() as state:
        for weather in (True, False):
            ten = ten_meters(folder, Path(state) / f"{weather}.sqlite", weather=weather)
            figures += _units(ten, weather=weather)
            figures += _clocks(ten) if weather else []
            ten.store.close()
    return figures


def _units(ten: Ten, *, weather: bool) -> Iterator[Figure]:
    how = "with weather" if weather else "without"
    for medium in ("electricity", "gas") if weather else ("gas",):
        names = [name for name in METERS if name.startswith(medium)]
        for level in LEVELS:
            yield _planted(ten, names, level, f"{medium} × {level:.3g} found, {how}", weather=weather)
    events = [event for name in METERS for event in _asked(ten, name, "unit_change_suspected")]
    false = [event for event in events if (event[0], event[1]) != REAL_UNIT]
    details: dict[str, float | int | str] = {"meters": len(METERS), "years": 4, "real ones": len(events) - len(false)}
    yield Figure(f"units doubted for nothing, {how}", len(false), 0, "at most", "events", details)


def _planted(ten: Ten, names: list[str], level: float, title: str, *, weather: bool) -> Figure:
    found = []
    for name in names:
        days, pace = ten.days(name), ten.pace(name, weather=weather)
        if name == REAL_UNIT[0]:
            days = cut(days, 0, REAL_UNIT[1].toordinal())
        found += [unit_found(days, pace, day, level) for day in UNIT_DAYS]
    judged = [one for one in found if one is not None]
    details: dict[str, float | int | str] = {
        "planted": len(judged),
        "right size %": _percent([one[1] for one in judged]),
        "on its day %": _percent([one[0] and abs(one[2]) <= 1 for one in judged]),
        "others": sum(one[3] for one in judged),
    }
    return Figure(title, _percent([one[0] for one in judged]), 80, "at least", "%", details)


def _clocks(ten: Ten) -> Iterator[Figure]:
    names = [name for name in METERS if name.startswith("electricity")]
    for hours in SHIFTS:
        found = [planted_clock(ten.profiles(name), day, hours) for name in names for day in CLOCK_DAYS]
        judged = [one for one in found if one is not None]
        details: dict[str, float | int | str] = {"planted": len(judged)}
        yield Figure(f"clock {hours:+d} h found, electricity", _percent(judged), 75, "at least", "%", details)
    events = [event for name in METERS for event in _asked(ten, name, "clock_shift")]
    false = [event for event in events if event[1] not in REAL_CLOCKS and not event[0].startswith("gas-b8")]
    counts: dict[str, float | int | str] = {"meters": len(METERS), "years": 4, "real ones": len(events) - len(false)}
    yield Figure("clocks doubted for nothing", len(false), 0, "at most", "events", counts)


def _asked(ten: Ten, name: str, kind: str) -> list[tuple[str, date]]:
    found = doubts_of(ten.books, ten.books.portfolio.meter(name), now=NOW)
    zone = ten.books.zone
    return [(name, event.time.astimezone(zone).date()) for event in found if event.kind == kind]


def _percent(found: list[bool]) -> float:
    return 100 * sum(found) / len(found) if found else 0.0


def _morning(interval: timedelta) -> Figure:
    """The CPU time that a thousand meters take each morning, their daily amounts being known."""
    with tempfile.TemporaryDirectory() as state:
        store = EmbeddedStore(Path(state) / "store.sqlite")
        operations = Operations(f"sqlite:///{state}/operations.sqlite")
        operations.upgrade()
        there = _counted(store, operations, interval)
        meters = list(there.portfolio.meters.values())
        for one in meters:
            doubts_of(there, one, now=TODAY, since=(TODAY - timedelta(days=2)).date())
        begun = time.process_time()
        for one in meters:
            doubts_of(there, one, now=TODAY, since=(TODAY - timedelta(days=1)).date())
        seconds = (time.process_time() - begun) / len(meters) * 1000
        operations.close()
        store.close()
    minutes = interval // timedelta(minutes=1)
    details: dict[str, float | int | str] = {"meters measured": len(meters), "readings each": len(_times(interval))}
    return Figure(f"a morning of 1,000 meters, every {minutes} min", seconds, 10, "at most", "s CPU", details)


def _counted(store: EmbeddedStore, operations: Operations, interval: timedelta) -> Books:
    times, rng = _times(interval), np.random.default_rng(1)
    meters = [meter(f"m{number:02d}", interval=interval) for number in range(COUNTED)]
    for one in meters:
        shown = np.asarray(np.cumsum(rng.gamma(4, 1, len(times))).round(1), dtype=np.float64)
        store.append_series(one.id, one.quantity, Series(times, shown))
    there, _ = books(place(*meters), cache=DailyCache(timedelta(minutes=30)))
    return replace(there, store=store, operations=operations, ledger=operations.ledger)


def _times(interval: timedelta) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    step = interval // timedelta(milliseconds=1)
    last = milliseconds(TODAY)
    return np.arange(last - DAYS * 86_400_000, last + 1, step, dtype=np.int64)
