"""What a soak was, and whether it was flat. Pure, but for the file of samples."""

import csv
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure
from bench.influx_fleet import EVERY_S, METERS
from bench.modbus_poll import SERIES
from bench.resources import Resources
from bench.trend import last_quarter_against_second, slope_per_hour, spread

MESSAGES_PER_S = 1_000.0
INFLOW_PER_S = METERS * SERIES / EVERY_S + MESSAGES_PER_S
MEMORY_LIMIT = 1.02
SLOPE_LIMIT_MB = 6.0
DEPTH_LIMIT_S = 5.0
MEMORY = ("resident_mb", "anonymous_mb")
OPEN = ("descriptors", "sockets")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held `at_s` after the start, how deep its spool was at most since the sample before."""

    at_s: float
    resources: Resources
    deepest: int
    spool_mb: float


@dataclass(frozen=True, slots=True)
class Soaked:
    """Samples; the CPU used; messages published and stored; when each Modbus meter was read [ms], ascending."""

    samples: Sequence[Sample]
    cpu_s: float
    published: int
    stored: int
    polls_ms: Sequence[Sequence[int]]

    def column(self, name: str) -> list[float]:
        """Return one of the resources of all samples."""
        return [float(getattr(sample.resources, name)) for sample in self.samples]

    def after_warm_up(self, values: Sequence[float]) -> Sequence[float]:
        """Return what belongs to all samples but those of the first quarter."""
        return values[len(self.samples) // 4 :]


def missed_polls(polls_ms: Sequence[Sequence[int]]) -> int:
    """Return how many polls did not come: between two readings of a meter lies a whole number of intervals."""
    gaps = (after - before for meter_ms in polls_ms for before, after in pairwise(meter_ms))
    return sum(max(0, round(gap / 1000 / EVERY_S) - 1) for gap in gaps)


def figures(soaked: Soaked) -> list[Figure]:
    """Return what was promised of twenty minutes."""
    return [_memory(soaked), _slope(soaked), _open(soaked), _polls(soaked), _depth(soaked), _messages(soaked)]


def write_samples(soaked: Soaked, file: Path) -> None:
    """Write one line a sample."""
    rows = [
        {"at_s": round(one.at_s, 2), **asdict(one.resources), "deepest": one.deepest, "spool_mb": one.spool_mb}
        for one in soaked.samples
    ]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _memory(soaked: Soaked) -> Figure:
    ratios = {name: last_quarter_against_second(soaked.column(name)) for name in MEMORY}
    worst = max(ratios, key=ratios.__getitem__)
    seconds = soaked.samples[-1].at_s
    details: dict[str, float | int | str] = {
        "worst_of": worst,
        "first_mb": soaked.column(worst)[0],
        "last_mb": soaked.column(worst)[-1],
        "minutes": seconds / 60,
        "core_percent": 100 * soaked.cpu_s / seconds,
        "machine_load": os.getloadavg()[0],
    }
    name = "Soak: memory, last quarter against the second"
    return Figure(name, ratios[worst], MEMORY_LIMIT, "at most", details=details)


def _slope(soaked: Soaked) -> Figure:
    at_s = soaked.after_warm_up([sample.at_s for sample in soaked.samples])
    slopes: dict[str, float | int | str] = {
        name: slope_per_hour(at_s, soaked.after_warm_up(soaked.column(name))) for name in MEMORY
    }
    name = "Soak: slope of memory after the first quarter"
    return Figure(name, max(map(float, slopes.values())), SLOPE_LIMIT_MB, "at most", "MB/h", slopes)


def _open(soaked: Soaked) -> Figure:
    spreads = {name: spread(soaked.after_warm_up(soaked.column(name))) for name in OPEN}
    threads = soaked.column("threads")  # the event loop's helpers come one by one, up to six
    now: dict[str, float | int | str] = {f"{name}_now": int(soaked.column(name)[-1]) for name in OPEN}
    helpers: dict[str, float | int | str] = {"threads_first": threads[0], "threads_last": threads[-1]}
    name = "Soak: descriptors and sockets, most less fewest after the first quarter"
    return Figure(name, max(spreads.values()), 0, "at most", "", {**now, **spreads, **helpers})


def _polls(soaked: Soaked) -> Figure:
    details: dict[str, float | int | str] = {"polls": sum(map(len, soaked.polls_ms)), "meters": len(soaked.polls_ms)}
    return Figure("Soak: polls missed", missed_polls(soaked.polls_ms), 0, "at most", "polls", details)


def _depth(soaked: Soaked) -> Figure:
    deepest = [sample.deepest for sample in soaked.samples]
    details: dict[str, float | int | str] = {
        "deepest": max(deepest),
        "median_of_ten_seconds": statistics.median(deepest),
        "file_mb_most": max(sample.spool_mb for sample in soaked.samples),
        "file_mb_last": soaked.samples[-1].spool_mb,
    }
    seconds = max(deepest) / INFLOW_PER_S
    return Figure("Soak: deepest spool", seconds, DEPTH_LIMIT_S, "at most", "s of readings", details)


def _messages(soaked: Soaked) -> Figure:
    details: dict[str, float | int | str] = {"published": soaked.published, "stored": soaked.stored}
    lost = abs(soaked.published - soaked.stored)
    return Figure("Soak: messages lost or doubled", lost, 0, "at most", "messages", details)
